"""Fuel (docs/RUNTIME.md): the total follows one rule and does not depend on how a run is sliced.

Random programs run on the firmware in different slices and in the reference interpreter: results, traps, globals,
memory and fuel must be the same everywhere. FUEL_SEEDS=from:to runs other programs than the usual ones.
"""

import os

import pytest
from wasm_text import wat
from first_calls import entries, first_calls
from hypothesis import given, settings
from hypothesis import strategies as st
from random_programs import BUDGET, GLOBALS, MEMORY_BYTES, Program
from reference import MORE_FUEL, Function, Machine, TooLong
from setups import RUN

PROGRAMS = 1000
BATCH = 100  # programs for each process of the firmware
MAX_STEPS = 20_000
MAX_SLICE = 2**30 - 1

# Plays each module with each slicing, a list of slices used in turn, all functions compiled before or each when it is
# called; answers what can be seen of each run.
PLAY = RUN + """
import binascii
def play(module, slices, quota):
    t = wasm3.Instance(module, stack=16384, memory=memory, quota=quota)
    status, i = wasm3.PREEMPTED, 0
    resumes = 0
    while status == wasm3.PREEMPTED:
        status = t.resume(slices[i % len(slices)])
        i += 1
    seen = [t.results(), t.error(), t.fuel(), [t.global_(g)[1] for g in range(globals_)],
        str(binascii.hexlify(t.read(0, t.memory())), "utf8"), t.state_hash(), t.backtrace()]
    t.kill()
    return seen
answer([[name, [play(module, slices, quota) for slices, quota in slicings]] for name, module in wasm.items()])
"""


ON_DEMAND = 200_000  # bytes, enough for any of the programs


def play(firmware, modules, slicings):
    """{name: [what is seen of the run with each slicing]}. slicings: pairs of slices and quota."""
    return dict(firmware.script(PLAY, wasm=modules, slicings=slicings, memory=MEMORY_BYTES, globals_=len(GLOBALS)))


def reference(program):
    """(results, trap, fuel, globals, memory as hexadecimal), or None where the program takes too long."""
    sizes = entries(wat(program.wat()))
    functions = [Function(*kinds, writer.locals, [*writer.code, ("end",)], size)
                 for kinds, writer, size in zip(program.types, program.functions, sizes, strict=True)]  # fmt: skip
    machine = Machine(functions, program.table, [BUDGET] + [0] * (len(GLOBALS) - 1), MEMORY_BYTES, MAX_STEPS,
                      program.data, program.elements)  # fmt: skip
    try:
        machine.run()
    except (TooLong, RecursionError):
        return None
    letters = {"i32": "i", "i64": "I", "f32": "f", "f64": "F"}
    results = [[letters[kind], bits] for kind, bits in zip(program.types[0][1], machine.results)]
    return [results, machine.trap, machine.fuel, machine.globals, machine.memory.hex()]


def usual_seeds(firmware):
    first, _, last = os.environ.get("FUEL_SEEDS", f"0:{firmware.share(PROGRAMS)}").partition(":")
    return range(int(first), int(last))


def test_random_programs_match_the_reference(firmware):
    """Everything that can be observed of a run, its fuel to the unit, against the interpreter in reference.py."""
    seeds, traps, fuel = usual_seeds(firmware), set(), 0
    for first in range(seeds.start, seeds.stop, BATCH):
        programs = {str(seed): Program(seed) for seed in range(first, min(first + BATCH, seeds.stop))}
        expected = {name: reference(program) for name, program in programs.items()}
        modules = {name: wat(program.wat()) for name, program in programs.items() if expected[name]}
        for name, runs in play(firmware, modules, [([MAX_SLICE], 0), ([1], 0), ([1], ON_DEMAND)]).items():
            assert runs[0][:5] == expected[name], f"seed {name}"
            assert runs[1] == runs[0], f"seed {name}, suspended after every block"
            assert runs[2] == runs[0], f"seed {name}, compiled on demand"
            traps.add(runs[0][1])
            fuel += runs[0][2]
    assert fuel > 30 * len(seeds) and len(traps) >= 4  # the programs do something, and fault in several ways


# The rule by hand: body of the entry, with what comes before it, and what it costs.
BY_HAND = {
    "nothing but the end": ("", "", 1),
    "instructions": ("", "nop i32.const 1 drop", 4),
    "a block that nothing leaves early": ("", "block nop end nop", 5),
    "a jump does not pay for the end it passes": ("", "block br 0 end", 3),
    "dead code costs nothing": ("", "block br 0 nop nop nop end", 3),
    "if taken, without else": ("", "i32.const 1 if nop end", 5),
    "if not taken, without else": ("", "i32.const 0 if nop end", 3),
    "if taken: the else is paid, the end is not": ("", "i32.const 1 if nop else nop nop nop end", 5),
    "else taken: the end is paid": ("", "i32.const 0 if nop else nop nop nop end", 7),
    "a skipped if with results pays its end": ("", "i32.const 5 i32.const 0 if (param i32) (result i32) nop end drop", 6),
    "a loop of three turns": ("(local i32)", "i32.const 3 local.set 0 loop local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end", 3 + 3 * 5 + 2),
    "br_if not taken begins a block": ("", "block i32.const 0 br_if 0 nop end", 6),
    "br_table": ("", "block block i32.const 1 br_table 0 1 0 end nop end", 5),
    "return": ("", "return nop nop", 1),
    "16 bytes of locals": ("(local i32 i32 i32 i32)", "", 2),
    "15 bytes are none": ("(local i32 i32 i32)", "", 1),
    "alignment counts": ("(local i32 i64)", "", 2),
    "the gap is used": ("(local i32 i64 i32)", "", 2),
    "constants count as often as they are written": ("", "i64.const 1 drop i64.const 1 drop", 6),
    "constants up to 256 bytes": ("", "i64.const 1 drop " * 50, 100 + 1 + 16),
    "a call pays its callee": ("", "call $callee nop", 3 + 2),
    "memory.fill": ("", "i32.const 0 i32.const 0 i32.const 100 memory.fill", 5 + 100 // 16),
    "memory.copy": ("", "i32.const 0 i32.const 0 i32.const 15 memory.copy", 5),
    "memory.init": ("", "i32.const 0 i32.const 0 i32.const 33 memory.init $data", 5 + 33 // 16),
    "dropping costs nothing beside the instruction": ("", "data.drop $data elem.drop $elements", 3),
    "table.init: an element counts as 4 bytes": ("", "i32.const 0 i32.const 0 i32.const 7 table.init $elements", 5 + 7 * 4 // 16),
    "table.copy": ("", "i32.const 1 i32.const 0 i32.const 9 table.copy", 5 + 9 * 4 // 16),
    "a branch in dead code names no block": ("", "block i32.const 0 if unreachable br 1 end i32.const 0 i32.const 0 i32.div_u drop end nop", 10),
    "a branch in live code names one": ("", "block i32.const 0 if br 1 end i32.const 0 i32.const 0 i32.div_u drop end nop", 8),
    "a sum of floats": ("", "f32.const 1 f32.const 1 f32.add f64.const 1 f64.const 1 f64.add drop drop", 9 + 18 + 25 + 24 // 16),
    "a root": ("", "f32.const 1 f32.sqrt drop f64.const 1 f64.sqrt drop", 7 + 54 + 155),
    "a conversion that saturates": ("", "f32.const 1 i32.trunc_sat_f32_s drop", 4 + 24),
    "a division of 64 bits": ("", "i64.const 1 i64.const 1 i64.div_u drop", 5 + 20 + 1),
    "a division of 32 bits": ("", "i32.const 1 i32.const 1 i32.div_u drop", 5),
    "a trap leaves its block paid": ("", "unreachable nop nop", 1),
    "a trap amid a block": ("", "i32.const 0 i32.const 0 i32.div_u drop nop", 6),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_the_rule_by_hand(firmware, name):
    locals, body, cost = BY_HAND[name]
    module = wat(f"""(module (memory 1) (table 10 funcref) (data $data "{'x' * 40}") (elem $elements func {"$callee " * 8}) (func $callee nop) (func (export "_start") {locals} {body}))""")
    got = firmware.script(RUN + """
out = []
for slice in (2**30 - 1, 3, 1):
    for quota in (0, 20000):
        t = wasm3.Instance(wasm["m"], memory=1024, quota=quota)
        run(t, slice)
        first = t.fuel()
        t.start(1); run(t, slice)
        out.append([first, t.fuel() - first])
        t.kill()
answer(out)
""", wasm={"m": module})
    called = (0, 1) if "call " in body else (1,)
    assert got == [[cost + first_calls(module, *called), cost]] * 6


def instructions():
    """{name: (operand kinds, result kind)} of every instruction that computes."""
    for kind in ("i32", "i64"):
        yield f"{kind}.eqz", [kind]
        yield from ((f"{kind}.{name}", [kind]) for name in ("clz", "ctz", "popcnt", "extend8_s", "extend16_s"))
        yield from ((f"{kind}.{name}_{sign}", [kind] * 2) for name in ("lt", "gt", "le", "ge", "div", "rem", "shr") for sign in "su")
        yield from ((f"{kind}.{name}", [kind] * 2) for name in ("eq", "ne", "add", "sub", "mul", "and", "or", "xor", "shl", "rotl", "rotr"))
        for source in ("f32", "f64"):
            for sign in "su":
                yield from ((f"{kind}.trunc{sat}_{source}_{sign}", [source]) for sat in ("", "_sat"))
                yield f"{source}.convert_{kind}_{sign}", [kind]
    for kind in ("f32", "f64"):
        yield from ((f"{kind}.{name}", [kind]) for name in ("abs", "neg", "ceil", "floor", "trunc", "nearest", "sqrt"))
        yield from ((f"{kind}.{name}", [kind] * 2) for name in ("add", "sub", "mul", "div", "min", "max", "copysign", "eq", "ne", "lt", "gt", "le", "ge"))
    yield from (("f64.promote_f32", ["f32"]), ("f32.demote_f64", ["f64"]), ("i32.wrap_i64", ["i64"]), ("i64.extend32_s", ["i64"]),
                ("i64.extend_i32_s", ["i32"]), ("i64.extend_i32_u", ["i32"]), ("i32.reinterpret_f32", ["f32"]),
                ("i64.reinterpret_f64", ["f64"]), ("f32.reinterpret_i32", ["i32"]), ("f64.reinterpret_i64", ["i64"]))  # fmt: skip


def test_what_every_instruction_costs(firmware):
    """One unit and what the table says, each with operands that do not trap."""
    modules = {name: wat(f'(module (func (export "_start") {" ".join(f"{kind}.const 3" for kind in kinds)} {name} drop))') for name, kinds in instructions()}
    got = dict(firmware.script(RUN + """
out = []
for name in wasm:
    t = wasm3.Instance(wasm[name], memory=1024)
    run(t, 2**30 - 1)
    first = t.fuel()
    t.start(0); run(t, 1)
    out.append([name, t.fuel() - first])
    t.kill()
answer(out)
""", wasm=modules))
    constants = {name: sum(int(kind[1:]) // 8 for kind in kinds) // 16 for name, kinds in instructions()}
    assert got == {name: len(kinds) + 3 + MORE_FUEL.get(name, 0) + constants[name] for name, kinds in instructions()}
    assert len(got) == 128 + 8


@pytest.mark.pc("a block of 3.5 million instructions has no room on the emulated board")
def test_the_charge_of_a_block_is_bounded(firmware, tmp_path):
    """So many roots in a row cost more than the counter holds."""
    body = bytes.fromhex("00 44 00 00 00 00 00 00 f0 3f") + b"\x9f" * (1 << 22) + b"\x1a\x0b"
    def number(value):
        return bytes([value & 127 | 128, value >> 7 & 127 | 128, value >> 14 & 127 | 128, value >> 21])
    entry = number(len(body)) + body
    module = b"\0asm\1\0\0\0\1\4\1\x60\0\0\3\2\1\0\7\5\1\1s\0\0\x0a" + number(len(entry) + 1) + b"\1" + entry
    (tmp_path / "roots.wasm").write_bytes(module)
    used = firmware.script("""
import wasm3
wasm3.arena_resize(128 << 20)
with open(path, "rb") as stream:
    t = wasm3.Instance(stream.read(), "s")
used = []
while t.resume(2**30 - 1) == wasm3.PREEMPTED:
    pass
first = t.fuel()
t.start(0)
t.resume(1)
answer([t.fuel() - first, t.debt(), t.error()])
""", path=str(tmp_path / "roots.wasm"))
    assert used == [2**29 - 1 + 2, 2**29, None]  # and `drop` and `end`


def test_a_wide_result_goes_to_where_several_narrow_ones_lie(firmware):
    """wasm3 saved one of them, and the upper half of the wide one overwrote the other."""
    module = wat("""(module (global $g (mut i32) (i32.const 5)) (global $h (mut i32) (i32.const 6))
      (func (export "_start") (result i64 i32 i32)
        (block (result i64 i32 i32) (i64.const 0x700000004) (global.get $g) (global.get $h)))
      (func (export "loop") (param $n i32) (result f64 i32 i32 f64)
        (f64.const 1.5) (global.get $g) (global.get $h) (f64.const -2.5)
        (loop (param f64 i32 i32 f64) (result f64 i32 i32 f64)
          (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))""")
    assert firmware.script(RUN + """
out = []
for quota in (0, 60000):
    t = wasm3.Instance(wasm["m"], quota=quota, stack=1024)
    run(t, 1)
    out.append([[kind, str(bits)] for kind, bits in t.results()])
    t.start(1, 3)
    run(t, 1)
    out.append([[kind, str(bits)] for kind, bits in t.results()])
    t.kill()
answer(out)
""", wasm={"m": module}) == 2 * [[["I", str(0x700000004)], ["i", "5"], ["i", "6"]],
                                 [["F", str(0x3FF8 << 48)], ["i", "5"], ["i", "6"], ["F", str(0xC004 << 48)]]]  # fmt: skip


@pytest.mark.parametrize("leave, left", [(("unreachable",), 4), (("nop",), 2)])
def test_the_reference_takes_a_name_from_live_code_alone(leave, left):
    """After the `if` either one block goes on to the end of the function, or up to the end of the block that the `br` names."""
    code = [("block", [], []), ("i32.const", 0), ("if", [], []), leave, ("br", 1), ("end",), ("nop",), ("end",), ("nop",), ("end",)]
    assert Function([], [], [], code, 0).cost[6] == left


@settings(max_examples=60, derandomize=True)
@given(seed=st.integers(10**6, 10**9), slices=st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_random_slicings_change_nothing(firmware, seed, slices):
    if seed % 60 >= firmware.share(60) * 2:
        return      # on the slower machine a fifth of the examples, each of which starts it anew
    programs = {str(seed + i): Program(seed + i) for i in range(5)}
    modules = {name: wat(program.wat()) for name, program in programs.items() if reference(program)}
    slicings = [([MAX_SLICE], 0), (slices, 0), ([MAX_SLICE, *slices], 0), (slices, ON_DEMAND), ([997], ON_DEMAND)]
    for name, runs in play(firmware, modules, slicings).items():
        assert all(run == runs[0] for run in runs), f"seed {name}"
