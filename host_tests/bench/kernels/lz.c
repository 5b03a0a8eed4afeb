/* An LZ77 byte-oriented compressor with a hash of three bytes, and its decompressor, which must agree. */
#include "bench.h"

#define INPUT 8192
#define HASHES 1024
#define LONGEST 130             /* match lengths 3..130 fit seven bits */
#define FARTHEST 4095

static u8 input[INPUT], packed[INPUT + INPUT / 64 + 16], output[INPUT];
static u16 last_seen[HASHES];   /* position + 1 of the last occurrence, 0 = never */

static void write_input(void) {
    u32 seed = 4711;
    for (i32 i = 0; i < INPUT; i++) {
        u32 r = next_random(&seed);
        /* Mostly copies of earlier text with a little noise: compressible, but not trivially. */
        input[i] = i > 300 && (r & 15) ? input[i - 200 - (i >> 8)] : (u8)('a' + (r >> 8) % 20);
    }
}

/* Output: 0nnnnnnn = n + 1 literals follow; 1nnnnnnn hi lo = n + 3 bytes from `hi:lo` bytes back. */
static NOINLINE i32 pack(void) {
    i32 at = 0, size = 0, literals = -1;
    for (i32 i = 0; i < HASHES; i++) {
        last_seen[i] = 0;
    }
    while (at < INPUT) {
        i32 length = 0, distance = 0;
        if (at + 3 <= INPUT) {
            u32 three = input[at] | (u32)input[at + 1] << 8 | (u32)input[at + 2] << 16;
            u32 hash = three * 2654435761u >> 22;
            i32 candidate = last_seen[hash] - 1;
            last_seen[hash] = (u16)(at + 1);
            if (candidate >= 0 && at - candidate <= FARTHEST) {
                distance = at - candidate;
                while (length < LONGEST && at + length < INPUT && input[candidate + length] == input[at + length]) {
                    length++;
                }
            }
        }
        if (length >= 4) {
            packed[size++] = (u8)(128 | (length - 3));
            packed[size++] = (u8)(distance >> 8);
            packed[size++] = (u8)distance;
            at += length;
            literals = -1;
        } else {
            if (literals < 0 || packed[literals] == 127) {
                literals = size;
                packed[size++] = 255;       /* becomes 0 with the first literal */
            }
            packed[literals]++;
            packed[size++] = input[at++];
        }
    }
    return size;
}

static NOINLINE i32 unpack(i32 size) {
    i32 at = 0, from = 0;
    while (from < size) {
        u8 token = packed[from++];
        if (token & 128) {
            i32 distance = packed[from] << 8 | packed[from + 1];
            from += 2;
            for (i32 n = (token & 127) + 3; n > 0; n--, at++) {
                output[at] = output[at - distance];
            }
        } else {
            for (i32 n = token + 1; n > 0; n--) {
                output[at++] = packed[from++];
            }
        }
    }
    return at;
}

int run(void) {
    u32 checksum = 2166136261u;
    write_input();
    for (i32 round = 0; round < ROUNDS(270, 3); round++) {
        i32 size = pack();
        i32 restored = unpack(size);
        i32 equal = restored == INPUT;
        for (i32 i = 0; i < INPUT; i++) {
            equal &= input[i] == output[i];
        }
        if (!equal) {
            return -1;
        }
        checksum = mix(checksum, (u32)size);
        input[round * 61 % INPUT] ^= 3;
    }
    return (int)checksum;
}
