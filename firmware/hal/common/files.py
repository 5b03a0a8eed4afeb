"""Files of the machine a system is built from, on any port: part of its HAL."""
import uos as os


def is_directory(path):
    """True where `path` is a directory. Raises OSError where there is nothing."""
    return os.stat(path)[0] & 0x4000 != 0


def file_size(path):
    """Bytes of the file. Raises OSError."""
    return os.stat(path)[6]


def read_file(path):
    """A stream of the file's bytes, for `with`. Raises OSError."""
    return open(path, "rb")
