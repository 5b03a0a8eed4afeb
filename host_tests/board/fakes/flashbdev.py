"""MicroPython's own: the partition the file system lies in."""
from esp32 import Partition

bdev = Partition("vfs")
