"""The buffer that carries bytes between a task's memory and a socket or a mounted file. All tasks share it.

Granting a network or mounting a directory reserves the buffer. A system without either saves 4 KB of a board's 64 KB heap.

Invariant: no call leaves data in the buffer for the next call, so one buffer serves all tasks.
"""

_MAX = 4096            # bytes: the ABI's limit for one call
buffer = bytearray()


def reserve():
    """Makes the buffer as long as the longest call needs. Raises MemoryError."""
    if not buffer:
        buffer.extend(bytes(_MAX))
