import hal, wasm3
import abi
from kernel.core.capability import Capabilities
from kernel.objects.ramfs import RamFS
from kernel.objects.kinds import make_system
from kernel.core.task import Task
hal.write = lambda buffer, n: None
class Thing:
    def __init__(self, kind):
        self.kind = kind
    def release(self):
        pass
def reached(task):
    reaching.append(task.name)
    return 77
def table_of(entries):
    c = Capabilities(size)
    for kind, rights, state in entries:
        thing = Thing(kind)
        identifier = c.insert(thing, rights)
        if state == "dropped":
            c.drop(identifier)
        elif state == "revoked":
            c.revoke_thing(thing)
        elif state == "replaced":
            c.drop(identifier)
            while c.insert(Thing(kind), rights) & 255 != identifier & 255:
                pass
    return c
out = {}
for label, _, entries in cases:
    reaching = []
    system = make_system(RamFS(10000))
    system.scheduler.bind((reached,) * len(abi.NAMES), system._try_again, system._failed)
    task = Task("t", wasm3.Instance(wasm[label]), 3, 1000000, table_of(entries))
    system.add(task)
    if entries:
        neighbour = Task("n", wasm3.Instance(wasm["idle"]), 2, 1000, table_of([entries[0][:2] + ["held"]] * 3))
        system.add(neighbour)
    while not task.over():
        system.run(20)
    out[label] = [task.result if task.record is None else task.record.reason, len(reaching)]
    for other in system.tasks:
        system.kill(other)
answer(out)
