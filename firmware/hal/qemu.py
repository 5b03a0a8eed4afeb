"""HAL of QEMU's 32-bit RISC-V machine: the instruction set and the memory layout of the board, with simulated pins.

Files are those of the image and, below /given, those that came with QEMU's command line, all read-only. The network
answers UNSUPPORTED. Random bytes come from the file /given/seed; without it `random` raises OSError.

Invariant: `ticks`, `clock`, `idle` and `write` allocate nothing, they are in the path of every slice.
"""
import os
import virt
import micropython
from micropython import const
from hal import flash as storage
from hal.board import NUMBERS as PINS, board as _board
from hal.no_network import *

# Fuel of a slice of at most 2 ms on the board's processor, which this machine stands for: 160 million instructions a
# second at best, and a unit of fuel takes about 10.
SLICE = const(20_000)

REBOOT_STATUS = const(3)        # of QEMU where a task's fault policy is to start the machine anew, as on a PC

ticks = virt.ticks
microseconds = virt.microseconds
random = virt.random
idle = virt.idle
write = virt.write

_clock = virt.clock
_time = bytearray(8)


def clock(number):
    """Microseconds: 0 since the machine was switched on, 1 since 1970; 8 bytes that the next call fills again."""
    return _clock(number, _time)


def terminal():
    """True where there is a file /given/terminal: somebody has the console."""
    try:
        os.stat("/given/terminal")
        return True
    except OSError:
        return False


def catch_interrupts():
    """Ctrl-C raises KeyboardInterrupt from now on."""
    micropython.kbd_intr(3)


def prompt_at_exit():
    """The prompt follows anyway."""


def reboot():
    """The machine starts anew; QEMU can only end, with the status that says so."""
    virt.exit(REBOOT_STATUS)


def typed():
    """Keys are left to the prompt, which comes after the program."""
    return False


def forget_keys():
    """There is nothing to be forgotten."""


def behind(step):
    """There is no prompt while the system runs: False."""
    return False


def keep(text):
    """Nothing outlives the program."""


def kept():
    """Nothing was kept."""


def is_directory(path):
    """True where `path` is a directory. Raises OSError where there is nothing."""
    return os.stat(path)[0] & 0x4000 != 0


def is_below(path, directory):
    """True where a file lies in a directory or anywhere below it. There are no links on these file systems. Raises OSError."""
    os.stat(path)
    os.stat(directory)
    directory = _names(directory)
    return _names(path)[:len(directory)] == directory


def _names(path):
    # The names on the way from the root.
    names = []
    for name in (path if path.startswith("/") else os.getcwd() + "/" + path).split("/"):
        if name == "..":
            names = names[:-1]
        elif name not in ("", "."):
            names.append(name)
    return names


def file_size(path):
    """Bytes of the file. Raises OSError."""
    return os.stat(path)[6]


def read_file(path):
    """A stream of the file's bytes, for `with`. Raises OSError."""
    return open(path, "rb")


def pin(number, mode, pull, level):
    """Sets a pin of PINS up and returns it, an object with `value()` and `value(level)` that allocate nothing.

    `mode`: "in" or "out"; `pull`: None, "up" or "down"; `level`: voltage an output starts with, 0 or 1.
    """
    return _board.configure(number, mode, pull, level)


def pins_off():
    """Every pin is left alone from now on, as after switching on."""
    _board.unconfigure()


def simulate(steps):
    """Lets things happen to the simulated board. `steps`: list of (milliseconds from now, pin, level or None)."""
    _board.script(steps)


def picture(names):
    """List of lines that show the machine's pins. `names`: {pin: what to write beside it}."""
    return _board.picture(names)
