/* Waits for presses of the button granted as "key", says how long each lasted.
 *
 * A contact bounces: for some milliseconds a press looks like many. So the level is looked at every POLL_MS, and
 * counts once it has been the same STEADY times in a row. */
#include "sovelma_io.h"

#define POLL_MS 5
#define STEADY 3
#define PRESSES 3

static sp_cap_t key;

/* Blocks until the key has the level for certain; returns the time when it first had, in microseconds. */
static int64_t wait_for(int32_t level)
{
    int64_t since = 0;
    for (int32_t same = 0; same < STEADY; sp_sleep(POLL_MS)) {
        if (sp_gpio_read(key) != level)
            same = 0;
        else if (same++ == 0)
            since = sp_time(SP_CLOCK_MONOTONIC);
    }
    return since;
}

__attribute__((export_name("_start"))) void start(void)
{
    key = capability("key");
    if (sp_gpio_read(key) < 0) {
        log_text(SP_LOG_ERROR, "the manifest grants no pin \"key\"");
        sp_exit(1);
    }
    for (int32_t press = 1; press <= PRESSES; press++) {
        int64_t down = wait_for(1);
        int64_t up = wait_for(0);
        char line[64];
        char *end = put_text(line, "press ");
        end = put_number(end, press);
        end = put_text(end, ", held for ");
        end = put_number(end, (up - down) / 1000);
        end = put_text(end, " ms");
        sp_log(SP_LOG_INFO, line, (uint32_t)(end - line));
    }
}
