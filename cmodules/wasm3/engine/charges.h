/* charges.h - the fuel that slow instructions cost beyond the one unit that every instruction costs.
 *
 * The slow instructions are those that a chip without floating point or 64-bit division carries out by a library function. The
 * extra fuel makes one unit stand for the same time in any code. Each row is the time of an instruction on RV32 beyond an
 * i32.add, in units of 5.5 machine instructions; one unit of integer code takes 5.5 machine instructions there
 * (`host_tests/bench/run.py units` prints both). The rows are constants of the ABI's minor version, so every machine has the same.
 *
 * Included by compiler_hooks.h only.
 *
 * Invariant: an instruction costs at least as much as any instruction that does a part of its work.
 */
#ifndef SOV_CHARGES_H
#define SOV_CHARGES_H

/* clang-format off */
#define TIMES_4(N) N, N, N, N
#define TIMES_6(N) N, N, N, N, N, N
#define TIMES_11(N) TIMES_6(N), TIMES_4(N), N
#define BITS 7         /* clz, ctz, popcnt */
#define DIVIDE_64 20   /* i64 div, rem */
#define COMPARE 9
#define TO_INTEGER 24
#define FROM_INTEGER 18
#define OTHER_WIDTH 15

static const u8 more_fuel[OP_LAST_NUMERIC - OP_FIRST_NUMERIC + 1] = {
    TIMES_11(0), TIMES_11(0),                                             /* 0x45: i32 and i64 comparisons */
    TIMES_6(COMPARE), TIMES_6(COMPARE),                                   /* 0x5b: f32, f64 comparisons */
    BITS, BITS, BITS, TIMES_11(0), TIMES_4(0),                            /* 0x67: i32 */
    BITS, BITS, BITS, 0, 0, 0, TIMES_4(DIVIDE_64), TIMES_6(0), 0, 0,      /* 0x79: i64 */
    0, 0, TIMES_4(11), 54, 18, 18, 24, 24, 20, 20, 0,                     /* 0x8b: f32 abs neg, rounding, sqrt, + - * /, min max copysign */
    0, 0, TIMES_4(20), 155, 25, 25, 42, 42, 21, 21, 0,                    /* 0x99: f64 */
    0, TIMES_4(TO_INTEGER), 0, 0, TIMES_4(TO_INTEGER),                    /* 0xa7: wrap, trunc, extend, trunc */
    TIMES_4(FROM_INTEGER), OTHER_WIDTH, TIMES_4(FROM_INTEGER), OTHER_WIDTH, /* 0xb2: convert, demote, convert, promote */
    TIMES_4(0), TIMES_4(0), 0,                                            /* 0xbc: reinterpret, extend8_s and others */
};
/* clang-format on */

/* The upper bound of a block's charge, however long the block is. The sum of it and a compilation's charge fits the counter. */
#define MAX_CHARGE (SOV_MAX_FUEL / 2)

static void charge_more(u32 *cell, u32 fuel) { *cell = *cell + fuel < MAX_CHARGE ? *cell + fuel : MAX_CHARGE; }

#endif
