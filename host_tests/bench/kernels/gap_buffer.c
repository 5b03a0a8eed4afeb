/* Edits in a text buffer with a gap: memory.copy and memory.fill of the bulk-memory proposal.
 *
 * The only kernel that is compiled with bulk memory: its memmove and memset become single instructions.
 */
#include "bench.h"

#define SIZE 24000

static u8 buffer[SIZE];
static i32 gap_start, gap_end;

static void move_gap(i32 to) {
    if (to < gap_start) {
        i32 count = gap_start - to;
        __builtin_memmove(buffer + gap_end - count, buffer + to, (u32)count);
        gap_start -= count;
        gap_end -= count;
    } else {
        i32 count = to - gap_start;
        __builtin_memmove(buffer + gap_start, buffer + gap_end, (u32)count);
        gap_start += count;
        gap_end += count;
    }
}

static NOINLINE void insert(i32 at, u8 letter, i32 count) {
    move_gap(at);
    if (count > gap_end - gap_start) {
        count = gap_end - gap_start;
    }
    __builtin_memset(buffer + gap_start, letter, (u32)count);
    gap_start += count;
}

static NOINLINE void remove_at(i32 at, i32 count) {
    move_gap(at);
    if (count > SIZE - gap_end) {
        count = SIZE - gap_end;
    }
    gap_end += count;
}

int run(void) {
    u32 seed = 8086, checksum = 2166136261u;
    __builtin_memset(buffer, 0, SIZE);
    gap_start = 0;
    gap_end = SIZE;
    for (i32 round = 0; round < ROUNDS(600000, 1500); round++) {
        i32 length = SIZE - (gap_end - gap_start);
        u32 r = next_random(&seed);
        /* Near the last edit, as people type: a far jump only now and then. */
        i32 at = gap_start + (i32)(r & 255) - 128;
        if ((r >> 8 & 127) == 0) {
            at = (i32)(r % (u32)(length + 1));
        }
        at = at < 0 ? 0 : at > length ? length : at;
        if (r >> 16 & 1) {
            insert(at, (u8)('a' + (r >> 17) % 26), 1 + (i32)(r >> 22 & 15));
        } else {
            remove_at(at, (i32)(r >> 22 & 15));
        }
        for (i32 i = 0; i < 16; i++) {
            checksum = mix(checksum, buffer[(gap_start + i * 7) % SIZE]);
        }
    }
    move_gap(0);
    return (int)mix(checksum, (u32)(SIZE - gap_end));
}
