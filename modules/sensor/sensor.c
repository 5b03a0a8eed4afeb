/* A driver with a bug: it serves readings, and divides by zero at every third one.
 *
 * The fault ends only this task. The calls of its clients return DEAD, and its keeper starts it again. */
#include "sovelma_io.h"

struct message {
    uint32_t client, badge;
    sp_cap_t capability;
    uint32_t bits;
};

__attribute__((export_name("_start"))) int start(void)
{
    static struct message received;
    static volatile int32_t until_fault = 3;
    sp_cap_t readings = capability("readings");
    for (;;) {
        if (sp_ipc_receive(readings, &received, sizeof received, 0, -1) < 16)
            return 1;
        until_fault--;
        int32_t reading = 2100 + 60 / until_fault;
        sp_ipc_reply(readings, received.client, &reading, sizeof reading, 0);
    }
}
