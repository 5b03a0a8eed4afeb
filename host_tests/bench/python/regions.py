# usage: regions.py MODULE - prints what a small task takes of the arena, how many fit, and how long creating one takes.
import sys
import wasm3
from timing import create_and_kill, minimum

COUNT = 50


with open(sys.argv[1], "rb") as stream:
    wasm = stream.read()
size, free = wasm3.arena()[:2]
task = wasm3.Instance(wasm)
region = task.region()[1]
task.kill()
create = minimum(create_and_kill, wasm3.Instance, wasm, "_start", COUNT) / COUNT
tasks = []
try:
    while True:
        tasks.append(wasm3.Instance(wasm))
except MemoryError:
    pass
# They count only if they live: each must run up to its first system call.
alive = sum([task.resume(1000000) == wasm3.SYSCALL for task in tasks])
print("region=%d alive=%d created=%d arena=%d free=%d create_us=%.2f module=%d" % (
    region, alive, len(tasks), size, free, create, len(wasm)))
