/* Multiplies square matrices of i32: nested counted loops with strided loads. */
#include "bench.h"

#define SIDE 48

static i32 a[SIDE][SIDE], b[SIDE][SIDE], c[SIDE][SIDE];

static NOINLINE void multiply(void) {
    for (i32 i = 0; i < SIDE; i++) {
        for (i32 j = 0; j < SIDE; j++) {
            u32 sum = 0;
            for (i32 k = 0; k < SIDE; k++) {
                sum += (u32)a[i][k] * (u32)b[k][j];
            }
            c[i][j] = (i32)sum;
        }
    }
}

int run(void) {
    u32 seed = 31337;
    for (i32 i = 0; i < SIDE; i++) {
        for (i32 j = 0; j < SIDE; j++) {
            a[i][j] = (i32)next_random(&seed);
            b[i][j] = (i32)next_random(&seed);
        }
    }
    u32 checksum = 2166136261u;
    for (i32 round = 0; round < ROUNDS(90, 2); round++) {
        multiply();
        for (i32 i = 0; i < SIDE; i++) {
            checksum = mix(checksum, (u32)c[i][(i + round) % SIDE]);
            a[i][i] = c[i][SIDE - 1 - i];
        }
    }
    return (int)checksum;
}
