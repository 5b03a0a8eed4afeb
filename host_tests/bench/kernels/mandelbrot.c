/* Escape times of the Mandelbrot set in f64. */
#include "bench.h"

#define SIDE ROUNDS(240, 24)
#define MAX_STEPS ROUNDS(500, 100)

static NOINLINE i32 escape(double x0, double y0) {
    double x = 0, y = 0;
    i32 step = 0;
    while (step < MAX_STEPS) {
        double xx = x * x, yy = y * y;
        if (xx + yy > 4.0) {
            break;
        }
        y = 2.0 * x * y + y0;
        x = xx - yy + x0;
        step++;
    }
    return step;
}

int run(void) {
    u32 checksum = 2166136261u;
    for (i32 row = 0; row < SIDE; row++) {
        for (i32 column = 0; column < SIDE; column++) {
            checksum = mix(checksum, (u32)escape(column * 3.0 / SIDE - 2.2, row * 2.6 / SIDE - 1.3));
        }
    }
    return (int)checksum;
}
