/* Takes the numbers that a producer puts into a buffer, in the same order.
 *
 * It keeps only a capability to read the buffer: it derives that one and drops the capability that it was granted. */
#include "sovelma_format.h"

#define NUMBERS 100
#define PLACES 8

__attribute__((export_name("_start"))) int start(void)
{
    sp_cap_t ring = capability("ring"), room = capability("room"), items = capability("items");
    sp_cap_t view = sp_mem_derive(ring, 0, sp_mem_size(ring), SP_RIGHT_READ);
    int32_t sum = 0, number;
    if (view <= 0 || sp_cap_drop(ring) != 0)
        return 1;
    for (int32_t expected = 1; expected <= NUMBERS; expected++) {
        if (sp_sync_take(items, -1) != 0 ||
            sp_mem_read(view, &number, sizeof number, expected % PLACES * (int32_t)sizeof number) != sizeof number)
            return 2;
        if (number != expected)
            return 3;
        sum += number;
        sp_sync_give(room, 1);
    }
    log_format(SP_LOG_INFO, "%d numbers through %d places, %d in all", NUMBERS, PLACES, sum);
    return 0;
}
