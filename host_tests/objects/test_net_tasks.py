"""The network and the tasks around it: nobody is delayed, nothing leaks, nothing allocates, whoever waits can be killed."""

import hashlib
import socket
import threading

import pytest
from setups import INSTEAD
from wasm_text import wat
from dns import A, answer, record
from peers import CLOSE, HOST, SETUP, connect, free_port, full_backlog, guest, open_s, put, recv, reset, send, tcp, udp
from abi_definition import ABI

pytestmark = pytest.mark.pc("sockets")

AGAIN, TIMEOUT, NOMEM, REVOKED = -7, -8, -11, -2
RECV = next(call["fuel"] for call in ABI["call"] if call["name"] == "sp_net_recv")
UDP = 2
SPIN = wat('(module (memory (export "memory") 1) (func (export "_start") (loop $l (br $l))))')


def echo(connection):
    while data := connection.recv(65536):
        connection.sendall(data)


class Hold:
    """A peer that accepts and does nothing until the test is over."""

    def __init__(self):
        self.over = threading.Event()

    def __call__(self, connection):
        self.over.wait(30)

    def __enter__(self):
        self.server = tcp(self)
        return self.server.__enter__()

    def __exit__(self, *exception):
        self.over.set()
        return self.server.__exit__(*exception)


def stuck(port, full, dns):
    """Guests that wait for peers that do nothing, each in another call."""
    fill = f"(loop $l (br_if $l (i32.gt_s {send(4096, 4096, timeout=-1)} (i32.const 0))))"
    return {
        "recv": guest(open_s(port) + put(recv(10, timeout=-1))), "send": guest(open_s(port) + fill),
        "connect": guest(put(connect(full, timeout=-1))), "limited": guest(open_s(port) + put(recv(10, timeout=10**6))),
        "lookup": guest(put(connect(80, host="a.test", timeout=-1)), host="a.test"),
        "udp": guest(open_s(port, flags=UDP) + put(recv(10, timeout=-1))),
    }  # fmt: skip


STUCK = """
def start_stuck():
    tasks = [add(name, wasm[name], allow=("127.0.0.1", "a.test"), priority=7) for name in ("recv", "send", "connect", "limited", "lookup", "udp")]
    run_until(lambda: hal.watched() == 6)
    for _ in range(40):      # the one that sends finds room a few more times
        system.run(10)
    return tasks
system = make_system(RamFS(1 << 16), Resolver([(bytes((127, 0, 0, 1)), dns)]))
"""


@pytest.fixture
def silence():
    """Ports of peers that never say anything: (TCP that accepts, TCP that does not, DNS)."""
    with Hold() as port, full_backlog() as full, udp(lambda data, send: None) as dns:
        yield port, full, dns


def test_peers_that_do_nothing_take_nothing_from_the_others(firmware, silence):
    """Six tasks of the highest priority are stuck in six ways; every slice is the worker's, to the last instruction."""
    slices, fuel, others = firmware.script(SETUP + STUCK + """
tasks = start_stuck()
worker = add("worker", wasm["spin"], priority=1)
system.run(20)
before = system.slices, worker.fuel(), [task.fuel() for task in tasks if task.name != "lookup"]
while system.slices < before[0] + 200:
    system.run(20)
slices, fuel = system.slices - before[0], worker.fuel() - before[1]
answer([slices, fuel, before[2] == [task.fuel() for task in tasks if task.name != "lookup"]])
""", wasm={**stuck(*silence), "spin": SPIN}, dns=silence[2])
    # The lookup asks again after a second, then two and so on: that may take a few slices where the machine is slow.
    assert slices >= 200 and slices - 9 <= fuel // 200000 <= slices and others


def test_waiting_costs_no_processor_time(firmware, silence):
    """Nobody runs, nothing polls: also where a peer has broken a connection off that nobody waits for."""
    with tcp(reset) as port:
        asleep = guest(open_s(port) + put(connect(port)))
        ticks, slices, idle = firmware.script(SETUP + STUCK + """
def ticks():
    with open("/proc/self/stat") as stream:
        return sum([int(word) for word in stream.read().split()[13:15]])
tasks = [task for task in start_stuck() if task.name != "lookup"]
system.kill(system.find("lookup"))
add("asleep", wasm["asleep"], priority=7)
run_until(lambda: settled(system.find("asleep")))
before = ticks(), system.slices
system.run(1000)
answer([ticks() - before[0], system.slices - before[1], hal.watched()])
""", wasm={**stuck(*silence), "asleep": asleep}, dns=silence[2])
    assert ticks <= 2 and slices == 0 and idle == 5


def test_tasks_that_never_rest_do_not_shut_out_the_network(firmware):
    """Beside four endless loops, one of them more important: round trips go on, each within a few slices."""
    rounds = 300
    with tcp(echo) as port:
        module = guest(open_s(port) + f"""
 (loop $l (drop {send(HOST, 9)}) (drop {recv(9)})
  (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const {rounds}))))""")
        slices, calls, fuel = firmware.script(SETUP + """
spins = [add("s%d" % i, wasm["spin"], priority=4 if i == 0 else 3) for i in range(4)]
task = add("a", wasm["a"], priority=5)
settle(task)
answer([system.slices, task.calls(), spins[0].fuel()])
""", wasm={"a": module, "spin": SPIN})
    assert calls == 3 + 2 * rounds and fuel > 200_000 and slices < rounds * 12


@pytest.mark.parametrize("kind", ["recv", "send", "connect", "limited", "lookup", "udp"])
def test_killing_who_waits_gives_everything_back(firmware, silence, kind):
    assert firmware.script(SETUP + """
system = make_system(RamFS(1 << 16), Resolver([(bytes((127, 0, 0, 1)), dns)]))
probe = hal.open_socket(False)
hal.close_socket(probe)
arena = wasm3.arena()
task = add("a", wasm[kind], allow=("127.0.0.1", "a.test"))
run_until(lambda: hal.watched() == 1)
for _ in range(20):
    system.run(10)
seen = STATES[task.state], task.outcome().split(" ")[0], network(task).open
net = network(task)
system.kill(task)
again = hal.open_socket(False)
hal.idle = None             # nobody sleeps: nobody is left to wait for
system.run(1000)
answer([seen, STATES[task.state], net.open, hal.watched(), again == probe, wasm3.arena() == arena, system.scheduler.idle()])
""", wasm=stuck(*silence), dns=silence[2], kind=kind) == [["waiting", "waits:", 1], "killed", 0, 0, True, True, -1]


def test_a_peer_that_comes_late_finds_nobody_and_that_is_all(firmware):
    """The answer to a killed task's call arrives: on a new socket with the same number it is not heard."""
    gate = threading.Event()

    def handle(connection):
        data = connection.recv(1)
        gate.wait(0.3)
        connection.sendall(data * 3)

    with tcp(handle) as port:
        first = guest(open_s(port) + put(send(HOST, 1), recv(9, timeout=-1)))
        second = guest(open_s(port) + put(send(HOST + 1, 1), recv(9, timeout=-1), f"(i32.load8_u (i32.const {4096}))"))
        assert firmware.script(SETUP + """
a = add("a", wasm["first"])
run_until(lambda: hal.watched() == 1 and a.instance.nr() == abi.NAMES.index("sp_net_recv"))
handle = sockets(a)[0].handle
system.kill(a)
b = add("b", wasm["second"])
run_until(lambda: len(sockets(b)) == 1)
same = sockets(b)[0].handle == handle
settle(b)
answer([same, results(b, 3)])
""", wasm={"first": first, "second": second}) == [True, [1, 3, ord("2")]]


def test_a_capability_that_goes_while_its_task_waits(firmware):
    with Hold() as port:
        module = guest(open_s(port) + put(recv(9, timeout=-1), recv(9, timeout=-1)))
        assert firmware.script(SETUP + """
task = add("a", wasm["a"])
run_until(lambda: hal.watched() == 1 and task.instance.nr() == abi.NAMES.index("sp_net_recv"))
task.capabilities.drop(task.capabilities.held()[1][0])
settle()
answer([results(task, 2), hal.watched(), network(task).open])
""", wasm={"a": module}) == [[REVOKED] * 2, 0, 0]


def test_a_network_that_is_taken_away(firmware):
    """Its connections end, whoever waits for one or for a new one is told, and nothing is left open."""
    with Hold() as port, full_backlog() as full:
        modules = {"recv": guest(open_s(port) + put(recv(9, timeout=-1), send(HOST, 1), connect(port))),
                   "connect": guest(open_s(port) + put(connect(full, timeout=-1), recv(9), connect(port)))}  # fmt: skip
        assert firmware.script(SETUP + """
probe = hal.open_socket(False)
hal.close_socket(probe)
tasks = [add(name, wasm[name]) for name in sorted(wasm)]
run_until(lambda: hal.watched() == 2 and tasks[1].instance.nr() == abi.NAMES.index("sp_net_recv") and len(sockets(tasks[0])) == 1)
networks = [network(task) for task in tasks]
for task in tasks:
    task.capabilities.revoke(task.capabilities.held()[0][0])
    system.scheduler.rouse(task)
settle()
again = hal.open_socket(False)
answer([[results(task, 3) for task in tasks], [net.open for net in networks], hal.watched(), again == probe])
""", wasm=modules) == [[[REVOKED] * 3] * 2, [0, 0], 0, True]


def test_ctrl_c_while_everybody_waits(firmware):
    """The system stops and goes on as if nothing had been."""

    def later(connection):
        while data := connection.recv(65536):
            threading.Event().wait(0.002)
            connection.sendall(data)

    with tcp(later) as port:
        module = guest(open_s(port) + "(loop $l" + put(send(HOST, 1)) + "(drop " + recv(1) + ")"
                       + "(br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 50))))")  # fmt: skip
        stops, got = firmware.script(SETUP + """
task = add("a", wasm["a"])
real, count, stops = hal.idle, 0, 0
def idle(us):
    global count
    count += 1
    ready = real(us)
    if count % 3 == 0:
        raise KeyboardInterrupt
    return ready
hal.idle = idle
end = time.ticks_ms() + 20000
while not settled(task) and time.ticks_ms() < end:
    try:
        system.run(20)
    except KeyboardInterrupt:
        stops += 1
answer([stops, results(task, 50)])
""", wasm={"a": module})
    assert stops > 3 and got == [1] * 50


def test_a_call_that_waits_pays_for_every_look(firmware):
    """Each datagram that is not the one wanted, and each address that refuses, costs its task what the call costs."""

    def late(data, send):
        threading.Event().wait(0.2)
        send(data)

    def several(data, send):
        send(answer(data, [record("a.test", A, "127.0.0.1")] * 3))

    with udp(late) as port, udp(several) as dns:
        wasm = {"a": guest(open_s(port, flags=UDP) + put(send(HOST, 1), recv(9))),
                "b": guest(put(connect(free_port(), host="a.test"), connect(free_port(), host="a.test", timeout=0)), host="a.test")}  # fmt: skip
        looks, paid, answers, tried = firmware.script(SETUP + INSTEAD + """
system = make_system(RamFS(1 << 16), Resolver([(bytes((127, 0, 0, 1)), dns)]))
looks, paid, tried = 0, [], []
def counting(real, count):
    def call(*arguments):
        count()
        return real(*arguments)
    return call
def look():
    global looks
    looks += 1
def watch_charges(task):
    real = task.instance.again
    def again():
        before = task.fuel()
        real()
        paid.append(task.fuel() - before)
    task.instance = Instead(task.instance, again=again)
hal.receive = counting(hal.receive, look)
task = add("a", wasm["a"])
watch_charges(task)
settle(task)
out = [looks, list(paid), results(task, 2)]
paid.clear()
hal.open_socket = counting(hal.open_socket, lambda: tried.append(len(paid)))
task = add("b", wasm["b"], allow=("a.test", "127.0.0.1"))
watch_charges(task)
settle(task)
answer(out + [[tried, results(task, 2), len(paid)]])
""", wasm=wasm, dns=dns)
    assert looks >= 2 and paid == [RECV] * (looks - 1) and answers == [1, 1]
    # A socket for the name, then one for each address, and between two of them at least one charge.
    opened, codes, charges = tried
    assert codes in ([-16, -7], [-16, -16]) and charges >= 5 and len(opened) >= 6
    assert all(a < b for a, b in zip(opened[1:4], opened[2:4])) and all(a < b for a, b in zip(opened[4:], opened[5:]))


@pytest.mark.parametrize("flags", [0, UDP])
def test_sending_and_receiving_allocate_nothing(firmware, flags):
    """Round trips that wait each time, and calls that find nothing: with the collector off nothing is left behind."""
    server = udp(lambda data, send: send(data)) if flags else tcp(echo)
    with server as port:
        # The value waited for differs: TCP without a limit, UDP with one, so that timers take part too.
        module = guest(open_s(port, flags=flags) + f"""(loop $l (drop {send(HOST, 9)}) (drop {recv(99, timeout=5000 if flags else -1)})
 (drop {recv(99, timeout=0)}) (br $l))""")
        calls, waits, left = firmware.script(SETUP + """
task = add("a", wasm["a"])
waits = 0
real = hal.watch
def watch(*arguments):
    global waits
    waits += 1
    return real(*arguments)
def measure():
    before = gc.mem_alloc()
    system.run(200)
    return gc.mem_alloc() - before
hal.watch = watch
measure()
hal.watch = real
counted = waits
gc.collect()
gc.disable()
measure()
calls = task.calls()
left = measure()
answer([task.calls() - calls, counted, left])
""", wasm={"a": module})
    assert calls > 100 and waits > 20 and left == 0


def test_a_thousand_connections_leave_no_trace(firmware):
    """By name, so with a lookup or a look into what is known; a line there and back each time."""
    with tcp(echo) as port, udp(lambda query, send: send(answer(query, [record("a.test", A, "127.0.0.1", 1)]))) as dns:
        module = guest(f"""(loop $l (local.set $s {connect(port, host='a.test')}) (drop {send(HOST, 4)}) (drop {recv(9)}) (drop {CLOSE})
 (br $l))""", host="a.test")
        calls, grown, open_, same = firmware.script(SETUP + """
resolver = Resolver([(bytes((127, 0, 0, 1)), dns)])
system = make_system(RamFS(1 << 16), resolver)
task = add("a", wasm["a"], allow=("a.test", "127.0.0.1"))
def until_calls(n):
    while task.calls() < n:
        system.run(20)
        resolver._kept.clear()
def level():
    gc.collect()
    gc.collect()
    return gc.mem_alloc()
until_calls(200)
before = level()
until_calls(4300)
after = level()
net = network(task)
system.kill(task)
probe = hal.open_socket(False)
answer([task.calls(), after - before, [net.open, hal.watched()], probe < 8])
""", wasm={"a": module}, dns=dns, timeout=300)
    assert calls >= 4300 and abs(grown) <= 2048 and open_ == [0, 0] and same


def test_a_full_heap_is_an_error_code_and_leaves_nothing_open(firmware):
    """With the heap locked every allocation fails: connecting is NOMEM, and works again afterwards."""
    with tcp(echo) as port, udp(lambda query, send: send(answer(query, [record("a.test", A, "127.0.0.1")]))) as dns:
        module = guest("(loop $l " + put(f"(local.tee $s {connect(port, host='a.test')})", send(HOST, 4), recv(9), CLOSE)
                       + "(drop (call $sleep (i32.const 1)))"
                       + "(br_if $l (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 60))))", host="a.test")  # fmt: skip
        got, open_ = firmware.script(SETUP + """
import micropython
system = make_system(RamFS(1 << 16), Resolver([(bytes((127, 0, 0, 1)), dns)]))
task = add("a", wasm["a"], allow=("a.test", "127.0.0.1"))
run = system.run
def locked(ms):
    micropython.heap_lock()
    run(ms)
    micropython.heap_unlock()
for round in range(8):
    if not settled(task):
        locked(20)
        system.run(20)
settle()
answer([results(task, 240), [network(task).open, hal.watched()]])
""", wasm={"a": module}, dns=dns)
    quads = [tuple(got[i:i + 4]) for i in range(0, 240, 4)]
    good = [q for q in quads if q[0] > 0]
    assert all(q[1:] == (4, 4, 0) for q in good) and len(good) > 10
    assert {q[0] for q in quads if q[0] < 0} == {NOMEM} and open_ == [0, 0]


@pytest.mark.parametrize("name", ["open_socket", "connect", "watch", "send", "receive", "random", "microseconds"])
def test_whatever_the_hal_fails_at_leaves_nothing_open(firmware, name):
    """The k-th call of one of the HAL's functions raises, for every k there is."""
    with tcp(echo) as port, udp(lambda query, send: send(answer(query, [record("a.test", A, "127.0.0.1")]))) as dns:
        module = guest(put(f"(local.tee $s {connect(port, host='a.test')})", send(HOST, 4), recv(9, timeout=200), CLOSE), host="a.test")
        seen = firmware.script(SETUP + """
real = getattr(hal, name)
probe = hal.open_socket(False)
hal.close_socket(probe)
seen = []
for k in range(40):
    system = make_system(RamFS(1 << 16), Resolver([(bytes((127, 0, 0, 1)), dns)]))
    left = k
    def failing(*arguments):
        global left
        left -= 1
        if left < 0 and left > -2:
            raise (MemoryError if k % 2 else OSError)("test")
        return real(*arguments)
    task = add("a", wasm["a"], allow=("a.test", "127.0.0.1"))
    setattr(hal, name, failing)
    settle()
    setattr(hal, name, real)
    net = network(task)
    codes = results(task, 4)
    system.kill(task)
    again = hal.open_socket(False)
    hal.close_socket(again)
    seen.append([codes[0] > 0, codes[1:], net.open, hal.watched(), again == probe])
    if left >= 0:
        break
answer([k, seen])
""", wasm={"a": module}, dns=dns, name=name)
    k, seen = seen
    assert 1 <= k < 39 and seen[-1] == [True, [4, 4, 0], 0, 0, True]
    assert all(entry[2:] == [0, 0, True] for entry in seen) and any(entry[:2] != seen[-1][:2] for entry in seen)


def test_limits_hold_across_the_wrap_of_the_tick_counter(firmware):
    with Hold() as port:
        module = guest(open_s(port) + put(recv(9, timeout=100), recv(9, timeout=100), recv(9, timeout=100)))
        elapsed, got = firmware.script(SETUP + """
real = time.ticks_ms
start = real()
hal.ticks = lambda: ((1 << 30) - 120 + real() - start) & ((1 << 30) - 1)
task = add("a", wasm["a"])
settle()
answer([real() - start, results(task, 3)])
""", wasm={"a": module})
    assert got == [TIMEOUT] * 3 and 300 <= elapsed < 2000


def test_a_slow_reader_gets_everything_and_holds_up_only_its_own_task(firmware):
    digest, done = hashlib.sha256(), threading.Event()

    def slow(connection):
        while data := connection.recv(65536):
            digest.update(data)
            done.wait(0.003)
        done.set()

    total = 12_000_000     # the host's own buffers take up to half of it
    module_body = f"""(loop $f (i32.store8 (i32.add (i32.const 4096) (local.get $i)) (i32.mul (local.get $i) (i32.const 7)))
  (br_if $f (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 4096))))
 (loop $l (local.set $n (i32.add (local.get $n) (call $send (local.get $s) (i32.add (i32.const 4096) (i32.and (local.get $n) (i32.const 255)))
     (select (i32.sub (i32.const {total}) (local.get $n)) (i32.const 3840) (i32.lt_s (i32.sub (i32.const {total}) (local.get $n)) (i32.const 3840)))
     (i32.const -1))))
  (br_if $l (i32.lt_s (local.get $n) (i32.const {total})))) (drop {CLOSE}) (call $put (local.get $n))"""
    with tcp(slow) as port:
        sent, waits, worker = firmware.script(SETUP + """
waits = 0
real = hal.watch
def watch(*arguments):
    global waits
    waits += 1
    return real(*arguments)
hal.watch = watch
task = add("a", wasm["a"], priority=5)
worker = add("worker", wasm["spin"], priority=1)
settle(task)
answer([results(task, 1)[0], waits, worker.fuel() / task.fuel()])
""", wasm={"a": guest(open_s(port) + module_body), "spin": SPIN})
        assert done.wait(30)
    assert sent == total and waits >= 2 and worker > 1
    assert digest.digest() == hashlib.sha256(bytes(i * 7 & 255 for i in range(256)) * (total // 256) + bytes(i * 7 & 255 for i in range(total % 256))).digest()


def test_a_peer_that_has_nothing_more_to_say_may_still_listen(firmware):
    """Half closed: receiving is at its end, sending goes on; then the other half closes too."""
    got = []

    def handle(connection):
        connection.shutdown(socket.SHUT_WR)
        while data := connection.recv(100):
            got.append(data)

    with tcp(handle) as port:
        module = guest(open_s(port) + put(recv(9), send(HOST, 3), recv(9), send(HOST, 3), CLOSE))
        assert firmware.script(SETUP + 'task = add("a", wasm["a"])\nsettle()\nanswer(results(task, 5))', wasm={"a": module}) == [0, 3, 0, 3, 0]
    assert b"".join(got) == b"127127"


def test_what_people_see(firmware):
    """ps tells what a task waits for, caps what its sockets are; nothing of it makes the terminal do anything."""
    with Hold() as port, full_backlog() as full:
        modules = {"a": guest(open_s(port) + put(recv(9, timeout=-1))), "b": guest(open_s(full, timeout=-1)),
                   "c": guest(open_s(port, flags=UDP) + put(connect(free_port())))}  # fmt: skip
        texts = firmware.script(SETUP + """
import sovelma
tasks = [add(name, wasm[name]) for name in sorted(wasm)]
run_until(lambda: hal.watched() == 2 and settled(tasks[2]) and tasks[0].instance.nr() == abi.NAMES.index("sp_net_recv"))
from kernel.shell import running
running.system = system
lines = []
console.show = lines.append
sovelma.ps()
sovelma.net()
for name in "abc":
    sovelma.caps(name)
answer(lines)
""", wasm=modules)
    text = "\n".join(texts)
    assert f"waits: sp_net_recv tcp 127.0.0.1:{port}" in text and f"waits: sp_net_connect tcp 127.0.0.1:{full}" in text
    assert f"socket, udp 127.0.0.1:{port}" in text and "network, 1 of 8 sockets open" in text
    assert "read write" in text
    assert f"b: sp_net_connect tcp 127.0.0.1:{full}" in texts and f"c: socket, udp 127.0.0.1:{port}" in texts
