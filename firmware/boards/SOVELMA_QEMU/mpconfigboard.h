// Configuration of the firmware for QEMU: the port's own and what the kernel needs besides.

#include "mpconfigport.h"

// As the board's port has it: the instructions that `make bench` counts are to be the board's.
#define MICROPY_OPT_COMPUTED_GOTO (1)

// Where the text of an exception goes when the heap is full. Without the buffer MicroPython 1.25 takes NULL for one with
// room and writes to address 52 (py/objexcept.c, decompress_error_text_maybe). It holds the longest text of any port.
#define MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE (256)

// Places of the cache where MicroPython finds names, a byte each; names take every second one. With 128, MicroPython's own number,
// it is chance whether two names of the kernel's loop share a place, which costs 400 instructions in each system call.
#define MICROPY_OPT_MAP_LOOKUP_CACHE_SIZE (1024)

// The port has no clock; the module `qemu` gives it one.
#undef MICROPY_PY_TIME
#define MICROPY_PY_TIME (1)

// For the HAL's tests, which look at the output.
#undef MICROPY_PY_SYS_STDIO_BUFFER
#define MICROPY_PY_SYS_STDIO_BUFFER (1)

// `_start.py` runs after this, see cmodules/qemu/start.c.
void qemu_started(void);
#define MICROPY_PORT_INIT_FUNC qemu_started()
