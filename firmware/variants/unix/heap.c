// Limits the growth of the Python heap of the unix-port firmware.
//
// The heap starts with the port's 2 MiB, many times what the kernel and the demo
// need (the board starts with 64 KiB), and so small that a full collection takes
// well under a millisecond. A larger input file makes it grow.
//
// Invariant: a size given with `-X heapsize=` is exact and never exceeded, so
// that a test can run the kernel in the board's memory.

#include "py/gc.h"
#include "py/mpstate.h"

#if MICROPY_GC_SPLIT_HEAP_AUTO

// The port's initial size, set in ports/unix/main.c and changed by `-X heapsize=`.
extern long heap_size;

#define DEFAULT_HEAP_SIZE ((long)(1024 * 1024 * (sizeof(mp_uint_t) / 4)))

// A runaway script gets a MemoryError instead of filling the host's swap.
#define LARGEST_HEAP_SIZE ((size_t)256 * 1024 * 1024)

// Returns the number of bytes that the collector may still add in one piece.
size_t gc_get_max_new_split(void) {
    if (heap_size != DEFAULT_HEAP_SIZE) {
        return 0;
    }
    size_t total = 0;
    for (mp_state_mem_area_t *area = &MP_STATE_MEM(area); area != NULL; area = area->next) {
        total += area->gc_pool_end - area->gc_pool_start;
    }
    return total < LARGEST_HEAP_SIZE ? LARGEST_HEAP_SIZE - total : 0;
}

#endif
