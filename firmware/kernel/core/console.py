"""What the kernel says: boot log, notes, crash records; the last lines are kept for whoever comes later (`dmesg`).

Text that comes from a module or a host file is escaped by whoever puts it into a line (`kernel.core.log.escaped`).
"""
import hal
from micropython import const

_KEPT = const(32)       # lines

_lines = []


def line(text):
    """Shows one line and keeps it."""
    if len(_lines) >= _KEPT:
        _lines.pop(0)
    _lines.append(text)
    show(text)


def show(text):
    """Shows one line without keeping it."""
    data = (text + "\n").encode()
    hal.write(data, len(data))


def ok(text):
    """A step of the boot that went well."""
    line("[ OK ] " + text)


def failed(text):
    """A step of the boot that did not."""
    line("[FAIL] " + text)


def note(text):
    """Something the kernel wants known."""
    line("kernel: " + text)


def kept():
    """List of the last lines, the oldest first."""
    return list(_lines)
