/* signatures.h - the types of operands and results, by opcode: loads, stores and numeric instructions.
 *
 * Included by validate_body.c only.
 */
#ifndef SOV_SIGNATURES_H
#define SOV_SIGNATURES_H

/* The formatter is off, because one line for each entry reads as a table. */
/* clang-format off */

#include "validate_state.h"

/* Type and natural alignment (its base-2 logarithm) of the accesses 0x28 to 0x3e. */
static const uint8_t access_type[] = {
    T_I32, T_I64, T_F32, T_F64, T_I32, T_I32, T_I32, T_I32, T_I64, T_I64, T_I64, T_I64, T_I64, T_I64,
    T_I32, T_I64, T_F32, T_F64, T_I32, T_I32, T_I64, T_I64, T_I64,
};
static const uint8_t access_alignment[] = {
    2, 3, 2, 3, 0, 0, 1, 1, 0, 0, 1, 1, 2, 2,
    2, 3, 2, 3, 0, 1, 0, 1, 2,
};

/* Bits 0-2: type of the operands; bit 3: there are two operands; bits 4-6: type of the result. */
#define UNARY(FROM, TO) (T_##FROM | T_##TO << 4)
#define BINARY(FROM, TO) (T_##FROM | 8 | T_##TO << 4)

static const uint8_t numeric[0xc5 - 0x45] = {
#define at(FIRST, LAST) [FIRST - 0x45 ... LAST - 0x45]
    at(0x45, 0x45) = UNARY(I32, I32), at(0x46, 0x4f) = BINARY(I32, I32),
    at(0x50, 0x50) = UNARY(I64, I32), at(0x51, 0x5a) = BINARY(I64, I32),
    at(0x5b, 0x60) = BINARY(F32, I32), at(0x61, 0x66) = BINARY(F64, I32),
    at(0x67, 0x69) = UNARY(I32, I32), at(0x6a, 0x78) = BINARY(I32, I32),
    at(0x79, 0x7b) = UNARY(I64, I64), at(0x7c, 0x8a) = BINARY(I64, I64),
    at(0x8b, 0x91) = UNARY(F32, F32), at(0x92, 0x98) = BINARY(F32, F32),
    at(0x99, 0x9f) = UNARY(F64, F64), at(0xa0, 0xa6) = BINARY(F64, F64),
    at(0xa7, 0xa7) = UNARY(I64, I32), at(0xa8, 0xa9) = UNARY(F32, I32), at(0xaa, 0xab) = UNARY(F64, I32),
    at(0xac, 0xad) = UNARY(I32, I64), at(0xae, 0xaf) = UNARY(F32, I64), at(0xb0, 0xb1) = UNARY(F64, I64),
    at(0xb2, 0xb3) = UNARY(I32, F32), at(0xb4, 0xb5) = UNARY(I64, F32), at(0xb6, 0xb6) = UNARY(F64, F32),
    at(0xb7, 0xb8) = UNARY(I32, F64), at(0xb9, 0xba) = UNARY(I64, F64), at(0xbb, 0xbb) = UNARY(F32, F64),
    at(0xbc, 0xbc) = UNARY(F32, I32), at(0xbd, 0xbd) = UNARY(F64, I64),
    at(0xbe, 0xbe) = UNARY(I32, F32), at(0xbf, 0xbf) = UNARY(I64, F64),
    at(0xc0, 0xc1) = UNARY(I32, I32), at(0xc2, 0xc4) = UNARY(I64, I64),
#undef at
};

static const uint8_t saturating[8] = {
    UNARY(F32, I32), UNARY(F32, I32), UNARY(F64, I32), UNARY(F64, I32),
    UNARY(F32, I64), UNARY(F32, I64), UNARY(F64, I64), UNARY(F64, I64),
};

#endif
