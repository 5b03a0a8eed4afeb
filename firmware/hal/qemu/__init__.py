"""HAL of QEMU's 32-bit RISC-V machine: the instruction set and the memory layout of the board, with simulated pins.

Files are those of the image and, below /given, those that came with QEMU's command line, all read-only. The network
answers UNSUPPORTED. Random bytes come from the file /given/seed; without it `random` raises OSError.

Invariant: `now`, `ticks`, `clock`, `idle` and `write` allocate nothing, they are in the path of every slice.
"""
import uos as os
import qemu
import micropython
from hal.common import storage
from hal.common.simulated import NUMBERS as PINS, advance, edges, pin, picture, pins_off, simulate
from hal.common.files import *
from hal.common.storage import is_below
from hal.common.no_network import *
from hal.common.no_prompt import *

# Fuel of a slice of at most 2 ms on the board's processor, which this machine stands for: 160 million instructions a
# second at best, and a unit of fuel takes about 10.
SLICE = const(20_000)

REBOOT_STATUS = const(3)        # of QEMU where a task's fault policy is to start the machine anew, as on a PC

ticks = qemu.ticks
microseconds = qemu.microseconds
now = qemu.now
random = qemu.random
idle = qemu.idle
write = qemu.write

_clock = qemu.clock
_time = bytearray(8)


def clock(number):
    """Microseconds: 0 since the machine was switched on, 1 since 1970; 8 bytes that the next call fills again."""
    return _clock(number, _time)


def terminal():
    """True where there is a file /given/terminal: a user has the console."""
    try:
        os.stat("/given/terminal")
        return True
    except OSError:
        return False


def catch_interrupts():
    """Ctrl-C raises KeyboardInterrupt from now on."""
    micropython.kbd_intr(3)


def interrupted():
    """Ctrl-C is an exception here."""
    return False


def ignore_interrupts():
    """Ctrl-C is ignored from now on, until `catch_interrupts`, or until the prompt runs a line."""
    micropython.kbd_intr(-1)


def prompt_at_exit():
    """The prompt follows anyway."""


def reboot():
    """The machine starts anew; QEMU can only end, with the status that says so."""
    qemu.exit(REBOOT_STATUS)
