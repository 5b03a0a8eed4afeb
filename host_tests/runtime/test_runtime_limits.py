"""Modules at the edge of what the runtime takes: large ones work or are refused with a reason, never anything else."""

import pytest
from wasm_text import wat
from setups import RUN


def body(text, more="", types=""):
    return wat(f'(module {types} (memory 1) {more} (func (export "_start") (result i32) {text}))')


def nested(depth):
    return body("block " * depth + "end " * depth + "i32.const 7")


def nested_ifs(depth):
    return body("i32.const 1 if " * depth + "nop " + "end " * depth + "i32.const 7")


def locals_(count, kind):
    return body(f"(local {f'{kind} ' * count}) i32.const 7")


def height(count):
    return body("i32.const 1 " * count + "i32.add " * (count - 1))


def table_of(count):
    targets = " ".join(["0", "1"] * (count // 2))
    return body(f"(block (block (br_table {targets} (i32.const {count // 2}))) (return (i32.const 8))) (i32.const 7)")


def many_functions(count):
    functions = " ".join(f"(func $f{i} (result i32) (i32.const {i}))" for i in range(count))
    return body(f"(call $f{count - 1})", functions)


def constants(count):
    """More than a frame's table holds: the rest become immediates."""
    return body("i32.const 0 " + " ".join(f"i32.const {1000 + i} i32.add" for i in range(count)))


def wide_constants(count):
    return body("i64.const 0 " + " ".join(f"i64.const {2**40 + i} i64.add" for i in range(count)) + " i32.wrap_i64")


def long_body(count):
    return body("(local i32) " + "(local.set 0 (i32.add (local.get 0) (i32.const 1))) " * count + "(local.get 0)")


def parameters(count):
    given = " ".join(f"(i32.const {i})" for i in range(count))
    return body(f"(call $f {given})", f"(func $f (param {'i32 ' * count}) (result i32) (local.get {count - 1}))")


def returned(count):
    values = " ".join(f"(i32.const {i})" for i in range(count))
    return body("(call $f) " + "i32.add " * (count - 1), f"(func $f (result {'i32 ' * count}) {values})")


# name -> (module, value returned or part of the reason it is refused for)
CASES = {
    "1,990 nested blocks": (nested(1990), 7),
    "2,100 nested blocks": (nested(2100), "function 0: blocks are nested deeper than 2000"),
    "1,990 nested ifs": (nested_ifs(1990), 7),
    "30,000 nested blocks": (nested(30000), "function 0: blocks are nested deeper than 2000"),
    "1,900 locals": (locals_(1900, "i32"), 7),
    "1,056 wide locals": (locals_(1056, "i64"), 7),
    "2,001 locals": (locals_(2001, "i32"), "function 0: too many locals: 2001 with parameters"),
    "50,000 locals": (locals_(50000, "i64"), "function 0: too many locals: 50000 with parameters"),
    "operands 1,900 high": (height(1900), 1900),
    "operands 2,001 high": (height(2001), "function 0: too many operands"),
    "br_table of 4,000": (table_of(4000), 8),
    "500 functions": (many_functions(500), 499),
    "63 constants": (constants(62), sum(range(1000, 1062))),
    "64 constants": (constants(63), sum(range(1000, 1063))),
    "65 constants": (constants(64), sum(range(1000, 1064))),
    "300 constants": (constants(300), sum(range(1000, 1300))),
    "33 wide constants": (wide_constants(33), sum(range(33))),
    "100 wide constants": (wide_constants(100), sum(range(100))),
    "a body of 20 KB": (long_body(2900), 2900),
    "100 parameters": (parameters(100), 99),
    "100 results": (returned(100), sum(range(100))),
    "a table of 10,000": (body("i32.const 7", "(table 10000 funcref)"), 7),
    "a table of 2^32-1": (body("i32.const 7", "(table 4294967295 funcref)"), "a table of 4294967295 elements, at most 100000 are supported"),
    "a memory of 65,536 pages": (wat('(module (memory 65536) (func (export "_start")))'), "quota or arena exhausted"),
    "2,000 functions": (many_functions(2000), "quota or arena exhausted"),
    "an endless start function": (wat('(module (func $f (loop (br 0))) (start $f) (func (export "_start")))'), "preempted"),
}


@pytest.mark.parametrize("name", CASES)
def test_large_modules_work_or_are_refused(firmware, name):
    module, expected = CASES[name]
    if firmware.name == "rv32" and name == "2,000 functions":
        expected = 1999         # their code is half as large there
    got = firmware.script(RUN + """
before = wasm3._arena_check(), wasm3.arena()
def value(slice):
    try:
        t = wasm3.Instance(wasm["m"], stack=32768, memory=0 if full else 1024)
    except (ValueError, MemoryError) as error:
        return str(error)
    status = t.resume(slice)
    for i in range(2**20 // slice):
        if status != wasm3.PREEMPTED: break
        status = t.resume(slice)
    seen = t.error() or (t.result() if status == wasm3.EXITED else "preempted")
    t.kill()
    return seen
answer([value(2**20), value(13), (wasm3._arena_check(), wasm3.arena()) == before])
""", wasm={"m": module}, full="65,536" in name)
    assert got[0] == expected or (isinstance(expected, str) and expected in str(got[0]))
    assert got[1] == got[0] and got[2]


def test_a_module_is_refused_at_every_length(firmware):
    """Cut off anywhere, a module is no module, unless it ends between two sections."""
    module = many_functions(20)
    got = firmware.script(RUN + """
m = wasm["m"]
before = wasm3._arena_check(), wasm3.arena()
made = 0
for n in range(len(m)):
    reason = refused(m[:n], entry=None, memory=1024)
    made += reason is None
answer([made, (wasm3._arena_check(), wasm3.arena()) == before, wasm3.arena()[3]])
""", wasm={"m": module})
    assert got[0] <= 8  # sections of this module


def test_addresses_and_indices_from_python_do_not_wrap(firmware):
    module = wat('(module (memory 1) (global i32 (i32.const 1)) (func (export "_start")))')
    got = firmware.script(RUN + """
t = wasm3.Instance(wasm["m"])
run(t)
b = bytearray(4)
answer([raises(t.read, 2**32, 1), raises(t.readinto, 2**32 + 8, b), raises(t.write, -2**32, b), raises(t.match, 2**40, 1, b),
        raises(t.start, 2**32), raises(t.global_, 2**32), raises(t.global_, -2**32), raises(t.read, 1.5, 1), raises(t.start, None)])
""", wasm={"m": module})
    assert [error and error[0] for error in got] == ["ValueError"] * 7 + ["TypeError"] * 2, got
