/* Dines with others at a round table: a fork on either side, each shared with a neighbour, and one chair less than guests.
 *
 * The chairs are what keeps the table going: were all to sit down and take the fork on their left, each would wait for the other
 * one for ever. The manifest names the forks. */
#include "sovelma_io.h"

#define MEALS 20

__attribute__((export_name("_start"))) int start(void)
{
    sp_cap_t chairs = capability("chairs"), left = capability("left"), right = capability("right");
    for (int i = 0; i < MEALS; i++) {
        if (sp_sync_take(chairs, -1) != 0 || sp_sync_lock(left, -1) < 0)
            return 1;
        sp_yield(); /* so that neighbours get in the way of each other */
        if (sp_sync_lock(right, -1) < 0)
            return 2;
        sp_sleep(1);
        if (sp_sync_unlock(right) != 0 || sp_sync_unlock(left) != 0 || sp_sync_give(chairs, 1) != 0)
            return 3;
    }
    log_text(SP_LOG_INFO, "has dined twenty times");
    return 0;
}
