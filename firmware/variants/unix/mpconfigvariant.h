// Configuration of the unix-port firmware: a full MicroPython plus the options that the kernel needs.
//
// Invariant: no longjmp may leave a running wasm operation, see MICROPY_ASYNC_KBD_INTR.

#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

#include "ports/unix/variants/mpconfigvariant_common.h"

// MicroPython delivers Ctrl-C between byte codes. The port's default raises it from the
// signal handler by longjmp, which would lose the registers of the running task.
#undef MICROPY_ASYNC_KBD_INTR
#define MICROPY_ASYNC_KBD_INTR (0)

// The RamFS keeps file contents on the Python heap, and on a PC the input files may
// have any size. So the heap grows on demand, up to the limit in heap.c.
#define MICROPY_GC_SPLIT_HEAP (1)
#define MICROPY_GC_SPLIT_HEAP_AUTO (1)

// The collector calls malloc and free for heap areas but does not include this header.
#include <stdlib.h>
