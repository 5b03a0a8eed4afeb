"""Timers, edges of pins, sleeping to the microsecond: counted, bound to notifications, in time. The clock is the test's."""

import pytest
from services import play

# The clock in microseconds: a sleep of the machine puts it forward, and each slice takes `takes`.
CLOCK = """
from kernel.objects.ramfs import Account
us, takes = 1000, 0
def now():
    global us
    us += takes
    return us
def idle(time):
    global us
    us += time if time > 0 else 60000000
    return False
hal.now, hal.idle, hal.clock, hal.microseconds = now, idle, lambda number: us, lambda: us
hal.ticks = lambda: us // 1000 & ((1 << 30) - 1)
def task(name, grants=(), priority=3):
    made = add(name, list(grants), priority=priority)
    made.account = Account()
    return made
def results():
    return [[each.name, each.result if each.over() else each.outcome()] for each in system.tasks]
"""
TIMER = "sp_cap_t t = sp_cap_create(SP_KIND_TIMER, 0); int64_t now = sp_time(0);\n"


def alone(firmware, body, before="", run=10000):
    """Its exit code, and the microseconds that passed."""
    return play(firmware, CLOCK + f"a = task('a', [('n', notification, READ | WRITE, 0), ('e', endpoint, READ, 0)])\n{before}\n"
                f"start = us\nsystem.run({run})\nanswer([STATES[a.state], a.result, us - start])", a=body)  # fmt: skip


def test_sleeping_until_a_moment(firmware):
    """To the microsecond; a moment that is past gives others a turn and no more."""
    assert alone(firmware, """
int64_t now = sp_time(0);
NEED(sp_sleep_until(now + 12345) == 0 && sp_time(0) == now + 12345);
NEED(sp_sleep_until(now + 1) == 0 && sp_sleep_until(0) == 0 && sp_sleep_until((int64_t)(1ull << 63)) == 0 && sp_time(0) == now + 12345);
NEED(sp_sleep_until(now + 5000000001ll) == 0 && sp_time(0) == now + 5000000001ll);
""", run=6000000) == ["ended", 0, 5000000001]  # fmt: skip


def test_a_timer_that_is_due_once(firmware):
    assert alone(firmware, TIMER + """
NEED(sp_timer_wait(t, 0) == SP_ERR_AGAIN);
NEED(sp_timer_set(t, now + 700, 0) == 0 && sp_timer_wait(t, 0) == SP_ERR_AGAIN && sp_timer_wait(t, -1) == 1 && sp_time(0) == now + 700);
NEED(sp_timer_wait(t, 1) == SP_ERR_TIMEOUT && sp_time(0) == now + 1700);
NEED(sp_timer_set(t, now + 2000, 0) == 0);
sp_sleep_until(now + 5000);
NEED(sp_timer_wait(t, -1) == 1 && sp_timer_wait(t, 0) == SP_ERR_AGAIN);
NEED(sp_timer_set(t, now, 0) == 0 && sp_timer_wait(t, -1) == 1);
NEED(sp_timer_set(t, now + 9000, 0) == 0 && sp_timer_set(t, 0, 0) == 0 && sp_timer_wait(t, 100) == SP_ERR_TIMEOUT);
""") == ["ended", 0, 105000]  # fmt: skip


def test_a_period_neither_drifts_nor_loses_count(firmware):
    assert alone(firmware, TIMER + """
NEED(sp_timer_set(t, now + 1000, 99) == SP_ERR_INVAL && sp_timer_set(t, now + 1000, 300) == 0);
for (int i = 0; i < 5; i++) NEED(sp_timer_wait(t, -1) == 1 && sp_time(0) == now + 1000 + 300 * i);
sp_sleep_until(now + 1000 + 300 * 9 + 7);
NEED(sp_timer_wait(t, -1) == 5 && sp_time(0) == now + 1000 + 300 * 9 + 7);
NEED(sp_timer_wait(t, -1) == 1 && sp_time(0) == now + 1000 + 300 * 10);
NEED(sp_timer_set(t, 1, 100) == 0 && sp_timer_wait(t, -1) == (sp_time(0) - 1) / 100 + 1);
NEED(sp_timer_set(t, (int64_t)(1ull << 63), 100) == 0 && sp_timer_wait(t, -1) == sp_time(0) / 100 + 1);
""") == ["ended", 0, 4000]  # fmt: skip


def test_a_timer_tells_a_notification_and_the_endpoint_that_it_is_bound_to(firmware):
    assert alone(firmware, TIMER + """
NEED(sp_timer_bind(t, n, 6) == 0 && sp_timer_set(t, now + 500, 1000) == 0);
NEED(sp_notify_wait(n, 2, -1) == 2 && sp_time(0) == now + 500 && sp_notify_wait(n, 4, 0) == 4 && sp_timer_wait(t, 0) == 1);
NEED(sp_notify_bind(n, e) == 0);
NEED(sp_ipc_receive(e, &m, sizeof m, 0, -1) == 16 && m.client == 0 && m.bits == 6 && sp_time(0) == now + 1500);
NEED(sp_timer_bind(t, 0, 1) == 0 && sp_ipc_receive(e, &m, sizeof m, 0, 5) == SP_ERR_TIMEOUT && sp_timer_wait(t, 0) == 6);
NEED(sp_timer_bind(t, e, 1) == SP_ERR_BADCAP && sp_timer_bind(t, 12345, 1) == SP_ERR_BADCAP && sp_timer_bind(t, n, 0) == SP_ERR_INVAL);
NEED(sp_timer_bind(t, sp_cap_derive(n, SP_RIGHT_READ), 1) == SP_ERR_DENIED);
""") == ["ended", 0, 6500]  # fmt: skip


@pytest.mark.parametrize("end", ["sp_cap_drop(own)", "sp_cap_revoke(n)", "sp_cap_drop(t)"])
def test_a_bond_ends_with_the_capability_it_was_made_with(firmware, end):
    assert alone(firmware, TIMER + f"""
sp_cap_t own = sp_cap_derive(n, SP_RIGHT_WRITE);
NEED(sp_timer_bind(t, own, 1) == 0 && sp_timer_set(t, now + 100, 1000) == 0 && sp_notify_wait(n, 1, -1) == 1);
NEED({end} >= 0 && sp_notify_wait(n, 1, 50) == SP_ERR_TIMEOUT);
""") == ["ended", 0, 50100]


def test_a_notification_s_bond_to_an_endpoint_ends_with_its_capability(firmware):
    assert alone(firmware, """
sp_cap_t own = sp_cap_derive(n, SP_RIGHT_READ);
NEED(sp_notify_bind(own, e) == 0 && sp_notify_signal(n, 1) == 0 && sp_ipc_receive(e, &m, sizeof m, 0, 0) == 16);
NEED(sp_cap_drop(own) == 0 && sp_notify_signal(n, 1) == 0 && sp_ipc_receive(e, &m, sizeof m, 0, 5) == SP_ERR_TIMEOUT);
NEED(sp_notify_wait(n, 1, 0) == 1);
""") == ["ended", 0, 5000]  # fmt: skip


def test_a_task_that_ends_leaves_no_timer(firmware):
    assert play(firmware, CLOCK + """
a, b = task("a"), task("b")
system.run(5)
before = system.scheduler.timers
system.kill(a)
system.run(100)
answer([before, system.scheduler.timers, a.account.objects, b.account.objects, b.result])
""", a="for (int i = 0; i < 8; i++) sp_timer_set(sp_cap_create(SP_KIND_TIMER, 0), sp_time(0) + 100 + i, 100); sp_sleep(100000);",
        b="for (int i = 0; i < 8; i++) NEED(sp_timer_set(sp_cap_create(SP_KIND_TIMER, 0), sp_time(0) + 100 + i, 100) == 0); sp_sleep(20);") == [18, 0, 0, 0, 0]  # fmt: skip


def test_a_slice_ends_when_a_timer_of_a_higher_priority_is_due(firmware):
    """Beside an endless loop, whose slice takes 2 ms: late by what the clock moves in a look, whatever the priorities between."""
    late, other, slices = play(firmware, CLOCK + """
takes = 0
fuel_of = lambda: sum([each.fuel() for each in system.tasks])
def now():
    # A unit of fuel takes 10 ns: 200,000 are 2 ms.
    return 1000 + slept_us + fuel_of() // 100
slept_us = 0
def idle(time):
    global slept_us
    slept_us += time
hal.now, hal.idle, hal.clock = now, idle, lambda number: now()
hal.ticks = lambda: now() // 1000
high, low, spin = task("high", priority=6), task("low", priority=1), task("spin")
while not high.over():
    system.run(100)
answer([high.result, low.result if low.over() else 0, system.slices])
""", high="""
int32_t worst = 0;
int64_t due = sp_time(0);
for (int i = 0; i < 100; i++) {
    due += 3000 + i * 77;
    sp_sleep_until(due);
    int32_t late = (int32_t)(sp_time(0) - due);
    if (late > worst) worst = late;
}
return worst;
""", low="for (;;) sp_sleep(1);", spin="for (;;) __asm__ volatile(\"\");")  # fmt: skip
    assert 0 <= late < 60 and other == 0 and slices > 100


def test_what_a_task_signals_to_a_higher_priority_runs_at_once(firmware):
    """Not when its slice is over; and it goes on with what is left of that."""
    assert play(firmware, CLOCK + """
high = task("high", [("n", notification, READ, 0)], 6)
low = task("low", [("n", notification, WRITE, 0)], 3)
system.run(10)
answer([high.result, low.result, system.slices < 30])
""", high="for (int i = 0; i < 5; i++) NEED(sp_notify_wait(n, 1, -1) == 1); sp_sleep(1);",
        low="for (int i = 0; i < 5; i++) { sp_notify_signal(n, 1); NEED(sp_notify_signal(n, 2) == 0); }") == [0, 0, True]  # fmt: skip


def test_a_slice_that_the_guard_gives_is_a_whole_one(firmware):
    """Beside an endless loop of a higher priority, which is ready all the time: calls go on, and a time is answered in full."""
    calls, result, turns = play(firmware, """
hal.write = lambda buffer, n: None
spin, low = add("spin", [], priority=7), add("low", [], priority=0)
end = system.slices + 330
while system.slices < end:
    system.run(20)
answer([low.calls(), low.result, system.slices // 33])
""", spin="for (;;) __asm__ volatile(\"\");", low="""
int64_t last = sp_time(1), now;
for (;;) {
    now = sp_time(1);
    if (now < last || now - last > 60000000) return 1;
    last = now;
}""")  # fmt: skip
    assert result is None and calls > 20 * turns


EDGES = """
from hal.common.simulated import board
from kernel.objects.pin import make, parse
board.clock = lambda: us // 1000
def granted(edge="falling", debounce=0, number=9, pull="up"):
    return make("irq", (number, edge, pull, debounce), 1, None, None)
def edges(*times):
    # At those ms the level changes.
    board.script([(ms, 9, 0 if place % 2 == 0 else 1) for place, ms in enumerate(times)])
"""


@pytest.mark.parametrize("edge, answers", [("falling", [1, 2]), ("rising", [1, 1]), ("both", [1, 4])])
def test_edges_are_counted_and_waited_for(firmware, edge, answers):
    """Falling at 5, 12 and 14 ms, rising at 10, 13 ms; the task comes back at 20."""
    assert play(firmware, CLOCK + EDGES + f"""
a = task("a", [("q", granted("{edge}"), READ, 0), ("w", notification, READ, 0)])
edges(5, 10, 12, 13, 14)
system.run(60)
answer([a.result // 100, a.result % 100])
""", a="""
sp_cap_t q = FIND("q");
int first = sp_irq_wait(q, -1);
sp_sleep_until(sp_time(0) / 1000 * 1000 + 100);
sp_sleep(20);
int second = sp_irq_wait(q, 0);
NEED(sp_irq_wait(q, 0) == SP_ERR_AGAIN && sp_irq_wait(q, 3) == SP_ERR_TIMEOUT);
return first * 100 + second;
""") == answers  # fmt: skip


def test_a_contact_that_bounces_counts_once(firmware):
    assert play(firmware, CLOCK + EDGES + """
a = task("a", [("q", granted("both", 20000), READ, 0)])
edges(5, 6, 7, 8, 9, 40, 41)
system.run(200)
answer(a.result)
""", a='sp_sleep(100); return sp_irq_wait(FIND("q"), 0);') == 2


def test_edges_wake_a_machine_that_sleeps_and_tell_a_notification(firmware):
    """When they come, not when something else wakes it; after the task is gone nobody counts."""
    assert play(firmware, CLOCK + EDGES + """
irq = granted()
a = task("a", [("q", irq, READ, 0), ("n", notification, READ | WRITE, 0)])
edges(5, 7, 1000)
start = us
system.run(50)
woke = us
system.run(2000)
answer([a.result, woke - start <= 50000, board.line(9).irq is None, STATES[a.state]])
""", a="""
sp_cap_t q = FIND("q");
int64_t now = sp_time(0);
NEED(sp_irq_bind(q, n, 4) == 0 && sp_notify_wait(n, 4, -1) == 4);
NEED(sp_time(0) - now <= 5000 && sp_irq_wait(q, 0) == 1 && sp_irq_bind(q, 0, 1) == 0 && sp_notify_wait(n, 4, 10) == SP_ERR_TIMEOUT);
""") == [0, True, True, "ended"]  # fmt: skip


def test_a_flood_of_edges_is_counted(firmware):
    """Ten thousand while a task sleeps: one number."""
    assert play(firmware, CLOCK + EDGES + """
irq = granted("both")
a = task("a", [("q", irq, READ, 0)])
system.run(1)
for n in range(10000):
    irq.edge(n)
system.run(100)
answer(a.result)
""", a="""
NEED(sp_irq_wait(FIND("q"), 0) == SP_ERR_AGAIN);
sp_sleep(50);
return sp_irq_wait(FIND("q"), 0);
""") == 10000  # fmt: skip


def test_events_leave_nothing_on_the_heap(firmware):
    assert play(firmware, CLOCK + EDGES + """
us = 1 << 20
irq = granted("both")
a = task("a", [("q", irq, READ, 0), ("n", notification, READ | WRITE, 0)])
system.run(100)
gc.collect(); gc.disable()
left = [measure(50) for _ in range(3)][-1]
gc.enable()
answer([left, a.calls() > 100])
""", a=TIMER + """
sp_cap_t q = FIND("q");
sp_timer_bind(t, n, 1);
for (;;) {
    sp_timer_set(t, now + 100, 100); sp_timer_wait(t, 1); sp_irq_wait(q, 0); sp_irq_bind(q, n, 2); sp_timer_wait(t, 0);
    sp_notify_wait(n, 3, 1); sp_sleep_until(sp_time(0) + 50);
}
""") == [0, True]  # fmt: skip
