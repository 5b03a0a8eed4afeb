/* Waits for the broker, sends it three headlines, and then signals that it is done. */
#include "sovelma_io.h"

static const char *const HEADLINES[] = { "it begins", "more of it", "it is done" };

__attribute__((export_name("_start"))) int start(void)
{
    sp_cap_t news = capability("news");
    if (sp_notify_wait(capability("open"), 1, 5000) != 1)
        return 1;
    for (int i = 0; i < 3; i++) {
        uint8_t reply[16];
        sp_sleep(100);
        uint32_t length = 0;
        while (HEADLINES[i][length])
            length++;
        if (sp_ipc_call(news, HEADLINES[i], length, reply, sizeof reply, 0, 0, 1000) < 0)
            return 2;
    }
    sp_sleep(100);
    return sp_notify_signal(capability("over"), 1);
}
