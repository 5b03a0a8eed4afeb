/* operations_memory.h - fast loads and stores of aligned values in linear memory, for 32-bit machines.
 *
 * wasm3's operations add the address in 64 bits and move the value byte by byte, because it may be unaligned. The operations
 * here check for the usual case: the sum does not overflow, is below the end of memory and is a multiple of the value's size.
 * The length of linear memory is a multiple of 8 bytes (create.c), so such a value also ends within memory, and the operation
 * moves it in one piece. In every other case the operation jumps to wasm3's operation, which reads the same immediates again
 * and moves the bytes or traps.
 *
 * Included by interpreter.c only, after operations_float.h.
 *
 * Invariant: an operation changes no argument but _pc before it jumps to another operation. A changed argument would move to
 * another register, and the fast path would have to move it back.
 */
#ifndef SOV_OPERATIONS_MEMORY_H
#define SOV_OPERATIONS_MEMORY_H

/* The formatter is off, because one line for each entry reads as a table. */
/* clang-format off */

#if UINTPTR_MAX == UINT32_MAX

#define slot_at(TYPE, N) (*(TYPE *)(_sp + *(i32 *)(_pc + (N))))

/* noipa: else the C compiler could drop arguments that the function does not use and expect the others in other registers. */
#define apart __attribute__((noipa, __cold__))

static apart m3ret_t trap_outside(d_m3OpSig) { newTrap(m3Err_trapOutOfBoundsMemoryAccess); }

/* A byte is always aligned, so this case is a trap for it. A trap leaves _pc after the immediates, where locate.c expects it. */
#define go_the_long_way(NAME, T, WORDS) \
    return sizeof(T) == 1 ? trap_outside(_pc + (WORDS), d_m3OpArgs) : op_##NAME(d_m3OpAllArgs)

/* Does ACTION with `place`, a pointer to the value of type T at address BASE plus the last of WORDS immediates. */
#define access(NAME, T, BASE, WORDS, ACTION)                                                  \
    d_m3RetSig op_##NAME(d_m3OpSig) apart;                                                     \
    d_m3Op(whole_##NAME) {                                                                     \
        u32 base = (BASE);                                                                     \
        u32 at = base + *(u32 *)(_pc + (WORDS) - 1);                                           \
        if (UNLIKELY(at < base)) go_the_long_way(NAME, T, WORDS);                              \
        if (UNLIKELY(at >= _mem->length)) go_the_long_way(NAME, T, WORDS);                     \
        if (UNLIKELY(at % sizeof(T))) go_the_long_way(NAME, T, WORDS);                         \
        typedef T __attribute__((may_alias)) whole;                                            \
        whole *place = (whole *)(m3MemData(_mem) + at);                                        \
        ACTION;                                                                                \
        _pc += (WORDS);                                                                        \
        nextOp();                                                                              \
    }

/* Sets only the lower half of the register, because no operation reads more of an i32 (operations_integer.h). */
#define set_i32(VALUE) _r0 = (m3reg_t)(((u64)_r0 & ~(u64)UINT32_MAX) | (u32)(VALUE))
#define set_i64(VALUE) _r0 = (i64)(VALUE)

#define integer_load(TYPE, T)                                                                  \
    access(TYPE##_Load_##T##_r, T, (u32)_r0, 1, set_##TYPE(*place))                            \
    access(TYPE##_Load_##T##_s, T, slot_at(u32, 0), 2, set_##TYPE(*place))

#define integer_store(TYPE, T)                                                                 \
    access(TYPE##_Store_##T##_rs, T, slot_at(u32, 0), 2, *place = (T)_r0)                      \
    access(TYPE##_Store_##T##_sr, T, (u32)_r0, 2, *place = (T)slot_at(TYPE, 0))                \
    access(TYPE##_Store_##T##_ss, T, slot_at(u32, 1), 3, *place = (T)slot_at(TYPE, 0))

#define float_access(T)                                                                        \
    access(T##_Load_##T##_r, T, (u32)_r0, 1, _fp0 = put_##T(*place))                           \
    access(T##_Load_##T##_s, T, slot_at(u32, 0), 2, _fp0 = put_##T(*place))                    \
    access(T##_Store_##T##_rs, T, slot_at(u32, 0), 2, *place = get_##T(_fp0))                  \
    access(T##_Store_##T##_rr, T, (u32)_r0, 1, *place = get_##T(_fp0))                         \
    access(T##_Store_##T##_sr, T, (u32)_r0, 2, *place = slot_at(T, 0))                         \
    access(T##_Store_##T##_ss, T, slot_at(u32, 1), 3, *place = slot_at(T, 0))

integer_load(i32, i8)
integer_load(i32, u8)
integer_load(i32, i16)
integer_load(i32, u16)
integer_load(i32, i32)
integer_load(i64, i8)
integer_load(i64, u8)
integer_load(i64, i16)
integer_load(i64, u16)
integer_load(i64, i32)
integer_load(i64, u32)
integer_load(i64, i64)
integer_store(i32, u8)
integer_store(i32, i16)
integer_store(i32, i32)
integer_store(i64, u8)
integer_store(i64, i16)
integer_store(i64, i32)
integer_store(i64, i64)
float_access(f32)
float_access(f64)

#define op_i32_Load_i8_r op_whole_i32_Load_i8_r
#define op_i32_Load_i8_s op_whole_i32_Load_i8_s
#define op_i32_Load_u8_r op_whole_i32_Load_u8_r
#define op_i32_Load_u8_s op_whole_i32_Load_u8_s
#define op_i32_Load_i16_r op_whole_i32_Load_i16_r
#define op_i32_Load_i16_s op_whole_i32_Load_i16_s
#define op_i32_Load_u16_r op_whole_i32_Load_u16_r
#define op_i32_Load_u16_s op_whole_i32_Load_u16_s
#define op_i32_Load_i32_r op_whole_i32_Load_i32_r
#define op_i32_Load_i32_s op_whole_i32_Load_i32_s
#define op_i64_Load_i8_r op_whole_i64_Load_i8_r
#define op_i64_Load_i8_s op_whole_i64_Load_i8_s
#define op_i64_Load_u8_r op_whole_i64_Load_u8_r
#define op_i64_Load_u8_s op_whole_i64_Load_u8_s
#define op_i64_Load_i16_r op_whole_i64_Load_i16_r
#define op_i64_Load_i16_s op_whole_i64_Load_i16_s
#define op_i64_Load_u16_r op_whole_i64_Load_u16_r
#define op_i64_Load_u16_s op_whole_i64_Load_u16_s
#define op_i64_Load_i32_r op_whole_i64_Load_i32_r
#define op_i64_Load_i32_s op_whole_i64_Load_i32_s
#define op_i64_Load_u32_r op_whole_i64_Load_u32_r
#define op_i64_Load_u32_s op_whole_i64_Load_u32_s
#define op_i64_Load_i64_r op_whole_i64_Load_i64_r
#define op_i64_Load_i64_s op_whole_i64_Load_i64_s
#define op_i32_Store_u8_rs op_whole_i32_Store_u8_rs
#define op_i32_Store_u8_sr op_whole_i32_Store_u8_sr
#define op_i32_Store_u8_ss op_whole_i32_Store_u8_ss
#define op_i32_Store_i16_rs op_whole_i32_Store_i16_rs
#define op_i32_Store_i16_sr op_whole_i32_Store_i16_sr
#define op_i32_Store_i16_ss op_whole_i32_Store_i16_ss
#define op_i32_Store_i32_rs op_whole_i32_Store_i32_rs
#define op_i32_Store_i32_sr op_whole_i32_Store_i32_sr
#define op_i32_Store_i32_ss op_whole_i32_Store_i32_ss
#define op_i64_Store_u8_rs op_whole_i64_Store_u8_rs
#define op_i64_Store_u8_sr op_whole_i64_Store_u8_sr
#define op_i64_Store_u8_ss op_whole_i64_Store_u8_ss
#define op_i64_Store_i16_rs op_whole_i64_Store_i16_rs
#define op_i64_Store_i16_sr op_whole_i64_Store_i16_sr
#define op_i64_Store_i16_ss op_whole_i64_Store_i16_ss
#define op_i64_Store_i32_rs op_whole_i64_Store_i32_rs
#define op_i64_Store_i32_sr op_whole_i64_Store_i32_sr
#define op_i64_Store_i32_ss op_whole_i64_Store_i32_ss
#define op_i64_Store_i64_rs op_whole_i64_Store_i64_rs
#define op_i64_Store_i64_sr op_whole_i64_Store_i64_sr
#define op_i64_Store_i64_ss op_whole_i64_Store_i64_ss
#define op_f32_Load_f32_r op_whole_f32_Load_f32_r
#define op_f32_Load_f32_s op_whole_f32_Load_f32_s
#define op_f32_Store_f32_rs op_whole_f32_Store_f32_rs
#define op_f32_Store_f32_rr op_whole_f32_Store_f32_rr
#define op_f32_Store_f32_sr op_whole_f32_Store_f32_sr
#define op_f32_Store_f32_ss op_whole_f32_Store_f32_ss
#define op_f64_Load_f64_r op_whole_f64_Load_f64_r
#define op_f64_Load_f64_s op_whole_f64_Load_f64_s
#define op_f64_Store_f64_rs op_whole_f64_Store_f64_rs
#define op_f64_Store_f64_rr op_whole_f64_Store_f64_rr
#define op_f64_Store_f64_sr op_whole_f64_Store_f64_sr
#define op_f64_Store_f64_ss op_whole_f64_Store_f64_ss

#endif
#endif
