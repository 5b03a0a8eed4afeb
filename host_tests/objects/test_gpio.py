"""Pins: levels as the manifest means them, an output for one task alone, a simulated board that leaves nothing to chance."""

import json
import re
import subprocess

import pytest
from machines import ROOT
from wasm_text import wat
from manifests import task

BOARD = """
from hal.common.simulated import board, Board
now = 0
board.clock = lambda: now
"""

PIN_MODULE = """(module
 (import "sovelma" "sp_cap_find" (func $find (param i32 i32) (result i32)))
 (import "sovelma" "sp_gpio_read" (func $read (param i32) (result i32)))
 (import "sovelma" "sp_gpio_write" (func $write (param i32 i32) (result i32)))
 (import "sovelma" "sp_exit" (func $exit (param i32)))
 (import "sovelma" "sp_sleep" (func $sleep (param i32) (result i32)))
 (memory (export "memory") 1) (data (i32.const 0) "pin")
 (func (export "_start") (local $p i32) (local.set $p (call $find (i32.const 0) (i32.const 3))) %s))"""


def exits_with(expression):
    """A module that ends with an expression over the capability $p as its exit code."""
    return wat(PIN_MODULE % f"(call $exit {expression})")


def system(directory, modules, **top):
    """Writes modules {name: (bytes, grant or None, more keys)} and a manifest; returns its path as text."""
    tasks = []
    for name, (module, grant, keys) in modules.items():
        (directory / f"{name}.wasm").write_bytes(module)
        tasks.append({"name": name, "module": f"{name}.wasm", "memory": 1024, "caps": {"pin": grant} if grant else {}, **keys})
    (directory / "system.json").write_text(json.dumps({"version": 1, "tasks": tasks, **top}))
    return str(directory / "system.json")


BOOT = BOARD + """
import sovelma
from kernel.core.task import STATES
sovelma.boot(path)
"""

READ = "(call $read (local.get $p))"
WRITE_1 = "(call $write (local.get $p) (i32.const 1))"
OUT = {"pin": 8, "mode": "out"}
OUT_LOW = {"pin": 8, "mode": "out", "active": "low"}
IN = {"pin": 9, "mode": "in"}
IN_UP_LOW = {"pin": 9, "mode": "in", "pull": "up", "active": "low"}


@pytest.mark.parametrize("expression, grant, outside, result", [
    (READ, IN, None, 0), (READ, IN, 1, 1), (READ, IN, 0, 0),
    (READ, {**IN, "pull": "up"}, None, 1), (READ, {**IN, "pull": "down"}, None, 0), (READ, {**IN, "pull": "up"}, 0, 0),
    (READ, IN_UP_LOW, None, 0), (READ, IN_UP_LOW, 0, 1),
    (READ, OUT, None, 0), (READ, OUT_LOW, None, 0), (READ, {**OUT, "initial": 1}, None, 1),
    (WRITE_1, OUT, None, 0), (f"(i32.add {WRITE_1} {READ})", OUT, None, 1), (f"(i32.add {WRITE_1} {READ})", OUT_LOW, None, 1),
    (WRITE_1, IN, None, -3), (WRITE_1, {**OUT, "rights": ["read"]}, None, -3), (READ, {**OUT, "rights": ["write"]}, None, -3),
    ("(call $write (local.get $p) (i32.const 2))", OUT, None, -4), ("(call $write (local.get $p) (i32.const -1))", OUT, None, -4),
    ("(call $read (i32.const 0))", OUT, None, -1), ("(call $write (i32.const 0x7fffffff) (i32.const 1))", OUT, None, -1),
    ("(call $read (i32.add (local.get $p) (i32.const 256)))", OUT, None, -1),
    ("(call $read (i32.add (local.get $p) (i32.const 1)))", OUT, None, -1),
])  # fmt: skip
def test_what_a_task_reads_and_writes(firmware, tmp_path, expression, grant, outside, result):
    path = system(tmp_path, {"a": (exits_with(expression), grant, {})})
    assert firmware.script(BOOT + f"""
pin = {grant["pin"]}
board.drive(pin, {outside})
sovelma.run(5)
answer(sovelma.system.tasks[0].result)
""", path=path) == result


def test_the_voltage_of_an_output_follows_its_meaning_and_goes_back_when_the_task_is_over(firmware, tmp_path):
    sleeper = wat(PIN_MODULE % f"(drop {WRITE_1}) (drop (call $sleep (i32.const 100000)))")
    path = system(tmp_path, {
        "high": (sleeper, {"pin": 3, "mode": "out"}, {}), "low": (sleeper, {"pin": 4, "mode": "out", "active": "low"}, {}),
        "on": (sleeper, {"pin": 5, "mode": "out", "initial": 1}, {}),
        "fault": (wat(PIN_MODULE % f"(drop {WRITE_1}) (unreachable)"), {"pin": 6, "mode": "out"}, {"may_fault": True}),
        "exit": (wat(PIN_MODULE % f"(drop {WRITE_1})"), {"pin": 7, "mode": "out"}, {}),
    })  # fmt: skip
    assert firmware.script(BOOT + """
pins = (3, 4, 5, 6, 7)
levels = [[board.level(pin) for pin in pins]]
sovelma.run(0.1)
levels.append([board.level(pin) for pin in pins])
for name in ("high", "low", "on"):
    sovelma.kill(name)
levels.append([board.level(pin) for pin in pins])
answer([levels, [board.edges(pin) for pin in pins], board.clashes])
""", path=path) == [[[0, 1, 1, 0, 0], [1, 0, 1, 0, 0], [0, 1, 1, 0, 0]], [2, 2, 0, 2, 2], 0]


def test_two_tasks_may_read_one_pin(firmware, tmp_path):
    path = system(tmp_path, {"a": (exits_with(READ), IN_UP_LOW, {}), "b": (exits_with(READ), {**IN_UP_LOW, "active": "high"}, {})})
    assert firmware.script(BOOT + """
sovelma.run(5)
answer([task.result for task in sovelma.system.tasks])
""", path=path) == [0, 1]


@pytest.mark.parametrize("grant, complaint", [
    ({"pin": 8}, "tasks[0].caps.x.mode: must be in or out"),
    ({"pin": 8, "mode": "inout"}, "tasks[0].caps.x.mode: must be in or out"),
    ({"pin": 12, "mode": "in"}, "tasks[0].caps.x.pin: this machine has no pin 12 for tasks"),
    ({"pin": -1, "mode": "in"}, "tasks[0].caps.x.pin: this machine has no pin -1"),
    ({"pin": True, "mode": "in"}, "tasks[0].caps.x.pin: must be a number"),
    ({"pin": "8", "mode": "in"}, "tasks[0].caps.x.pin: must be a number"),
    ({"pin": 8, "mode": "in", "initial": 1}, "tasks[0].caps.x.initial: unknown key"),
    ({"pin": 8, "mode": "out", "pull": "up"}, "tasks[0].caps.x.pull: unknown key"),
    ({"pin": 8, "mode": "out", "initial": 2}, "tasks[0].caps.x.initial: must be 0 to 1"),
    ({"pin": 8, "mode": "in", "pull": "sideways"}, "tasks[0].caps.x.pull: must be none or up or down"),
    ({"pin": 8, "mode": "in", "active": 1}, "tasks[0].caps.x.active: must be high or low"),
    ({"pin": 8, "mode": "in", "file": "/f"}, "tasks[0].caps.x.file: unknown key"),
    ({"pin": 8, "mode": "in", "rights": ["write"]}, "tasks[0].caps.x.rights: a pin that is an input has no right write"),
    ({"pin": 8, "mode": "out", "rights": ["create"]}, "tasks[0].caps.x.rights: a pin that is an output has no right create"),
], ids=lambda value: value[14:] if isinstance(value, str) else None)  # fmt: skip
def test_a_wrong_grant_is_told(mistakes, grant, complaint):  # noqa: F811
    lines = mistakes(task(caps={"x": grant}))
    assert len(lines) == 1 and complaint in lines[0], lines


@pytest.mark.parametrize("first, second", [
    (OUT, OUT), (OUT, {"pin": 8, "mode": "in"}), ({"pin": 8, "mode": "in"}, OUT),
    ({"pin": 8, "mode": "in", "pull": "up"}, {"pin": 8, "mode": "in", "pull": "down"}),
])  # fmt: skip
def test_an_output_has_one_owner_and_an_input_one_pull(mistakes, first, second):  # noqa: F811
    """Across tasks, and inside one."""
    manifest = task(caps={"x": first})
    manifest["tasks"].append({"name": "b", "module": "good.wasm", "caps": {"y": second}})
    assert mistakes(manifest) == ["tasks[1].caps.y.pin: pin 8 is used in another way by tasks[0].caps.x"]
    lines = mistakes(task(caps={"x": first, "y": second}))
    assert len(lines) == 1 and "pin 8 is used in another way" in lines[0]


@pytest.mark.parametrize("step", [[0, 9], [-1, 9, 0], [0, 9, 2], [0, True, 0], [0, 9, False], ["0", 9, 0], 5, [1 << 29, 9, 0]])
def test_a_wrong_step_of_the_simulation_is_told(mistakes, step):  # noqa: F811
    assert mistakes({"version": 1, "tasks": [], "simulation": [[0, 9, 1], step]}) == [
        "simulation[1]: must be [milliseconds, pin, 0 or 1 or null]"]


def test_a_step_of_a_pin_that_is_not_there_is_told(mistakes):  # noqa: F811
    assert mistakes({"version": 1, "tasks": [], "simulation": [[0, 12, 0]]}) == ["simulation[0]: this machine has no pin 12 for tasks"]


def test_no_pin_is_touched_where_the_system_cannot_start(firmware, tmp_path):
    greedy = wat('(module (memory (export "memory") 9) (func (export "_start")))')
    path = system(tmp_path, {"a": (exits_with(READ), {**OUT, "initial": 1}, {}), "b": (greedy, None, {"memory": 400000})})
    assert firmware.script(BOARD + """
import sovelma
try:
    sovelma.boot(path)
except sovelma.ManifestError:
    answer([board.line(8).mode, board.level(8)])
""", path=path) == [None, 0]


def test_a_new_system_finds_all_pins_unused(firmware, tmp_path):
    path = system(tmp_path, {"a": (exits_with(READ), {**OUT, "initial": 1}, {})})
    (tmp_path / "empty.json").write_text('{"version": 1, "tasks": []}')
    assert firmware.script(BOOT + """
before = board.line(8).mode, board.level(8)
sovelma.boot(path.replace("system.json", "empty.json"))
answer([before, board.line(8).mode, board.level(8)])
""", path=path) == [["out", 1], None, 0]


CALLS = {
    "read": "(drop (call $read (local.get $p)))",
    "write": "(drop (call $write (local.get $p) (i32.and (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1))))",
}


@pytest.mark.parametrize("call", CALLS)
def test_pins_cost_no_heap(firmware, tmp_path, call):
    module = wat(PIN_MODULE.replace("(local $p i32)", "(local $p i32) (local $i i32)") % f"(loop $l {CALLS[call]} (br $l))")
    left, calls = firmware.script(BOOT.replace(BOARD, "") + """
import gc
task = sovelma.system.tasks[0]
run = sovelma.system.run
def measure():
    before = gc.mem_alloc()
    run(100)
    return gc.mem_alloc() - before
measure()
gc.collect()
gc.disable()
measure()
left = measure()
answer([left, task.calls()])
""", path=system(tmp_path, {"a": (module, OUT, {})}))
    assert left == 0 and calls > 1000


# ---------------------------------------------------------------- the simulated board

def test_a_script_happens_at_its_times_across_the_wrap_of_the_ticks(firmware):
    assert firmware.script(BOARD + """
now = (1 << 30) - 150
board.configure(9, "in", "up", None)
board.script([(300, 9, 0), (100, 9, 0), (200, 9, None), (100, 4, 1)])
seen = []
for _ in range(7):
    seen.append([board.level(9), board.level(4)])
    now = (now + 50) & ((1 << 30) - 1)
answer([seen, board.due])
""") == [[[1, 0], [1, 0], [0, 1], [0, 1], [1, 1], [1, 1], [0, 1]], None]


def test_history_edges_and_clashes(firmware):
    assert firmware.script(BOARD + """
line = board.configure(8, "out", None, 1)
for level in (1, 0, 0, 1):
    line.value(level)
    now += 7
board.drive(8, 0)
line.value(1)
line.value(0)
few = board.history()
for step in range(100):
    line.value(step & 1 ^ 1)
answer([few, board.edges(8), board.clashes, len(board.history()), board.history()[-1]])
""") == [[[7, 8, 0], [21, 8, 1], [28, 8, 0]], 103, 51, 64, [28, 8, 0]]


def test_the_picture_shows_every_pin_with_its_owner(firmware, tmp_path):
    path = system(tmp_path, {
        "lamp": (wat(PIN_MODULE % f"(drop {WRITE_1}) (drop (call $sleep (i32.const 100000)))"), OUT_LOW, {}),
        "one": (exits_with("(call $sleep (i32.const 100000))"), IN_UP_LOW, {}),
        "two": (exits_with("(call $sleep (i32.const 100000))"), IN_UP_LOW, {}),
        "right": (exits_with("(call $sleep (i32.const 100000))"), {"pin": 2, "mode": "in", "pull": "down"}, {}),
    })  # fmt: skip
    lines = firmware.script(BOOT + """
import hal
shown = []
hal.write = lambda buffer, n: shown.append(bytes(buffer[:n]).decode())
sovelma.board()
sovelma.run(0.1)
board.press()
sovelma.board()
answer("".join(shown).split("\\n"))
""", path=path)
    before, after = lines[:10], lines[10:20]
    assert [line.split()[-1] for line in before[1:4]] == ["5V", "GND", "3V3"]
    assert "( )" in before[3] and "[ ]" in before[5] and "(*)" in after[3] and "[#]" in after[5]
    assert before[4].split("o|")[0].split() == ["lamp.pin", "out", "1", "8"]
    assert after[4].split("o|")[0].split() == ["lamp.pin", "out", "0", "8"]
    assert before[5].split("o|")[0].split() == ["one.pin", "two.pin", "in", "1", "^", "9"]
    assert after[5].split("o|")[0].split() == ["one.pin", "two.pin", "in", "0", "^", "9"]
    assert after[6].split("|o")[1].split() == ["2", "in", "0", "v", "right.pin"]


# ---------------------------------------------------------------- the demos

def demo(name):
    return (ROOT / "build/modules" / f"{name}.wasm").read_bytes()


# The clock of board and kernel is the test's: only the machine's sleep puts it forward.
CLOCK = """
microseconds = 5000000
def idle(us):
    global microseconds
    microseconds += us
    return False
hal.idle, hal.clock, hal.now = idle, lambda number: microseconds, lambda: microseconds
hal.ticks = board.clock = lambda: microseconds // 1000 & ((1 << 30) - 1)
"""


def run_demo(firmware, directory, name, caps, script):
    """A demo with the clock of the test."""
    (directory / f"{name}.wasm").write_bytes(demo(name))
    (directory / "system.json").write_text(json.dumps({
        "version": 1, "tasks": [{"name": name, "module": f"{name}.wasm", "caps": caps}]}))  # fmt: skip
    return firmware.script("""
import hal, sovelma
from hal.common.simulated import board
shown = []
hal.write = lambda buffer, n: shown.append(bytes(buffer[:n]).decode())
""" + CLOCK + "sovelma.boot(path)\n" + script, path=str(directory / "system.json"))


def test_blink_blinks_with_its_period(firmware, tmp_path):
    history = run_demo(firmware, tmp_path, "blink", {"led": OUT_LOW}, """
sovelma.run(1.25)
answer(board.history())
""")
    assert len(history) == 13 and history[0][1:] == [8, 0]
    assert all(pin == 8 and level == index % 2 for index, (_, pin, level) in enumerate(history))
    assert {b[0] - a[0] for a, b in zip(history, history[1:])} == {100}


def test_button_sees_through_bounces_and_measures(firmware, tmp_path):
    """Four contacts within 6 ms are one press; one of 5 ms is none; the times are those of the script."""
    lines, result = run_demo(firmware, tmp_path, "button", {"key": IN_UP_LOW}, """
board.script([(100, 9, 0), (102, 9, None), (104, 9, 0), (106, 9, None), (108, 9, 0), (300, 9, None),
              (400, 9, 0), (405, 9, None), (500, 9, 0), (600, 9, None), (700, 9, 0), (1000, 9, None)])
sovelma.run(10)
answer(["".join([text for text in shown if text.startswith("button")]).split("\\n"), sovelma.system.tasks[0].result])
""")
    presses = [re.fullmatch(r"button: press (\d), held for (\d+) ms: rolled ([1-6])", line) for line in lines[:3]]
    assert [match[1] for match in presses] == ["1", "2", "3"]
    held = [int(match[2]) for match in presses]
    assert result == 0 and len(held) == 3
    assert all(abs(got - wanted) <= 12 for got, wanted in zip(held, (192, 100, 300)))     # it looks every 6 ms


@pytest.mark.parametrize("name", ["blink", "button"])
def test_a_demo_without_its_pin_says_so(firmware, tmp_path, name):
    lines, result = run_demo(firmware, tmp_path, name, {}, """
sovelma.run(5)
answer(["".join(shown), sovelma.system.tasks[0].result])
""")
    assert "grants no" in lines and result == 1


def test_the_kernel_reaches_pins_only_through_the_hal():
    """`machine` and the board are named in the HAL, nowhere in the kernel."""
    found = subprocess.run(["grep", "-rnE", r"import machine|from machine|hal\.board|hal\.unix", ROOT / "firmware/kernel",
                            ROOT / "firmware/sovelma.py"], capture_output=True, text=True)  # fmt: skip
    assert found.stdout == ""
