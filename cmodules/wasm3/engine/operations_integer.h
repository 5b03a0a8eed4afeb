/* operations_integer.h - i32 arithmetic without sign extension of the result, and i64 shifts without a call.
 *
 * wasm3 sign-extends every i32 result into its 64-bit register. No operation reads more of an i32 than the lower half,
 * so the extension wastes an instruction (two on a 32-bit machine). This file replaces only the operations in which
 * programs spend their time.
 *
 * Included by interpreter.c only, after m3_exec.h.
 */
#ifndef SOV_OPERATIONS_INTEGER_H
#define SOV_OPERATIONS_INTEGER_H

/* The formatter is off, because one line for each entry reads as a table. */
/* clang-format off */

#define short_binary(NAME, OPERATOR)                                                                    \
    d_m3Op(short_##NAME##_sr) { u32 a = (u32)_r0; u32 b = slot(u32); _r0 = a OPERATOR b; nextOp(); }    \
    short_binary_commutative(NAME, OPERATOR)

#define short_binary_commutative(NAME, OPERATOR)                                                        \
    d_m3Op(short_##NAME##_rs) { u32 a = slot(u32); u32 b = (u32)_r0; _r0 = a OPERATOR b; nextOp(); }    \
    d_m3Op(short_##NAME##_ss) { u32 b = slot(u32); u32 a = slot(u32); _r0 = a OPERATOR b; nextOp(); }

short_binary_commutative(Add, +)
short_binary_commutative(Multiply, *)
short_binary(Subtract, -)

/* On a 32-bit machine, the C compiler with -Os turns a 64-bit shift into a call, and an operation with a call saves all its
 * registers. These shifts move the bits of the other half by 32 - bits, in two steps, because that number may be 32. */
#if UINTPTR_MAX == UINT32_MAX
#define in_place static inline __attribute__((always_inline))
#define halves(LOW, HIGH) ((u64)(HIGH) << 32 | (u32)(LOW))

in_place u64 shift_left(u64 x, u32 n) {
    u32 low = (u32)x, high = (u32)(x >> 32), bits = n % 32, rest = ~n % 32;
    if (n & 32) return halves(0, low << bits);
    return halves(low << bits, high << bits | low >> 1 >> rest);
}

/* fill: the bit that enters at the top, 32 times. high_shifted: the upper half shifted by `bits`. */
in_place u64 shift_right(u64 x, u32 n, u32 fill, u32 high_shifted) {
    u32 low = (u32)x, high = (u32)(x >> 32), bits = n % 32, rest = ~n % 32;
    if (n & 32) return halves(high_shifted, fill);
    return halves(low >> bits | high << 1 << rest, high_shifted);
}

in_place u64 shift_right_u64(u64 x, u32 n) { return shift_right(x, n, 0, (u32)(x >> 32) >> n % 32); }
in_place u64 shift_right_i64(u64 x, u32 n) {
    i32 high = (i32)(x >> 32);
    return shift_right(x, n, (u32)(high >> 31), (u32)(high >> n % 32));
}

in_place u64 rotate_left(u64 x, u32 n) {
    u32 low = (u32)x, high = (u32)(x >> 32), bits = n % 32, rest = ~n % 32;
    if (n & 32) { u32 other = low; low = high; high = other; }
    return halves(low << bits | high >> 1 >> rest, high << bits | low >> 1 >> rest);
}

in_place u64 rotate_right(u64 x, u32 n) { return rotate_left(x, 0 - n); }

#define wide_shift(NAME, FUNCTION)                                                                                  \
    d_m3Op(wide_##NAME##_sr) { u32 n = slot(u32); _r0 = (m3reg_t)FUNCTION((u64)_r0, n); nextOp(); }                 \
    d_m3Op(wide_##NAME##_rs) { u64 x = slot(u64); _r0 = (m3reg_t)FUNCTION(x, (u32)_r0); nextOp(); }                 \
    d_m3Op(wide_##NAME##_ss) { u32 n = slot(u32); u64 x = slot(u64); _r0 = (m3reg_t)FUNCTION(x, n); nextOp(); }

wide_shift(ShiftLeft, shift_left)
wide_shift(ShiftRight_u64, shift_right_u64)
wide_shift(ShiftRight_i64, shift_right_i64)
wide_shift(Rotl, rotate_left)
wide_shift(Rotr, rotate_right)

#define op_u64_ShiftLeft_sr op_wide_ShiftLeft_sr
#define op_u64_ShiftLeft_rs op_wide_ShiftLeft_rs
#define op_u64_ShiftLeft_ss op_wide_ShiftLeft_ss
#define op_u64_ShiftRight_sr op_wide_ShiftRight_u64_sr
#define op_u64_ShiftRight_rs op_wide_ShiftRight_u64_rs
#define op_u64_ShiftRight_ss op_wide_ShiftRight_u64_ss
#define op_i64_ShiftRight_sr op_wide_ShiftRight_i64_sr
#define op_i64_ShiftRight_rs op_wide_ShiftRight_i64_rs
#define op_i64_ShiftRight_ss op_wide_ShiftRight_i64_ss
#define op_u64_Rotl_sr op_wide_Rotl_sr
#define op_u64_Rotl_rs op_wide_Rotl_rs
#define op_u64_Rotl_ss op_wide_Rotl_ss
#define op_u64_Rotr_sr op_wide_Rotr_sr
#define op_u64_Rotr_rs op_wide_Rotr_rs
#define op_u64_Rotr_ss op_wide_Rotr_ss
#endif

#define op_i32_Add_rs op_short_Add_rs
#define op_i32_Add_ss op_short_Add_ss
#define op_i32_Multiply_rs op_short_Multiply_rs
#define op_i32_Multiply_ss op_short_Multiply_ss
#define op_i32_Subtract_rs op_short_Subtract_rs
#define op_i32_Subtract_sr op_short_Subtract_sr
#define op_i32_Subtract_ss op_short_Subtract_ss

#endif
