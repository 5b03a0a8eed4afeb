"""What the board does when it is switched on, after _boot.py and your own boot.py: it starts the system.

Not run where mpremote has the board: MicroPython leaves it out when its raw prompt is on. Where memory is missing, which
_boot.py has told, nothing is started and the prompt comes.

Invariant: only frozen code is started, whatever files with its names lie in flash.
"""
import commands
import esp32c3
import sys

if not esp32c3.heap_missing():
    _path = sys.path[:]
    sys.path[:] = [".frozen"]
    import board_start
    sys.path[:] = _path

    board_start.main()
commands._offer()
