"""The scheduler: priorities, round robin, budgets, timers in order, nobody starves."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from machines import ROOT
from script_files import script

# A task of the tests for the scheduler of the system, in C, and for its plain twin in Python.
TASKS = {
    "C": """
from scheduler import Scheduler, Thread
from kernel.core.task import READY, RUNNING, SLEEPING, WAITING, RESTARTING
class Task:
    def __init__(self, name, priority=3):
        self.name, self.thread = name, Thread(self, priority, 1)
        self.thread.period = 100
for field in ("priority", "state", "timer", "due", "budget", "period", "left"):
    setattr(Task, field, property(lambda self, field=field: getattr(self.thread, field),
                                  lambda self, value, field=field: setattr(self.thread, field, value)))
""",
    "Python": script(str(ROOT / "host_tests/lib/x"), "scheduler_reference") + """
class Task:
    def __init__(self, name, priority=3):
        self.name, self.priority, self.state, self.queue, self.link, self.back = name, priority, RUNNING, 0, None, None
        self.timer, self.due, self.budget, self.period, self.period_end, self.left = -1, 0, 0, 100, 0, 0
""",
}

SETUP = """
class Machine:
    ms = 0
    def now(self):
        return self.ms * 1000
m = Machine()
def at(ms):
    m.ms = ms
s = Scheduler(m)
TOP = (1 << 32) - 1         # where milliseconds of 32 bits wrap, and microseconds and ticks have
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


@pytest.fixture(params=sorted(TASKS))
def scheduled(firmware, request) -> Callable[[str], Any]:
    """Runs a script behind the set-up, on one of the two schedulers."""
    return lambda source: firmware.script(TASKS[request.param] + SETUP + source)


def test_round_robin_inside_a_priority(scheduled):
    assert scheduled("""
for name in "abc":
    s.add(Task(name))
answer(names(9))
""") == "abcabcabc"


def test_higher_priorities_first(scheduled):
    assert scheduled("""
for name, priority in (("a", 0), ("b", 7), ("c", 3), ("d", 7), ("e", 3)):
    s.add(Task(name, priority))
answer(drain())
""") == "bdcea"


def test_no_priority_starves_behind_an_endless_loop(scheduled):
    """Regression of the first SovelmaOS: a task that was always ready kept every lower priority from running."""
    turns = scheduled("""
for name, priority in (("a", 0), ("b", 1), ("c", 4), ("d", 7)):
    s.add(Task(name, priority))
turns = names(3200)
answer({name: turns.count(name) for name in "abcd"})
""")
    assert turns["d"] >= 3200 * 0.95
    assert all(turns[name] >= 25 for name in "abc")


def test_ticks_compare_across_the_wrap(firmware):
    assert firmware.script("""
from scheduler import until
TOP = (1 << 30) - 1
answer([until(5, TOP), until(TOP, 5), until(7, 7), until((TOP + (1 << 29) - 1) & TOP, TOP), until(0, TOP)])
""") == [6, -6, 0, (1 << 29) - 1, 1]


def test_sleepers_wake_in_order(scheduled):
    assert scheduled("""
now = TOP - 49
at(now)
for name, ms in (("d", 200), ("a", 10), ("c", 100), ("b", 50), ("e", 201), ("z", (1 << 29) - 1)):
    s.sleep(Task(name), ms)
log = []
for ms in (0, 9, 10, 49, 50, 99, 100, 199, 201, 10000, (1 << 29) - 2, (1 << 29) - 1):
    at(now + ms)
    s.wake()
    ready = drain()
    log.append([ms, ready, s.idle()])
answer(log)
""") == [
        [0, "", 10000], [9, "", 1000], [10, "a", 40000], [49, "", 1000], [50, "b", 50000], [99, "", 1000], [100, "c", 100000],
        [199, "", 1000], [201, "de", (1 << 30) - 1], [10000, "", (1 << 30) - 1], [(1 << 29) - 2, "", 1000],
        [(1 << 29) - 1, "z", -1],
    ]  # fmt: skip


def test_idle_is_zero_while_somebody_is_ready(scheduled):
    assert scheduled("""
def idle(ms):
    at(ms)
    return s.idle()
s.sleep(Task("a"), 100)
s.add(Task("b"))
ready = s.idle()
s.next()
answer([ready, idle(40), idle(100), idle(5000)])
""") == [0, 60000, 0, 0]


def test_a_task_that_waits_is_roused_once_or_wakes_in_time(scheduled):
    """Who waits with a limit is among the sleepers, who waits without is nowhere; nothing rouses who does not wait."""
    assert scheduled("""
a, b, c, d = [Task(name) for name in "abcd"]
s.wait(a, 100)
s.wait(b, -1)
s.wait(c, 50)
s.sleep(d, 70)
out = [[t.state == WAITING for t in (a, b, c, d)], s.idle()]
for task in (b, b, c, d, d):
    s.rouse(task)
out += [drain(), s.idle()]
at(70); s.wake()
out += [drain(), s.idle()]
at(100); s.wake()
s.rouse(a)
out += [drain(), s.idle()]
s.wait(a, -1)
s.wait(b, 10)
s.remove(a)
s.remove(b)
at(200); s.wake()
answer(out + [drain(), s.idle()])
""") == [[True, True, True, False], 50000, "bc", 70000, "d", 30000, "a", -1, "", -1]


def test_random_operations_against_a_model(scheduled):
    assert scheduled(script(__file__, "scheduler_model")) == [0, True, True, 400]


# Every slice takes one tick and one unit of fuel; who ran is ready again at once, or sleeps as `naps` says.
SIMULATE = """
def simulate(tasks, ticks, start=0, naps={}):
    for task in tasks:
        s.add(task)
    ran = []
    naps = dict(naps)
    for t in range(ticks):
        at(start + t)
        s.wake()
        task = s.next()
        ran.append(task.name if task else "-")
        if task:
            if task.budget and task.left > 0:
                task.left -= 1
            if task.name in naps:
                s.sleep(task, naps[task.name])
            else:
                s.add(task)
    return "".join(ran)
def limited(name, priority, budget, period):
    task = Task(name, priority)
    task.budget, task.period, task.left = budget, period, budget
    return task
"""


@pytest.mark.parametrize("start", ["0", "TOP - 450", "TOP", "(1 << 29) - 7", "1 << 45"])
def test_a_task_over_budget_runs_only_when_nobody_else_wants_to(scheduled, start):
    """Also where milliseconds of 32 bits wrap, and with a period that was over long ago."""
    ran = scheduled(SIMULATE + f"""
answer(simulate([limited("a", 7, 10, 100), Task("b", 0)], 1000, {start}))
""")
    for period in range(10):
        # The guard lets b in once in 32 slices, and the first period begins with the first slice.
        assert 10 <= ran[period * 100:period * 100 + 100].count("a") <= 11
    assert ran.startswith("aaaaaaaaaa") and ran.count("b") >= 889


def test_a_task_over_budget_gets_what_is_left_over(scheduled):
    """Alone it runs all the time; two of them share; beside a sleeper it runs while that one sleeps."""
    alone, two, beside = scheduled(SIMULATE + """
out = [simulate([limited("a", 3, 5, 50)], 300)]
s = Scheduler(m)
out.append(simulate([limited("a", 3, 5, 50), limited("b", 6, 5, 50)], 300))
s = Scheduler(m)
out.append(simulate([limited("a", 7, 5, 50), Task("b", 0)], 500, 0, {"b": 2}))
answer(out)
""")
    assert alone == "a" * 300
    assert abs(two.count("a") - two.count("b")) <= 5 and two.count("-") == 0
    assert beside.count("-") == 0
    # b waits only while a is inside its budget: five slices in a row once in fifty.
    gaps = sorted(len(gap) for gap in beside.split("b"))
    assert gaps[len(gaps) // 2] == 1 and gaps[-2] <= 7


def test_what_was_used_beyond_a_budget_is_missing_in_the_next_period(scheduled):
    assert scheduled(SIMULATE + """
a, b = limited("a", 7, 10, 100), Task("b", 0)
s.add(a)
s.add(b)
out = []
for now, used in ((0, 25), (1, 0), (100, 0), (101, 0), (200, 3), (201, 0)):
    at(now)
    s.wake()
    task = s.next()
    out.append(task.name)
    task.left -= used
    s.add(task)
answer(out)
""") == ["a", "b", "b", "b", "a", "a"]


def test_taking_a_task_out_of_the_queue_of_those_over_budget(scheduled):
    assert scheduled(SIMULATE + """
a, b, c = limited("a", 7, 1, 100), limited("b", 6, 1, 100), Task("c", 0)
simulate([a, b, c], 10)
out = [a.timer >= 0, b.timer >= 0, s.idle()]
s.remove(a)
s.remove(c)
out += [a.timer, s.next().name, b.timer, s.idle(), s.next()]
s.add(b)
s.remove(b)
at(200)
out += [s.idle(), s.next()]
answer(out)
""") == [True, True, 0, -1, "b", -1, -1, None, -1, None]


def test_a_task_that_becomes_ready_above_the_others_is_next(scheduled):
    """The guard takes from who has run for long, never from who has just woken: the latency is one slice."""
    ran = scheduled(SIMULATE + """
answer(simulate([Task("h", 6), Task("b", 3), Task("c", 3), Task("d", 1)], 4000, 0, {"h": 5}))
""")
    wakes = [i for i, name in enumerate(ran) if name == "h"]
    assert {b - a for a, b in zip(wakes, wakes[1:])} == {5}
    assert ran.count("d") >= 50


def test_waiting_and_restarting_tasks_are_woken_by_their_time(scheduled):
    assert scheduled("""
a, b, c, d = [Task(name) for name in "abcd"]
s.wait(a, 10)
s.wait(b, -1)
s.restart(c, 5)
s.wait(d, 50)
states = [task.state for task in (a, b, c)] == [WAITING, WAITING, RESTARTING]
s.rouse(d)
s.rouse(c)
out = [states, s.next().name, s.idle()]
at(7); s.wake()
out += [s.next().name, s.idle()]
at(10); s.wake()
out += [s.next().name, s.idle()]
s.remove(b)
answer(out)
""") == [True, "d", 5000, "c", 3000, "a", -1]


def test_timers_allocate_nothing_once_there_is_room(scheduled):
    assert scheduled("""
import gc
tasks = [Task(n) for n in range(50)]
s.reserve(50)
first, later = lambda: 0, lambda: 49000      # a method would be bound anew each time
m.now = first
def measure():
    before = gc.mem_alloc()
    for n in range(50):
        s.sleep(tasks[n], (n * 37) % 50)
    m.now = later
    s.wake()
    m.now = first
    return gc.mem_alloc() - before
gc.collect()
answer([measure(), s.next().name is not None, s.timers])
""") == [0, True, 0]


def test_both_schedulers_choose_the_same(firmware):
    """Random operations, budgets and the guard included, on the system's scheduler and on its plain twin at once."""
    python = TASKS["Python"].replace("class Task:", "class PlainTask:").replace("class Scheduler:", "class PlainScheduler:")
    different, seen = firmware.script(python + TASKS["C"] + script(__file__, "scheduler_twins"), steps=firmware.share(20000))
    assert different == 0
    assert all(seen.values()), seen


def test_the_states_have_the_same_numbers_in_c_and_python(firmware):
    names = re.search(r"enum thread_state \{(.*?)\}", (ROOT / "cmodules/scheduler/scheduler.h").read_text(), re.S)
    assert names
    states = [name.removeprefix("THREAD_") for name in re.findall(r"THREAD_\w+", names[1])]
    assert firmware.script(f"""
import kernel.core.task as task
answer([[getattr(task, name) for name in {states}], list(task.STATES), task.PRIORITIES])
""") == [list(range(8)), [state.lower() for state in states], 8]


def test_a_thread_cannot_be_put_out_of_order(firmware):
    """What Python could do wrong with a thread raises; nothing that C follows can be written."""
    assert firmware.script(TASKS["C"] + """
import wasm3
def raised(action):
    try:
        action()
    except Exception as error:
        return type(error).__name__
    return None
class Machine:
    def now(self):
        return 0
a, b, s, other = Task("a"), Task("b"), Scheduler(Machine()), Scheduler(Machine())
def put(name, value):
    return raised(lambda: setattr(a.thread, name, value))
out = [[put(name, value) for name, value in (("state", READY), ("state", WAITING), ("state", 8), ("timer", 0), ("due", 1), ("task", b),
       ("priority", 8), ("instance", b), ("instance", 7), ("budget", -1), ("budget", 1 << 30), ("left", 1 << 31), ("period", 0), ("status", 1))]]
out.append([raised(lambda: Thread(a, *rest)) for rest in ((8, 1), (-1, 1), (3, 0), (3, 1 << 30), (3,))])
other.sleep(a, 5)
out.append([raised(lambda: s.sleep(a, 5)), raised(lambda: s.remove(a)), raised(lambda: s.add(7)), raised(lambda: s.sleep(b, -1)),
            raised(lambda: s.sleep(b, 1 << 29)), raised(lambda: s.run()), raised(lambda: s.bind((), 3, 4)), raised(lambda: s.reserve(1 << 20))])
for _ in range(3):
    s.add(b)
out.append([s.next() is b, s.next(), s.idle(), other.idle(), s.timers, other.timers])
answer(out)
""") == [
        ["ValueError"] * 3 + ["AttributeError"] * 4 + ["TypeError"] * 2 + ["ValueError"] * 4 + ["AttributeError"],
        ["ValueError"] * 4 + ["TypeError"],
        ["ValueError", "ValueError", "AttributeError", "ValueError", "ValueError", None, "ValueError", "ValueError"],
        [True, None, -1, 5000, 0, 1],
    ]  # fmt: skip
