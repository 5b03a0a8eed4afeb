# Runs inside the firmware: plays the commands of one specification script on module wasm3.
#
# Given as global names: `file`, JSON: a list of commands made by run.py; `fuel`: of a resume; `room`: bytes of a
# region beside linear memory, functions are compiled when first called; 0: all at once. Answers a list with one outcome
# per command; what an outcome is worth is decided outside.
#
# Commands: ["module", name or None, file, least pages, most pages], ["invoke", name, function, [bits]],
# ["get", name, global]. Outcomes: ["exited", [[type, bits]]], ["trapped", reason], ["refused", reason],
# ["large"]: the arena is too small for it, ["none"]: there is no such module or export. ["check", file] is a
# module that only the validator sees.
import json
import wasm3

# Frames of the deepest recursion that must succeed, and one of 1,056 locals of 64 bits.
STACK = 24 * 1024

with open(file) as stream:
    commands = json.load(stream)
SLICE = fuel
ROOM = room

# The scripts' largest memories, several at a time.
wasm3.arena_resize(96 << 20)

tasks = {}  # name -> (task, {export name: (kind, index)}); None is the current module


def run(task):
    resume = task.resume
    status = wasm3.PREEMPTED
    while status == wasm3.PREEMPTED:
        status = resume(SLICE)
    if status == wasm3.TRAPPED:
        return ["trapped", task.error()]
    if status == wasm3.SYSCALL:
        return ["trapped", "asked the kernel for call %d" % task.nr()]
    return ["exited", [[kind, str(bits)] for kind, bits in task.results()]]


def create(module, minimum, maximum):
    for pages in range(maximum, minimum - 1, -1):
        try:
            return wasm3.Instance(module, entry=None, stack=STACK, memory=pages * 65536, quota=ROOM and pages * 65536 + ROOM)
        except MemoryError:
            pass
    raise MemoryError


def instantiate(name, file, minimum, maximum):
    old = tasks.pop(None, None)
    if old and old not in tasks.values():
        old[0].kill()
    with open(file, "rb") as stream:
        module = stream.read()
    try:
        task = create(module, minimum, maximum)
    except ValueError as error:
        return ["refused", str(error)]
    except MemoryError:
        return ["large"]
    entry = (task, {bytes(export): (kind, index) for export, kind, index in wasm3.exports(module)})
    tasks[None] = entry
    if name is not None:
        tasks[name] = entry
    return run(task)


def find(name, field, wanted):
    task, exports = tasks.get(name, (None, {}))
    kind, index = exports.get(field.encode(), (None, 0))
    return (task, index) if kind == wanted else (None, 0)


def check(file):
    with open(file, "rb") as stream:
        try:
            wasm3.validate(stream.read())
        except ValueError as error:
            return ["refused", str(error)]
    return ["exited", []]


def play(command):
    if command[0] == "check":
        return check(command[1])
    if command[0] == "module":
        return instantiate(*command[1:])
    if command[0] == "invoke":
        task, index = find(command[1], command[2], 0)
        if not task:
            return ["none"]
        task.start(index, *[int(bits) for bits in command[3]])
        return run(task)
    task, index = find(command[1], command[2], 3)
    if not task:
        return ["none"]
    kind, bits = task.global_(index)
    return ["exited", [[kind, str(bits)]]]


answer([play(command) for command in commands])
