"""What scripts in the firmware begin with: helpers around an instance, a system, the system calls, the board's HAL."""

# What most scripts need: run a task to its next event, in one slice after the other.
RUN = """
import wasm3
def run(task, fuel=100000, result=0):
    status = task.resume(fuel, result)
    while status == wasm3.PREEMPTED:
        status = task.resume(fuel)
    return status
def refused(*args, **keywords):
    try:
        wasm3.Instance(*args, **keywords)
    except (ValueError, MemoryError, TypeError) as error:
        return [type(error).__name__, str(error)]
def raises(function, *args):
    try:
        function(*args)
    except Exception as error:
        return [type(error).__name__, str(error)]
"""

# In the firmware: a task's machine with other methods in place of some.
INSTEAD = """
class Instead:
    def __init__(self, machine, **others):
        self._machine = machine
        for name, method in others.items():
            setattr(self, name, method)
    def __getattr__(self, name):
        return getattr(self._machine, name)
"""

KERNEL = """
import gc, time, micropython
import hal, wasm3
import abi
from kernel.core import console, supervisor
from kernel.core.capability import Capabilities
from kernel.objects.ramfs import RamFS, OpenFile
from kernel.objects.kinds import make_system
from kernel.core.task import Task, STATES
system = make_system(RamFS(1 << 16))
shared = system.fs.make("/file", False)
class Zeros:
    def readinto(self, address, buffer, start, length):
        return length
shared.write(0, 8000, Zeros(), 0)
def add(name, module, priority=3, slice=hal.SLICE, rights=3, **options):
    capabilities = Capabilities()
    capabilities.grant("file", OpenFile(shared, False), rights)
    options.setdefault("memory", 8192)
    task = Task(name, wasm3.Instance(module, **options), priority, slice, capabilities)
    system.add(task)
    return task
def states():
    return [STATES[task.state] for task in system.tasks]
def slices(n):
    # Runs so many slices, however long that takes; no loop of a script's own, whose objects would count.
    end = system.slices + n
    while system.slices < end:
        system.run(20)
"""

SYSCALLS = """
import hal
import abi
from kernel.core.capability import Capabilities
from kernel.objects.ramfs import RamFS, OpenFile, walk
from kernel.core.scheduler import Scheduler
from kernel.core.syscalls import Syscalls
from kernel.objects.kinds import calls
from kernel.core.log import Ring
class Machine:
    def __init__(self):
        self.memory = bytearray(8192)
    def nr(self):
        return self.number
    def arg(self, i):
        return self.arguments[i]
    def call(self):
        need = abi.NEEDS[self.number]
        good = not need or task.capabilities.check(self.arguments[0], need) == 0
        return self.number if good else len(abi.NAMES)
    def target(self):
        return task.capabilities._objects[self.arguments[0] & 255]
    def read(self, address, length):
        return bytes(self.memory[address:address + length])
    def readinto(self, address, buffer, start, length):
        buffer[start:start + length] = self.memory[address:address + length]
        return length
    def write(self, address, buffer, start, length):
        self.memory[address:address + length] = buffer[start:start + length]
        return length
    def match(self, address, length, names):
        data = bytes(self.memory[address:address + length])
        return names.index(data) if data in names else -1
class Task:
    def __init__(self, priority=3):
        self.name, self.priority, self.state, self.queue, self.link, self.back = "t", priority, 1, 0, None, None
        self.timer, self.wake, self.budget, self.answer = -1, 0, 0, 9
        self.waiting = self.account = None
        self.instance = Machine()
        self.capabilities = Capabilities()
        self.log = Ring("t")
scheduler = Scheduler()
handlers = Syscalls(scheduler, calls(scheduler, None)).handlers
task = Task()
def call(name, *arguments):
    task.instance.number, task.instance.arguments = abi.NAMES.index(name), arguments
    return handlers[task.instance.call()](task)
def poke(address, data):
    task.instance.memory[address:address + len(data)] = data
def peek(address, length):
    return "".join(chr(b) for b in task.instance.memory[address:address + length])
R, W, C = abi.RIGHT_READ, abi.RIGHT_WRITE, abi.RIGHT_CREATE
READ, WRITE, CREATE, TRUNCATE, APPEND, DIRECTORY = 1, 2, 4, 8, 16, 32
fs = RamFS(1 << 20)
def remove(path):
    above, _, name = path.rpartition(b"/")
    node = walk(fs, above, False, True) if above else fs
    return abi.NOTFOUND if isinstance(node, int) else node.remove(name)
data = fs.make("/data", True)
fs.make("/data/sub", True)
walk(data, b"old", True, False)
folder = task.capabilities.insert(data, R | W | C)
reader = task.capabilities.insert(data, R)
def open(directory, path, flags):
    poke(0, path)
    return call("sp_fs_open", directory, 0, len(path), flags)
def write(file, text, offset=-1):
    poke(1000, text)
    return call("sp_fs_write", file, 1000, len(text), offset)
def read(file, n, offset=-1):
    count = call("sp_fs_read", file, 2000, n, offset)
    return peek(2000, count) if count >= 0 else count
"""

BOARD = """
import sys
sys.path[:0] = [fakes, programs]
import chip, esp32, flashbdev, machine, network, time
sys.modules.update({"chip": chip, "esp32": esp32, "machine": machine, "network": network})
import hal
import hal.esp32 as board
from hal.esp32 import heartbeat, flash, radio
for name in dir(board):                             # the kernel sees this machine
    if not name.startswith("__"):
        setattr(hal, name, getattr(board, name))
class Console:                                      # standard input of a test is at its end, which counts as a key
    keys = 0
    def ipoll(self, ms):
        if not self.keys:
            time.sleep_ms(ms)
        return [1] * self.keys
console = board._console = Console()
def beat(count=1):
    for _ in range(count):
        machine.Timer.all[0].callback(machine.Timer.all[0])
"""
