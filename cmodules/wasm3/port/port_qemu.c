/* port_qemu.c - MicroPython's qemu port (contract in port.h).
 *
 * Symbols of the linker script, firmware/boards/SOVELMA_QEMU/virt.ld, give the read-only memory and the place of the stack.
 * The symbols are weak, so that a bare-metal program without them links too and gets the safe answers.
 */
#if !defined(__unix__) && !defined(ESP_PLATFORM)

#include "port.h"

extern const uint8_t start[] __attribute__((weak)), _sstack[] __attribute__((weak)), _estack[] __attribute__((weak));
extern uint8_t _sspare[] __attribute__((weak)), _espare[] __attribute__((weak)); /* memory that the linker left unused */

/* The size of the script's region ROM, which starts at the image's entry `start` and holds code and constants but no data. */
#define ROM_BYTES (4u << 20)

/* Room for all registers and a handler, for an interrupt that comes when the stack is at its deepest. */
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

/* The machine has only one stack and cannot run a job on another. */
const uint32_t sov_port_stack_extra = 0;

void sov_port_run_on(void *memory, uint32_t bytes, void (*job)(void *context), void *context) {
    (void)memory;
    (void)bytes;
    (void)job;
    (void)context;
}

#endif
