/* Blinks the lamp granted as "led": half a period on, half a period off. */
#include "sovelma_io.h"

#define HALF_PERIOD_MS 100

__attribute__((export_name("_start"))) void start(void)
{
    sp_cap_t led = capability("led");
    for (;;) {
        int32_t error = sp_gpio_write(led, !sp_gpio_read(led));
        if (error < 0) {
            log_text(SP_LOG_ERROR, "the manifest grants no output pin \"led\"");
            sp_exit(1);
        }
        sp_sleep(HALF_PERIOD_MS);
    }
}
