# Frozen into the firmware for QEMU: what every machine has, the program that starts it, and its files.
include("../../../manifest.py", asyncio=False)
module("_start.py")
# Written by tools/build/pack_files.py: the read-only file system as bytes.
module("_files.py", base_path="../../../build/qemu-files")
