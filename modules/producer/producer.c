/* Fills a buffer that it shares with a consumer: one number every 2 ms, while there is room.
 *
 * This is the bounded buffer of the textbooks: one semaphore counts the free places, the other one the taken places, and
 * neither task ever checks whether the other one is there. */
#include "sovelma_io.h"

#define NUMBERS 100
#define PLACES 8
#define PERIOD_US 2000

__attribute__((export_name("_start"))) int start(void)
{
    sp_cap_t ring = capability("ring"), room = capability("room"), items = capability("items"), tick = sp_cap_create(SP_KIND_TIMER, 0);
    if (sp_timer_set(tick, sp_time(SP_CLOCK_MONOTONIC) + PERIOD_US, PERIOD_US) != 0)
        return 1;
    for (int32_t number = 1; number <= NUMBERS; number++) {
        if (sp_timer_wait(tick, -1) < 1 || sp_sync_take(room, -1) != 0)
            return 2;
        if (sp_mem_write(ring, &number, sizeof number, number % PLACES * (int32_t)sizeof number) != sizeof number)
            return 3;
        sp_sync_give(items, 1);
    }
    return 0;
}
