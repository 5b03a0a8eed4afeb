"""A year of uptime: timers, budgets, policies, log rates and statistics across the wrap of every counter, with jumps of the clock."""

import pytest
from setups import CLOCK
from wasm_text import SPIN, wat

IMPORTS = """(import "sovelma" "sp_sleep" (func $sleep (param i32) (result i32)))
 (import "sovelma" "sp_log" (func $log (param i32 i32 i32) (result i32)))"""
SLEEPER = wat(f"""(module {IMPORTS} (memory (export "memory") 1)
 (func (export "_start") (loop (drop (call $sleep (i32.const 3600000))) (br 0))))""")
LOGGER = wat(f"""(module {IMPORTS} (memory (export "memory") 1) (global $taken (export "taken") (mut i32) (i32.const 0))
 (func (export "_start") (loop
  (if (i32.gt_s (call $log (i32.const 3) (i32.const 0) (i32.const 8)) (i32.const 0)) (then
   (global.set $taken (i32.add (global.get $taken) (i32.const 1)))))
  (drop (call $sleep (i32.const 86400000))) (br 0))))""")

SETUP = CLOCK + """
import gc, wasm3
from kernel.core import supervisor
from kernel.core.capability import Capabilities
from kernel.core.task import STATES, Task
from kernel.objects.kinds import make_system
from kernel.objects.ramfs import RamFS
hal.write = lambda buffer, n: None
class Plan:
    def start(self): return wasm3.Instance(wasm["sleeper"]), Capabilities()
    def module(self): return wasm["sleeper"]
    def keep(self, instance): instance.kill()
    def end(self): pass
def add(system, name, module, **keys):
    task = Task(name, wasm3.Instance(wasm[module]), 3, 100000, Capabilities(), True)
    for key in keys:
        setattr(task, key, keys[key])
    system.add(task)
    return task
"""


@pytest.mark.parametrize("days, maximum", [(1, 30000), (12.43, 86400000), ((2**30 + 5000) / 86400000, 30000), (13, 30000), (25, 86400000), (200, 1000)])
def test_a_life_of_many_days_is_a_long_one(firmware, days, maximum):
    """However long: each fault is the first in a row (case c11)."""
    assert firmware.script(SETUP + """
system = make_system(RamFS(65536))
task = add(system, "t", "sleeper", plan=Plan(), policy=supervisor.Policy(supervisor.RESTART, 100, maximum, 2))
out = []
for _ in range(6):
    clock += int(days * DAY)
    system.fault(task, "test")
    out.append([task.failures, STATES[task.state]])
    system.run(2000)
answer(out)
""", wasm={"sleeper": SLEEPER}, days=days, maximum=maximum) == [[1, "restarting"]] * 6  # fmt: skip


@pytest.mark.parametrize("days", [0.5, 6.3, 12.42, 12.43, 13, 100, 365])
def test_after_a_long_pause_at_the_prompt_every_timer_is_due(firmware, days):
    """And a budget is a new one, and the log takes a burst."""
    assert firmware.script(SETUP + """
system = make_system(RamFS(65536))
sleeper, logger = add(system, "s", "sleeper"), add(system, "l", "logger")
system.run(1000)
before = sleeper.calls(), logger.calls()
clock += int(days * DAY)
system.run(1000)
answer([sleeper.calls() - before[0], logger.calls() - before[1] >= (days > 1), STATES[sleeper.state], logger.log.refused])
""", wasm={"sleeper": SLEEPER, "logger": LOGGER}, days=days) == [1, True, "sleeping", 0]


def test_a_year_passes_hour_by_hour(firmware):
    """Every hourly and daily timer fires on time for a year, no line is refused, and the statistics are those of a year."""
    days = 365 if firmware.name == "x86_64" else 30
    assert firmware.script(SETUP + """
system = make_system(RamFS(65536))
sleeper, logger = add(system, "s", "sleeper"), add(system, "l", "logger")
began = clock
while clock - began < days * DAY:
    system.run(1 << 28)
passed = clock - began
ran, idled = system.total()
answer([abs(sleeper.calls() - passed // 3600000) <= passed // DAY // 100 + 1, abs(logger.instance.global_(0)[1] - days) <= 4, logger.log.refused,
        abs(ran - passed) <= 5, abs(idled - passed) < 100, system.ran < DAY, system.idled < DAY])
""", wasm={"sleeper": SLEEPER, "logger": LOGGER}, days=days, timeout=300) == [True, True, 0, True, True, True, True]  # fmt: skip


@pytest.mark.parametrize("ran, slices", [(0, 0), (1 << 30, 0), (0, (1 << 30) - 5), ((1 << 30) - 20, 0), (1 << 31, 1 << 30)])
def test_uptime_makes_no_objects(firmware, ran, slices):
    """Whatever the counters stand at: the same few bytes in 300 ms (case c26), and a full heap does not end the run."""
    assert firmware.script("""
import gc, hal, micropython, wasm3
from kernel.core.capability import Capabilities
from kernel.core.task import Task
from kernel.objects.kinds import make_system
from kernel.objects.ramfs import RamFS
system = make_system(RamFS(4096))
task = Task("spin", wasm3.Instance(wasm["spin"]), 3, 2000, Capabilities())
system.add(task)
system.run(50)
system.ran = ran; system.idled = ran >> 1; system.slices = slices
system.run(20)
gc.collect(); gc.disable()
before = gc.mem_alloc()
system.run(300)
taken = gc.mem_alloc() - before
gc.enable()
fuel = task.instance.fuel()
told = "ran"
try:
    micropython.heap_lock()
    system.run(100)
except BaseException as error:
    told = type(error).__name__
finally:
    micropython.heap_unlock()
answer([taken <= 200, told, task.instance.fuel() > fuel])
""", wasm={"spin": SPIN}, ran=ran, slices=slices) == [True, "ran", True]
