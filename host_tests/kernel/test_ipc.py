"""Calls between tasks, notifications, capabilities that are passed on: from modules, on the real scheduler."""

import pytest
from services import play

# Answers every message with its bytes, one more each, for ever.
ECHO = """
for (;;) {
    int32_t length = sp_ipc_receive(e, &m, sizeof m, 0, -1);
    NEED(length >= 16);
    for (int i = 0; i < length - 16; i++) m.bytes[i]++;
    sp_ipc_reply(e, m.client, m.bytes, (uint32_t)length - 16, 0);
}
"""


@pytest.mark.parametrize("first", ["server", "client"])
def test_a_call_is_answered_whoever_comes_first(firmware, first):
    assert play(firmware, f"""
tasks = {{name: add(name, ends("read" if name == "server" else "write", 9)) for name in ({"'server', 'client'" if first == "server" else "'client', 'server'"})}}
system.run(300)
answer([tasks["client"].result, STATES[tasks["server"].state], tasks["server"].outcome()])
""", server=ECHO, client="""
for (int i = 0; i < 256; i++) text[i] = (uint8_t)i;
for (int length = 0; length <= 256; length = length * 2 + 1) {
    NEED(sp_ipc_call(e, text, (uint32_t)length, &m, sizeof m, 0, 0, -1) == 16 + length);
    NEED(m.client == 0 && m.badge == 0 && m.capability == 0 && m.bits == 0);
    for (int i = 0; i < length; i++) NEED(m.bytes[i] == (uint8_t)(i + 1));
}
NEED(sp_ipc_call(e, text, 257, &m, sizeof m, 0, 0, -1) == SP_ERR_TOOBIG);
NEED(sp_ipc_call(e, text, 2, &m, 17, 0, 0, 1000) == 17 && sp_ipc_call(e, text, 2, &m, 3, 0, 0, 1000) == 3 && sp_ipc_call(e, text, 2, 0, 0, 0, 0, 1000) == 0);
""") == [0, "waiting", "waits: endpoint e"]  # fmt: skip


def test_the_badge_names_the_client_and_a_message_is_cut_to_the_buffer(firmware):
    assert play(firmware, """
server, one, two = add("server", ends("read", 0)), add("client", ends("write", 77)), add("client", ends("write", 78))
system.run(300)
answer([server.result, one.result, two.result])
""", server="""
uint32_t seen = 0;
NEED(sp_ipc_receive(e, &m, 15, 0, -1) == SP_ERR_INVAL);
for (int i = 0; i < 2; i++) {
    m.bytes[0] = m.bytes[1] = 'x';
    NEED(sp_ipc_receive(e, &m, 17, 0, 1000) == 17 && m.bytes[0] == 'a' && m.bytes[1] == 'x');
    seen += m.badge;
    NEED(sp_ipc_reply(e, m.client, &m.badge, 4, 0) == 0);
    NEED(sp_ipc_reply(e, m.client, &m.badge, 4, 0) == SP_ERR_DEAD);     /* once */
}
NEED(seen == 77 + 78);
""", client="""
NEED(sp_ipc_call(e, "abc", 3, &m, sizeof m, 0, 0, 1000) == 20 && (m.bytes[0] == 77 || m.bytes[0] == 78));
""") == [0, 0, 0]  # fmt: skip


def test_calls_are_received_in_their_order_and_replied_to_in_any(firmware):
    assert play(firmware, """
clients = [add("client", ends("write", badge)) for badge in (1, 2, 3)]
server = add("server", ends("read", 0))
system.run(500)
answer([server.result] + [client.result for client in clients])
""", server="""
uint32_t client[3];
sp_sleep(20);
for (int i = 0; i < 3; i++) {
    NEED(sp_ipc_receive(e, &m, sizeof m, 0, 1000) == 16 && m.badge == (uint32_t)i + 1);
    client[i] = m.client;
}
NEED(sp_ipc_receive(e, &m, sizeof m, 0, 0) == SP_ERR_AGAIN && sp_ipc_receive(e, &m, sizeof m, 0, 5) == SP_ERR_TIMEOUT);
NEED(sp_ipc_reply(e, client[0] ^ 1 << 12, 0, 0, 0) == SP_ERR_DEAD && sp_ipc_reply(e, 0, 0, 0, 0) == SP_ERR_DEAD && sp_ipc_reply(e, 4095, 0, 0, 0) == SP_ERR_DEAD);
for (int i = 2; i >= 0; i--) NEED(sp_ipc_reply(e, client[i], &i, 1, 0) == 0);
""", client="""
NEED(sp_ipc_call(e, 0, 0, &m, sizeof m, 0, 0, 1000) == 17);
return m.bytes[0];
""") == [0, 0, 1, 2]  # fmt: skip


def test_a_client_waits_no_longer_than_its_time(firmware):
    """Before a server is there, and while it works; its late reply is DEAD, and reaches no later call."""
    assert play(firmware, """
client = add("client", ends("write", 0))
system.run(60)
server = add("server", ends("read", 0))
system.run(1000)
answer([client.result, server.result])
""", client="""
NEED(sp_ipc_call(e, 0, 0, &m, sizeof m, 0, 0, 0) == SP_ERR_AGAIN);
int64_t begin = sp_time(0);
NEED(sp_ipc_call(e, 0, 0, &m, sizeof m, 0, 0, 20) == SP_ERR_TIMEOUT);
NEED(sp_time(0) - begin >= 20000);
sp_sleep(100);
NEED(sp_ipc_call(e, 0, 0, &m, sizeof m, 0, 0, 20) == SP_ERR_TIMEOUT);
NEED(sp_ipc_call(e, "b", 1, &m, sizeof m, 0, 0, 1000) == 17 && m.bytes[0] == 'b');
""", server="""
NEED(sp_ipc_receive(e, &m, sizeof m, 0, 1000) == 16);
uint32_t old = m.client;
NEED(sp_ipc_receive(e, &m, sizeof m, 0, 1000) == 17 && m.bytes[0] == 'b' && m.client != old);
NEED(sp_ipc_reply(e, old, "a", 1, 0) == SP_ERR_DEAD && sp_ipc_reply(e, m.client, "b", 1, 0) == 0);
""") == [0, 0]  # fmt: skip


@pytest.mark.parametrize("end", ["fault", "exit", "kill"])
def test_a_client_whose_server_ends_is_told_so(firmware, end):
    """Who was received gets DEAD; who was not waits for the next server."""
    assert play(firmware, f"""
one, two = add("client", ends("write", 1)), add("client", ends("write", 2))
server = add("server", ends("read", {int(end == "exit")}))
system.run(50)
if {end == "kill"}:
    system.kill(server)
else:
    system.run(200)
before = [one.result, STATES[server.state], STATES[two.state]]
system.run(5)
second = add("echo", ends("read", 0))
system.run(200)
answer([one.result, STATES[server.state], two.result])
""", client="return sp_ipc_call(e, 0, 0, &m, sizeof m, 0, 0, -1) & 0xff;", echo=ECHO, server=f"""
NEED(sp_ipc_receive(e, &m, sizeof m, 0, 1000) == 16);
sp_sleep({1000 if end == "kill" else 60});
{"" if end == "exit" else "__builtin_trap();"}
""") == [-9 & 0xFF, {"fault": "faulted", "exit": "ended", "kill": "killed"}[end], 16]  # fmt: skip


def test_a_client_that_ends_leaves_nothing_behind(firmware):
    assert play(firmware, """
waiting, received = add("client", ends("write", 0)), add("client", ends("write", 0))
system.kill(waiting)
server = add("server", ends("read", 0))
system.run(30)
system.kill(received)
last = add("client", ends("write", 0))
system.run(500)
answer([server.result, last.result, waiting.result])
""", client="return sp_ipc_call(e, 0, 0, &m, sizeof m, 0, 0, -1);", server="""
NEED(sp_ipc_receive(e, &m, sizeof m, 0, 1000) == 16);
uint32_t gone = m.client;
sp_sleep(60);
NEED(sp_ipc_reply(e, gone, 0, 0, 0) == SP_ERR_DEAD);
NEED(sp_ipc_receive(e, &m, sizeof m, 0, 1000) == 16 && m.client != gone && sp_ipc_reply(e, m.client, 0, 0, 0) == 0);
NEED(sp_ipc_receive(e, &m, sizeof m, 0, 50) == SP_ERR_TIMEOUT);
""") == [0, 16, None]  # fmt: skip


@pytest.mark.parametrize("who", ["calls", "is received", "receives", "waits"])
def test_who_waits_on_what_is_revoked_is_woken(firmware, who):
    task = {"calls": "client", "is received": "client", "receives": "server", "waits": "waiter"}[who]
    assert play(firmware, f"""
busy = add("busy", ends("read", 0)) if {who == "is received"} else None
task = add("{task}", ends("{"wait" if who == "waits" else "read" if who == "receives" else "write"}", 0))
system.run(20)
state = STATES[task.state]
task.capabilities.revoke(task.capabilities.held()[1][0], True, system.scheduler.rouse)      # another one: it waits on
system.run(20)
again = STATES[task.state]
task.capabilities.revoke(task.capabilities.held()[0][0], True, system.scheduler.rouse)
peer = add("server" if {who != "receives"} else "client", ends("read" if {who != "receives"} else "write", 0)) if {who != "waits"} else None
system.run(100)
answer([state, again, task.result, STATES[peer.state] if peer else None, busy and busy.result])
""", client="return sp_ipc_call(e, 0, 0, &m, sizeof m, 0, 0, -1);", server="return sp_ipc_receive(e, &m, sizeof m, 0, 5000);",
        waiter="return sp_notify_wait(e, 1, -1);" if who == "waits" else "return 0;",
        busy="sp_ipc_receive(e, &m, sizeof m, 0, 5000); sp_sleep(50); return sp_ipc_reply(e, m.client, 0, 0, 0);") == [
        "waiting", "waiting", -2, None if who == "waits" else "waiting", -9 if who == "is received" else None]  # fmt: skip


def test_a_capability_is_passed_on_and_ends_with_what_it_was_made_of(firmware):
    """To a server that accepts one, with GRANT, with the rights the sender has; and back in the reply."""
    assert play(firmware, """
server = add("server", ends("read", 0))
client = add("client", ends("write", 0), file=opened("/f"), rights=READ | WRITE | GRANT)
system.run(500)
answer([server.result, client.result, [len(task.capabilities.held()) for task in (server, client)], server.log.lines()])
""", server="""
sp_cap_t none = 0;
NEED(sp_ipc_receive(e, &m, sizeof m, 0, 1000) == 17 && m.capability == 0 && m.bytes[0] == 1);     /* the refused one is not here */
NEED(sp_ipc_reply(e, m.client, 0, 0, 0) == 0);
NEED(sp_ipc_receive(e, &m, sizeof m, SP_IPC_ACCEPT, 1000) == 17 && m.capability > 0 && m.bytes[0] == 2);
sp_cap_t file = m.capability;
NEED(sp_fs_write(file, "seen", 4, 0) == 4);
sp_cap_t reading = sp_cap_derive(file, SP_RIGHT_READ | SP_RIGHT_GRANT);
NEED(reading > 0);
NEED(sp_ipc_reply(e, m.client, 0, 0, sp_cap_derive(file, SP_RIGHT_READ)) == SP_ERR_DENIED && sp_ipc_reply(e, m.client, 0, 0, 12345) == SP_ERR_BADCAP);
NEED(sp_ipc_reply(e, m.client, "x", 1, reading) == 0);
NEED(sp_ipc_receive(e, &m, sizeof m, SP_IPC_ACCEPT, 1000) == 16 && m.capability == none);
NEED(sp_fs_size(file) == SP_ERR_REVOKED && sp_fs_size(reading) == SP_ERR_REVOKED);
NEED(sp_ipc_reply(e, m.client, 0, 0, 0) == 0);
sp_log(SP_LOG_INFO, "done", 4);
""", client="""
sp_cap_t file = FIND("file"), weak = sp_cap_derive(file, SP_RIGHT_READ);
NEED(sp_ipc_call(e, text, 1, &m, sizeof m, weak, 0, 1000) == SP_ERR_DENIED && sp_ipc_call(e, text, 1, &m, sizeof m, file + 256, 0, 1000) == SP_ERR_BADCAP);
NEED(sp_ipc_call(e, text, 1, &m, sizeof m, file, 0, 1000) == SP_ERR_REFUSED);
text[0] = 1;
NEED(sp_ipc_call(e, text, 1, &m, sizeof m, 0, 0, 1000) == 16);
text[0] = 2;
NEED(sp_ipc_call(e, text, 1, &m, sizeof m, file, SP_IPC_ACCEPT, 1000) == 17 && m.capability > 0);
NEED(sp_fs_read(m.capability, text, 9, 0) == 4 && text[0] == 's' && sp_fs_write(m.capability, text, 1, 0) == SP_ERR_DENIED);
NEED(sp_cap_revoke(file) == 5 && sp_fs_size(m.capability) == SP_ERR_REVOKED);
NEED(sp_ipc_call(e, 0, 0, &m, sizeof m, 0, 0, 1000) == 16 && sp_fs_size(file) == 4);
""") == [0, 0, [0, 0], [[2, "done"]]]  # fmt: skip


def test_a_server_without_a_free_slot_refuses_what_is_passed_on(firmware):
    assert play(firmware, """
server = add("server", ends("read", 0), slots=1)
client = add("client", ends("write", 0), file=opened("/f"), rights=READ | GRANT)
system.run(300)
answer([client.result, server.result])
""", server="NEED(sp_ipc_receive(e, &m, sizeof m, SP_IPC_ACCEPT, 100) == SP_ERR_TIMEOUT);",
        client="NEED(sp_ipc_call(e, text, 1, &m, sizeof m, FIND(\"file\"), 0, 1000) == SP_ERR_REFUSED);") == [0, 0]  # fmt: skip


def test_bits_are_told_once_to_who_waits_for_them(firmware):
    assert play(firmware, """
note = Notification("n")
waiters = [add("waiter%d" % number, [("n", note, READ, 0)]) for number in (1, 2)]
signaller = add("signaller", [("n", note, WRITE, 0)])
system.run(500)
answer([task.result for task in waiters + [signaller]])
""", signaller="""
sp_sleep(10);
NEED(sp_notify_wait(n, 1, 0) == SP_ERR_DENIED && sp_notify_signal(n, 0) == SP_ERR_INVAL && sp_notify_signal(n, 1 << 30) == SP_ERR_INVAL);
NEED(sp_notify_signal(n, 4) == 0 && sp_notify_signal(n, 12) == 0 && sp_notify_signal(n, 1) == 0);
sp_sleep(100);
NEED(sp_notify_signal(n, 3) == 0);
""", waiter1="""
NEED(sp_notify_wait(n, 12, 0) == SP_ERR_AGAIN && sp_notify_wait(n, 12, 5) == SP_ERR_TIMEOUT && sp_notify_signal(n, 1) == SP_ERR_DENIED);
NEED(sp_notify_wait(n, 12, -1) == 4);
NEED(sp_notify_wait(n, 12, -1) == 12);           /* what came meanwhile, taken together */
sp_sleep(50);
NEED(sp_notify_wait(n, 12, 0) == SP_ERR_AGAIN);
NEED(sp_notify_wait(n, 1, 1000) == 1);
""", waiter2="""
NEED(sp_notify_wait(n, 3, -1) == 1);
NEED(sp_notify_wait(n, 2, 1000) == 2);
""") == [0, 0, 0]  # fmt: skip


def test_one_wait_serves_calls_and_what_is_signalled(firmware):
    assert play(firmware, """
note = Notification("n")
server = add("server", ends("read", 0) + [("n", note, READ, 0)])
client, signaller = add("client", ends("write", 5)), add("signaller", [("n", note, WRITE, 0)])
system.run(500)
answer([server.result, client.result, signaller.result])
""", server="""
NEED(sp_notify_bind(n, 12345) == SP_ERR_BADCAP && sp_notify_bind(n, n) == SP_ERR_BADCAP && sp_notify_bind(n, e) == 0);
int calls = 0;
uint32_t bits = 0;
while (calls < 3 || bits != 7) {
    int32_t length = sp_ipc_receive(e, &m, sizeof m, 0, 1000);
    NEED(length == 16 && (m.client == 0) == (m.bits != 0));
    bits |= m.bits;
    if (m.client) { calls++; NEED(m.badge == 5 && sp_ipc_reply(e, m.client, 0, 0, 0) == 0); }
}
NEED(sp_notify_bind(n, 0) == 0 && sp_ipc_receive(e, &m, sizeof m, 0, 100) == SP_ERR_TIMEOUT && sp_notify_wait(n, 8, 0) == 8);
""", client="for (int i = 0; i < 3; i++) { sp_sleep(7); NEED(sp_ipc_call(e, 0, 0, &m, sizeof m, 0, 0, 1000) == 16); }",
        signaller="for (int i = 0; i < 3; i++) { sp_sleep(9); NEED(sp_notify_signal(n, 1 << i) == 0); } sp_sleep(30); NEED(sp_notify_signal(n, 8) == 0);") == [0, 0, 0]  # fmt: skip


def test_a_call_runs_the_server_next_and_the_reply_the_client(firmware):
    """Beside three loops of the same priority a round trip waits for none of them: slices go to the pair until it is done."""
    slices, done = play(firmware, """
server, client = add("server", ends("read", 0)), add("client", ends("write", 0))
loops = [add("loop", []) for _ in range(3)]
while client.calls() < 3:
    system.run(1)
before, calls = [task.fuel() for task in loops], client.calls()
while client.calls() < calls + 100 and not client.over():
    system.run(1)
answer([sum([task.fuel() for task in loops]) - sum(before), client.calls() - calls])
""", server=ECHO, client="for (int i = 0; i < 1000; i++) NEED(sp_ipc_call(e, 0, 0, &m, sizeof m, 0, 0, -1) == 16);",
        loop="for (;;) __asm__ volatile(\"\");")  # fmt: skip
    assert done >= 100 and slices <= 3 * 200000 * 12


def test_a_pair_that_goes_on_calling_starves_nobody_of_its_priority(firmware):
    """Neither by calls nor by a mutex or a notification that goes to and fro."""
    assert play(firmware, """
note, back = Notification("n"), Notification("b")
pairs = [("server", ends("read", 0)), ("client", ends("write", 0)), ("ping", [("n", note, READ, 0), ("e", back, WRITE, 0)]),
         ("pong", [("n", note, WRITE, 0), ("e", back, READ, 0)])]
loop = add("loop", [])
tasks = [add(name, grants) for name, grants in pairs]
system.run(100)
before, calls = loop.fuel(), [task.calls() for task in tasks]
system.run(1000)
answer([loop.fuel() - before > 10 * 200000, [task.calls() > count + 100 for task, count in zip(tasks, calls)]])
""", server=ECHO, client="for (;;) NEED(sp_ipc_call(e, 0, 0, &m, sizeof m, 0, 0, -1) == 16);",
        ping="for (;;) { sp_notify_signal(e, 1); sp_notify_wait(n, 1, -1); }", pong="for (;;) { sp_notify_wait(e, 1, -1); sp_notify_signal(n, 1); }",
        loop='for (;;) __asm__ volatile("");') == [True, [True] * 4]  # fmt: skip


WORK = "for (volatile int i = 0; i < 400000; i++) { }"


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_server_has_the_priority_of_its_clients_while_it_serves(firmware, depth):
    """Through servers of servers too: a loop between their priorities gets no more than the guard gives it. Then each is as before."""
    share, done, priorities = play(firmware, f"""
names = ["e"] + ["e%d" % n for n in range(1, {depth})]
ends_of = [Endpoint(name) for name in names]
servers = []
for n in range({depth}):
    grants = [("e", ends_of[n], READ, 0)] + ([("n", ends_of[n + 1], WRITE, 0)] if n + 1 < {depth} else [])
    servers.append(add("last" if n + 1 == {depth} else "between", grants, priority=1))
system.run(20)
loop = add("loop", [], priority=3)
client = add("client", [("e", ends_of[0], WRITE, 0)], priority=5)
while client.calls() < 3:
    system.run(1)
before, work = loop.fuel(), servers[-1].fuel()
while not client.over():
    system.run(1)
share = (loop.fuel() - before) / (servers[-1].fuel() - work)
system.run(20)
now = loop.fuel()
system.run(50)
answer([share, client.result, [server.thread.priority for server in servers] + [servers[0].state, loop.fuel() > now]])
""", last="for (;;) { NEED(sp_ipc_receive(e, &m, sizeof m, 0, -1) == 16); " + WORK + " NEED(sp_ipc_reply(e, m.client, 0, 0, 0) == 0); " + WORK + " }",
        between="for (;;) { uint32_t c; NEED(sp_ipc_receive(e, &m, sizeof m, 0, -1) == 16); c = m.client; "
                "NEED(sp_ipc_call(n, 0, 0, &m, sizeof m, 0, 0, -1) == 16); NEED(sp_ipc_reply(e, c, 0, 0, 0) == 0); }",
        client="for (int i = 0; i < 4; i++) NEED(sp_ipc_call(e, 0, 0, &m, sizeof m, 0, 0, -1) == 16);",
        loop="for (;;) __asm__ volatile(\"\");")  # fmt: skip
    assert done == 0 and share < 0.5 and priorities[:depth] == [1] * depth and priorities[-1]


@pytest.mark.parametrize("way", ["revoked", "dropped"])
def test_clients_of_a_server_that_lost_its_endpoint_are_told_so(firmware, way):
    assert play(firmware, f"""
server, client = add("server", ends("read", 0)[:1]), add("client", ends("write", 0))
system.run(20)
if {way == "revoked"}:
    other = Capabilities(1)
    system.revoke(Endpoint("another"))
    server.capabilities.revoke(server.capabilities.held()[0][0], True, lost)
system.run(300)
answer([client.result, STATES[server.state]])
""", server="NEED(sp_ipc_receive(e, &m, sizeof m, 0, -1) == 16); sp_sleep(50);" + ("sp_cap_drop(e);" if way == "dropped" else "") + "sp_sleep(-1 & 0xfffffff);",
        client="return sp_ipc_call(e, 0, 0, &m, sizeof m, 0, 0, -1);") == [-9, "sleeping"]  # fmt: skip


def test_what_is_opened_below_a_directory_that_may_be_passed_on_may_be_too(firmware):
    assert play(firmware, """
server = add("server", ends("read", 0))
client = add("client", ends("write", 0), file=fs.make("/d", True), rights=READ | WRITE | 4 | GRANT)
system.run(300)
answer([server.result, client.result])
""", server="""
NEED(sp_ipc_receive(e, &m, sizeof m, SP_IPC_ACCEPT, 1000) == 16 && sp_fs_size(m.capability) == 3);
NEED(sp_ipc_reply(e, m.client, 0, 0, 0) == 0);
""", client="""
sp_cap_t file = sp_fs_open(FIND("file"), "x", 1, SP_OPEN_READ | SP_OPEN_WRITE | SP_OPEN_CREATE);
NEED(sp_fs_write(file, "abc", 3, 0) == 3 && sp_ipc_call(e, 0, 0, &m, sizeof m, file, 0, 1000) == 16);
sp_cap_t weak = sp_cap_derive(FIND("file"), SP_RIGHT_READ), other = sp_fs_open(weak, "x", 1, SP_OPEN_READ);
NEED(other > 0 && sp_ipc_call(e, 0, 0, &m, sizeof m, other, 0, 1000) == SP_ERR_DENIED);
""") == [0, 0]  # fmt: skip


def test_messages_allocate_nothing_and_cost_the_same_among_many(firmware):
    """With the collector off nothing is left behind by round trips, signals and timeouts."""
    taken, calls = play(firmware, """
note = Notification("n")
server, client = add("server", ends("read", 0)), add("client", ends("write", 0) + [("n", note, READ | WRITE, 0)])
measure(50)
gc.collect()
gc.disable()
calls = client.calls()
answer([measure(300) - measure(100), client.calls() - calls])
""", server=ECHO, client="""
for (;;) {
    sp_ipc_call(e, text, 100, &m, sizeof m, 0, 0, 100);
    sp_notify_signal(n, 5);
    sp_notify_wait(n, 4, -1);
    sp_notify_wait(n, 2, 1);
}
""")
    assert taken == 0 and calls > 20


def test_a_number_of_a_call_names_a_later_one_after_a_million_waits(firmware):
    """The generation in it: the first 2^20 calls of a client have numbers of their own."""
    assert play(firmware, """
server, client = add("server", ends("read", 0)), add("client", ends("write", 0))
while not client.over():
    system.run(50)
answer([client.result, server.result])
""", client="for (int i = 0; i < 300; i++) NEED(sp_ipc_call(e, 0, 0, &m, sizeof m, 0, 0, -1) == 16);", server="""
static uint32_t seen[300];
for (int i = 0; i < 300; i++) {
    NEED(sp_ipc_receive(e, &m, sizeof m, 0, -1) == 16);
    for (int k = 0; k < i; k++) NEED(seen[k] != m.client);
    seen[i] = m.client;
    if (i) NEED(sp_ipc_reply(e, seen[i - 1], 0, 0, 0) == SP_ERR_DEAD);
    NEED(sp_ipc_reply(e, m.client, 0, 0, 0) == 0);
}
""") == [0, 0]  # fmt: skip


@pytest.mark.parametrize("spent, others", [(100, False), (31000, True)])
def test_a_server_works_in_what_is_left_of_its_client_s_slice(firmware, spent, others):
    """A client that has used up nearly all of its slice gets no second one by calling a server: then the others come first."""
    ran = play(firmware, """
hal.now = lambda: 1000          # nothing is cut by the clock
hal.ticks = lambda: 1
server = add("server", [("e", endpoint, READ, 0)], priority=3)
client = add("client", [("e", endpoint, WRITE, 0)], priority=3)
spin = add("spin", [], priority=3)
from scheduler import Thread
for task in (server, client, spin):
    task.thread = Thread(task, 3, 40000)
    task.thread.instance = task.instance
""" + """
scheduler = type(system.scheduler)(hal)
scheduler.bind(system._handlers, system._try_again, system._failed)
for task in (server, client, spin):
    scheduler.add(task)
before = spin.fuel()
over = scheduler.run()
answer([over.name, over.result is None, spin.fuel() > before])
""", server="sp_ipc_receive(e, &m, sizeof m, 0, -1); for (volatile int i = 0; i < 400; i++) { } sp_ipc_reply(e, m.client, text, 0, 0); sp_sleep(1000);",
        client=f"for (volatile int i = 0; i < {spent} / 8; i++) {{ }} sp_ipc_call(e, text, 0, &m, 16, 0, 0, -1); return 0;",
        spin="for (;;) __asm__ volatile(\"\");")  # fmt: skip
    assert ran == ["client", True, others]
