/* wasm3_headers.h - the one way to include wasm3's headers.
 *
 * wasm3 keeps the compiler's tables (10 KB on a host) inside every runtime, for ever. They are needed only
 * while a function is compiled, so here the member becomes a pointer, `scratch`, to tables borrowed from
 * the arena for that moment. wasm3's sources say `runtime->compilation`; the files that include those
 * sources define `compilation` as `scratch[0]` around them.
 */
#ifndef SOV_WASM3_HEADERS_H
#define SOV_WASM3_HEADERS_H

#include "config.h"

#include "m3_compile.h"
#define compilation *scratch
#include "m3_env.h"
#undef compilation

#endif
