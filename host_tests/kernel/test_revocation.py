"""Revoking an object while real tasks use it: what they hold is gone, who waits on it is woken and told."""

import pytest
from wasm_text import wat
from setups import KERNEL as SETUP

REVOKED = -2

# Opens "a" below "dir", sleeps, then ends with three answers in one number: of reading the file, of opening it again and
# of looking "dir" up.
READER = wat("""(module (import "sovelma" "sp_exit" (func $exit (param i32)))
 (import "sovelma" "sp_cap_find" (func $find (param i32 i32) (result i32)))
 (import "sovelma" "sp_fs_open" (func $open (param i32 i32 i32 i32) (result i32)))
 (import "sovelma" "sp_fs_read" (func $read (param i32 i32 i32 i32) (result i32)))
 (import "sovelma" "sp_sleep" (func $sleep (param i32) (result i32)))
 (memory (export "memory") 1) (data (i32.const 0) "dir") (data (i32.const 8) "a")
 (func (export "_start") (local $d i32) (local $f i32)
  (local.set $d (call $find (i32.const 0) (i32.const 3)))
  (local.set $f (call $open (local.get $d) (i32.const 8) (i32.const 1) (i32.const 1)))
  (drop (call $sleep (i32.const 30)))
  (call $exit (i32.add (i32.mul (i32.const 10000) (call $read (local.get $f) (i32.const 64) (i32.const 4) (i32.const 0)))
   (i32.add (i32.mul (i32.const 100) (call $open (local.get $d) (i32.const 8) (i32.const 1) (i32.const 1)))
    (call $find (i32.const 0) (i32.const 3)))))))""")

# Connects to a UDP port where nobody answers and waits for a datagram, for ever.
WAITER = wat("""(module (import "sovelma" "sp_exit" (func $exit (param i32)))
 (import "sovelma" "sp_cap_find" (func $find (param i32 i32) (result i32)))
 (import "sovelma" "sp_net_connect" (func $connect (param i32 i32 i32 i32 i32 i32) (result i32)))
 (import "sovelma" "sp_net_recv" (func $recv (param i32 i32 i32 i32) (result i32)))
 (memory (export "memory") 1) (data (i32.const 0) "net") (data (i32.const 8) "127.0.0.1")
 (func (export "_start")
  (call $exit (call $recv (call $connect (call $find (i32.const 0) (i32.const 3)) (i32.const 8) (i32.const 9)
   (i32.const 9) (i32.const 2) (i32.const 1000)) (i32.const 64) (i32.const 16) (i32.const -1)))))""")


def test_a_directory_goes_with_all_that_was_opened_through_it(firmware):
    """In both tasks that have it; a third, which has another directory, goes on."""
    assert firmware.script(SETUP + """
folder, other = system.fs.make("/d", True), system.fs.make("/e", True)
for directory in (folder, other):
    directory.enter(b"a", True, False).write(0, 4, Zeros(), 0)
tasks = []
for name, directory in (("one", folder), ("two", folder), ("three", other)):
    capabilities = Capabilities()
    capabilities.grant("dir", directory, 1)
    task = Task(name, wasm3.Instance(wasm["reader"], memory=1024), 3, 200000, capabilities)
    system.add(task)
    tasks.append(task)
while "ready" in states():
    system.run(2)
before = [len(task.capabilities.held()) for task in tasks]
count = system.revoke(folder)
after = [len(task.capabilities.held()) for task in tasks]
system.run(3000)
answer([before, count, after, [task.result for task in tasks[:2]], tasks[2].result > 0])
""", wasm={"reader": READER}) == [[2, 2, 2], 4, [0, 0, 2], [REVOKED * 10101] * 2, True]


@pytest.mark.pc("sockets")
@pytest.mark.parametrize("what", ["network", "socket"])
def test_who_waits_on_it_is_woken(firmware, what):
    assert firmware.script("from kernel.objects import netpolicy\nfrom kernel.objects.network import Network" + SETUP + """
policy = netpolicy.check({"allow": ["127.0.0.1"], "ports": [9], "protocols": ["udp"]}, "", print)
network = Network(policy)
capabilities = Capabilities()
capabilities.grant("net", network, 0)
task = Task("w", wasm3.Instance(wasm["waiter"], memory=1024), 3, 200000, capabilities)
system.add(task)
while "ready" in states():
    system.run(2)
before = states(), network.open, len(task.capabilities.held())
things = {"network": network, "socket": task.capabilities.held()[1][1]}
count = system.revoke(things[what])
system.run(3000)
answer([before, count, states(), task.result, network.open, task.waiting, hal.watched()])
""", wasm={"waiter": WAITER}, what=what) == [
        [["waiting"], 1, 2], 2 if what == "network" else 1, ["ended"], REVOKED, 0, None, 0]  # fmt: skip


def test_revoking_what_nobody_has_changes_nothing(firmware):
    assert firmware.script(SETUP + """
task = add("a", wasm["reader"])
answer([system.revoke(system.fs), len(task.capabilities.held())])
""", wasm={"reader": READER}) == [0, 1]
