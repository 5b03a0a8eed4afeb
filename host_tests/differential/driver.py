# Runs inside the firmware: creates a task of each module and calls its exported functions.
#
# Given as a global name: `file`, JSON: a list of [file, bytes of memory, [[function index, [bits]], ...], whether functions are
# compiled when they are first called]. Answers for each module: ["invalid" | "refused" | "large", reason], or ["ran", outcomes of the start
# function and of each call (of a trap: where each frame stood, as offsets in the code section), [[type, bits] of each global], size and CRC of memory].
import binascii
import json
import wasm3

STACK = 64 * 1024
FUEL = 2_000_000  # of one call, as in oracle.py
SLICE = 5000  # a prime number would do as well: suspending often costs little and is part of what is tested

ROOM = 1 << 20  # for a task that compiles on demand, beside its memory

wasm3.arena_resize(4 << 20)


def run(task, module):
    status = wasm3.PREEMPTED
    end = task.fuel() + FUEL
    while status == wasm3.PREEMPTED and task.fuel() < end:
        status = task.resume(SLICE)
    if status == wasm3.PREEMPTED:
        return ["trap", "out of fuel"]
    if status == wasm3.TRAPPED:
        if task.error() == "stack overflow":  # as deep as each engine goes
            return ["trap", task.error()]
        return ["trap", task.error(), [[frame[0], at] for frame, at in zip(task.backtrace(), task.locate(module))]]
    return ["ok", [[kind, str(bits)] for kind, bits in task.results()]]


def globals_of(task):
    values = []
    while True:
        try:
            values.append([str(part) for part in task.global_(len(values))])
        except ValueError:
            return values


def play(file, memory, calls, on_demand):
    with open(file, "rb") as stream:
        module = stream.read()
    try:
        wasm3.validate(module)
    except ValueError as error:
        return ["invalid", str(error)]
    try:
        task = wasm3.Instance(module, entry=None, stack=STACK, memory=memory, quota=(memory + ROOM) * on_demand)
    except ValueError as error:
        return ["refused", str(error)]
    except MemoryError:
        return ["large", "no room in the arena"]
    outcomes = [run(task, module)]
    for index, arguments in calls:
        if outcomes[-1][1] in ("stack overflow", "out of fuel") or (len(outcomes) == 1 and outcomes[0][0] == "trap"):
            break
        task.start(index, *[int(bits) for bits in arguments])
        outcomes.append(run(task, module))
    size = task.memory()
    result = ["ran", outcomes, globals_of(task), size, binascii.crc32(task.read(0, size))]
    task.kill()
    return result


with open(file) as stream:
    entries = json.load(stream)
answer([play(*entry) for entry in entries])
