/* A switch of 300 cases that jump back and forth: a compiler makes 300 nested blocks of it. */
#ifdef NATIVE
#include <stdio.h>
#else
#include "sovelma.h"
#endif

#define CASE(N)                                     \
    case N:                                         \
        x = x * (2u * N + 3u) + N * 7919u % 1013u;  \
        if (x & (1u << N % 31)) goto again;         \
        break;
#define TEN(N) CASE(N##0) CASE(N##1) CASE(N##2) CASE(N##3) CASE(N##4) CASE(N##5) CASE(N##6) CASE(N##7) CASE(N##8) CASE(N##9)
#define HUNDRED(N) TEN(N##0) TEN(N##1) TEN(N##2) TEN(N##3) TEN(N##4) TEN(N##5) TEN(N##6) TEN(N##7) TEN(N##8) TEN(N##9)

static unsigned step(unsigned n, unsigned x) {
    unsigned turns = 0;
again:
    if (++turns > 1000) return x;
    switch (100 + (n + turns * 7) % 300) { HUNDRED(1) HUNDRED(2) HUNDRED(3) }
    return x ^ turns;
}

static unsigned all(void) {
    unsigned x = 1;
    for (unsigned n = 0; n < 300; n++) x = step(n, x);
    return x & 0x7fffffff;
}

#ifdef NATIVE
int main(void) {
    printf("%u\n", all());
    return 0;
}
#else
__attribute__((export_name("_start"))) void start(void) { sp_exit((int)all()); }
#endif
