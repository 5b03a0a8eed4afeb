/* Sleeps, over and over: a system of such tasks is idle. */
#include "sovelma.h"

__attribute__((export_name("_start"))) void start(void) {
    for (;;)
        sp_sleep(100);
}
