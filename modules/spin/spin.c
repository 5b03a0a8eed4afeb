/* An endless loop without a single system call: fuel alone keeps it from starving the others. */
#include "sovelma.h"

static volatile uint32_t turns;   /* volatile: the loop has to stay a loop */

__attribute__((export_name("_start"))) void start(void)
{
    for (;;)
        turns++;
}
