/* heap.c - how large MicroPython's heap is at first on the board, and how far it may grow.
 *
 * At first it is 64 KB in one piece. Where ESP-IDF has less, the port would restart the chip before the console works, for
 * ever and without a word; here it takes what there is, and the start says so and ends at the prompt (`heap_missing`).
 * memory.ld refuses to link an image in which that would happen.
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

#if !defined(SOV_PYTHON_HEAP_MAX) || !defined(SOV_FIRST_HEAP)
#error "the board's mpconfigboard.h says how large Python's heap is at first and may become"
#endif

/* Left to ESP-IDF in any case: timers, flash, non-volatile storage. */
#define RESERVE (8u * 1024u)
/* With less the prompt does not come either. Where that is not there, the port says so and restarts. */
#define MIN_HEAP (16u * 1024u)

/* Bytes in one piece that ESP-IDF can spare. */
static size_t largest_piece(void) {
    size_t largest = heap_caps_get_largest_free_block(MALLOC_CAP_DEFAULT);
    return largest > RESERVE ? largest - RESERVE : 0;
}

/* Bytes of the first heap. The port asks before it allocates them and after each soft reset: the first answer stands. */
unsigned sov_first_heap_bytes(void) {
    static unsigned bytes;
    if (!bytes) {
        size_t largest = largest_piece();
        bytes = largest >= SOV_FIRST_HEAP ? SOV_FIRST_HEAP : largest > MIN_HEAP ? (unsigned)largest & ~15u : MIN_HEAP;
    }
    return bytes;
}

size_t __wrap_gc_get_max_new_split(void);

/* Bytes that the collector may add in one piece. */
size_t __wrap_gc_get_max_new_split(void) {
    size_t total = 0;
    for (mp_state_mem_area_t *area = &MP_STATE_MEM(area); area != NULL; area = area->next)
        total += (size_t)(area->gc_pool_end - area->gc_pool_start);
    if (total >= SOV_PYTHON_HEAP_MAX) return 0;
    size_t room = SOV_PYTHON_HEAP_MAX - total, largest = largest_piece();
    return room < largest ? room : largest;
}
