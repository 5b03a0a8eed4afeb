"""Tasks that look after others: told when those have ended, they start and stop them."""

import functools
import json

import pytest
from booted import booted
from services import guest


@pytest.fixture
def boot(firmware, tmp_path):
    return functools.partial(booted, firmware, tmp_path)


DRIVER = ("sp_sleep(10); __builtin_trap();", {"may_fault": True})
CARE = {"caps": {"t": {"task": "driver"}, "n": {"notification": "n", "rights": ["read", "write"]}}}


def test_a_keeper_starts_what_has_ended(boot):
    """Each end is told once, by a wait or by a notification; a start takes 100 ms, so that a storm of them costs little."""
    restarts, states, answers, passed = boot("""
start = clock
system.run(5000)
answer([system.find("driver").restarts, states(), answers(), clock - start])
""", {"driver": DRIVER, "keeper": ("""
sp_cap_t t = FIND("t");
NEED(sp_task_wait(t, 0) == SP_ERR_AGAIN && sp_task_start(t) == SP_ERR_BUSY);
for (int i = 0; i < 3; i++) {
    int64_t now = sp_time(0);
    NEED(sp_task_wait(t, -1) == 1 && sp_task_start(t) == 0 && sp_task_start(t) == SP_ERR_BUSY);
    NEED(sp_time(0) - now < 120000);
}
NEED(sp_task_bind(t, n, 2) == 0 && sp_notify_wait(n, 3, -1) == 2 && sp_task_wait(t, 0) == 1);
NEED(sp_task_bind(t, 0, 2) == 0 && sp_task_start(t) == 0 && sp_notify_wait(n, 3, 500) == SP_ERR_TIMEOUT && sp_task_wait(t, 0) == 1);
""", CARE)})  # fmt: skip
    assert restarts == 4 and answers["keeper"] == 0 and states["driver"] == "faulted"


def test_a_keeper_stops_a_task_whatever_it_does(boot):
    """Its own fault policy does not start it again; stopping it twice is nothing."""
    assert boot("""
system.run(3000)
answer([states()["driver"], answers()["keeper"], system.find("driver").restarts])
""", {"driver": ("for (;;) sp_sleep(1);", {"fault": {"policy": "restart", "first": 1, "most": 1, "times": 100}}),
      "keeper": ("""
sp_cap_t t = FIND("t");
sp_sleep(5);
NEED(sp_task_stop(t) == 0 && sp_task_wait(t, 0) == 1 && sp_task_stop(t) == 0 && sp_task_wait(t, 0) == SP_ERR_AGAIN);
sp_sleep(50);
NEED(sp_task_start(t) == 0 && sp_task_stop(t) == 0);
""", CARE)}) == ["killed", 0, 0]  # fmt: skip


def test_a_binding_ends_with_the_run_that_made_it(boot):
    """A restarted task has the same identifiers again: what the run before had bound to one of them signals it no more."""
    assert boot("""
system.run(2000)
answer([answers()["watcher"], system.find("watcher").restarts])
""", {"driver": ("for (;;) sp_sleep(1);", {}), "watcher": ("""
sp_cap_t t = FIND("t");
if (sp_notify_wait(n, 8, 0) != 8) {
    NEED(sp_task_bind(t, n, 2) == 0 && sp_notify_signal(n, 8) == 0);
    __builtin_trap();
}
NEED(sp_task_stop(t) == 0 && sp_notify_wait(n, 2, 50) == SP_ERR_TIMEOUT && sp_task_wait(t, 0) == 1);
""", CARE | {"fault": {"policy": "restart", "first": 1, "most": 1, "times": 3}})}) == [0, 1]  # fmt: skip


def test_a_policy_and_a_keeper_agree(boot):
    """What the policy restarts, the keeper is told of each time and need not start."""
    assert boot("""
system.run(1000)
answer([answers()["keeper"], system.find("driver").restarts >= 3])
""", {"driver": ("sp_sleep(10); __builtin_trap();", {"fault": {"policy": "restart", "first": 1, "most": 1, "times": 100}}),
      "keeper": ('sp_cap_t t = FIND("t"); for (int i = 0; i < 3; i++) NEED(sp_task_wait(t, -1) == 1);', CARE)}) == [0, True]  # fmt: skip


def test_what_a_keeper_may_not_do(boot):
    """Only what it was granted: read without write, write without read; and a task may stop itself."""
    answers, states = boot("""
system.run(1000)
answer([answers(), states()])
""", {"driver": ("for (;;) sp_sleep(1);", {}),
      "reader": ('sp_cap_t t = FIND("t"); NEED(sp_task_start(t) == SP_ERR_DENIED && sp_task_stop(t) == SP_ERR_DENIED && sp_task_wait(t, 0) == SP_ERR_AGAIN);',
                 {"caps": {"t": {"task": "driver", "rights": ["read"]}}}),
      "writer": ('sp_cap_t t = FIND("t"); NEED(sp_task_wait(t, 0) == SP_ERR_DENIED && sp_task_bind(t, 0, 1) == SP_ERR_DENIED && sp_task_start(t) == SP_ERR_BUSY);',
                 {"caps": {"t": {"task": "driver", "rights": ["write"]}}}),
      "self": ('sp_task_stop(FIND("t")); return 9;', {"caps": {"t": {"task": "self"}}})})  # fmt: skip
    assert answers["reader"] == 0 and answers["writer"] == 0 and states["self"] == "killed" and states["driver"] == "sleeping"


def test_a_system_that_cannot_be_built_leaves_no_buffer(firmware, tmp_path):
    """The second task's module is wrong: the buffer of the first one goes back to the arena."""
    (tmp_path / "a.wasm").write_bytes(guest("(void)0;"))
    (tmp_path / "b.wasm").write_bytes(b"\0asm")
    (tmp_path / "system.json").write_text(json.dumps({"version": 1, "tasks": [
        {"name": "a", "module": "a.wasm", "memory": 4096, "caps": {"b": {"buffer": "b", "bytes": 5000}}}, {"name": "b", "module": "b.wasm"}]}))  # fmt: skip
    assert firmware.script("""
import hal, wasm3
from kernel.boot.loader import build
from kernel.boot.manifest import Manifest
hal.write = lambda buffer, n: None
before = wasm3.arena()
try:
    build(Manifest(path))
    told = None
except Exception as error:
    told = type(error).__name__
answer([told, wasm3.arena() == before])
""", path=str(tmp_path / "system.json")) == ["ManifestError", True]  # fmt: skip
