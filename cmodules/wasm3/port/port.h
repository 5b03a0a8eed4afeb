/* port.h - what the runtime must know of the machine under it: which memory is never written, how much C stack there is,
 * whether there is memory for a larger arena. One file for each kind of machine: port_unix.c, port_qemu.c, port_esp32.c.
 *
 * Invariant: where a machine cannot tell, the answer is the safe one: writable, no stack, no memory.
 */
#ifndef SOV_PORT_H
#define SOV_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Do these bytes lie where nothing writes as long as the machine runs: the program's own constants, memory-mapped
 * flash? Does not block. */
bool sov_port_is_read_only(const void *start, uint32_t bytes);

/* Memory for an arena larger than the static one, aligned for anything, or NULL where there is none. One at a time: what
 * was given before goes back, unless the answer is NULL; for 0 bytes that is all. Does not block. */
uint8_t *sov_port_arena(uint32_t bytes);

/* Bytes of C stack that the caller may use; what interrupts and signals need is taken off already. Does not block. */
size_t sov_port_stack_left(void);

/* Runs job(context) on a stack inside the memory that the caller lends, and waits for it. `bytes`: the stack that the job
 * needs and sov_port_stack_extra. Blocks until the job has returned. Only where sov_port_stack_extra is not 0. */
void sov_port_run_on(void *memory, uint32_t bytes, void (*job)(void *context), void *context);

/* Bytes of the lent memory that are no stack: a control block, room for interrupts. 0: this machine runs jobs on the stack
 * of its caller only. */
extern const uint32_t sov_port_stack_extra;

#endif
