"""The kernel's own lines: boot log, notes, crash records. The last ones are kept for `dmesg`.

The caller escapes text that comes from a module or a host file (`kernel.core.log.escaped`) before it puts it into a line.
"""
import hal

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
    """Shows a step of the boot that went well."""
    line("[ OK ] " + text)


def failed(text):
    """Shows a step of the boot that failed."""
    line("[FAIL] " + text)


def note(text):
    """Shows a note of the kernel."""
    line("kernel: " + text)


def kept():
    """List of the last lines, the oldest first."""
    return list(_lines)
