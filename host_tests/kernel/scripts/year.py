# A year, behind setups.CLOCK: `events` restarts, kills, stops, starts and pauses at the prompt, the clock jumping in between. Given: path, events, seed.
import gc, random, wasm3
import sovelma
from kernel.core import console
from kernel.core.task import STATES
written = 0
def write(buffer, n):
    global written
    written += n
hal.write = write
random.seed(seed)
sovelma.boot(path)
system = sovelma.system
tasks = {task.name: task for task in system.tasks}
names = ["faulty", "sleeper", "budget", "ender"]       # what is stopped and started; nothing touches the others
lives = {}
def counted(name, start):
    lives[name] = 1
    def begin():
        result = start()
        lives[name] += 1
        return result
    return begin
for name in names:
    tasks[name].plan.start = counted(name, tasks[name].plan.start)
run_for = 0
paused = 0
done = {"kill": 0, "stop": 0, "restart": 0, "pause": 0, "step": 0, "ps": 0}
def let_run(ms):
    global run_for
    began = clock
    system.run(ms)
    run_for += clock - began
def memory():
    # What stays: not the last records and lines, which differ from time to time.
    for task in system.tasks:
        task.record = None
    console._lines.clear()
    gc.collect()
    return gc.mem_alloc()
def state():
    return [[task.region()[1] for task in system.tasks], wasm3.arena()[1:], system.fs.used, wasm3._arena_check()[0], system._alive]
sovelma.ps()
let_run(1)
fuel = tasks["faulty"].fuel()           # of each of its lives
jump = days * DAY // events
seen = []                           # bytes of the heap, five times in the year
first, same = state(), True         # the memory map
for k in range(events):
    name = names[random.getrandbits(16) % len(names)]
    task = tasks[name]
    what = random.getrandbits(4)
    if what < 4:
        system.fault(task, "killed at the prompt")
        done["kill"] += 1
    elif what < 6:
        sovelma.stop(name)
        let_run(5)
        sovelma.start(name)
        done["stop"] += 1
    elif what < 8:
        sovelma.restart(name)
        done["restart"] += 1
    elif what == 8:
        for _ in range(3):
            clock += 10
            run_for += 10 if system._stepped >= 0 else 0
            system.step()
        system.paused()
        done["step"] += 1
    elif what == 9 and k % 8 == 0:
        sovelma.ps()
        done["ps"] += 1
    let_run(random.getrandbits(16) * jump * 2 // 65536)
    if k % (events // 10) == events // 20:
        paused += 9 * DAY + 3 * DAY * (k % 4)
        clock += 9 * DAY + 3 * DAY * (k % 4)
        done["pause"] += 1
    if k % (events // 5) == events // 5 - 1:
        let_run(30 * DAY // 1000)
        seen.append(memory())
        same = same and state() == first
ran, idled = system.total()
faulty, hourly = tasks["faulty"], tasks["hourly"]
answer({"same state": same, "heap": seen, "done": done, "days": clock // DAY,
        "states": {name: STATES[tasks[name].state] for name in tasks}, "ran wrong": ran - run_for, "busy": run_for - idled,
        "lives wrong": [tasks[name].restarts + 1 - lives[name] for name in names], "lives": lives["faulty"],
        "fuel wrong": faulty.fuel() * 4 - faulty.calls() * fuel, "unfinished lives": lives["faulty"] - faulty.calls() // 4,
        "hours wrong": hourly.calls() - run_for // 3600000, "refused": tasks["daily"].log.refused, "budget": tasks["budget"].fuel() > 0})
