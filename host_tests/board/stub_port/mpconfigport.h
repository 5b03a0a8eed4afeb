/* MicroPython of the stub port: begins as the esp32 port's does, with the board, and has of the rest what the modules under
 * test need. */
#include "mpconfigboard.h"

#include <alloca.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>

#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_CORE_FEATURES)
#define MICROPY_ENABLE_COMPILER (1)
#define MICROPY_ENABLE_GC (1)
#define MICROPY_ENABLE_SCHEDULER (1)
#define MICROPY_ENABLE_FINALISER (1)
#define MICROPY_ENABLE_EXTERNAL_IMPORT (0)
#define MICROPY_GC_SPLIT_HEAP (1)
#define MICROPY_GC_SPLIT_HEAP_AUTO (1)
/* As on a 32-bit machine: frozen code has its long integers in this form. */
#define MPZ_DIG_SIZE (16)
#define MICROPY_LONGINT_IMPL (MICROPY_LONGINT_IMPL_MPZ)
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_FLOAT)
#define MICROPY_PY_BUILTINS_MEMORYVIEW (1)
#define MICROPY_PY_BUILTINS_STR_UNICODE (1)
#define MICROPY_PY_ARRAY_SLICE_ASSIGN (1)
#define MICROPY_MODULE_BUILTIN_INIT (1)
#define MICROPY_USE_INTERNAL_ERRNO (0)
#define MICROPY_USE_INTERNAL_PRINTF (0)
/* No files here. */
#define MICROPY_VFS_ROM_IOCTL (0)
#define MICROPY_PY_IO (0)
#define MICROPY_ALLOC_PATH_MAX (128)
#define MICROPY_QSTR_BYTES_IN_HASH (1)

typedef intptr_t mp_int_t;
typedef uintptr_t mp_uint_t;
typedef long mp_off_t;

#define MP_STATE_PORT MP_STATE_VM
