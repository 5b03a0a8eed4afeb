"""The handlers of the system calls, called as the kernel calls them, with a task whose memory the test owns."""

import pytest
from setups import SYSCALLS as SETUP

def test_files_end_to_end(firmware):
    assert firmware.script(SETUP + """
f = open(folder, b"new", READ | WRITE | CREATE)
out = [f > 0, write(f, b"hello world"), call("sp_fs_size", f), read(f, 5), read(f, 5, 0), read(f, 99, 6), read(f, 5, 11)]
g = open(folder, b"new", READ)
out += [read(g, 5), write(g, b"no"), read(g, 99), read(g, 1)]
out += [call("sp_fs_close", f), call("sp_fs_size", f), call("sp_fs_close", f), read(g, 5, 0)]
answer(out)
""") == [True, 11, 11, "", "hello", "world", "", "hello", -3, " world", "", 0, -2, -2, "hello"]


@pytest.mark.parametrize("directory, path, flags, wanted", [
    ("folder", "old", "READ", 1), ("folder", "old", "0", -4), ("folder", "old", "CREATE", -4),
    ("folder", "old", "READ | TRUNCATE", -4), ("folder", "old", "READ | APPEND", -4),
    ("folder", "nope", "READ", -5), ("folder", "sub", "READ", -6), ("folder", "old", "READ | DIRECTORY", -6),
    ("folder", "old/x", "READ", -5), ("folder", "nope/x", "READ | CREATE", -5), ("folder", "../data/old", "READ", -4),
    ("folder", "/data/old", "READ", -4), ("folder", "", "READ", -4), ("folder", "x" * 64, "READ | CREATE", -15),
    ("reader", "old", "READ", 1), ("reader", "old", "WRITE", -3), ("reader", "old", "READ | WRITE", -3),
    ("reader", "nope", "READ | CREATE", -3), ("reader", "old", "READ | CREATE", 1),
    ("reader", "sub", "READ | DIRECTORY", 1), ("reader", "sub", "WRITE | DIRECTORY", -3),
    ("reader", "sub", "READ | CREATE | DIRECTORY", -3), ("reader", "dir", "READ | CREATE | DIRECTORY", -3),
    ("folder", "dir", "READ | CREATE | DIRECTORY", 1), ("folder", "sub", "READ | TRUNCATE | DIRECTORY", -4),
    ("0", "old", "READ", -1), ("folder + 256", "old", "READ", -1), ("200", "old", "READ", -1),
])  # fmt: skip
def test_opening(firmware, directory, path, flags, wanted):
    result = firmware.script(SETUP + f"""
before = fs.used
result = open({directory}, path.encode(), {flags})
answer([result, fs.used == before, len(task.capabilities.held())])
""", path=path)
    if wanted > 0:
        assert result[0] > 0 and result[2] == 3
    else:
        assert result == [wanted, True, 2]


def test_rights_only_shrink_on_the_way_down(firmware):
    assert firmware.script(SETUP + """
sub = open(folder, b"sub", READ | DIRECTORY)
deep = open(folder, b"sub", READ | WRITE | CREATE | DIRECTORY)
answer([open(sub, b"f", READ | WRITE | CREATE), open(sub, b"f", READ | CREATE), open(deep, b"f", WRITE | CREATE) > 0,
        open(sub, b"f", READ) > 0, open(sub, b"f", WRITE), call("sp_fs_size", sub), call("sp_fs_close", sub),
        open(sub, b"f", READ)])
""") == [-3, -3, True, True, -3, -1, 0, -2]


def test_file_capabilities_carry_the_rights_asked_for_and_no_more(firmware):
    assert firmware.script(SETUP + """
w = open(folder, b"old", WRITE)
answer([task.capabilities.rights(w), read(w, 1), write(w, b"x"), task.capabilities.rights(open(folder, b"old", READ | CREATE))])
""") == [2, -3, 1, 1]


def test_truncate_and_append(firmware):
    assert firmware.script(SETUP + """
f = open(folder, b"old", WRITE)
write(f, b"0123456789")
g = open(folder, b"old", READ | WRITE | APPEND)
out = [write(g, b"AB", 0), read(g, 99, 0)]
h = open(folder, b"old", READ | WRITE | TRUNCATE)
out += [call("sp_fs_size", g), read(h, 9), write(g, b"C"), read(h, 9)]
answer(out)
""") == [2, "0123456789AB", 0, "", 1, "C"]


def test_a_full_table_opens_nothing_and_changes_nothing(firmware):
    assert firmware.script(SETUP + """
write(open(folder, b"old", WRITE), b"keep me")
while not task.capabilities.full():
    open(folder, b"old", READ)
used = fs.used
answer([open(folder, b"more", WRITE | CREATE), open(folder, b"old", WRITE | TRUNCATE), fs.used == used,
        walk(data, b"more", False, False), walk(data, b"old", False, False).size])
""") == [-10, -10, True, -5, 7]


def test_the_wrong_kind_is_no_capability(firmware):
    assert firmware.script(SETUP + """
f = open(folder, b"old", READ | WRITE)
answer([open(f, b"x", READ), call("sp_fs_size", folder), read(folder, 1), write(folder, b"x"), call("sp_fs_close", folder),
        open(folder, b"old", READ)])
""") == [-1, -1, -1, -1, 0, -2]


def test_time_goes_on_and_utc_is_a_date(firmware):
    assert firmware.script(SETUP + """
import time
def now(clock):
    # An int, or 8 bytes where that would be an object.
    answer = call("sp_time", clock)
    return answer if isinstance(answer, int) else int.from_bytes(answer, "little")
a, u = now(0), now(1)
time.sleep_ms(30)        # MicroPython sleeps up to 1 ms less
b = now(0) - a
answer([29000 <= b < 300000, not hasattr(time, "time_ns") or abs(u - time.time_ns() // 1000) < 1000000, u > 1700000000000000])
""") == [True, True, True]


def test_random_fills_exactly_what_was_asked_for(firmware):
    assert firmware.script(SETUP + """
a = call("sp_random", 100, 64), peek(100, 64), peek(164, 10)
b = call("sp_random", 100, 64), peek(100, 64)
answer([a[0], a[1] != b[1], len(set(a[1])) > 30, a[2] == "\\0" * 10, call("sp_random", 100, 0)])
""") == [64, True, True, True, 0]


def test_sleep_waits_at_least_as_long_as_asked(firmware):
    """To the microsecond, whatever 32 bits hold."""
    assert firmware.script(SETUP + """
time = (1 << 32) * 1000 - 3
hal.now = lambda: time
out = []
for ms in (1, 10, (1 << 29) - 2, (1 << 29) - 1):
    answered = call("sp_sleep", ms)
    out.append([answered, task.thread.state, task.thread.due - time])
    scheduler.remove(task)
call("sp_sleep", 0)
out.append([task.thread.state, scheduler.next() is task])
answer(out)
""") == [[None, 2, 1000], [None, 2, 10000], [None, 2, ((1 << 29) - 2) * 1000], [None, 2, ((1 << 29) - 1) * 1000], [0, True]]
