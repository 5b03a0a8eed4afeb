/* port_unix.c - a process: its own constants, the stack of its main thread (contract in port.h). */
#if defined(__unix__)
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* dl_iterate_phdr, pthread_getattr_np */
#endif

#include "port.h"

#include <link.h>
#include <pthread.h>
#include <stdlib.h>

/* For signal handlers and what the C library calls itself. */
#define KEPT_BACK (64u * 1024u)

struct range {
    uintptr_t start, end;
    bool is_read_only;
};

/* The program comes first; libraries hold none of our modules. */
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
    /* Asked once: for the main thread the C library reads a file of /proc to know. The limit may be lowered later,
     * but not below what this process was started with by itself. */
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

/* A process has megabytes: what does not fit there is not worth a thread. */
const uint32_t sov_port_stack_extra = 0;

void sov_port_run_on(void *memory, uint32_t bytes, void (*job)(void *context), void *context) {
    (void)memory;
    (void)bytes;
    (void)job;
    (void)context;
}

#endif
