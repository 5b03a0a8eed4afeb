/* The smallest task that logs a line. The cost of a task is measured with it. */
#include "sovelma.h"

static const char text[] = "Hello from a task of its own.";

__attribute__((export_name("_start"))) void start(void)
{
    sp_log(SP_LOG_INFO, text, sizeof text - 1);
}
