"""Files of MicroPython's own file systems (littlefs or FAT on flash) for kernel.objects.mount; see `storage` in the HAL.

A board's HAL says `from hal import flash as storage`; on a PC this is what the tests run on a littlefs in memory. A
file is opened once, however many have it open: littlefs keeps a cache for every opening, and they would disagree. There
are no links on these file systems, and no way up in a path that kernel.objects.mount gives.

Invariant: `read`, `write` and `size` allocate nothing.
"""
import uerrno as errno
import uos as os
from abi import BUSY, DENIED, EXISTS, INVAL, IO, NOMEM, NOSPACE, NOTFOUND, TOOBIG

_open = open                # the built-in, before this module's own hides it

_OPEN_CREATE = 4            # flags of open, as those of sp_fs_open
_OPEN_DIRECTORY = 32
_IS_DIRECTORY = 0x4000      # in a mode

_CODES = {errno.ENOENT: NOTFOUND, errno.EEXIST: EXISTS, errno.EISDIR: EXISTS, errno.EACCES: DENIED, errno.EPERM: DENIED,
          errno.ENOMEM: NOMEM, errno.EINVAL: INVAL, 16: BUSY, 20: NOTFOUND, 27: TOOBIG, 28: NOSPACE, 30: DENIED, 36: TOOBIG}

_streams = {}               # {full path: _File} of what is open


class _File:
    def __init__(self, path, stream):
        self.path = path
        self.stream = stream
        self.opens = 0


def _code(error):
    # What an OSError means to a task.
    return _CODES.get(error.errno, IO)


def _full(root, path):
    # The path as text; ValueError where it cannot be one.
    return root + "/" + path.decode() if path else root


def root(path):
    """What stands for the directory in the other calls, or an error code."""
    try:
        return path if os.stat(path)[0] & _IS_DIRECTORY else NOTFOUND
    except OSError as error:
        return _code(error)


def kind(root, path):
    """0 for a file, 1 for a directory, or an error code."""
    try:
        return 1 if os.stat(_full(root, path))[0] & _IS_DIRECTORY else 0
    except OSError as error:
        return _code(error)
    except ValueError:
        return INVAL


def open(root, path, flags):
    """A handle of a file, 0 for a directory just made, or an error code. With CREATE (4) it must not exist yet."""
    try:
        path = _full(root, path)
        if flags & _OPEN_DIRECTORY:
            os.mkdir(path)
            return 0
        file = _streams.get(path)
        if file is None:
            file = _File(path, _open(path, "x+b" if flags & _OPEN_CREATE else "r+b"))
            _streams[path] = file
        file.opens += 1
        return file
    except OSError as error:
        return _code(error)
    except ValueError:
        return INVAL


def read(file, offset, buffer, n):
    """Bytes read at the offset into buffer[:n], 0 at the end, or an error code."""
    try:
        file.stream.seek(offset)
        return file.stream.readinto(buffer, n)
    except OSError as error:
        return _code(error)


def write(file, offset, buffer, n):
    """Bytes of buffer[:n] written at the offset, or an error code."""
    try:
        file.stream.seek(offset)
        return file.stream.write(buffer, n)
    except OSError as error:
        return _code(error)


def size(file):
    """Bytes of the file, or an error code."""
    try:
        return file.stream.seek(0, 2)
    except OSError as error:
        return _code(error)


def truncate(file):
    """Empties the file. Returns 0 or an error code."""
    try:
        file.stream.close()
        file.stream = _open(file.path, "w+b")
        return 0
    except OSError as error:
        return _code(error)


def close(file):
    """Ends one use of a handle; the last one brings everything to the flash. A root needs nothing."""
    if isinstance(file, _File):
        file.opens -= 1
        if file.opens == 0:
            del _streams[file.path]
            file.stream.close()


def names(root, path):
    """List of (name as bytes, size or -1 for a directory), or an error code."""
    try:
        return [(entry[0].encode(), -1 if entry[1] & _IS_DIRECTORY else entry[3])
                for entry in os.ilistdir(_full(root, path))]
    except OSError as error:
        return _code(error)
    except ValueError:
        return INVAL


def is_below(path, directory):
    """True where a file lies in a directory or anywhere below it. Raises OSError."""
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
