"""Tasks with a quota compile a function when it is first called: from bytes that cannot change, in their own region.

What a run does, and its fuel, are those of a task that was compiled before. The one thing that can differ is that
memory runs out: then the task ends with that reason, and nobody else notices.
"""

import itertools
import json
import os
import random
import subprocess
import sys

import pytest
from machines import ROOT
from wasm_text import PHASES, wat
from first_calls import first_calls
from setups import RUN
from abi_definition import NUMBERS

sys.path.insert(0, str(ROOT / "host_tests" / "bench"))

from measure_c import MAX_FUEL, run  # noqa: E402
from toolchain import KERNELS, Toolchain  # noqa: E402

SLEEP = NUMBERS["sp_sleep"]

# Functions called in every way there is, with a pause between. _start calls 1 to 4 in turn, twice.
WAYS = wat("""(module (import "sovelma" "sp_sleep" (func $sleep (param i32) (result i32)))
  (memory 0) (table 3 funcref) (elem (i32.const 0) $indirect $sleep $deep)
  (type $number (func (param i32) (result i32)))
  (func $direct (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
  (func $indirect (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))
  (func $leaf (param i32) (result i32) (i32.xor (local.get 0) (i32.const 0x55)))
  (func $deep (param i32) (result i32) (call $leaf (call $direct (local.get 0))))
  (func $never (param i32) (result i32) (i32.const 0))
  (func $unnamed (param i32) (result i32) (local i32) (local.set 1 (i32.const 2))
    (loop (local.set 0 (call $direct (local.get 0)))
      (drop (call $sleep (local.get 0)))
      (local.set 0 (call_indirect (type $number) (local.get 0) (i32.const 0)))
      (drop (call_indirect (type $number) (local.get 0) (i32.const 1)))
      (local.set 0 (call_indirect (type $number) (local.get 0) (i32.const 2)))
      (drop (call $sleep (local.get 0)))
      (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    (local.get 0))
  (func (export "_start") (result i32) (call $unnamed (i32.const 7))))""")

# Plays a task to its end; answers what the kernel saw of it on the way.
PLAY = RUN + """
import gc
def play(t, slice, between=None):
    seen, status = [], t.resume(slice)
    while True:
        if between: between()
        if status == wasm3.SYSCALL:
            seen.append([t.nr(), t.arg(0), t.backtrace()])
            status = t.resume(slice, 5)
        elif status == wasm3.PREEMPTED:
            status = t.resume(slice)
        else:
            return [status, seen, t.error(), t.results(), t.fuel(), t.state_hash(), t.backtrace()]
"""


def test_compiled_when_first_called_however_called(firmware):
    """The same run, fuel and backtraces as compiled before, for all slices; the code grows with the functions called."""
    got = firmware.script(PLAY + """
out, used = [], []
for quota in (0, 20000):
    for slice in (2**30 - 1, 997, 1):
        t = wasm3.Instance(wasm["ways"], quota=quota)
        out.append(play(t, slice))
        first = t.fuel()
        t.start(7)
        play(t, slice)
        out[-1].append(t.fuel() - first)
        t.kill()
t = wasm3.Instance(wasm["ways"], quota=20000)
heap = [t.region()[0]]
while t.resume(2**30 - 1, 5) == wasm3.SYSCALL:
    heap.append(t.region()[0])
t.kill()
all_ = wasm3.Instance(wasm["ways"])
answer([out, heap, all_.region()[1]])
""", wasm={"ways": WAYS})
    runs, heap, everything = got
    assert all(run == runs[0] for run in runs), runs
    status, seen, error, results, fuel, _, _, again = runs[0]
    assert (status, error, len(seen)) == (2, None, 6)
    assert [name for _, name in seen[0][2]] == ["sp_sleep", "unnamed", "_start"]
    assert heap[0] < heap[1] <= heap[2] < heap[3] == heap[4] == heap[-1], heap  # the second round compiles nothing
    assert fuel - again == first_calls(WAYS, 0, 1, 2, 3, 5, 6)  # all but the one that is never called


@pytest.fixture(scope="module")
def tools():
    wasm3 = os.environ.get("WASM3_DIR") or ROOT / "build" / "src" / "wasm3"
    tools = Toolchain(ROOT / "build" / "bench", wasm3)
    tools.metered()
    return tools


@pytest.mark.parametrize("name", KERNELS)
def test_kernels_run_the_same(tools, name):
    """Results, fuel to the unit and state of the benchmarks' kernels, compiled before and on demand."""
    module = tools.kernel(name, reduced=True)
    quota = 200_000
    whole = run(tools.metered(), module, MAX_FUEL)
    for slice in (MAX_FUEL, 997, 1):
        cut = run(tools.metered(), module, slice, 1, quota)
        assert [cut[key] for key in ("result", "fuel", "state_hash")] == [whole[key] for key in ("result", "fuel", "state_hash")]


def test_code_that_runs_out_of_memory_ends_its_task_alone(firmware):
    """At every quota: created or not, then the task works, or it has the reason; its neighbours see nothing of it."""
    got = firmware.script(PLAY + """
neighbour = wasm3.Instance(wasm["phases"], quota=5000, memory=64)
neighbour.resume(100000)
map_ = wasm3._arena_check(), wasm3.arena()
t = wasm3.Instance(wasm["ways"], quota=20000)
works = play(t, 1000)
t.kill()
counts, reasons = {}, set()
for quota in range(2000, 8000, 8):
    try:
        t = wasm3.Instance(wasm["ways"], quota=quota)
    except MemoryError:
        counts["refused"] = counts.get("refused", 0) + 1
        continue
    ran = play(t, 1000)
    if ran != works:
        reasons.add(ran[2])
        seen = len(ran[1])
        assert ran[0] == wasm3.TRAPPED and ran[1] == works[1][:seen] and ran[4] <= works[4], (quota, ran)
        assert t.resume(1000) == wasm3.TRAPPED and ran[6][-1:] == [(7, "_start")], ran[6]
    counts["works" if ran == works else seen] = counts.get("works" if ran == works else seen, 0) + 1
    t.kill()
    assert (wasm3._arena_check(), wasm3.arena()) == map_
answer([counts, sorted(reasons), play(neighbour, 1000)[0]])
""", wasm={"ways": WAYS, "phases": PHASES})
    counts, reasons, neighbour = got
    assert counts["refused"] > 10 and counts["works"] > 10 and len(counts) > 3, counts
    assert all(reason.startswith("out of memory compiling function ") for reason in reasons) and len(reasons) > 2, reasons
    assert neighbour == 2


def test_every_element_of_a_large_table_is_the_right_function(firmware):
    """Overlapping segments, the last one counts; whom an element names is not looked for in all of them at each first call."""
    functions = "".join(f"(func $f{number} (result i32) (i32.const {number * 7919}))" for number in range(300))
    segments = "".join(f"(elem (i32.const {start}) {' '.join(f'$f{(start * 31 + i * 17) % 300}' for i in range(80))})" for start in range(0, 4000, 50))
    module = wat(f"""(module (type $t (func (result i32))) (table 4096 funcref) {segments} {functions}
      (func (export "_start") (result i32) (local $i i32) (local $sum i32)
       (loop $l (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31)) (call_indirect (type $t) (local.get $i))))
        (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 4000)))) (local.get $sum)))""")
    at_once, on_demand = firmware.script("""
import wasm3
rows = []
for quota in (0, 150000):
    task = wasm3.Instance(wasm["m"], quota=quota)
    while task.resume(5000) == wasm3.PREEMPTED:
        pass
    rows.append([task.error(), task.result(), task.fuel()])
    task.kill()
answer(rows)
""", wasm={"m": module})  # fmt: skip
    assert at_once == on_demand and at_once[0] is None
    table = {start + i: (start * 31 + i * 17) % 300 for start in range(0, 4000, 50) for i in range(80)}
    total = 0
    for element in range(4000):
        total = (total * 31 + table[element] * 7919) & 0xFFFFFFFF
    assert at_once[1] & 0xFFFFFFFF == total


def test_a_function_whose_constants_found_no_room_is_not_compiled(firmware):
    """wasm3 says that it is before it copies the constants: a second start ran with constants at address 0."""
    module = wat("""(module (func (export "f") (param i64) (result i64)
      (i64.add (i64.mul (local.get 0) (i64.const 1234567890123)) (i64.const 987654321098))))""")
    assert firmware.script("""
import wasm3
rows = []
for number in range(1, 20):
    task = wasm3.Instance(wasm["m"], None, quota=8000)
    task.start(0, 3)
    wasm3._fail_allocation(number)
    first = task.resume(1 << 20)
    left = wasm3._fail_allocation(0)
    task.start(0, 3)
    rows.append([first == wasm3.TRAPPED, left, task.resume(1 << 20) == wasm3.EXITED and task.result()])
    task.kill()
    if left:
        break
good = 3 * 1234567890123 + 987654321098
answer([len(rows) > 2, [row for row in rows[:-1] if row != [True, 0, good]], rows[-1][0], rows[-1][2] == good])
""", wasm={"m": module}) == [True, [], False, True]  # fmt: skip


@pytest.mark.parametrize("kind", ["bytearray", "memoryview of a bytearray", "part of a bytearray"])
def test_bytes_that_change_are_copied(firmware, kind):
    """Validated and changed afterwards: what runs is what was validated. Changed after the creation, and all the time."""
    got = firmware.script(PLAY + """
t = wasm3.Instance(wasm["ways"], quota=20000)
expected, small = play(t, 50), t.region()[0]
t.kill()
out = []
for change in (0, 0x0b, 0x00, 0xff):    # zeros, `end`, `unreachable`, nothing at all
    room = bytearray(len(wasm["ways"]) + 7)
    room[:-7] = wasm["ways"]
    given = room if kind == "bytearray" else memoryview(room)
    if kind == "part of a bytearray":
        room = bytearray(13) + room
        given = memoryview(room)[13:]
    if kind == "bytearray":
        room = given = bytearray(wasm["ways"])
    else:
        given = given[:-7]
    t = wasm3.Instance(given, quota=20000)
    def spoil():
        global change
        for i in range(len(room)): room[i] = change
        change = (change * 5 + 1) & 0xff
    spoil()
    out.append([play(t, 50, spoil) == expected, t.region()[0] - small >= len(wasm["ways"])])
    t.kill()
answer(out)
""", wasm={"ways": WAYS}, kind=kind)
    assert got == [[True, True]] * 4


def test_bytes_stay_as_long_as_their_task(firmware):
    """Nobody else refers to them, the collector runs and the heap fills with something else; then they go, too."""
    got = firmware.script(PLAY + """
import binascii
text = binascii.hexlify(wasm["ways"])
del wasm["ways"]
expected = play(wasm3.Instance(binascii.unhexlify(text)), 3000)
def churn():
    gc.collect()
    rubbish = [b"\\xff" * (64 + i) for i in range(200)]
    gc.collect()
out = []
gc.collect()
before = gc.mem_alloc()
for _ in range(3):
    t = wasm3.Instance(binascii.unhexlify(text), quota=20000)
    out.append(play(t, 3000, churn) == expected)
    gc.collect()
    kept = gc.mem_alloc() - before
    t.kill()
    gc.collect()
    after = gc.mem_alloc() - before
answer([all(out), kept, after, len(text) // 2])
""", wasm={"ways": WAYS})
    same, kept, after, size = got
    assert same
    assert kept - after >= size and after < size, got


def test_constants_of_the_program_are_used_in_place(firmware):
    """Frozen bytes need no copy; what merely looks read-only does."""
    got = firmware.script("""
import wasm3, kernel.boot.strict_json
frozen = kernel.boot.strict_json._DIGITS
answer([wasm3._is_immutable(each) for each in (frozen, memoryview(frozen), memoryview(frozen)[3:9], bytes(frozen), bytearray(frozen),
    memoryview(bytes(bytearray(5))), memoryview(bytearray(5)), b"", bytearray(0), wasm3._arena_bytes())])
""")
    assert got == [True, True, True, True, False, False, False, True, False, False]


def test_functions_are_found_among_many(firmware):
    """200 functions of 200 types, their numbers longer than a byte; a table whose segments cover each other."""
    count = 200
    kinds = list(itertools.islice(itertools.product(("i32", "i64", "f32"), repeat=5), count))
    types = "\n".join(f"(type $t{i} (func (param {' '.join(kinds[i])}) (result i32)))" for i in range(count))
    order = random.Random(5).sample(range(count), count)
    functions = "\n".join(f"(func $f{i} (type $t{i}) {'nop ' * (i % 70)} (i32.const {i}))" for i in order)
    first = " ".join(f"$f{i}" for i in range(count))
    middle = " ".join(f"$f{i}" for i in range(120, 60, -1))  # elements 60 to 119 name these instead
    calls = []
    for element in (*range(0, 60, 7), *range(60, 120, 5), *range(120, count, 9), 3, 64, count - 1):
        named = 180 - element if 60 <= element < 120 else element
        zeros = " ".join(f"({kind}.const 0)" for kind in kinds[named])
        calls.append(f"(local.set 0 (i32.add (i32.mul (local.get 0) (i32.const 31)) (call_indirect (type $t{named}) {zeros} (i32.const {element}))))")
    wrong = f"(drop (call_indirect (type $t{count - 1}) {' '.join(f'({kind}.const 0)' for kind in kinds[-1])} (i32.const 64)))"
    text = """(module {types} (import "sovelma" "sp_yield" (func $yield (result i32))) (table {size} funcref)
      (elem (i32.const 0) {first}) (elem (i32.const 60) {middle})
      {functions} (func (export "_start") (result i32) (local i32) {calls} {end} (local.get 0)))"""
    parts = {"types": types, "size": count + 5, "first": first, "middle": middle, "functions": functions, "calls": " ".join(calls)}
    modules = {"right": wat(text.format(**parts, end="")), "wrong": wat(text.format(**parts, end=wrong)),
               "none": wat(text.format(**parts, end=wrong.replace("(i32.const 64)", f"(i32.const {count + 1})")))}  # fmt: skip
    got = firmware.script(PLAY + """
out = {}
for name in wasm:
    out[name] = []
    for quota in (0, 90000):
        t = wasm3.Instance(wasm[name], quota=quota)
        out[name].append(play(t, 10**6))
        t.kill()
answer(out)
""", wasm=modules)
    assert all(eager == lazy for eager, lazy in got.values()), got
    assert [got[name][0][2] for name in ("right", "wrong", "none")] == [None, "indirect call type mismatch", "null table element"]
    value = 0
    for call in calls:
        value = value * 31 + int(call.split("type $t")[1].split(")")[0]) & 0xFFFFFFFF
    assert got["right"][0][3] == [["i", value]]


def test_a_mapped_file_is_not_read(firmware):
    """A file system in mapped memory tells where a file's bytes lie; elsewhere they are read. Both make the same task."""
    got = firmware.script("""
import hal, vfs
from kernel.objects.plan import Plan
fields = {"module": "m.wasm", "sha256": None, "quota": 20000, "stack": 1024, "memory": 0, "storage": 0, "objects": 8, "buffers": 0,
          "capabilities": 1, "caps": []}
class Stream:
    def __init__(self, data):
        self.data = data
    def read(self):
        reads.append(1)
        return self.data
class Mapped(bytearray):
    pass
for kind in (Stream, Mapped):
    kind.__enter__ = lambda self: self
    kind.__exit__ = lambda self, *_: None
out = []
for kind in (Stream, Mapped):
    reads = []
    hal.read_file = lambda path: kind(wasm["m"])
    t = Plan(fields, None).instance()
    used = t.region()[0]
    t.resume(10**6)
    out.append([len(reads), t.nr(), t.fuel()])
    t.kill()
answer(out)
""", wasm={"m": WAYS})
    assert [row[0] for row in got] == [1, 0]
    assert got[0][1:] == got[1][1:] and got[0][1] == SLEEP


def test_names_come_from_the_module(firmware):
    """The export's name before that of the name section, as when they are copied at creation; malformed names are none."""
    named = wat("""(module (func $inner unreachable) (func $outer (export "shown") (export "again") (call $inner))
      (func (export "_start") (call $outer)))""")
    at = named.index(b"\x04name")
    cut = named[: at + 12] + b"\xff" * (len(named) - at - 12)
    got = firmware.script(RUN + """
out = []
for module in (wasm["named"], wasm["cut"]):
    for quota in (0, 20000):
        t = wasm3.Instance(module, quota=quota)
        run(t)
        out.append(t.backtrace())
answer(out)
""", wasm={"named": named, "cut": cut})
    assert got[0] == got[1] == [[0, "inner"], [1, "shown"], [2, "_start"]]
    assert got[2] == got[3] == [[0, None], [1, "shown"], [2, "_start"]]


@pytest.mark.pc("stacks of chosen sizes")
def test_a_small_stack_refuses_deep_nesting(firmware):
    """Compiling recurses in C: what the stack at hand does not hold is refused, at once, with that reason; no crash."""
    depths = (1, 100, 300, 600, 1200, 1990)
    modules = {str(depth): wat(f'(module (func (export "_start") (result i32) {"block " * depth} {"end " * depth} i32.const 7))').hex() for depth in depths}
    script = f"""
import json, binascii, wasm3
def answer(value):
    print("@answer " + json.dumps(value))
modules = {modules!r}
out = {{}}
for name, module in modules.items():
    for quota in (0, 290000):
        try:
            t = wasm3.Instance(binascii.unhexlify(module), quota=quota)
            while t.resume(10**9) == 0: pass
            value = t.result()
            t.kill()
        except ValueError as error:
            value = str(error)
        out.setdefault(name, []).append(value)
answer(out)
"""
    results = {}
    for kilobytes in (256, 512, 1024, 8192):
        done = subprocess.run(["sh", "-c", f'ulimit -s {kilobytes}; exec "$0" -c "$1"', str(firmware.path), script], capture_output=True, text=True)
        assert done.returncode == 0, (kilobytes, done.stdout, done.stderr)
        results[kilobytes] = json.loads(done.stdout.partition("@answer ")[2])
    for kilobytes, outcome in results.items():
        works = [depth for depth in depths if outcome[str(depth)] == [7, 7]]
        refused = [depth for depth in depths if depth not in works]
        assert works == sorted(works) and 1 in works and (not refused or max(works) < min(refused))
        for depth in refused:
            for reason in outcome[str(depth)]:
                assert reason.startswith(f"blocks are nested {depth} deep: compiling them takes "), (kilobytes, reason)
        results[kilobytes] = works
    assert len(results[256]) < len(results[1024]) <= len(results[8192]) == len(depths), results
