"""The services under tasks that do anything at all: random calls, ends, kills and revocations, the same on both machines.

`make soak` does so for ten minutes, and with the tasks of the demo. A guest draws its calls from numbers of its own; the script beside the test kills tasks, revokes what they hold and lets new ones in. Time
goes on with the slices, so the same seed gives the same run everywhere.
"""

import functools
import os
import time

import pytest
from machines import IMAGE, ROOT, EmulatedFirmware, Firmware
from modules import compiled
from script_files import script

GUEST = """
#include "sovelma.h"
static struct { uint32_t client, badge; sp_cap_t capability; uint32_t bits; uint8_t bytes[256]; } m;
static uint32_t seed, pending[4], held[32];
static uint32_t next(uint32_t below) {
    seed ^= seed << 13; seed ^= seed >> 17; seed ^= seed << 5;
    return seed % below;
}
static int own(void) {
    int32_t count = sp_cap_list(held, sizeof held);
    return count > 0 ? (int)held[next(count < 32 ? (uint32_t)count : 32)] : 0;
}
__attribute__((export_name("_start"))) int start(void) {
    sp_fs_read(sp_cap_find("args", 4), &seed, 4, 0);
    for (;;) {
        int which = own(), other = own();
        int32_t timeout = next(3) ? (int32_t)next(20) : next(8) ? 0 : -1;
        uint32_t flags = next(2), length = next(257), rights = next(16);
        switch (next(90)) {
        case 0: case 1: case 2: case 3: case 4: case 5: case 6: case 7: case 8:
            sp_ipc_call(which, m.bytes, length, &m, next(273), next(3) ? 0 : other, flags, timeout); break;
        case 9: case 10: case 11: case 12: case 13: case 14: case 15: case 16:
            if (sp_ipc_receive(which, &m, sizeof m, flags, timeout) >= 16) pending[next(4)] = m.client;
            break;
        case 17: case 18: case 19: case 20: case 21: case 22: case 23:
            sp_ipc_reply(which, pending[next(4)], m.bytes, length, next(3) ? 0 : other); break;
        case 24: case 25: case 26: sp_notify_signal(which, (int32_t)next(1 << 30)); break;
        case 27: case 28: case 29: sp_notify_wait(which, (int32_t)next(1 << 30), timeout); break;
        case 30: sp_notify_bind(which, next(2) ? other : 0); break;
        case 31: case 32: case 33: case 34: sp_sync_lock(which, timeout); break;
        case 35: case 36: case 37: sp_sync_unlock(which); break;
        case 38: case 39: sp_sync_take(which, timeout); break;
        case 40: case 41: sp_sync_give(which, (int32_t)next(3)); break;
        case 42: case 43: case 44: case 45: case 46: case 47: case 48: sp_cap_derive(which, rights); break;
        case 49: case 50: sp_cap_drop(which); break;
        case 51: sp_cap_revoke(which); break;
        case 52: sp_cap_info(which, m.bytes, next(73)); break;
        case 53: case 54: case 55: sp_fs_size(which); sp_fs_read(which, m.bytes, 1, 0); break;
        case 56: sp_sleep((int32_t)next(5)); break;
        case 57: if (next(40) == 0) return (int)next(9); break;
        case 58: if (next(40) == 0) __builtin_trap(); break;
        case 59: if (next(40) == 0) sp_ipc_call(which, (void *)0x7fffffff, 9, &m, 9, 0, 0, 0); break;
        case 60: sp_cap_create(1 << next(13), next(4) ? 0 : (int32_t)next(600)); break;
        case 61: case 62: sp_cap_create(SP_KIND_MEMORY, 1 + (int32_t)next(400)); break;
        case 63: sp_cap_create(SP_KIND_TIMER, 0); break;
        case 64: case 65: sp_mem_read(which, m.bytes, length, (int32_t)next(600)); break;
        case 66: case 67: sp_mem_write(which, m.bytes, length, (int32_t)next(600)); break;
        case 68: case 69: sp_mem_derive(which, (int32_t)next(300), 1 + (int32_t)next(300), rights); sp_mem_size(which); break;
        case 70: case 71: case 72: sp_timer_set(which, sp_time(0) + next(9000), next(2) ? 0 : (int32_t)next(9000)); break;
        case 73: case 74: sp_timer_wait(which, timeout); break;
        case 75: case 76: sp_timer_bind(which, other, 1 + (int32_t)next(9)); break;
        case 77: case 78: sp_irq_wait(which, timeout); break;
        case 79: case 80: sp_irq_bind(which, next(5) ? other : 0, 2); break;
        case 81: case 82: sp_task_wait(which, timeout); break;
        case 83: sp_task_bind(which, other, 4); break;
        case 84: case 85: sp_task_start(which); break;
        case 86: if (next(10) == 0) sp_task_stop(which); break;
        case 87: sp_sleep_until(sp_time(0) + next(5000)); break;
        default: sp_yield(); break;
        }
    }
}
"""


@functools.cache
def guest():
    return compiled(GUEST, stack=512)


CHAOS = script(__file__, "services_chaos")


def run(firmware, seed, steps):
    return firmware.script(CHAOS, wasm={"m": guest()}, seed=seed, steps=steps, timeout=1200)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_breaks_whatever_tasks_do(firmware, seed):
    """No line in the kernel's log of a handler that failed, no task that is lost, everything given back at the end."""
    steps = 4000 if firmware.name == "x86_64" else 1500      # enough that every call is answered well once
    found = run(firmware, seed, steps)
    assert found["failed"] == [] and found["lost"] == [] and found["left"] == []
    assert found["lives"] > steps / 40 and sum(found["answers"].values()) > len(found["answers"]) * 0.8, found


def test_the_same_seed_gives_the_same_run_on_both_machines():
    if not IMAGE.is_file():
        pytest.skip("NOT COMPARED WITH RISC-V: the image is not built")
    pc, rv32 = [run(firmware, 77, 300) for firmware in (Firmware(ROOT / "build/unix/sovelma"), EmulatedFirmware(IMAGE))]
    assert pc["trace"] == rv32["trace"] and pc["lives"] == rv32["lives"]


def test_many_seeds(firmware):
    """As many as the minutes of `make soak` allow; else one, at random."""
    end, seed = time.monotonic() + float(os.environ.get("SOAK_SECONDS", 0)), int(time.time())
    while True:
        found = run(firmware, seed, firmware.share(20000 if "SOAK_SECONDS" in os.environ else 2000))
        assert found["failed"] == [] and found["lost"] == [] and found["left"] == [], (seed, found)
        seed += 1
        if time.monotonic() >= end:
            break


DEMO = """
import gc, hal, random, wasm3, sovelma
from kernel.core import console
from kernel.core.task import STATES
random.seed(seed)
hal.write = lambda buffer, n: None
console.show = lambda line: None
failed = []
def note(text, real=console.note):
    if "failed: " in text or "not be released" in text or "cannot be started" in text:
        failed.append(text)
    real(text)
console.note = note
free = wasm3.arena()[1]
sovelma.boot(path)
system = sovelma.system
used = []
for step in range(steps):
    task = random.choice(system.tasks)
    what = random.randint(0, 6)
    if what == 0:
        system.kill(task)
    elif what < 4:
        if task.over():
            system.start(task)
    elif what == 4:
        if not task.over():
            system.fault(task, "test")
    elif what == 5 and random.getrandbits(2) == 0:
        held = task.capabilities.held()
        if held:
            system.revoke(random.choice(held)[1])
    system.run(random.choice((1, 5, 20)))
    if step % 100 == 99:
        gc.collect()
        used.append(gc.mem_alloc())
for task in system.tasks:                   # whatever was done to them: each can live again, and does
    system.kill(task)
for task in system.tasks:
    system.start(task)
system.run(300)
alive = [task.fuel() > 0 for task in system.tasks]
counts = [[task.name, task.account.objects, task.account.buffers] for task in system.tasks if task.over() and task.account.buffers]
system.close()
answer([failed, alive.count(False), counts, wasm3._arena_check()[0], wasm3.arena()[1] == wasm3.arena()[0], used])
"""


@pytest.mark.pc("the demo reads files of the host")
def test_the_demo_survives_kills_faults_and_revocations(firmware):
    steps = int(float(os.environ.get("SOAK_SECONDS", 4)) * 100)
    failed, dead, counts, whole, free, used = firmware.script(
        DEMO, path=str(ROOT / "modules/demo/system.json"), seed=int(time.time()), steps=steps, timeout=1200)
    assert failed == [] and dead == 0 and counts == [] and whole and free
    # What the logs keep fills up first; then nothing grows.
    assert max(used[len(used) // 2:]) <= max(used[: len(used) // 2]) + 20000, used
