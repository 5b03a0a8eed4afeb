/* Counts the presses of a button from the edges of its pin: no task polls the pin.
 *
 * The contact bounces; the manifest sets the debounce time. The edges and a timer signal bits of a notification that the task
 * makes itself, so one wait serves both. */
#include "sovelma_format.h"

#define RINGS 3
#define PATIENCE_US 60000000
#define RANG 1 /* bits of the notification */
#define ENOUGH 2

__attribute__((export_name("_start"))) int start(void)
{
    sp_cap_t edges = capability("edges"), events = sp_cap_create(SP_KIND_NOTIFICATION, 0);
    sp_cap_t timer = sp_cap_create(SP_KIND_TIMER, 0);
    int32_t count = 0, bits = 0;
    if (sp_irq_bind(edges, events, RANG) != 0 || sp_timer_bind(timer, events, ENOUGH) != 0)
        return 1;
    if (sp_timer_set(timer, sp_time(SP_CLOCK_MONOTONIC) + PATIENCE_US, 0) != 0)
        return 2;
    while (count < RINGS && !(bits & ENOUGH)) {
        bits = sp_notify_wait(events, RANG | ENOUGH, -1);
        if (bits & RANG)
            count += sp_irq_wait(edges, 0);
    }
    sp_sleep_until(sp_time(SP_CLOCK_MONOTONIC) + 1000); /* logs the result after the contact has come to rest */
    log_format(SP_LOG_INFO, "rang %d times", count);
    return 0;
}
