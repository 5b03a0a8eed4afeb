"""Starts the system when the board is switched on, after _boot.py and the user's boot.py.

MicroPython does not run this file while mpremote has the board (raw prompt). If Python's first heap is too small, which
_boot.py has reported, the system is not started and the prompt comes.

Invariant: only frozen code is started, even if the flash has files of the same names.
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
