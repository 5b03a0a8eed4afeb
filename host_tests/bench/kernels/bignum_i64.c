/* Modular exponentiation on 256-bit numbers in 32-bit limbs: i64 multiplication, shifts and carries. */
#include "bench.h"

#define LIMBS 8

static u32 modulus[LIMBS], base[LIMBS], exponent[LIMBS], result[LIMBS];

/* x = 2x + bit, minus the modulus where that is not negative; x < modulus before and after. */
static void double_and_reduce(u32 *x, u32 bit) {
    u32 reduced[LIMBS];
    u32 carry = bit;
    i64 borrow = 0;
    for (i32 i = 0; i < LIMBS; i++) {
        u32 top = x[i] >> 31;
        x[i] = x[i] << 1 | carry;
        carry = top;
    }
    for (i32 i = 0; i < LIMBS; i++) {
        i64 difference = (i64)x[i] - modulus[i] + borrow;
        reduced[i] = (u32)difference;
        borrow = difference >> 63;
    }
    if (carry || borrow == 0) {
        for (i32 i = 0; i < LIMBS; i++) {
            x[i] = reduced[i];
        }
    }
}

static NOINLINE void multiply_mod(u32 *x, const u32 *y) {
    u32 product[2 * LIMBS] = {0};
    for (i32 i = 0; i < LIMBS; i++) {
        u64 carry = 0;
        for (i32 j = 0; j < LIMBS; j++) {
            carry += (u64)x[i] * y[j] + product[i + j];
            product[i + j] = (u32)carry;
            carry >>= 32;
        }
        product[i + LIMBS] = (u32)carry;
    }
    for (i32 i = 0; i < LIMBS; i++) {
        x[i] = 0;
    }
    for (i32 bit = 2 * LIMBS * 32 - 1; bit >= 0; bit--) {
        double_and_reduce(x, product[bit / 32] >> (bit % 32) & 1);
    }
}

int run(void) {
    u32 seed = 65537, checksum = 2166136261u;
    for (i32 i = 0; i < LIMBS; i++) {
        modulus[i] = next_random(&seed) | (i == 0) | (u32)(i == LIMBS - 1) << 31;
        base[i] = i == LIMBS - 1 ? 1 : next_random(&seed);
        exponent[i] = next_random(&seed);
        result[i] = i == 0;
    }
    for (i32 round = 0; round < ROUNDS(6, 1); round++) {
        for (i32 bit = ROUNDS(256, 4) - 1; bit >= 0; bit--) {
            multiply_mod(result, result);
            if (exponent[bit / 32] >> (bit % 32) & 1) {
                multiply_mod(result, base);
            }
        }
        for (i32 i = 0; i < LIMBS; i++) {
            checksum = mix(checksum, result[i]);
        }
        exponent[round] ^= checksum;
    }
    return (int)checksum;
}
