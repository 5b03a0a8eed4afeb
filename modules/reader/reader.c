/* Asks the broker for news in a loop. A reply without text is the last one. */
#include "sovelma_io.h"

static struct {
    uint32_t client, badge;
    sp_cap_t capability;
    uint32_t bits;
    char text[64];
} reply;

__attribute__((export_name("_start"))) int start(void)
{
    sp_cap_t news = capability("news");
    int32_t length;
    while ((length = sp_ipc_call(news, "", 0, &reply, sizeof reply, 0, 0, 5000)) > 16)
        sp_log(SP_LOG_INFO, reply.text, (uint32_t)length - 16);
    return length == 16 || length == SP_ERR_DEAD ? 0 : 1;
}
