"""What a module implies and what the options say: stack, memory, the first reason against it, and the region kept for the next start."""

import json
import re

import pytest
from machines import ROOT
from modules import compiled
from wasm_text import END, SPIN, wat

TRY = """
import wasm3
def made(module, stack=0, **options):
    # (bytes of the stack, bytes of memory) or the reason.
    try:
        task = wasm3.Instance(module, stack=stack, **options)
    except (ValueError, MemoryError) as error:
        return str(error)
    seen = [task.stack(), task.memory()]
    task.kill()
    return seen
"""


def c_stack(size, name="__stack_pointer"):
    return wat(f'(module (memory 1) (global ${name} (mut i32) (i32.const {size})) (func (export "_start") (global.set 0 (global.get 0))))')


def test_the_stack_is_what_the_module_implies(firmware):
    """Its own C stack's size within 1 and 4 KB; 4 KB where nothing says it and there is room; what the options say always."""
    sizes = (16, 1024, 1032, 2000, 4096, 65536)
    named, unnamed, given, small, quota, arena = firmware.script(TRY + """
modules = [wasm[name] for name in sorted(wasm) if name != "end"]
named = [made(wasm[str(size)])[0] for size in sizes]
unnamed = made(wasm["other"])[0], made(wasm["end"])[0]
given = made(wasm["2000"], stack=64)[0], made(wasm["end"], stack=20000)[0], made(wasm["end"], stack=63), made(wasm["end"], stack=1 << 25)
quota = [made(wasm["end"], quota=bytes, memory=64)[0] for bytes in (32767, 32768)]
before = wasm3.arena()[0]
wasm3.arena_resize(131071 & ~7)
small = made(wasm["end"])[0]
answer([named, unnamed, given, small, quota, before >= 131072])
""", wasm={**{str(size): c_stack(size) for size in sizes}, "other": c_stack(2000, "counter"), "end": END}, sizes=sizes)
    assert named == [1024, 1024, 1032, 2000, 4096, 4096] and unnamed == [4096, 4096]
    assert given == [64, 20000, "stack must be 64 bytes to 16 MB", "stack must be 64 bytes to 16 MB"]
    assert quota == [1024, 4096] and small == 1024 and arena


def test_what_may_be_the_stack_pointer_is_told_and_not_taken(firmware):
    """Case c18: the first mutable global of AssemblyScript is a seed. A module that names its stack pointer is held to it."""
    assert firmware.script(TRY + """
hints = [wasm3.stack_hint(wasm[name]) for name in ("seed", "named", "constant", "wide", "none")]
answer([hints, made(wasm["seed"], memory=1024)[1], made(wasm["named"], memory=1024)])
""", wasm={"seed": c_stack(123456789, "seed"), "named": c_stack(2000),
           "constant": wat('(module (global i32 (i32.const 7)) (func (export "_start")))'),
           "wide": wat('(module (global (mut i64) (i64.const 7)) (func (export "_start")))'), "none": END}) == [
        [123456789, -1, -1, -1, -1], 1024,
        "the C stack ends at byte 2000 of 1024 bytes of memory: raise memory, or link with -z stack-size=N --stack-first"]  # fmt: skip


@pytest.mark.parametrize("memory", [1024, 65536, 65544, 100000, 131072, 200000])
def test_memory_is_what_was_asked_for(firmware, memory):
    """Case c23: to the byte, beyond a page and between two; memory.grow reaches the whole pages, sp_memory_bytes the rest."""
    module = wat("""(module (import "sovelma" "sp_memory_bytes" (func $bytes (result i32))) (memory (export "memory") 1)
 (func (export "_start") (result i32)
  (drop (memory.grow (i32.const 1)))
  (i32.store8 (i32.sub (call $bytes) (i32.const 1)) (i32.const 7))
  (call $bytes)))""")
    pages, bytes, beyond = firmware.script("""
import wasm3
task = wasm3.Instance(wasm["m"], memory=memory)
status = task.resume(100000)
while status == wasm3.SYSCALL:
    status = task.resume(0, 0)
first = task.memory()
answer([task.memory() // 65536, task.result(), task.error()])
""", wasm={"m": module}, memory=memory)
    assert bytes == memory & ~7 and beyond is None and pages == memory // 65536


REASONS = [
    (b"\0asm\1\0\0\0\xff", "offset 0x9: unexpected end"),
    (wat('(module (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32))) (memory 1000) (func (export "_start")))'),
     "import wasi_snapshot_preview1.fd_write: there is no WASI here"),
    (wat(f'(module (import "sovelma" "{"n" * 60}" (func)) (memory 1000) (func (export "_start")))'), f"import sovelma.{'n' * 60}: no such host function"),
    (wat('(module (import "sovelma" "sp_yield" (func (param i32))) (memory 1000) (func (export "_start")))'),
     "import sovelma.sp_yield: type i(), declared as v(i)"),
    (wat('(module (memory 1000) (func (export "main")))'), "no exported function _start"),
]  # fmt: skip


@pytest.mark.parametrize("arena", ["empty", "full"])
def test_the_first_reason_is_the_true_one(firmware, arena):
    """Case c24: malformed, unsupported, imports, and only then room; no name is cut; the arena may be full."""
    told = firmware.script(TRY + """
hogs = []
if full:
    for size in (20000, 5000, 2000, 200, 8):
        while True:
            try:
                hogs.append(wasm3.Instance(wasm["spin"], quota=size, memory=64) if size > 2000 else wasm3.Instance(wasm["spin"], memory=size, stack=64))
            except (MemoryError, ValueError):
                break
answer([made(wasm[str(i)]) for i in range(count)] + [made(wasm["large"]), wasm3.room()])
""", wasm={**{str(i): module for i, (module, _) in enumerate(REASONS)}, "spin": SPIN,
           "large": wat('(module (memory 1000) (func (export "_start")))')}, full=arena == "full", count=len(REASONS))  # fmt: skip
    for seen, (_, reason) in zip(told, REASONS):
        assert seen.startswith(reason), (seen, reason)
    assert "quota or arena exhausted" in told[-2]
    wanted, free, largest, pieces = told[-1]
    assert wanted >= 65536000 and largest <= free and pieces >= 1 and (free < 4000 or arena == "empty")


def test_the_limits_of_a_function(firmware):
    """What docs/CAVEATS.md says: 1,984 locals or operands here, 240 with the board's table."""
    def locals_(n):
        return wat(f'(module (func (export "_start") (local {"i32 " * n})))')

    def operands(n):
        return wat(f'(module (func (export "_start") {"i32.const 1 " * n} {"drop " * n}))')

    seen = firmware.script(TRY + "answer([made(wasm[name], stack=20000) for name in sorted(wasm)])",
                           wasm={"0": locals_(1984), "1": locals_(1985), "2": operands(1984), "3": operands(1985)})  # fmt: skip
    assert seen[0] == seen[2] == [20000, 0]
    assert "1985 with parameters, at most 1984 are supported" in seen[1] and "more than 1984 with locals and blocks" in seen[3]
    (board,) = re.findall(r"d_m3MaxFunctionStackHeight \(SOV_IS_HOST \? 2000 : (\d+)\)", (ROOT / "cmodules/wasm3/config.h").read_text())
    assert int(board) - 16 == 240


def test_a_fault_says_how_to_get_a_larger_stack(firmware, tmp_path):
    deep = wat('(module (func $f (param i32) (result i32) (i32.add (call $f (local.get 0)) (i32.const 1))) (func (export "_start") (drop (call $f (i32.const 0)))))')
    (tmp_path / "m.wasm").write_bytes(deep)
    path = tmp_path / "system.json"
    for stack, told in ((None, 8192), (512, 1024)):
        task = {"name": "t", "module": "m.wasm", **({"stack": stack} if stack else {})}
        path.write_text(json.dumps({"version": 1, "tasks": [task]}))
        assert firmware.script("""
import hal, sovelma
hal.write = lambda buffer, n: None
sovelma.boot(path)
sovelma.run(1)
answer(sovelma.system.tasks[0].record.reason)
""", path=str(path)) == f'stack overflow: "stack": {told} in the manifest'


def test_a_region_is_kept_and_filled_anew(firmware):
    """`empty` keeps it, cleared; a failed creation leaves it empty; only an emptied instance can be taken, and once."""
    seen = firmware.script(TRY + """
task = wasm3.Instance(wasm["spin"], memory=1024)
size = task.region()[1]
task.resume(1000)
hog = []
task.empty()
regions = wasm3.arena()[3]
def refused(call):
    try:
        call()
    except (ValueError, MemoryError, TypeError) as error:
        return type(error).__name__
out = [refused(task.fuel), refused(lambda: wasm3.Instance(wasm["bad"], into=task)), refused(lambda: wasm3.Instance(wasm["spin"], memory=60000, into=task))]
again = wasm3.Instance(wasm["spin"], memory=1024, into=task)
out += [again.region()[1] == size, wasm3.arena()[3] == regions, refused(lambda: wasm3.Instance(wasm["spin"], into=task)),
        refused(lambda: wasm3.Instance(wasm["spin"], into=again)), refused(task.kill)]
again.resume(1000)
again.empty()
again.kill()
answer(out + [wasm3.arena()[3], refused(again.kill)])
""", wasm={"spin": SPIN, "bad": b"\0asm"})
    assert seen == ["ValueError", "ValueError", "MemoryError", True, True, "ValueError", "ValueError", "ValueError", 0, "ValueError"]


def test_the_sdk_s_heap_has_all_of_the_memory(firmware):
    module = compiled('#include "sovelma_malloc.h"\n__attribute__((export_name("_start"))) int start(void) { int n = 0; while (malloc(1000)) n++; return n; }')
    counts = firmware.script("""
import wasm3
out = []
for memory in (20000, 70000, 200000):
    task = wasm3.Instance(wasm["m"], memory=memory)
    status = task.resume(10000000)
    while status in (wasm3.SYSCALL, wasm3.PREEMPTED):
        status = task.resume(0 if status == wasm3.SYSCALL else 10000000)
    out.append(task.result())
    task.kill()
answer(out)
""", wasm={"m": module})
    assert [round(count * 1008, -4) for count in counts] == [20000, 70000, 200000] or counts[2] > 190


def test_a_kept_region_takes_no_larger_quota(firmware):
    """It said that it was larger than it is, and clearing it cleared what lies behind."""
    assert firmware.script(TRY + """
task, behind = wasm3.Instance(wasm["spin"], memory=1024, quota=20000), wasm3.Instance(wasm["spin"], memory=1024, quota=20000)
behind.resume(1000)
before = behind.state_hash()
task.empty()
try:
    wasm3.Instance(wasm["spin"], memory=1024, quota=40000, into=task)
    out = "made"
except MemoryError:
    out = "no room"
again = wasm3.Instance(wasm["spin"], memory=1024, quota=20000, into=task)
again.empty()
answer([out, behind.state_hash() == before, behind.resume(1000)])
""", wasm={"spin": SPIN}) == ["no room", True, 0]


def test_many_exports_fit_the_region_again(firmware):
    """The validator's table of their names was not counted in what a region keeps."""
    exports = "".join(f'(export "e{i}" (func 0))' for i in range(400))
    assert firmware.script(TRY + """
task = wasm3.Instance(wasm["m"], memory=1024)
task.empty()
answer(wasm3.Instance(wasm["m"], memory=1024, into=task).resume(1000))
""", wasm={"m": wat(f'(module (memory (export "memory") 1) (func (export "_start")) {exports})')}) == 2


def test_what_has_ended_cannot_trap(firmware):
    """Its frames are gone: a backtrace would follow what lies there now."""
    assert firmware.script(TRY + """
task = wasm3.Instance(wasm["m"], memory=1024)
status = task.resume(1000)
task.trap("late")
answer([status, task.error(), task.backtrace(), task.result()])
""", wasm={"m": wat('(module (memory 1) (func (export "_start") (result i32) (i32.const 7)))')}) == [2, None, [], 7]


def test_an_entry_that_is_the_initializer_runs_once(firmware):
    assert firmware.script(TRY + """
task = wasm3.Instance(wasm["m"], "_initialize", memory=1024)
task.resume(1000)
answer(task.global_(0)[1])
""", wasm={"m": wat("""(module (memory 1) (global $n (mut i32) (i32.const 0))
  (func (export "_initialize") (global.set $n (i32.add (global.get $n) (i32.const 1)))))""")}) == 1
