/* Radix-2 FFT in f32, forth and back, with a windowing pass between: signal processing in single precision. */
#include "bench.h"

#define POINTS 512

static float real[POINTS], imaginary[POINTS], cosine[POINTS / 2], sine[POINTS / 2];

/* Twiddle factors by repeated rotation in f64: no libm, and the error stays far below f32's last digit. */
static void prepare(void) {
    const double step_cosine = 0.99992470183914454, step_sine = 0.012271538285719925;  /* 2 pi / POINTS */
    double c = 1, s = 0;
    for (i32 i = 0; i < POINTS / 2; i++) {
        cosine[i] = (float)c;
        sine[i] = (float)s;
        double next = c * step_cosine - s * step_sine;
        s = c * step_sine + s * step_cosine;
        c = next;
    }
}

static NOINLINE void transform(float direction) {
    for (i32 i = 0, j = 0; i < POINTS; i++) {
        if (i < j) {
            float kept = real[i];
            real[i] = real[j];
            real[j] = kept;
            kept = imaginary[i];
            imaginary[i] = imaginary[j];
            imaginary[j] = kept;
        }
        i32 bit = POINTS >> 1;
        while (j & bit) {
            j ^= bit;
            bit >>= 1;
        }
        j |= bit;
    }
    for (i32 half = 1, stride = POINTS / 2; half < POINTS; half *= 2, stride /= 2) {
        for (i32 group = 0; group < POINTS; group += 2 * half) {
            for (i32 k = 0; k < half; k++) {
                float c = cosine[k * stride], s = direction * sine[k * stride];
                i32 upper = group + k, lower = upper + half;
                float x = real[lower] * c - imaginary[lower] * s;
                float y = real[lower] * s + imaginary[lower] * c;
                real[lower] = real[upper] - x;
                imaginary[lower] = imaginary[upper] - y;
                real[upper] += x;
                imaginary[upper] += y;
            }
        }
    }
}

int run(void) {
    u32 seed = 99;
    prepare();
    for (i32 i = 0; i < POINTS; i++) {
        real[i] = (float)(i32)(next_random(&seed) >> 16) / 65536.0f - 0.5f;
        imaginary[i] = 0;
    }
    for (i32 round = 0; round < ROUNDS(450, 2); round++) {
        transform(-1.0f);
        for (i32 i = 0; i < POINTS; i++) {
            float scale = 1.0f / (POINTS + (i & 3));
            real[i] *= scale;
            imaginary[i] *= scale;
        }
        transform(1.0f);
    }
    u32 checksum = 2166136261u;
    for (i32 i = 0; i < POINTS; i++) {
        union { float value; u32 bits; } point = {real[i]};
        checksum = mix(checksum, point.bits);
    }
    return (int)checksum;
}
