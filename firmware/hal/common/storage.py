"""Files of MicroPython's own file systems (littlefs or FAT on flash) for kernel.objects.mount; see `storage` in the HAL.

A board's HAL uses this module as its `storage`; the tests on a PC use it with a littlefs in memory. Every task that opens a file
shares one stream: littlefs keeps a cache for each stream, and the caches would differ. These file systems have no links, and
kernel.objects.mount never passes a path with "..".

Invariant: `read`, `write` and `size` allocate nothing.
"""
import uerrno as errno
import uos as os
from abi import BUSY, DENIED, EXISTS, INVAL, IO, NOMEM, NOSPACE, NOTFOUND, TOOBIG

_open = open                # the built-in function; `open` below hides it

_OPEN_CREATE = 4            # flags of open, the same as those of sp_fs_open
_OPEN_DIRECTORY = 32
_IS_DIRECTORY = 0x4000      # bit in the mode of os.stat

_CODES = {errno.ENOENT: NOTFOUND, errno.EEXIST: EXISTS, errno.EISDIR: EXISTS, errno.EACCES: DENIED, errno.EPERM: DENIED,
          errno.ENOMEM: NOMEM, errno.EINVAL: INVAL, 16: BUSY, 20: NOTFOUND, 27: TOOBIG, 28: NOSPACE, 30: DENIED, 36: TOOBIG}

_streams = {}               # {full path: _File} of the open files


class _File:
    def __init__(self, path, stream):
        self.path = path
        self.stream = stream
        self.opens = 0


def _code(error):
    # Converts an OSError to an error code of the ABI.
    return _CODES.get(error.errno, IO)


def _full(root, path):
    # Returns the full path as text. Raises ValueError if `path` is not UTF-8.
    return root + "/" + path.decode() if path else root


def root(path):
    """Returns the value that names the directory in the other calls, or an error code."""
    try:
        return path if os.stat(path)[0] & _IS_DIRECTORY else NOTFOUND
    except OSError as error:
        return _code(error)


def kind(root, path):
    """Returns 0 for a file, 1 for a directory, or an error code."""
    try:
        return 1 if os.stat(_full(root, path))[0] & _IS_DIRECTORY else 0
    except OSError as error:
        return _code(error)
    except ValueError:
        return INVAL


def open(root, path, flags):
    """Opens a file: returns its handle or an error code. With CREATE (4) the file must not exist yet.

    With DIRECTORY (32), makes a directory and returns 0.
    """
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
    """Reads at the offset into buffer[:n]. Returns the number of bytes, 0 at the end, or an error code."""
    try:
        file.stream.seek(offset)
        return file.stream.readinto(buffer, n)
    except OSError as error:
        return _code(error)


def write(file, offset, buffer, n):
    """Writes buffer[:n] at the offset. Returns the number of bytes written, or an error code."""
    try:
        file.stream.seek(offset)
        return file.stream.write(buffer, n)
    except OSError as error:
        return _code(error)


def size(file):
    """Returns the size of the file in bytes, or an error code."""
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
    """Ends one use of a handle; the last one closes the stream, which writes everything to the flash. Does nothing for a root."""
    if isinstance(file, _File):
        file.opens -= 1
        if file.opens == 0:
            del _streams[file.path]
            file.stream.close()


def names(root, path):
    """Returns a list of (name as bytes, size or -1 for a directory), or an error code."""
    try:
        return [(entry[0].encode(), -1 if entry[1] & _IS_DIRECTORY else entry[3])
                for entry in os.ilistdir(_full(root, path))]
    except OSError as error:
        return _code(error)
    except ValueError:
        return INVAL


def is_below(path, directory):
    """Returns True if a file is in a directory or anywhere below it. Raises OSError if one of them does not exist."""
    os.stat(path)
    os.stat(directory)
    directory = _names(directory)
    return _names(path)[:len(directory)] == directory


def _names(path):
    # Returns the names along the path from the root, without "." and "..".
    names = []
    for name in (path if path.startswith("/") else os.getcwd() + "/" + path).split("/"):
        if name == "..":
            names = names[:-1]
        elif name not in ("", "."):
            names.append(name)
    return names
