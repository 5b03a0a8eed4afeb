/* Sieve of Eratosthenes over bytes: plain loops of loads and stores. */
#include "bench.h"

#define LIMIT ROUNDS(48000, 8000)

static u8 composite[48000];

int run(void) {
    u32 checksum = 2166136261u;
    for (i32 round = 0; round < ROUNDS(120, 4); round++) {
        for (i32 i = 0; i < LIMIT; i++) {
            composite[i] = 0;
        }
        u32 count = 0;
        for (i32 i = 2; i < LIMIT - round; i++) {
            if (composite[i]) {
                continue;
            }
            count++;
            for (i32 j = i + i; j < LIMIT - round; j += i) {
                composite[j] = 1;
            }
        }
        checksum = mix(checksum, count);
    }
    return (int)checksum;
}
