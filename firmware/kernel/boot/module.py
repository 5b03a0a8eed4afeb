"""Describes a module without running it: its validity, its imports and exports, and the memory that it needs.

No code of the module runs here. `describe` makes an instance to learn the size of its region, and ends it again.
"""
import wasm3
from kernel.core.log import escaped

_KINDS = ("function", "table", "memory", "global")


def _text(name):
    return escaped(str(name, "utf-8"))      # the validator has checked the encoding


def describe(path):
    """Returns lines about the module in a file. Raises OSError where the file cannot be read, ValueError("offset: reason")
    where the module is not valid, MemoryError where there is no memory to examine it.
    """
    with open(path, "rb") as stream:
        wasm = stream.read()
    wasm3.validate(wasm)
    lines = ["%s: valid, %d bytes" % (escaped(path), len(wasm))]
    for origin, name, kind in wasm3.imports(wasm):
        lines.append("  imports %s %s.%s" % (_KINDS[kind], _text(origin), _text(name)))
    for name, kind, _ in wasm3.exports(wasm):
        lines.append("  exports %s %s" % (_KINDS[kind], _text(name)))
    entry = "_start" if any(name == b"_start" and kind == 0 for name, kind, _ in wasm3.exports(wasm)) else None
    if not entry:
        lines.append("  has no function _start, which a task begins with")
    try:
        task = wasm3.Instance(wasm, entry, stack=0)
    except ValueError as error:
        lines.append("  cannot become a task: %s" % error)
    except MemoryError as error:
        if not str(error).startswith("quota or arena"):
            raise
        lines.append("  cannot become a task: " + wasm3.no_room(wasm))
    else:
        lines.append("  memory %d bytes, region %d bytes with a stack of %d" % (task.memory(), task.region()[1], task.stack()))
        task.kill()
    return lines
