"""The commands of the prompt and the command line; `sovelma` is their face."""
import sys


def load(group):
    """A module of this package, loaded where it is not there yet. The kernel consists of frozen code alone: a file called
    `kernel.py` where the program happens to run is not it.
    """
    path = sys.path[:]
    sys.path[:] = [".frozen"]
    try:
        return __import__("kernel.shell." + group, None, None, (group,))
    finally:
        sys.path[:] = path
