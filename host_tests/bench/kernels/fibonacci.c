/* Doubly recursive Fibonacci: nothing but calls and returns. */
#include "bench.h"

static NOINLINE u32 fibonacci(u32 n) {
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

int run(void) {
    return (int)fibonacci(ROUNDS(33, 19));
}
