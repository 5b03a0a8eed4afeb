/* start.c - the frozen program `_start.py` runs whenever MicroPython begins, before its prompt.
 *
 * The port goes straight to the prompt. The linker's --wrap puts `__wrap_pyexec_friendly_repl` in the place of the
 * prompt's function, which is called again after every raw prompt; the program runs once after each start or soft
 * reset (MICROPY_PORT_INIT_FUNC).
 */
#include "py/runtime.h"
#include "shared/runtime/pyexec.h"

static int just_started;

void virt_started(void);
int __real_pyexec_friendly_repl(void);
int __wrap_pyexec_friendly_repl(void);

void virt_started(void) { just_started = 1; }

int __wrap_pyexec_friendly_repl(void) {
    if (just_started) {
        just_started = 0;
        int how = pyexec_frozen_module("_start.py", true);
        if (how & PYEXEC_FORCED_EXIT) return how;
    }
    return __real_pyexec_friendly_repl();
}
