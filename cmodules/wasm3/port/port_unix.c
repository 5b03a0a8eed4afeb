/* port_unix.c - a process on a host: its constants are read-only, its stack is the main thread's (contract in port.h). */
#if defined(__unix__)
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* dl_iterate_phdr, pthread_getattr_np */
#endif

#include "port.h"

#include <link.h>
#include <pthread.h>
#include <stdlib.h>

/* Room for signal handlers and for calls inside the C library. */
#define KEPT_BACK (64u * 1024u)

struct range {
    uintptr_t start, end;
    bool is_read_only;
};

/* Looks at the program's read-only segments. The program comes first, and the search ends after it, because libraries hold
 * none of our modules. */
static int look_at_program(struct dl_phdr_info *info, size_t bytes, void *context) {
    (void)bytes;
    struct range *range = context;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + segment->p_vaddr;
        if (segment->p_type == PT_LOAD && !(segment->p_flags & PF_W) && range->start >= start && range->end <= start + segment->p_filesz)
            range->is_read_only = true;
    }
    return 1;
}

bool sov_port_is_read_only(const void *start, uint32_t bytes) {
    struct range range = { (uintptr_t)start, (uintptr_t)start + bytes, false };
    dl_iterate_phdr(look_at_program, &range);
    return range.is_read_only;
}

uint8_t *sov_port_arena(uint32_t bytes) {
    static uint8_t *given;
    uint8_t *larger = bytes ? malloc(bytes) : NULL;
    if (bytes && !larger) return NULL;
    free(given);
    return given = larger;
}

size_t sov_port_stack_left(void) {
    /* Asks the C library only once, because it reads a file of /proc for the main thread. The limit may be lowered later, but
     * this process itself never lowers it below its value at the start. */
    static uintptr_t lowest;
    if (!lowest) {
        pthread_attr_t attributes;
        void *address;
        size_t size;
        if (pthread_getattr_np(pthread_self(), &attributes)) return 0;
        int failed = pthread_attr_getstack(&attributes, &address, &size);
        pthread_attr_destroy(&attributes);
        if (failed) return 0;
        lowest = (uintptr_t)address + KEPT_BACK;
    }
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    return here > lowest ? here - lowest : 0;
}

/* A process has megabytes of stack; a job that needs more is not worth a thread. */
const uint32_t sov_port_stack_extra = 0;

void sov_port_run_on(void *memory, uint32_t bytes, void (*job)(void *context), void *context) {
    (void)memory;
    (void)bytes;
    (void)job;
    (void)context;
}

#endif
