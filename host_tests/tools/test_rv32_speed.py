"""The comparison with unmodified wasm3 on RISC-V measures what it says: right answers, equal counts in every run, a fair rival.

How fast ours is, is a figure of `make bench`; no test depends on it.
"""

import sys

import pytest
from machines import ROOT
from wasm_text import wat

sys.path.insert(0, str(ROOT / "host_tests" / "bench"))

import counted  # noqa: E402
import rv32_speed  # noqa: E402
from check_tail_calls import Checker, read_object  # noqa: E402
from measure_c import WrongAnswer  # noqa: E402
from toolchain import Toolchain  # noqa: E402

OBJDUMP = "riscv64-unknown-elf-objdump"

# Integers and memory; floats; calls through the table.
NAMES = ("sha256", "mandelbrot", "dispatch")

# What keeps a C frame in wasm3 by design, or compiles.
CALLING = {"op_Call", "op_CallIndirect", "op_Compile", "op_Loop"}


@pytest.fixture(scope="module")
def tools():
    if not counted.is_there():
        pytest.skip(f"NOT TESTED ON RISC-V: {counted.MISSING}")
    return Toolchain(ROOT / "build" / "bench", ROOT / "build" / "src" / "wasm3")


def test_counts_are_the_same_in_every_run(tools):
    """And no wrong answer is counted: counts() holds each against the same C program compiled for the PC."""
    first = rv32_speed.counts(tools, NAMES)
    assert rv32_speed.counts(tools, NAMES) == first
    for name, (theirs, ours) in first.items():
        assert min(theirs, ours) > 1_000_000, name
        assert 1 / 8 < ours / theirs < 8, name


def test_counts_grow_with_the_work(tools):
    """What is counted is the run: twice the rounds are twice the instructions, on both sides."""
    modules = [wat(f"""(module (func (export "run") (result i32) (local $i i32) (local $x i32)
      (loop $l
        (local.set $x (i32.add (i32.mul (local.get $x) (i32.const 5)) (local.get $i)))
        (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const {rounds}))))
      (local.get $x)))""") for rounds in (20_000, 40_000)]
    for one, two in (rv32_speed.ours(modules), rv32_speed.wasm3(tools.baseline_rv32(), modules)):
        assert one["insns"] > 200_000
        assert two["insns"] == pytest.approx(2 * one["insns"], rel=0.01)


@pytest.mark.parametrize("side", ["ours", "wasm3"])
def test_a_wrong_answer_ends_the_benchmark(tools, monkeypatch, side):
    right = getattr(rv32_speed, side)
    monkeypatch.setattr(rv32_speed, side, lambda *given: [{**seen, "result": seen["result"] ^ 1} for seen in right(*given)])
    with pytest.raises(WrongAnswer, match="dispatch"):
        rv32_speed.counts(tools, ("dispatch",))


def test_a_module_that_traps_ends_the_benchmark(tools):
    with pytest.raises(WrongAnswer, match="parse"):
        rv32_speed.wasm3(tools.baseline_rv32(), [b"no module"])


def test_the_rival_kept_its_tail_calls(tools):
    """A wasm3 that leaves a frame behind for every instruction would be slower than it is."""
    program = read_object(tools.baseline_rv32(), OBJDUMP)
    count, bad = Checker(program).check()
    assert count > 300 and set(bad) == CALLING, bad
