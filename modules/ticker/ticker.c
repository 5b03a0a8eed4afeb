/* Sleeps with a fixed period and prints how late it woke up: the latency of the scheduler as a task sees it. */
#include "sovelma_io.h"

#define PERIOD_MS 200
#define TICKS 8

__attribute__((export_name("_start"))) void start(void)
{
    int64_t due = sp_time(SP_CLOCK_MONOTONIC);
    int64_t worst = 0;
    for (int32_t tick = 1; tick <= TICKS; tick++) {
        due += PERIOD_MS * 1000;
        sp_sleep_until(due);
        int64_t late = sp_time(SP_CLOCK_MONOTONIC) - due;
        if (late > worst)
            worst = late;
        char line[64];
        char *end = put_text(line, "tick ");
        end = put_number(end, tick);
        end = put_text(end, ", late by ");
        end = put_number(end, late);
        end = put_text(end, " us");
        sp_log(SP_LOG_INFO, line, (uint32_t)(end - line));
    }
    char line[64];
    char *end = put_text(line, "worst lateness ");
    end = put_number(end, worst);
    end = put_text(end, " us");
    sp_log(SP_LOG_INFO, line, (uint32_t)(end - line));
}
