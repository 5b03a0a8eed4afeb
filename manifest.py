# What is frozen into the firmware: all of the kernel, the HAL, and MicroPython's asyncio.
# (MicroPython's own build tools read this file; it runs in their name space.)
#
# machine="esp32": the HAL of the board alone. asyncio=False: without MicroPython's asyncio, which no part of the kernel uses. The PC and QEMU have every HAL, since tests run the board's over fakes there.
# MicroPython looks a frozen module up from the first name to the last: what the start imports comes first.
import os

options.defaults(machine="", asyncio=True)
KERNEL = [os.path.relpath(os.path.join(directory, name), "firmware/kernel")
          for directory, _, names in sorted(os.walk("firmware/kernel")) for name in sorted(names) if name.endswith(".py")]
# The start's errors name a place in system.json, and the prompt's say what the user did: line numbers, which no user needs there,
# are left out.
UNNUMBERED = ("boot/", "shell/")
package("kernel", files=[name for name in KERNEL if not name.startswith(UNNUMBERED)], base_path="firmware")
package("kernel", files=[name for name in KERNEL if name.startswith(UNNUMBERED)], base_path="firmware", opt=3)
package(
    "hal",
    files=[
        os.path.relpath(os.path.join(directory, name), "firmware/hal")
        for directory, _, names in sorted(os.walk("firmware/hal"))
        for name in sorted(names)
        if name.endswith(".py") and (not options.machine or os.path.basename(directory) in ("hal", "common", options.machine))
    ],
    base_path="firmware",
)
module("sovelma.py", base_path="firmware")
if options.asyncio:
    include("$(MPY_DIR)/extmod/asyncio")
