/* The tightest loop there is: one basic block per turn, so that suspensions are all there is to measure. */
#include "../kernels/bench.h"

int run(void) {
    u32 turns = 0;
    while (turns < 10000000) {
        /* Keeps the compiler from computing the end; emits nothing. */
        __asm__ volatile("" : "+r"(turns));
        turns++;
    }
    return (int)turns;
}
