// Configuration of the firmware for QEMU: the port's configuration and the options that the kernel needs.

#include "mpconfigport.h"

// As on the board, so that `make bench` counts the instructions that the board executes.
#define MICROPY_OPT_COMPUTED_GOTO (1)

// Buffer for the text of an exception when the heap is full. Without it MicroPython 1.25 takes NULL for a buffer with room and
// writes to address 52 (py/objexcept.c, decompress_error_text_maybe). 256 bytes hold the longest text of any port.
#define MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE (256)

// Entries of MicroPython's cache of name look-ups, a byte each; names use every second one. With MicroPython's default of 128, two
// names of the kernel's loop may share an entry by chance, which costs 400 instructions in each system call.
#define MICROPY_OPT_MAP_LOOKUP_CACHE_SIZE (1024)

// The port has no clock; the module `qemu` gives it one.
#undef MICROPY_PY_TIME
#define MICROPY_PY_TIME (1)

// The tests of the HAL read the output.
#undef MICROPY_PY_SYS_STDIO_BUFFER
#define MICROPY_PY_SYS_STDIO_BUFFER (1)

// Makes `_start.py` run before the next prompt, see cmodules/qemu/start.c.
void qemu_started(void);
#define MICROPY_PORT_INIT_FUNC qemu_started()
