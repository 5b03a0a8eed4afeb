"""Runs first after every start and soft reset, before boot.py: file systems, heart beat, watchdog. No system yet.

MicroPython runs this for mpremote too, which is why the beat begins here: the watchdog of an earlier start is still on.

Invariant: whatever fails here is told, and the prompt comes.
"""
import esp32c3

if esp32c3.heap_missing():      # told before anything that takes memory
    print("[FAIL] memory: Python lacks %d bytes of its first heap, the arena of this firmware is too large; "
          "the system is not started" % esp32c3.heap_missing())
import gc
import board_config
from hal.esp32 import heartbeat, flash

for _text in flash.mount():
    print("[FAIL] " + _text)
try:
    board_config.load()
except Exception as _error:
    print("[FAIL] /board.json: " + repr(_error))
heartbeat.start(board_config.watchdog)
gc.collect()
