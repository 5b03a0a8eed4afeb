/* regions.c - memory.h for the fuzzer: every block of a region is a block of the sanitizer's own heap.
 *
 * In the firmware the blocks of all tasks tile one array, so an access past the end of one lands in the next and no
 * sanitizer notices. Here each block is as long as the contract of memory.h says (rounded up to 8 bytes) and
 * surrounded by poison, a region is poisoned beyond what it was trimmed to, and all of it is freed with the region.
 *
 * A copy of the module at a region's end is no block: a read past it is not found.
 *
 * Invariants: sizes are counted as pool.c counts them, so a quota fails where it fails in the firmware, but for
 * fragmentation; memory that the contract does not clear is filled with a different pattern each time.
 */
#include "memory/memory.h"

#include "task/task.h"

#include <sanitizer/asan_interface.h>
#include <stdlib.h>
#include <string.h>

#define REGIONS 4 /* two tasks, the compiler's tables, a workspace */
#define REGION_BYTES (160u * 1024u)
#define GUARD_BYTES 4096u

struct owned {
    struct owned *next;
    void *block;
    uint32_t bytes;
};

static struct region {
    uint8_t guard[GUARD_BYTES];
    uint8_t bytes[REGION_BYTES] __attribute__((aligned(8)));
    bool taken;
    struct owned *blocks; /* of the heap inside the region */
} regions[REGIONS];

static struct pool *creation_heap;
static jmp_buf *creation_full;
static uint32_t fail_countdown, epoch;
static uint8_t pattern;

static bool fails_now(void) { return fail_countdown && --fail_countdown == 0; }

uint32_t sov_fail_allocation(uint32_t n) {
    uint32_t left = fail_countdown;
    fail_countdown = n;
    return left;
}

static struct region *region_of(const void *address) {
    for (unsigned i = 0; i < REGIONS; i++)
        if ((const uint8_t *)address >= regions[i].bytes && (const uint8_t *)address < regions[i].bytes + REGION_BYTES) return &regions[i];
    abort();
}

static void give(struct region *region) {
    while (region->blocks) {
        struct owned *first = region->blocks;
        region->blocks = first->next;
        free(first->block);
        free(first);
    }
    region->taken = false;
    ASAN_POISON_MEMORY_REGION(region->bytes, REGION_BYTES);
}

void sov_runtime_reset(void) {
    for (unsigned i = 0; i < REGIONS; i++) {
        give(&regions[i]);
        ASAN_POISON_MEMORY_REGION(regions[i].guard, GUARD_BYTES);
    }
    sov_heap_leave();
    fail_countdown = 0;
    epoch++;
}

uint32_t sov_runtime_epoch(void) { return epoch; }

void *sov_region_take(uint32_t bytes) {
    if (fails_now() || bytes > REGION_BYTES) return NULL;
    for (unsigned i = 0; i < REGIONS; i++) {
        struct region *region = &regions[i];
        if (region->taken) continue;
        region->taken = true;
        ASAN_UNPOISON_MEMORY_REGION(region->bytes, bytes);
        memset(region->bytes, ++pattern, bytes);
        return region->bytes;
    }
    return NULL;
}

void *sov_region_take_largest(uint32_t *bytes) {
    *bytes = REGION_BYTES;
    return sov_region_take(REGION_BYTES);
}

uint32_t sov_region_bytes(const void *region) {
    (void)region;
    return REGION_BYTES;
}

void sov_arena(uint32_t *size, uint32_t *free_bytes, uint32_t *largest, uint32_t *taken) {
    *size = *free_bytes = REGIONS * REGION_BYTES;
    *largest = REGION_BYTES;
    *taken = 0;
}

void sov_region_trim(void *region, uint32_t bytes) {
    bytes = (bytes + 7u) & ~7u;
    if (bytes > REGION_BYTES) abort();
    ASAN_POISON_MEMORY_REGION((uint8_t *)region + bytes, REGION_BYTES - bytes);
}

void sov_region_give(void *region) {
    if (region) give(region_of(region));
}

void *sov_region_take_shared(uint32_t bytes) { return sov_region_take(bytes); }
void sov_region_give_shared(void *region) { sov_region_give(region); }

/* The heap's own bytes are never touched: its blocks lie elsewhere. */
void sov_heap_enter(struct pool *heap, jmp_buf *full) {
    creation_heap = heap;
    creation_full = full;
    ASAN_POISON_MEMORY_REGION(heap->base, heap->size);
}

void sov_heap_leave(void) {
    creation_heap = NULL;
    creation_full = NULL;
}

void pool_init(struct pool *pool, void *base, uint32_t size) {
    memset(pool, 0, sizeof *pool);
    pool->base = base;
    pool->size = size & ~7u;
}

static struct owned **find(struct region *region, const void *block) {
    struct owned **at = &region->blocks;
    while (*at && (*at)->block != block) at = &(*at)->next;
    if (!*at) abort(); /* wasm3 gave back what it never had */
    return at;
}

void *sov_heap_take(size_t bytes) {
    if (!creation_heap) abort(); /* neither created nor compiled */
    struct pool *heap = creation_heap;
    uint64_t whole = ((uint64_t)bytes + POOL_HEADER_BYTES + 7u) & ~(uint64_t)7;
    if (bytes > UINT32_MAX || fails_now() || whole > heap->size - heap->used) longjmp(*creation_full, 1);
    heap->used += (uint32_t)whole;
    if (heap->used > heap->reach) heap->reach = heap->used;
    struct region *region = region_of(heap);
    struct owned *block = malloc(sizeof *block);
    *block = (struct owned){ region->blocks, calloc(1, (size_t)whole - POOL_HEADER_BYTES), (uint32_t)whole };
    region->blocks = block;
    return block->block;
}

bool sov_heap_holds(const struct pool *heap, const void *from, size_t bytes) {
    for (struct owned *each = region_of(heap)->blocks; each; each = each->next) {
        size_t at = (size_t)from, block = (size_t)each->block, size = each->bytes - POOL_HEADER_BYTES;
        if (at >= block && at - block < size && size - (at - block) >= bytes) return true;
    }
    return false;
}

void sov_heap_give(void *block) {
    if (!creation_heap || !block) return;
    struct owned **at = find(region_of(creation_heap), block), *gone = *at;
    *at = gone->next;
    creation_heap->used -= gone->bytes;
    free(gone->block);
    free(gone);
}

void *sov_heap_resize(void *block, size_t bytes) {
    if (!block) return sov_heap_take(bytes);
    uint32_t old = (*find(region_of(creation_heap), block))->bytes - POOL_HEADER_BYTES;
    void *moved = sov_heap_take(bytes);
    memcpy(moved, block, old < bytes ? old : bytes);
    sov_heap_give(block);
    return moved;
}
