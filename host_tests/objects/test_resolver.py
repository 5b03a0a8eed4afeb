"""The resolver against real DNS servers on loopback, honest, broken and hostile ones; its parser against anything."""

import collections
import socket
import threading
import time

import pytest
from dns import A, ALIAS, TEXT, V6, answer, question, record, wire
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from peers import SETUP, connect, free_port, guest, open_s, put, recv, tcp, udp

pytestmark = pytest.mark.pc("sockets")

AGAIN, TIMEOUT, REFUSED, DENIED, NOTFOUND, UNREACHABLE = -7, -8, -16, -3, -5, -17
NAME = "web.example.test"

# A task that connects to the host `NAME` by name; `servers` are (address, port) of DNS servers.
LOOKUP = SETUP + """
ports = ports or []
def start(allow=("web.example.test", "127.0.0.1"), module="a", **options):
    return add("a", wasm[module], allow=allow, **options)
resolver = Resolver([(bytes((127, 0, 0, 1)), port) for port in ports], {b"printer": bytes((127, 0, 0, 1))})
system = make_system(RamFS(1 << 16), resolver)
"""


def lookup(firmware, servers, module, script, **options):
    return firmware.script(LOOKUP + script, wasm={"a": module}, ports=list(servers), **options)


def once(port, timeout=8000, host=NAME):
    return guest(put(connect(port, host=host, timeout=timeout)), host=host)


ONE = "task = start()\nsettle()\nanswer([results(task, 1)[0], network(task).open, hal.watched()])"


class Server:
    """A DNS server that answers as `reply(query)` says (bytes, a list of them, or None) and keeps what it was asked."""

    def __init__(self, reply):
        self.reply = reply
        self.asked = []

    def __call__(self, query, send):
        self.asked.append(question(query))
        replies = self.reply(query)
        for packet in [replies] if isinstance(replies, bytes) else replies or []:
            send(packet)

    def run(self):
        return udp(self)


def honest(address="127.0.0.1", ttl=60):
    return Server(lambda query: answer(query, [record(question(query), A, address, ttl)]))


def test_a_name_leads_to_its_address(firmware):
    server = honest()
    with tcp(lambda c: c.sendall(b"hi")) as port, server.run() as dns:
        module = guest(open_s(port, host=NAME) + put("(local.get $s)", recv(9)), host=NAME)
        s, n = lookup(firmware, [dns], module, "task = start()\nsettle()\nanswer(results(task, 2))")
    assert s > 0 and n == 2 and server.asked == [NAME]


def test_a_name_is_asked_for_once_as_long_as_it_is_good(firmware):
    """Also: its letters' case does not matter, nor a dot at its end; and what expires is asked for again."""
    server = honest(ttl=100)
    with tcp(lambda c: None) as port, server.run() as dns:
        module = guest(put(connect(port, host=NAME), connect(port, host=NAME.upper(), at=64), connect(port, host=NAME + ".", at=128)),
                       host=NAME + "\\00" * (64 - len(NAME)) + NAME.upper() + "\\00" * (64 - len(NAME)) + NAME + ".")  # fmt: skip
        got = lookup(firmware, [dns], module, """
clock = 5_000_000
hal.microseconds = lambda: clock
counts = []
for clock in (5_000_000, 104_000_000, 106_000_000):
    task = start(("web.example.test", "127.0.0.1"))
    settle()
    counts.append([result > 0 for result in results(task, 3)])
answer(counts)
""")
    assert got == [[True] * 3] * 3 and server.asked == [NAME, NAME]


@pytest.mark.parametrize("ttl, minimum, maximum", [(0, 5, 5), (1, 5, 5), (60, 60, 60), (10**6, 3600, 3600), (2**31 + 7, 5, 5)])
def test_how_long_an_answer_is_good_is_bounded(firmware, ttl, minimum, maximum):
    server = honest(ttl=ttl)
    with server.run() as dns:
        module = once(free_port())
        got = lookup(firmware, [dns], module, """
clock = 0
hal.microseconds = lambda: clock
task = start()
settle()
times = []
for second in (0, 4, 6, 59, 61, 3599, 3601):
    clock = second * 1_000_000
    times.append(resolver.known(b"web.example.test") is not None)
answer(times)
""")
    assert got == [second < minimum for second in (0, 4, 6, 59, 61, 3599, 3601)] and minimum == maximum


def test_a_name_that_does_not_exist(firmware):
    """Told so by the server or found to have no address: NOTFOUND, and not asked for again at once."""
    for reply in (lambda q: answer(q, code=3), lambda q: answer(q), lambda q: answer(q, [record(NAME, TEXT, b"\3abc")])):
        server = Server(reply)
        with server.run() as dns:
            module = guest(put(connect(80, host=NAME), connect(80, host=NAME)), host=NAME)
            assert lookup(firmware, [dns], module, "task = start()\nsettle()\nanswer(results(task, 2))") == [NOTFOUND] * 2
        assert server.asked == [NAME]


def test_a_name_may_not_lead_to_this_machine_or_its_neighbours(firmware):
    """DNS rebinding: the name is allowed, the address behind it is not public and not listed."""
    special = ["127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "0.0.0.0",
               "100.64.0.1", "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1"]  # fmt: skip
    reached = []
    for address in special:
        server = honest(address)
        with tcp(reached.append) as port, server.run() as dns:
            script = "task = start(('web.example.test',))\nsettle()\nanswer([results(task, 1)[0], network(task).open, hal.watched()])"
            assert lookup(firmware, [dns], once(port), script) == [DENIED, 0, 0], address
    assert reached == []


def test_of_several_addresses_only_those_that_may_be_reached_are_tried(firmware):
    """And one after the other: the first that is listed refuses, the second answers."""
    server = Server(lambda q: answer(q, [record(NAME, A, a) for a in ("10.0.0.1", "127.0.0.2", "192.168.0.1", "127.0.0.1")]))
    with tcp(lambda c: None) as port, server.run() as dns:
        got = lookup(firmware, [dns], once(port), """
task = start(("web.example.test", "127.0.0.0/8"))
settle()
answer([results(task, 1)[0] > 0, list(sockets(task)[0].addresses)])
""")
    assert got == [True, [127, 0, 0, 1]]


def test_aliases_in_one_answer_and_over_several(firmware):
    chain = [record(NAME, ALIAS, "a.test"), record("c.test", A, "127.0.0.1"), record("b.test", ALIAS, "c.test"), record("a.test", ALIAS, "b.test")]
    together = Server(lambda q: answer(q, chain))
    steps = {NAME: record(NAME, ALIAS, "one.test"), "one.test": record("one.test", ALIAS, "two.test"), "two.test": record("two.test", A, "127.0.0.1")}
    apart = Server(lambda q: answer(q, [steps[question(q)]]))
    # The owner and the alias by compression: a pointer to the question.
    pointing = Server(lambda q: answer(q, [record(b"\xc0\x0c", ALIAS, b"\1a\xc0\x10"), record(b"\1a\xc0\x10", A, "127.0.0.1")]))
    for server in (together, apart, pointing):
        with tcp(lambda c: None) as port, server.run() as dns:
            result, opened, watched = lookup(firmware, [dns], once(port), ONE)
            assert result > 0 and (opened, watched) == (1, 0)
    assert together.asked == [NAME] and apart.asked == [NAME, "one.test", "two.test"] and pointing.asked == [NAME]


def test_aliases_that_never_end(firmware):
    loop = Server(lambda q: answer(q, [record(question(q), ALIAS, question(q))]))
    circle = Server(lambda q: answer(q, [record("a.test", ALIAS, NAME), record(NAME, ALIAS, "a.test")]))
    endless = Server(lambda q: answer(q, [record(question(q), ALIAS, f"x{len(endless.asked)}.test")]))
    for server in (loop, circle, endless):
        with server.run() as dns:
            assert lookup(firmware, [dns], once(80), ONE) == [NOTFOUND, 0, 0]
        assert len(server.asked) <= 8


def test_what_is_no_answer_to_the_question_is_ignored(firmware):
    """Forged and broken packets in front of the right one; none of them changes the result."""

    def reply(query):
        good = [record(NAME, A, "127.0.0.9")]
        number = query[0] << 8 | query[1]
        return [
            answer(query, good, number=number ^ 1), answer(query, good, asked="other.test"), answer(query, good, flags=0x0180),
            answer(query, good, flags=0xB180), query, b"", b"\0", query[:12], answer(query, good)[:-1], answer(query, good, count=2),
            answer(query, [record(b"\xc0\xff", A, "127.0.0.9")]), answer(query, [record(b"\xff", A, "127.0.0.9")]), b"\xff" * 600,
            answer(query, [record(NAME, A, "127.0.0.1")]),
        ]  # fmt: skip

    server = Server(reply)
    with tcp(lambda c: None) as port, server.run() as dns:
        result, *_ = lookup(firmware, [dns], once(port), ONE)
    assert result > 0 and server.asked == [NAME]


def test_an_answer_from_another_port_is_not_heard(firmware):
    """A socket is connected to the server asked: the same words from elsewhere do not reach it."""
    senders = []

    def serve(query, send):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.sendto(answer(query, [record(NAME, A, "127.0.0.9")]), senders[-1])
        time.sleep(0.2)
        send(answer(query, [record(NAME, A, "127.0.0.1")]))

    with tcp(lambda c: None) as port, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        def run():
            query, sender = server.recvfrom(600)
            senders.append(sender)
            serve(query, lambda data: server.sendto(data, sender))

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        result, *_ = lookup(firmware, [server.getsockname()[1]], once(port), ONE)
        thread.join(5)
    assert result > 0


def test_numbers_and_ports_of_queries_are_random(firmware):
    """Two lookups never look alike: an answer cannot be guessed from an earlier question."""
    seen = []
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    server.settimeout(10)
    names = [f"n{i}.test" for i in range(24)]
    modules = {f"m{i:02}": once(80, timeout=20, host=name) for i, name in enumerate(names)}
    firmware.script(LOOKUP + """
for name in sorted(wasm):
    system.kill(system.tasks[-1]) if system.tasks else None
    start(("*.test",), name)
    run_until(lambda: hal.watched())
answer(0)
""", wasm=modules, ports=[server.getsockname()[1]])
    for _ in names:
        query, (_, port) = server.recvfrom(600)
        seen.append((query[:2], port))
    server.close()
    numbers, ports = {n for n, _ in seen}, {p for _, p in seen}
    assert len(numbers) >= 22 and len(ports) >= 22
    assert max(ports) - min(ports) > 10000 and min(ports) >= 1024


def test_servers_take_turns(firmware):
    """The first is silent, the second will not, the third does: one second lost, nothing else."""
    silent, unwilling, good = Server(lambda q: None), Server(lambda q: answer(q, code=5)), honest()
    with tcp(lambda c: None) as port, silent.run() as a, unwilling.run() as b, good.run() as c:
        start = time.monotonic()
        result, *_ = lookup(firmware, [a, b, c], once(port), ONE)
        duration = time.monotonic() - start
    assert result > 0 and [len(s.asked) for s in (silent, unwilling, good)] == [1, 1, 1] and 0.9 < duration < 8


@pytest.mark.parametrize("servers, timeout, expected", [
    ([], 2000, UNREACHABLE), (["refuses"], 2000, UNREACHABLE), (["fails"], 2000, UNREACHABLE), (["junk"], 2000, UNREACHABLE),
    (["silent"], 300, TIMEOUT), (["silent"], 0, AGAIN), (["cut"], 2000, UNREACHABLE),
])  # fmt: skip
def test_when_nobody_knows(firmware, servers, timeout, expected):
    replies = {
        "fails": lambda q: answer(q, code=2), "junk": lambda q: [b"junk"] * 40, "silent": lambda q: None,
        "cut": lambda q: answer(q, flags=0x8380),
    }  # fmt: skip
    if servers == ["refuses"]:
        result = lookup(firmware, [free_port(socket.SOCK_DGRAM)], once(80, timeout), ONE)
    elif not servers:
        result = lookup(firmware, [], once(80, timeout), ONE)
    else:
        with Server(replies[servers[0]]).run() as dns:
            result = lookup(firmware, [dns], once(80, timeout), ONE)
    assert result == [expected, 0, 0]


def test_names_that_are_known_need_nobody(firmware):
    with tcp(lambda c: None) as port:
        for host in ("localhost", "printer"):
            module = once(port, timeout=0, host=host)
            script = f"task = start(('{host}', '127.0.0.1'))\nsettle()\nanswer(results(task, 1)[0] > 0)"
            assert lookup(firmware, [], module, script)


def test_killing_a_task_that_looks_a_name_up(firmware):
    with Server(lambda q: None).run() as dns:
        assert lookup(firmware, [dns], once(80, timeout=-1), """
probe = hal.open_socket(False)
hal.close_socket(probe)
task = start()
run_until(lambda: hal.watched())
seen = [STATES[task.state], task.outcome()]
system.kill(task)
again = hal.open_socket(False)
answer(seen + [hal.watched(), probe == again, system.scheduler.idle()])
""") == ["waiting", "waits: name of tcp web.example.test:80", 0, True, -1]


def test_many_lookups_at_once(firmware):
    server = honest()
    with tcp(lambda c: None) as port, server.run() as dns:
        assert lookup(firmware, [dns], once(port), """
tasks = [start(memory=2048) for _ in range(20)]
settle()
answer([results(task, 1)[0] > 0 for task in tasks])
""") == [True] * 20


def test_only_so_many_names_are_kept(firmware):
    assert firmware.script(SETUP + """
clock = 0
hal.microseconds = lambda: clock
resolver = Resolver([])
for i in range(1000):
    clock = i * 1000
    resolver.remember(b"n%d" % i, bytes(4), 10 + i % 7)
answer([len(resolver._kept), resolver.known(b"n999") == bytes(4), resolver.known(b"n0")])
""") == [32, True, None]


# ---------------------------------------------------------------- the parser alone

PARSE = """
import time
from kernel.objects import resolver
from kernel.objects.resolver import parse, read_name
import binascii
out = []
worst = 0
def minimum(work):
    # Microseconds, of the quickest of three.
    taken = []
    for _ in range(3):
        start = time.ticks_us()
        work()
        taken.append(time.ticks_us() - start)
    return min(taken)
def turns():
    for _ in range(10000):
        pass
for packet, length in packets:
    data = bytearray(binascii.unhexlify(packet))
    got = parse(data, length, number, binascii.unhexlify(asked))
    worst = max(worst, minimum(lambda: parse(data, length, number, binascii.unhexlify(asked))))
    out.append(None if got is None else [got[0], list(got[1]), got[2], got[3] is not None])
answer([out, worst / minimum(turns)])
"""
ASKED = wire(NAME) + b"\0\1\0\1"
HEADER = b"\x12\x34\x81\x80\0\1"


def parse(firmware, packets):
    """What the firmware's parser makes of packets, each in a buffer with other bytes behind its end; and how long the
    worst took, in times that a loop of 10,000 turns takes.
    """
    given = [[(packet + b"\x07example\xc0\x0c" * 4).hex(), len(packet)] for packet in packets]
    return firmware.script(PARSE, packets=given, number=0x1234, asked=ASKED.hex())


labels = st.one_of(st.binary(min_size=1, max_size=8).map(lambda b: bytes([len(b)]) + b), st.just(b"\x03web"), st.just(b"\x04test"))
pointers = st.one_of(st.just(b"\xc0\x0c"), st.integers(0, 0x3FFF).map(lambda n: bytes([0xC0 | n >> 8, n & 255])))
names = st.builds(lambda parts, end: b"".join(parts) + end, st.lists(labels, max_size=4), st.one_of(st.just(b"\0"), pointers, pointers, st.just(b"")))
sizes = st.one_of(st.just(None), st.just(None), st.integers(0, 65535))


def make_record(name, kind, internet, ttl, data, size):
    size = len(data) if size is None else size
    return name + kind.to_bytes(2, "big") + internet.to_bytes(2, "big") + ttl.to_bytes(4, "big") + size.to_bytes(2, "big") + data


records = st.builds(make_record, names, st.sampled_from([A, A, ALIAS, ALIAS, TEXT, V6, 0, 65535]), st.sampled_from([1, 1, 1, 255]),
                    st.integers(0, 2**32 - 1), st.one_of(st.binary(min_size=4, max_size=4), names, st.binary(max_size=20)), sizes)  # fmt: skip
packets = st.one_of(
    st.binary(max_size=512),
    st.builds(lambda tail: HEADER + tail, st.binary(max_size=200)),
    st.builds(lambda counts, tail: HEADER + counts + ASKED + tail, st.binary(min_size=6, max_size=6), st.binary(max_size=300)),
    st.builds(lambda rs, count: (HEADER + (len(rs) if count is None else count).to_bytes(2, "big") + b"\0\0\0\0" + ASKED + b"".join(rs))[:512],
              st.lists(records, max_size=12), sizes),
)  # fmt: skip


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(st.lists(packets, min_size=60, max_size=60))
def test_the_parser_survives_anything(firmware, packets):
    got, worst = parse(firmware, packets)
    for packet, result in zip(packets, got, strict=True):
        assert result == reference(packet), packet.hex()
    assert worst < 100


@pytest.mark.parametrize("name", [b"\xc0\x1e" * 200, b"\x01a\xc0\x1e" * 100, b"\x3f" + b"a" * 63 + b"\xc0\x1e"])
def test_pointers_cannot_keep_the_parser_busy(firmware, name):
    """Names made of pointers to pointers, as many as a packet holds, in every record."""
    packet = HEADER + b"\xff\xff\0\0\0\0" + ASKED + name
    got, worst = parse(firmware, [packet[:512]] * 50)
    assert got == [None] * 50 and worst < 50


# The same rules, written again: recursion instead of loops, dictionaries instead of passes.

def reference_name(packet, at, below=None, depth=0):
    below = at if below is None else below
    parts = []
    while True:
        if at >= len(packet):
            return None, None
        size = packet[at]
        if size == 0:
            return parts, at + 1
        if size >= 0xC0:
            if at + 1 >= len(packet):
                return None, None
            to = (size & 0x3F) << 8 | packet[at + 1]
            if to >= below:
                return None, None
            rest, _ = reference_name(packet, to, to)
            return (None, None) if rest is None else (parts + rest, at + 2)
        if size > 63 or at + 1 + size > len(packet):
            return None, None
        parts = parts + [packet[at + 1:at + 1 + size].lower()]
        at += 1 + size


def good_name(packet, at):
    parts, behind = reference_name(packet, at)
    if parts is None or sum(1 + len(part) for part in parts) + 1 > 255:
        return None, None
    return tuple(parts), behind


def reference(packet):
    end = 12 + len(ASKED)
    if len(packet) < end or packet[:2] != b"\x12\x34" or packet[2] & 0xF8 != 0x80 or packet[4:6] != b"\0\1":
        return None
    if packet[12:end].lower() != ASKED:
        return None
    addresses, aliases, lives = collections.defaultdict(list), {}, collections.defaultdict(list)
    at = end
    for _ in range(min(int.from_bytes(packet[6:8], "big"), 32)):
        owner, at = good_name(packet, at)
        if owner is None or at + 10 > len(packet):
            return None
        kind, internet, ttl, size = (int.from_bytes(packet[at + a:at + b], "big") for a, b in ((0, 2), (2, 4), (4, 8), (8, 10)))
        at += 10
        if at + size > len(packet):
            return None
        ttl = ttl if ttl < 1 << 24 else 0
        if internet == 1 and kind == A and size == 4:
            if len(addresses[owner]) < 4:
                addresses[owner].append(packet[at:at + 4])
                lives[owner].append(ttl)
        elif internet == 1 and kind == ALIAS:
            alias, behind = good_name(packet, at)
            if alias is None or behind != at + size:
                return None
            if len(addresses[owner]) < 4:
                aliases[owner] = alias
                lives[owner].append(ttl)
        at += size
    asked = name = good_name(packet, 12)[0]
    life = 3600
    for _ in range(8):
        life = min([life] + lives[name])
        if addresses[name] or name not in aliases:
            break
        name = aliases[name]
    found = b"".join(addresses[name]) if addresses[name] else b""
    code = packet[3] & 15
    if not found and packet[2] & 2:
        code = code or 2
    return [code, list(found), life, name != asked]
