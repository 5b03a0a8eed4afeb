"""What the system costs on 32-bit RISC-V, in instructions, which the emulator counts.

Loops of Python around what is measured are measured too, and subtracted.
"""

import json

import rv32_speed
from counted import IMAGE, MISSING, OPTIONS, EmulatedFirmware, is_there, script
from report import Result, say
from toolchain import HERE, KERNELS

CALLS = 2000

RESUME = """
task = wasm3.Instance(wasm["endless"], "run")
for _ in range(3):
    task.resume(1)
before = task.fuel()
while task.fuel() == before:
    task.resume(1)
fuel = task.fuel() - before
def resumes(resume):
    for _ in range(calls):
        resume(fuel)
def nothing():
    for _ in range(calls):
        pass
before = task.fuel()
start = qemu.nanoseconds(); resumes(task.resume); with_resume = since(start)
start = qemu.nanoseconds(); nothing(); without = since(start)
answer([(with_resume - without) / calls, (task.fuel() - before) / fuel / calls])
"""

SYSCALL = """
import hal
from kernel.core.capability import Capabilities
from kernel.objects.ramfs import OpenFile, RamFS
from kernel.objects.kinds import make_system
from kernel.core.task import Task
took = []
for name in ("with", "without"):
    system = make_system(RamFS(1 << 16))
    capabilities = Capabilities()
    capabilities.grant("file", OpenFile(system.fs.make("/file", False), False), 1)
    task = Task("t", wasm3.Instance(wasm[name], memory=16384), 3, 1 << 29, capabilities)
    system.add(task)
    start = qemu.nanoseconds()
    system.run()
    took.append(since(start))
    assert task.over() and task.result == 0
answer((took[0] - took[1]) / calls)
"""

YIELD = """
from kernel.core.capability import Capabilities
from kernel.objects.ramfs import RamFS
from kernel.objects.kinds import make_system
from kernel.core.task import Task
took = []
for name in ("with", "without"):
    system = make_system(RamFS(1 << 16))
    for number in range(4):
        system.add(Task("t%d" % number, wasm3.Instance(wasm[name], memory=16384), 3, 1 << 29, Capabilities()))
    gc.collect()
    start = qemu.nanoseconds()
    system.run()
    took.append(since(start))
    system.close()
answer((took[0] - took[1]) / calls / 4)
"""

IPC = """
from abi import RIGHT_READ, RIGHT_WRITE
from kernel.core.capability import Capabilities
from kernel.objects.ramfs import RamFS
from kernel.objects.kinds import make_system
from kernel.core.task import Task
from services import Endpoint
took = []
for name in ("with", "without"):
    system = make_system(RamFS(1 << 16))
    endpoint = Endpoint("e")
    for module in ("server", name):
        capabilities = Capabilities()
        capabilities.grant("e", endpoint, RIGHT_READ | RIGHT_WRITE)
        task = Task(module, wasm3.Instance(wasm[module], memory=16384), 3, 1 << 29, capabilities)
        system.add(task)
    gc.collect()
    start = qemu.nanoseconds()
    while not task.over():
        system.run(1)
    took.append(since(start))
    assert task.result == 0
    system.close()
answer((took[0] - took[1]) / calls)
"""

CREATE = """
total = instructions = 0
for name in wasm:
    gc.collect()
    start = qemu.nanoseconds()
    task = wasm3.Instance(wasm[name], "run")
    task.kill()
    instructions += since(start)
    total += len(wasm[name])
answer(instructions / total)
"""

BOOT = """
import sovelma
sovelma.boot("/given/system")
answer(qemu.microseconds() * 1000)
"""

# At the prompt, as somebody with a board would look: no script takes part of the heap.
HEAP = ("import gc, qemu, sovelma", "sovelma.boot('/given/system')", "gc.collect(); print('heap:', gc.mem_alloc())", "qemu.exit(0)")


def measure(tools):
    """The rows rv32_...; none, and a line why, without the emulator or the image."""
    if not is_there():
        say(f"rv32: skipped: {MISSING}")
        return []

    resume, blocks = script(RESUME, wasm={"endless": tools.wasm(HERE / "micro" / "endless.c").read_bytes()}, calls=CALLS)
    calls = {name: tools.module(HERE / "micro" / "syscalls.c", f"syscalls.{count}.wasm", f"-DCALLS={count}").read_bytes()
             for name, count in (("with", CALLS), ("without", 0))}  # fmt: skip
    yields = {name: tools.module(HERE / "micro" / "yields.c", f"yields.{count}.wasm", f"-DCALLS={count}").read_bytes()
              for name, count in (("with", CALLS), ("without", 0))}  # fmt: skip
    ipc = {name: tools.module(HERE / "micro" / "ipc.c", f"ipc.{name}.wasm", f"-DCALLS={count}", f"-DROLE={role}").read_bytes()
           for name, count, role in (("server", 0, 0), ("with", CALLS, 1), ("without", 0, 1))}  # fmt: skip
    create = script(CREATE, wasm={name: tools.kernel(name).read_bytes() for name in KERNELS})
    first = script(BOOT, files={"system": system(1)})
    return [
        Result("rv32_resume_insns", resume, "insns", f"resume() from Python, {blocks:.2f} blocks of wasm in each"),
        Result("rv32_syscall_insns", script(SYSCALL, wasm=calls, calls=CALLS), "insns", "sp_fs_size from wasm through the scheduler's loop and back"),
        Result("rv32_yield_insns", script(YIELD, wasm=yields, calls=CALLS), "insns", "sp_yield from wasm until the next of 4 tasks runs"),
        Result("rv32_ipc_roundtrip_insns", script(IPC, wasm=ipc, calls=CALLS), "insns", "sp_ipc_call with 32 bytes to a server that replies with them"),
        Result("rv32_create_insns_per_byte", create, "insns/byte", f"Instance() and kill() of {len(KERNELS)} kernels"),
        Result("rv32_boot_insns", first, "insns", "power-on until a system of one task stands, script that says so included"),
        Result("rv32_kernel_heap_bytes_1", heap(1), "bytes", "Python heap in use after boot, one task"),
        Result("rv32_kernel_heap_bytes", heap(8), "bytes", "Python heap in use after boot, 8 tasks"),
        *rv32_speed.measure(tools),
    ]


def system(count):
    """A manifest of so many tasks."""
    tasks = [{"name": f"hello{i}", "module": "/modules/hello.wasm"} for i in range(count)]
    return json.dumps({"version": 1, "tasks": tasks}).encode()


def heap(count):
    """Bytes of the Python heap in use after a system of so many tasks was built at the prompt."""
    _, text = EmulatedFirmware(IMAGE).run({"system": system(count)}, options=OPTIONS, typed="".join(line + "\r" for line in HEAP))
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("heap: "))
