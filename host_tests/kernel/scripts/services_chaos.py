"""A system of tasks that do anything. `seed`, `steps`: of this run. See test_services_chaos.py."""
import gc, hal, random, wasm3
import abi
from kernel.core import console
from kernel.core.capability import Capabilities
from kernel.core.task import STATES, Task, READY, SLEEPING, WAITING
from kernel.objects.files import Arguments
from kernel.objects.kinds import make_system
from kernel.objects.ramfs import OpenFile, RamFS
from scheduler import lost
from services import Endpoint, Mutex, Notification, Semaphore
random.seed(seed)
extra = 0
def ticks():
    # Time goes on with the slices, and where nobody is ready.
    return (system.slices // 4 + extra) & ((1 << 30) - 1)
def idle(us):
    global extra
    extra += (us + 999) // 1000 if us > 0 else 1
    return False
fs = RamFS(1 << 16)
system = make_system(fs)
hal.ticks, hal.idle, hal.write = ticks, idle, lambda buffer, n: None
hal.microseconds = hal.now = lambda: ticks() * 1000
file = fs.make("/f", False)
file.open(True, None)
things = [Endpoint("a"), Endpoint("b"), Notification("c"), Notification("d"), Mutex("e"), Mutex("f"), Semaphore("g", 1), OpenFile(file, False)]
failed, answers, trace, lives = [], {}, 0, 0
def note(text, real=console.note):
    if "failed: " in text or "not be released" in text:
        failed.append(text)
    real(text)
console.note = note
def add():
    global lives
    lives += 1
    c = Capabilities(24)
    c.grant("args", Arguments((random.getrandbits(30) | 1).to_bytes(4, "little")), 1)
    for number, thing in enumerate(things):
        if random.getrandbits(2):
            c.grant("x%d" % number, thing, random.getrandbits(4) | 2, number)
    system.add(Task("t%d" % lives, wasm3.Instance(wasm["m"], memory=2048), random.randint(0, 7), 5000, c))
def look(task):
    global trace
    for number, answer in task.instance.calls() if task.instance else ():
        name = abi.NAMES[number]
        if answer is not None and answer >= 0:
            answers[name] = True
    trace = (trace * 31 + task.fuel() * 7 + task.calls() + task.state) & 0x3fffffff
for name in abi.NAMES:
    if name[:6] in ("sp_ipc", "sp_not", "sp_syn", "sp_cap"):
        answers[name] = name == "sp_cap_find"
wanted = 8
for _ in range(steps):
    alive = [task for task in system.tasks if not task.over()]
    for task in system.tasks:
        if task.over():
            look(task)
    system.tasks[:] = alive                     # who is over is forgotten, as far as the list goes
    while len(alive) < wanted:
        add()
        alive = system.tasks
    system._alive = len(alive)
    for _ in range(10):                         # or all of them wait for each other
        system.run(1)
    for task in alive:
        look(task)
    what = random.randint(0, 30)
    task = random.choice(alive)
    if what == 0 and not task.over():
        system.kill(task)
    elif what == 1 and not task.over():
        held = task.capabilities.held()
        if held:
            task.capabilities.revoke(random.choice(held)[0], True, lost)
    elif what == 2 and random.getrandbits(2) == 0:
        system.revoke(random.choice(things))
    if random.getrandbits(5) == 0:
        gc.collect()
# Nobody is lost: who is not over is ready, has a time, or waits where somebody can find it.
left = [[task.name, STATES[task.state]] for task in system.tasks if not task.over() and task.state not in (READY, SLEEPING, WAITING)]
for task in system.tasks:
    system.kill(task)
lost_ones = left
# At the end nothing is held, and nobody waits: a new pair finds every object free.
remains = [[task.name, len(task.capabilities.held())] for task in system.tasks if task.capabilities.held()]
if wasm3.arena()[3]:
    remains.append(["regions", wasm3.arena()[3]])
if system.scheduler.timers or system.scheduler.idle() != -1:
    remains.append(["timers", system.scheduler.timers])
answer({"failed": failed, "lost": lost_ones, "left": remains, "lives": lives, "trace": trace, "answers": answers})
