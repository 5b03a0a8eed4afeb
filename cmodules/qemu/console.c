/* console.c - characters typed at the UART, kept so that Ctrl-C is seen while something runs.
 *
 * The port reads its UART when the prompt wants a character and at no other time. Here every poll - the HAL, between
 * slices - moves what has come into a buffer, from which the prompt then gets it (the linker's --wrap puts
 * `__wrap_uart_rx_chr` in the place of the port's function). What does not fit stays in the UART's own queue, so
 * nothing is lost.
 */
#include "qemu.h"

#include "py/mpconfig.h"
#include "py/runtime.h"
#include "shared/runtime/interrupt_char.h"

#define NO_CHARACTER (-1) /* of the port's uart_rx_chr */
#define ROOM 256u         /* a line of the prompt; a power of two */

static uint8_t buffer[ROOM];
static unsigned first, count;

int __real_uart_rx_chr(void);
int __wrap_uart_rx_chr(void);

unsigned qemu_console_poll(void) {
    while (count < ROOM) {
        int character = __real_uart_rx_chr();
        if (character == NO_CHARACTER) break;
        if (character == mp_interrupt_char) {
            count = 0; /* typed before it, meant for whatever ends now */
            mp_sched_keyboard_interrupt();
        } else {
            buffer[(first + count++) % ROOM] = character;
        }
    }
    return count;
}

int __wrap_uart_rx_chr(void) {
    if (!count) return __real_uart_rx_chr();
    int character = buffer[first];
    first = (first + 1) % ROOM;
    count--;
    return character;
}
