# usage: storm.py MODULE - prints what a unit of fuel, a system call and a default slice of a task cost that does one
# thing over and over, in nanoseconds: the best of many slices. And how many bytes many slices leave on the heap.
import gc
import sys
import time
import hal
import wasm3
from kernel.core.capability import Capabilities
from kernel.objects.pin import Pin
from kernel.objects.ramfs import OpenFile, RamFS
from kernel.objects.kinds import make_system
from kernel.core.task import Task

ROUNDS = 60

hal.write = lambda buffer, n: None
system = make_system(RamFS(1 << 20))
directory = system.fs.make("/d", True)
file = system.fs.make("/d/file", False)
file.open(True, None)
capabilities = Capabilities()
capabilities.grant("file", OpenFile(file, False), 3)
capabilities.grant("directory", directory, 7)
capabilities.grant("input", Pin(9, hal.pin(9, "in", "up", None), None, False), 1)
capabilities.grant("output", Pin(8, hal.pin(8, "out", None, 0), 0, False), 3)
with open(sys.argv[1], "rb") as stream:
    task = Task("storm", wasm3.Instance(stream.read()), 3, hal.SLICE, capabilities)
system.add(task)
best = None
for _ in range(ROUNDS):
    fuel, calls, start = task.fuel(), task.calls(), time.ticks_us()
    system.run(2)
    taken = (time.ticks_us() - start) * 1000
    fuel = task.fuel() - fuel
    calls = task.calls() - calls
    if best is None or taken / fuel < best[0]:
        best = taken / fuel, taken / max(calls, 1), fuel / max(calls, 1)
gc.collect()
gc.disable()
system.run(20)
before = gc.mem_alloc()
system.run(50)
left = gc.mem_alloc() - before
print("fuel_ns=%.3f call_ns=%.1f charged=%.1f slice_us=%.1f left=%d" % (best + (best[0] * hal.SLICE / 1000, left)))
