"""The emulated 32-bit RISC-V machine with its instructions counted: exactly, and the same in every run.

Under `-icount shift=0` an instruction takes a nanosecond of the machine's time, and its real-time clock shows those.
"""

import shutil
import sys

from toolchain import ROOT, RV32_CC

sys.path[:0] = [str(ROOT / "host_tests" / "lib"), str(ROOT / "tools" / "run"), str(ROOT / "tools" / "build")]
import qemu  # noqa: F401 (rv32_speed.py takes it from here)
from machines import IMAGE, EmulatedFirmware

EMULATOR = "qemu-system-riscv32"
OPTIONS = ("-icount", "shift=0,sleep=off", "-rtc", "clock=vm")
MISSING = "apt-get install gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf qemu-system-misc, make qemu-firmware"

# For scripts: instructions from `start`, fewer than 2^30.
CLOCK = """
import gc, qemu, wasm3
def since(start):
    return (qemu.nanoseconds() - start) & 0x3fffffff
"""


def is_there():
    """Whether the emulator, the cross compiler and the firmware's image are."""
    return bool(shutil.which(EMULATOR) and shutil.which(RV32_CC[0])) and IMAGE.is_file()


def script(source, **values):
    """Runs MicroPython text as `EmulatedFirmware.script` says, after CLOCK."""
    return EmulatedFirmware(IMAGE).script(CLOCK + source, options=OPTIONS, **values)
