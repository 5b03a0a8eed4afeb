"""Isolation: random systems of tasks with random kills and faults; the survivors do exactly what they do alone.

Every task runs the same program on its own seed: it computes, grows its memory, recurses, yields, sleeps, logs, writes a
file of its own, and some end in a fault. What it leaves behind - exit code or reason of the fault, fuel, system calls,
the bytes of its file - must be the same whoever ran beside it and whatever happened to them.
"""

import pytest
from conftest import wat

# Memory: 0 names, 64 what the seed file says (seed 8 bytes, steps 4, fault 4), 128-1151 the data it works on.
WORKER = wat("""(module
 (import "sovelma" "sp_yield" (func $yield (result i32)))
 (import "sovelma" "sp_sleep" (func $sleep (param i32) (result i32)))
 (import "sovelma" "sp_log" (func $log (param i32 i32 i32) (result i32)))
 (import "sovelma" "sp_exit" (func $exit (param i32)))
 (import "sovelma" "sp_cap_find" (func $find (param i32 i32) (result i32)))
 (import "sovelma" "sp_fs_open" (func $open (param i32 i32 i32 i32) (result i32)))
 (import "sovelma" "sp_fs_read" (func $read (param i32 i32 i32 i32) (result i32)))
 (import "sovelma" "sp_fs_write" (func $write (param i32 i32 i32 i32) (result i32)))
 (import "sovelma" "sp_fs_close" (func $close (param i32) (result i32)))
 (memory (export "memory") 1)
 (data (i32.const 0) "seed") (data (i32.const 8) "out") (data (i32.const 16) "dir")
 (func $deep (param i32) (result i64)
  (if (result i64) (i32.eqz (local.get 0)) (then (i64.const 1))
   (else (i64.mul (i64.const 3) (call $deep (i32.sub (local.get 0) (i32.const 1)))))))
 (func $forever (call $forever))
 (func $bits (param $x i64) (param $shift i64) (param $mask i32) (result i32)
  (i32.and (i32.wrap_i64 (i64.shr_u (local.get $x) (local.get $shift))) (local.get $mask)))
 (func (export "_start") (local $d i32) (local $o i32) (local $x i64) (local $n i32) (local $k i32) (local $i i32)
  (local.set $d (call $find (i32.const 16) (i32.const 3)))
  (local.set $o (call $open (local.get $d) (i32.const 0) (i32.const 4) (i32.const 1)))
  (drop (call $read (local.get $o) (i32.const 64) (i32.const 16) (i32.const 0)))
  (drop (call $close (local.get $o)))
  (local.set $o (call $open (local.get $d) (i32.const 8) (i32.const 3) (i32.const 6)))
  (local.set $x (i64.load (i32.const 64)))
  (local.set $n (i32.load (i32.const 72)))
  (loop $step
   (local.set $x (i64.add (i64.mul (local.get $x) (i64.const 6364136223846793005)) (i64.const 1442695040888963407)))
   (i64.store (i32.add (i32.const 128) (call $bits (local.get $x) (i64.const 33) (i32.const 0x1f8))) (local.get $x))
   (local.set $k (call $bits (local.get $x) (i64.const 40) (i32.const 7)))
   (if (i32.eq (local.get $k) (i32.const 0)) (then (drop (call $yield))))
   (if (i32.eq (local.get $k) (i32.const 1)) (then
    (drop (call $write (local.get $o) (i32.const 128) (call $bits (local.get $x) (i64.const 48) (i32.const 0x1ff)) (i32.const -1)))))
   (if (i32.eq (local.get $k) (i32.const 2)) (then
    (drop (call $sleep (i32.eqz (call $bits (local.get $x) (i64.const 50) (i32.const 7)))))))
   (if (i32.eq (local.get $k) (i32.const 3)) (then
    (local.set $i (i32.shl (call $bits (local.get $x) (i64.const 48) (i32.const 0x3ff)) (i32.const 3)))
    (loop $work
     (local.set $x (i64.xor (local.get $x) (i64.rotl (local.get $x) (i64.extend_i32_u (local.get $i)))))
     (br_if $work (i32.gt_s (local.tee $i (i32.sub (local.get $i) (i32.const 1))) (i32.const 0))))))
   (if (i32.eq (local.get $k) (i32.const 4)) (then (drop (call $log (i32.const 3) (i32.const 128) (i32.const 40)))))
   (if (i32.eq (local.get $k) (i32.const 5)) (then
    (local.set $x (i64.add (local.get $x) (call $deep (call $bits (local.get $x) (i64.const 55) (i32.const 15)))))))
   (br_if $step (i32.gt_s (local.tee $n (i32.sub (local.get $n) (i32.const 1))) (i32.const 0))))
  (if (i32.eq (i32.load (i32.const 76)) (i32.const 1)) (then unreachable))
  (if (i32.eq (i32.load (i32.const 76)) (i32.const 2)) (then (i64.store (i32.const 0x7ffffff0) (local.get $x))))
  (if (i32.eq (i32.load (i32.const 76)) (i32.const 3)) (then (drop (i32.div_u (i32.const 1) (i32.const 0)))))
  (if (i32.eq (i32.load (i32.const 76)) (i32.const 4)) (then (call $forever)))
  (if (i32.eq (i32.load (i32.const 76)) (i32.const 5)) (then (drop (call $write (local.get $o) (i32.const 2000) (i32.const 100) (i32.const 0)))))
  (if (i32.eq (i32.load (i32.const 76)) (i32.const 6)) (then (loop $l (br $l))))
  (call $exit (call $bits (local.get $x) (i64.const 32) (i32.const 0x7fffffff)))))""")

SCRIPT = """
import gc, hal, hashlib, random, struct, wasm3
from kernel.capability import Capabilities
from kernel.ramfs import Directory, RamFS, walk
from kernel.system import System
from kernel.task import ENDED, FAULTED, KILLED, Task
hal.write = lambda buffer, n: None      # a thousand crash records are nobody's reading
module = wasm["worker"]
ENDLESS = 6
class Bytes:
    def __init__(self, data):
        self.data = data
    def readinto(self, address, buffer, start, length):
        buffer[start:start + length] = self.data[address:address + length]
        return length
class Sink:
    def __init__(self):
        self.hash = hashlib.sha256()
    def write(self, address, buffer, start, length):
        self.hash.update(bytes(buffer[start:start + length]))
def add(system, plan, priority, slice):
    name, seed, steps, fault = plan
    folder = system.fs.make("/" + name, True)
    file = walk(folder, b"seed", True, False)
    file.write(0, 16, Bytes(struct.pack("<QII", seed, steps, fault)), 0)
    capabilities = Capabilities()
    capabilities.grant("dir", folder, 7)
    task = Task(name, wasm3.Task(module, memory=1536, stack=1024), priority, slice, capabilities)
    system.add(task)
    return task
def left_behind(system, task):
    sink = Sink()
    out = system.fs.entries[task.name.encode()].entries.get(b"out")
    if out:
        out.read(0, out.size, sink, 0)
    return [task.state, task.outcome(), task.fuel(), task.calls(), task.record and task.record.backtrace[:3],
            out and out.size, sink.hash.digest()]
def used(directory):
    return sum([node.cost() + (used(node) if isinstance(node, Directory) else 0) for node in directory.entries.values()])
random.seed(number)
free = wasm3.arena()
wrong = []
survivors = faults = kills = 0
for round in range(rounds):
    plans = [("t%d" % i, random.getrandbits(30) << 30 | random.getrandbits(30), random.randint(1, 300), max(0, random.randint(-6, ENDLESS)))
             for i in range(random.randint(2, 8))]
    system = System(RamFS(1 << 20))
    tasks = [add(system, plan, random.randint(0, 7), random.choice((300, 5000, 60000))) for plan in plans]
    endless = [task for task, plan in zip(tasks, plans) if plan[3] == ENDLESS]
    while True:
        system.run(random.randint(0, 3))
        running = [task for task in tasks if not task.over()]
        if len(running) <= len([task for task in endless if not task.over()]):
            break
        if random.randint(0, 3) == 0:
            system.kill(random.choice(running))
    for task in endless:
        system.kill(task)
    if wasm3.arena() != free or system.fs.used != used(system.fs):
        wrong.append([number, round, "memory", wasm3.arena(), system.fs.used])
    for task, plan in zip(tasks, plans):
        if task.state == KILLED:
            kills += 1
            continue
        survivors += task.state == ENDED
        faults += task.state == FAULTED
        alone = System(RamFS(1 << 20))
        single = add(alone, plan, 3, 200000)
        alone.run()
        if left_behind(system, task) != left_behind(alone, single):
            wrong.append([number, round, str(left_behind(system, task)), str(left_behind(alone, single))])
answer([wrong, survivors, faults, kills])
"""


@pytest.mark.parametrize("number", range(4))
def test_survivors_do_what_they_do_alone(firmware, number):
    wrong, survivors, faults, kills = firmware.script(SCRIPT, wasm={"worker": WORKER}, number=number, rounds=200)
    assert wrong == []
    assert survivors > 100 and faults > 50 and kills > 25
