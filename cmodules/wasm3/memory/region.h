/* region.h - regions of the static arena, and the heap inside the region of the task being created or compiled.
 *
 * Invariants: at most one heap is open at a time, while a task is created or one of its functions compiled; wasm3's
 * operations allocate nothing, so a request while no heap is open is a bug, and gets NULL.
 */
#ifndef SOV_REGION_H
#define SOV_REGION_H

#include "pool.h"

#include <setjmp.h>

/* Takes `bytes` of the arena, not cleared; NULL when no free block is large enough. */
void *sov_region_take(uint32_t bytes);

/* Takes the largest free block of the arena, not cleared, and says how large it is. NULL: the arena is full. */
void *sov_region_take_largest(uint32_t *bytes);

/* Gives the tail of a region back. */
void sov_region_trim(void *region, uint32_t bytes);

/* Gives a region back; NULL is ignored. */
void sov_region_give(void *region);

/* The same for a region that is no task's: sov_arena() does not count it. NULL is not given back here. */
void *sov_region_take_shared(uint32_t bytes);
void sov_region_give_shared(void *region);

/* Opens a heap: wasm3 allocates from it; a request that cannot be met jumps to `full`. */
void sov_heap_enter(struct pool *heap, jmp_buf *full);
void sov_heap_leave(void);

/* What wasm3 calls in place of calloc, realloc and free. */
void *sov_heap_take(size_t bytes);
void *sov_heap_resize(void *block, size_t bytes);
void sov_heap_give(void *block);

/* Do these bytes lie in what was ever taken of a region's heap? */
bool sov_heap_holds(const struct pool *heap, const void *from, size_t bytes);

#endif
