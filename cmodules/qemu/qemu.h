/* qemu.h - the devices of QEMU's `virt` machine that the HAL uses.
 *
 * The addresses are those of the machine (hw/riscv/virt.c of QEMU); every device is polled, none interrupts.
 */
#ifndef SOV_QEMU_H
#define SOV_QEMU_H

#include <stddef.h>
#include <stdint.h>

/* Nanoseconds of the real-time clock ("goldfish"): since 1970, or, where QEMU is started with `-rtc clock=vm`, those of
 * the virtual clock, which with `-icount shift=0` counts instructions. */
uint64_t qemu_nanoseconds(void);

/* Ticks of 100 ns since the machine was switched on. */
uint64_t qemu_ticks(void);

/* Moves what was typed into the console's buffer. Ctrl-C, where it interrupts, is taken out and remembered for
 * MicroPython. Does not block. Returns how many characters wait. */
unsigned qemu_console_poll(void);

#endif
