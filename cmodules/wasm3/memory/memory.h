/* memory.h - the static arena, the regions in it, and the heap inside the region of the task being created or compiled.
 *
 * Invariants: at most one heap is open at a time, while a task is created or one of its functions is compiled; wasm3's
 * operations allocate nothing, so a request while no heap is open is a bug and gets NULL.
 */
#ifndef SOV_MEMORY_H
#define SOV_MEMORY_H

#include "config.h"
#include "pool.h"

#include <setjmp.h>

/* Empties the arena. Called when a MicroPython VM starts, because after a soft reset the arena still holds the previous VM's tasks. */
void sov_runtime_reset(void);

/* The number of resets so far. A handle with another epoch names a task that no longer exists. */
uint32_t sov_runtime_epoch(void);

/* Takes `bytes` of the arena, not cleared; NULL when no free block is large enough. */
void *sov_region_take(uint32_t bytes);

/* Takes the largest free block of the arena, not cleared, and writes its size to *bytes. NULL: the arena is full. */
void *sov_region_take_largest(uint32_t *bytes);

/* The size of a taken region, in bytes. */
uint32_t sov_region_bytes(const void *region);

/* Shortens a region to `bytes` and gives its tail back. */
void sov_region_trim(void *region, uint32_t bytes);

/* Gives a region back; NULL is ignored. */
void sov_region_give(void *region);

/* The same for a region that no task owns: sov_arena() does not count it. The caller must not give NULL back here. */
void *sov_region_take_shared(uint32_t bytes);
void sov_region_give_shared(void *region);

/* Opens a heap, from which wasm3 then allocates. A request that the heap cannot meet jumps to `full`. */
void sov_heap_enter(struct pool *heap, jmp_buf *full);
void sov_heap_leave(void);

/* wasm3 calls these in place of calloc, realloc and free. */
void *sov_heap_take(size_t bytes);
void *sov_heap_resize(void *block, size_t bytes);
void sov_heap_give(void *block);

/* Are these bytes inside the part of a region's heap that was ever taken? */
bool sov_heap_holds(const struct pool *heap, const void *from, size_t bytes);

/* The state of the arena: total bytes, free bytes, largest region that could be taken, number of regions of tasks. */
void sov_arena(uint32_t *size, uint32_t *free_bytes, uint32_t *largest, uint32_t *regions);

/* Changes the size of the arena while no region is taken. Smaller works on every machine, to try a board's size on a host;
 * larger works where the machine has memory for it. Returns NULL, or the reason of a refusal. */
const char *sov_arena_resize(uint32_t bytes);
uint32_t sov_arena_pieces(void); /* number of free blocks */
bool sov_arena_check(void);
uint32_t sov_arena_hash(void); /* hash of the allocation map: equal maps have equal hashes */

#if SOV_TEST_HOOKS
/* Makes the n-th allocation from now fail (n > 0); 0 switches this off. Returns the previous count that was still left. */
uint32_t sov_fail_allocation(uint32_t n);
/* The bytes of the arena, for guard patterns around regions. */
uint8_t *sov_arena_bytes(void);
#endif

#endif
