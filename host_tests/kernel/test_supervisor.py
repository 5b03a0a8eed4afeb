"""Faults and what follows: the crash record, restarts with back-off and an end, stop, start anew, operators' commands.

Time is the test's own: `hal.ticks` is a counter that a sleep of the machine puts forward, so nothing here depends on how
fast the machine is.
"""

import hashlib
import json

import pytest
from wasm_text import DIVIDE, END, SPIN, wat

POINTER = wat("""(module (import "sovelma" "sp_random" (func $random (param i32 i32) (result i32)))
 (memory (export "memory") 1) (func (export "_start") (drop (call $random (i32.const 65530) (i32.const 8)))))""")
# Sleeps as many ms as its first argument has bytes, times ten, then faults; without arguments it faults at once.
LATER = wat("""(module (import "sovelma" "sp_sleep" (func $sleep (param i32) (result i32)))
 (import "sovelma" "sp_cap_find" (func $find (param i32 i32) (result i32)))
 (import "sovelma" "sp_fs_size" (func $size (param i32) (result i32)))
 (memory (export "memory") 1) (data (i32.const 0) "args")
 (func (export "_start") (drop (call $sleep (i32.mul (i32.const 10) (call $size (call $find (i32.const 0) (i32.const 4))))))
  unreachable))""")
SLEEPER = wat("""(module (import "sovelma" "sp_sleep" (func $sleep (param i32) (result i32))) (memory (export "memory") 1)
 (func (export "_start") (loop (drop (call $sleep (i32.const 50))) (br 0))))""")
MODULES = {"divide": DIVIDE, "pointer": POINTER, "later": LATER, "spin": SPIN, "end": END, "sleeper": SLEEPER}

# Boots tasks given as {name: manifest keys}; the clock stands still but for the machine's sleep.
SETUP = """
import hal, json, wasm3
import sovelma
import abi
from kernel.core import console
from kernel.core.task import STATES
from kernel.core.supervisor import Policy, RESTART
clock = 1000
def idle(us):
    global clock
    clock += (us + 999) // 1000
    return False
def tick():
    return clock & ((1 << 30) - 1)
def now():
    hal.ticks()             # which may count
    return clock * 1000
hal.ticks, hal.idle, hal.now = tick, idle, now
hal.microseconds = lambda: clock * 1000
shown = []
hal.write = lambda buffer, n: shown.append(str(bytes(buffer[:n]), "utf-8"))
sovelma.boot(path)
system = sovelma.system
def task(name="a"):
    return system.find(name)
def notes(word):
    return [line.split(": ", 1)[1] for line in console.kept() if word in line]
"""


@pytest.fixture
def boot(firmware, tmp_path):
    """Runs a script in a system of tasks {name: keys of the manifest, "module" naming one of MODULES}."""

    def run(tasks, script, **values):
        for name, module in MODULES.items():
            (tmp_path / (name + ".wasm")).write_bytes(module)
        path = tmp_path / "system.json"
        rows = [{"name": name, **keys, "module": keys["module"] + ".wasm"} for name, keys in tasks.items()]
        path.write_text(json.dumps({"version": 1, "tasks": rows}))
        return firmware.script(SETUP + script, path=str(path), **values)

    return run


RESTART = {"policy": "restart", "first": 100, "most": 1000, "times": 6}


def test_the_record_tells_the_last_eight_calls_with_their_answers(boot):
    record = boot({"a": {"module": "divide"}}, """
system.run(100)
r = task().record
answer([r.reason, r.backtrace, r.calls, r.last_calls[:7], r.last_calls[7][0], r.last_calls[7][1] > 0, r.fuel == task().fuel(),
        r.lines("a")])
""")
    assert "divide by zero" in record[0]
    assert record[1] == [[4, "inner"], [5, "_start"]]
    assert record[2] == 13
    assert record[3] == [["sp_fs_size", -1]] * 5 + [["sp_cap_find", -15], ["sp_log", 5]]
    assert record[4:7] == ["sp_time", True, True]
    assert "a:   sp_cap_find = TOOBIG" in record[7] and "a:   sp_log = 5" in record[7]


def test_the_call_that_was_the_fault_has_no_answer(boot):
    record = boot({"a": {"module": "pointer"}}, """
system.run(100)
answer([task().record.reason, task().record.last_calls, task().record.lines("a")[-1]])
""")
    assert record == ["pointer outside memory in sp_random", [["sp_random", None]], "a:   sp_random = ?"]


def test_back_off_doubles_up_to_its_limit_and_ends(boot):
    """100, 200, 400, 800, 1000, 1000 ms, then it is given up; the run ends, and as a failure."""
    starts, end = boot({"a": {"module": "later", "fault": RESTART}}, """
starts = []
begin = system.tasks[0].begin
def begun(machine, capabilities):
    starts.append(clock)
    begin(machine, capabilities)
system.tasks[0].begin = begun
system.run(20000)
t = task()
answer([starts, [STATES[t.state], t.restarts, t.failures, system.good(), wasm3.arena()[3], clock < 20000, notes("given up")]])
""")
    assert [b - a for a, b in zip([1000, *starts], starts)] == [100, 200, 400, 800, 1000, 1000]
    assert end == ["faulted", 6, 7, False, 1, True, ["a: given up after 6 restarts"]]


def test_a_life_that_lasts_begins_the_count_anew(boot):
    """Each life sleeps longer than the longest back-off: every restart is the first one, for ever."""
    restarts, failures, delays = boot({"a": {"module": "later", "args": ["x" * 200], "fault": RESTART | {"times": 2}}}, """
system.run(60000)
answer([task().restarts, task().failures, notes("restart 1 of 2 in 100 ms")])
""")
    assert restarts > 15 and failures == 1 and len(delays) > 4


def test_a_restarted_task_has_what_the_manifest_grants_and_nothing_else(boot):
    assert boot({"a": {"module": "later", "args": ["hi"], "fault": RESTART}}, """
t = task()
first = t.capabilities.held()[0][1]
t.capabilities.insert(first, abi.RIGHT_READ)
system.run(150)
now = t.capabilities.held()
answer([t.restarts > 0, now[0][1] is not first, [name for _, _, _, name in now], t.waiting])
""") == [True, True, ["args"], None]


def test_figures_go_on_over_all_lives(boot):
    one, all_, calls = boot({"a": {"module": "later", "fault": RESTART}}, """
system.run(50)
one = task().fuel()
system.run(20000)
answer([one, task().fuel(), task().calls()])
""")
    assert all_ == 7 * one and calls == 21


@pytest.mark.parametrize("keys", [{}, {"fault": {"policy": "stop"}}])
def test_stop_is_the_end_of_one_task(boot, keys):
    """Which is also what happens where the manifest says nothing: the record is kept, another task goes on and ends."""
    assert boot({"a": {"module": "divide", **keys}, "b": {"module": "later", "args": ["x" * 20], "fault": RESTART | {"times": 1}}}, """
system.run(20000)
answer([STATES[task().state], task().restarts, task().record.reason, task("b").restarts, system.good(), wasm3.arena()[3], notes("a: restart")])
""") == ["faulted", 0, "integer divide by zero", 1, False, 2, []]


def test_no_restart_for_a_task_that_ends(boot):
    assert boot({"a": {"module": "end", "fault": RESTART}}, """
system.run(20000)
answer([STATES[task().state], task().restarts, system.good()])
""") == ["ended", 0, True]


@pytest.mark.pc("removes a file of the host")
def test_a_restart_that_fails_counts_as_a_fault(boot):
    """The module is another one after the first life: its grants are not for it."""
    good = hashlib.sha256(LATER).hexdigest()
    assert boot({"a": {"module": "later", "sha256": good, "fault": RESTART | {"times": 3}}}, """
module = path.replace("system.json", "later.wasm")
with open(module, "wb") as stream:
    stream.write(evil.encode())
system.run(20000)
t = task()
answer([STATES[t.state], t.restarts, len(notes("cannot be started: the module's is")), wasm3.arena()[3], notes("given up")])
""", evil="\0asm") == ["faulted", 0, 3, 1, ["a: given up after 3 restarts"]]


def test_a_restart_needs_no_room_that_others_could_take(boot):
    """A task keeps its region between two lives: an arena that is full meanwhile does not matter, nor does it for `start`."""
    assert boot({"a": {"module": "later", "fault": RESTART}}, """
system.run(50)
hogs = []
try:
    while True:
        hogs.append(wasm3.Instance(wasm["spin"]))
except MemoryError:
    pass
system.run(350)
t = task()
out = [STATES[t.state], t.restarts]
sovelma.stop("a")
sovelma.start("a")
system.run(20)
answer(out + [STATES[t.state], t.restarts, notes("cannot be started")])
""", wasm={"spin": SPIN}) == ["restarting", 2, "restarting", 3, []]


@pytest.mark.parametrize("seed", range(4))
def test_every_task_that_its_policy_wants_alive_can_live(firmware, boot, seed):
    """Random faults, stops, starts, restarts and pauses in an arena that is as tight as it can be: nothing that was admitted is
    ever refused for want of room, and whatever was stopped can be started."""
    tasks = {name: {"module": module, "memory": memory, **({"quota": quota} if quota else {}), "fault": RESTART | {"times": 1000000, "most": 300}}
             for name, module, memory, quota in (("a", "spin", 8192, 0), ("b", "later", 1024, 0), ("c", "divide", 4096, 9000),
                                                 ("d", "sleeper", 20000, 0), ("e", "end", 512, 6000))}  # fmt: skip
    assert boot(tasks, """
import random
random.seed(seed)
count = 0
def counting():             # a loop takes time
    global clock, count
    count += 1
    clock += count % 4 == 0
    return tick()
hal.ticks = counting
sizes = [t.region()[1] for t in system.tasks]
hogs = []
while True:                 # nothing is free but what the tasks have
    try:
        hogs.append(wasm3.Instance(wasm["small"], None, quota=2000))
    except MemoryError:
        break
names = [t.name for t in system.tasks]
for step in range(steps):
    name = random.choice(names)
    t = task(name)
    what = random.choice((sovelma.kill, sovelma.stop, sovelma.start, sovelma.restart, None, None))
    if what is sovelma.start and not t.over() or what is sovelma.kill and t.over():
        continue
    if what:
        what(name)
    system.run(random.choice((0, 2, 10, 60)))
for t in system.tasks:
    if t.over():
        system.start(t)
system.run(5)
out = [[t.region()[1] for t in system.tasks] == sizes, notes("cannot be started"), wasm3._arena_check()[0],
       [t.name for t in system.tasks if t.state == 6]]
for hog in hogs:
    hog.kill()
system.close()
answer(out + [wasm3.arena()[3], wasm3.arena()[1] == wasm3.arena()[0]])
""", seed=seed, steps=firmware.share(300), wasm={"small": SLEEPER}) == [True, [], True, [], 0, True]


def test_one_task_in_a_crash_loop_takes_nothing_from_another(firmware, boot):
    """It restarts every millisecond, on the slower machine every 20; the other one gets nearly all of the processor's fuel, and its record is right."""
    delay = 20 if firmware.name == "rv32" else 1
    assert boot({"a": {"module": "divide", "priority": 7, "fault": RESTART | {"first": delay, "most": delay, "times": 1000000}},
                 "b": {"module": "spin", "priority": 0}}, """
real = __import__("time").ticks_ms
hal.ticks, hal.now = lambda: real() & ((1 << 30) - 1), __import__("time").ticks_us
while task("a").restarts < 20:
    system.run(20)
answer([task("a").record.calls, STATES[task("b").state], task("b").fuel() > task("a").fuel()])
""") == [13, "ready", True]


@pytest.mark.parametrize("state", ["ready", "sleeping", "restarting", "over"])
def test_kill_applies_the_policy_and_stop_does_not(boot, state):
    module = {"ready": "spin", "sleeping": "later", "restarting": "divide", "over": "end"}[state]
    result = boot({"a": {"module": module, "args": ["x" * 200], "fault": RESTART}, "b": {"module": module, "args": ["x" * 200]}}, """
real = hal.ticks
count = 0
def counting():
    global clock, count
    count += 1
    clock += count % 50 == 0
    return tick()
hal.ticks = counting
system.run(30)
before = STATES[task("a").state], STATES[task("b").state]
sovelma.kill("a")
sovelma.kill("b")
killed = [STATES[task("a").state], STATES[task("b").state]]
sovelma.stop("a")
sovelma.stop("b")
free = wasm3.arena()[3]
stopped = [STATES[task("a").state], STATES[task("b").state]]
sovelma.start("a")
sovelma.restart("b")
answer([before, killed, stopped, free, [task(name).over() for name in "ab"], task("a").record is not None, wasm3.arena()[3], system._alive])
""")
    before, killed, stopped, regions, over, record, after, alive = result
    assert regions == 2 and over == [False, False] and after == 2 and alive == 2
    if state == "ready":
        assert before == ["ready", "ready"] and killed == ["restarting", "killed"] and stopped == ["killed", "killed"] and record
    elif state == "sleeping":
        assert before == ["sleeping", "sleeping"] and killed == ["restarting", "killed"] and record
    elif state == "restarting":
        assert before == ["restarting", "faulted"] == killed and stopped == ["killed", "faulted"]
    else:
        assert before == ["ended", "ended"] == killed == stopped and not record


def test_a_killed_task_tells_where_it_was_and_is_no_failure(boot):
    assert boot({"a": {"module": "spin"}}, """
ticks = 0
def counting():
    global clock
    clock += 1
    return tick()
hal.ticks = counting
system.run(20)
sovelma.kill("a")
r = task().record
answer([r.reason, r.backtrace, task().outcome(), system.good()])
""") == ["killed at the prompt", [[0, "deep"], [1, "_start"]], "killed at the prompt", True]


def test_what_cannot_be_started_is_told(boot):
    assert boot({"a": {"module": "spin"}, "b": {"module": "end"}}, """
out = []
for name in ("a", "c"):
    for command in (sovelma.start, sovelma.kill, sovelma.stop, sovelma.restart, sovelma.crash, sovelma.caps, sovelma.log):
        if name == "a" and command is not sovelma.start:
            continue
        try:
            command(name)
            out.append(None)
        except ValueError as error:
            out.append(str(error))
answer(out)
""") == ["a is not over"] + ["no task called c"] * 7


def test_reboot_ends_the_program_with_its_status(firmware, tmp_path):
    """Everything said until then is on the console; other tasks are not waited for."""
    for name, module in MODULES.items():
        (tmp_path / (name + ".wasm")).write_bytes(module)
    path = tmp_path / "system.json"
    path.write_text(json.dumps({"version": 1, "tasks": [
        {"name": "a", "module": "divide.wasm", "fault": {"policy": "reboot"}}, {"name": "b", "module": "spin.wasm"}]}))  # fmt: skip
    result = firmware.program("run", path)
    assert result.returncode == 3
    assert "a: fault: integer divide by zero" in result.stdout and "starts the machine anew" in result.stdout


@pytest.mark.parametrize("policy, delays", [
    ((1, 1, 3), [1, 1, 1, -1]), ((100, 1000, 5), [100, 200, 400, 800, 1000, -1]), ((5, 3, 2), [3, 3, -1]), ((9, 9, 0), [-1]),
    ((1, 86400000, 100), [1 << i for i in range(27)] + [86400000] * 73 + [-1]),
])  # fmt: skip
def test_delays(firmware, policy, delays):
    assert firmware.script("""
from kernel.core.supervisor import Policy, RESTART
p = Policy(RESTART, *policy)
answer([p.delay(n) for n in range(1, policy[2] + 2)])
""", policy=policy) == delays


def test_a_budget_pays_for_restarts(boot):
    """A task that faults at once and is to restart every millisecond: with a budget it does so as often as that allows."""
    restarts = boot({name: {"module": "divide", "fault": RESTART | {"first": 1, "most": 1, "times": 1000000}} | more
                     for name, more in (("rich", {}), ("poor", {"budget": 20000, "period": 100})) for more in [more]}
                    | {"spin": {"module": "spin", "priority": 0}}, """
count = 0
def counting():             # a loop takes time
    global clock, count
    count += 1
    clock += count % 20 == 0
    return tick()
hal.ticks = counting
while clock < 1400:
    system.run(20)
answer([task("rich").restarts, task("poor").restarts, task("poor").region()[1]])
""")  # fmt: skip
    rich, poor, region = restarts
    assert rich > 20 and 0 < poor <= 2 + 400 // 100 * max(20000 // (4 * region), 1)
