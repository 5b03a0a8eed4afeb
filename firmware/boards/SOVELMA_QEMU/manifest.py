# Frozen into the firmware for QEMU: the modules of every machine, the start program, and its files.
include("../../../manifest.py", asyncio=False)
module("_start.py")
# Written by tools/build/pack_files.py: the read-only file system as bytes.
module("_files.py", base_path="../../../build/qemu-files")
