/* rounding.h - rounds a float to an integral value (trunc, floor, ceil, nearest) by integer arithmetic on its bits.
 *
 * It does not call the C library, because the result may not depend on the machine: Debian's library for RISC-V (picolibc 1.8)
 * loses bits in trunc from 2^63 on, and a carry in ceil and floor.
 *
 * A number with exponent e, 0 <= e < FRACTION, has FRACTION - e bits after the binary point. They are below the lowest bit of
 * the integer part. So an addition to them carries into the integer part and from its top into the exponent, as it should.
 *
 * Invariants: no float arithmetic, so the sign of zero stays; an integral value, an infinity or a NaN comes back unchanged.
 */
#ifndef SOV_ROUNDING_H
#define SOV_ROUNDING_H

/* The formatter is off, because one line for each entry reads as a table. */
/* clang-format off */

#define FRACTION_f32 23
#define FRACTION_f64 52
#define BIAS_f32 127
#define BIAS_f64 1023
#define WORD_f32 u32
#define WORD_f64 u64

/* AWAY: a fraction rounds away from zero. NEAREST: rounds to the nearest, ties to even. Out of line, because two operations use
 * each function, and with software floats these are calls anyway. */
#define rounding(T, NAME, AWAY, NEAREST)                                                                            \
    static __attribute__((noinline)) T NAME##_##T(T a) {                                                            \
        WORD_##T bits = bits_##T(a), sign = bits & SIGN_##T;                                                        \
        int exponent = (int)((bits & ~SIGN_##T) >> FRACTION_##T) - BIAS_##T;                                        \
        if (exponent >= FRACTION_##T) return a;                                                                     \
        WORD_##T one = (WORD_##T)BIAS_##T << FRACTION_##T;                                                          \
        if (exponent < 0) {                                                                                         \
            WORD_##T size = bits ^ sign;                                                                            \
            bool to_one = NEAREST ? size > one - ((WORD_##T)1 << FRACTION_##T) : size && (AWAY);                    \
            return from_bits_##T(to_one ? sign | one : sign);                                                       \
        }                                                                                                           \
        WORD_##T lowest = (WORD_##T)1 << (FRACTION_##T - exponent), below = lowest - 1;                             \
        if (NEAREST) bits += (lowest >> 1) - ((bits & lowest) ? 0 : 1);                                             \
        else if (AWAY) bits += below;                                                                               \
        return from_bits_##T(bits & ~below);                                                                        \
    }

#define roundings(T)                                                                                                \
    rounding(T, trunc, false, false)                                                                                \
    rounding(T, floor, sign != 0, false)                                                                            \
    rounding(T, ceil, sign == 0, false)                                                                             \
    rounding(T, nearest, false, true)

roundings(f32)
roundings(f64)

#endif
