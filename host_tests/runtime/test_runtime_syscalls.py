"""What the runtime does with a host call before the kernel sees it: every argument is held against the ABI.

Walks all calls of firmware/abi.toml, so that a new call is covered the day it is added.
"""

import tomllib

from wasm_text import wat
from first_calls import first_calls
from setups import RUN
from abi_definition import NUMBERS, wasm_arguments, wasm_types
from machines import ROOT

ABI = tomllib.loads((ROOT / "firmware" / "abi.toml").read_text())
CALLS = {call["name"]: call for call in ABI["call"]}
ERRORS = {error["name"]: error["code"] for error in ABI["error"]}
# Answered inside the runtime.
IN_RUNTIME = {"sp_exit", "sp_memory_bytes"}
MEMORY = 65536


def good(kind, argument):
    """A value of that kind which the ABI admits."""
    return {"pointer": 16, "length": 8, "cap": 257, "int": argument.get("min", 0), "timeout": 0}.get(kind, 0)


def caller(name, arguments):
    """A module that makes one call and returns its answer."""
    types = wasm_types(name)
    parameters = "".join(" " + t for t in types)
    result = {"none": "", "cap": "(result i32)"}.get(CALLS[name]["result"], f"(result {CALLS[name]['result']})")
    constants = " ".join(f"({t}.const {value})" for t, value in zip(types, arguments))
    return wat(f"""(module (import "sovelma" "{name}" (func $call (param{parameters}) {result})) (memory 1)
      (func (export "_start") {result} (call $call {constants})))""")


def cases():
    """(label, call, arguments, expected): expected is ("kernel", arguments seen), ("answer", code) or ("fault",)."""
    for name, call in CALLS.items():
        kinds = list(wasm_arguments(call))
        usual = [good(kind, argument) for kind, argument in kinds]
        if name not in IN_RUNTIME:
            yield "usual", name, usual, ("kernel", usual)
        for i, (kind, argument) in enumerate(kinds):

            def put(value, length=None):
                changed = list(usual)
                changed[i] = value
                if length is not None:
                    changed[i + 1] = length
                return changed

            if kind == "pointer":
                maximum = argument["max"]
                for pointer, length in ((MEMORY, 1), (MEMORY - 7, 8), (-1, 1), (-1, -1), (-8, 16), (0, -1), (16, -8), (MEMORY + 1, 0), (-1, 0)):
                    yield "wild", name, put(pointer, length), ("fault",)
                seen = put(0, 0)
                yield "empty at the end", name, put(MEMORY, 0), ("kernel", seen)
                yield "exactly most", name, put(16, maximum), ("kernel", put(16, maximum))
                short = argument.get("over") == "short"
                yield "over most", name, put(16, maximum + 1), ("kernel", put(16, maximum)) if short else ("answer", ERRORS["TOOBIG"])
            elif kind == "cap":
                for value in (0, -1, -(2**31), 2**30, 2**31 - 1):
                    yield "no capability", name, put(value), ("kernel", put(0))
                yield "last capability", name, put(2**30 - 1), ("kernel", put(2**30 - 1))
            elif kind in ("int", "timeout"):
                minimum, maximum = (argument["min"], argument["max"]) if kind == "int" else (-1, 2**29 - 1)
                for value in (minimum, maximum):
                    yield "in range", name, put(value), ("kernel", put(value))
                for value in {minimum - 1, maximum + 1, 2**31 - 1, -(2**31)}:
                    if -(2**31) <= value < 2**31 and not minimum <= value <= maximum:
                        yield "out of range", name, put(value), ("answer", ERRORS["INVAL"])
            elif kind == "flags":
                mask = argument["mask"]
                yield "all flags", name, put(mask), ("kernel", put(mask))
                for value in (mask + 1, -1, -(2**31), 2**30):
                    yield "unknown flags", name, put(value), ("answer", ERRORS["INVAL"])


def test_every_argument_of_every_call_is_checked(firmware):
    modules, expected = {}, {}
    for number, (label, name, arguments, outcome) in enumerate(cases()):
        key = f"{number} {name} {label} {arguments}"
        modules[key] = caller(name, arguments)
        expected[key] = {
            "kernel": lambda: ["kernel", NUMBERS[name], list(outcome[1]), -77],
            "answer": lambda: ["answer", outcome[1]],
            "fault": lambda: ["fault", f"pointer outside memory in {name}"],
        }[outcome[0]]()
    got = firmware.script(RUN + """
out = {}
for name, module in wasm.items():
    t = wasm3.Instance(module)
    status = run(t)
    if status == wasm3.SYSCALL:
        seen = [t.arg(i) for i in range(count[name])]
        beyond = t.arg(99)
        n = t.nr()
        run(t, 100000, -77)
        out[name] = ["kernel", n, seen, t.result()]
    elif status == wasm3.EXITED:
        out[name] = ["answer", t.result()]
    else:
        out[name] = ["fault", t.error()]
    assert t.syscalls() == 1
    t.kill()
answer(out)
""", wasm=modules, count={key: len(value[2]) if value[0] == "kernel" else 0 for key, value in expected.items()})
    wrong = {key: (value, expected[key]) for key, value in got.items() if value != expected[key]}
    assert not wrong and len(got) > 100


def test_refused_calls_cost_what_the_abi_says(firmware):
    """A refusal is not free, what may be copied is charged per 16 bytes begun, and a path for each of its slashes."""
    text = "a/b//c" + "/" * 249
    cases = {
        "sp_sleep": [([-1], 0), ([5], 0)],
        "sp_log": [([1, 16, 0], 0), ([1, 16, 1], 1), ([1, 16, 16], 1), ([1, 16, 17], 2), ([1, 16, 256], 16), ([1, 16, 4000], 16), ([9, 16, 99], 0)],
        "sp_fs_open": [([257, 16, 255, 1], 16), ([257, 16, 1, 1], 1), ([257, 16, 4, 1], 1), ([257, 16, 256, 1], 0), ([257, MEMORY, 1, 1], 0)],
    }
    modules, expected = {}, {}
    for name, runs in cases.items():
        for arguments, units in runs:
            key = f"{name} {arguments}"
            modules[key] = caller(name, arguments)
            # The entry's block: its constants, the call, the end; and 4 bytes of its frame for each constant.
            entry = len(arguments) + 2 + len(arguments) * 4 // 16 + first_calls(modules[key], 0)
            expected[key] = entry + CALLS[name]["fuel"] + CALLS[name].get("fuel_per_16_bytes", 0) * units
            if units:
                expected[key] += CALLS[name].get("fuel_per_slash", 0) * text[:arguments[2]].count("/")
    got = firmware.script(RUN + """
out = {}
for name, module in wasm.items():
    t = wasm3.Instance(module)
    t.write(16, text.encode())
    run(t)
    if t.nr() >= 0: run(t)
    out[name] = t.fuel()
    t.kill()
answer(out)
""", wasm=modules, text=text)
    assert got == expected


def test_a_call_that_is_tried_again_is_charged_again(firmware):
    """Its fixed charge, as a debt that has a bound; a task that is in no call owes nothing."""
    got = firmware.script(RUN + """
t = wasm3.Instance(wasm["m"])
t.again()
out = [t.fuel()]
run(t)
before = t.fuel()
t.bill()
t.again()
out += [t.fuel() - before, t.bill()]
for _ in range(600000):
    t.again()
out += [t.fuel() - before, t.resume(1, 5), t.resume((1 << 30) - 1), t.resume((1 << 30) - 1), t.result()]
answer(out)
""", wasm={"m": caller("sp_net_recv", [257, 16, 8, -1])})
    charge = CALLS["sp_net_recv"]["fuel"]
    assert charge * 600000 > 2**30
    assert got == [0, charge, charge, charge * 600001, 0, 0, 2, 5]


def test_memory_bytes_tells_the_truth(firmware):
    module = wat("""(module (import "sovelma" "sp_memory_bytes" (func $bytes (result i32)))
      (memory 1 2) (func (export "_start") (result i32) (call $bytes))
      (func (export "grown") (result i32) (drop (memory.grow (i32.const 1))) (call $bytes)))""")
    got = firmware.script(RUN + """
out = []
for memory in (64, 1000, 65536, 140000):
    t = wasm3.Instance(wasm["m"], memory=memory)
    run(t)
    out.append(t.result())
    t.start(2); run(t)
    out.append([t.result(), t.memory()])
    t.kill()
answer(out)
""", wasm={"m": module})
    assert got == [64, [64, 64], 1000, [1000, 1000], 65536, [65536, 65536], 131072, [131072, 131072]]


def test_answers_reach_the_guest_whole(firmware):
    """32-bit answers as they are, 64-bit ones too: beyond a small int and negative."""
    module = wat("""(module (import "sovelma" "sp_time" (func $time (param i32) (result i64)))
      (import "sovelma" "sp_yield" (func $yield (result i32)))
      (func (export "_start") (result i64 i32 i64) (call $time (i32.const 0)) (call $yield) (call $time (i32.const 1))))""")
    got = firmware.script(RUN + """
t = wasm3.Instance(wasm["m"])
status = [t.resume(100000), t.resume(0, 0x7edcba9876543210), t.resume(100000, -20), t.resume(10000, -1)]
answer([status, t.results(), t.result()])
""", wasm={"m": module})
    assert got == [[1, 1, 1, 2], [["I", 0x7EDCBA9876543210], ["i", 2**32 - 20], ["I", 2**64 - 1]], 0x7EDCBA9876543210]


def test_a_call_through_the_table_reaches_the_kernel(firmware):
    """Imports may be table elements: the same checks, the same answers, the same fuel as called directly."""
    template = """(module (import "sovelma" "sp_sleep" (func $sleep (param i32) (result i32)))
      (table 1 funcref) (elem (i32.const 0) $sleep)
      (func (export "_start") (result i32) {call}))"""
    direct = wat(template.format(call="(call $sleep (i32.const 3)) (i32.const 0) (drop)"))
    table = wat(template.format(call="(call_indirect (param i32) (result i32) (i32.const 3) (i32.const 0)) nop"))
    got = firmware.script(RUN + """
out = []
for name in ("direct", "table"):
    for slice in (1, 100000):
        t = wasm3.Instance(wasm[name])
        while t.resume(slice) == wasm3.PREEMPTED: pass
        seen = [t.nr(), t.arg(0), t.backtrace()[0]]
        run(t, slice, 42)
        out.append([seen, t.result(), t.fuel()])
answer(out)
""", wasm={"direct": direct, "table": table})
    seen = [NUMBERS["sp_sleep"], 3, [0, "sp_sleep"]]
    fuel = [5 + CALLS["sp_sleep"]["fuel"] + first_calls(module, 0) for module in (direct, direct, table, table)]
    assert got == [[seen, 42, each] for each in fuel]
