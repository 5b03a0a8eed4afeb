"""Floating point the same to the bit everywhere: arithmetic makes canonical NaNs, moves change no bit."""

import math
import random
import struct

from wasm_text import wat
from setups import RUN

CANONICAL = {"f32": 0x7FC00000, "f64": 0x7FF8000000000000}
SIGN = {"f32": 1 << 31, "f64": 1 << 63}
INTEGER = {"f32": "i32", "f64": "i64"}
LETTER = {"f32": "f", "f64": "F"}

# Quiet and signalling, both signs, payloads at both ends.
NANS = {
    "f32": [0x7FC00000, 0xFFC00000, 0x7FA00001, 0xFFBFFFFF, 0x7F800001, 0xFFFFFFFF],
    "f64": [0x7FF8000000000000, 0xFFF8000000000000, 0x7FF4000000000001, 0xFFF7FFFFFFFFFFFF, 0x7FF0000000000001, 0xFFFFFFFFFFFFFFFF],
}  # fmt: skip
ONE = {"f32": 0x3F800000, "f64": 0x3FF0000000000000}
INFINITY = {"f32": 0x7F800000, "f64": 0x7FF0000000000000}
FORMAT = {"f32": ("<f", "<I"), "f64": ("<d", "<Q")}

BINARY = ["add", "sub", "mul", "div", "min", "max"]
UNARY = ["sqrt", "ceil", "floor", "trunc", "nearest"]


def bits_of(kind, value):
    as_float, as_integer = FORMAT[kind]
    return struct.unpack(as_integer, struct.pack(as_float, value))[0]


def value_of(kind, bits):
    as_float, as_integer = FORMAT[kind]
    return struct.unpack(as_float, struct.pack(as_integer, bits))[0]


def constant(kind, bits):
    """A constant with exactly these bits: through an integer, so that no tool touches them."""
    return f"({kind}.reinterpret_{INTEGER[kind]} ({INTEGER[kind]}.const {bits}))"


class Module:
    """Collects functions of one module and the bits each must return."""

    def __init__(self):
        self.functions, self.expected = [], {}

    def add(self, label, kind, text, expected, parameters="", locals=""):
        name = f"{len(self.functions)} {label}"
        self.functions.append(f'(func (export "{name}") {parameters} (result {kind}) {locals} {text})')
        self.expected[name] = [LETTER.get(kind, {"i32": "i", "i64": "I"}.get(kind)), expected]

    def check(self, firmware):
        text = "\n".join(self.functions)
        module = wat(f"""(module (memory 1)
          (global $f32 (mut f32) (f32.const 0)) (global $f64 (mut f64) (f64.const 0))
          (func $id_f32 (param f32) (result f32) local.get 0) (func $id_f64 (param f64) (result f64) local.get 0)
          (func $pair_f32 (param f32 f32) (result f32 f32) local.get 1 local.get 0)
          (func $pair_f64 (param f64 f64) (result f64 f64) local.get 1 local.get 0)
          {text})""")
        got = firmware.script(RUN + """
wasm3.arena_resize(16 << 20)
t = wasm3.Instance(wasm["m"], entry=None, stack=4096)
out = {}
for name, kind, index in wasm3.exports(wasm["m"]):
    t.start(index)
    out[str(name, "utf8")] = list(t.results()[0]) if run(t) == wasm3.EXITED else t.error()
answer(out)
""", wasm={"m": module})
        wrong = {name: (value, self.expected[name]) for name, value in got.items() if value != self.expected[name]}
        assert not wrong and len(got) == len(self.functions)


def operands(kind, bits):
    """The same operand as a slot, and as a register: the result of an operation that changes no bit."""
    text = constant(kind, bits)
    return text, f"({kind}.neg ({kind}.neg {text}))", f"(call $id_{kind} {text})"


def test_arithmetic_makes_the_canonical_nan(firmware):
    for kind in ("f32", "f64"):
        module = Module()
        for operation in BINARY:
            for nan in NANS[kind]:
                for a in operands(kind, nan):
                    for b in operands(kind, ONE[kind]):
                        module.add(operation, kind, f"({kind}.{operation} {a} {b})", CANONICAL[kind])
                        module.add(operation, kind, f"({kind}.{operation} {b} {a})", CANONICAL[kind])
                module.add(operation, kind, f"({kind}.{operation} {a} {a})", CANONICAL[kind])
        for operation in UNARY:
            for nan in NANS[kind]:
                for a in operands(kind, nan):
                    module.add(operation, kind, f"({kind}.{operation} {a})", CANONICAL[kind])
        infinity, zero = constant(kind, INFINITY[kind]), constant(kind, 0)
        minus_one = constant(kind, ONE[kind] | SIGN[kind])
        for text in (f"div {zero} {zero}", f"sub {infinity} {infinity}", f"mul {infinity} {zero}", f"div {infinity} {infinity}",
                     f"add {infinity} ({kind}.neg {infinity})", f"sqrt {minus_one}"):  # fmt: skip
            module.add("no number", kind, f"({kind}.{text})", CANONICAL[kind])
        module.check(firmware)


def test_conversion_between_widths_makes_the_canonical_nan(firmware):
    module = Module()
    for nan in NANS["f32"]:
        for a in operands("f32", nan):
            module.add("promote", "f64", f"(f64.promote_f32 {a})", CANONICAL["f64"])
    for nan in NANS["f64"]:
        for a in operands("f64", nan):
            module.add("demote", "f32", f"(f32.demote_f64 {a})", CANONICAL["f32"])
    module.check(firmware)


def test_moves_keep_every_bit(firmware):
    for kind in ("f32", "f64"):
        module, integer, sign = Module(), INTEGER[kind], SIGN[kind]
        zero = constant(kind, 0)
        for nan in NANS[kind]:
            for a in operands(kind, nan):
                module.add("itself", kind, a, nan)
                module.add("reinterpret", integer, f"({integer}.reinterpret_{kind} {a})", nan)
                module.add("neg", kind, f"({kind}.neg {a})", nan ^ sign)
                module.add("abs", kind, f"({kind}.abs {a})", nan & ~sign)
                module.add("copysign", kind, f"({kind}.copysign {a} {zero})", nan & ~sign)
                module.add("copysign", kind, f"({kind}.copysign {zero} {a})", nan & sign)
                module.add("copysign", kind, f"({kind}.copysign {a} ({kind}.neg {a}))", nan ^ sign)
                module.add("local", kind, f"(local.set 0 {a}) (local.get 0)", nan, locals=f"(local {kind})")
                module.add("tee", kind, f"(drop (local.tee 0 {a})) (local.get 0)", nan, locals=f"(local {kind})")
                module.add("preserved", kind, f"(local.set 0 {a}) (local.get 0) (local.set 0 {zero})", nan, locals=f"(local {kind})")
                module.add("global", kind, f"(global.set ${kind} {a}) (global.get ${kind})", nan)
                module.add("memory", kind, f"({kind}.store offset=3 (i32.const 8) {a}) ({kind}.load offset=11 (i32.const 0))", nan)
                module.add("memory", integer, f"({kind}.store (i32.const 9) {a}) ({integer}.load (i32.const 9))", nan)
                module.add("loaded", kind, f"({integer}.store (i32.const 5) ({integer}.reinterpret_{kind} {a})) ({kind}.load (i32.const 5))", nan)
                module.add("computed address", kind, f"""({kind}.store (i32.add (i32.load (i32.const 1000)) (i32.const 16)) {a})
                    ({kind}.load (i32.mul (i32.const 4) (i32.const 4)))""", nan)
                for condition in ("(i32.const 1)", "(i32.eqz (i32.const 0))"):
                    module.add("select", kind, f"(select {a} {zero} {condition})", nan)
                    module.add("select", kind, f"(select {zero} {a} (i32.eqz {condition}))", nan)
                module.add("block", kind, f"(block (result {kind}) (br 0 {a}))", nan)
                module.add("if", kind, f"(if (result {kind}) (i32.const 1) (then {a}) (else {zero}))", nan)
                module.add("br_if", kind, f"(block (result {kind}) (br_if 0 {a} (i32.const 1)) (drop) {zero})", nan)
                module.add("br_table", kind, f"(block (result {kind}) (br_table 0 0 {a} (i32.const 1)))", nan)
                module.add("pair", kind, f"(call $pair_{kind} {zero} {a}) (drop)", nan)
                module.add("return", kind, f"(return {a})", nan)
        module.check(firmware)


def test_constants_arguments_and_results_keep_every_bit(firmware):
    functions, calls = [], []
    for kind in ("f32", "f64"):
        for nan in NANS[kind]:
            payload = nan & (INFINITY[kind] ^ (SIGN[kind] - 1))
            functions.append(f'(func (export "c{len(functions)}") (result {kind}) {kind}.const {"-" if nan & SIGN[kind] else ""}nan:{hex(payload)})')
            calls.append([LETTER[kind], nan])
    echo = '(func (export "echo") (param f32 f64) (result f64 f32) local.get 1 local.get 0)'
    got = firmware.script(RUN + """
t = wasm3.Instance(wasm["m"], entry=None)
out = []
for i in range(n):
    t.start(i); run(t); out.append(t.results()[0])
echoes = []
for a in f32:
    for b in f64:
        t.start(n, a, b); run(t); echoes.append(t.results())
answer([out, echoes])
""", wasm={"m": wat("(module " + " ".join(functions) + echo + ")")}, n=len(functions), **NANS)
    assert got[0] == calls
    assert got[1] == [[["F", b], ["f", a]] for a in NANS["f32"] for b in NANS["f64"]]


def test_numbers_are_rounded_as_ieee_754_says(firmware):
    """Python's doubles are the oracle for f64, its single-precision packing for f32 (exact for + - * / sqrt)."""
    generator = random.Random(754)
    for kind in ("f32", "f64"):
        module = Module()
        specials = [bits_of(kind, value) for value in (0.0, -0.0, 1.0, -1.5, 2.5, 0.1, 3e38)] + [1, SIGN[kind] | 1]
        for _ in range(60):
            bits = [generator.getrandbits(32 if kind == "f32" else 64), generator.choice(specials)]
            generator.shuffle(bits)
            a, b = (value_of(kind, word) for word in bits)
            if any(map(math.isnan, (a, b))) or any(map(math.isinf, (a, b))):
                continue
            for operation, function in (("add", lambda: a + b), ("sub", lambda: a - b), ("mul", lambda: a * b)):
                exact = function()
                try:
                    expected = bits_of(kind, exact)
                except OverflowError:
                    expected = INFINITY[kind] | (SIGN[kind] if exact < 0 else 0)
                module.add(operation, kind, f"({kind}.{operation} {constant(kind, bits[0])} {constant(kind, bits[1])})", expected)
            for operation, function in (("floor", math.floor), ("ceil", math.ceil), ("trunc", math.trunc), ("nearest", round)):
                expected = bits_of(kind, math.copysign(float(function(a)), a))
                module.add(operation, kind, f"({kind}.{operation} {constant(kind, bits[0])})", expected)
            module.add("sqrt", kind, f"({kind}.sqrt {constant(kind, bits[0] & ~SIGN[kind])})", bits_of(kind, math.sqrt(abs(a))))
        assert len(module.functions) > 300
        module.check(firmware)


def test_whole_numbers_at_every_exponent(firmware):
    """The C library of the other machine lost a carry in ceil(0x1.fffffffffffffp+51) and bits in trunc from 2^63 on."""
    generator = random.Random(52)
    for kind, fraction, bias in (("f32", 23, 127), ("f64", 52, 1023)):
        module = Module()
        whole = (1 << fraction) - 1
        for exponent in (*range(-3, fraction + 3), 63, 64, bias):
            point = max(fraction - exponent, 0)       # bits behind it
            fractions = {0, 1, whole, whole - 1, 1 << max(point - 1, 0), (1 << point) - 1, 1 << point, generator.getrandbits(fraction)}
            for word in sorted({(exponent + bias) << fraction | bits & whole for bits in fractions}):
                for bits in (word, word | SIGN[kind]):
                    a = value_of(kind, bits)
                    for operation, function in (("floor", math.floor), ("ceil", math.ceil), ("trunc", math.trunc), ("nearest", round)):
                        expected = bits_of(kind, math.copysign(float(function(a)), a))
                        module.add(operation, kind, f"({kind}.{operation} {constant(kind, bits)})", expected)
        module.check(firmware)
