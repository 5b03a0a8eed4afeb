"""The one buffer through which bytes go between a task's memory and the machine: sockets, mounted files.

Invariant: nobody leaves anything in it from one call to the next, so one serves all; MicroPython's heap on a board has 64 KB.
"""

MOST = 4096             # bytes that one call moves at most, says the ABI
buffer = bytearray(MOST)
