/* pool.h - a first-fit allocator over one range of bytes.
 *
 * Used at two levels: the arena is a pool of regions, a region holds a pool of wasm3's blocks.
 *
 * Invariants: blocks tile the range without gaps; two free blocks never touch; every block starts at a
 * multiple of 8; a pool of the same size gives the same answers to the same requests (first fit, lowest
 * address), on every machine.
 */
#ifndef SOV_POOL_H
#define SOV_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pool {
    uint8_t *base;
    uint32_t size;  /* bytes, a multiple of 8 */
    uint32_t used;  /* bytes in taken blocks, headers included */
    uint32_t reach; /* highest end of a taken block so far, bytes from base */
    uint32_t rover; /* no free block begins below this offset: keeps first fit from rescanning full blocks */
};

/* What one block costs beyond the bytes asked for (rounded up to 8). */
#define POOL_HEADER_BYTES 8u

/* Makes [base, base+size) one free block. base must be a multiple of 8; size is rounded down. */
void pool_init(struct pool *pool, void *base, uint32_t size);

/* Takes `bytes` from the lowest free block that is large enough. NULL when there is none. The bytes are
 * not cleared. */
void *pool_take(struct pool *pool, uint32_t bytes);

/* Gives a block back and joins it with free neighbours. NULL is ignored. */
void pool_give(struct pool *pool, void *block);

/* Bytes that a block can hold. */
uint32_t pool_block_bytes(const void *block);

/* Changes the size of a block in place; false (and nothing changed) when what follows it is taken. */
bool pool_resize(struct pool *pool, void *block, uint32_t bytes);

/* Bytes of the largest request that would succeed now, 0 when none would. */
uint32_t pool_largest(const struct pool *pool);

/* Number of free blocks. */
uint32_t pool_free_count(const struct pool *pool);

/* Number of taken blocks. */
uint32_t pool_count(const struct pool *pool);

/* True when the invariants hold; for tests. */
bool pool_check(const struct pool *pool);

/* A hash of the map of blocks: equal maps, equal hashes; for tests. */
uint32_t pool_hash(const struct pool *pool);

#if SOV_POISON
/* Under the address sanitizer: poisons nothing any more, in no pool; for tests that look at the bytes themselves. */
void pool_uncover(struct pool *pool);
/* The pool in these bytes is no more: whoever has them writes to all of them. */
void pool_end(void *from, uint32_t bytes);
#else
static inline void pool_end(void *from, uint32_t bytes) {
    (void)from;
    (void)bytes;
}
#endif

#endif
