"""The one buffer for bytes between a task's memory and a socket or a mounted file.

Granting a network and mounting a directory reserve it, so that a system without either saves 4 KB of a board's 64 KB heap.

Invariant: no call leaves anything in the buffer for the next one, so one buffer serves all tasks.
"""

_MAX = 4096            # bytes that one call moves at most, says the ABI
buffer = bytearray()


def reserve():
    """Makes the buffer as long as any call may need. Raises MemoryError."""
    if not buffer:
        buffer.extend(bytes(_MAX))
