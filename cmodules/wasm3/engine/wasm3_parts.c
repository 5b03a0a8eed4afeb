/* wasm3_parts.c - wasm3's readers, function types and code pages, allocating from the region of the task that is
 * being created.
 *
 * Included, not edited. `calloc`, `realloc` and `free` are the only doors of wasm3 to memory (in m3_core.c).
 * An allocation that fails does not return: wasm3 0.5.0 crashes on most failures (758 of 28,000 swept
 * quotas), so sov_heap_take() leaves the creation by longjmp.
 *
 * m3_exec.c, m3_bind.c, m3_emit.c, m3_info.c, m3_parse.c, m3_env.c, m3_module.c and m3_compile.c are not here: interpreter.c has its
 * own of the first, create.c links host functions itself, parse.c stands for the parser, runtime.c for what surrounds a module,
 * interpreter.c includes the compiler.
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
