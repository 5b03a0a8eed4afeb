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
#include "engine.h"

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

u64 sov_constant_value(bytes_t *at, cbytes_t end) {
    u8 opcode;
    u32 word = 0;
    u64 value = 0;
    Read_u8(&opcode, at, end);
    switch (opcode) {
        case c_waOp_i32_const:
            ReadLEB_i32((i32 *)&word, at, end);
            value = word;
            break;
        case c_waOp_i64_const: ReadLEB_i64((i64 *)&value, at, end); break;
        case c_waOp_f32_const:
            Read_u32(&word, at, end);
            value = word;
            break;
        default: Read_u64(&value, at, end); break; /* f64.const */
    }
    Read_u8(&opcode, at, end);
    return value;
}

static M3Result pass_init_expression(struct init_expression *expression) {
    sov_constant_value(&expression->wasm, expression->wasmEnd);
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
