"""Beginnings of scripts in the firmware: helpers around an instance, a system, the system calls, the board's HAL."""

from script_files import script

# Helpers that most scripts need: run a task to its next event, in one slice after the other.
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

# In the firmware: a task's instance with some methods replaced by others.
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

SYSCALLS = script(__file__, "kernel_setup")

BOARD = """
import sys
sys.path[:0] = [fakes, programs]
import esp32c3, esp32, flashbdev, machine, network, time
sys.modules.update({"esp32c3": esp32c3, "esp32": esp32, "machine": machine, "network": network})
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

# A simulated clock in ms: `hal.ticks` is its lower 30 bits. A sleep of the machine advances it, rounded up to a ms.
CLOCK = """
import hal
M = (1 << 30) - 1
DAY = 86400000
clock = 1000
def idle(us):
    global clock
    clock += (us + 999) // 1000 if us > 0 else 60000
    return False
hal.ticks = lambda: clock & M
hal.now = lambda: clock * 1000
hal.microseconds = lambda: clock * 1000
hal.clock = lambda number: clock * 1000
hal.idle = idle
"""

# The system of the manifest `path`, and told(), which gives the lines that a command prints on the console.
PROMPT = """
import hal, sovelma
shown = []
def told(command, *arguments, **named):
    # What a command puts on the console.
    shown.clear()
    write = hal.write
    hal.write = lambda buffer, n: shown.append(str(bytes(buffer[:n]), "utf-8"))
    try:
        command(*arguments, **named)
    except (ValueError, OSError) as error:
        shown.append("! " + str(error))
    finally:
        hal.write = write
    return "".join(shown)
hal.write = lambda buffer, n: None
sovelma.boot(path)
system = sovelma.system
"""
