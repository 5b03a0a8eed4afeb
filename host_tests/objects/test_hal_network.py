"""The HAL's sockets and poller by themselves: small integers for everything, an event told once, room for many."""

import pathlib
import threading
import time

import pytest
from peers import free_port, tcp

pytestmark = pytest.mark.pc("sockets")

SETUP = """
import gc, time
import hal
import netio
from array import array
LOOPBACK = bytes((127, 0, 0, 1))
told = []
def poll():
    told.clear()
    hal.poll(told.append)
    return sorted(told)
"""


def test_a_watch_tells_once_and_forgets(firmware):
    """Until it is made anew; what is watched by nobody is told to nobody and wakes nobody."""
    with tcp(lambda connection: connection.sendall(b"hello")) as port:
        out = firmware.script(SETUP + """
h = hal.open_socket(False)
state = hal.connect(h, LOOPBACK, port)
out = [state in (0, hal.IN_PROGRESS), hal.watched()]
w = hal.watch(h, hal.WRITABLE, "a")
out += [hal.idle(2_000_000), hal.watched(), poll(), poll(), hal.idle(1000), hal.watched()]
hal.unwatch(w)
out += [hal.connect(h, LOOPBACK, port), hal.watched()]
w = hal.watch(h, hal.READABLE, "b")
out += [hal.idle(2_000_000), poll(), hal.receive(h, bytearray(9), 9)]
hal.unwatch(w)
out += [poll(), hal.idle(20_000), hal.watched()]
hal.close_socket(h)
answer(out)
""", port=port)
    assert out == [True, 0, True, 1, ["a"], [], False, 1, 0, 0, True, ["b"], 5, [], False, 0]


def test_what_was_sent_is_delivered_though_nothing_was_read(firmware):
    """A socket that is closed with unread bytes resets the connection and drops what is on its way."""
    got, closed = [], threading.Event()

    def slow(connection):
        connection.sendall(b"welcome" * 500)
        assert closed.wait(20)
        while data := connection.recv(65536):
            got.append(len(data))

    with tcp(slow) as port:
        sent = firmware.script(SETUP + """
h = hal.open_socket(False)
while hal.connect(h, LOOPBACK, port) == hal.IN_PROGRESS:
    hal.idle(1000)
time.sleep_ms(200)      # the peer's bytes are there, unread
block = bytearray(4096)
sent = 0
while sent < 2000000:
    count = hal.send(h, block, 4096)
    if count <= 0:
        break
    sent += count
hal.close_socket(h)
answer(sent)
""", port=port)
        closed.set()
        for _ in range(200):
            if sum(got) < sent:
                time.sleep(0.05)
    assert sent > 100_000 and sum(got) == sent


def test_room_for_255_who_wait_and_no_more(firmware):
    """Places are used again, in any order; what a full heap refuses has changed nothing."""
    assert firmware.script(SETUP + """
import micropython, random
handles = [hal.open_socket(True) for _ in range(4)]
micropython.heap_lock()
try:
    hal.watch(handles[0], hal.READABLE, 0)
    refused = False
except MemoryError:
    refused = True
micropython.heap_unlock()
out = [refused, hal.watched()]
places = {}
wrong = 0
for round in range(3):
    while True:
        place = hal.watch(handles[len(places) % 4], hal.WRITABLE if len(places) % 2 else hal.READABLE, len(places))
        if place < 0:
            break
        wrong += place in places
        places[place] = len(places)
    out += [len(places), hal.watched(), poll() == sorted([waiter for waiter in places.values() if waiter % 2])]
    for place in sorted(places, key=lambda place: place * 97 % 255)[:255 if round < 2 else 200]:
        hal.unwatch(place)
        del places[place]
        if round == 1 and len(places) == 100:
            break
    for place in list(places) if round == 1 else ():
        hal.unwatch(place)
        del places[place]
answer(out + [wrong, hal.watched()])
""") == [True, 0] + [255, 255, True] * 3 + [0, 55]


@pytest.mark.parametrize("call, expected", [
    ("hal.receive(h, bytearray(4), 4)", -20), ("hal.send(h, b'abc', 3)", -20), ("hal.receive(9999, bytearray(4), 4)", -12),
    ("hal.send(9999, b'abc', 3)", -12), ("hal.connect(9999, LOOPBACK, 1)", -12), ("hal.connect(u, bytes((255, 255, 255, 255)), 9)", -3),
    ("hal.bind_socket(u, 0)", 0), ("hal.bind_socket(u, 0) or hal.bind_socket(u, 0)", -12), ("hal.receive(u, bytearray(4), 4)", -7),
    ("hal.connect(u, LOOPBACK, 9)", 0), ("hal.connect(u, LOOPBACK, 9) or hal.send(u, bytes(66000), 66000)", -15),
    ("hal.connect(u, LOOPBACK, 9) or hal.send(u, b'abc', -1)", 0), ("hal.connect(u, LOOPBACK, 9) or hal.send(u, b'abc', 99)", 3),
])  # fmt: skip
def test_an_error_is_a_code_of_the_abi(firmware, call, expected):
    assert firmware.script(SETUP + f"h, u = hal.open_socket(False), hal.open_socket(True)\nanswer({call})") == expected


def test_too_many_open_files_is_a_quota(firmware):
    assert firmware.script(SETUP + """
opened = []
while len(opened) < 70000:
    opened.append(hal.open_socket(True))
    if opened[-1] < 0:
        break
last = opened.pop()
for handle in opened:
    hal.close_socket(handle)
answer([last, hal.open_socket(True) > 0])
""") == [-10, True]


@pytest.mark.parametrize("arguments", [
    "array('i', [1]), bytes(2), bytearray(2), 2, 0", "array('i', [1, 2]), bytes(1), bytearray(2), 2, 0",
    "array('i', [1, 2]), bytes(2), bytearray(1), 2, 0", "array('i', [1, 2]), bytes(2), bytearray(2), -1, 0",
    "array('i', [0] * 300), bytes(300), bytearray(300), 256, 0",
])  # fmt: skip
def test_a_poll_set_must_be_what_it_says(firmware, arguments):
    assert firmware.script(SETUP + f"""
try:
    netio.poll({arguments})
    answer("polled")
except ValueError:
    answer("refused")
""") == "refused"


def test_an_address_has_four_bytes(firmware):
    assert firmware.script(SETUP + """
wrong = 0
for address in (b"", b"123", b"12345"):
    try:
        hal.connect(hal.open_socket(True), address, 1)
    except ValueError:
        wrong += 1
answer(wrong)
""") == 3


def test_nothing_of_it_allocates(firmware):
    """Failed calls too: an error is no exception."""
    port = free_port()
    assert firmware.script(SETUP + """
h, u = hal.open_socket(False), hal.open_socket(True)
hal.connect(u, LOOPBACK, port)
buffer = bytearray(100)
def nothing(waiter):
    pass
def all():
    hal.receive(u, buffer, 100)
    hal.receive(h, buffer, 100)
    hal.send(u, buffer, 10)
    hal.send(h, buffer, 10)
    hal.connect(h, LOOPBACK, port)
    place = hal.watch(h, hal.READABLE, u)
    hal.poll(nothing)
    hal.idle(0)
    hal.unwatch(place)
    hal.close_socket(hal.open_socket(True))
def measure():
    before = gc.mem_alloc()
    for _ in range(100):
        all()
    return gc.mem_alloc() - before
measure()
gc.collect()
gc.disable()
answer(measure())
""", port=port) == 0


def test_the_machines_nameservers(firmware):
    """Whatever stands there is told as it stands there; what is no address is not asked."""
    got = firmware.script("""
import hal
from kernel.objects.resolver import Resolver
real = hal.nameservers()
hal.nameservers = lambda: ["192.0.2.1", "::1", "junk", "192.0.2.2:5353", "1.2.3.4.5", "192.0.2.3", "192.0.2.4"]
answer([real, [[list(address), port] for address, port in Resolver().servers()]])
""")
    path = pathlib.Path("/etc/resolv.conf")
    lines = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
    assert got[0] == [words[1] for words in lines if len(words) > 1 and words[0] == "nameserver"]
    assert got[1] == [[[192, 0, 2, 1], 53], [[192, 0, 2, 2], 5353], [[192, 0, 2, 3], 53]]
