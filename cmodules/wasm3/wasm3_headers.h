/* wasm3_headers.h - the one way to include wasm3's headers.
 *
 * Three things are changed on the way in. Operations get one more argument, the fuel that is left: it stays in
 * a machine register from block to block, and is in memory only while the task does not run.
 *
 * And wasm3 keeps the compiler's tables (10 KB on a host) inside every runtime, for ever. They are needed only
 * while a function is compiled, so here the member becomes a pointer, `scratch`, to tables borrowed from
 * the arena for that moment. wasm3's sources say `runtime->compilation`; the files that include those
 * sources define `compilation` as `scratch[0]` around them.
 */
#ifndef SOV_WASM3_HEADERS_H
#define SOV_WASM3_HEADERS_H

#include "config.h"

#define IM3Operation IM3UnmeteredOperation
#include "m3_exec_defs.h"
#undef IM3Operation
#undef d_m3OpSig
#undef d_m3OpArgs
#undef d_m3OpAllArgs
#undef d_m3OpDefaultArgs
#define d_m3OpSig d_m3ExpOpSig(f64 _fp0, i32 _fuel)
#define d_m3OpArgs d_m3ExpOpArgs(_fp0, _fuel)
#define d_m3OpAllArgs d_m3ExpOpAllArgs(_fp0, _fuel)
#define d_m3OpDefaultArgs d_m3ExpOpDefaultArgs(0., 0)
typedef m3ret_t(vectorcall *IM3Operation)(d_m3OpSig);

/* Where the compiler knows how, the tail calls are demanded of it: they survive any optimization level, and the
 * sanitizers. */
#if defined(__has_attribute)
#if __has_attribute(musttail)
#undef nextOpDirect
#undef jumpOpDirect
#define nextOpDirect() __attribute__((musttail)) return nextOpImpl()
#define jumpOpDirect(PC) __attribute__((musttail)) return jumpOpImpl((pc_t)(PC))
#endif
#endif

#include "m3_compile.h"
#define compilation *scratch
#include "m3_env.h"
#undef compilation

#endif
