/* wasm3_parts.c - wasm3's parser, module and code-page code, allocating from the region of the task that is
 * being created.
 *
 * Included, not edited. `calloc`, `realloc` and `free` are the only doors of wasm3 to memory (in m3_core.c).
 * An allocation that fails does not return: wasm3 0.5.0 crashes on most failures (758 of 28,000 swept
 * quotas), so sov_heap_take() leaves the creation by longjmp.
 *
 * m3_exec.c, m3_bind.c, m3_emit.c, m3_info.c and m3_compile.c are not here: interpreter.c has its own of the
 * first, create.c links host functions itself, interpreter.c includes the compiler.
 */
#include "config.h"

#define M3_IMPLEMENT_ERROR_STRINGS
#include "wasm3.h"
#include "wasm3_headers.h"
#include "memory/memory.h"

uint32_t sov_code_page_bytes = SOV_LEAST_CODE_PAGE;

#define calloc(COUNT, SIZE) sov_heap_take((COUNT) * (SIZE))
#define realloc sov_heap_resize
#define free sov_heap_give
#include "m3_core.c"
#undef calloc
#undef realloc
#undef free

#include "m3_function.c"
#include "m3_module.c"
#include "m3_code.c"

/* The parser has the compiler run over an init expression to find its end, with tables of 10 KB on the stack. The validator
 * proved that the expression is one constant and `end`, so passing over the constant does. */
struct init_expression {
    IM3Runtime runtime;
    IM3Module module;
    bytes_t wasm;
    bytes_t wasmEnd;
};

static M3Result pass_init_expression(struct init_expression *expression) {
    u8 opcode = *expression->wasm++;
    if (opcode == c_waOp_f32_const) {
        expression->wasm += sizeof(f32);
    } else if (opcode == c_waOp_f64_const) {
        expression->wasm += sizeof(f64);
    } else {
        while (*expression->wasm++ & 0x80) {}
    }
    expression->wasm++; /* `end` */
    return m3Err_none;
}

#define M3Compilation struct init_expression
#define CompileBlockStatements pass_init_expression
#include "m3_parse.c"
#undef CompileBlockStatements
#undef M3Compilation

/* Its functions that compile are not called: compile.c decides what is compiled when. */
#define compilation scratch[0]
#define CompileFunction(FUNCTION) m3Err_none
#include "m3_env.c"
#undef CompileFunction
#undef compilation

/* Called by m3_env.c; profiling is off. */
void m3_PrintProfilerInfo(void) {}
