// Configuration of the unix-port firmware: a full MicroPython plus what the kernel needs.
//
// Invariant: nothing may jump out of a running wasm operation, see MICROPY_ASYNC_KBD_INTR.

#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

#include "ports/unix/variants/mpconfigvariant_common.h"

// Ctrl-C is delivered between byte codes. The port's default raises it from the
// signal handler, by longjmp, which would lose the registers of the task that runs.
#undef MICROPY_ASYNC_KBD_INTR
#define MICROPY_ASYNC_KBD_INTR (0)

// The RamFS holds file contents on the Python heap, and on a PC the input files
// are the user's own. So the heap grows on demand, up to the limit in heap.c.
#define MICROPY_GC_SPLIT_HEAP (1)
#define MICROPY_GC_SPLIT_HEAP_AUTO (1)

// The collector takes and returns heap areas by malloc and free, without including this.
#include <stdlib.h>
