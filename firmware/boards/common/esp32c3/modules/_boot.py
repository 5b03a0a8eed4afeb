"""Runs first after every start and soft reset, before boot.py: file systems, heartbeat, watchdog. It starts no system.

MicroPython runs this for mpremote too. The heartbeat begins here because the watchdog of an earlier start is still running.

Invariant: every failure here is reported, and the prompt comes.
"""
import esp32c3

if esp32c3.heap_missing():      # reported before any step that takes memory
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
