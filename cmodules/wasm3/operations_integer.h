/* operations_integer.h - i32 arithmetic that leaves the upper half of the 64-bit register alone.
 *
 * wasm3 sign-extends every i32 result into its 64-bit register; no operation reads more of an i32 than its
 * lower half, so the extension is an instruction for nothing (two on a 32-bit machine). Only the operations
 * that programs spend their time in are here.
 *
 * Included by interpreter.c only, after m3_exec.h.
 */
#ifndef SOV_OPERATIONS_INTEGER_H
#define SOV_OPERATIONS_INTEGER_H

#define short_binary(NAME, OPERATOR)                                                                    \
    d_m3Op(short_##NAME##_sr) { u32 a = (u32)_r0; u32 b = slot(u32); _r0 = a OPERATOR b; nextOp(); }    \
    short_binary_commutative(NAME, OPERATOR)

#define short_binary_commutative(NAME, OPERATOR)                                                        \
    d_m3Op(short_##NAME##_rs) { u32 a = slot(u32); u32 b = (u32)_r0; _r0 = a OPERATOR b; nextOp(); }    \
    d_m3Op(short_##NAME##_ss) { u32 b = slot(u32); u32 a = slot(u32); _r0 = a OPERATOR b; nextOp(); }

short_binary_commutative(Add, +)
short_binary_commutative(Multiply, *)
short_binary(Subtract, -)

#define op_i32_Add_rs op_short_Add_rs
#define op_i32_Add_ss op_short_Add_ss
#define op_i32_Multiply_rs op_short_Multiply_rs
#define op_i32_Multiply_ss op_short_Multiply_ss
#define op_i32_Subtract_rs op_short_Subtract_rs
#define op_i32_Subtract_sr op_short_Subtract_sr
#define op_i32_Subtract_ss op_short_Subtract_ss

#endif
