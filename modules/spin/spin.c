/* An endless loop without system calls. Only the limit of fuel keeps it from starving the other tasks. */
#include "sovelma.h"

static volatile uint32_t turns;   /* volatile, so that the compiler keeps the loop */

__attribute__((export_name("_start"))) void start(void)
{
    for (;;)
        turns++;
}
