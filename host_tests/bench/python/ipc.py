# usage: ipc.py SERVER CLIENT CALLS OTHERS - prints what a call of the client takes, beside so many tasks that wait at endpoints of their own.
import sys
import wasm3
from abi import RIGHT_GRANT, RIGHT_READ, RIGHT_WRITE
from kernel.core.capability import Capabilities
from kernel.core.task import Task
from kernel.objects.kinds import make_system
from kernel.objects.ramfs import RamFS
from services import Endpoint, Notification
from timing import ROUNDS, processor

modules = []
for path in sys.argv[1:3]:
    with open(path, "rb") as stream:
        modules.append(stream.read())
calls, others = int(sys.argv[3]), int(sys.argv[4])
wasm3.arena_resize((others + 4) * 24576 + 65536)


def add(system, name, module, endpoint, note):
    capabilities = Capabilities(4)
    capabilities.grant("e", endpoint, RIGHT_READ | RIGHT_WRITE, 1)
    capabilities.grant("n", note, RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT)
    task = Task(name, wasm3.Instance(module, memory=16384), 3, 1 << 29, capabilities)
    system.add(task)
    return task


best = None
for _ in range(ROUNDS):
    system = make_system(RamFS(1000))
    for number in range(others):
        add(system, "other%d" % number, modules[0], Endpoint("o"), Notification("o"))
    endpoint, note = Endpoint("e"), Notification("n")
    add(system, "server", modules[0], endpoint, note)
    system.run(20)
    client = add(system, "client", modules[1], endpoint, note)
    start = processor()
    while not client.over():
        system.run(20)
    taken = (processor() - start) * 1000 / calls
    if client.result != 0:
        raise ValueError("the client ended with %s" % client.outcome())
    if best is None or taken < best:
        best = taken
    system.close()
print("ns=%.1f" % best)
