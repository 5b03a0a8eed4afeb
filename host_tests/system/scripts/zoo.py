import hal, hashlib, struct, sys, time, wasm3
from kernel.core.capability import Capabilities
from kernel.objects.network import Network
from kernel.objects.netpolicy import check
from kernel.objects.ramfs import OpenFile, RamFS
from kernel.objects.kinds import make_system
from kernel.core.task import FAULTED, STATES, Task
shown = bytearray()
def keep(buffer, n):
    shown.extend(memoryview(buffer)[:n])
hal.write = keep
class Sink:
    def __init__(self):
        self.hash = hashlib.sha256()
    def write(self, address, buffer, start, length):
        self.hash.update(bytes(buffer[start:start + length]))
def add(system, name, machine, priority, slice, *grants):
    capabilities = Capabilities()
    for grant in grants:
        capabilities.grant(*grant)
    task = Task(name, machine, priority, slice, capabilities)
    system.add(task)
    return task
def left_behind(task, node):
    sink = Sink()
    file = node.entries[b"secret"]
    file.read(0, file.size, sink, 0)
    mine = [text for text in bytes(shown).split(b"\n") if text.startswith(b"victim: ")]
    return [STATES[task.state], task.outcome(), str(task.fuel()), task.calls(), file.size,
            "".join(["%02x" % b for b in sink.hash.digest()]), [text.decode() for text in mine]]
def let_out(module, options):
    global shown
    shown = bytearray()
    free = wasm3.arena()
    system = make_system(RamFS(1 << 17))
    home = system.fs.make("/victim", True)
    cage = system.fs.make("/zoo", True, 16384)
    file = system.fs.make("/file", False)
    victim = add(system, "victim", wasm3.Instance(wasm["victim"], memory=2048), 3, 20000, ("home", home, 7))
    system.run(1)
    hostile = None
    if module is not None:
        priority, grants = options.pop("priority", 3), options.pop("grants", True)
        if grants == "net":
            allowed = {"allow": ["127.0.0.1"], "ports": [9], "protocols": ["udp"], "sockets": 4}
            grants = (("net", Network(check(allowed, "", print)), 3),)
        elif grants:
            grants = (("dir", cage, 7), ("file", OpenFile(file, False), 1), ("look", home, 1))
        else:
            grants = ()
        try:
            hostile = add(system, "hostile", wasm3.Instance(module, **options), priority, 20000, *grants)
            outcome = None
        except ValueError as error:
            outcome = ["refused", str(error)]
        except MemoryError:
            outcome = ["no memory"]
    end = time.ticks_add(time.ticks_ms(), 20000)
    while not victim.over() and time.ticks_diff(end, time.ticks_ms()) > 0:
        system.run(2)
    before = hostile and hostile.fuel()
    system.run(3)
    for _ in range(200 * pace):     # what was paid for with two seconds and is not over yet never will be
        if not hostile or hostile.over() or hostile.fuel() - before > 20000000 or STATES[hostile.state] == "sleeping":
            break
        system.run(10)
    if hostile:
        if not hostile.over():
            outcome = ["asleep" if STATES[hostile.state] == "sleeping" else "endless" if hostile.fuel() > before else "stuck"]
            system.kill(hostile)
        elif hostile.state == FAULTED:
            record = hostile.record
            outcome = ["fault", {"reason": record.reason, "backtrace": [name or "?" for index, name in record.backtrace],
                                 "fuel": record.fuel, "calls": record.calls}]
        else:
            said = [text for level, text in hostile.log.lines() if level == 3]
            outcome = ["exit", hostile.result] + [list(struct.unpack("<%di" % (len(text) // 4), text)) for text in said]
        if [text for text in bytes(shown).split(b"\n") if text and not text.startswith(b"victim: ") and not text.startswith(b"hostile: ")]:
            outcome = ["forged a line", str(bytes(shown))[-2000:]]
    if not victim.over():
        outcome = ["starved the victim"]
        system.kill(victim)
    if [b for b in shown if not 32 <= b < 127 and b != 10]:
        outcome = ["drove the terminal"]
    if wasm3.arena() != free or not wasm3._arena_check()[0]:
        outcome = ["left something in the arena", str(wasm3.arena())]
    return None if module is None else outcome, left_behind(victim, home)
wasm3.arena_resize(arena)
alone = let_out(None, {})[1]
rows = [["alone", None, alone]]
for name, options in plan:
    with open(directory + "/" + name + ".wasm", "rb") as stream:
        module = stream.read()
    rows.append([name] + list(let_out(module, options)))
answer(rows)
