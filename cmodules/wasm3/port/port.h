/* port.h - what the runtime asks the machine: which memory is read-only, how much C stack is left, memory for an arena.
 *
 * Each kind of machine has one file: port_unix.c, port_qemu.c, port_esp32.c.
 *
 * Invariant: where a machine does not know the answer, it gives the safe one: writable, no stack, no memory.
 */
#ifndef SOV_PORT_H
#define SOV_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Are these bytes in memory that nothing writes as long as the machine runs: constants of the program, memory-mapped
 * flash? Does not block. */
bool sov_port_is_read_only(const void *start, uint32_t bytes);

/* Returns memory for an arena larger than the static one, aligned for any type; NULL: there is none. The port keeps one such
 * memory: it takes the previous one back, unless the call fails. With 0 bytes it only takes back. Does not block. */
uint8_t *sov_port_arena(uint32_t bytes);

/* Bytes of C stack that the caller may use, after a reserve for interrupts and signals. Does not block. */
size_t sov_port_stack_left(void);

/* Runs job(context) on a stack inside the memory that the caller lends; blocks until the job has returned. `bytes`: the stack
 * that the job needs plus sov_port_stack_extra. May be called only where sov_port_stack_extra is not 0. */
void sov_port_run_on(void *memory, uint32_t bytes, void (*job)(void *context), void *context);

/* Bytes of the lent memory that are not stack: a control block, room for interrupts. 0: this machine runs jobs only on the
 * stack of the caller. */
extern const uint32_t sov_port_stack_extra;

#endif
