# usage: latency.py PERIODIC ENDLESS SPINNERS CLOCK - prints how late a periodic task of high priority is beside endless
# loops: what a slice of theirs takes, percentiles of its lateness, all in microseconds, and for how many of them in a
# thousand the host let the whole program wait for a processor.
#
# CLOCK: "wall", or "processor" for a system whose clock stands still while the program waits for a processor: the
# lateness on a machine that has nothing else to do.
import sys
import time
import hal
import wasm3
from kernel.core.capability import Capabilities
from kernel.objects.ramfs import OpenFile, RamFS
from kernel.objects.kinds import make_system
from kernel.core.task import Task
from timing import processor


class Memory:
    def write(self, address, buffer, start, length):
        self.data += bytes(buffer[start:start + length])
        return length


def read(path):
    with open(path, "rb") as stream:
        return stream.read()


if sys.argv[4] == "processor":
    hal.microseconds = hal.now = processor
    hal.clock = lambda number: processor()
    hal.ticks = lambda: processor() // 1000 & hal.TICKS_MASK
system = make_system(RamFS(1 << 20))
file = system.fs.make("/late", False)
file.open(True, None)
capabilities = Capabilities()
capabilities.grant("late", OpenFile(file, False), 3)
periodic = Task("periodic", wasm3.Instance(read(sys.argv[1])), 6, hal.SLICE, capabilities)
system.add(periodic)
endless = read(sys.argv[2])
probe = wasm3.Instance(endless, "run", memory=4096)
slices = []
for _ in range(200):
    start = hal.microseconds()
    probe.resume(hal.SLICE)
    slices.append(hal.microseconds() - start)
probe.kill()
for index in range(int(sys.argv[3])):
    system.add(Task("spin%d" % index, wasm3.Instance(endless, "run", memory=4096), 3, hal.SLICE, Capabilities()))


start, used = time.ticks_us(), processor()
while not periodic.over():
    system.run(500)
host = 1000 - (processor() - used) * 1000 // max(time.ticks_us() - start, 1)
memory = Memory()
memory.data = b""
while file.read(len(memory.data), 512, memory, 0):
    pass
late = sorted([int.from_bytes(memory.data[i:i + 4], "little") for i in range(0, len(memory.data), 4)])
slices.sort()
print("slice=%d p50=%d p90=%d p99=%d most=%d count=%d host=%d" % (
    slices[len(slices) // 2], late[len(late) // 2], late[len(late) * 9 // 10], late[len(late) * 99 // 100], late[-1], len(late), host))
