# Build switches of the unix-port firmware (the port's Makefile includes this file).

PROG = sovelma

# The kernel is CPU work in the byte-code interpreter; size matters only on the board.
COPT = -O2

# Warnings are MicroPython's own concern and depend on the compiler: a newer one must
# not stop the build. (The growing heap does arithmetic on void pointers.)
CFLAGS_EXTRA = -Wno-error -Wno-pointer-arith

# Symbols stay in the binary: profilers and crash traces need names.
STRIP =

# With threads the collector interrupts other threads by a signal and scans from
# the handler's stack; the kernel is one thread and wants none of that.
MICROPY_PY_THREAD = 0

# Their libraries (mbedtls, libffi, berkeley-db) are not in Debian's source archive.
MICROPY_PY_SSL = 0
MICROPY_SSL_MBEDTLS = 0
MICROPY_PY_FFI = 0
MICROPY_PY_BTREE = 0

# The freezing step wants a directory with a README.md here and looks at nothing else;
# micropython-lib is not in Debian's archive, and our manifest uses none of it.
MPY_LIB_DIR = $(TOP)
