/* port_qemu.c - MicroPython's qemu port (contract in port.h): what is read-only and where the stack lies is told by
 * the names in its linker script, firmware/boards/SOVELMA_QEMU/virt.ld.
 *
 * The names are weak: a program on bare metal that has others links too, and gets the safe answers.
 */
#if !defined(__unix__) && !defined(ESP_PLATFORM)

#include "port.h"

extern const uint8_t start[] __attribute__((weak)), _sstack[] __attribute__((weak)), _estack[] __attribute__((weak));
extern uint8_t _sspare[] __attribute__((weak)), _espare[] __attribute__((weak)); /* memory that nothing was linked into */

/* The script's region ROM: the image from its entry `start` on, code and constants, but no data. */
#define ROM_BYTES (4u << 20)

/* For an interrupt that comes while the stack is at its deepest: all registers, and a handler. */
#define KEPT_BACK 1024u

bool sov_port_is_read_only(const void *first, uint32_t bytes) {
    uintptr_t from = (uintptr_t)first - (uintptr_t)start;
    return start && from < ROM_BYTES && bytes <= ROM_BYTES - from;
}

uint8_t *sov_port_arena(uint32_t bytes) { return bytes && bytes <= (uintptr_t)_espare - (uintptr_t)_sspare ? _sspare : NULL; }

size_t sov_port_stack_left(void) {
    uintptr_t here = (uintptr_t)__builtin_frame_address(0), lowest = (uintptr_t)_sstack + KEPT_BACK;
    return _sstack && here > lowest && here <= (uintptr_t)_estack ? here - lowest : 0;
}

/* There is one stack, and nothing that could run on another. */
const uint32_t sov_port_stack_extra = 0;

void sov_port_run_on(void *memory, uint32_t bytes, void (*job)(void *context), void *context) {
    (void)memory;
    (void)bytes;
    (void)job;
    (void)context;
}

#endif
