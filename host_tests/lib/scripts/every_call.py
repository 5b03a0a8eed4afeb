import gc, hal, time, wasm3
import abi
from kernel.core.capability import Capabilities
from kernel.objects.pin import Pin
from kernel.core.log import Ring
from kernel.objects.mount import Mount
from kernel.objects.network import Network
from kernel.objects.netpolicy import check
from kernel.objects.files import Arguments
from kernel.objects.ramfs import OpenFile, RamFS
from kernel.objects.resolver import Resolver
from kernel.objects.kinds import make_system
from kernel.core.task import READY, Task
from kernel.objects.ramfs import Account
from services import Endpoint, Irq, Memory, Mutex, Notification, Semaphore, Watch
LOOPBACK = bytes((127, 0, 0, 1))
hal.write = lambda buffer, n: None
fs = RamFS(1 << 20)
system = make_system(fs, Resolver([(LOOPBACK, name_server)]))
directory = fs.make("/d", True)
fs.make("/d/" + deep, False)
fs.make("/d/f", False)
fs.make("/d" + "/d" * 12 + "/f", False)
full = fs.make("/full", True, 100)
mounted = fs.mount("/host", lambda name, parent: Mount(name, parent, hal.storage, root, 1 << 20))
class Zeros:
    def readinto(self, address, buffer, start, length):
        return length
def opened(path, append=False, size=0):
    file = fs.make(path, False)
    file.open(True, None)
    if size:
        file.write(size - 1, 1, Zeros(), 0)
    return OpenFile(file, append)
def wrong(where, what):
    raise ValueError(where + " " + what)
def storm(which):
    c = Capabilities(255)
    c.grant("ports", Arguments(b"".join([n.to_bytes(4, "little") for n in [which] + ports])), 1)
    for name, thing in (("directory", directory), ("full", full), ("mounted", mounted)):
        c.grant(name, thing, 7)
    c.grant("file", opened("/file", False, 40000), 3)
    c.grant("log", opened("/log", True), 3)
    c.grant("net", Network(check({"allow": ["127.0.0.1", "*.test"], "ports": ["1-65535"], "protocols": ["tcp", "udp"],
                                  "sockets": 64}, "net", wrong)), 0)
    c.grant("input", Pin(9, hal.pin(9, "in", "up", None), None, False), 1)
    c.grant("output", Pin(8, hal.pin(8, "out", None, 0), 0, False), 3)
    c.grant("end", Endpoint("end"), 11, 7)
    c.grant("note", Notification("note"), 3)
    c.grant("lock", Mutex("lock"), 2)
    c.grant("count", Semaphore("count", 0), 3)
    c.grant("edges", Irq("edges", 0), 1)
    c.grant("other", Watch("other"), 3)
    buffer = Memory("memory", 4096)
    buffer.open()
    c.grant("memory", buffer, 3)
    for n in range(names):
        c.grant("a%05d" % n, directory, 0)
    c.grant("zzzzzz", directory, 0)
    task = Task("storm", wasm3.Instance(wasm["m"], memory=16384), 3, hal.SLICE, c, log=Ring("storm", 1 << 20, 1000))
    task.account = Account()
    task.account.buffers_max = 4096
    return task
other = Task("other", wasm3.Instance(wasm["m"], memory=16384), 3, hal.SLICE, Capabilities())
other.plan = type("Plan", (), {"keep": staticmethod(lambda instance: instance.kill())})()
system.add(other)
system.kill(other)
def ready(task):
    # Adds a task and lets it run until its loop begins.
    system.add(task)
    while not task.log.lines():
        system.run(1)
    return task
