"""The one buffer through which bytes go between a task's memory and the machine: sockets, mounted files.

Who grants a network or mounts a directory reserves it, so that a system of neither keeps 4 KB of a board's 64 KB heap.

Invariant: nobody leaves anything in it from one call to the next, so one serves all.
"""

_MOST = 4096            # bytes that one call moves at most, says the ABI
buffer = bytearray()


def reserve():
    """Makes the buffer as long as any call may need. Raises MemoryError."""
    if not buffer:
        buffer.extend(bytes(_MOST))
