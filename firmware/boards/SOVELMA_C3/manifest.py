# Frozen into the board's firmware: what every machine has, what starts it, and the demo's files.
import os

include("../../../manifest.py", machine="esp32")
# Where the file system is; MicroPython's own.
freeze("$(PORT_DIR)/modules", "flashbdev.py")
freeze("../common/esp32c3/modules")
# Written by `make firmware`: the demo as a read-only file system. Without it the board starts with an empty prompt.
if os.path.exists("../../../build/board/files/_files.py"):
    module("_files.py", base_path="../../../build/board/files")
