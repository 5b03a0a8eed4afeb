"""The commands on the RamFS."""
import abi
from kernel.core import console
from kernel.core.log import escaped_bytes
from kernel.objects.ramfs import is_directory, walk
from kernel.shell import running

_LINE_MAX = 4096       # bytes that `cat` shows in one line at most


@running.still
def ls(path="/"):
    """Shows a directory of the RamFS. Of a file: its own entry."""
    node = _node(path)
    if not is_directory(node):
        above, _, name = path.strip("/").rpartition("/")
        entries = [entry for entry in _node(above).listing() if entry[0] == name.encode()]
    else:
        entries = sorted(node.listing())
    for name, size in entries:
        name = escaped_bytes(name)
        console.show_folded(["%10s  %s/" % ("-", name) if size < 0 else "%10d  %s" % (size, name)])


@running.still
def rm(path):
    """Removes a file or an empty directory of the RamFS. A task that has the file open keeps it until it closes it."""
    above, _, name = path.strip("/").rpartition("/")
    error = _node(above).remove(name.encode())
    if error:
        raise OSError(path + ": " + abi.ERRORS[-1 - error])


@running.still
def cat(path):
    """Shows a file of the RamFS. What is not printable is shown as escapes."""
    file = _node(path)
    if is_directory(file):
        raise OSError(path + " is a directory")
    error = file.open(False, None)
    if error:
        raise OSError(path + ": " + abi.ERRORS[-1 - error])
    try:
        _show(file)
    finally:
        file.close()


def _show(file):
    reader = _Memory()
    offset = 0
    line = b""
    while True:
        count = file.read(offset, _Memory.SIZE, reader, 0)
        if count < 0:
            raise OSError(abi.ERRORS[-1 - count])
        offset += count
        line += reader.taken
        reader.taken = b""
        end = line.rfind(b"\n")
        if count == 0:
            break
        if end >= 0 or len(line) > _LINE_MAX:
            for text in line[:end].split(b"\n") if end >= 0 else [line]:
                console.show(escaped_bytes(text))
            line = line[end + 1:] if end >= 0 else b""
    if line:
        console.show(escaped_bytes(line))


class _Memory:
    # Stands in for a task's instance: `read` of a file appends the bytes to `taken`.

    SIZE = 512

    def __init__(self):
        self.taken = b""

    def write(self, address, buffer, start, length):
        self.taken += bytes(buffer[start:start + length])
        return length


def _node(path):
    node = running.the_system().fs
    relative = path.strip("/").encode()
    if relative:
        found = walk(node, relative, False, True)
        node = walk(node, relative, False, False) if isinstance(found, int) else found
    if isinstance(node, int):
        raise OSError(path + ": " + abi.ERRORS[-1 - node])
    return node
