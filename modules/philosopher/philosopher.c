/* A dining philosopher: each shares a fork with the neighbour on either side, and the table has one chair less than guests.
 *
 * The missing chair prevents a deadlock: if all guests sat down and took their left fork, each would wait for the right one for
 * ever. The manifest names the forks. */
#include "sovelma_io.h"

#define MEALS 20

__attribute__((export_name("_start"))) int start(void)
{
    sp_cap_t chairs = capability("chairs"), left = capability("left"), right = capability("right");
    for (int i = 0; i < MEALS; i++) {
        if (sp_sync_take(chairs, -1) != 0 || sp_sync_lock(left, -1) < 0)
            return 1;
        sp_yield(); /* lets the neighbours compete for the forks */
        if (sp_sync_lock(right, -1) < 0)
            return 2;
        sp_sleep(1);
        if (sp_sync_unlock(right) != 0 || sp_sync_unlock(left) != 0 || sp_sync_give(chairs, 1) != 0)
            return 3;
    }
    log_text(SP_LOG_INFO, "has dined twenty times");
    return 0;
}
