"""Regions and the arena: nothing leaks in 10,000 lives, nothing writes outside its region whatever allocation fails.

Issue 2, bars 6 and 7, for the C module.
"""

import pathlib

import pytest
from conftest import wat
from random_programs import MEMORY_BYTES, Program
from test_runtime_api import PHASES, RUN
from test_runtime_syscalls import NUMBERS

MODULES = pathlib.Path(__file__).resolve().parent.parent / "build" / "modules"

CYCLES = 10_000
QUOTA_POINTS = 10_000
QUOTA_MOST = 64 * 1024
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


# Walks the block headers of the arena (cmodules/wasm3/pool.h): [(offset, bytes with header, taken)].
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
    return wasm3.Task(wasm[name], **small)
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
            task = create(name)
        except MemoryError:        # the arena is full: a demo module may take a third of it
            alive.pop(random.randrange(len(alive))).kill()
    for _ in range(random.randrange(4)):
        seen.add(task.resume(1 + random.getrandbits(random.randrange(1, 12)), random.getrandbits(8)))
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
""", wasm=modules, cycles=CYCLES, memory=MEMORY_BYTES)
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
t = wasm3.Task(wasm["m"])
costs = []
for n in (10, 1010):               # calling `work` itself takes a frame and a range
    before = gc.mem_alloc()
    work(t, n, b)
    costs.append(gc.mem_alloc() - before)
answer([costs, t.syscalls()])
""", wasm={"m": module}, number=NUMBERS["sp_fs_write"])
    costs, calls = got
    assert costs[0] == costs[1] < 500 and calls > 2000


# Attempts in a hole between live regions, all of whose bytes are known. The lowest hole is exactly as large as the
# compiler's tables, which every creation takes first; everything else that is free holds a pattern.
HOLE = WALK + '''
def fence(bytes_of_hole):
    "Fills the arena with live tasks and kills one in the middle. Returns the live ones."
    first = create("phases")
    middle = create("phases", quota=bytes_of_hole)
    rest = []
    for quota in (100000, 20000, 5000):
        try:
            while True:
                rest.append(create("phases", quota=quota))
        except MemoryError:
            pass
    for t in rest:
        t.resume(1000)
    middle.kill()
    return [first] + rest
def free_blocks():
    return [block for block in walk() if not block[2]][1:]
def taken_bytes():
    return [bytes(memoryview(arena)[at:at + size]) for at, size, taken in walk() if taken]
def paint(blocks):
    for at, size, taken in blocks:
        arena[at + 8:at + size] = pattern[:size - 8]
def untouched(blocks, but, whole):
    """Nothing was written to the free blocks, outside of the region `but` that begins one of them. whole: with
    a quota of 0 the region was the whole block at first, cleared and then trimmed."""
    for at, size, taken in blocks:
        begin, end = at + 8, at + size
        if at <= but[0] < end:
            if but[0] != at:
                return False
            begin = end if whole else but[0] + but[1] + 8
        if begin < end and bytes(memoryview(arena)[begin:end]) != pattern[:end - begin]:
            return False
    return True
def kept_live():
    "The tasks around the hole are where they were and go on to their end."
    return [t.nr() for t in kept[1:]] == [number] * (len(kept) - 1) and {run(t, 10000) for t in kept[1:]} == {wasm3.SYSCALL}
def behaves(name, task):
    "Runs a task to its first event; False where that differs from a task that has room."
    status = task.resume(200000)
    return (status, task.fuel(), task.error(), task.results()) == expected[name]
expected = {}
for name in wasm:
    task = create(name)
    expected[name] = (task.resume(200000), task.fuel(), task.error(), task.results())
    task.kill()
pattern = bytes([0xa5]) * len(arena)
def attempt(name, label, **keywords):
    "Creates a task or not; whatever happens, no byte of another region and no free byte changes. Returns it or None."
    paint(free)
    try:
        task = create(name, **keywords)
    except MemoryError:
        task = None
    if task:
        region = [block for block in walk() if block[2] and block[0] not in live][0]
        used, size = task.region()
        assert used <= size <= region[1] - 8, (name, label, used, size, region)
        assert behaves(name, task), (name, label)
        assert untouched(free, region, not keywords.get("quota")), (name, label)
        task.kill()
    assert taken_bytes() == before, (name, label)
    assert (wasm3._arena_check(), wasm3.arena()) == gone, (name, label)
    return task is not None
def prepare(bytes_of_hole):
    global free, before, gone, live, kept
    kept = fence(bytes_of_hole)
    free, before, gone = free_blocks(), taken_bytes(), (wasm3._arena_check(), wasm3.arena())
    live = {block[0] for block in walk() if block[2]}
'''


def test_quota_sweep(firmware, modules):
    """Every quota gives MemoryError or a task that works, and writes nothing beyond its own bytes."""
    points = -(-QUOTA_POINTS // len(modules))
    got = firmware.script(HOLE + """
prepare(most + 16)
counts = {}
for name in wasm:
    worked = 0
    for i in range(points):
        quota = 1 + i * most // points
        worked += attempt(name, quota, quota=quota)
    counts[name] = [points - worked, worked]
answer([counts, len(kept), kept_live()])
""", wasm=modules, points=points, most=QUOTA_MOST, memory=MEMORY_BYTES, number=SLEEP, timeout=240)
    counts, kept, alive = got
    assert alive
    assert kept >= 3
    assert sum(failed + worked for failed, worked in counts.values()) >= QUOTA_POINTS
    assert all(failed > 10 and worked > 10 for failed, worked in counts.values()), counts


def test_every_allocation_fails_once(firmware, modules):
    """The n-th allocation of a creation fails, for every n until the creation needs no more."""
    got = firmware.script(HOLE + """
prepare(120000)
counts = {}
for name in wasm:
    for quota in (0, 60000):
        n = failed = survived = left = 0
        while not left:
            n += 1
            wasm3._fail_allocation(n)
            worked = attempt(name, n, quota=quota)
            left = wasm3._fail_allocation(0)
            assert worked or not left, (name, n, "refused without reason")
            failed += not worked
            survived += worked and not left    # an allocation failed and the creation found another way
        counts["%s %d" % (name, quota)] = [n, failed, survived]
answer([counts, kept_live()])
""", wasm=modules, memory=MEMORY_BYTES, number=SLEEP)
    counts, kept = got
    print(counts)
    assert kept
    for n, failed, survived in counts.values():
        assert n - 1 == failed + survived and failed >= 10


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
