/* Counts to three and says so: the beginning of every new module (`make new-module NAME=x`). */
#include "sovelma_format.h"

#define STEPS 3

__attribute__((export_name("_start"))) void start(void)
{
    for (int32_t step = 1; step <= STEPS; step++) {
        log_format(SP_LOG_INFO, "step %d of %d", step, STEPS);
        sp_sleep(10);
    }
}
