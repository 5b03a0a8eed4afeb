/* Recursive quicksort with an insertion sort for short runs, and a binary search for every key. */
#include "bench.h"

#define COUNT ROUNDS(8192, 2048)

static i32 values[8192];

static NOINLINE void sort(i32 low, i32 high) {
    while (high - low > 12) {
        i32 middle = low + (high - low) / 2;
        i32 pivot = values[middle];
        i32 i = low, j = high;
        while (i <= j) {
            while (values[i] < pivot) i++;
            while (values[j] > pivot) j--;
            if (i <= j) {
                i32 kept = values[i];
                values[i++] = values[j];
                values[j--] = kept;
            }
        }
        /* Recursing into the smaller part bounds the depth by log2(COUNT), whatever the input. */
        if (j - low < high - i) {
            sort(low, j);
            low = i;
        } else {
            sort(i, high);
            high = j;
        }
    }
    for (i32 i = low + 1; i <= high; i++) {
        i32 value = values[i], j = i;
        while (j > low && values[j - 1] > value) {
            values[j] = values[j - 1];
            j--;
        }
        values[j] = value;
    }
}

static NOINLINE i32 search(i32 key) {
    i32 low = 0, high = COUNT;
    while (low < high) {
        i32 middle = (low + high) >> 1;
        if (values[middle] < key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

int run(void) {
    u32 checksum = 2166136261u;
    for (i32 round = 0; round < ROUNDS(24, 1); round++) {
        u32 seed = 12345u + (u32)round;
        for (i32 i = 0; i < COUNT; i++) {
            values[i] = (i32)next_random(&seed);
        }
        sort(0, COUNT - 1);
        seed = 12345u + (u32)round;
        for (i32 i = 0; i < COUNT; i++) {
            checksum = mix(checksum, (u32)search((i32)next_random(&seed)));
        }
    }
    return (int)checksum;
}
