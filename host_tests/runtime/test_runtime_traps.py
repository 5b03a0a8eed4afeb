"""Faults of a task: every kind of trap, its text, where it happened, and that it stays inside the task."""

import pytest
from wasm_text import wat
from setups import RUN

BOUNDS = "out of bounds memory access"
ZERO = "integer divide by zero"
OVERFLOW = "integer overflow"
CONVERSION = "invalid conversion to integer"

PREAMBLE = """(module
  (type $v (func)) (type $i (func (result i32)))
  (memory (export "memory") 1)
  (table 4 funcref) (elem (i32.const 0) $empty $number)
  (global $g (mut i32) (i32.const 0))
  (func $empty) (func $number (result i32) i32.const 1)
  (func $id (param i32) (result i32) local.get 0)
  """


def division(width, operator):
    zero = [(f"{width}.{operator} by 0", f"(drop ({width}.{operator} ({width}.const 7) ({width}.const 0)))", ZERO)]
    if operator == "div_s":
        minimum = -(2 ** (int(width[1:]) - 1))
        zero.append((f"{width} overflow", f"(drop ({width}.div_s ({width}.const {minimum}) ({width}.const -1)))", OVERFLOW))
    return zero


def conversions():
    """Each truncation: the value just outside its range, infinity and NaN."""
    outside = {
        ("i32", "s", "f32"): ("2147483648", "-2147483904"), ("i32", "u", "f32"): ("4294967296", "-1"),
        ("i32", "s", "f64"): ("2147483648", "-2147483649"), ("i32", "u", "f64"): ("4294967296", "-1"),
        ("i64", "s", "f32"): ("9223372036854775808", "-9223373136366403584"), ("i64", "u", "f32"): ("18446744073709551616", "-1"),
        ("i64", "s", "f64"): ("9223372036854775808", "-9223372036854777856"), ("i64", "u", "f64"): ("18446744073709551616", "-1"),
    }  # fmt: skip
    for (to, sign, origin), values in outside.items():
        for value in (*values, "inf", "-inf"):
            yield f"{to}.trunc_{origin}_{sign} {value}", f"(drop ({to}.trunc_{origin}_{sign} ({origin}.const {value})))", OVERFLOW
        for value in ("nan", "-nan:0x1"):
            yield f"{to}.trunc_{origin}_{sign} {value}", f"(drop ({to}.trunc_{origin}_{sign} ({origin}.const {value})))", CONVERSION


def accesses():
    """Loads and stores of each width one byte past the end, and with addresses that wrap 32 bits."""
    widths = {"i32.load8_u": 1, "i32.load16_s": 2, "i32.load": 4, "i64.load": 8, "i64.load32_u": 4, "f32.load": 4, "f64.load": 8}
    for name, width in widths.items():
        for address, offset in ((65537 - width, 0), (1, 65536 - width), (-1, 1), (-1, 0xFFFFFFFF), (0, 0xFFFFFFFF), (-8, 8)):
            for how in (f"(i32.const {address})", f"(call $id (i32.const {address}))"):
                text = f"({name} offset={offset} {how})"
                yield f"{text}", f"(drop {text})", BOUNDS
    stores = {"i32.store8": 1, "i32.store16": 2, "i32.store": 4, "i64.store": 8, "i64.store8": 1, "f32.store": 4, "f64.store": 8}
    for name, width in stores.items():
        kind = name[:3]
        for address, offset in ((65537 - width, 0), (1, 65536 - width), (-1, 1), (-1, 0xFFFFFFFF)):
            yield f"{name} {address}+{offset}", f"({name} offset={offset} (i32.const {address}) ({kind}.const 1))", BOUNDS


def bulk():
    for name in ("fill", "copy"):
        for d, s, n in ((65536, 0, 1), (1, 0, 65536), (0, 0, 65537), (-1, 0, 2), (-16, 0, 32), (0, 0, -1), (16, 0, -16), (65537, 0, 0)):
            yield f"memory.{name} {d} {n}", f"(memory.{name} (i32.const {d}) (i32.const {s}) (i32.const {n}))", BOUNDS
    for s, n in ((65536, 1), (-1, 2), (-16, 32), (65537, 0)):
        yield f"memory.copy from {s} {n}", f"(memory.copy (i32.const 0) (i32.const {s}) (i32.const {n}))", BOUNDS


TRAPS = [
    *(case for width in ("i32", "i64") for operator in ("div_s", "div_u", "rem_s", "rem_u") for case in division(width, operator)),
    *conversions(), *accesses(), *bulk(),
    ("unreachable", "unreachable", "unreachable executed"),
    ("call_indirect out of range", "(call_indirect (type $v) (i32.const 4))", "undefined element"),
    ("call_indirect far out of range", "(call_indirect (type $v) (i32.const -1))", "undefined element"),
    ("call_indirect null", "(call_indirect (type $v) (i32.const 2))", "null table element"),
    ("call_indirect of another type", "(call_indirect (type $v) (i32.const 1))", "indirect call type mismatch"),
]  # fmt: skip


def test_every_trap_has_its_text_and_leaves_memory_as_it_was(firmware):
    """Each runs in a module of its own, so that the backtrace names the function."""
    modules, expected = {}, {}
    for number, (name, body, text) in enumerate(TRAPS):
        body += ' (global.set $g (i32.const 1))) (func (export "_start") (call $boom) (global.set $g (i32.const 2))))'
        modules[f"{number} {name}"] = wat(f"{PREAMBLE} (func $boom {body}")
        expected[f"{number} {name}"] = [3, text, "boom", 0, True, True]
    got = firmware.script(RUN + """
out = {}
before = wasm3._arena_check()
empty = bytes(65536)
for name, module in wasm.items():
    t = wasm3.Instance(module)
    status = run(t)
    trace = t.backtrace()
    out[name] = [status, t.error(), trace[0][1], t.global_(0)[1], t.read(0, 65536) == empty, trace[-1][0] == trace[0][0] + 1]
    t.kill()
answer([out, wasm3._arena_check() == before])
""", wasm=modules)
    wrong = {name: values for name, values in got[0].items() if values != expected[name]}
    assert not wrong and len(got[0]) == len(TRAPS) > 150 and got[1]


def test_accesses_up_to_the_end_succeed(firmware):
    """The other side of the bounds: the last byte belongs to the task, and so does an empty copy at the end."""
    body = """
      (i64.store (i32.const 65528) (i64.const -1)) (i32.store8 offset=65535 (i32.const 0) (i32.const 7))
      (drop (f64.load offset=8 (i32.const 65520)))
      (memory.fill (i32.const 65536) (i32.const 1) (i32.const 0)) (memory.copy (i32.const 65536) (i32.const 65536) (i32.const 0))
      (memory.copy (i32.const 65532) (i32.const 65535) (i32.const 1)) (memory.fill (i32.const 0) (i32.const 0x1ff) (i32.const 2))"""
    got = firmware.script(RUN + """
t = wasm3.Instance(wasm["m"])
answer([run(t), t.error(), t.read(65528, 8).hex(), t.read(0, 4).hex()])
""", wasm={"m": wat(PREAMBLE + f'(func (export "_start") {body}))')})
    assert got == [2, None, "ffffffff07ffff07", "ffff0000"]


def test_memory_smaller_than_a_page_is_bounded_to_the_byte(firmware):
    module = wat("""(module (memory (export "memory") 1)
      (func (export "_start"))
      (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
      (func (export "load64") (param i32) (result i64) (i64.load (local.get 0)))
      (func (export "size") (result i32) memory.size)
      (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))""")
    got = firmware.script(RUN + """
out = []
def call(t, *args):
    t.start(*args)
    return t.result() if run(t) == wasm3.EXITED else t.error()
for size in (64, 100, 4096, 65528):
    t = wasm3.Instance(wasm["m"], memory=size)
    run(t)
    n = t.memory()
    out.append([n, call(t, 1, n - 1), call(t, 1, n), call(t, 2, n - 8), call(t, 2, n - 7), call(t, 3), call(t, 4, 1), call(t, 4, 0), call(t, 4, -1), t.memory()])
    t.kill()
answer(out)
""", wasm={"m": module})
    assert got == [[n, 0, BOUNDS, 0, BOUNDS, 1, -1, 1, -1, n] for n in (64, 96, 4096, 65528)]


def test_memory_grows_honestly(firmware):
    module = wat("""(module (memory (export "memory") 1 3) (func (export "_start"))
      (func (export "size") (result i32) memory.size)
      (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
      (func (export "poke") (param i32) (i32.store8 (local.get 0) (i32.const 1))))""")
    unbounded = wat("""(module (memory (export "memory") 0) (func (export "_start"))
      (func (export "size") (result i32) memory.size)
      (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))""")
    got = firmware.script(RUN + """
def call(t, *args):
    t.start(*args)
    return t.result() if run(t) == wasm3.EXITED else t.error()
out = []
t = wasm3.Instance(wasm["m"], memory=200000)    # room for 3 pages
run(t)
out.append([call(t, 3, 65536), call(t, 2, 1), t.memory(), call(t, 3, 131071), call(t, 3, 131072), call(t, 2, 2), call(t, 2, -1),
    call(t, 2, 0x7fffffff), call(t, 2, 1), call(t, 2, 1), call(t, 2, 0), t.memory(), t.read(131072, 65536) == bytes(65536)])
t.kill()
t = wasm3.Instance(wasm["m"], memory=131071)    # room for one page only, although the module may have three
run(t)
out.append([call(t, 2, 1), call(t, 1), t.memory()])
t.kill()
t = wasm3.Instance(wasm["m"])                   # memory=0: the initial pages
run(t)
out.append([call(t, 2, 1), call(t, 1), t.memory()])
t.kill()
t = wasm3.Instance(wasm["u"], memory=65536)
run(t)
out.append([call(t, 1), t.memory(), call(t, 2, 2), call(t, 2, 1), call(t, 2, 65535), call(t, 2, -1), call(t, 1), t.memory()])
t.start(2, 0); a = t.fuel(); run(t); nothing = t.fuel() - a
t.kill()
t = wasm3.Instance(wasm["u"], memory=65536)
run(t); call(t, 2, 0); t.start(2, 1); a = t.fuel(); run(t)
out.append(t.fuel() - a - nothing)
answer(out)
""", wasm={"m": module, "u": unbounded})
    assert got[0] == [BOUNDS, 1, 131072, 0, BOUNDS, -1, -1, -1, 2, -1, 3, 196608, True]
    assert got[1] == got[2] == [-1, 1, 65536]
    assert got[3] == [0, 0, -1, 0, -1, -1, 1, 65536]
    assert got[4] == 65536 // 16  # zeroed bytes are paid for


RECURSION = wat("""(module
  (global $depth (mut i32) (i32.const 0))
  (table 1 funcref) (elem (i32.const 0) $indirect)
  (func (export "_start"))
  (func $direct (export "direct") (global.set $depth (i32.add (global.get $depth) (i32.const 1))) (call $direct))
  (func $indirect (export "indirect") (global.set $depth (i32.add (global.get $depth) (i32.const 1)))
    (call_indirect (i32.const 0)))
  (func $wide (export "wide") (local i64 i64 i64 i64 i64 i64 i64 i64)
    (global.set $depth (i32.add (global.get $depth) (i32.const 1))) (call $wide))
  (func $big (export "big") (param i64 i64 i64 i64 i64 i64) (result i64 i64)
    (call $big (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5))))""")


def test_recursion_is_bounded_by_the_wasm_stack_alone(firmware):
    got = firmware.script(RUN + """
out = {}
for stack in (64, 256, 1024, 4096, 65536, 200000):
    t = wasm3.Instance(wasm["m"], stack=stack)
    run(t)
    depths = []
    for index in (1, 2, 3):
        start = t.global_(0)[1]
        t.start(index)
        depths += [run(t), t.error(), t.global_(0)[1] - start]
    try:
        t.start(4, 1, 2, 3, 4, 5, 6)
        depths += [run(t), t.error()]
    except ValueError as error:
        depths += [3, str(error)]
    depths.append(len(t.backtrace()))
    out[stack] = depths
    t.kill()
answer([out, wasm3._arena_check()[0], wasm3.arena()[3]])
""", wasm={"m": RECURSION})
    depths, intact, regions = got
    assert intact and regions == 0
    for stack, values in depths.items():
        assert values[0::3][:3] == [3, 3, 3] and values[1::3][:3] == ["stack overflow"] * 3, stack
        assert values[9] == 3 and (values[10] == "stack overflow" or stack == "64"), (stack, values)
    # Twice the stack, twice the depth: nothing else bounds it. A frame with 64 more bytes of locals is that much larger.
    assert depths["65536"][2] > 10 * depths["4096"][2] > 100
    direct, wide = depths["65536"][2], depths["65536"][8]
    assert 65536 / wide - 65536 / direct == pytest.approx(64, abs=1)
    assert depths["65536"][11] == 32  # a backtrace is cut


def test_backtraces_name_functions_through_every_kind_of_call(firmware):
    module = wat("""(module
      (import "sovelma" "sp_yield" (func $yield (result i32)))
      (type $t (func (param i32)))
      (table 2 funcref) (elem (i32.const 0) $by_table $leaf)
      (func $leaf (param i32)
        (if (local.get 0) (then (drop (call $yield)) (unreachable))))
      (func $by_table (param i32) (call_indirect (type $t) (local.get 0) (i32.const 1)))
      (func (param i32) (call_indirect (type $t) (local.get 0) (i32.const 0)))
      (func $outer (export "_start") (call 3 (i32.const 1))))""")
    got = firmware.script(RUN + """
out = []
for fuel in (1, 100000):
    t = wasm3.Instance(wasm["m"])
    out.append(t.backtrace())
    while t.resume(fuel) != wasm3.SYSCALL: pass
    out.append(t.backtrace())
    out.append([run(t, fuel), t.backtrace()])
answer(out)
""", wasm={"m": module})
    frames = [[0, "sp_yield"], [1, "leaf"], [2, "by_table"], [3, None], [4, "_start"]]  # names of imports and exports go before the name section
    assert got == [[frames[-1]], frames, [3, frames[1:]]] * 2


def test_backtraces_when_preempted_anywhere(firmware):
    """In slices of 1 a task stops after each charge; every stop has a backtrace and it ends in the entry."""
    module = wat("""(module
      (table 1 funcref) (elem (i32.const 0) $b)
      (func $a (param i32) (result i32) (if (result i32) (local.get 0)
        (then (call_indirect (param i32) (result i32) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0)))
        (else (i32.const 1))))
      (func $b (param i32) (result i32) (loop (result i32) (i32.add (call $a (local.get 0)) (i32.const 1))))
      (func $entry (export "_start") (result i32) (call $a (i32.const 6))))""")
    got = firmware.script(RUN + """
t = wasm3.Instance(wasm["m"])
seen, stops = set(), 0
while t.resume(1) == wasm3.PREEMPTED:
    names = [n for i, n in t.backtrace()]
    stops += 1
    seen.add(",".join(names))
answer([t.result(), stops, sorted(seen, key=len)])
""", wasm={"m": module})
    result, stops, seen = got
    assert result == 7 and stops > 20
    for names in seen:
        frames = names.split(",")
        assert frames[-1] == "_start"
        assert frames[:-1] == ["a" if depth % 2 else "b" for depth in range(len(frames) - 1, 0, -1)]
    assert max(len(names.split(",")) for names in seen) == 14


def test_a_backtrace_shows_the_beginning_of_a_long_name(firmware):
    """A module chooses its names: as long as it likes they would fill the kernel's heap and its console."""
    names = ["a" * 64, "b" * 65, "c" * 63 + "\u00e9" + "d" * 5000, "\u20ac" * 3000]
    functions = "".join(f'(func $"{name}" (param i32) {"unreachable" if last else f"(call {number + 1} (local.get 0))"})'
                        for number, (name, last) in enumerate((name, name == names[-1]) for name in names))  # fmt: skip
    module = wat(f'(module {functions} (func (export "_start") (call 0 (i32.const 1))))')
    got = firmware.script("""
import wasm3
rows = []
for quota in (0, 60000):
    task = wasm3.Instance(wasm["m"], quota=quota)
    while task.resume(1 << 24) == wasm3.PREEMPTED:
        pass
    rows.append([name for index, name in task.backtrace()])
answer(rows)
""", wasm={"m": module})  # fmt: skip
    assert got == [["\u20ac" * 21, "c" * 63, "b" * 64, "a" * 64, "_start"]] * 2
