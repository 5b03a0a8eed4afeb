"""Module `wasm3` from Python: phases, results, memory access, limits, refusals, kill and soft reset (docs/RUNTIME.md)."""


import pytest
from machines import ROOT
from wasm_text import PHASES, wat
from setups import RUN


import gen_abi  # noqa: E402

HELLO = wat('(module (memory (export "memory") 1) (func $main (export "_start")))')

def test_phases_run_in_order_and_only_under_resume(firmware):
    got = firmware.script(RUN + """
out = []
for entry, slices in (("_start", 1), ("_start", 1000), ("other", 1000), (None, 1000)):
    t = wasm3.Instance(wasm["phases"], entry=entry)
    calls = [t.global_(0)[1]]
    status = t.resume(slices)
    while status not in (wasm3.EXITED, wasm3.TRAPPED):
        if status == wasm3.SYSCALL:
            calls.append(t.arg(0))
            status = t.resume(slices, 0)
        else:
            status = t.resume(slices)
    out.append([status, calls, t.global_(0)[1], t.syscalls()])
    t.kill()
answer(out)
""", wasm={"phases": PHASES})
    assert got == [
        [2, [0, 11, 12, 13], 123, 3],
        [2, [0, 11, 12, 13], 123, 3],
        [2, [0, 11, 12], 124, 2],
        [2, [0, 11], 1, 1],  # without an entry only the start function runs
    ]


def test_a_fault_in_any_phase_is_final(firmware):
    module = wat("""(module (func $boom unreachable) (start $boom) (func (export "_start")))""")
    got = firmware.script(RUN + """
t = wasm3.Instance(wasm["m"])
answer([run(t), t.error(), t.backtrace(), t.resume(1000), t.spent(), t.result(), t.results(), len(t.results())])
""", wasm={"m": module})
    assert got == [3, "unreachable executed", [[0, "boom"]], 3, 0, 0, [], 0]


def test_results_are_typed_bits(firmware):
    module = wat("""(module
      (func (export "_start") (result i32) i32.const -5)
      (func (export "all") (result i32 i64 f32 f64)
        i32.const -1  i64.const -2  f32.const -0.5  f64.const nan:0x4000000000001)
      (func (export "echo") (param i32 i64 f32 f64) (result f64 f32 i64 i32)
        local.get 3  local.get 2  local.get 1  local.get 0)
      (func (export "big") (result i64) i64.const 0x8000000000000000))""")
    got = firmware.script(RUN + """
t = wasm3.Instance(wasm["m"])
out = [run(t), t.result(), t.results()]
t.start(1); out += [run(t), t.results()]
t.start(2, -7, -8, 0x7fa00001, 0xfff4000000000001); out += [run(t), t.results()]
t.start(3); out += [run(t), t.result()]
out += [raises(t.start, 4), raises(t.start, 2, 1), raises(t.start, 0, 1)]
t.start(1); out += [raises(t.start, 1)]
answer(out)
""", wasm={"m": module})
    assert got[:3] == [2, -5, [["i", 0xFFFFFFFB]]]
    assert got[3:5] == [2, [["i", 2**32 - 1], ["I", 2**64 - 2], ["f", 0xBF000000], ["F", 0x7FF4000000000001]]]
    assert got[5:7] == [2, [["F", 0xFFF4000000000001], ["f", 0x7FA00001], ["I", 2**64 - 8], ["i", 2**32 - 7]]]
    assert got[7:9] == [2, -(2**63)]
    assert got[9:] == [
        ["ValueError", "no such function"],
        ["ValueError", "wrong number of arguments"],
        ["ValueError", "wrong number of arguments"],
        ["ValueError", "the task is still running"],
    ]


def test_exit_ends_the_task_from_any_depth(firmware):
    module = wat("""(module
      (import "sovelma" "sp_exit" (func $exit (param i32)))
      (table 1 funcref) (elem (i32.const 0) $deep)
      (global $after (mut i32) (i32.const 0))
      (func $deep (param i32)
        (if (i32.eqz (local.get 0)) (then (call $exit (i32.const -3))))
        (call_indirect (param i32) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0))
        (global.set $after (i32.const 1)))
      (func (export "_start") (result i32) (call $deep (i32.const 5)) (global.set $after (i32.const 2)) i32.const 9))""")
    got = firmware.script(RUN + """
t = wasm3.Instance(wasm["m"])
out = [run(t), t.result(), t.results(), t.global_(0)[1], t.syscalls(), t.error(), t.resume(5)]
answer(out)
""", wasm={"m": module})
    assert got == [2, -3, [], 0, 1, None, 2]


MEMORY = wat("""(module
  (memory (export "memory") 1)
  (data (i32.const 16) "abcdef")
  (func (export "_start")))""")


def test_copies_of_guest_memory_are_checked(firmware):
    got = firmware.script(RUN + """
t = wasm3.Instance(wasm["m"])
run(t)
b = bytearray(8)
out = [t.memory()]
out += [t.read(16, 6).decode(), len(t.read(65536, 0)), len(t.read(0, 65536))]
out += [t.readinto(16, b), b.hex(), t.readinto(18, b, 6), b.hex(), t.readinto(16, b, 1, 2), b.hex(), t.readinto(0, b, 8)]
out += [t.write(100, b"xyz"), t.read(99, 5).hex(), t.write(100, b"uvw", 1), t.write(200, b"uvw", 1, 1), t.read(200, 2).hex(), t.read(100, 3).hex()]
out += [t.match(16, 3, names) for names in ([b"abc"], [b"abd"], [b"ab", b"abcd", b"abc", b"abc"], (b"abc",), [])]
out += [t.match(16, 2, [b"abc"]), t.match(65536, 0, [b""])]
bad = []
for call in (
    lambda: t.read(65536, 1), lambda: t.read(65535, 2), lambda: t.read(0, 65537), lambda: t.read(-1, 1), lambda: t.read(0, -1),
    lambda: t.read(0xffffffff, 1), lambda: t.read(1, 0xffffffff), lambda: t.read(0xfffffff0, 32), lambda: t.read(65537, 0),
    lambda: t.readinto(65530, b), lambda: t.write(65530, b), lambda: t.match(65530, 8, [b]),
    lambda: t.readinto(0, b, 9), lambda: t.readinto(0, b, -1), lambda: t.readinto(0, b, 4, 5), lambda: t.readinto(0, b, 0, -1),
    lambda: t.write(0, b, 9), lambda: t.write(0, b, 4, 5), lambda: t.match(0, -1, [b])):
    bad.append(raises(call))
out.append([str(t.read(0, 16)) == str(bytes(16)), t.read(65528, 8).hex()])
answer([out, bad, raises(t.readinto, 0, b"const"), [raises(t.write, 0, 5), raises(t.match, 0, 8, [3]), raises(t.match, 0, 8, b)]])
""", wasm={"m": MEMORY})
    values, bad, constant, wrong = got
    assert values == [
        65536, "abcdef", 0, 65536,
        8, "6162636465660000", 2, "6162636465666364", 2, "6161626465666364", 0,
        3, "0078797a00", 2, 1, "7600", "76777a",
        0, -1, 2, 0, -1, -1, 0,
        [True, "0000000000000000"],
    ]  # fmt: skip
    assert [error[0] for error in bad] == ["ValueError"] * len(bad)
    assert {error[1] for error in bad[:12]} == {"outside linear memory"}
    assert constant[0] == "TypeError" and [error[0] for error in wrong] == ["TypeError"] * 3


def test_fuel_arguments_and_accounts(firmware):
    module = wat("""(module
      (import "sovelma" "sp_yield" (func $yield (result i32)))
      (func (export "_start") (loop (drop (call $yield)) (br 0))))""")
    got = firmware.script(RUN + """
t = wasm3.Instance(wasm["m"])
out = [raises(t.resume, -1), raises(t.resume, 2**30), raises(t.resume, "1"), t.fuel(), t.spent()]
s = t.resume(10000); first = t.spent(); out += [s, t.fuel() == first]
n = 0
while t.resume(0) == wasm3.SYSCALL:    # goes on with what is left of 10,000
    n += 1
out += [n, t.fuel(), t.resume(0), t.spent()]
debt = t.fuel() - 10000
t.resume(2**30 - 1)                    # a debt is carried; what a fresh slice leaves is dropped
out += [t.resume(1), 0 < debt, t.spent() > 0]
answer(out + [first])
""", wasm={"m": module})
    # A round: loop body call+drop+br = 3, and the ABI's charge of sp_yield.
    cost = 3 + next(call["fuel"] for call in gen_abi.read(ROOT / gen_abi.SOURCE)["call"] if call["name"] == "sp_yield")
    assert got[:3] == [["ValueError", "fuel must be 0 to 2**30-1"]] * 2 + [got[2]]
    assert got[2][0] == "TypeError"
    assert got[3:7] == [0, 0, 1, True]
    rounds, total, status, spent = got[7:11]
    assert total > 10000 and total - 10000 <= cost and rounds * cost == total - got[-1]
    assert (status, spent) == (0, 0)
    assert got[11:14] == [0, True, True]


def test_the_trap_of_the_kernel_keeps_its_text(firmware):
    got = firmware.script(RUN + """
t = wasm3.Instance(wasm["phases"])
run(t)
out = [t.error(), t.trap("wild handle \\u00e9"), t.error(), t.resume(100), [n for i, n in t.backtrace()]]
t.trap("x" * 500)
answer(out + [len(t.error()), t.nr(), t.arg(0)])
""", wasm={"phases": PHASES})
    assert got[:4] == [None, None, "wild handle é", 3]
    assert got[4] == ["sp_sleep", "first"]
    assert got[5] == 79 and got[6] == -1 and got[7] == 0


def test_exports_and_imports_are_listed_without_a_task(firmware):
    got = firmware.script(RUN + """
answer([[[str(n, "utf8"), k, i] for n, k, i in wasm3.exports(wasm["m"])],
        [[str(m, "utf8"), str(n, "utf8"), k] for m, n, k in wasm3.imports(wasm["m"])],
        raises(wasm3.exports, b"nonsense"), raises(wasm3.imports, b""), raises(wasm3.exports, 5), wasm3.exports(b"\\0asm\\1\\0\\0\\0")])
""", wasm={"m": PHASES})
    assert got[0] == [["memory", 2, 0], ["_initialize", 0, 3], ["_start", 0, 4], ["other", 0, 5]]
    assert got[1] == [["sovelma", "sp_sleep", 0]]
    assert got[2] == got[3] == ["ValueError", "not a WebAssembly module"]
    assert got[4][0] == "TypeError" and got[5] == []


REFUSALS = {
    "no entry": ('(module (func (export "main")))', {}, "no exported function _start"),
    "entry is a memory": ('(module (memory (export "_start") 1))', {}, "no exported function _start"),
    "entry with parameters": ('(module (func (export "_start") (param i32)))', {}, "the entry has type v(i), expected v()"),
    "initialize with a result": (
        '(module (func (export "_start")) (func (export "_initialize") (result i32) i32.const 1))', {},
        "_initialize has type i(), expected v()"),
    "unknown import": (
        '(module (import "sovelma" "sp_unknown" (func)) (func (export "_start")))', {},
        "import sovelma.sp_unknown: no such host function"),
    "unknown module": ('(module (import "env" "puts" (func)) (func (export "_start")))', {}, "import env.puts: no such host function"),
    "wrong type": (
        '(module (import "sovelma" "sp_yield" (func (param i32))) (func (export "_start")))', {},
        "import sovelma.sp_yield: type i(), declared as v(i)"),
    "wasi": (
        '(module (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32))) (func (export "_start")))', {},
        "import wasi_snapshot_preview1.fd_write: there is no WASI here; build with modules/sdk/sovelma.h"),
    "imported memory": ('(module (import "sovelma" "memory" (memory 1)) (func (export "_start")))', {},
        "offset 0x20: imported memory is not supported: link without --import-memory"),
    "imported global": ('(module (import "sovelma" "g" (global i32)) (func (export "_start")))', {},
        "offset 0x1b: imported global is not supported: build without -fPIC"),
    "data beyond memory": (
        '(module (memory 1) (data (i32.const 1000) "0123456789") (func (export "_start")))', {"memory": 1008},
        "data segment out of bounds: 10 bytes at 1000 of 1008 bytes of memory; raise memory or link with less data"),
    "data offset wraps": (
        '(module (memory 1) (data (i32.const -4) "0123456789") (func (export "_start")))', {},
        "data segment out of bounds: 10 bytes at 4294967292 of 65536 bytes of memory; raise memory or link with less data"),
    "C stack beyond memory": (
        '(module (memory 1) (global $__stack_pointer (mut i32) (i32.const 4096)) (func (export "_start")))', {"memory": 4000},
        "the C stack ends at byte 4096 of 4000 bytes of memory: raise memory, or link with -z stack-size=N --stack-first"),
    "element beyond table": (
        '(module (table 2 funcref) (elem (i32.const 1) 0 0) (func (export "_start")))', {},
        "element segment out of bounds: 2 elements at 1 of a table of 2"),
    "stack too small": ('(module (func (export "_start")))', {"stack": 63}, "stack must be 64 bytes to 16 MB"),
    "stack too large": ('(module (func (export "_start")))', {"stack": 2**24 + 1}, "stack must be 64 bytes to 16 MB"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals_say_why_and_take_nothing(firmware, name):
    text, options, reason = REFUSALS[name]
    got = firmware.script(RUN + """
before = wasm3._arena_check(), wasm3.arena()
reason = refused(wasm["m"], **keywords)
answer([reason, (wasm3._arena_check(), wasm3.arena()) == before])
""", wasm={"m": wat(text)}, keywords=options)
    assert got == [["ValueError", reason], True]


def test_arguments_of_the_constructor_are_checked(firmware):
    got = firmware.script(RUN + """
m = wasm["m"]
answer([refused(), refused(5), refused(m, quota=-1), refused(m, stack=-1), refused(m, memory=2**31), refused(m, entry=5),
        refused(m, quota="1"), refused(b""), refused(b"\\0asm"), refused(b"\\0asm\\2\\0\\0\\0"), refused(m[:-3]), refused(m, bogus=1),
        refused(m, quota=100), refused(m, quota=2**30), refused(m, memory=2**30),
        wasm3._arena_check()[0], wasm3.arena()[3]])
""", wasm={"m": HELLO})
    kinds = [error[0] for error in got[:15]]
    assert kinds == ["TypeError", "TypeError", "ValueError", "ValueError", "ValueError", "TypeError", "TypeError"] + \
        ["ValueError"] * 4 + ["TypeError", "MemoryError", "MemoryError", "MemoryError"]
    assert got[2][1] == "quota is out of range" and got[4][1] == "memory is out of range"
    assert [error[1] for error in got[7:10]] == ["offset 0x0: magic header not detected"] + ["offset 0x4: unknown binary version"] * 2
    assert got[15:] == [True, 0]


def test_a_killed_task_raises_for_ever(firmware):
    got = firmware.script(RUN + """
t = wasm3.Instance(wasm["m"])
empty = wasm3.arena()
t.kill()
free = wasm3.arena()
b = bytearray(4)
calls = [lambda: t.resume(1), lambda: t.nr(), lambda: t.arg(0), lambda: t.read(0, 1), lambda: t.readinto(0, b), lambda: t.write(0, b),
    lambda: t.match(0, 4, [b]), lambda: t.trap("x"), lambda: t.start(0), lambda: t.result(), lambda: t.results(), lambda: t.global_(0),
    lambda: t.error(), lambda: t.backtrace(), lambda: t.fuel(), lambda: t.spent(), lambda: t.syscalls(), lambda: t.memory(),
    lambda: t.region(), lambda: t.state_hash(), lambda: t.kill()]
answer([[raises(call) for call in calls], empty[3], free[3], free[1] - empty[1]])
""", wasm={"m": HELLO})
    assert got[0] == [["ValueError", "the task was killed"]] * 21
    assert got[1:3] == [1, 0] and got[3] > 65536


def test_a_forgotten_task_gives_its_region_back(firmware):
    got = firmware.script(RUN + """
import gc
start = wasm3.arena(), wasm3._arena_check()
def make():
    for _ in range(20):
        wasm3.Instance(wasm["m"], memory=64)
make()
alive = wasm3.arena()[3]
def bury(depth):           # overwrites what the C stack and the frames still remember
    return [depth] * 50 if depth == 0 else bury(depth - 1)
bury(30)
gc.collect()
answer([alive, wasm3.arena()[3], wasm3._arena_check()[0]])
""", wasm={"m": HELLO})
    assert got[0] == 20 and got[1] <= 1 and got[2]  # a conservative collector may still see one


def test_importing_again_leaves_tasks_alone(firmware):
    """MicroPython calls a built-in module's __init__ at every import, also of a user at the REPL."""
    got = firmware.script(RUN + """
t = wasm3.Instance(wasm["m"])
def elsewhere():
    import wasm3
    wasm3.__init__()
    return wasm3.arena()[3]
answer([elsewhere(), run(t)])
""", wasm={"m": HELLO})
    assert got == [1, 2]


def test_soft_reset_forgets_every_task_100_times(firmware):
    """The module's __init__ runs again at the first import after a soft reset, with the old arena still full."""
    got = firmware.script(RUN + """
fresh = None
same = stale = 0
old = []
for round in range(100):
    if round:
        del sys.modules["wasm3"]
        import wasm3
    state = wasm3.arena(), wasm3._arena_check()
    fresh = fresh or state
    same += state == fresh
    for t in old:
        stale += raises(t.resume, 1) == ["ValueError", "the task was killed"]
        stale += raises(t.kill) == ["ValueError", "the task was killed"]
    # Tasks in every state: suspended in a call, preempted, ended, fresh; and a region hole between them.
    old = [wasm3.Instance(wasm["phases"], memory=256) for _ in range(8)]
    old[0].resume(1000); old[1].resume(1); run(old[2]); old[3].kill(); old[4].resume(1000); old[4].trap("x")
answer([same, stale, fresh[0][3], wasm3.arena()[3], wasm3._arena_check()[0]])
""", wasm={"phases": PHASES})
    assert got == [100, 99 * 8 * 2, 0, 7, True]


def test_the_region_is_zeroed_and_reused(firmware):
    module = wat("""(module (memory (export "memory") 1)
      (func (export "_start") (memory.fill (i32.const 0) (i32.const 0xab) (i32.const 65536))))""")
    got = firmware.script(RUN + """
a = wasm3.Instance(wasm["m"]); run(a); first = a.region(), a.read(0, 4).hex()
a.kill()
b = wasm3.Instance(wasm["m"])
answer([first, b.region(), b.read(0, 65536) == bytes(65536)])
""", wasm={"m": module})
    assert got[0][1] == "abababab" and got[1] == got[0][0] and got[2]


def test_hello_is_small_and_40_fit(firmware):
    """Issue 2, bar 5, for a module of the least shape; the benchmark measures the compiled hello."""
    got = firmware.script(RUN + """
tasks = []
try:
    while True:
        tasks.append(wasm3.Instance(wasm["m"], memory=1024))
except MemoryError:
    pass
answer([len(tasks), tasks[0].region(), [run(t) for t in tasks] == [2] * len(tasks), wasm3.arena()[0]])
""", wasm={"m": HELLO})
    assert got[0] >= 40 and got[1][1] <= 6500 and got[1][0] <= got[1][1] and got[2] and got[3] == 300 * 1024
