/* heap.c - how far MicroPython's heap may grow on the board.
 *
 * The port lets it take whatever ESP-IDF's heap has left, in one piece; Python's data would then eat what the radio and
 * its connections need, and connecting would fail hours later. So there is a limit for all pieces together, the same
 * whether the radio is on yet or not: what does not fit is a MemoryError here.
 *
 * The linker puts this in the place of the port's function (--wrap, see micropython.cmake).
 */
#include "py/mpconfig.h"

#include "py/mpstate.h"

#include "esp_heap_caps.h"

#ifndef SOV_PYTHON_HEAP_MOST
#error "the board's mpconfigboard.h says how large Python's heap may become"
#endif

/* Left to ESP-IDF in any case: timers, flash, non-volatile storage. */
#define RESERVE (8u * 1024u)

size_t __wrap_gc_get_max_new_split(void);

/* Bytes that the collector may add in one piece. */
size_t __wrap_gc_get_max_new_split(void) {
    size_t total = 0;
    for (mp_state_mem_area_t *area = &MP_STATE_MEM(area); area != NULL; area = area->next)
        total += (size_t)(area->gc_pool_end - area->gc_pool_start);
    if (total >= SOV_PYTHON_HEAP_MOST) return 0;
    size_t room = SOV_PYTHON_HEAP_MOST - total, largest = heap_caps_get_largest_free_block(MALLOC_CAP_DEFAULT);
    largest = largest > RESERVE ? largest - RESERVE : 0;
    return room < largest ? room : largest;
}
