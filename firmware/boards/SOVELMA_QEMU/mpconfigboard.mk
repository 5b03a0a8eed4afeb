# QEMU's 32-bit RISC-V machine `virt`, as close to the ESP32-C3 as it gets: rv32imc, soft floats, sizes of code and data.

QEMU_ARCH = riscv32
QEMU_MACHINE = virt
# The board's instruction set. Debian's compiler has its C library for rv32imc under the older naming of extensions
# alone, where the registers that time and interrupts need belong to the base.
RV32_ARCH = rv32imc -misa-spec=2.2

CFLAGS += -DQEMU_SOC_VIRT -DMICROPY_HW_MCU_NAME='"rv32imc"' -DMP_CONFIGFILE='"$(abspath $(BOARD_DIR))/mpconfigboard.h"'
LDSCRIPT = $(BOARD_DIR)/virt.ld
SRC_BOARD_O += shared/runtime/gchelper_native.o shared/runtime/gchelper_rv32i.o
MPY_CROSS_FLAGS += -march=rv32imc

# Python's heap. A board starts with 64 KB; here the tests keep modules and their scripts in it too.
MICROPY_HEAP_SIZE = 16777216

# Failing allocations and the like, which the tests drive: this image is theirs.
CFLAGS += -DSOV_TEST_HOOKS=1

# The limits of the PC's build, so that every module finds the same ones on both; the compiler's recursion has a stack
# of 1 MB for them (virt.ld). A board has its own, see cmodules/wasm3/config.h.
CFLAGS += -Dd_m3MaxFunctionStackHeight=2000

# As on a board, where text is scarce (SOV_BOARD_FLAGS in cmodules/wasm3/sources.mk).
SOV_INTERPRETER_OPTIMIZATION = -Os

# littlefs, for storage that tests make in memory.
MICROPY_VFS_LFS2 = 1

# The freezing step wants a directory with a README.md here and looks at nothing else.
MPY_LIB_DIR = $(TOP)
