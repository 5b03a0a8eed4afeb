"""Buffers that tasks share: copied in and out, parts of them, quotas, the end of one."""

import pytest
from services import play

CREATE = "sp_cap_create(SP_KIND_MEMORY, {size})"
ALLOW = """
def allow(task, objects=8, buffers=1000):
    from kernel.objects.ramfs import Account
    task.account = account = Account()
    account.objects_max, account.buffers_max = objects, buffers
    return account
"""


def alone(firmware, body, objects=8, buffers=1000, after=""):
    """[state, exit code, record's reason, objects, bytes counted, regions] of a task that runs to its end."""
    return play(firmware, ALLOW + f"""
task = add("a", [])
account = allow(task, {objects}, {buffers})
before = wasm3.arena()[1:]
system.run(2000)
{after}
answer([STATES[task.state], task.result, task.record and task.record.reason, account.objects, account.buffers, wasm3._arena_check()[0]])
""", a=body)  # fmt: skip


OVER = ["ended", 0, None, 0, 0, True]


def test_what_is_written_is_read(firmware):
    assert alone(firmware, """
sp_cap_t b = sp_cap_create(SP_KIND_MEMORY, 100);
NEED(b > 0 && sp_mem_size(b) == 100);
for (int i = 0; i < 257; i++) text[i] = 9;
NEED(sp_mem_read(b, text, 257, 0) == 100);
for (int i = 0; i < 100; i++) NEED(text[i] == 0);
NEED(text[100] == 9);
for (int i = 0; i < 100; i++) text[i] = i;
NEED(sp_mem_write(b, text, 50, 0) == 50 && sp_mem_write(b, text, 257, 90) == 10);
NEED(sp_mem_write(b, text, 1, 100) == 0 && sp_mem_write(b, text, 1, 65535) == 0 && sp_mem_read(b, text, 1, 100) == 0);
NEED(sp_mem_read(b, text, 20, 85) == 15 && text[4] == 0 && text[5] == 0 && text[14] == 9);
NEED(sp_mem_read(b, text, 0, 5) == 0 && sp_mem_read(b, text, 5, 65536) == SP_ERR_INVAL && sp_mem_read(b, text, 5, -1) == SP_ERR_INVAL);
""") == OVER  # fmt: skip


def test_a_part_lies_within_what_it_was_made_of(firmware):
    assert alone(firmware, """
sp_cap_t b = sp_cap_create(SP_KIND_MEMORY, 100), p = sp_mem_derive(b, 10, 20, SP_RIGHT_READ | SP_RIGHT_WRITE), q = sp_mem_derive(p, 19, 1, SP_RIGHT_READ);
NEED(p > 0 && q > 0 && sp_mem_size(p) == 20 && sp_mem_size(q) == 1);
NEED(sp_mem_derive(b, 0, 101, 1) == SP_ERR_INVAL && sp_mem_derive(b, 1, 100, 1) == SP_ERR_INVAL && sp_mem_derive(b, 65535, 65535, 1) == SP_ERR_INVAL);
NEED(sp_mem_derive(p, 0, 21, 1) == SP_ERR_INVAL && sp_mem_derive(p, 20, 1, 1) == SP_ERR_INVAL && sp_mem_derive(q, 0, 1, 2) == SP_ERR_DENIED);
for (int i = 0; i < 40; i++) text[i] = 1 + i;
NEED(sp_mem_write(p, text, 40, 0) == 20 && sp_mem_write(p, text, 1, 20) == 0 && sp_mem_write(q, text, 1, 0) == SP_ERR_DENIED);
NEED(sp_mem_read(q, text, 40, 0) == 1 && text[0] == 20);
NEED(sp_mem_read(b, text, 40, 0) == 40 && text[9] == 0 && text[10] == 1 && text[29] == 20 && text[30] == 0);
sp_cap_t r = sp_cap_derive(p, SP_RIGHT_READ);
NEED(sp_mem_size(r) == 20 && sp_mem_write(r, text, 1, 0) == SP_ERR_DENIED && sp_mem_derive(r, 0, 20, 1) > 0);
NEED(sp_cap_revoke(p) == 3 && sp_mem_size(q) == SP_ERR_REVOKED && sp_mem_size(p) == 20);
""") == OVER  # fmt: skip


@pytest.mark.parametrize("kind, size, answer", [
    ("MEMORY", 0, "SP_ERR_INVAL"), ("MEMORY", 65536, "SP_ERR_QUOTA"), ("MEMORY", 1001, "SP_ERR_QUOTA"), ("ENDPOINT", 1, "SP_ERR_INVAL"),
    ("FILE", 0, "SP_ERR_INVAL"), ("PIN", 0, "SP_ERR_INVAL"), ("IRQ", 0, "SP_ERR_INVAL"), ("TIMER", 1, "SP_ERR_INVAL"),
])  # fmt: skip
def test_what_cannot_be_made(firmware, kind, size, answer):
    assert alone(firmware, f"NEED(sp_cap_create(SP_KIND_{kind}, {size}) == {answer}); NEED(sp_cap_create(3, 0) == SP_ERR_INVAL);") == OVER


def test_a_quota_is_of_bytes_and_of_objects_and_comes_back(firmware):
    """By dropping the last capability; one that was derived holds the object."""
    assert alone(firmware, """
sp_cap_t b = sp_cap_create(SP_KIND_MEMORY, 600), d, o[3];
NEED(b > 0 && sp_cap_create(SP_KIND_MEMORY, 401) == SP_ERR_QUOTA);
d = sp_cap_derive(b, 1);
NEED(sp_cap_drop(b) == 0 && sp_cap_create(SP_KIND_MEMORY, 401) == SP_ERR_QUOTA && sp_mem_size(d) == 600);
NEED(sp_cap_drop(d) == 0 && sp_cap_create(SP_KIND_MEMORY, 1000) > 0);
NEED(sp_cap_create(SP_KIND_MEMORY, 1) == SP_ERR_QUOTA);
NEED((o[0] = sp_cap_create(SP_KIND_ENDPOINT, 0)) > 0 && (o[1] = sp_cap_create(SP_KIND_NOTIFICATION, 0)) > 0 && (o[2] = sp_cap_create(SP_KIND_TIMER, 0)) > 0);
NEED(sp_cap_create(SP_KIND_MUTEX, 0) == SP_ERR_QUOTA && sp_cap_drop(o[2]) == 0);
NEED(sp_cap_create(SP_KIND_SEMAPHORE, 5) > 0 && sp_cap_create(SP_KIND_MUTEX, 0) == SP_ERR_QUOTA);
""", objects=4) == OVER  # fmt: skip


def test_without_room_in_the_arena_nothing_is_made(firmware):
    assert alone(firmware, """
int made = 0;
sp_cap_t b;
while ((b = sp_cap_create(SP_KIND_MEMORY, 60000)) > 0) made++;
NEED(b == SP_ERR_NOMEM && made > 0 && sp_cap_create(SP_KIND_MEMORY, 60000) == SP_ERR_NOMEM);
""", objects=100, buffers=1 << 29) == OVER


def test_the_bytes_are_whoever_s_holds_them_and_count_to_who_made_them(firmware):
    """Passed on with a message; the maker ends; the last one that holds it drops it."""
    assert play(firmware, ALLOW + """
maker, user = add("maker", [("e", endpoint, WRITE | GRANT, 0)]), add("user", [("e", endpoint, READ, 0)])
account, free = allow(maker), wasm3.arena()[1]
system.run(300)
middle = [STATES[maker.state], maker.result, account.objects, account.buffers, wasm3.arena()[3]]
system.run(2000)
answer(middle + [STATES[user.state], user.result, account.objects, account.buffers])
""", maker="""
sp_cap_t b = sp_cap_create(SP_KIND_MEMORY, 300), p = sp_mem_derive(b, 100, 50, SP_RIGHT_READ | SP_RIGHT_GRANT);
NEED(sp_mem_write(b, "hello", 5, 120) == 5 && sp_ipc_call(e, text, 0, text, 0, p, 0, -1) == 0);
""", user="""
NEED(sp_ipc_receive(e, &m, sizeof m, SP_IPC_ACCEPT, -1) == 16 && m.capability > 0);
sp_cap_t b = m.capability;
NEED(sp_mem_size(b) == 50 && sp_mem_write(b, text, 1, 0) == SP_ERR_DENIED && sp_mem_read(b, text, 5, 20) == 5 && text[0] == 'h' && text[4] == 'o');
NEED(sp_ipc_reply(e, m.client, text, 0, 0) == 0);
sp_sleep(600);
NEED(sp_mem_read(b, text, 5, 20) == 5 && text[0] == 'h' && sp_cap_drop(b) == 0);
""") == ["ended", 0, 1, 300, 1, "ended", 0, 0, 0]  # fmt: skip


def test_revoking_a_buffer_takes_it_from_everybody(firmware):
    assert play(firmware, ALLOW + """
maker, user = add("maker", [("e", endpoint, WRITE | GRANT, 0)]), add("user", [("e", endpoint, READ, 0)])
account = allow(maker)
system.run(2000)
answer([maker.result, user.result, account.objects, account.buffers])
""", maker="""
sp_cap_t b = sp_cap_create(SP_KIND_MEMORY, 300);
NEED(sp_ipc_call(e, text, 0, text, 0, b, 0, -1) == 0);
sp_sleep(50);
NEED(sp_cap_revoke(b) == 1);
""", user="""
NEED(sp_ipc_receive(e, &m, sizeof m, SP_IPC_ACCEPT, -1) == 16);
NEED(sp_mem_size(m.capability) == 300 && sp_ipc_reply(e, m.client, text, 0, 0) == 0);
sp_sleep(200);
NEED(sp_mem_size(m.capability) == SP_ERR_REVOKED);
""") == [0, 0, 0, 0]  # fmt: skip


def test_objects_that_tasks_made_work_as_those_of_the_manifest(firmware):
    """An endpoint of its own, given to another task, which calls it; its text says whose it is."""
    assert play(firmware, ALLOW + """
a, b = add("a", [("e", endpoint, WRITE | GRANT, 0)]), add("b", [("e", endpoint, READ, 0)])
allow(a)
system.run(100)
waits = [STATES[task.state] + " " + task.outcome() for task in (a, b)]
system.run(2000)
answer(waits + [a.result, b.result, a.account.objects])
""", a="""
sp_cap_t own = sp_cap_create(SP_KIND_ENDPOINT, 0);
NEED(sp_ipc_call(e, text, 0, text, 0, own, 0, -1) == 0);
NEED(sp_ipc_receive(own, &m, sizeof m, 0, -1) == 17 && m.bytes[0] == 'x');
NEED(sp_ipc_reply(own, m.client, "y", 1, 0) == 0);
""", b="""
NEED(sp_ipc_receive(e, &m, sizeof m, SP_IPC_ACCEPT, -1) == 16);
sp_cap_t theirs = m.capability;
NEED(sp_ipc_reply(e, m.client, text, 0, 0) == 0);
sp_sleep(500);
NEED(sp_ipc_call(theirs, "x", 1, &m, sizeof m, 0, 0, -1) == 17 && m.bytes[0] == 'y');
""") == ["waiting waits: endpoint of a", "sleeping -", 0, 0, 0]  # fmt: skip


def test_reading_and_writing_leave_nothing_on_the_heap(firmware):
    assert play(firmware, ALLOW + """
task = add("a", [])
allow(task)
system.run(100)
gc.collect(); gc.disable()
left = [measure(200) for _ in range(3)][-1]
gc.enable()
answer([left, task.calls() > 1000])
""", a="""
sp_cap_t b = sp_cap_create(SP_KIND_MEMORY, 300);
for (;;) { sp_mem_write(b, text, 100, 0); sp_mem_read(b, text, 100, 100); sp_mem_size(b); sp_cap_drop(sp_mem_derive(b, 1, 10, 1)); }
""") == [0, True]  # fmt: skip
