/* port.h - what the runtime must know of the machine under it: which memory nobody writes, how much C stack there is,
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

/* Runs job(context) on a stack of at least `bytes` that is borrowed from the free arena for that long, and waits for
 * it. False, and nothing was run: this machine cannot, or the arena has no such block. job NULL: only asks. */
#ifndef SOV_BORROWED_EXTRA
#define SOV_BORROWED_EXTRA 2048u /* what it may take of the arena besides: a control block, room for interrupts */
#endif
bool sov_port_on_borrowed_stack(void (*job)(void *context), void *context, uint32_t bytes);

#endif
