/* Passes each headline of a reporter to all waiting readers: a server that replies late, and to many clients.
 *
 * The broker keeps a reader's call until there is news. The badge, which the manifest gives, identifies the caller; a claim in
 * the message about its sender has no effect. The notification "over" is bound to the endpoint, so one wait serves both. */
#include "sovelma_io.h"

#define REPORTER 1 /* the badge */
#define READERS 8

struct message {
    uint32_t client, badge;
    sp_cap_t capability;
    uint32_t bits;
    char text[64];
};

static struct message received;
static uint32_t waiting[READERS];
static int32_t waiting_count;

static void tell_all(sp_cap_t news, const char *text, uint32_t length)
{
    for (int32_t i = 0; i < waiting_count; i++)
        sp_ipc_reply(news, waiting[i], text, length, 0); /* an error means that the reader no longer waits: ignored */
    waiting_count = 0;
}

__attribute__((export_name("_start"))) int start(void)
{
    sp_cap_t news = capability("news"), over = capability("over");
    if (sp_notify_bind(over, news) != 0 || sp_notify_signal(capability("open"), 1) != 0)
        return 1;
    for (;;) {
        int32_t length = sp_ipc_receive(news, &received, sizeof received, 0, -1);
        if (length < 16)
            return 2;
        if (received.bits) {
            tell_all(news, "", 0);
            return 0;
        }
        if (received.badge == REPORTER) {
            tell_all(news, received.text, (uint32_t)length - 16);
            sp_ipc_reply(news, received.client, "", 0, 0);
        } else if (waiting_count < READERS) {
            waiting[waiting_count++] = received.client;
        } else {
            sp_ipc_reply(news, received.client, "", 0, 0);
        }
    }
}
