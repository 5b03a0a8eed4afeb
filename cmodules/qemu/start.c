/* start.c - the frozen program `_start.py` runs whenever MicroPython begins, before its prompt.
 *
 * The port goes straight to the prompt. The linker's --wrap puts `__wrap_pyexec_friendly_repl` in the place of the
 * prompt's function, which is called again after every raw prompt; the program runs once after each start or soft
 * reset (MICROPY_PORT_INIT_FUNC).
 *
 * In the same way the heap is made smaller than it was built where QEMU's command line laid its size into memory, for
 * tests of what happens where it is full. Memory that QEMU loaded nothing into is zero.
 */
#include "py/gc.h"
#include "py/runtime.h"
#include "shared/runtime/pyexec.h"

/* Bytes of Python's heap, or 0: as built. Between the stack and what the machine is given, see virt.ld and tools/run/qemu.py. */
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
