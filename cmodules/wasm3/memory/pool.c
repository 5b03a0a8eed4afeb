/* pool.c - a first-fit allocator over one range of bytes (contract in pool.h).
 *
 * A block is a header of two words and its bytes. The header holds the block's whole size, with the lowest bit set
 * while the block is taken, and the size of the block before it. So one addition finds either neighbour, and giving a
 * block back needs no search.
 */
#include "pool.h"

#include <string.h>

struct block {
    uint32_t size_taken; /* bytes with header; bit 0: taken */
    uint32_t previous;   /* bytes of the block before; 0 for the first block */
};

/* A remainder smaller than this stays with the block, because a header and one word are of no use. */
#define MIN_BLOCK 16u

/* Under the address sanitizer (make test-sanitize), free blocks and all headers are poisoned, so an access past a block ends
 * in a report. Only this file may touch headers, so it is compiled without the sanitizer. */
#if SOV_POISON
#include <sanitizer/asan_interface.h>
static bool hides = true;
#define hide(FROM, BYTES) (hides ? __asan_poison_memory_region(FROM, BYTES) : (void)0)
#define show(FROM, BYTES) __asan_unpoison_memory_region(FROM, BYTES)

void pool_uncover(struct pool *pool) {
    hides = false;
    show(pool->base, pool->size);
}

void pool_end(void *from, uint32_t bytes) { show(from, bytes); }
#else
#define hide(FROM, BYTES) ((void)0)
#define show(FROM, BYTES) ((void)0)
#endif

static inline struct block *at(const struct pool *pool, uint32_t offset) { return (struct block *)(pool->base + offset); }
static inline uint32_t size_of(const struct block *b) { return b->size_taken & ~7u; }
static inline bool is_taken(const struct block *b) { return b->size_taken & 1u; }
static inline uint32_t offset_of(const struct pool *pool, const struct block *b) { return (uint32_t)((const uint8_t *)b - pool->base); }

/* The rounded size of a block with its header; 0: the request is too large for any pool. */
static uint32_t whole_size(uint32_t bytes) {
    if (bytes > 0x7ffffff0u - POOL_HEADER_BYTES) return 0;
    uint32_t size = (bytes + POOL_HEADER_BYTES + 7u) & ~7u;
    return size < MIN_BLOCK ? MIN_BLOCK : size;
}

/* Stores `size` as the size of the previous block in the block that follows the block at `offset`. */
static void link_next(struct pool *pool, uint32_t offset, uint32_t size) {
    if (offset + size < pool->size) at(pool, offset + size)->previous = size;
}

/* Cuts a block, free or taken, to `size` and frees the rest when the rest is large enough for a block. */
static void cut(struct pool *pool, struct block *b, uint32_t size) {
    uint32_t rest = size_of(b) - size;
    if (rest < MIN_BLOCK) return;
    uint32_t offset = offset_of(pool, b);
    struct block *tail = at(pool, offset + size);
    b->size_taken = size | (b->size_taken & 1u);
    tail->size_taken = rest;
    tail->previous = size;
    hide(tail, rest);
    uint32_t after = offset + size + rest;
    if (after < pool->size && !is_taken(at(pool, after))) {
        rest += size_of(at(pool, after));
        tail->size_taken = rest;
    }
    link_next(pool, offset + size, rest);
    if (offset + size < pool->rover) pool->rover = offset + size;
}

static void note_reach(struct pool *pool, uint32_t end) {
    if (end > pool->reach) pool->reach = end;
}

void pool_init(struct pool *pool, void *base, uint32_t size) {
    pool->base = base;
    pool->size = size & ~7u;
    pool->used = 0;
    pool->reach = 0;
    pool->rover = 0;
    if (pool->size >= MIN_BLOCK) {
        at(pool, 0)->size_taken = pool->size;
        at(pool, 0)->previous = 0;
        hide(pool->base, pool->size);
    } else {
        pool->size = 0;
    }
}

void *pool_take(struct pool *pool, uint32_t bytes) {
    uint32_t size = whole_size(bytes);
    if (size == 0) return NULL;
    bool passed_free = false;
    for (uint32_t offset = pool->rover; offset < pool->size; offset += size_of(at(pool, offset))) {
        struct block *b = at(pool, offset);
        if (is_taken(b)) continue;
        if (size_of(b) >= size) {
            if (!passed_free) pool->rover = offset + size;
            b->size_taken |= 1u;
            cut(pool, b, size);
            if (!passed_free) pool->rover = offset + size_of(b);
            pool->used += size_of(b);
            note_reach(pool, offset + size_of(b));
            show(b + 1, pool_block_bytes(b + 1));
            return b + 1;
        }
        passed_free = true;
    }
    return NULL;
}

void pool_give(struct pool *pool, void *block) {
    if (!block) return;
    struct block *b = (struct block *)block - 1;
    uint32_t offset = offset_of(pool, b), size = size_of(b);
    pool->used -= size;
    hide(b, size);
    if (offset + size < pool->size && !is_taken(at(pool, offset + size))) size += size_of(at(pool, offset + size));
    if (b->previous && !is_taken(at(pool, offset - b->previous))) {
        uint32_t before = b->previous;
        offset -= before;
        size += before;
        b = at(pool, offset);
    }
    b->size_taken = size;
    link_next(pool, offset, size);
    if (offset < pool->rover) pool->rover = offset;
}

uint32_t pool_block_bytes(const void *block) { return size_of((const struct block *)block - 1) - POOL_HEADER_BYTES; }

bool pool_resize(struct pool *pool, void *block, uint32_t bytes) {
    struct block *b = (struct block *)block - 1;
    uint32_t offset = offset_of(pool, b), size = whole_size(bytes), old = size_of(b);
    if (size == 0) return false;
    if (size > old) {
        uint32_t after = offset + old;
        if (after >= pool->size || is_taken(at(pool, after)) || old + size_of(at(pool, after)) < size) return false;
        uint32_t joined = old + size_of(at(pool, after));
        if (pool->rover == after) pool->rover = offset + joined;
        b->size_taken = joined | 1u;
        link_next(pool, offset, joined);
    }
    cut(pool, b, size);
    pool->used += size_of(b) - old;
    show(block, pool_block_bytes(block));
    note_reach(pool, offset + size_of(b));
    return true;
}

uint32_t pool_largest(const struct pool *pool) {
    uint32_t largest = 0;
    for (uint32_t offset = 0; offset < pool->size; offset += size_of(at(pool, offset))) {
        const struct block *b = at(pool, offset);
        if (!is_taken(b) && size_of(b) > largest) largest = size_of(b);
    }
    return largest ? largest - POOL_HEADER_BYTES : 0;
}

uint32_t pool_count(const struct pool *pool) {
    uint32_t count = 0;
    for (uint32_t offset = 0; offset < pool->size; offset += size_of(at(pool, offset))) count += is_taken(at(pool, offset));
    return count;
}

uint32_t pool_free_count(const struct pool *pool) {
    uint32_t count = 0;
    for (uint32_t offset = 0; offset < pool->size; offset += size_of(at(pool, offset))) count += !is_taken(at(pool, offset));
    return count;
}

bool pool_check(const struct pool *pool) {
    uint32_t offset = 0, previous = 0, used = 0;
    bool was_free = false;
    while (offset < pool->size) {
        const struct block *b = at(pool, offset);
        uint32_t size = size_of(b);
        if (size < MIN_BLOCK || size > pool->size - offset || b->previous != previous) return false;
        if (!is_taken(b) && (was_free || offset < pool->rover)) return false;
        if (is_taken(b)) used += size;
        was_free = !is_taken(b);
        previous = size;
        offset += size;
    }
    return offset == pool->size && used == pool->used;
}

uint32_t pool_hash(const struct pool *pool) {
    uint32_t hash = 2166136261u; /* FNV-1a over the words that describe the map */
    for (uint32_t offset = 0; offset < pool->size; offset += size_of(at(pool, offset)))
        hash = (hash ^ at(pool, offset)->size_taken) * 16777619u;
    return (hash ^ pool->used) * 16777619u;
}
