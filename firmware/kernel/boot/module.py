"""What can be said of a module without running it: is it valid, what does it import, how much memory does it take.

Nothing of the module runs here; a task is created to learn the size of its region and ended again.
"""
import wasm3
from kernel.core.log import escaped

_KINDS = ("function", "table", "memory", "global")


def _text(name):
    return escaped(str(name, "utf-8"))      # the validator has seen to the encoding


def describe(path):
    """Lines about the module in a file. Raises OSError where it cannot be read, ValueError("offset: reason") where it
    is not valid, MemoryError where the arena is too small to look at it.
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
