"""What the board does when it is switched on, after _boot.py and your own boot.py: it starts the system.

Not run where mpremote has the board: MicroPython leaves it out when its raw prompt is on.

Invariant: only frozen code is started, whatever files with its names lie in flash.
"""
import sys

_path = sys.path[:]
sys.path[:] = [".frozen"]
import board_start
sys.path[:] = _path

board_start.main()
