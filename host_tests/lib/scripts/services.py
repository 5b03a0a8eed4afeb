"""The set-up of services.py: a system, tasks with ends of endpoints, notifications and files."""
import gc, hal, wasm3
from abi import RIGHT_READ as READ, RIGHT_WRITE as WRITE, RIGHT_GRANT as GRANT
from kernel.core.capability import Capabilities
from kernel.core.task import STATES, Task
from kernel.objects.kinds import make_system
from kernel.objects.ramfs import OpenFile, RamFS
def opened(path):
    file = fs.make(path, False)
    file.open(True, None)
    return OpenFile(file, False)
from scheduler import lost
from services import Endpoint, Mutex, Notification, Semaphore
hal.write = lambda buffer, n: None
fs = RamFS(100000)
system = make_system(fs)
endpoint, notification = Endpoint("e"), Notification("e")
def ends(right, badge):
    # A grant of the endpoint, and a second one that nothing waits on.
    return [("e", notification if right == "wait" else endpoint, WRITE if right == "write" else READ, badge), ("other", endpoint, READ, 0)]
def add(name, grants, file=None, rights=0, slots=16, priority=3):
    c = Capabilities(slots)
    for word, thing, right, badge in grants[:slots]:
        c.grant(word, thing, right, badge)
    if file:
        c.grant("file", file, rights)
    task = Task(name, wasm3.Instance(wasm[name], memory=4096), priority, 200000, c)
    system.add(task)
    return task
class Zeros:
    def readinto(self, address, buffer, start, length):
        return length
def measure(milliseconds):
    # Bytes that a run leaves behind, with the collector off.
    before = gc.mem_alloc()
    system.run(milliseconds)
    return gc.mem_alloc() - before
