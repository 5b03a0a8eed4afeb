/* What every benchmark kernel shares.
 *
 * A kernel exports `int run(void)`: no imports, no libc, no state that outlives a call (run() twice gives
 * the same checksum twice). ROUNDS(full, reduced) is the only knob: `full` takes a fraction of a second in
 * wasm3, `reduced` is for instruction counting and for slices of one unit of fuel.
 * The same sources compile natively, where they are the oracle for the checksum, so nothing here may depend
 * on the size of a pointer or of long.
 */
#ifndef BENCH_H
#define BENCH_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int i32;
typedef long long i64;

#ifdef __wasm__
#define EXPORT __attribute__((export_name("run")))
#else
#define EXPORT
#endif

#ifdef REDUCED
#define ROUNDS(full, reduced) (reduced)
#else
#define ROUNDS(full, reduced) (full)
#endif

/* An inlined kernel part would let the compiler fold work between rounds away. */
#define NOINLINE __attribute__((noinline))

#define LENGTH(array) ((i32)(sizeof(array) / sizeof((array)[0])))

EXPORT int run(void);

/* Marsaglia's xorshift: the kernels' deterministic input. The state must not be 0. */
static inline u32 next_random(u32 *state) {
    u32 x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

/* Order-dependent mixing of one word into a checksum (FNV-1a step on 32 bits). */
static inline u32 mix(u32 checksum, u32 word) {
    return (checksum ^ word) * 16777619u;
}

#endif
