"""A system of tasks that do anything. `seed`, `steps`: of this run. See test_services_chaos.py."""
import gc, hal, random, wasm3
import abi
from kernel.core import console
from kernel.core.capability import Capabilities
from kernel.core.task import STATES, Task, READY, RESTARTING, SLEEPING, WAITING
from kernel.objects.files import Arguments
from kernel.objects.kinds import make_system
from kernel.objects.ramfs import Account, OpenFile, RamFS
from scheduler import lost
from kernel.objects import control
from services import Endpoint, Irq, Memory, Mutex, Notification, Semaphore, Watch
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
hal.clock = lambda number: ticks() * 1000
file = fs.make("/f", False)
file.open(True, None)
things = [Endpoint("a"), Endpoint("b"), Notification("c"), Notification("d"), Mutex("e"), Mutex("f"), Semaphore("g", 1), OpenFile(file, False), Memory("h", 500), Irq("i", 3000),
          Irq("j", 0), Watch("fix0"), Watch("fix1")]
wasm3.arena_resize(1 << 20)
free = wasm3.arena()[1]
things[8].open()
for watch in things[-2:]:
    control.make("task", (watch,), 3, None, None)
accounts = []
failed, answers, trace, lives = [], {}, 0, 0
def note(text, real=console.note):
    if "failed: " in text or "not be released" in text:
        failed.append(text)
    real(text)
console.note = note
class Plan:
    def start(self):
        return wasm3.Instance(wasm["m"], memory=2048), granted()
    def keep(self, instance):
        instance.kill()
    def module(self):
        return wasm["m"]
    def end(self):
        pass
def granted():
    global lives
    lives += 1
    c = Capabilities(28)
    c.grant("args", Arguments((random.getrandbits(30) | 1).to_bytes(4, "little")), 1)
    for number, thing in enumerate(things):
        if random.getrandbits(2):
            c.grant("x%d" % number, thing, random.getrandbits(4) | 2, number)
    return c
def add(name):
    task = Task(name, wasm3.Instance(wasm["m"], memory=2048), random.randint(0, 7), 5000, granted())
    task.plan = Plan()
    task.account = Account()
    task.account.objects_max, task.account.buffers_max = random.randint(0, 6), random.choice((0, 300, 3000))
    accounts.append(task.account)
    system.add(task)
    return task
def look(task):
    global trace
    for number, answer in task.instance.calls() if task.instance else ():
        name = abi.NAMES[number]
        if answer is not None and answer >= 0:
            answers[name] = True
    trace = (trace * 31 + task.fuel() * 7 + task.calls() + task.state) & 0x3fffffff
for name in abi.NAMES:
    if name[:6] in ("sp_ipc", "sp_not", "sp_syn", "sp_cap", "sp_mem", "sp_tim", "sp_irq", "sp_tas"):
        answers[name] = name == "sp_cap_find"
wanted = 8
fixed = [add("fix0"), add("fix1")]
for _ in range(steps):
    alive = [task for task in system.tasks if not task.over()]
    for task in system.tasks:
        if task.over():
            look(task)
    system.tasks[:] = alive + [task for task in fixed if task.over()]       # who is over is forgotten, as far as the list goes
    while len(alive) < wanted:
        alive.append(add("t%d" % lives))
    system._alive = len(alive)
    for _ in range(10):                         # or all of them wait for each other
        system.run(1)
        things[9 + random.getrandbits(1)].edge(hal.now())
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
left = [[task.name, STATES[task.state]] for task in system.tasks if not task.over() and task.state not in (READY, SLEEPING, WAITING, RESTARTING)]
for task in system.tasks:
    system.kill(task)
lost_ones = left
# At the end nothing is held, and nobody waits: a new pair finds every object free.
remains = [[task.name, len(task.capabilities.held())] for task in system.tasks if task.capabilities.held()]
for task in system.tasks + fixed:
    task.capabilities.clear()
remains += [[account.objects, account.buffers] for account in accounts if account.objects or account.buffers]
things[8].end()
if wasm3.arena()[1] != free or not wasm3._arena_check()[0]:
    remains.append(["arena", free - wasm3.arena()[1]])
if wasm3.arena()[3]:
    remains.append(["regions", wasm3.arena()[3]])
system.scheduler.wake()                     # an edge may have come last
if system.scheduler.timers or system.scheduler.idle() != -1:
    remains.append(["timers", system.scheduler.timers])
answer({"failed": failed, "lost": lost_ones, "left": remains, "lives": lives, "trace": trace, "answers": answers})
