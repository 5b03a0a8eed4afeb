"""The commands of the prompt and the command line. The module `sovelma` is their public interface."""
import sys


def load(group):
    """Returns the module `group` of this package. Loads it at the first call, and only from frozen code: a file called `kernel.py`
    in the current directory cannot replace the kernel.
    """
    path = sys.path[:]
    sys.path[:] = [".frozen"]
    try:
        return __import__("kernel.shell." + group, None, None, (group,))
    finally:
        sys.path[:] = path
