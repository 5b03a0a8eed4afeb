/* A loop that never ends: what a caller of resume() can suspend as often as it likes. */
#include "../kernels/bench.h"

int run(void) {
    for (;;) {
        __asm__ volatile("");
    }
}
