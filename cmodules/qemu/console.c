/* console.c - buffers characters from the UART, so that Ctrl-C works while a program runs.
 *
 * The port reads its UART only when the prompt wants a character. Here every poll (the HAL polls between slices) moves the
 * characters that have come into a buffer. The prompt reads from that buffer: the linker's --wrap replaces the port's
 * function by `__wrap_uart_rx_chr`. Characters that do not fit stay in the UART's own queue, so none is lost.
 */
#include "qemu.h"

#include "py/mpconfig.h"
#include "py/runtime.h"
#include "shared/runtime/interrupt_char.h"

#define NO_CHARACTER (-1) /* result of the port's uart_rx_chr */
#define ROOM 256u         /* holds a line of the prompt; a power of two */

static uint8_t buffer[ROOM];
static unsigned first, count;

int __real_uart_rx_chr(void);
int __wrap_uart_rx_chr(void);

unsigned qemu_console_poll(void) {
    while (count < ROOM) {
        int character = __real_uart_rx_chr();
        if (character == NO_CHARACTER) break;
        if (character == mp_interrupt_char) {
            count = 0; /* drops characters before Ctrl-C: they were meant for the interrupted program */
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
