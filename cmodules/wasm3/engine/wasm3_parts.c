/* wasm3_parts.c - wasm3's readers, function types and code pages, which allocate from the region of a task.
 *
 * This file includes wasm3's sources and does not edit them. wasm3 reaches memory only through `calloc`, `realloc` and `free` in
 * m3_core.c. An allocation that fails does not return: sov_heap_take() leaves the creation by longjmp, because wasm3 0.5.0
 * crashes on most failures (758 of 28,000 swept quotas).
 *
 * The other sources of wasm3 are not here. interpreter.c has its own operations in place of m3_exec.c and includes m3_compile.c
 * and m3_emit.c. system_calls.c links host functions in place of m3_bind.c. parse.c replaces m3_parse.c, and runtime.c replaces
 * m3_env.c and m3_module.c. Nothing needs m3_info.c.
 */
#include "config.h"

#define M3_IMPLEMENT_ERROR_STRINGS
#include "wasm3.h"
#include "engine.h"

uint32_t sov_code_page_bytes = SOV_MIN_CODE_PAGE;

#define calloc(COUNT, SIZE) sov_heap_take((COUNT) * (SIZE))
#define realloc sov_heap_resize
#define free sov_heap_give
#include "m3_core.c"
#undef calloc
#undef realloc
#undef free

#include "m3_function.c"
#include "m3_code.c"
