"""Regions and the arena: 10,000 creations leak nothing, and no task writes outside its region, whichever allocation fails.

Issue 2, bars 6 and 7, for the C module.
"""


import pytest
from script_files import script
from wasm_text import PHASES, wat
from random_programs import MEMORY_BYTES, Program
from setups import RUN
from abi_definition import NUMBERS
from machines import ROOT

MODULES = ROOT / "build" / "modules"

CYCLES = 10_000
QUOTA_POINTS = 10_000
QUOTA_MAX = 64 * 1024
SLEEP = NUMBERS["sp_sleep"]  # which `phases` calls


def demo(name):
    path = MODULES / f"{name}.wasm"
    assert path.is_file(), f"{path}: not built; run make modules"
    return path.read_bytes()


def programs(count):
    """Random programs with the most functions, tables and code."""
    found = [Program(seed) for seed in range(200)]
    found.sort(key=lambda program: -sum(len(function.code) for function in program.functions))
    return {f"random {i}": wat(program.wat()) for i, program in enumerate(found[:count])}


@pytest.fixture(scope="module")
def modules():
    """Modules of different shape, all content with MEMORY_BYTES or their own small memory."""
    crash = wat('(module (memory 1) (func $f (drop (i32.load (i32.const -1)))) (func (export "_start") call $f))')
    return {"phases": PHASES, "crash": crash, "hello": demo("hello"), "wordcount": demo("wordcount"), **programs(3)}


# Walks the block headers of the arena (cmodules/wasm3/memory/pool.h): [(offset, bytes with header, taken)].
WALK = RUN + """
import gc, struct
arena = wasm3._arena_bytes()
def walk():
    at, blocks = 0, []
    while at < len(arena):
        size, previous = struct.unpack_from("<II", arena, at)
        blocks.append((at, size & ~7, size & 1))
        at += size & ~7
    return blocks
def create(name, **keywords):
    small = {} if name in ("hello", "wordcount") else {"memory": memory}
    small.update(keywords)
    return wasm3.Instance(wasm[name], **small)
"""


def test_10000_lives_leave_no_trace(firmware, modules):
    """Created, suspended anywhere, killed, in random order with others alive: the map is as it was, so is the heap."""
    got = firmware.script(WALK + """
import random
random.seed(6)
names = sorted(wasm)
alive = []
seen = set()
def life():
    if len(alive) > 6 or (alive and random.getrandbits(2) == 0):
        alive.pop(random.randrange(len(alive))).kill()
    name, task = names[random.randrange(len(names))], None
    while not task:
        try:
            task = create(name, quota=random.getrandbits(2) // 3 * 60000)    # now and then compiled on demand
        except MemoryError:        # the arena is full: a demo module may take a third of it
            alive.pop(random.randrange(len(alive))).kill()
    for _ in range(random.randrange(4)):
        seen.add(task.resume(1 + random.getrandbits(random.randrange(1, 17)), random.getrandbits(8)))
    alive.append(task)
def lives(n):
    for _ in range(n):
        life()
    while alive:
        alive.pop().kill()
start = wasm3.arena(), wasm3._arena_check()
heap = []
for n in (500, cycles, 500):       # the first makes what stays: grown lists, names
    lives(n)
    gc.collect(); heap.append(gc.mem_alloc())
answer([(wasm3.arena(), wasm3._arena_check()) == start, wasm3._arena_check()[0], heap, sorted(seen)])
""", wasm=modules, cycles=firmware.share(CYCLES), memory=MEMORY_BYTES)
    same, intact, heap, seen = got
    assert same and intact
    assert heap[2] - heap[0] < 512, heap  # a leak of one byte a life would be 10,000
    assert seen == [0, 1, 2, 3]  # preempted, in a call, exited and trapped tasks were all killed


def test_running_allocates_nothing_on_the_python_heap(firmware):
    """With the collector off: resume, nr, arg, readinto, write, match, spent, with arguments >= 2^31."""
    module = wat("""(module (import "sovelma" "sp_fs_write" (func $write (param i32 i32 i32 i32) (result i32)))
      (memory 1)
      (func (export "_start")
        (loop (drop (call $write (i32.const 0xfffffff0) (i32.const 64) (i32.const 16) (i32.const -1)))
          (drop (call $write (i32.const 5) (i32.const 64) (i32.const 0) (i32.const 0x7fffffff))) (br 0))))""")
    got = firmware.script(RUN + """
import gc
gc.collect(); gc.disable()
def work(t, n, buffer):
    for _ in range(n):
        if t.resume(1000000) == 1:
            if t.nr() != number: raise ValueError
            t.arg(0); t.arg(1); t.arg(2); t.arg(3)
            t.readinto(t.arg(1), buffer); t.write(80, buffer, 0, 4); t.match(64, 8, names)
            t.spent(); t.resume(0, -5)
b = bytearray(8)
names = [b"a", b]
t = wasm3.Instance(wasm["m"])
costs = []
for n in (10, 1010):               # calling `work` itself takes a frame and a range
    before = gc.mem_alloc()
    work(t, n, b)
    costs.append(gc.mem_alloc() - before)
answer([costs, t.syscalls()])
""", wasm={"m": module}, number=NUMBERS["sp_fs_write"])
    costs, calls = got
    assert costs[0] == costs[1] < 500 and calls > 2000


# Attempts in a hole between live regions, all of whose bytes are known; everything that is free holds a pattern. The
# compiler's tables are the lowest block: the live tasks have quotas and may still compile.
HOLE = WALK + script(__file__, "memory_model")


def test_quota_sweep(firmware, modules):
    """Every quota gives MemoryError, a task that works, or one that traps when it has no room to compile what it calls;
    and writes nothing beyond its own bytes."""
    all_points = firmware.share(QUOTA_POINTS)
    points = -(-all_points // len(modules))
    got = firmware.script(HOLE + """
prepare(maximum + 16)
counts = {}
for name in wasm:
    counts[name] = count = {"refused": 0, "starves": 0, "works": 0}
    for i in range(points):
        quota = 1 + i * maximum // points
        count[attempt(name, quota, quota=quota)] += 1
answer([counts, len(kept), kept_live()])
""", wasm=modules, points=points, maximum=QUOTA_MAX, memory=MEMORY_BYTES, number=SLEEP, timeout=240)
    counts, kept, alive = got
    assert alive
    assert kept >= 3
    assert sum(sum(count.values()) for count in counts.values()) >= all_points
    assert all(count["refused"] > firmware.share(10) and count["works"] > 10 for count in counts.values()), counts
    assert sum(count["starves"] for count in counts.values()) > firmware.share(100), counts


def test_every_allocation_fails_once(firmware, modules):
    """The n-th allocation of a creation and the run after it fails, for every n until nothing needs more."""
    got = firmware.script(HOLE + """
prepare(120000)
counts = {}
for name in wasm:
    for quota in (0, 60000):
        n = refused = starved = survived = left = 0
        while not left:
            n += 1
            wasm3._fail_allocation(n)
            how = attempt(name, n, quota=quota)
            left = wasm3._fail_allocation(0)
            assert how == "works" or not left, (name, n, "refused without reason")
            refused += how == "refused"
            starved += how == "starves"
            survived += how == "works" and not left    # an allocation failed and another way was found
        counts["%s %d" % (name, quota)] = [n, refused, starved, survived]
answer([counts, kept_live()])
""", wasm=modules, memory=MEMORY_BYTES, number=SLEEP)
    counts, kept = got
    print(counts)
    assert kept
    for name, (n, refused, starved, survived) in counts.items():
        assert n - 1 == refused + starved + survived and refused >= 10
        # Without a quota a task that was created runs; with one a program may still need nothing more.
        assert not (starved and name.endswith(" 0"))
    assert sum(starved for _, _, starved, _ in counts.values()) > 10


def test_the_first_task_on_demand_takes_the_tables_or_is_refused(firmware, modules):
    """They are there as long as a task may compile, whoever of several goes first, and gone with the last."""
    got = firmware.script(WALK + """
start = wasm3.arena(), wasm3._arena_check()
wasm3._fail_allocation(1)
out = [refused(wasm["hello"], quota=5000), wasm3._fail_allocation(0)]
out.append((wasm3.arena(), wasm3._arena_check()) == start)
for order in ([0, 1, 2], [2, 1, 0], [1, 0, 2]):
    tasks = [create("hello"), create("hello", quota=5000), create("hello", quota=5000)]
    out.append(wasm3.arena()[3])
    for i in order:
        tasks[i].resume(100000)
        tasks[i].kill()
    out.append((wasm3.arena(), wasm3._arena_check()) == start)
answer(out)
""", wasm=modules, memory=MEMORY_BYTES)
    assert got == [["MemoryError", "quota or arena exhausted"], 0, True] + [3, True] * 3


def test_a_full_arena_refuses_and_recovers(firmware, modules):
    got = firmware.script(WALK + """
start = wasm3.arena(), wasm3._arena_check()
tasks, names = [], sorted(wasm)
for i in range(1000):
    try:
        tasks.append(create(names[i % len(names)]))
    except MemoryError:
        tasks.append(None)
made = len([t for t in tasks if t])
intact = wasm3._arena_check()[0]
running = [t.resume(50) for t in tasks if t]
for i in range(0, 1000, 2):
    if tasks[i]: tasks[i].kill(); tasks[i] = None
intact = intact and wasm3._arena_check()[0]
again = create("hello")
again.kill()
for t in tasks:
    if t: t.kill()
answer([made, intact, (wasm3.arena(), wasm3._arena_check()) == start])
""", wasm=modules, memory=MEMORY_BYTES)
    assert got[0] >= 15 and got[1:] == [True, True]
