"""Init expressions with arithmetic and earlier globals: what compilers for LLVM's lime1 write."""

import os
import pathlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from machines import ROOT
from setups import RUN
from wasm_text import wat

CASES = pathlib.Path(os.environ.get("CASES_DIR") or ROOT.parent / "shared" / "cases")

READ = RUN + """
t = wasm3.Instance(wasm["m"], entry=None)
answer([list(t.global_(i)) for i in range(count)])
"""

MASK = {"i32": (1 << 32) - 1, "i64": (1 << 64) - 1}


def values(firmware, text, count):
    """The bits of a module's first globals."""
    return [int(bits) for _, bits in firmware.script(READ, wasm={"m": wat(text)}, count=count)]


def test_arithmetic_wraps_as_the_instructions_do(firmware):
    assert values(firmware, """(module
        (global i32 (i32.add (i32.const 0x7fffffff) (i32.const 1)))
        (global i32 (i32.sub (i32.const 1) (i32.mul (i32.const 3) (i32.const 0x55555556))))
        (global i64 (i64.add (i64.const 1) (i64.sub (i64.const 0) (i64.mul (i64.const 0x100000001) (i64.const 0x100000001)))))
        (global f64 (f64.const -0.5)) (global f32 (f32.const nan:0x200001)))""", 5) == [
        0x80000000, 0xFFFFFFFF, 0xFFFFFFFE00000000, 0xBFE0000000000000, 0x7FA00001]  # fmt: skip


def expressions(kind):
    """(text, value) of an expression that holds 16 values at once at most."""
    constant = st.integers(0, MASK[kind]).map(lambda value: (f"({kind}.const {value})", value))

    def calculate(a, b, operation):
        value = {"add": a[1] + b[1], "sub": a[1] - b[1], "mul": a[1] * b[1]}[operation]
        return f"({kind}.{operation} {a[0]} {b[0]})", value & MASK[kind]

    return st.recursive(constant, lambda inner: st.builds(calculate, inner, inner, st.sampled_from(["add", "sub", "mul"])), max_leaves=15)


@given(st.lists(st.sampled_from(["i32", "i64"]).flatmap(lambda kind: st.tuples(st.just(kind), expressions(kind))), min_size=1, max_size=20))
def test_any_expression(firmware, found):
    text = " ".join(f"(global {kind} {written})" for kind, (written, _) in found)
    assert values(firmware, f"(module {text})", len(found)) == [value for _, (_, value) in found]


def section(number, text):
    contents = bytes.fromhex(text)
    return bytes([number, len(contents)]) + contents


# What wasmtime's text format does not let through: global 1 is global 0 plus 2, global 2 is global 1 twice, data lies 4 before that.
CHAIN = (b"\0asm\1\0\0\0" + section(5, "01 00 01") + section(6, "03 7f00 4128 0b 7f00 2300 4102 6a 0b 7f00 2301 2301 6a 0b")
         + section(11, "01 00 2302 4104 6b 0b 01 63"))  # fmt: skip


def test_earlier_globals_are_read_by_globals_and_offsets(firmware):
    assert firmware.script(RUN + """
t = wasm3.Instance(wasm["m"], entry=None, memory=65536)
answer([[t.global_(i)[1] for i in range(3)], t.read(79, 3)[1], t.read(80, 1)[0]])
""", wasm={"m": CHAIN}) == [[40, 42, 84], 99, 99]


@pytest.mark.parametrize("quota", [0, 30_000])
def test_offsets_of_data_and_elements(firmware, quota):
    module = wat("""(module (memory 1) (data (i32.sub (i32.const 20) (i32.const 4)) "\\07") (table 5 funcref)
        (elem (i32.mul (i32.const 2) (i32.const 2)) $f) (func $f (result i32) (i32.load8_u (i32.const 16)))
        (func (export "_start") (result i32) (call_indirect (result i32) (i32.const 4))))""")
    assert firmware.script(RUN + """
t = wasm3.Instance(wasm["m"], memory=4096, quota=quota)
t.resume(1000000)
answer(t.result())
""", wasm={"m": module}, quota=quota) == 7


@pytest.mark.parametrize("case", ["extended_const_exit_42", "c07_call_indirect_exit_42"])
def test_what_compilers_emitted(firmware, case):
    if not (CASES / f"{case}.wasm").is_file():
        pytest.skip(f"{CASES} has no {case}.wasm; set CASES_DIR")
    assert firmware.script(RUN + """
t = wasm3.Instance(wasm["m"], memory=65536)
while t.resume(1000000) == wasm3.PREEMPTED: pass
answer(t.result())
""", wasm={"m": (CASES / f"{case}.wasm").read_bytes()}) == 42
