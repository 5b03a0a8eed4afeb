/* Drives pool.c by commands, for test_pool.py: prints what every call did, so that a model can check it.
 *
 * usage: pool_test BYTES < commands
 * Commands, one a line: `t N` takes N bytes, `g I` gives block I back, `r I N` resizes block I; I counts the
 * takes from 0. Each prints `OFFSET used reach largest count check`; OFFSET is where the block lies (-1: refused).
 *
 * Every block is filled with a byte of its own and checked when it is given back or resized: a pool that hands
 * out the same byte twice is found here, one that writes outside its range by the sanitizers.
 */
#include "memory/pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BLOCKS 4096

static struct block {
    uint8_t *bytes;
    uint32_t size;
} blocks[MAX_BLOCKS];

static void check_fill(uint32_t i, uint32_t size) {
    for (uint32_t at = 0; at < size; at++) {
        if (blocks[i].bytes[at] != (uint8_t)i) {
            printf("block %u was written to at %u\n", i, at);
            exit(1);
        }
    }
}

static void fill(uint32_t i, uint32_t size) {
    blocks[i].size = size;
    memset(blocks[i].bytes, (int)(uint8_t)i, size);
}

int main(int argc, char **argv) {
    uint32_t size = argc > 1 ? (uint32_t)atol(argv[1]) : 0;
    uint8_t *range = aligned_alloc(8, (size + 7u) & ~7u); /* its own allocation: red zones on both sides */
    struct pool pool;
    pool_init(&pool, range, size);
    char command;
    uint32_t a, b, taken = 0;
    while (scanf(" %c %u", &command, &a) == 2) {
        long offset = -1;
        if (command == 't' && taken < MAX_BLOCKS) {
            uint8_t *bytes = pool_take(&pool, a);
            blocks[taken].bytes = bytes;
            if (bytes) {
                if (pool_block_bytes(bytes) < a) exit(2);
                fill(taken, pool_block_bytes(bytes));
                offset = bytes - range;
            }
            taken++;
        } else if (command == 'g' && a < taken) {
            if (blocks[a].bytes) {
                check_fill(a, blocks[a].size);
                offset = blocks[a].bytes - range;
            }
            pool_give(&pool, blocks[a].bytes);
            blocks[a].bytes = NULL;
        } else if (command == 'r' && scanf("%u", &b) == 1 && a < taken && blocks[a].bytes) {
            uint32_t before = blocks[a].size;
            check_fill(a, before);
            if (pool_resize(&pool, blocks[a].bytes, b)) {
                uint32_t now = pool_block_bytes(blocks[a].bytes);
                if (now < b) exit(3);
                check_fill(a, before < now ? before : now);
                fill(a, now);
                offset = blocks[a].bytes - range;
            } else {
                check_fill(a, before);
            }
        }
        printf("%ld %u %u %u %u %d\n", offset, pool.used, pool.reach, pool_largest(&pool), pool_count(&pool), pool_check(&pool));
    }
    free(range);
    return 0;
}
