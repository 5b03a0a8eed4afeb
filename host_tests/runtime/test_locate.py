"""Where a task stood when it faulted: the instruction of each frame, held against wasmtime's; `make backtrace` shows the line.

Compiled code keeps no table of places, so each function on the stack is compiled again and followed in step with the
code that ran (cmodules/wasm3/engine/follow.h). The generated modules of test_differential.py check it too, trap by trap.
"""

import json
import pathlib
import random
import subprocess
import sys

import pytest
import wasmtime
from machines import ROOT
from wasm_text import wat

sys.path.insert(0, str(ROOT / "host_tests" / "differential"))
import oracle  # noqa: E402

FILES = pytest.mark.pc("files of the host")

SCRIPT = """
import wasm3
wasm3.arena_resize(1 << 20)     # room to compile the largest of the functions again
task = wasm3.Instance(wasm["m"], None, **creation)
task.resume(1 << 20)
rows = []
for call in calls:
    task.start(*call)
    while task.resume(97) == wasm3.PREEMPTED:
        pass
    before = wasm3.arena(), wasm3._arena_check()
    rows.append([task.error(), [frame[0] for frame in task.backtrace()], task.locate(wasm["m"])])
    if before != (wasm3.arena(), wasm3._arena_check()):
        rows.append("the arena changed")
answer(rows)
"""


def places(module, function, arguments):
    """[function, offset in the code section] of each frame of the trap that wasmtime runs into."""
    store = wasmtime.Store(wasmtime.Engine())
    exports = wasmtime.Instance(store, wasmtime.Module(store.engine, module), []).exports(store)
    with pytest.raises(wasmtime.Trap) as caught:
        exports[function](store, *arguments)
    start = oracle.contents(module, 10)
    return [[frame.func_index, frame.module_offset - start] for frame in caught.value.frames]


def check(firmware, module, function, index, cases, **creation):
    """Each case (arguments) traps here where it traps in wasmtime."""
    rows = firmware.script(SCRIPT, wasm={"m": module}, calls=[[index, *case] for case in cases], creation=creation)
    assert len(rows) == len(cases)
    seen = set()
    for case, (error, functions, offsets) in zip(cases, rows, strict=True):
        theirs = places(module, function, case)
        assert error and [list(pair) for pair in zip(functions, offsets)][: len(theirs)] == theirs, case
        seen.add(offsets[0])
    return seen


FAULTS = (
    "(unreachable)",
    "(drop (i32.div_u (i32.const 7) (local.get 1)))",
    "(drop (i64.rem_s (i64.const 7) (i64.extend_i32_u (local.get 1))))",
    "(i64.store offset=70000 (i32.const 0) (i64.const 1))",
    "(drop (i32.trunc_f32_s (f32.div (f32.const 0) (f32.convert_i32_s (local.get 1)))))",
    "(drop (call $sink (local.get 1)))",
    "(call_indirect (type $none) (i32.const 9))",
    "(memory.fill (i32.const 65536) (i32.const 0) (i32.const 1))",
)


def tree(source, depth, first, padding):
    """A program that traps at another place for each of 2**depth numbers from `first`, with code of any shape between."""
    between = " ".join(source.choice((
        "(local.set 2 (i32.mul (local.get 0) (i32.const 31)))",
        "(local.set 3 (i64.xor (local.get 3) (i64.const 0x123456789)))",
        "(block (br_if 0 (local.get 1)) (local.set 2 (i32.add (local.get 2) (i32.const 1))))",
        "(block (block (block (br_table 0 1 2 1 0 (local.get 2)))) (local.set 2 (i32.const 5)))",
        "(if (local.get 1) (then (local.set 2 (i32.const 3))))",
        "(local.set 2 (if (result i32) (local.get 1) (then (i32.const 3)) (else (local.get 2))))",
        "(loop $l (local.set 2 (i32.shr_u (local.get 2) (i32.const 1))) (br_if $l (local.get 2)))",
        "(drop (select (f64.const 1.5) (f64.const 2.5) (local.get 2)))",
        "(global.set $g (i32.add (global.get $g) (local.get 2)))",
    )) for _ in range(source.randrange(padding)))  # fmt: skip
    if depth == 0:
        return between + source.choice(FAULTS)
    half = 1 << (depth - 1)
    left, right = tree(source, depth - 1, first, padding), tree(source, depth - 1, first + half, padding)
    return f"{between} (if (i32.lt_u (local.get 0) (i32.const {first + half})) (then {left}) (else {right}))"


@pytest.mark.parametrize("depth, padding", [(3, 3), (5, 6), (6, 2), (5, 25), (7, 12)])
def test_every_fault_of_a_large_function_has_its_own_place(firmware, depth, padding):
    """The function fills many pages of code, ended by bridges at other places than when it is compiled again."""
    for seed in range(1, 1 + firmware.share(2)):
        check_tree(firmware, seed, depth, padding)


def check_tree(firmware, seed, depth, padding):
    source = random.Random(seed * 100 + depth * 10 + padding)
    module = wat(f"""(module (memory 1) (table 8 funcref) (type $none (func)) (global $g (mut i32) (i32.const 0))
      (func $sink (param i32) (result i32) (i32.rem_u (i32.const 1) (local.get 0)))
      (func $before (export "before") (param i32) (local i32 i32 i64) {tree(source, 3, 0, 9)})
      (func $f (export "f") (param i32) (local i32 i32 i64) {tree(source, depth, 0, padding)})
      (func $g (export "g") (param i32) (result i32) (call $f (local.get 0)) (i32.const 1)))""")
    seen = check(firmware, module, "g", 3, [(number,) for number in range(1 << depth)], memory=65536)
    assert len(seen) > (1 << depth) * 0.6  # some trap inside $sink
    check(firmware, module, "f", 2, [(number,) for number in range(1 << depth)], memory=65536)
    check(firmware, module, "before", 1, [(number,) for number in range(8)], memory=65536)


def test_calls_of_all_kinds_are_found(firmware):
    """Direct, indirect, recursive calls, from inside blocks and with arguments to be moved."""
    module = wat("""(module (type $t (func (param i32 i64) (result i64))) (table 2 funcref) (elem (i32.const 0) $b $c)
      (func $a (export "a") (param i32) (result i64) (loop (result i64) (i64.const 1) (i64.add (call_indirect (type $t)
        (i32.const 1) (i64.const 2) (local.get 0)) (i64.const 3)) (i64.add)))
      (func $b (type $t) (if (result i64) (i32.eqz (local.get 0)) (then (unreachable))
        (else (i64.add (i64.const 1) (call $b (i32.sub (local.get 0) (i32.const 1)) (local.get 1))))))
      (func $c (type $t) (block (result i64) (br_if 0 (call $b (i32.const 3) (local.get 1)) (i32.const 1)))))""")
    check(firmware, module, "a", 0, [(0,), (1,)])


def test_a_task_that_is_only_interrupted_goes_on(firmware):
    """Asking changes nothing: results, fuel and state are those of a task that was never asked. The place is in the loop."""
    module = wat("""(module (memory 1) (func (export "_start") (local i32)
      (loop $l (i32.store (i32.const 8) (i32.mul (i32.load (i32.const 8)) (local.get 0)))
        (br_if $l (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 500))))))""")
    asked, other = firmware.script("""
import wasm3
rows = []
for ask in (True, False):
    task = wasm3.Instance(wasm["m"], memory=4096)
    found = []
    while task.resume(13) == wasm3.PREEMPTED:
        if ask:
            found.append(task.locate(wasm["m"]))
    rows.append([task.fuel(), task.state_hash(), found])
answer(rows)
""", wasm={"m": module})  # fmt: skip
    assert asked[:2] == other[:2]
    start = oracle.contents(module, 10)
    body = module.index(b"\x03\x40", start) - start  # the loop
    assert len(asked[2]) > 100 and all(len(found) == 1 and body <= found[0] < len(module) for found in asked[2])


def test_another_module_is_refused_and_custom_sections_do_not_matter(firmware):
    text = '(module (func $f (export "_start") {} unreachable))'
    module, other = wat(text.format("")), wat(text.format("nop"))
    named = module + b"\0\x05\x04more"
    assert firmware.script("""
import wasm3
task = wasm3.Instance(wasm["m"])
task.resume(1 << 20)
rows = [task.locate(wasm["m"]), task.locate(wasm["named"])]
for bytes_ in (wasm["other"], b"", wasm["m"][:-9], b"nonsense"):
    try:
        rows.append(task.locate(bytes_))
    except ValueError as error:
        rows.append(str(error))
answer(rows)
""", wasm={"m": module, "other": other, "named": named}) == [[3], [3]] + ["not the module of this task"] * 4  # fmt: skip


def test_without_memory_nothing_is_found_and_nothing_is_lost(firmware):
    """Every allocation of the search fails once; the arena is whole afterwards, and the next search finds the place."""
    module = wat("""(module (func $d (param i32) (result i32) (if (result i32) (local.get 0) (then (i32.const 1))
      (else (i32.div_u (i32.const 1) (local.get 0))))) (func (export "_start") (drop (call $d (i32.const 0)))))""")
    rows, full = firmware.script("""
import wasm3
task = wasm3.Instance(wasm["m"])
task.resume(1 << 20)
whole = wasm3.arena(), wasm3._arena_check()
good = task.locate(wasm["m"])
rows = [good]
number = 1
while True:
    wasm3._fail_allocation(number)
    found = task.locate(wasm["m"])
    left = wasm3._fail_allocation(0)
    if whole != (wasm3.arena(), wasm3._arena_check()):
        rows.append("changed")
    if left:
        break
    rows.append([place for place, right in zip(found, good) if place not in (None, right)])
    number += 1
taken = []
while True:     # no memory for the tables
    try:
        taken.append(wasm3.Instance(wasm["m"]))
    except MemoryError:
        break
answer([rows + [task.locate(wasm["m"])], len(taken)])
""", wasm={"m": module})  # fmt: skip
    assert None not in rows[0] and len(rows) > 5
    assert all(row == [] for row in rows[1:-1])
    assert all(place in (None, right) for place, right in zip(rows[-1], rows[0])) and full > 10


# ---------------------------------------------------------------- make backtrace


def run(firmware, directory, module):
    """Runs a module as the task `crasher`; returns the path of its crash record."""
    system = {"version": 1, "tasks": [{"name": "crasher", "module": str(module), "may_fault": True}]}
    (directory / "system.json").write_text(json.dumps(system))
    subprocess.run([str(firmware.path), "-m", "sovelma", "run", str(directory / "system.json"), "--for", "5", "--crashes", str(directory)],
                   capture_output=True, check=True, stdin=subprocess.DEVNULL)  # fmt: skip
    return directory / "crasher.json"


def backtrace(record, module):
    result = subprocess.run(["make", "--no-print-directory", "-s", "backtrace", f"CRASH={record}", f"MODULE={module}"], cwd=ROOT,
                            capture_output=True, text=True)  # fmt: skip
    return result.returncode, result.stdout + result.stderr


@pytest.fixture(scope="module")
def crash(tmp_path_factory):
    """Paths of modules/crash as `make modules` and as `make modules DEBUG_LINES=1` builds it."""
    for words in ((), ("DEBUG_LINES=1",)):
        subprocess.run(["make", "-s", "modules", *words], cwd=ROOT, check=True, capture_output=True)
    return ROOT / "build" / "modules" / "crash.wasm", ROOT / "build" / "modules-debug" / "crash.wasm"


@FILES
def test_backtrace_shows_the_line_that_faulted(firmware, tmp_path, crash):
    """The module that ran was built without line tables: those of the other build fit, since its code is the same."""
    stripped, debug = crash
    record = run(firmware, tmp_path, stripped)
    code, text = backtrace(record, debug)
    source = (ROOT / "modules" / "crash" / "crash.c").read_text().splitlines()
    lines = text.splitlines()
    assert code == 0, text
    assert lines[0] == "crasher: integer divide by zero"
    for frame, (name, what) in enumerate([("divide", "value / divisor"), ("average", "divide(total)"), ("_start", "average(42)")]):
        number = next(number for number, line in enumerate(source, 1) if what in line)
        assert lines[1 + 2 * frame].startswith(f"#{frame} {name} (function ")
        assert f"modules/crash/crash.c:{number}" in lines[2 + 2 * frame]


@FILES
def test_backtrace_of_a_module_with_its_own_line_tables(firmware, tmp_path, crash):
    record = run(firmware, tmp_path, crash[1])
    code, text = backtrace(record, crash[1])
    assert code == 0 and "modules/crash/crash.c:" in text


@FILES
def test_backtrace_says_what_is_missing(firmware, tmp_path, crash):
    stripped, debug = crash
    record = run(firmware, tmp_path, stripped)
    other = ROOT / "build" / "modules" / "sort.wasm"
    (tmp_path / "text").write_text("no record")
    for words, complaint in (
        ((record, stripped), "has no line tables"), ((record, other), "not the code that crashed"), ((record, record), "not a WebAssembly module"),
        ((tmp_path / "text", debug), "not a crash record"), ((tmp_path / "none", debug), "No such file"), (("", ""), "usage: make backtrace"),
    ):  # fmt: skip
        code, text = backtrace(*words)
        assert code != 0 and complaint in text and "Traceback" not in text


@FILES
def test_record_is_written_at_the_prompt(firmware, tmp_path, crash):
    """sovelma.crash(name, file), and what it says where there is nothing to write."""
    system = {"version": 1, "tasks": [{"name": "crasher", "module": str(crash[0]), "may_fault": True}]}
    (tmp_path / "system.json").write_text(json.dumps(system))
    complaint = firmware.script("""
import sovelma
sovelma.boot(directory + "/system.json")
try:
    sovelma.crash("crasher", directory + "/early.json")
    answer("written")
except ValueError as error:
    said = str(error)
    sovelma.run(1)
    sovelma.crash("crasher", directory + "/record.json")
    answer(said)
""", directory=str(tmp_path))  # fmt: skip
    assert complaint == "crasher has no crash record"
    record = json.loads((tmp_path / "record.json").read_text())
    assert record["task"] == "crasher" and record["version"] == 1 and record["frames"][0]["name"] == "divide"
    assert backtrace(tmp_path / "record.json", crash[1])[0] == 0 and not pathlib.Path(tmp_path / "early.json").exists()
