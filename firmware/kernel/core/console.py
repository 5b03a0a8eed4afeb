"""The kernel's own lines: boot log, notes, crash records. The console keeps the last lines for `dmesg`.

The caller escapes text from a module or a host file (`kernel.core.log.escaped`) before it passes a line.
"""
import hal

_KEPT = const(32)       # lines
COLUMNS = 80            # width of a terminal, for tables

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


def folded(text, prefix=""):
    """Returns `text` as a list of lines of at most 80 characters. Each line after the first begins with `prefix` (40 characters at
    most) and an indent.
    """
    lines = []
    prefix += "    "
    while len(text) > COLUMNS:
        end = text.rfind(" ", len(prefix) + 1, COLUMNS + 1)
        next = end + 1
        if end < 0:
            next = end = COLUMNS
        lines.append(text[:end])
        text = prefix + text[next:]
    lines.append(text)
    return lines


def show_folded(lines, prefix=""):
    """Shows lines, each folded to the width of a terminal."""
    for text in lines:
        for part in folded(text, prefix):
            show(part)


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
    """Returns the last lines, the oldest first."""
    return list(_lines)
