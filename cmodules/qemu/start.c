/* start.c - runs the frozen program `_start.py` whenever MicroPython starts, before its prompt.
 *
 * The port goes straight to the prompt. The linker's --wrap replaces the prompt's function by `__wrap_pyexec_friendly_repl`. The
 * port calls it again after every raw prompt, so a flag makes the program run once after each start or soft reset
 * (MICROPY_PORT_INIT_FUNC).
 *
 * --wrap also replaces gc_init: it makes the heap smaller if QEMU's command line wrote a size into memory, for tests with a full
 * heap. Memory that QEMU did not load is zero.
 */
#include "py/gc.h"
#include "py/runtime.h"
#include "shared/runtime/pyexec.h"

/* Wanted size of Python's heap in bytes; 0: the full size. The address lies between the stack and the files that the machine is given,
 * see virt.ld and tools/run/qemu.py. */
#define HEAP_WANTED (*(volatile uint32_t *)0x83fffff0)

static int just_started;

void __real_gc_init(void *start, void *end);
void __wrap_gc_init(void *start, void *end);

void __wrap_gc_init(void *start, void *end) {
    uint32_t wanted = HEAP_WANTED;
    if (wanted && wanted < (uint32_t)((char *)end - (char *)start)) end = (char *)start + wanted;
    __real_gc_init(start, end);
}

void qemu_started(void);
int __real_pyexec_friendly_repl(void);
int __wrap_pyexec_friendly_repl(void);

void qemu_started(void) { just_started = 1; }

int __wrap_pyexec_friendly_repl(void) {
    if (just_started) {
        just_started = 0;
        int how = pyexec_frozen_module("_start.py", true);
        if (how & PYEXEC_FORCED_EXIT) return how;
    }
    return __real_pyexec_friendly_repl();
}
