"""The zoo (modules/zoo): each hostile module meets exactly its end, and the task beside it notices nothing.

Every specimen runs in the real kernel, in an arena of 300 KB and one of 64 KB, and compiled on demand, beside a victim that computes in all of
its memory, recurses, sleeps, logs and writes a file. What the victim leaves behind must be what it leaves behind alone;
afterwards the arena is as it was, and no byte on the console could have driven a terminal.

    python host_tests/system/test_zoo.py --record      writes modules/zoo/zoo.toml anew: read the difference
"""

import functools
import itertools
import json
import subprocess
import sys

import pytest
from machines import Firmware, ROOT, ScriptFailed

sys.path[:0] = [str(ROOT / "modules" / "zoo"), str(ROOT / "host_tests" / "bench")]

from script_files import script
from wasm_text import wat
from first_calls import first_calls  # noqa: E402
from toolchain import Toolchain  # noqa: E402
from zoo import RECORDS, SPECIMENS  # noqa: E402

ARENAS = {"300K": 300 * 1024, "64K": 64 * 1024}
# Of a task that compiles each function when it is first called: as it must be for the same to become of it.
ON_DEMAND = {"quota": 192 * 1024}
CAGES = ROOT / "build" / "zoo"  # where the modules lie as files
BATCH = 24  # specimens in one process; where one takes the process along, each gets its own

VICTIM = wat("""(module
 (import "sovelma" "sp_yield" (func $yield (result i32)))
 (import "sovelma" "sp_sleep" (func $sleep (param i32) (result i32)))
 (import "sovelma" "sp_log" (func $log (param i32 i32 i32) (result i32)))
 (import "sovelma" "sp_exit" (func $exit (param i32)))
 (import "sovelma" "sp_fs_open" (func $open (param i32 i32 i32 i32) (result i32)))
 (import "sovelma" "sp_fs_write" (func $write (param i32 i32 i32 i32) (result i32)))
 (memory (export "memory") 1)
 (global $sum (mut i64) (i64.const 88172645463325252))
 (data (i32.const 0) "secret")
 (func $mix (param i64) (result i64)
  (global.set $sum (i64.add (i64.mul (i64.xor (global.get $sum) (local.get 0)) (i64.const 6364136223846793005)) (i64.const 1442695040888963407)))
  (global.get $sum))
 (func $deep (param i32) (result i64)
  (if (result i64) (i32.eqz (local.get 0)) (then (i64.const 1))
   (else (i64.mul (i64.const 3) (call $deep (i32.sub (local.get 0) (i32.const 1)))))))
 (func (export "_start") (local $file i32) (local $step i32) (local $at i32)
  (local.set $file (call $open (i32.const 0x101) (i32.const 0) (i32.const 6) (i32.const 7)))
  (loop $next
   (drop (call $yield))
   (if (i32.eqz (i32.and (local.get $step) (i32.const 7))) (then
    (drop (call $sleep (i32.const 1)))
    (i64.store (i32.const 16) (i64.or (i64.const 0x6161616161616161) (i64.and (global.get $sum) (i64.const 0x0f0f0f0f0f0f0f0f))))
    (drop (call $log (i32.const 2) (i32.const 16) (i32.const 8)))))
   (drop (call $mix (call $deep (i32.and (local.get $step) (i32.const 15)))))
   (local.set $at (i32.const 64))
   (loop $fill
    (i64.store (local.get $at) (call $mix (i64.load (local.get $at))))
    (br_if $fill (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (i32.const 2048))))
   (drop (call $write (local.get $file) (i32.const 64) (i32.const 300) (i32.const -1)))
   (br_if $next (i32.lt_u (local.tee $step (i32.add (local.get $step) (i32.const 1))) (i32.const 24))))
  (call $exit (i32.wrap_i64 (i64.shr_u (global.get $sum) (i64.const 33))))))""")

SCRIPT = script(__file__, "zoo")


@functools.cache
def batch(firmware, arena, names, on_demand=False):
    """{name: [outcome, what the victim left behind]} of some specimens let out one after the other in one process."""
    plan = [(name, {**SPECIMENS[name].options, **(ON_DEMAND if on_demand else {})}) for name in names]
    CAGES.mkdir(parents=True, exist_ok=True)
    for name in names:
        (CAGES / f"{name}.wasm").write_bytes(SPECIMENS[name].module)
    rows = firmware.script(SCRIPT, wasm={"victim": VICTIM}, arena=arena, plan=plan, directory=str(CAGES), pace=firmware.pace,
                           timeout=300)
    return {name: rest for name, *rest in rows}


def compressed(names):
    """["f", "f", "g"] -> ["f*2", "g"]."""
    return [f"{name}*{count}" if count > 1 else name for name, count in ((name, len(list(group))) for name, group in itertools.groupby(names))]


def let_out(firmware, arena, name, on_demand=False):
    """(outcome of the specimen, what the victim left behind, what it leaves behind alone)."""
    names = list(SPECIMENS)
    first = names.index(name) // BATCH * BATCH
    try:
        rows = batch(firmware, arena, tuple(names[first : first + BATCH]), on_demand)
    except (ScriptFailed, subprocess.TimeoutExpired):
        rows = batch(firmware, arena, (name,), on_demand)
    outcome, victim = rows[name]
    if outcome[0] == "fault":
        outcome[1]["backtrace"] = compressed(outcome[1]["backtrace"])
    return outcome, victim, rows["alone"][1]


@pytest.mark.parametrize("arena", [*ARENAS, "on demand"])
@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.pc("sockets")) if name.startswith("sockets") else name
                                  for name in SPECIMENS])  # fmt: skip
def test_zoo(firmware, name, arena):
    specimen = SPECIMENS[name]
    outcome, victim, alone = let_out(firmware, ARENAS.get(arena, 300 * 1024), name, arena == "on demand")
    expected = {"64K": specimen.small, "on demand": specimen.on_demand}.get(arena, specimen.expected)
    if firmware.name == "rv32" and expected == ("no memory",) and outcome != ["no memory"]:
        # Where pointers are half as large, an arena holds more: then the same becomes of it as in a larger one.
        expected = specimen.expected if specimen.expected != expected else ("exit", 0)
    if expected[0] == "fault":
        wanted = dict(expected[2] if len(expected) > 2 else RECORDS[name])
        if len(expected) > 2 and not expected[1].startswith("out of memory compiling"):
            wanted["fuel"] += first_calls(specimen.module, 0)
        assert outcome == ["fault", wanted]
        assert outcome[1]["reason"] == expected[1]
    elif expected[0] == "refused":
        assert outcome == ["refused", RECORDS[name]]
        assert outcome[1].endswith(expected[1])
    else:
        assert outcome == list(expected)
    assert victim == alone
    assert victim[0] == "ended"


def test_every_record_belongs_to_a_specimen():
    kept = {name for name, each in SPECIMENS.items() if each.expected[0] in ("fault", "refused") and len(each.expected) == 2}
    assert set(RECORDS) == kept


def test_a_switch_of_300_cases(firmware):
    """Nesting is no attack as such: LLVM makes 300 nested blocks of a switch, and the result is what a native program says."""
    tools = Toolchain(ROOT / "build" / "bench", ROOT / "build" / "src" / "wasm3")
    source = ROOT / "modules" / "zoo" / "switch.c"
    module = tools.module(source, "switch.wasm").read_bytes()
    native = tools.step("switch.native", ["gcc", "-O1", "-DNATIVE", source], [source])
    wanted = int(subprocess.run([native], capture_output=True, text=True, check=True).stdout)
    nesting, got = firmware.script("""
import wasm3
task = wasm3.Instance(wasm["switch"], memory=8192)
while task.resume(1 << 20) == wasm3.PREEMPTED:
    pass
answer([wasm3.imports(wasm["switch"]) and len(wasm["switch"]), task.result()])
""", wasm={"switch": module})
    assert got == wanted
    assert nesting > 5000  # bytes: the cases are there


def record():
    """Writes zoo.toml from what happens now."""
    firmware = Firmware(ROOT / "build" / "unix" / "sovelma")
    lines = ["# What becomes of the zoo's specimens, whole: crash records and refusals. Written by test_zoo.py --record."]
    for name, specimen in SPECIMENS.items():
        outcome, *_ = let_out(firmware, ARENAS["300K"], name)
        if specimen.expected[0] == "refused" and outcome[0] == "refused":
            lines.append(f"{name} = {json.dumps(outcome[1])}")
        elif specimen.expected[0] == "fault" and outcome[0] == "fault" and len(specimen.expected) == 2:
            values = ", ".join(f"{key} = {json.dumps(value)}" for key, value in outcome[1].items())
            lines.append(f"{name} = {{ {values} }}")
        elif specimen.expected[0] != outcome[0] or (outcome[0] == "exit" and list(specimen.expected) != outcome):
            print(f"{name}: {outcome}, expected {list(specimen.expected)}", file=sys.stderr)
    (ROOT / "modules" / "zoo" / "zoo.toml").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    assert sys.argv[1:] == ["--record"], __doc__
    record()
