"""Mutexes and semaphores between tasks: who holds, who waits, who is next, what an end or a revocation leaves."""

import pytest
from services import play

WORK = "for (volatile int i = 0; i < 400000; i++) { }"


def test_a_mutex_keeps_tasks_apart(firmware):
    """Two tasks raise a number in a file, each with a look at the clock between reading and writing."""
    assert play(firmware, """
lock, file = Mutex("n"), opened("/f")
file.file.write(0, 4, Zeros(), 0)
tasks = [add("adder", [("n", lock, WRITE, 0)], file=file, rights=READ | WRITE) for _ in range(2)]
system.run(3000)
answer([task.result for task in tasks] + [file.file.size])
""", adder="""
sp_cap_t file = FIND("file");
uint32_t number;
for (int i = 0; i < 40; i++) {
    NEED(sp_sync_lock(n, -1) == 0);
    NEED(sp_fs_read(file, &number, 4, 0) == 4);
    sp_yield();
    number++;
    NEED(sp_fs_write(file, &number, 4, 0) == 4);
    NEED(sp_sync_unlock(n) == 0);
}
sp_sleep(200);
NEED(sp_fs_read(file, &number, 4, 0) == 4 && number == 80);
""") == [0, 0, 4]  # fmt: skip


def test_only_the_holder_unlocks_and_nobody_locks_twice(firmware):
    assert play(firmware, """
lock = Mutex("n")
tasks = [add(name, [("n", lock, WRITE, 0)]) for name in ("one", "other")]
system.run(500)
answer([task.result for task in tasks])
""", one="""
NEED(sp_sync_unlock(n) == SP_ERR_DENIED && sp_sync_lock(n, 0) == 0 && sp_sync_lock(n, -1) == SP_ERR_INVAL);
sp_sleep(50);
NEED(sp_sync_unlock(n) == 0 && sp_sync_unlock(n) == SP_ERR_DENIED);
""", other="""
sp_sleep(5);
NEED(sp_sync_unlock(n) == SP_ERR_DENIED && sp_sync_lock(n, 0) == SP_ERR_AGAIN && sp_sync_lock(n, 5) == SP_ERR_TIMEOUT);
NEED(sp_sync_lock(n, 1000) == 0 && sp_sync_unlock(n) == 0);
""") == [0, 0]  # fmt: skip


@pytest.mark.parametrize("way", ["ends", "faults", "is killed", "loses it", "drops it"])
def test_a_mutex_whose_holder_is_gone_is_free_and_says_so(firmware, way):
    assert play(firmware, f"""
lock = Mutex("n")
holder = add("holder", [("n", lock, WRITE, 0)])
system.run(5)
others = [add("next", [("n", lock, WRITE, 0)]) for _ in range(2)]
system.run(30)
if {way == "is killed"}:
    system.kill(holder)
if {way == "loses it"}:
    holder.capabilities.revoke(holder.capabilities.held()[0][0], True, lost)
system.run(500)
answer(sorted([task.result for task in others]))
""", holder="NEED(sp_sync_lock(n, -1) == 0); sp_sleep(60);"
        + {"ends": "", "faults": "__builtin_trap();", "drops it": "sp_cap_drop(n);"}.get(way, "") + ("sp_sleep(100000);" if way.endswith("it") or way == "is killed" else ""),
        next="int got = sp_sync_lock(n, -1); NEED(got >= 0); NEED(sp_sync_unlock(n) == 0); return got;") == [0, 1]  # fmt: skip


def test_the_holder_has_the_priority_of_who_waits_and_the_most_urgent_is_next(firmware):
    """A loop of a priority between them gets no more than the guard gives it; then the holder is as before."""
    share, order = play(firmware, """
lock = Mutex("n")
holder = add("holder", [("n", lock, WRITE, 0)], priority=1)
system.run(5)
low, high = [add("waiter", [("n", lock, WRITE, 0)], priority=priority) for priority in (2, 6)]
system.run(1)
loop = add("loop", [], priority=3)
before, work = loop.fuel(), holder.fuel()
while not high.over():
    system.run(1)
answer([(loop.fuel() - before) / (holder.fuel() - work), [high.result, low.over(), holder.over()]])
""", holder="NEED(sp_sync_lock(n, -1) == 0); sp_sleep(4); " + WORK + WORK + " NEED(sp_sync_unlock(n) == 0); " + WORK + WORK + WORK,
        waiter="NEED(sp_sync_lock(n, -1) == 0 && sp_sync_unlock(n) == 0);", loop='for (;;) __asm__ volatile("");')  # fmt: skip
    assert share < 0.5 and order == [0, False, False]


def test_a_semaphore_counts(firmware):
    assert play(firmware, """
things = Semaphore("n", 2)
takers = [add("taker", [("n", things, READ, 0)]) for _ in range(4)]
system.run(20)
waiting = [task.result for task in takers]
giver = add("giver", [("n", things, READ | WRITE, 0)])
system.run(100)
answer([waiting, [task.result for task in takers], giver.result])
""", taker="NEED(sp_sync_give(n, 1) == SP_ERR_DENIED); return sp_sync_take(n, -1);", giver="""
NEED(sp_sync_take(n, 0) == SP_ERR_AGAIN && sp_sync_take(n, 5) == SP_ERR_TIMEOUT && sp_sync_give(n, 0) == SP_ERR_INVAL);
NEED(sp_sync_give(n, 5) == 0);
for (int i = 0; i < 3; i++) NEED(sp_sync_take(n, 0) == 0);
NEED(sp_sync_take(n, 0) == SP_ERR_AGAIN);
NEED(sp_sync_give(n, 1073741823) == 0 && sp_sync_give(n, 1) == SP_ERR_TOOBIG && sp_sync_take(n, 0) == 0 && sp_sync_give(n, 1) == 0);
""") == [[0, 0, None, None], [0] * 4, 0]  # fmt: skip


@pytest.mark.parametrize("kind", ["Mutex('n')", "Semaphore('n', 0)"])
def test_who_waits_is_woken_by_a_revocation_and_leaves_no_trace(firmware, kind):
    call = "sp_sync_lock" if "Mutex" in kind else "sp_sync_take"
    assert play(firmware, f"""
thing = {kind}
first = add("first", [("n", thing, READ | WRITE, 0)])
system.run(5)
revoked, killed, last = [add("waiter", [("n", thing, READ | WRITE, 0)]) for _ in range(3)]
system.run(5)
told = last.outcome()
revoked.capabilities.revoke(revoked.capabilities.held()[0][0], True, lost)
system.kill(killed)
system.run(300)
answer([revoked.result, killed.result, last.result, told])
""", first=("NEED(sp_sync_lock(n, 0) == 0); sp_sleep(50); return sp_sync_unlock(n);" if "Mutex" in kind else "sp_sleep(50); return sp_sync_give(n, 1);"),
        waiter=f"return {call}(n, -1);") == [-2, None, 0, "waits: mutex n" if "Mutex" in kind else "waits: semaphore n"]  # fmt: skip


def test_locks_and_counts_allocate_nothing(firmware):
    taken, calls = play(firmware, """
lock, things = Mutex("n"), Semaphore("e", 0)
tasks = [add("busy", [("n", lock, WRITE, 0), ("e", things, READ | WRITE, 0)]) for _ in range(3)]
measure(50)
gc.collect()
gc.disable()
calls = tasks[0].calls()
answer([measure(300) - measure(100), tasks[0].calls() - calls])
""", busy="for (;;) { sp_sync_lock(n, -1); sp_yield(); sp_sync_give(e, 1); sp_sync_take(e, 1); sp_sync_unlock(n); sp_sync_take(e, 1); }")
    assert taken == 0 and calls > 5
