/* region.c - regions of the static arena, and the heap inside the region of the task being created or compiled
 * (contract in memory.h).
 */
#include "memory.h"

#include "port/port.h"

#include <string.h>

/* Static and not from malloc, so that it is contiguous, checked by the linker and present before anything fragments memory. */
static uint8_t arena_bytes[SOV_ARENA_BYTES] __attribute__((aligned(8)));
static struct pool arena;
static uint32_t epoch;
static uint32_t shared; /* regions that no task owns */

static struct pool *open_heap;
static jmp_buf *heap_full;

#if SOV_TEST_HOOKS
static uint32_t fail_countdown; /* 0: off */

static bool fails_now(void) {
    if (!fail_countdown) return false;
    fail_countdown--;
    return fail_countdown == 0;
}

uint32_t sov_fail_allocation(uint32_t n) {
    uint32_t left = fail_countdown;
    fail_countdown = n;
    return left;
}

uint8_t *sov_arena_bytes(void) {
#if SOV_POISON
    pool_uncover(&arena);
#endif
    return arena.base;
}
#else
static bool fails_now(void) { return false; }
#endif

static void use_static_arena(uint32_t bytes) {
    pool_init(&arena, arena_bytes, bytes);
    sov_port_arena(0);
}

const char *sov_arena_resize(uint32_t bytes) {
    if (pool_count(&arena)) return "the arena is in use";
    if (bytes <= sizeof arena_bytes) {
        use_static_arena(bytes);
        return NULL;
    }
    uint8_t *larger = sov_port_arena(bytes);
    if (!larger) return "the machine has no memory for an arena of that size";
    pool_init(&arena, larger, bytes);
    return NULL;
}

void sov_runtime_reset(void) {
    use_static_arena(sizeof arena_bytes);
    open_heap = NULL;
    heap_full = NULL;
    shared = 0;
    epoch++;
}

uint32_t sov_runtime_epoch(void) { return epoch; }

void *sov_region_take(uint32_t bytes) { return fails_now() ? NULL : pool_take(&arena, bytes); }

void *sov_region_take_largest(uint32_t *bytes) {
    uint32_t largest = pool_largest(&arena);
    void *region = largest ? sov_region_take(largest) : NULL;
    *bytes = region ? pool_block_bytes(region) : 0;
    return region;
}

uint32_t sov_region_bytes(const void *region) { return pool_block_bytes(region); }

void sov_region_trim(void *region, uint32_t bytes) { pool_resize(&arena, region, bytes); }

void sov_region_give(void *region) { pool_give(&arena, region); }

void *sov_region_take_shared(uint32_t bytes) {
    void *region = sov_region_take(bytes);
    shared += region != NULL;
    return region;
}

void sov_region_give_shared(void *region) {
    sov_region_give(region);
    shared--;
}

void sov_heap_enter(struct pool *heap, jmp_buf *full) {
    open_heap = heap;
    heap_full = full;
}

void sov_heap_leave(void) {
    open_heap = NULL;
    heap_full = NULL;
}

void *sov_heap_take(size_t bytes) {
    if (!open_heap) return NULL;
    void *block = bytes > UINT32_MAX || fails_now() ? NULL : pool_take(open_heap, (uint32_t)bytes);
    if (!block) longjmp(*heap_full, 1);
    memset(block, 0, pool_block_bytes(block));
    return block;
}

void *sov_heap_resize(void *block, size_t bytes) {
    if (!block) return sov_heap_take(bytes);
    if (!open_heap || bytes > UINT32_MAX) return NULL;
    if (!fails_now() && pool_resize(open_heap, block, (uint32_t)bytes)) return block;
    void *moved = sov_heap_take(bytes);
    uint32_t old = pool_block_bytes(block);
    memcpy(moved, block, old < bytes ? old : bytes);
    pool_give(open_heap, block);
    return moved;
}

void sov_heap_give(void *block) {
    if (open_heap) pool_give(open_heap, block);
}

bool sov_heap_holds(const struct pool *heap, const void *from, size_t bytes) {
    size_t at = (size_t)from, base = (size_t)heap->base;
    return at >= base && at - base < heap->reach && heap->reach - (at - base) >= bytes;
}

void sov_arena(uint32_t *size, uint32_t *free_bytes, uint32_t *largest, uint32_t *regions) {
    *size = arena.size;
    *free_bytes = arena.size - arena.used;
    *largest = pool_largest(&arena);
    *regions = pool_count(&arena) - shared;
}

uint32_t sov_arena_pieces(void) { return pool_free_count(&arena); }

bool sov_arena_check(void) { return pool_check(&arena); }

uint32_t sov_arena_hash(void) { return pool_hash(&arena); }
