/* pool.h - a first-fit allocator over one range of bytes.
 *
 * The runtime uses it at two levels: the arena is a pool of regions, and a region holds a pool of wasm3's blocks.
 *
 * Invariants: blocks tile the range without gaps; two free blocks never touch; every block starts at a
 * multiple of 8; pools of the same size give the same answers to the same requests on every machine (first fit,
 * lowest address).
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
    uint32_t rover; /* no free block begins below this offset, so a search starts here and skips taken blocks */
};

/* Bytes that a block costs beyond the requested bytes, which are rounded up to 8. */
#define POOL_HEADER_BYTES 8u

/* Makes [base, base+size) one free block. `base` must be a multiple of 8; `size` is rounded down. */
void pool_init(struct pool *pool, void *base, uint32_t size);

/* Takes `bytes` from the lowest free block that is large enough. NULL: there is no such block. The bytes are not cleared. */
void *pool_take(struct pool *pool, uint32_t bytes);

/* Gives a block back and joins it with free neighbours. NULL is ignored. */
void pool_give(struct pool *pool, void *block);

/* The bytes that a block can hold. */
uint32_t pool_block_bytes(const void *block);

/* Changes the size of a block in place. False: the free space after the block is too small; nothing has changed. */
bool pool_resize(struct pool *pool, void *block, uint32_t bytes);

/* Bytes of the largest request that would succeed now; 0: none would. */
uint32_t pool_largest(const struct pool *pool);

/* Number of free blocks. */
uint32_t pool_free_count(const struct pool *pool);

/* Number of taken blocks. */
uint32_t pool_count(const struct pool *pool);

/* True when the invariants hold; for tests. */
bool pool_check(const struct pool *pool);

/* A hash of the map of blocks: equal maps have equal hashes; for tests. */
uint32_t pool_hash(const struct pool *pool);

#if SOV_POISON
/* Under the address sanitizer: removes the poison of this pool and stops poisoning in all pools; for tests that read the bytes. */
void pool_uncover(struct pool *pool);
/* Removes the poison of these bytes when their pool ends, so that their owner may write to all of them. */
void pool_end(void *from, uint32_t bytes);
#else
static inline void pool_end(void *from, uint32_t bytes) {
    (void)from;
    (void)bytes;
}
#endif

#endif
