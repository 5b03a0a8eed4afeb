"""x86_64 and 32-bit RISC-V do the same: results, traps, backtraces, fuel to the unit, and a hash of all that a task can see.

Each module runs on both machines in slices of several sizes, and each run is held against the same one on the other
machine. System calls are answered by a rule. What the zoo's modules do is held against one set of records on both machines
by test_zoo.py, random programs against one reference by test_fuel.py.
"""

import pathlib
import sys

import pytest
from machines import EmulatedFirmware, Firmware, IMAGE, ROOT
from wasm_text import wat

sys.path.insert(0, str(ROOT / "host_tests" / "bench"))

from toolchain import KERNELS, Toolchain

SLICES = (1 << 30) - 1, 100_003, 997
FUEL_MAX = 3_000_000       # a task that is not over by then is compared as it stands

PLAY = """
import wasm3
def play(module, entry, slice, quota):
    task = wasm3.Instance(module, *entry, memory=65536 * 2, quota=quota)
    calls = 0
    status = task.resume(slice)
    # Slices end where fuel does, whatever their size: what is compared of an endless task is where it stands then.
    while True:
        if status == wasm3.SYSCALL:
            calls = calls * 31 + task.nr() * 7 + task.arg(0) & 0xffffff
            if task.fuel() > maximum:
                break
            status = task.resume(0, calls % 5)
        elif status == wasm3.PREEMPTED:
            if task.fuel() > maximum:
                break
            status = task.resume(slice)
        else:
            break
    over = status in (wasm3.EXITED, wasm3.TRAPPED)
    seen = [status, task.error(), task.backtrace(), calls]
    if over or slice == slices[-1]:
        seen += [task.fuel(), task.state_hash()]
    task.kill()
    return seen
answer({name: [play(wasm[name], entries[name], slice, quota) for slice in slices for quota in (0, 200000)] for name in wasm})
"""

# Made to differ: not-a-numbers looked at as integers, recursion to the limit, growth until it is refused.
MADE_TO_DIFFER = {
    "bits of not-a-numbers": """(module (memory 1) (func (export "run") (local $i i32)
      (i64.store (i32.const 0) (i64.reinterpret_f64 (f64.div (f64.const 0) (f64.const 0))))
      (i32.store (i32.const 8) (i32.reinterpret_f32 (f32.sqrt (f32.const -1))))
      (i64.store (i32.const 16) (i64.reinterpret_f64 (f64.sub (f64.const inf) (f64.const inf))))
      (i32.store (i32.const 24) (i32.reinterpret_f32 (f32.min (f32.const nan:0x200001) (f32.const 1))))
      (i64.store (i32.const 32) (i64.reinterpret_f64 (f64.promote_f32 (f32.const nan:0x200001))))
      (i64.store (i32.const 40) (i64.reinterpret_f64 (f64.trunc (f64.const 0x1.fffffffffffffp+1000))))
      (i32.store (i32.const 48) (i32.reinterpret_f32 (f32.demote_f64 (f64.const 0x1.fffffefffffffp+127))))
      (i64.store (i32.const 56) (i64.reinterpret_f64 (f64.nearest (f64.const -0.5))))))""",
    "recursion to the limit": """(module (memory 1) (func $f (export "run")
      (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1))) (call $f)))""",
    "growth until it is refused": """(module (memory 1) (func (export "run")
      (loop $l (i32.store (i32.const 0) (memory.size)) (br_if $l (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))))""",
}  # fmt: skip


@pytest.fixture(scope="module")
def modules(tmp_path_factory):
    """{name: (module, arguments of wasm3.Instance that name its entry)}."""
    tools = Toolchain(ROOT / "build" / "bench", ROOT / "build" / "src" / "wasm3")
    found = {name: (tools.kernel(name, reduced=True).read_bytes(), ["run"]) for name in KERNELS}
    found |= {path.stem: (path.read_bytes(), []) for path in sorted((ROOT / "build" / "modules").glob("*.wasm"))}
    return found | {name: (wat(text), ["run"]) for name, text in MADE_TO_DIFFER.items()}


@pytest.fixture(scope="module")
def runs(modules):
    """{machine: {module: [what was seen with each slice and quota]}}."""
    if not IMAGE.is_file():
        pytest.skip("NOT TESTED ON RISC-V: apt-get install gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf qemu-system-misc")
    firmware = Firmware(ROOT / "build" / "unix" / "sovelma"), EmulatedFirmware(IMAGE)
    return {machine.name: machine.script(
        PLAY, wasm={name: module for name, (module, _) in modules.items()},
        entries={name: entry for name, (_, entry) in modules.items()}, slices=SLICES, maximum=FUEL_MAX) for machine in firmware}  # fmt: skip


def names():
    demos = sorted(path.name for path in (pathlib.Path(ROOT) / "modules").iterdir() if (path / f"{path.name}.c").is_file())
    return [*KERNELS, *demos, *MADE_TO_DIFFER]


@pytest.mark.parametrize("name", names())
def test_both_machines_do_the_same(runs, name):
    assert runs["rv32"][name] == runs["x86_64"][name]


@pytest.mark.parametrize("name", [*KERNELS, *MADE_TO_DIFFER])
def test_the_size_of_a_slice_changes_nothing(runs, name):
    seen = runs["rv32"][name]
    ended = [run for run in seen if run[0] in (2, 3)]
    assert ended and all(run[0] == ended[0][0] for run in ended)
    for quota in (0, 1):
        of_quota = [run for run in seen[quota::2] if run in ended]
        assert all(run == of_quota[0] for run in of_quota)


def test_what_was_made_to_differ_did_something(runs):
    ends = {name: runs["x86_64"][name][0] for name in MADE_TO_DIFFER}
    assert "stack overflow" in ends["recursion to the limit"][1]
    assert [ends[name][1] for name in ("bits of not-a-numbers", "growth until it is refused")] == [None, None]
