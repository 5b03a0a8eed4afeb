/* heap.c - the first size of MicroPython's heap on the board, and its limit.
 *
 * The heap starts as 64 KB in one piece. If ESP-IDF has less, the port would restart the chip again and again, before the console
 * works and without a message. This code takes the largest piece instead; the start then reports it and ends at the prompt
 * (`heap_missing`). memory.ld refuses to link an image in which that would happen.
 *
 * The port lets the heap grow by whatever ESP-IDF has left in one piece. Python's data would then use up the memory that the radio
 * and its connections need, and connecting would fail hours later. So all pieces together have a limit here, the same whether
 * the radio is on or not; Python raises MemoryError beyond it.
 *
 * The linker replaces the port's function by the one here (--wrap, see micropython.cmake).
 */
#include "py/mpconfig.h"

#include "py/mpstate.h"

#include "esp_heap_caps.h"

#if !defined(SOV_PYTHON_HEAP_MAX) || !defined(SOV_FIRST_HEAP)
#error "the board's mpconfigboard.h says how large Python's heap is at first and may become"
#endif

/* Bytes that always stay with ESP-IDF: for timers, flash, non-volatile storage. */
#define RESERVE (8u * 1024u)
/* The prompt needs at least this heap. If ESP-IDF has less, the port prints a message and restarts the chip. */
#define MIN_HEAP (16u * 1024u)

/* Returns how many bytes ESP-IDF can spare in one piece. */
static size_t largest_piece(void) {
    size_t largest = heap_caps_get_largest_free_block(MALLOC_CAP_DEFAULT);
    return largest > RESERVE ? largest - RESERVE : 0;
}

/* Returns the size of the first heap. The port calls this before it allocates the heap and after each soft reset; the first result
 * stays valid. */
unsigned sov_first_heap_bytes(void) {
    static unsigned bytes;
    if (!bytes) {
        size_t largest = largest_piece();
        bytes = largest >= SOV_FIRST_HEAP ? SOV_FIRST_HEAP : largest > MIN_HEAP ? (unsigned)largest & ~15u : MIN_HEAP;
    }
    return bytes;
}

size_t __wrap_gc_get_max_new_split(void);

/* Returns how many bytes the collector may add in one piece. */
size_t __wrap_gc_get_max_new_split(void) {
    size_t total = 0;
    for (mp_state_mem_area_t *area = &MP_STATE_MEM(area); area != NULL; area = area->next)
        total += (size_t)(area->gc_pool_end - area->gc_pool_start);
    if (total >= SOV_PYTHON_HEAP_MAX) return 0;
    size_t room = SOV_PYTHON_HEAP_MAX - total, largest = largest_piece();
    return room < largest ? room : largest;
}
