/* Keeps a driver running: starts it again whenever it has ended, until the gauge signals that it is done.
 *
 * It is a supervisor in user space: the manifest lets it start and stop that one task, and learn when that task has ended. */
#include "sovelma_format.h"

#define ENDED 1 /* bits of the notification */
#define DONE 2

__attribute__((export_name("_start"))) int start(void)
{
    sp_cap_t driver = capability("driver"), events = capability("events");
    int32_t started = 0;
    if (sp_task_bind(driver, events, ENDED) != 0)
        return 1;
    for (;;) {
        int32_t bits = sp_notify_wait(events, ENDED | DONE, -1);
        if (bits < 0)
            return 2;
        if (bits & DONE)
            break;
        int32_t ends = sp_task_wait(driver, 0);
        if (ends < 1 || sp_task_start(driver) != 0)
            return 3;
        started++;
    }
    sp_task_bind(driver, 0, ENDED);
    if (sp_task_stop(driver) != 0)
        return 4;
    log_format(SP_LOG_INFO, "started the driver %d times, and stopped it", started);
    return 0;
}
