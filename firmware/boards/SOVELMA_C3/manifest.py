# Frozen into the board's firmware: the modules of every machine, the start program, and the demo's files.
import os

include("../../../manifest.py", machine="esp32")
# MicroPython's own block device for the file system in flash.
freeze("$(PORT_DIR)/modules", "flashbdev.py")
freeze("../common/esp32c3/modules")
# Written by `make firmware`: the demo as a read-only file system. Without it the board starts with an empty prompt.
if os.path.exists("../../../build/board/files/_files.py"):
    module("_files.py", base_path="../../../build/board/files")
