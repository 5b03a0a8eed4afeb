"""Misuse of every system call, generated from firmware/abi.toml: no wrong argument reaches a handler.

Each case is a module of its own that makes one call and ends with its answer as exit code; all of them run as tasks of
one system, whose handlers are replaced by one that only notes that it was reached. So a call added to the ABI is tested
the day it is added, and a handler that is never reached with wrong arguments need not check them.
"""

import functools

import pytest
from script_files import script
from wasm_text import wat
from abi_definition import ABI, wasm_arguments, wasm_types

CALLS = {call["name"]: call for call in ABI["call"] if not call["in_runtime"]}
ERRORS = {error["name"]: error["code"] for error in ABI["error"]}
KINDS = {kind["name"]: 1 << kind["bit"] for kind in ABI["kind"]}
ANY = sorted(KINDS)
RIGHTS = {right["name"]: 1 << right["bit"] for right in ABI["right"]}
MEMORY = 65536
REACHED = 77            # what the handler answers
FAULT = "pointer outside memory in "
FIRST = 1 << 8 | 1      # the first identifier of a table: slot 1, generation 1
TABLE = 4               # slots of a task's table


def module(name, arguments):
    """A module that makes one call and exits with what it answers."""
    call = CALLS[name]
    types = wasm_types(name)
    parameters = "".join(" " + type for type in types)
    wide = call["result"] == "i64"
    answer = f"(call $call {' '.join(f'({type}.const {value})' for type, value in zip(types, arguments))})"
    return wat(f"""(module (import "sovelma" "sp_exit" (func $exit (param i32)))
      (import "sovelma" "{name}" (func $call (param{parameters}) (result {"i64" if wide else "i32"})))
      (memory (export "memory") 1)
      (func (export "_start") (call $exit {f"(i32.wrap_i64 {answer})" if wide else answer})))""")


def proper(name):
    """Arguments that are right, the capability being the first identifier of the table."""
    values = {"cap": FIRST, "pointer": 16, "length": 1, "flags": 0, "timeout": 0, "any": 0, "time": 0}
    return [values.get(kind, argument.get("min", 0)) for kind, argument in wasm_arguments(CALLS[name])]


def kinds_of(name):
    """The kinds of object that a call takes."""
    kinds = CALLS[name]["needs"]["kinds"]
    return ANY if kinds == ["ANY"] else kinds


def needs(name, kind=None, without=None):
    """[kind, rights] of a capability: the one the call needs, or of another kind, or without one right."""
    need = CALLS[name]["needs"]
    rights = sum(RIGHTS[right] for right in need["rights"] if right != without)
    return [KINDS[kind or kinds_of(name)[0]], rights]


def of_capabilities(name):
    """(misuse, arguments, table, answer). table: [kind, rights, "held", "dropped", "revoked" or "replaced"]."""
    good = proper(name)
    held = [*needs(name), "held"]

    def put(value):
        return [value, *good[1:]]

    yield "no capability", put(0), [held], ERRORS["BADCAP"]
    yield "an error as capability", put(-1), [held], ERRORS["BADCAP"]
    yield "lowest number", put(-(2**31)), [held], ERRORS["BADCAP"]
    yield "slot without generation", put(1), [held], ERRORS["BADCAP"]
    yield "forged: free slot", put(FIRST + 1), [held], ERRORS["BADCAP"]
    yield "forged: next generation", put(FIRST + 256), [held], ERRORS["BADCAP"]
    yield "forged: last generation", put((2**22 - 1) << 8 | 1), [held], ERRORS["BADCAP"]
    yield "forged: bits above", put(FIRST | 1 << 30), [held], ERRORS["BADCAP"]
    yield "forged: slot beyond the table", put(1 << 8 | TABLE + 1), [held], ERRORS["BADCAP"]
    yield "forged: last slot", put(1 << 8 | 255), [held], ERRORS["BADCAP"]
    # The neighbour holds the same in slots 1 to 3; this task in slot 1 alone.
    yield "another task's", put(1 << 8 | 3), [held], ERRORS["BADCAP"]
    yield "stale: dropped", good, [[*held[:2], "dropped"]], ERRORS["REVOKED"]
    yield "stale: revoked by the kernel", good, [[*held[:2], "revoked"]], ERRORS["REVOKED"]
    yield "stale: slot used again", good, [[*held[:2], "replaced"]], ERRORS["REVOKED"]
    for kind in KINDS:
        if kind not in kinds_of(name):
            yield f"wrong kind: {kind}", good, [[KINDS[kind], 255, "held"]], ERRORS["BADCAP"]
    for right in CALLS[name]["needs"]["rights"]:
        yield f"without the right {right}", good, [[*needs(name, without=right), "held"]], ERRORS["DENIED"]
    for kind in kinds_of(name):
        yield f"right kind: {kind}", good, [[*needs(name, kind), "held"]], REACHED


def of_numbers(name):
    """(misuse, arguments, table, answer) for everything that is no capability."""
    good = proper(name)
    table = [[*needs(name), "held"]] if CALLS[name]["needs"]["kinds"] else []

    def put(position, *values):
        return [*good[:position], *values, *good[position + len(values):]]

    yield "nothing wrong", good, table, REACHED
    for position, (kind, argument) in enumerate(wasm_arguments(CALLS[name])):
        what = argument["name"]
        if kind in ("int", "timeout"):
            for value in (argument["min"] - 1, argument["max"] + 1, -(2**31), 2**31 - 1):
                if not argument["min"] <= value <= argument["max"]:
                    yield f"{what} = {value}", put(position, value), table, ERRORS["INVAL"]
            for value in (argument["min"], argument["max"]):
                yield f"{what} = {value}, the edge", put(position, value), table, REACHED
        elif kind == "flags":
            for bit in range(32):
                if not argument["mask"] >> bit & 1:
                    value = 1 << bit if bit < 31 else -(2**31)
                    yield f"{what}: unknown bit {bit}", put(position, value), table, ERRORS["INVAL"]
        elif kind == "pointer":
            for label, address, length in (("just outside", MEMORY - 1, 2), ("far outside", 0x7FFFFFFF, 1), ("in the upper half", -(2**31), 1),
                                           ("wrapping", -1, 2), ("with a length that wraps", 16, -8), ("with a negative length", 16, -1),
                                           ("without memory behind it", MEMORY, 1), ("beyond, of length 0", MEMORY + 1, 0)):  # fmt: skip
                yield f"{what}: pointer {label}", put(position, address, length), table, FAULT + name
            over = ERRORS["TOOBIG"] if argument["over"] == "refuse" else REACHED
            yield f"{what}: too long", put(position, 16, argument["max"] + 1), table, over
            yield f"{what}: of length 0 at the end", put(position, MEMORY, 0), table, REACHED


CASES = {
    f"{name}: {misuse}": (name, arguments, table, answer)
    for name, call in CALLS.items()
    for misuse, arguments, table, answer in [*of_numbers(name), *(of_capabilities(name) if call["needs"]["kinds"] else [])]
}

# What must have been tried of a call that has an argument of that kind, or needs something of its capability.
WAYS = {
    "cap": ["no capability", "forged", "another task's", "stale: dropped", "stale: revoked", "stale: slot used again", "wrong kind"],
    "pointer": ["pointer just outside", "pointer wrapping", "with a length that wraps", "with a negative length", "too long"],
    "flags": ["unknown bit"],
    "int": ["= "], "timeout": ["= "],
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_every_misuse_that_applies_is_tried(name):
    tried = [label for label, (call, _, _, answer) in CASES.items() if call == name and answer != REACHED]
    for kind, argument in wasm_arguments(CALLS[name]):
        whole_range = kind == "int" and (argument["min"], argument["max"]) == (-(2**31), 2**31 - 1)
        for way in [] if whole_range else WAYS.get(kind, []):
            if (way == "too long" and argument["over"] == "short") or (way == "wrong kind" and kinds_of(name) == ANY):
                continue        # is no misuse
            assert any(way in label and (kind == "cap" or argument["name"] in label) for label in tried), (kind, way)
    for right in CALLS[name]["needs"]["rights"]:
        assert any(label.endswith(f"without the right {right}") for label in tried)


RUN = script(__file__, "misuse")


@functools.cache
def results(firmware):
    """{case: [exit code or reason of the fault, how often the handler was reached]}, all run by one process."""
    wasm = {label: module(name, arguments) for label, (name, arguments, _, _) in CASES.items()}
    wasm["idle"] = wat('(module (memory (export "memory") 1) (func (export "_start")))')
    return firmware.script(RUN, wasm=wasm, cases=[[label, case[0], case[2]] for label, case in CASES.items()], size=TABLE)


@pytest.mark.parametrize("label", CASES)
def test_misuse(firmware, label):
    answer = CASES[label][3]
    assert results(firmware)[label] == [answer, int(answer == REACHED)]


# ---------------------------------------------------------------- quotas, with the real handlers

# How to call what can answer QUOTA so that it must: arguments, and a script that makes the table `c` of the task.
EXHAUSTED = {
    "sp_cap_create": {
        "objects": ([32, 0], """
account.objects, account.objects_max = 3, 3
"""),
        "buffers": ([512, 100], """
account.buffers_max = 99
"""),
        "full table": ([32, 0], """
c = Capabilities(1)
c.insert(fs.make("/d", True), 7)
"""),
    },
    "sp_mem_derive": {
        "full table": ([FIRST, 0, 1, 1], """
c = Capabilities(1)
from services import Memory
buffer = Memory("b", 10)
buffer.open()
c.insert(buffer, 7)
"""),
    },
    "sp_fs_open": {
        "full table": ([FIRST, 16, 1, 1], """
c = Capabilities(1)
c.insert(fs.make("/d", True), 7)
fs.make("/d/\\0", False)
"""),
        "directory's limit": ([FIRST, 16, 1, 5], """
c.insert(fs.make("/d", True, 100), 7)
"""),
        "task's storage": ([FIRST, 16, 1, 5], """
c.insert(fs.make("/d", True), 7)
account.limit = 100
"""),
    },
    "sp_fs_write": {
        "directory's limit": ([FIRST, 16, 600, 0], """
fs.make("/d", True, 500)
c.insert(OpenFile(fs.make("/d/f", False), False), 2)
"""),
        "task's storage": ([FIRST, 16, 600, 0], """
file = fs.make("/f", False)
account.limit = 500
file.open(True, account)
c.insert(OpenFile(file, False), 2)
"""),
    },
    "sp_cap_derive": {
        "full table": ([FIRST, 1], """
c = Capabilities(1)
c.insert(fs.make("/d", True), 7)
"""),
    },
    "sp_net_connect": {
        "full table": ([FIRST, 16, 9, 9, 0, 0], """
c = Capabilities(1)
c.insert(Network(policy), 0)
"""),
        "sockets": ([FIRST, 16, 9, 9, 0, 0], """
network = Network(policy)
network.open = policy.sockets
c.insert(network, 0)
"""),
    },
}  # fmt: skip

EXHAUST = """
import wasm3
from kernel.objects import netpolicy
from kernel.core.capability import Capabilities
from kernel.objects.network import Network
from kernel.objects.ramfs import Account, OpenFile, RamFS
from kernel.objects.kinds import make_system
from kernel.core.task import Task
wrong = []
policy = netpolicy.check({"allow": ["127.0.0.1"], "ports": [9]}, "", lambda where, what: wrong.append(what))
fs = RamFS(100000)
account = Account()
c = Capabilities(4)
exec(prepare)
before = [fs.used, account.used, len(c.held())]
system = make_system(fs)
task = Task("t", wasm3.Instance(wasm["m"]), 3, 1000000, c)
task.account = account
task.instance.write(16, name.encode())
system.add(task)
held = c.held
ends = []
begin = task.finish
def finish(state):
    ends.append([fs.used, account.used, len(c.held())])
    begin(state)
task.finish = finish
system.run(2000)
answer([task.result, ends == [before], wrong])
"""


def test_every_call_with_a_quota_is_here():
    assert {name for name, call in CALLS.items() if "QUOTA" in call["errors"]} == set(EXHAUSTED)


@pytest.mark.parametrize("name, quota", [(name, quota) for name, quotas in EXHAUSTED.items() for quota in quotas])
def test_a_quota_that_is_used_up(firmware, name, quota):
    """The call says so, and nothing has changed: no byte is charged, no slot is taken."""
    arguments, prepare = EXHAUSTED[name][quota]
    text = "127.0.0.1" if name == "sp_net_connect" else "x"
    result = firmware.script(EXHAUST, wasm={"m": module(name, arguments)}, prepare=prepare, name=text)
    assert result == [ERRORS["QUOTA"], True, []]
