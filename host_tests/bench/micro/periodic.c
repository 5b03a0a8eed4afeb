/* Wakes up every 10 ms and writes down how late it was: what the scheduler's latency means to a task.
 *
 * PERIODS is given by the runner. Each lateness is 4 bytes, in microseconds, appended to the file "late". */
#include "sovelma.h"

#define PERIOD 10000 /* microseconds */

__attribute__((export_name("_start"))) void start(void) {
    sp_cap_t file = sp_cap_find("late", 4);
    int64_t due = sp_time(SP_CLOCK_MONOTONIC);
    for (int32_t i = 0; i < PERIODS; i++) {
        due += PERIOD + i % 10 * 97;
        sp_sleep_until(due);
        int32_t late = (int32_t)(sp_time(SP_CLOCK_MONOTONIC) - due);
        if (sp_fs_write(file, &late, sizeof late, -1) != sizeof late)
            sp_exit(1);
    }
}
