/* qemu.h - the devices of QEMU's `virt` machine that the HAL uses.
 *
 * The addresses are those of the machine (hw/riscv/virt.c of QEMU). The code polls every device and uses no interrupt.
 */
#ifndef SOV_QEMU_H
#define SOV_QEMU_H

#include <stddef.h>
#include <stdint.h>

/* Returns nanoseconds of the real-time clock ("goldfish") since 1970. If QEMU runs with `-rtc clock=vm`, they are those of the
 * virtual clock, which counts instructions under `-icount shift=0`. */
uint64_t qemu_nanoseconds(void);

/* Returns ticks of 100 ns since the machine was switched on. */
uint64_t qemu_ticks(void);

/* Moves typed characters from the UART into the console's buffer. Ctrl-C, if it interrupts, becomes a pending KeyboardInterrupt
 * instead. Does not block. Returns how many characters are in the buffer. */
unsigned qemu_console_poll(void);

#endif
