import hal
import abi
from kernel.core.capability import Capabilities
from kernel.objects.ramfs import RamFS, OpenFile, walk
from scheduler import Scheduler, Thread
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
    def refused(self):
        need = abi.NEEDS[self.number]
        return task.capabilities.check(self.arguments[0], need) if need else 0
    def target(self):
        return task.capabilities.get(self.arguments[0])
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
        self.name, self.account = "t", None
        self.thread = Thread(self, priority, 1)
        self.instance = Machine()
        self.capabilities = Capabilities()
        self.log = Ring("t")
scheduler = Scheduler(hal)
handlers = Syscalls(scheduler, calls(scheduler, None)).handlers
task = Task()
def call(name, *arguments):
    task.instance.number, task.instance.arguments = abi.NAMES.index(name), arguments
    return task.instance.refused() or handlers[task.instance.number](task)
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
