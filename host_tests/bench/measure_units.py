"""What a unit of fuel stands for: instructions of RV32 that each wasm instruction takes, against the units that it is charged.

An instruction is measured in a loop of many, with operands that make it work, and an i32.add in its place subtracted: what is
left are instructions of a library, if it has one. Divided by what a unit of integer code takes, it is held against the
table in docs/RUNTIME.md.
"""

import sys

from counted import MISSING, is_there, script
from report import Result, say
from toolchain import ROOT

sys.path.insert(0, str(ROOT / "host_tests" / "lib"))
from reference import MORE_FUEL
from wasm_text import wat

COPIES, TURNS = 64, 50
UNIT = 5.5  # instructions of RV32 for each unit of the benchmarks' integer kernels

# Operands: ordinary, far apart, close together.
OPERANDS = {
    "i32": ((12345678, 7), (2147483647, 3), (5, 99)),
    "i64": ((123456789012345, 7), (0x7FFFFFFFFFFFFFFF, 12345678901), (5, 99)),
    "f32": ((1234.56, 0.789), (3.0e9, 1.7e-3), (2.5, 1.1)),
    "f64": ((1234.56, 0.789), (3.0e9, 1.7e-3), (2.5, 1.1)),
}
SMALL = ((1234.56, 0.0), (3.0, 0.0), (77.5, 0.0))  # fit an i32

RUN = """
out = {}
for name in wasm:
    task = wasm3.Instance(wasm[name], "run", stack=4096)
    start = qemu.nanoseconds()
    task.resume(2**30 - 1)
    out[name] = since(start)
    assert not task.error(), name
    task.kill()
    gc.collect()
answer(out)
"""


def operands(name):
    """Kinds of what an instruction of the table takes."""
    kind, _, rest = name.partition(".")
    source = next((other for other in OPERANDS if f"_{other}" in rest), None)
    if source:
        return [source]
    return [kind] if rest in ("ceil", "floor", "trunc", "nearest", "sqrt", "clz", "ctz", "popcnt") else [kind, kind]


def module(name, which):
    """A loop that does the instruction many times; a name of None: an empty one."""
    kinds = operands(name) if name else []
    values = SMALL[which] if name and name[0] == "i" and "trunc" in name else OPERANDS[kinds[0]][which] if name else ()
    once = " ".join(f"local.get {i}" for i in range(len(kinds))) + f" {name} drop "
    return wat(f"""(module (func (export "run") (local {" ".join(kinds)}) (local $n i32)
        {" ".join(f"({kind}.const {values[i]}) (local.set {i})" for i, kind in enumerate(kinds))} (local.set $n (i32.const {TURNS}))
        (loop {once * COPIES if name else ""} (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))""")


def measure(tools):
    """The row rv32_unit_worst: by how much the furthest instruction is from its charge."""
    if not is_there():
        say(f"units: skipped: {MISSING}")
        return []
    names = ["i32.add", *MORE_FUEL]
    modules = {f"{name} {which}": module(name, which) for name in names for which in range(3)} | {"none": module(None, 0)}
    took, keys = {}, list(modules)
    for first in range(0, len(keys), 60):
        took |= script(RUN, wasm={key: modules[key] for key in keys[first : first + 60]})
    took = {name: max(took[f"{name} {which}"] - took["none"] for which in range(3)) / COPIES / TURNS for name in names}
    say(f"{'instruction':<22} {'insns':>7} {'units':>7} {'charged':>8}")
    ratios = {}
    for name, more in MORE_FUEL.items():
        spare = (2 - len(operands(name))) * UNIT  # an operand less than an addition has
        units = (took[name] + spare - took["i32.add"]) / UNIT + 1
        ratios[name] = units / (more + 1)
        say(f"{name:<22} {took[name]:7.1f} {units:7.1f} {more + 1:8}")
    worst = max(ratios, key=lambda name: max(ratios[name], 1 / ratios[name]))
    return [Result("rv32_unit_worst", max(ratios[worst], 1 / ratios[worst]), "ratio", f"{worst}: units it takes, or is charged, for one of the other")]
