/* Shows the readings of a sensor, even when the driver of the sensor faults.
 *
 * Where the driver ends during a call, the call returns DEAD. The next call, to the same name, waits until a driver runs again. */
#include "sovelma_format.h"

#define READINGS 6

struct message {
    uint32_t client, badge;
    sp_cap_t capability;
    uint32_t bits;
    int32_t reading;
};

__attribute__((export_name("_start"))) int start(void)
{
    static struct message received;
    int32_t readings = 0, dead = 0, sum = 0;
    while (readings < READINGS) {
        int32_t length = sp_ipc_call(capability("readings"), "", 0, &received, sizeof received, 0, 0, 2000);
        if (length == sizeof received) {
            readings++;
            sum += received.reading;
        } else if (length == SP_ERR_DEAD) {
            dead++;
        } else {
            return 1;
        }
    }
    log_format(SP_LOG_INFO, "%d readings, %d on average; %d times there was no driver any more", readings, sum / readings, dead);
    return sp_notify_signal(capability("done"), 2) == 0 ? 0 : 2;
}
