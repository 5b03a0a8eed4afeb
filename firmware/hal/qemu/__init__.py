"""HAL of QEMU's 32-bit RISC-V machine: the instruction set and the memory layout of the board, with simulated pins.

The files are those of the image and, below /given, those from QEMU's command line; all are read-only. The network answers
UNSUPPORTED. The key of the random bytes is the file /given/seed; without it `random` raises OSError.

Invariant: `now`, `ticks`, `clock`, `idle` and `write` allocate nothing, because every slice calls them.
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

# Fuel of a slice of at most 2 ms on the board's processor, which this machine simulates: it executes at most 160 million
# instructions a second, and a unit of fuel takes about 10 instructions.
SLICE = const(20_000)

REBOOT_STATUS = const(3)        # exit status of QEMU when a task's fault policy reboots the machine; the same as on a PC

ticks = qemu.ticks
microseconds = qemu.microseconds
now = qemu.now
random = qemu.random
idle = qemu.idle
write = qemu.write

_clock = qemu.clock
_time = bytearray(8)


def clock(number):
    """Returns microseconds as 8 bytes that the next call overwrites. 0: since the machine was switched on; 1: since 1970."""
    return _clock(number, _time)


def terminal():
    """Returns True if the file /given/terminal exists: a user has the console."""
    try:
        os.stat("/given/terminal")
        return True
    except OSError:
        return False


def catch_interrupts():
    """Makes Ctrl-C raise KeyboardInterrupt from now on."""
    micropython.kbd_intr(3)


def interrupted():
    """Returns False: on this port Ctrl-C raises an exception."""
    return False


def ignore_interrupts():
    """Ignores Ctrl-C from now on, until `catch_interrupts` or until the prompt runs a line."""
    micropython.kbd_intr(-1)


def prompt_at_exit():
    """Does nothing: the prompt follows the program in any case."""


def reboot():
    """Ends QEMU with REBOOT_STATUS, since QEMU cannot restart the machine from inside."""
    qemu.exit(REBOOT_STATUS)
