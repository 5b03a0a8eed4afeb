/* An electronic die: waits for presses of the button granted as "key", logs the length of each press, and rolls.
 *
 * A contact bounces: for some milliseconds one press looks like many. So the task reads the level every POLL_MS, and
 * accepts it once it has been the same STEADY times in a row. */
#include "sovelma_format.h"

#define POLL_MS 5
#define STEADY 3
#define PRESSES 3

static sp_cap_t key;

/* Blocks until the key has had the level STEADY times in a row. Returns the time of the first time, in microseconds. */
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

/* Returns 1 to 6 with equal probability: bytes from 252 on would favour some results, so they are drawn again. */
static int32_t roll(void)
{
    uint8_t byte;
    do {
        if (sp_random(&byte, 1) < 0)
            return 0;
    } while (byte >= 252);
    return byte % 6 + 1;
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
        log_format(SP_LOG_INFO, "press %d, held for %d ms: rolled %d", press, (int32_t)((up - down) / 1000), roll());
    }
}
