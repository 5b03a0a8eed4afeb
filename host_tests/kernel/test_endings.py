"""What outlives a run, a revocation or a failure: objects that were passed on, waits, bindings, loans of priority.

Each of these was a fault once, found by reading.
"""

import functools

import pytest
from booted import booted
from services import play


@pytest.fixture
def boot(firmware, tmp_path):
    return functools.partial(booted, firmware, tmp_path)


CARE = {"caps": {"t": {"task": "driver"}, "n": {"notification": "n", "rights": ["read", "write"]}}}


# Starts a driver that has ended, and waits for its next end.
KEEPER = """
sp_cap_t t = FIND("t");
NEED(sp_task_wait(t, -1) == 1 && sp_task_start(t) == 0);
NEED(sp_task_wait(t, 2000) == 1);
"""


@pytest.mark.pc("removes a file of the host")
def test_a_start_that_fails_is_told_to_who_watches(boot):
    got = boot("""
system.run(50)
os.unlink(path[:-len("system.json")] + "driver.wasm")
system.run(3000)
answer([states(), answers()])
""", {"driver": ("sp_sleep(100); return 0;", {"may_fault": True}), "keeper": (KEEPER, CARE)})
    assert got[1]["keeper"] == 0


def test_a_stop_before_the_start_is_told(boot):
    got = boot("""
system.run(3000)
answer([states(), answers()])
""", {"driver": ("return 0;", {}), "keeper": (KEEPER, CARE), "stopper": ("sp_sleep(50); NEED(sp_task_stop(FIND(\"t\")) == 0);", CARE)})
    assert got[1]["keeper"] == 0


@pytest.mark.parametrize("holds", [True, False])
def test_an_old_pin_s_end_leaves_the_edges_of_the_new_run(boot, holds):
    """The driver passes its edges on, faults and runs anew; then the old ones end with their last holder."""
    got = boot("""
board.clock = lambda: clock
board.script([(300, 9, 0), (310, 9, 1), (320, 9, 0)])
system.run(1500)
answer([states(), answers(), system.find("driver").restarts])
""", {"driver": ("""
sp_cap_t i = FIND("i");
if (sp_notify_wait(n, 1, 0) != 1) {
    NEED(sp_notify_signal(n, 1) == 0);
    """ + ("NEED(sp_ipc_call(e, text, 1, &m, sizeof m, i, 0, -1) >= 16);" if holds else "") + """
    __builtin_trap();
}
NEED(sp_irq_wait(i, 0) == SP_ERR_AGAIN);
NEED(sp_irq_wait(i, 1000) == 1);
""", {"caps": {"i": {"irq": 9, "edge": "falling", "pull": "up", "rights": ["read", "grant"]}, "e": {"endpoint": "e"},
       "n": {"notification": "n", "rights": ["read", "write"]}},
      "fault": {"policy": "restart", "first": 1, "most": 1, "times": 3}}),
     "worker": ("""
if (sp_ipc_receive(e, &m, sizeof m, SP_IPC_ACCEPT, 100) >= 16) {
sp_cap_t i = m.capability;
NEED(i > 0);
NEED(sp_ipc_reply(e, m.client, text, 1, 0) == 0);
sp_sleep(100);
}
""", {"caps": {"e": {"endpoint": "e", "rights": ["read"]}}})})
    assert got[1]["driver"] == 0


@pytest.mark.parametrize("holds", [True, False])
def test_an_old_pin_s_end_leaves_the_level_of_the_new_run(boot, holds):
    got = boot("""
system.run(1000)
answer([states(), system.find("driver").restarts, board.level(4)])
""", {"driver": ("""
sp_cap_t p = FIND("p");
if (sp_notify_wait(n, 1, 0) != 1) {
    NEED(sp_notify_signal(n, 1) == 0);
    """ + ("NEED(sp_ipc_call(e, text, 1, &m, sizeof m, p, 0, -1) >= 16);" if holds else "") + """
    __builtin_trap();
}
NEED(sp_gpio_write(p, 1) == 0);
sp_sleep(1000);
sp_sleep(1000);
""", {"caps": {"p": {"pin": 4, "mode": "out", "rights": ["read", "write", "grant"]}, "e": {"endpoint": "e"},
       "n": {"notification": "n", "rights": ["read", "write"]}},
      "fault": {"policy": "restart", "first": 1, "most": 1, "times": 3}}),
     "worker": ("""
if (sp_ipc_receive(e, &m, sizeof m, SP_IPC_ACCEPT, 100) >= 16) {
NEED(m.capability > 0);
NEED(sp_ipc_reply(e, m.client, text, 1, 0) == 0);
sp_sleep(100);
}
""", {"caps": {"e": {"endpoint": "e", "rights": ["read"]}}})})
    assert got[1:] == [1, 1]


def test_a_bind_that_fails_changes_nothing(firmware):
    got = play(firmware, """
a = add("a", [("n", notification, READ | WRITE, 0), ("e", endpoint, READ, 0)])
system.run(100)
answer([STATES[a.state], a.result])
""", a="""
NEED(sp_notify_bind(n, e) == 0);
NEED(sp_notify_bind(n, 12345) == SP_ERR_BADCAP);
NEED(sp_notify_signal(n, 4) == 0);
NEED(sp_ipc_receive(e, &m, sizeof m, 0, 0) == 16 && m.bits == 4);
""")
    assert got == ["ended", 0]


@pytest.mark.parametrize("order", ["holder first", "holder last"])
def test_a_mutex_does_not_pass_to_a_task_that_loses_it_too(firmware, order):
    got = play(firmware, f"""
lock = Mutex("n")
names = ["holder", "w1", "w2"]
if {order == "holder last"}:
    names = names[1:] + names[:1]
made = dict([(name, add(name, [("n", lock, WRITE, 0)])) for name in names])
system.run(50)
system.revoke(lock)
system.run(100)
answer([[made[n].name, made[n].result] for n in ("holder", "w1", "w2")])
""", holder="NEED(sp_sync_lock(n, -1) == 0); sp_sleep(80); return 7;",
    w1="sp_sleep(10); return sp_sync_lock(n, -1);", w2="sp_sleep(15); return sp_sync_lock(n, -1);")
    assert got == [["holder", 7], ["w1", -2], ["w2", -2]]


@pytest.mark.parametrize("order", ["server first", "server last"])
def test_a_client_of_a_revoked_endpoint_is_told_so(firmware, order):
    got = play(firmware, f"""
def s(): return add("server", [("e", endpoint, READ, 0)])
if {order == "server first"}:
    a = s()
    b = add("client", [("e", endpoint, WRITE, 0)])
else:
    b = add("client", [("e", endpoint, WRITE, 0)])
    a = s()
system.run(50)
system.revoke(endpoint)
system.run(100)
answer([a.result, b.result])
""", server="NEED(sp_ipc_receive(e, &m, sizeof m, 0, -1) >= 16); sp_sleep(80); return 7;",
    client="return sp_ipc_call(e, text, 1, &m, sizeof m, 0, 0, -1);")
    assert got == [7, -2]


def test_a_task_that_serves_no_more_borrows_no_priority(firmware):
    """It received from the endpoint once and dropped it: later callers lend their priority to the server that is there."""
    low, middle, state = play(firmware, """
e = endpoint
low = add("low", [("e", e, READ, 0)], priority=1)
high = add("high", [("e", e, WRITE, 0)], priority=6)
middle = add("middle", [("e", e, READ, 0)], priority=3)
for _ in range(400):
    if not middle.over():
        system.run(5)
answer([low.fuel(), middle.fuel(), STATES[middle.state]])
""", low="""
NEED(sp_ipc_receive(e, &m, sizeof m, 0, -1) >= 16 && sp_ipc_reply(e, m.client, text, 1, 0) == 0 && sp_cap_drop(e) == 0);
for (volatile int i = 0; ; i++) { }
""", high="""
sp_sleep(2);
NEED(sp_ipc_call(e, text, 1, &m, sizeof m, 0, 0, -1) >= 16);
sp_sleep(20);
NEED(sp_ipc_call(e, text, 1, &m, sizeof m, 0, 0, -1) >= 16);
""", middle="""
sp_sleep(10);
for (volatile int i = 0; i < 1000000; i++) { }
NEED(sp_ipc_receive(e, &m, sizeof m, 0, -1) >= 16 && sp_ipc_reply(e, m.client, text, 1, 0) == 0);
""")  # fmt: skip
    assert state == "ended" and low < 4 * middle


def test_a_server_is_preempted_by_its_reply(firmware):
    """Also where another task of the client's priority was ready all along."""
    fuel, result = play(firmware, """
server = Task("server", wasm3.Instance(wasm["server"], memory=4096), 1, 100000000, Capabilities(4))
server.capabilities.grant("e", endpoint, READ)
system.add(server)
client = add("client", [("e", endpoint, WRITE, 0)], priority=6)
add("busy", [], priority=6)
for _ in range(400):
    if not client.over():
        system.run(1)
answer([server.fuel(), client.result])
""", server="""
NEED(sp_ipc_receive(e, &m, sizeof m, 0, -1) >= 16);
sp_yield();
sp_yield();
NEED(sp_ipc_reply(e, m.client, text, 1, 0) == 0);
for (volatile int i = 0; i < 3000000; i++) { }
""", client="NEED(sp_ipc_call(e, text, 1, &m, sizeof m, 0, 0, -1) >= 16);", busy="for (volatile int i = 0; ; i++) { }")  # fmt: skip
    assert result == 0 and fuel < 5_000_000
