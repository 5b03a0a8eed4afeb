/* Calls between two tasks, signals and capabilities that are passed on, CALLS times each: what they cost. ROLE is the server's or one
 * client's; the runner gives both.
 */
#include "sovelma.h"

#define SERVER 0
#define CLIENT 1
#define NOTIFY 2
#define PASS 3

static struct {
    uint32_t client, badge;
    sp_cap_t capability;
    uint32_t bits;
    char text[256];
} m;

__attribute__((export_name("_start"))) int start(void) {
    sp_cap_t end = sp_cap_find("e", 1), note = sp_cap_find("n", 1);
    (void)note, (void)end, (void)m;
#if ROLE == SERVER
    for (;;) {
        int32_t length = sp_ipc_receive(end, &m, sizeof m, SP_IPC_ACCEPT, -1);
        if (m.capability > 0)
            sp_cap_drop(m.capability);
        sp_ipc_reply(end, m.client, m.text, (uint32_t)length - 16, 0);
    }
#endif
    for (int32_t i = 0; i < CALLS; i++) {
#if ROLE == NOTIFY
        if (sp_notify_signal(note, 1) != 0 || sp_notify_wait(note, 1, -1) != 1)
            return 1;
#else
        if (sp_ipc_call(end, m.text, 32, &m, sizeof m, ROLE == PASS ? note : 0, 0, -1) != 48)
            return 1;
#endif
    }
    return 0;
}
