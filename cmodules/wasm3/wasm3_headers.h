/* wasm3_headers.h - the only file through which the runtime includes wasm3's headers.
 *
 * It changes three things. First, operations get one more argument, the fuel that is left. The fuel stays in a machine
 * register from block to block and is in memory only while the task does not run.
 *
 * Second, the jump from one operation to the next is a mandatory tail call where the C compiler supports that.
 *
 * Third, the compiler's tables leave the runtime structure. wasm3 keeps them (10 KB on a host) in every runtime for ever, but
 * only a compilation needs them. So the member becomes a pointer, `scratch`, to tables that a compilation borrows from the
 * arena. wasm3's sources say `runtime->compilation`; the files that include those sources define `compilation` as
 * `scratch[0]` around them.
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

/* With `musttail`, the C compiler makes the tail calls at every optimization level, and with the sanitizers. */
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
