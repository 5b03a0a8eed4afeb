/* Causes a fault a few calls deep, so that the crash record shows the names of functions. */
#include "sovelma_io.h"

static volatile int32_t divisor;

__attribute__((noinline)) static int32_t divide(int32_t value)
{
    return value / divisor;
}

__attribute__((noinline)) static int32_t average(int32_t total)
{
    return divide(total) + 1;
}

__attribute__((export_name("_start"))) void start(void)
{
    log_text(SP_LOG_INFO, "about to divide by zero");
    sp_exit(average(42));
}
