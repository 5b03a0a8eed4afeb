"""Where the stack at hand is small, deep nesting is compiled on one borrowed from the arena, with the same results.

The board does that with a task of FreeRTOS (port_esp32.c). Here the runtime is built with a port of the same contract
whose helpers are threads (c/port_threads.c), and compared with the usual one, on modules whose nesting needs it and not.
"""

import os
import pathlib
import subprocess
import sys

import pytest
from machines import ROOT
from wasm_text import wat

sys.path.insert(0, str(ROOT / "host_tests" / "bench"))

from toolchain import RUNTIME, Toolchain  # noqa: E402

DRIVER = ROOT / "host_tests" / "c" / "run_module.c"
PORT = ROOT / "host_tests" / "c" / "port_threads.c"
ARENA = 2_000_000

SHALLOW, DEEP, TOO_DEEP = 20, 400, 1990


def nested(depth, functions=3):
    """Functions that nest `depth` blocks and leave them at different depths."""
    parts = []
    for i in range(functions):
        inside = f"(br_if {depth // 2} (local.get 0)) (br_if {depth - 1} (i32.eqz (local.get 0))) "
        body = "block " * depth + inside + "end (local.set 0 (i32.add (local.get 0) (i32.const 3))) " * depth
        parts.append(f'(func (export "f{i}") (param i32) (result i32) {body} (local.get 0))')
    return wat(f"(module (memory 0) {' '.join(parts)})")


@pytest.fixture(scope="module")
def programs():
    """(the driver on a small stack, the usual one)."""
    wasm3 = pathlib.Path(os.environ.get("WASM3_DIR") or ROOT / "build" / "src" / "wasm3")
    tools = Toolchain(ROOT / "build" / "borrowed", wasm3)
    headers = [*RUNTIME.rglob("*.[ch]"), *wasm3.glob("*.[ch]")]
    flags = ["-g", "-O1", "-fno-strict-aliasing", "-foptimize-sibling-calls", "-fomit-frame-pointer", "-fno-stack-protector", "-w",
             f"-DSOV_ARENA_BYTES={ARENA}u", f"-I{RUNTIME}", f"-I{wasm3}"]  # fmt: skip
    usual = [path for path in sorted(RUNTIME.rglob("*.c")) if '#include "py/' not in path.read_text()]
    small = [path for path in usual if path.name != "port_unix.c"] + [PORT]
    return [tools.step(name, ["gcc", *flags, DRIVER, *sources, "-lm", "-lpthread"], [DRIVER, PORT, *headers])
            for name, sources in (("small", small), ("usual", usual))]  # fmt: skip


def play(program, quota, file):
    """(what the driver says of a module, how often a stack was borrowed)."""
    done = subprocess.run([program, "1000", str(quota), file], capture_output=True, text=True)
    assert done.returncode == 0, (done.returncode, done.stdout, done.stderr)
    return done.stdout, int(done.stderr.split()[1]) if done.stderr else 0


@pytest.mark.parametrize("quota", [0, 600_000, 600_001])
def test_the_same_on_a_borrowed_stack(programs, tmp_path, quota):
    small, usual = programs
    for depth in (SHALLOW, DEEP):
        file = tmp_path / f"{depth}.wasm"
        file.write_bytes(nested(depth))
        expected, _ = play(usual, quota, file)
        assert " refused" not in expected and " ended 10 faulted 0 " in expected
        got, borrowed = play(small, quota, file)
        assert got == expected
        assert borrowed == (3 if depth == DEEP else 0)  # once for each function


def test_what_cannot_be_borrowed_is_refused(programs, tmp_path):
    """At creation, with the reason; the arena is as it was (the driver looks)."""
    small, usual = programs
    file = tmp_path / "deep.wasm"
    file.write_bytes(nested(TOO_DEEP, 1))
    assert " refused" not in play(usual, 0, file)[0]
    for quota in (0, 1_200_000):
        said, borrowed = play(small, quota, file)
        assert f"refused: blocks are nested {TOO_DEEP} deep: compiling them takes " in said or quota == 0, said
        assert borrowed == 0 or quota == 0


def test_memory_that_runs_out_on_a_borrowed_stack(programs, tmp_path):
    """A compilation that fails there comes back and ends its task alone; a little more room, and it goes on."""
    small, usual = programs
    file = tmp_path / "deep.wasm"
    file.write_bytes(nested(DEEP))
    seen = set()
    for quota in range(4_000, 300_000, 7_000):
        got, borrowed = play(small, quota, file)
        assert got == play(usual, quota, file)[0]
        seen.add((" refused" in got, borrowed > 0, " faulted 0 " in got))
    assert {(False, True, False), (False, True, True)} <= seen, seen
