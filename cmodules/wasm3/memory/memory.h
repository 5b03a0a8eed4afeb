/* memory.h - the static arena, the regions in it, and the heap inside the region of the task being created or compiled.
 *
 * Invariants: at most one heap is open at a time, while a task is created or one of its functions compiled; wasm3's
 * operations allocate nothing, so a request while no heap is open is a bug, and gets NULL.
 */
#ifndef SOV_MEMORY_H
#define SOV_MEMORY_H

#include "config.h"
#include "pool.h"

#include <setjmp.h>

/* Empties the arena. Called when a MicroPython VM starts: after a soft reset the arena still holds tasks of the VM before. */
void sov_runtime_reset(void);

/* Counts resets: a handle whose epoch is another one names a task that is gone. */
uint32_t sov_runtime_epoch(void);

/* Takes `bytes` of the arena, not cleared; NULL when no free block is large enough. */
void *sov_region_take(uint32_t bytes);

/* Takes the largest free block of the arena, not cleared, and says how large it is. NULL: the arena is full. */
void *sov_region_take_largest(uint32_t *bytes);

/* Bytes of a region that was taken. */
uint32_t sov_region_bytes(const void *region);

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

/* The arena: bytes in all, bytes free, largest region that could be taken, regions of tasks. */
void sov_arena(uint32_t *size, uint32_t *free_bytes, uint32_t *largest, uint32_t *regions);

/* Makes the arena another size, while no region is taken: smaller anywhere, to try a board's on a host;
 * larger where the machine has memory for it. NULL, or why not. */
const char *sov_arena_resize(uint32_t bytes);
uint32_t sov_arena_pieces(void); /* free blocks */
bool sov_arena_check(void);
uint32_t sov_arena_hash(void); /* of the allocation map: equal maps, equal hashes */

#if SOV_TEST_HOOKS
/* The n-th allocation from now fails (n > 0), 0 switches it off. Returns how many were still to go. */
uint32_t sov_fail_allocation(uint32_t n);
/* First and last byte of the arena's array, for guard patterns around regions. */
uint8_t *sov_arena_bytes(void);
#endif

#endif
