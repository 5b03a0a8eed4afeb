"""The kernel with real tasks: no task starves, a slice allocates nothing, a broken handler or task stops no other task."""

import pytest
from setups import INSTEAD, KERNEL as SETUP
from wasm_text import wat

IMPORTS = """
 (import "sovelma" "sp_yield" (func $yield (result i32)))
 (import "sovelma" "sp_sleep" (func $sleep (param i32) (result i32)))
 (import "sovelma" "sp_log" (func $log (param i32 i32 i32) (result i32)))
 (import "sovelma" "sp_time" (func $time (param i32) (result i64)))
 (import "sovelma" "sp_random" (func $random (param i32 i32) (result i32)))
 (import "sovelma" "sp_cap_find" (func $find (param i32 i32) (result i32)))
 (import "sovelma" "sp_fs_open" (func $open (param i32 i32 i32 i32) (result i32)))
 (import "sovelma" "sp_fs_size" (func $size (param i32) (result i32)))
 (import "sovelma" "sp_fs_read" (func $read (param i32 i32 i32 i32) (result i32)))
 (import "sovelma" "sp_fs_write" (func $write (param i32 i32 i32 i32) (result i32)))
 (memory (export "memory") 1)
 (data (i32.const 0) "file")
"""

SPIN = wat('(module (memory (export "memory") 1) (func (export "_start") (loop $l (br $l))))')
# Uses fuel faster than anything else: a charge for 5,000 instructions that do nothing.
NOPS = wat(f"""(module (memory (export "memory") 1) (func (export "_start") (loop $l {"nop " * 5000} (br $l))))""")
COUNT = wat("""(module (import "sovelma" "sp_yield" (func $yield (result i32))) (memory (export "memory") 1)
 (func (export "_start") (local $i i32)
  (loop $l (drop (call $yield)) (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 100))))))""")
EXIT = wat("""(module (import "sovelma" "sp_exit" (func $exit (param i32))) (memory (export "memory") 1)
 (func (export "_start") (call $exit (i32.const 7))))""")
FAULT = wat('(module (memory (export "memory") 1) (func $inner unreachable) (func (export "_start") (call $inner)))')


def loop(call):
    """A module whose task makes one call for ever; $f is the capability "file"."""
    return wat(f"""(module {IMPORTS} (func (export "_start") (local $f i32)
 (local.set $f (call $find (i32.const 0) (i32.const 4))) (loop $l {call} (br $l))))""")


def answers(call):
    """A module whose task ends with the result of one call as its exit code."""
    return wat(f"""(module (import "sovelma" "sp_exit" (func $exit (param i32))) {IMPORTS}
 (func (export "_start") (local $f i32) (local.set $f (call $find (i32.const 0) (i32.const 4))) (call $exit {call})))""")


# The clock of the test: only the machine's sleep puts it forward. `sleeps` counts how often it slept.
CLOCK = """
clock, sleeps = 1000, 0
def idle(us):
    global clock, sleeps
    clock += us // 1000
    sleeps += 1
    return False
hal.idle = idle
hal.ticks = lambda: clock & ((1 << 30) - 1)
hal.now = lambda: clock * 1000
"""

# One call each that answers at once; together every one of them, with arguments from 2^31 on and failing ones too.
NON_BLOCKING = {
    "size": "(drop (call $size (local.get $f)))",
    "read": "(drop (call $read (local.get $f) (i32.const 64) (i32.const 8) (i32.const 16)))",
    "read, 4 KB over block borders": "(drop (call $read (local.get $f) (i32.const 64) (i32.const 4096) (i32.const 100)))",
    "read, length from 2^31 on": "(drop (call $read (local.get $f) (i32.const 0) (i32.const 0) (i32.const 0x80000000)))",
    "write": "(drop (call $write (local.get $f) (i32.const 64) (i32.const 100) (i32.const 500)))",
    "find": "(drop (call $find (i32.const 0) (i32.const 4)))",
    "find nothing": "(drop (call $find (i32.const 0) (i32.const 3)))",
    "time": "(drop (call $time (i32.const 0)))",
    "utc": "(drop (call $time (i32.const 1)))",
    "random": "(drop (call $random (i32.const 64) (i32.const 200)))",
    "log, shown or dropped": "(drop (call $log (i32.const 2) (i32.const 0) (i32.const 200)))",
    "log, not shown": "(drop (call $log (i32.const 3) (i32.const 0) (i32.const 200)))",
    "bad capability": "(drop (call $size (i32.const 0xffffffff)))",
    "made-up capability": "(drop (call $size (i32.const 0x90000001)))",
    "integer out of range": "(drop (call $sleep (i32.const 0x80000000)))",
    "flags out of range": "(drop (call $open (local.get $f) (i32.const 0) (i32.const 4) (i32.const 0x80000001)))",
    "yield": "(drop (call $yield))",
    "nothing at all": "",
}


@pytest.mark.parametrize("call", NON_BLOCKING.values(), ids=NON_BLOCKING)
def test_steady_state_allocates_nothing(firmware, call):
    """With the collector off, nothing is left on the heap after many slices, nor does a second run leave more."""
    calls, left, lines = firmware.script(SETUP + """
lines = 0
def write(buffer, n):
    global lines
    lines += 1
hal.write = write
task = add("a", wasm["loop"])
other = add("b", wasm["loop"], slice=1000)
def measure():
    before = gc.mem_alloc()
    slices(200)
    return gc.mem_alloc() - before
measure()
gc.collect()
gc.disable()
measure()
calls = task.calls()
left = measure()
answer([task.calls() - calls, left, lines])
""", wasm={"loop": loop(call)})
    assert (calls > 10) == (call != "")
    assert (lines > 0) == ("$log" in call)     # what is not shown is told where it was dropped
    assert left == 0


def test_after_2_to_31_fuel_nothing_is_allocated_either(firmware):
    fuel, left = firmware.script(SETUP + """
task = add("a", wasm["nops"], slice=10000000)
while task.fuel() < (1 << 31) + 1000000:
    system.run(200)
before = left = 0
gc.collect()
gc.disable()
slices(20)
before = gc.mem_alloc()
slices(20)
left = gc.mem_alloc() - before
answer([task.fuel(), left])
""", wasm={"nops": NOPS})
    assert fuel > 2**31 and left == 0


def test_an_endless_loop_starves_nobody(firmware):
    """Of the same priority, of a lower one, and a sleeper; the loop itself goes on."""
    result = firmware.script(SETUP + """
spin = add("spin", wasm["spin"], 3, slice=10000)
same = add("same", wasm["count"], 3)
lower = add("lower", wasm["count"], 1)
sleeper = add("sleeper", wasm["sleeper"], 0)
fuel = spin.fuel()
while not (same.over() and lower.over() and sleeper.over()) and system.slices < 20000:
    system.run(100)
answer([states(), spin.fuel() > 1000000, sleeper.calls()])
""", wasm={"spin": SPIN, "count": COUNT, "sleeper": wat(f"""(module {IMPORTS} (func (export "_start")
 (drop (call $sleep (i32.const 20))) (drop (call $sleep (i32.const 20)))))""")})
    assert result == [["ready", "ended", "ended", "ended"], True, 2]


def test_a_task_that_yields_runs_again(firmware):
    """Regression of the first SovelmaOS: a yielded task was never queued again."""
    assert firmware.script(SETUP + """
a, b = add("a", wasm["count"]), add("b", wasm["count"])
system.run(5000)
answer([states(), a.calls(), b.calls()])
""", wasm={"count": COUNT}) == [["ended", "ended"], 100, 100]


def test_equal_loops_get_equal_shares_and_a_higher_one_nearly_everything(firmware):
    a, b, c = firmware.script(SETUP + """
tasks = [add("a", wasm["spin"], 3), add("b", wasm["spin"], 3)]
while system.slices < 400:
    system.run(20)
a, b = [task.fuel() for task in tasks]
c = add("c", wasm["spin"], 6)
slices(400)
answer([a, b, c.fuel() / (c.fuel() + sum([task.fuel() for task in tasks]) - a - b)])
""", wasm={"spin": SPIN})
    assert abs(a - b) <= 0.02 * (a + b)
    assert 0.9 < c < 0.99


def test_a_debt_does_not_turn_a_budget_into_slices_of_nothing(firmware):
    """A dear call could leave one unit of the budget and a debt that was paid unit by unit, a slice each."""
    worst = firmware.script(SETUP + INSTEAD + """
hal.write = lambda buffer, n: None
hal.ticks = lambda: system.slices       # a slice takes a tick, whoever has it
hal.now = lambda: hal.ticks() * 1000
rest = add("rest", wasm["spin"], 0, slice=10000)
def empty_slices(budget):
    # Most slices of a period in which nothing of the budget was used, in 30 periods.
    task = add("storm", wasm["storm"], 7, slice=2000)
    task.thread.budget = task.thread.left = budget
    task.thread.period = 100
    seen = {}
    used = 0
    def ticks():
        # Called before each burst and behind each slice.
        nonlocal used
        if system.scheduler.running is task and task.fuel() == used:
            seen[system.slices // 100] = seen.get(system.slices // 100, 0) + 1
        used = task.fuel()
        return system.slices
    hal.ticks = ticks
    end = system.slices + 3000
    while system.slices < end:
        system.run(10)
    hal.ticks = lambda: system.slices
    system.kill(task)
    return max(seen.values()) if seen else 0
answer(max([empty_slices(budget) for budget in range(6400, 9400, step)]))
""", wasm={"storm": loop("(drop (call $random (i32.const 64) (i32.const 256)))"), "spin": SPIN}, step=3000 // firmware.share(30))  # fmt: skip
    assert worst <= 4       # what a call of 4,400 takes of slices of 2,000


def test_a_budget_bounds_a_storm_of_calls_as_it_bounds_a_loop(firmware):
    """Two tasks of equal budget and the highest priorities, one of which only calls the kernel: over many periods both
    get the same fuel, and who has no budget gets the rest, in fuel and in time."""
    result = firmware.script(SETUP + INSTEAD + """
hal.write = lambda buffer, n: None
spent = {}
def ticks():
    # A slice takes a tick, whoever has it. Called before each burst and behind each slice.
    running = system.scheduler.running
    if running:
        spent[running.name] = spent.get(running.name, 0) + 1
    return system.slices
hal.ticks = ticks
hal.now = lambda: hal.ticks() * 1000
tasks = [add("storm", wasm["storm"], 7), add("spin", wasm["spin"], 6), add("rest", wasm["spin"], 0, slice=10000)]
for task in tasks[:2]:
    task.thread.budget = task.thread.left = hal.SLICE // 2
    task.thread.period = 100
while system.slices < 10000:
    system.run(100)
answer([[task.fuel() for task in tasks], spent, system.slices, hal.SLICE // 2])
""", wasm={"storm": loop("(drop (call $random (i32.const 64) (i32.const 200)))"), "spin": SPIN})
    fuel, slices, ticks, budget = result
    periods = ticks // 100
    for used in fuel[:2]:
        # What a call costs beyond the budget is missing in the next period.
        assert (periods - 2) * budget <= used <= (periods + 2) * budget + 5000
    assert slices["rest"] >= ticks * 0.95


def test_sleeping_costs_no_processor_time_and_ends_on_time(firmware):
    elapsed, slices, sleeps, calls = firmware.script(SETUP + CLOCK + """
a = add("a", wasm["sleep"])
system.run(2000)
answer([clock - 1000, system.slices, sleeps, a.calls()])
""", wasm={"sleep": wat(f"""(module {IMPORTS} (func (export "_start") (local $i i32)
 (loop $l (drop (call $sleep (i32.const 50)))
  (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 10))))))""")})
    assert elapsed == 10 * 50
    assert slices == 11 and sleeps == calls == 10


def test_ticks_may_wrap_while_tasks_sleep(firmware):
    """The 30-bit tick counter counts round in the middle of the run."""
    elapsed, over = firmware.script(SETUP + CLOCK + """
clock = start = (1 << 30) - 120
a = add("a", wasm["sleep"])
system.run(3000)
answer([clock - start, a.over()])
""", wasm={"sleep": wat(f"""(module {IMPORTS} (func (export "_start")
 (drop (call $sleep (i32.const 100))) (drop (call $sleep (i32.const 100))) (drop (call $sleep (i32.const 100)))))""")})
    assert over and elapsed == 3 * 100


@pytest.mark.parametrize("error, code", [
    ("MemoryError()", -11), ("OSError(5)", -12), ("ValueError('x')", -12), ("RuntimeError()", -12), ("SystemExit()", -12),
])  # fmt: skip
def test_a_handler_that_raises_stops_neither_kernel_nor_task(firmware, error, code):
    result = firmware.script(SETUP + f"""
def broken(*arguments):
    raise {error}
hal.random = broken
task = add("a", wasm["random"])
other = add("b", wasm["count"])
system.run(3000)
answer([states(), task.result, other.calls(), [line for line in console.kept() if "sp_random failed" in line] != []])
""", wasm={"random": answers("(call $random (i32.const 0) (i32.const 8))"), "count": COUNT})
    assert result == [["ended", "ended"], code, 100, True]


def test_ctrl_c_inside_a_handler_waits_until_the_handler_is_done(firmware):
    """A signal raises wherever C code lets it through; the system stops after the burst and goes on unharmed."""
    assert firmware.script(SETUP + """
times = 0
def interrupted(buffer, n):
    global times
    times += 1
    if times == 3:
        raise KeyboardInterrupt
hal.random = interrupted
a, b = add("a", wasm["random"]), add("b", wasm["count"])
try:
    system.run(3000)
    stopped = False
except KeyboardInterrupt:
    stopped = True
before = times
while not b.over():
    system.run(100)
answer([stopped, times > before, states()[1], b.calls()])
""", wasm={"random": loop("(drop (call $random (i32.const 0) (i32.const 8)))"), "count": COUNT}) == [True, True, "ended", 100]


def test_a_fault_is_recorded_and_the_rest_goes_on(firmware):
    result = firmware.script(SETUP + """
free = wasm3.arena()[1]
bad = add("bad", wasm["fault"])
good = add("good", wasm["count"])
end = add("end", wasm["exit"])
system.run(3000)
record = bad.record
answer([states(), record.reason, record.backtrace, record.last_calls, end.result, system.good(), wasm3.arena()[1] == free,
        bad.capabilities.held()])
""", wasm={"fault": FAULT, "count": COUNT, "exit": EXIT})
    assert result[0] == ["faulted", "ended", "ended"] and "unreachable" in result[1]
    assert [index for index, _ in result[2]] == [0, 1] and result[2][0][1] == "inner"
    assert result[3:] == [[], 7, False, True, []]


def test_a_pointer_outside_the_memory_is_a_fault_and_a_bad_integer_is_not(firmware):
    wasm = {
        "pointer": answers("(call $log (i32.const 2) (i32.const 8000) (i32.const 200))"),
        "wrapping pointer": answers("(call $log (i32.const 2) (i32.const 0xffffffff) (i32.const 2))"),
        "integer": answers("(call $sleep (i32.const -1))"),
        "flags": answers("(call $open (local.get $f) (i32.const 0) (i32.const 4) (i32.const 64))"),
        "name": answers("(call $find (i32.const 0) (i32.const 65))"),
        "kind": answers("(call $open (local.get $f) (i32.const 0) (i32.const 4) (i32.const 1))"),
        "none": answers("(call $size (i32.const 0))"),
        "right": answers("(call $write (local.get $f) (i32.const 0) (i32.const 4) (i32.const 0))"),
        "short": answers("(call $read (local.get $f) (i32.const 0) (i32.const 5000) (i32.const 0))"),
    }
    result = firmware.script(SETUP + """
for name in sorted(wasm):
    add(name, wasm[name], rights=abi.RIGHT_READ)
system.run(3000)
answer({task.name: [STATES[task.state], task.result] for task in system.tasks})
""", wasm=wasm)
    assert result == {
        "pointer": ["faulted", None], "wrapping pointer": ["faulted", None], "integer": ["ended", -4],
        "flags": ["ended", -4], "name": ["ended", -15], "kind": ["ended", -1], "none": ["ended", -1],
        "right": ["ended", -3], "short": ["ended", 4096],
    }  # fmt: skip


def test_killing_in_every_state_gives_everything_back(firmware):
    assert firmware.script(SETUP + """
free = wasm3.arena()
tasks = [add("ready%d" % i, wasm["spin"], 4) for i in range(3)] + [add("asleep", wasm["sleep"], 6), add("over", wasm["exit"], 6)]
system.run(20)
before = states()
for task in (tasks[1], tasks[3], tasks[4], tasks[0], tasks[0], tasks[2]):
    system.kill(task)
hal.idle = None             # nobody sleeps
system.run(5000)
answer([before, states(), wasm3.arena() == free])
""", wasm={"spin": SPIN, "exit": EXIT, "sleep": answers("(call $sleep (i32.const 100000))")}) == [
        ["ready", "ready", "ready", "sleeping", "ended"], ["killed", "killed", "killed", "killed", "ended"], True]


def test_forty_tasks_at_once(firmware):
    states = firmware.script(SETUP + """
for i in range(40):
    add("t%d" % i, wasm["count"], i % 8, memory=1024, stack=512)
live = wasm3.arena()[3]
system.run(10000)
answer([live, states(), wasm3.arena()[3]])
""", wasm={"count": COUNT})
    assert states == [40, ["ended"] * 40, 0]
