"""Access to the files that a system is built from, the same on every port: part of the HAL."""
import uos as os


def is_directory(path):
    """Returns True if `path` is a directory. Raises OSError if it does not exist."""
    return os.stat(path)[0] & 0x4000 != 0


def file_size(path):
    """Returns the size of the file in bytes. Raises OSError."""
    return os.stat(path)[6]


def read_file(path):
    """Returns a stream of the file's bytes, for `with`. Raises OSError."""
    return open(path, "rb")
