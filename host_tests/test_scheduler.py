"""The scheduler: priorities, round robin, sleepers in order across the wrap of the tick counter, nobody starves."""

SETUP = """
from kernel.scheduler import Scheduler, until
from kernel.task import READY, RUNNING, SLEEPING, WAITING
class Task:
    def __init__(self, name, priority=3):
        self.name, self.priority, self.state, self.link, self.wake = name, priority, READY, None, 0
s = Scheduler()
def names(n):
    # who runs, when everybody who ran is ready again at once
    out = []
    for _ in range(n):
        task = s.next()
        out.append(task.name)
        s.add(task)
    return "".join(out)
def drain():
    out = []
    while True:
        task = s.next()
        if task is None:
            return "".join(out)
        out.append(task.name)
"""


def test_round_robin_inside_a_priority(firmware):
    assert firmware.script(SETUP + """
for name in "abc":
    s.add(Task(name))
answer(names(9))
""") == "abcabcabc"


def test_higher_priorities_first(firmware):
    assert firmware.script(SETUP + """
for name, priority in (("a", 0), ("b", 7), ("c", 3), ("d", 7), ("e", 3)):
    s.add(Task(name, priority))
answer(drain())
""") == "bdcea"


def test_no_priority_starves_behind_an_endless_loop(firmware):
    """Regression of the first SovelmaOS: a task that was always ready kept every lower priority from running."""
    turns = firmware.script(SETUP + """
for name, priority in (("a", 0), ("b", 1), ("c", 4), ("d", 7)):
    s.add(Task(name, priority))
turns = names(3200)
answer({name: turns.count(name) for name in "abcd"})
""")
    assert turns["d"] >= 3200 * 0.95
    assert all(turns[name] >= 25 for name in "abc")


def test_ticks_compare_across_the_wrap(firmware):
    assert firmware.script(SETUP + """
TOP = (1 << 30) - 1
answer([until(5, TOP), until(TOP, 5), until(7, 7), until((TOP + (1 << 29) - 1) & TOP, TOP), until(0, TOP)])
""") == [6, -6, 0, (1 << 29) - 1, 1]


def test_sleepers_wake_in_order_across_the_wrap(firmware):
    assert firmware.script(SETUP + """
TOP = (1 << 30) - 1
now = TOP - 49
for name, ms in (("d", 200), ("a", 10), ("c", 100), ("b", 50), ("e", 200), ("z", (1 << 29) - 1)):
    s.sleep(Task(name), ms, now)
log = []
for ms in (0, 9, 10, 49, 50, 99, 100, 199, 200, 10000, (1 << 29) - 2, (1 << 29) - 1):
    tick = (now + ms) & TOP
    s.wake(tick)
    ready = drain()
    log.append([ms, ready, s.idle(tick)])
answer(log)
""") == [
        [0, "", 10], [9, "", 1], [10, "a", 40], [49, "", 1], [50, "b", 50], [99, "", 1], [100, "c", 100],
        [199, "", 1], [200, "de", (1 << 29) - 201], [10000, "", (1 << 29) - 10001], [(1 << 29) - 2, "", 1],
        [(1 << 29) - 1, "z", -1],
    ]  # fmt: skip


def test_idle_is_zero_while_somebody_is_ready(firmware):
    assert firmware.script(SETUP + """
s.sleep(Task("a"), 100, 0)
s.add(Task("b"))
ready = s.idle(0)
s.next()
answer([ready, s.idle(40), s.idle(100), s.idle(5000)])
""") == [0, 60, 0, 0]


def test_a_task_that_waits_is_roused_once_or_wakes_in_time(firmware):
    """Who waits with a limit is among the sleepers, who waits without is nowhere; nothing rouses who does not wait."""
    assert firmware.script(SETUP + """
a, b, c, d = [Task(name) for name in "abcd"]
s.wait(a, 100, 0)
s.wait(b, -1, 0)
s.wait(c, 50, 0)
s.sleep(d, 70, 0)
out = [[t.state == WAITING for t in (a, b, c, d)], s.idle(0)]
for task in (b, b, c, d, d):
    s.rouse(task)
out += [drain(), s.idle(0)]
s.wake(70)
out += [drain(), s.idle(70)]
s.wake(100)
s.rouse(a)
out += [drain(), s.idle(100)]
s.wait(a, -1, 100)
s.wait(b, 10, 100)
s.remove(a)
s.remove(b)
s.wake(200)
answer(out + [drain(), s.idle(200)])
""") == [[True, True, True, False], 50, "bc", 70, "d", 30, "a", -1, "", -1]


def test_random_operations_against_a_model(firmware):
    assert firmware.script(SETUP + """
import random
random.seed(11)
TOP = (1 << 30) - 1
now = TOP - 3000                    # the wrap comes on the way
ready = {p: [] for p in range(8)}
sleepers = []                       # (end in unwrapped time, number of the sleep, task), some of them waiting
waiting = []                        # tasks that wait without an end
clock = 0
wrong = count = guarded = 0
running = []
for step in range(30000):
    what = random.randint(0, 4)
    if what == 0 and count < 400:
        task = Task(count, random.randint(0, 7))
        count += 1
        s.add(task)
        ready[task.priority].append(task)
    elif what == 1:
        task = s.next()
        best = [p for p in range(7, -1, -1) if ready[p]]
        if task is None:
            wrong += bool(best)
        else:
            guarded += task.priority != best[0]
            wrong += ready[task.priority].pop(0) is not task or task.state != RUNNING
            running.append(task)
    elif what == 2 and running:
        task = running.pop(random.randint(0, len(running) - 1))
        if random.getrandbits(1):
            s.add(task)
            ready[task.priority].append(task)
        elif random.getrandbits(2) == 0:
            s.wait(task, -1, now)
            waiting.append(task)
        else:
            ms = random.choice((1, 3, 3, 50, 700))
            (s.wait if random.getrandbits(1) else s.sleep)(task, ms, now)
            sleepers.append((clock + ms, step, task))
    elif what == 3:
        passed = random.choice((0, 1, 2, 5, 40))
        now = (now + passed) & TOP
        clock += passed
        s.wake(now)
        for end, _, task in sorted([entry for entry in sleepers if entry[0] <= clock], key=lambda entry: entry[:2]):
            ready[task.priority].append(task)
        sleepers = [entry for entry in sleepers if entry[0] > clock]
        idle = s.idle(now)
        if any(ready.values()):
            wrong += idle != 0
        elif sleepers:
            wrong += idle != min(entry[0] for entry in sleepers) - clock
        else:
            wrong += idle != -1
    else:
        queued = [task for queue in ready.values() for task in queue] + [entry[2] for entry in sleepers] + waiting
        if queued:
            task = random.choice(queued)
            if random.getrandbits(2):
                roused = task.state == WAITING
                s.rouse(task)
                if not roused:
                    continue
            else:
                roused = False
                s.remove(task)
            sleepers = [entry for entry in sleepers if entry[2] is not task]
            if task in waiting:
                waiting.remove(task)
            if roused:
                ready[task.priority].append(task)
            elif task in ready[task.priority]:
                ready[task.priority].remove(task)
answer([wrong, clock > 3500, guarded > 0, count])
""") == [0, True, True, 400]
