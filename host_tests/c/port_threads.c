/* port_threads.c - a machine with little stack, whose helper tasks are threads (contract in port.h), for test_borrowed_stack.py.
 *
 * As on a board, a helper's stack lies in memory that the caller lends and nothing else runs meanwhile. The thread is not
 * given more than was asked for, but for what threads take themselves.
 */
#define _GNU_SOURCE
#include "port/port.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define STACK_AT_HAND 40000u       /* enough to create, and for 44 nested blocks */
#define THREAD_BYTES (16u * 1024u) /* what the C library puts on a thread's stack, and the least it accepts */

static unsigned borrowed;

static void tell(void) { fprintf(stderr, "borrowed %u\n", borrowed); }

bool sov_port_is_read_only(const void *start, uint32_t bytes) {
    (void)start;
    (void)bytes;
    return false;
}

uint8_t *sov_port_arena(uint32_t bytes) {
    (void)bytes;
    return NULL;
}

size_t sov_port_stack_left(void) { return STACK_AT_HAND; }

struct helper {
    void (*job)(void *context);
    void *context;
};

static void *run_helper(void *argument) {
    struct helper *helper = argument;
    helper->job(helper->context);
    return NULL;
}

const uint32_t sov_port_stack_extra = THREAD_BYTES + 2 * 4096u; /* pages begin at a multiple of 4096 */

void sov_port_run_on(void *memory, uint32_t bytes, void (*job)(void *context), void *context) {
    struct helper helper = { job, context };
    pthread_attr_t attributes;
    pthread_t thread;
    uintptr_t first = ((uintptr_t)memory + 4095u) & ~(uintptr_t)4095u, last = ((uintptr_t)memory + bytes) & ~(uintptr_t)4095u;
    if (!borrowed++) atexit(tell);
    pthread_attr_init(&attributes);
    if (pthread_attr_setstack(&attributes, (void *)first, last - first)) abort();
    if (pthread_create(&thread, &attributes, run_helper, &helper)) abort();
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
}
