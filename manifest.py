# What is frozen into the firmware: MicroPython's asyncio and all of the kernel and the HAL.
# (MicroPython's own build tools read this file; it runs in their name space.)
include("$(MPY_DIR)/extmod/asyncio")
package("kernel", base_path="firmware")
package("hal", base_path="firmware")
module("abi.py", base_path="firmware")
module("sovelma.py", base_path="firmware")
