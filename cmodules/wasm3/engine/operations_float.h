/* operations_float.h - floating-point operations whose results are bit-identical on every machine.
 *
 * WebAssembly does not define the bits of a NaN that arithmetic produces, and machines differ: for 0/0, x86 produces
 * 0xFFC00000 and propagates payloads; RISC-V always produces 0x7FC00000. A run must be replayable on another machine,
 * so arithmetic, rounding and conversion between the two widths produce the canonical NaN here. Loads, stores and moves
 * keep every bit; neg, abs and copysign change only the sign.
 *
 * wasm3 widens an f32 to keep it in the f64 register, which makes a signalling NaN quiet. Here the lower half of the
 * register holds the unchanged bits of the f32.
 *
 * Included by interpreter.c in place of wasm3's float operations, which interpreter.c leaves out.
 */
#ifndef SOV_OPERATIONS_FLOAT_H
#define SOV_OPERATIONS_FLOAT_H

/* The formatter is off, because one line for each entry reads as a table. */
/* clang-format off */

#include <math.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* ---- the register ------------------------------------------------------------------------------- */

static inline f64 get_f64(f64 reg) { return reg; }
static inline f64 put_f64(f64 value) { return value; }

#if defined(__SSE2__)
/* The value stays in the same lane of the same register, so these take no instruction. */
static inline f32 get_f32(f64 reg) { return _mm_cvtss_f32(_mm_castpd_ps(_mm_set_sd(reg))); }
static inline f64 put_f32(f32 value) { return _mm_cvtsd_f64(_mm_castps_pd(_mm_set_ss(value))); }
#else
typedef union { f64 whole; f32 half[2]; } float_register;
static inline f32 get_f32(f64 reg) { return ((float_register){ .whole = reg }).half[0]; }
static inline f64 put_f32(f32 value) { return ((float_register){ .half = { value, 0 } }).whole; }
#endif

/* The compiler never emits these operations; an operation whose result is a NaN jumps to them. They are separate because a
 * selected value would make every arithmetic operation wait for its own comparison; a predicted branch does not. */
cold d_m3Op(CanonicalNaN_f32) {
    _fp0 = put_f32(__builtin_nanf(""));
    nextOpDirect();
}

cold d_m3Op(CanonicalNaN_f64) {
    _fp0 = __builtin_nan("");
    nextOpDirect();
}

#define canonical_result(T, VALUE)                                              \
    T value = (VALUE);                                                          \
    if (UNLIKELY(value != value)) return op_CanonicalNaN_##T(d_m3OpAllArgs);      \
    _fp0 = put_##T(value)

/* The soft-float library of RISC-V already produces canonical NaNs. */
#if defined(__riscv)
#define arithmetic_result(T, VALUE) _fp0 = put_##T(VALUE)
#else
#define arithmetic_result(T, VALUE) canonical_result(T, VALUE)
#endif

/* ---- operands ------------------------------------------------------------------------------------ */

#define float_binary(TYPE, NAME, RESULT)                                        \
    d_m3Op(TYPE##_##NAME##_sr) { TYPE a = get_##TYPE(_fp0); TYPE b = slot(TYPE); RESULT; nextOp(); } \
    float_binary_commutative(TYPE, NAME, RESULT)

#define float_binary_commutative(TYPE, NAME, RESULT)                            \
    d_m3Op(TYPE##_##NAME##_rs) { TYPE a = slot(TYPE); TYPE b = get_##TYPE(_fp0); RESULT; nextOp(); } \
    d_m3Op(TYPE##_##NAME##_ss) { TYPE b = slot(TYPE); TYPE a = slot(TYPE); RESULT; nextOp(); }

#define float_unary(TYPE, NAME, RESULT)                                         \
    d_m3Op(TYPE##_##NAME##_r) { TYPE a = get_##TYPE(_fp0); RESULT; nextOp(); }  \
    d_m3Op(TYPE##_##NAME##_s) { TYPE a = slot(TYPE); RESULT; nextOp(); }

/* ---- comparison, arithmetic, rounding ------------------------------------------------------------ */

#define float_operations(T)                                                     \
    float_binary_commutative(T, Equal, _r0 = a == b)                            \
    float_binary_commutative(T, NotEqual, _r0 = a != b)                         \
    float_binary(T, LessThan, _r0 = a < b)                                      \
    float_binary(T, GreaterThan, _r0 = a > b)                                   \
    float_binary(T, LessThanOrEqual, _r0 = a <= b)                              \
    float_binary(T, GreaterThanOrEqual, _r0 = a >= b)                           \
    float_binary_commutative(T, Add, arithmetic_result(T, a + b))     \
    float_binary_commutative(T, Multiply, arithmetic_result(T, a * b)) \
    float_binary(T, Subtract, arithmetic_result(T, a - b))            \
    float_binary(T, Divide, arithmetic_result(T, a / b))              \
    float_binary(T, Min, _fp0 = put_##T(min_##T(a, b)))                         \
    float_binary(T, Max, _fp0 = put_##T(max_##T(a, b)))                         \
    float_binary(T, CopySign, _fp0 = put_##T(copysign_##T(a, b)))               \
    float_unary(T, Abs, _fp0 = put_##T(abs_##T(a)))                             \
    float_unary(T, Negate, _fp0 = put_##T(negate_##T(a)))                       \
    float_unary(T, Ceil, canonical_result(T, ceil_##T(a)))            \
    float_unary(T, Floor, canonical_result(T, floor_##T(a)))          \
    float_unary(T, Trunc, canonical_result(T, trunc_##T(a)))          \
    float_unary(T, Sqrt, canonical_result(T, sqrt_##T(a)))            \
    float_unary(T, Nearest, canonical_result(T, nearest_##T(a)))

#define sqrt_f32 sqrtf
#define sqrt_f64 sqrt

/* Sign operations work on bits, because a soft-float library may compute -x as 0 - x. */
static inline u32 bits_f32(f32 x) { u32 u; memcpy(&u, &x, sizeof u); return u; }
static inline u64 bits_f64(f64 x) { u64 u; memcpy(&u, &x, sizeof u); return u; }
static inline f32 from_bits_f32(u32 u) { f32 x; memcpy(&x, &u, sizeof x); return x; }
static inline f64 from_bits_f64(u64 u) { f64 x; memcpy(&x, &u, sizeof x); return x; }

#define SIGN_f32 0x80000000u
#define SIGN_f64 0x8000000000000000ull
#define sign_operations(T)                                                                                          \
    static inline T abs_##T(T a) { return from_bits_##T(bits_##T(a) & ~SIGN_##T); }                                 \
    static inline T negate_##T(T a) { return from_bits_##T(bits_##T(a) ^ SIGN_##T); }                               \
    static inline T copysign_##T(T a, T b) { return from_bits_##T((bits_##T(a) & ~SIGN_##T) | (bits_##T(b) & SIGN_##T)); }

sign_operations(f32)
sign_operations(f64)

#include "rounding.h"

float_operations(f32)
float_operations(f64)

/* ---- conversion ---------------------------------------------------------------------------------- */

/* Float to integer, with result and operand each in a register or a slot. OP is wasm3's checked conversion. */
#define float_to_int(TYPE, NAME, FROM, OP)                                                              \
    d_m3Op(TYPE##_##NAME##_##FROM##_r_r) { FROM a = get_##FROM(_fp0); OP(_r0, a); nextOp(); }           \
    d_m3Op(TYPE##_##NAME##_##FROM##_r_s) { FROM a = slot(FROM); OP(_r0, a); nextOp(); }                 \
    d_m3Op(TYPE##_##NAME##_##FROM##_s_r) { TYPE *to = slot_ptr(TYPE); FROM a = get_##FROM(_fp0); OP(*to, a); nextOp(); } \
    d_m3Op(TYPE##_##NAME##_##FROM##_s_s) { FROM a = slot(FROM); TYPE *to = slot_ptr(TYPE); OP(*to, a); nextOp(); }

float_to_int(i32, Trunc, f32, OP_I32_TRUNC_F32)
float_to_int(u32, Trunc, f32, OP_U32_TRUNC_F32)
float_to_int(i32, Trunc, f64, OP_I32_TRUNC_F64)
float_to_int(u32, Trunc, f64, OP_U32_TRUNC_F64)
float_to_int(i64, Trunc, f32, OP_I64_TRUNC_F32)
float_to_int(u64, Trunc, f32, OP_U64_TRUNC_F32)
float_to_int(i64, Trunc, f64, OP_I64_TRUNC_F64)
float_to_int(u64, Trunc, f64, OP_U64_TRUNC_F64)
float_to_int(i32, TruncSat, f32, OP_I32_TRUNC_SAT_F32)
float_to_int(u32, TruncSat, f32, OP_U32_TRUNC_SAT_F32)
float_to_int(i32, TruncSat, f64, OP_I32_TRUNC_SAT_F64)
float_to_int(u32, TruncSat, f64, OP_U32_TRUNC_SAT_F64)
float_to_int(i64, TruncSat, f32, OP_I64_TRUNC_SAT_F32)
float_to_int(u64, TruncSat, f32, OP_U64_TRUNC_SAT_F32)
float_to_int(i64, TruncSat, f64, OP_I64_TRUNC_SAT_F64)
float_to_int(u64, TruncSat, f64, OP_U64_TRUNC_SAT_F64)

#define int_to_float(TO, FROM)                                                                          \
    d_m3Op(TO##_Convert_##FROM##_r_r) { _fp0 = put_##TO((TO)(FROM)_r0); nextOp(); }                     \
    d_m3Op(TO##_Convert_##FROM##_r_s) { FROM a = slot(FROM); _fp0 = put_##TO((TO)a); nextOp(); }        \
    d_m3Op(TO##_Convert_##FROM##_s_r) { slot(TO) = (TO)(FROM)_r0; nextOp(); }                           \
    d_m3Op(TO##_Convert_##FROM##_s_s) { FROM a = slot(FROM); slot(TO) = (TO)a; nextOp(); }

int_to_float(f64, i32)
int_to_float(f64, u32)
int_to_float(f64, i64)
int_to_float(f64, u64)
int_to_float(f32, i32)
int_to_float(f32, u32)
int_to_float(f32, i64)
int_to_float(f32, u64)

d_m3Op(f32_Demote_f64_r) { canonical_result(f32, (f32)_fp0); nextOp(); }
d_m3Op(f32_Demote_f64_s) { f64 a = slot(f64); canonical_result(f32, (f32)a); nextOp(); }
d_m3Op(f64_Promote_f32_r) { canonical_result(f64, (f64)get_f32(_fp0)); nextOp(); }
d_m3Op(f64_Promote_f32_s) { f32 a = slot(f32); canonical_result(f64, (f64)a); nextOp(); }

/* A reinterpretation only moves bits, because a slot holds the same bits for both types. */
#define reinterpret(INT, FLOAT)                                                                         \
    d_m3Op(INT##_Reinterpret_##FLOAT##_r_r) { _r0 = (INT)bits_##FLOAT(get_##FLOAT(_fp0)); nextOp(); }   \
    d_m3Op(INT##_Reinterpret_##FLOAT##_r_s) { _r0 = slot(INT); nextOp(); }                              \
    d_m3Op(INT##_Reinterpret_##FLOAT##_s_r) { slot(FLOAT) = get_##FLOAT(_fp0); nextOp(); }              \
    d_m3Op(INT##_Reinterpret_##FLOAT##_s_s) { INT a = slot(INT); slot(INT) = a; nextOp(); }             \
    d_m3Op(FLOAT##_Reinterpret_##INT##_r_r) { _fp0 = put_##FLOAT(from_bits_##FLOAT((INT)_r0)); nextOp(); } \
    d_m3Op(FLOAT##_Reinterpret_##INT##_r_s) { _fp0 = put_##FLOAT(slot(FLOAT)); nextOp(); }              \
    d_m3Op(FLOAT##_Reinterpret_##INT##_s_r) { slot(INT) = (INT)_r0; nextOp(); }                         \
    d_m3Op(FLOAT##_Reinterpret_##INT##_s_s) { INT a = slot(INT); slot(INT) = a; nextOp(); }

reinterpret(i32, f32)
reinterpret(i64, f64)

/* ---- moves, memory, select: they do not change the bits ------------------------------------------- */

#define float_moves(T)                                                                                  \
    d_m3Op(SetGlobal_##T) { T *global = immediate(T *); *global = get_##T(_fp0); nextOp(); }            \
    d_m3Op(SetRegister_##T) { _fp0 = put_##T(slot(T)); nextOp(); }                                      \
    d_m3Op(SetSlot_##T) { slot(T) = get_##T(_fp0); nextOp(); }                                          \
    d_m3Op(PreserveSetSlot_##T) {                                                                       \
        T *to = slot_ptr(T), *preserve = slot_ptr(T);                                                   \
        *preserve = *to;                                                                                \
        *to = get_##T(_fp0);                                                                            \
        nextOp();                                                                                       \
    }                                                                                                   \
    d_m3Op(T##_Load_##T##_r) { u64 address = (u32)_r0; address += immediate(u32); float_load(T) }       \
    d_m3Op(T##_Load_##T##_s) { u64 address = slot(u32); address += immediate(u32); float_load(T) }      \
    d_m3Op(T##_Store_##T##_rs) { u64 address = slot(u32); address += immediate(u32); T value = get_##T(_fp0); float_store(T) } \
    d_m3Op(T##_Store_##T##_rr) { u64 address = (u32)_r0; address += immediate(u32); T value = get_##T(_fp0); float_store(T) } \
    d_m3Op(T##_Store_##T##_sr) { T value = slot(T); u64 address = (u32)_r0; address += immediate(u32); float_store(T) } \
    d_m3Op(T##_Store_##T##_ss) { T value = slot(T); u64 address = slot(u32); address += immediate(u32); float_store(T) }

#define float_load(T)                                                                                   \
    if (UNLIKELY(address + sizeof(T) > _mem->length)) newTrap(m3Err_trapOutOfBoundsMemoryAccess);       \
    T value;                                                                                            \
    move_value(&value, m3MemData(_mem) + address, sizeof value);                                        \
    _fp0 = put_##T(value);                                                                              \
    nextOp();

#define float_store(T)                                                                                  \
    if (UNLIKELY(address + sizeof(T) > _mem->length)) newTrap(m3Err_trapOutOfBoundsMemoryAccess);       \
    move_value(m3MemData(_mem) + address, &value, sizeof value);                                        \
    nextOp();

float_moves(f32)
float_moves(f64)

/* The three letters: selector, second operand, first operand; each is in its register (r) or in a slot (s). */
#define float_select(T, LETTER, CONDITION)                                                              \
    d_m3Op(Select_##T##_##LETTER##ss) { i32 condition = CONDITION; T b = slot(T); T a = slot(T); _fp0 = put_##T(condition ? a : b); nextOp(); } \
    d_m3Op(Select_##T##_##LETTER##rs) { i32 condition = CONDITION; T b = get_##T(_fp0); T a = slot(T); _fp0 = put_##T(condition ? a : b); nextOp(); } \
    d_m3Op(Select_##T##_##LETTER##sr) { i32 condition = CONDITION; T b = slot(T); T a = get_##T(_fp0); _fp0 = put_##T(condition ? a : b); nextOp(); }

float_select(f32, r, (i32)_r0)
float_select(f32, s, slot(i32))
float_select(f64, r, (i32)_r0)
float_select(f64, s, slot(i32))

#endif
