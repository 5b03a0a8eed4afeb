"""sp_net_* against real peers on loopback: what comes back, how long it takes, what a bad peer can do."""

import socket
import threading
import time

import pytest
from peers import CLOSE, HOST, SETUP, connect, free_port, full_backlog, guest, open_s, put, recv, reset, run, send, tcp, udp

pytestmark = pytest.mark.pc("sockets")

AGAIN, TIMEOUT, REFUSED, RESET, CLOSED, DENIED, INVAL, QUOTA, REVOKED, BADCAP, NOTFOUND, UNSUPPORTED = (
    -7, -8, -16, -18, -20, -3, -4, -10, -2, -1, -5, -13)  # fmt: skip
UDP, TLS = 2, 1
NOW = "(call $put (i32.wrap_i64 (i64.div_s (call $time (i32.const 0)) (i64.const 1000))))"


def echo(connection):
    while data := connection.recv(65536):
        connection.sendall(data)


def test_tcp_there_and_back(firmware):
    with tcp(echo) as port:
        module = guest(open_s(port) + put("(local.get $s)", send(HOST, 9), recv(9, address=8192), "(i32.load (i32.const 8192))",
                                          CLOSE, CLOSE, send(HOST, 1), recv(1)))  # fmt: skip
        s, sent, received, text, *after = run(firmware, module, 8)
    assert s > 0 and (sent, received) == (9, 9)
    assert text.to_bytes(4, "little") == b"127."
    assert after == [0, REVOKED, REVOKED, REVOKED]


def test_udp_there_and_back_with_datagrams_kept_apart(firmware):
    with udp(lambda data, answer: answer(data)) as port:
        module = guest(open_s(port, flags=UDP) + put(send(HOST, 3), send(HOST, 0), send(HOST, 6)) + "(drop (call $sleep (i32.const 100)))"
                       + put(recv(100), recv(100), recv(4), recv(100, timeout=50)))  # fmt: skip
        assert run(firmware, module, 7) == [3, 0, 6, 3, 0, 4, TIMEOUT]


def test_the_end_of_a_connection_is_0_after_everything_was_received(firmware):
    def handle(connection):
        connection.sendall(b"x" * 5000)

    with tcp(handle) as port:
        module = guest(open_s(port) + "(loop $l (local.set $n (i32.add (local.get $n) (local.tee $i " + recv(4096)
                       + "))) (br_if $l (i32.gt_s (local.get $i) (i32.const 0))))" + put("(local.get $n)", recv(10), recv(10)))  # fmt: skip
        assert run(firmware, module, 3) == [5000, 0, 0]


def test_what_came_before_a_reset_is_still_received(firmware):
    """A server that answers early and closes with something unread sends its data and then a reset."""

    def handle(connection):
        connection.sendall(b"x" * 700)
        connection.recv(1)
        reset(connection)

    with tcp(handle) as port:
        module = guest(open_s(port) + put(send(HOST, 9)) + "(drop (call $sleep (i32.const 200)))" + put(recv(4096), recv(10), send(HOST, 9)))
        assert run(firmware, module, 4) == [9, 700, RESET, CLOSED]


def test_nobody_listens(firmware):
    tcp_port, udp_port = free_port(), free_port(socket.SOCK_DGRAM)
    module = guest(put(connect(tcp_port)) + open_s(udp_port, flags=UDP) + put(send(HOST, 4), recv(4), recv(4, timeout=20)))
    assert run(firmware, module, 4) == [REFUSED, 4, REFUSED, TIMEOUT]


def test_a_refused_connection_leaves_nothing_behind(firmware):
    module = guest("(loop $l " + put(connect(free_port()))
                   + "(br_if $l (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 40))))")  # fmt: skip
    assert firmware.script(SETUP + """
task = add("a", wasm["a"], sockets=1)
probe = hal.open_socket(False)
hal.close_socket(probe)
settle()
again = hal.open_socket(False)
answer([results(task, 40), network(task).open, hal.watched(), probe == again])
""", wasm={"a": module}) == [[REFUSED] * 40, 0, 0, True]


@pytest.mark.parametrize("timeout, expected, minimum, maximum", [(0, AGAIN, 0, 40), (1, TIMEOUT, 1, 60), (150, TIMEOUT, 150, 400)])
def test_timeouts(firmware, timeout, expected, minimum, maximum):
    """Of each call that waits; on an idle system, so the upper bound only tells "at once" from "at the end"."""
    hold = threading.Event()

    def silent(connection):
        hold.wait(20)

    # Again and again: the host's stack makes more room for a while.
    fill = "".join(f"(loop $l{i} (br_if $l{i} (i32.gt_s {send(4096, 4096, timeout=0)} (i32.const 0))))"
                   " (drop (call $sleep (i32.const 60)))" for i in range(4))  # fmt: skip
    with tcp(silent) as port, full_backlog() as full:
        module = guest(open_s(port) + fill + NOW + put(recv(10, timeout=timeout)) + NOW + put(send(HOST, 10, timeout=timeout)) + NOW
                       + put(connect(full, timeout=timeout)) + NOW)  # fmt: skip
        start, r, after_r, s, after_s, c, after_c = run(firmware, module, 7)
        hold.set()
    assert [r, s, c] == [expected] * 3
    for duration in (after_r - start, after_s - after_r, after_c - after_s):
        assert minimum <= duration <= maximum + 100


def test_without_a_limit_a_call_waits_until_something_comes(firmware):
    def handle(connection):
        connection.recv(1)
        time.sleep(0.4)
        connection.sendall(b"abc")
        connection.recv(1)

    with tcp(handle) as port:
        module = guest(open_s(port, timeout=-1) + put(send(HOST, 1, timeout=-1)) + NOW + put(recv(9, timeout=-1)) + NOW)
        sent, start, received, end = run(firmware, module, 4)
    assert (sent, received) == (1, 3) and 350 <= end - start < 5000


def test_a_connection_within_the_machine_is_there_at_once(firmware):
    """Timeout 0 tries: TCP to a listening neighbour and UDP to anywhere succeed."""
    with tcp(echo) as port:
        module = guest(put(connect(port, timeout=0), connect(9, flags=UDP, timeout=0)))
        assert all(result > 0 for result in run(firmware, module, 2))


@pytest.mark.parametrize("arguments, expected", [
    ({"port": 0}, INVAL), ({"port": 65536}, INVAL), ({"port": -1}, INVAL), ({"flags": 4}, INVAL), ({"flags": -1}, INVAL),
    ({"timeout": -2}, INVAL), ({"timeout": 2**29}, INVAL), ({"flags": TLS}, UNSUPPORTED), ({"flags": TLS | UDP}, UNSUPPORTED),
    ({"port": 81}, DENIED), ({"flags": UDP}, DENIED), ({"host": "127.0.0.2"}, DENIED), ({"host": "localhost"}, DENIED),
    ({"host": "example.org"}, DENIED), ({"host": ""}, INVAL), ({"host": "127.0.0.01"}, INVAL), ({"host": "127.1"}, INVAL),
    ({"host": "2130706433"}, INVAL), ({"host": "0x7f.0.0.1"}, INVAL), ({"host": "::1"}, INVAL), ({"host": "a b"}, INVAL),
    ({"host": "127.0.0.1."}, INVAL), ({"host": "256.0.0.1"}, INVAL), ({"host": "a..b"}, INVAL), ({"host": "a" * 64}, INVAL),
    ({"host": "0.0.0.0"}, DENIED), ({"host": "127.0.0.1/8"}, INVAL), ({"host": "ünicode.example"}, INVAL),
])  # fmt: skip
def test_what_may_not_be_reached_is_refused(firmware, arguments, expected):
    arguments = {"port": 80, "host": "127.0.0.1", **arguments}
    host = arguments.pop("host")
    module = guest(put(connect(host="x" * len(host.encode()), **arguments)), host=host)
    assert firmware.script(SETUP + """
task = add("a", wasm["a"], ports=[80], protocols=["tcp"])
settle()
answer([results(task, 1), network(task).open])
""", wasm={"a": module}) == [[expected], 0]


def test_a_network_capability_is_needed_and_a_socket_is_another_thing(firmware):
    with tcp(echo) as port:
        module = guest(open_s(port) + "(local.set $n (local.get $net)) (local.set $net (local.get $s))" + put(connect(port))
                       + "(local.set $s (local.get $n))" + put(send(HOST, 1), recv(1), CLOSE)
                       + "(local.set $net (i32.const 0))" + put(connect(port)))  # fmt: skip
        assert run(firmware, module, 5) == [BADCAP] * 5


def test_the_quota_of_sockets_and_that_of_capabilities(firmware):
    with tcp(echo) as port:
        module = guest(put(connect(port), connect(port)) + open_s(port) + put("(local.get $s)", connect(port), CLOSE, connect(port), connect(port)))
        first = "results(task, 7)"
        script = SETUP + """
a = add("a", wasm["a"], sockets=3)
b = add("b", wasm["a"], slots=4)
settle()
answer([[results(task, 7), network(task).open] for task in (a, b)])
"""
        for values, held in firmware.script(script, wasm={"a": module}):
            assert [v > 0 or v for v in values] == [True, True, True, QUOTA, 0, True, QUOTA] and held == 3, first


def test_a_wild_pointer_is_a_fault_before_anything_is_sent_or_received(firmware):
    got = []

    with tcp(lambda connection: got.append(connection.recv(10))) as port:
        modules = {"send": guest(open_s(port) + put(send(16000, 1000))), "recv": guest(open_s(port) + put(recv(1000, address=16000))),
                   "host": guest(put(connect(port, at=16380)))}  # fmt: skip
        assert firmware.script(SETUP + """
tasks = [add(name, wasm[name]) for name in sorted(wasm)]
settle()
answer([[STATES[task.state], task.record.reason] for task in tasks] + [hal.watched()])
""", wasm=modules) == [["faulted", f"pointer outside memory in sp_net_{call}"] for call in ("connect", "recv", "send")] + [0]
        end = time.monotonic() + 10
        while len(got) < 2 and time.monotonic() < end:
            time.sleep(0.01)
    assert got == [b"", b""]


def test_lengths_beyond_the_limit_are_shortened_and_empty_ones_are_nothing(firmware):
    def handle(connection):
        connection.sendall(b"y" * 20000)
        while connection.recv(65536):
            pass

    with tcp(handle) as port:
        module = guest(open_s(port) + "(drop (call $sleep (i32.const 100)))" + put(recv(0), recv(8000, address=4096), send(0, 8000), send(0, 0)))
        assert run(firmware, module, 4) == [0, 4096, 4096, 0]
