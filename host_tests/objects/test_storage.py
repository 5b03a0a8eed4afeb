"""Storage as tasks use it: the RamFS and mounted host directories against one model, quotas, removal, no way out."""

import json
import os
import socket
import subprocess
import sys

import pytest
from machines import Firmware
from script_files import script
from wasm_text import wat
from setups import SYSCALLS as SETUP

# `place`: "ramfs", "flash" for a littlefs in memory, or a host directory. `folder` is a capability with all rights to /data, `fs` the RamFS, `task` the task.
PLACE = SETUP + script(__file__, "storage_setup")

# A second file system of plain Python objects; what each call must answer follows from docs/ABI.md alone.
MODEL = """
import random
class File:
    def __init__(self):
        self.data, self.opens, self.there = bytearray(), 0, True
root = {}
live = []                       # every model File that still takes room
directories = 0
def blocks(size):
    return (size + BLOCK - 1) // BLOCK
def used():
    if host:
        return directories * NODE_COST + sum([NODE_COST * file.there + len(file.data) for file in live])
    return sum([NODE_COST + blocks(len(file.data)) * BLOCK for file in live]) + directories * NODE_COST
def find(path):
    # (directory, name, node or None), or an error
    here = root
    parts = path.split("/")
    for part in parts:
        if part in ("", ".", ".."):
            return -4
        if len(part) > 63:
            return -15
        if part == parts[-1] and part is parts[-1]:
            break
        below = here.get(part)
        if not isinstance(below, dict):
            return -5
        here = below
    return here, parts[-1], here.get(parts[-1])
"""


@pytest.fixture(params=["ramfs", "host", "flash"])
def place(firmware, request, tmp_path):
    if firmware.name == "rv32" and request.param == "host":
        pytest.skip("directories of the host")
    return str(tmp_path) if request.param == "host" else request.param


@pytest.mark.parametrize("seed", range(3))
def test_random_calls_against_a_model(firmware, place, seed):
    """Opening with all flags, reading, writing anywhere, appending, truncating, closing, removing what others have open;
    every answer, every byte and every count of what is used is that of the model."""
    result = firmware.script(PLACE + MODEL + script(__file__, "storage_model"), place=place, seed=seed, steps=3000)
    assert result[0] == []
    assert result[1].get("remove", 0) > 0 or place == "flash"
    assert all(result[1][what] > 100 for what in ("open", "read", "write", "close", "size")), result[1]


def test_removed_while_open_ram(firmware):
    """It stays what it was for those who have it open, counts until the last of them closes it, and its name is free."""
    assert firmware.script(PLACE + """
empty = data.used
f = open(folder, b"f", READ | WRITE | CREATE)
g = open(folder, b"f", READ)
write(f, b"x" * 1000)
used = data.used
out = [remove(b"data/f"), data.used == used, open(folder, b"f", READ), read(g, 3), write(f, b"more"), read(g, 9, 1000)]
h = open(folder, b"f", READ | WRITE | CREATE)
out += [h > 0, call("sp_fs_size", h), data.used == used + NODE_COST]
call("sp_fs_close", f)
out.append(data.used == used + NODE_COST)
call("sp_fs_close", g)
out.append(data.used == empty + NODE_COST == account.used)
task.capabilities.clear()
out += [remove(b"data/f"), data.used, account.used, remove(b"data/f"), remove(b"data")]
answer(out)
""", place="ramfs") == [0, True, -5, "xxx", 4, "more", True, 0, True, True, True, 0, 0, 0, -5, 0]


def test_nothing_is_made_in_a_directory_that_is_gone(firmware):
    assert firmware.script(PLACE + """
d = open(folder, b"d", READ | WRITE | CREATE | DIRECTORY)
inside = open(d, b"f", READ | WRITE | CREATE)
out = [remove(b"data/d"), remove(b"data/d/f"), remove(b"data/d"), open(d, b"g", WRITE | CREATE), open(d, b"f", READ), write(inside, b"x")]
task.capabilities.clear()
answer(out + [data.used, account.used])
""", place="ramfs") == [-14, 0, 0, -5, -5, 1, 0, 0]


def test_directories_have_a_depth(firmware, place):
    """Every charge climbs to the root: a deep tree would make calls dear that cost little."""
    assert firmware.script(PLACE + """
here, made = folder, 0
while True:
    below = open(here, b"d", READ | WRITE | CREATE | DIRECTORY)
    if below < 0:
        break
    made += 1
    if here != folder:
        call("sp_fs_close", here)
    here = below
answer([below, made, open(here, b"f", WRITE | CREATE) > 0])
""", place=place) == [-15, 15, True]


def test_a_file_of_the_manifest_belongs_to_the_first_that_opens_it_for_writing(firmware):
    assert firmware.script(PLACE + """
walk(data, b"f", True, False)
big = fs.make("/data/big", False)
class Zeros:
    def readinto(self, address, buffer, start, length):
        return length
big.write(0, 25000, Zeros(), 0)
out = [open(folder, b"f", READ) > 0, account.used, open(folder, b"f", WRITE) > 0, account.used == NODE_COST]
first, task.account = account, Account()
f = open(folder, b"f", WRITE)
write(f, b"x")
out += [first.used == NODE_COST + BLOCK, task.account.used]
task.account = first
out += [open(folder, b"big", READ) > 0, open(folder, b"big", WRITE), open(folder, b"big", WRITE | TRUNCATE)]
answer(out)
""", place="ramfs") == [True, 0, True, True, True, 0, True, -10, -10]


def test_two_tasks_have_quotas_of_their_own(firmware, place):
    """What one stores does not count for the other; the file system's limit is for both."""
    counts = firmware.script(PLACE + """
def fill(name):
    f = open(folder, name, WRITE | CREATE)
    total = 0
    while True:
        count = write(f, b"x" * 4096)
        if count < 4096:
            return [total + max(count, 0), write(f, b"x")]
        total += count
out = [fill(b"a")]
account = task.account = Account(5000)
out.append(fill(b"b"))
task.account = Account()
answer(out + [fill(b"c"), data.limit - data.used])
""", place=place)
    first, second, third, left = counts
    assert 20000 - 640 <= first[0] <= 20000 - 128 and first[1] == -10
    assert 5000 - 640 <= second[0] <= 5000 - 128 and second[1] == -10
    assert 3500 <= third[0] <= 6000 and third[1] == (-10 if place == "ramfs" else -19) and left < 512


# ---------------------------------------------------------------- host directories

@pytest.mark.pc("directories of the host")
def test_what_is_written_lies_on_the_host_and_what_lay_there_counts(firmware, tmp_path):
    (tmp_path / "old").write_bytes(b"from before")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "deep").write_bytes(b"y" * 1000)
    assert firmware.script(PLACE + """
before = data.used
f = open(folder, b"sub/new", READ | WRITE | CREATE)
out = [before == 3 * NODE_COST + 1011, read(open(folder, b"old", READ), 99), write(f, b"hello"), names(b"data"), names(b"data/sub"),
       data.used == before + NODE_COST + 5 == before + account.used]
fs.close()
answer(out)
""", place=str(tmp_path)) == [True, "from before", 5, [["old", 11], ["sub", -1]], [["deep", 1000], ["new", 5]], True]
    assert (tmp_path / "sub" / "new").read_bytes() == b"hello"


# A program that starts another one on a kernel without openat2: with a filter that says ENOSYS to it (the call has
# the same number everywhere).
WITHOUT_OPENAT2 = """#!%s
import ctypes, os, sys
class Filter(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint16), ("jt", ctypes.c_uint8), ("jf", ctypes.c_uint8), ("k", ctypes.c_uint32)]
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint16), ("filter", ctypes.POINTER(Filter))]
load, equal, answer = 0x20, 0x15, 0x06
rules = (Filter * 4)((load, 0, 0, 0), (equal, 0, 1, 437), (answer, 0, 0, 0x50000 | 38), (answer, 0, 0, 0x7fff0000))
libc = ctypes.CDLL(None, use_errno=True)
no_new_privileges, seccomp = 38, 22
if libc.prctl(no_new_privileges, 1, 0, 0, 0) or libc.prctl(seccomp, 2, ctypes.byref(Program(4, rules)), 0, 0):
    sys.exit("no filter: " + os.strerror(ctypes.get_errno()))
os.execv(%r, sys.argv)
"""


@pytest.fixture(scope="module", params=["openat2", "name by name"])
def either_way(request, firmware, tmp_path_factory):
    """The firmware, going down a host path in one call and, as on Linux before 5.6 and elsewhere, name by name."""
    if request.param == "openat2":
        return firmware
    program = tmp_path_factory.mktemp("old") / "firmware"
    program.write_text(WITHOUT_OPENAT2 % (sys.executable, str(firmware.path)))
    program.chmod(0o755)
    result = subprocess.run([program, "-c", ""], capture_output=True, text=True)
    if "no filter" in result.stderr:
        pytest.skip(result.stderr.strip())
    return Firmware(program)


@pytest.mark.pc("directories of the host")
@pytest.mark.parametrize("path, flags, wanted", [
    ("link", "READ", -3), ("link", "READ | WRITE", -3), ("link", "WRITE | TRUNCATE", -3), ("link", "WRITE | CREATE", -3),
    ("dangling", "WRITE | CREATE", -3), ("inside", "READ", -3), ("out", "READ | DIRECTORY", -3), ("out/secret", "READ", -3),
    ("out/new", "WRITE | CREATE", -3), ("out/new", "READ | CREATE | DIRECTORY", -3), ("loop", "READ", -3), ("loop/x", "READ", -3),
    ("../secret", "READ", -4), ("d/../../secret", "READ", -4), ("d/./f", "READ", -4), ("/etc/passwd", "READ", -4),
    ("d\0/../../secret", "READ", -4), ("fifo", "READ", -3), ("fifo", "READ | WRITE", -3), ("socket", "READ", -3),
    ("huge", "READ", -15), ("d", "READ", -6), ("f", "READ | DIRECTORY", -6), ("f/x", "READ", -5), ("f", "READ", 1),
])  # fmt: skip
def test_nothing_outside_is_reached(either_way, tmp_path, path, flags, wanted):
    """Symbolic links of every kind, devices and pipes, made by the owner of the directory or by an attacker beside it."""
    inside = tmp_path / "inside"
    (tmp_path / "outside").mkdir()
    inside.mkdir()
    secret = tmp_path / "outside" / "secret"
    secret.write_text("secret")
    (tmp_path / "secret").write_text("secret")
    (inside / "f").write_text("mine")
    (inside / "d").mkdir()
    (inside / "link").symlink_to(secret)
    (inside / "inside").symlink_to(inside / "f")
    (inside / "dangling").symlink_to(tmp_path / "outside" / "new")
    (inside / "out").symlink_to(tmp_path / "outside")
    (inside / "loop").symlink_to("loop")
    os.mkfifo(inside / "fifo")
    with socket.socket(socket.AF_UNIX) as listener, open(inside / "huge", "wb") as huge:
        listener.bind(str(inside / "socket"))
        huge.truncate(1 << 30)
        result = either_way.script(PLACE + f"""
answer([open(folder, {path!r}.encode(), {flags}), names(b"data")])
""", place=str(inside), timeout=20)
    assert (result[0] if wanted < 0 else min(result[0], 1)) == wanted
    assert result[1] == [["d", -1], ["f", 4]]
    assert secret.read_text() == "secret" and os.listdir(tmp_path / "outside") == ["secret"]


@pytest.mark.pc("directories of the host")
def test_a_directory_that_becomes_a_link_leads_nowhere(either_way, tmp_path):
    (tmp_path / "mount" / "d").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "f").write_text("secret")
    assert either_way.script(PLACE + """
d = open(folder, b"d", READ | WRITE | CREATE | DIRECTORY)
os.rmdir(place + "/d")
os.system("ln -s ../outside " + place + "/d")
answer([open(d, b"f", READ), open(d, b"g", WRITE | CREATE), open(folder, b"d/f", READ)])
""", place=str(tmp_path / "mount")) == [-3, -3, -3]
    assert os.listdir(tmp_path / "outside") == ["f"]


@pytest.mark.pc("directories of the host")
def test_open_host_files_are_bounded_and_given_back(firmware, tmp_path):
    (tmp_path / "f").write_text("text")
    assert firmware.script(PLACE + """
task.capabilities = Capabilities(100)
folder = task.capabilities.insert(data, R)
before = len(os.listdir("/proc/self/fd"))
ids = [open(folder, b"f", READ) for _ in range(HANDLES + 3)]
out = [min(ids[:HANDLES]) > 0, ids[HANDLES:], len(os.listdir("/proc/self/fd")) - before == HANDLES]
call("sp_fs_close", ids[0])
out += [open(folder, b"f", READ) > 0, open(folder, b"f", READ)]
task.capabilities.clear()
out += [data.handles, len(os.listdir("/proc/self/fd")) - before]
fs.close()
answer(out + [len(os.listdir("/proc/self/fd")) - before])
""", place=str(tmp_path)) == [True, [-10, -10, -10], True, True, -10, 0, 0, -1]


@pytest.mark.pc("directories of the host")
def test_removed_on_the_host_while_open(firmware, tmp_path):
    (tmp_path / "f").write_text("text")
    assert firmware.script(PLACE + """
f = open(folder, b"f", READ | WRITE)
os.remove(place + "/f")
answer([read(f, 9), open(folder, b"f", READ), write(f, b"more"), read(f, 9, 0), data.remove(b"x")])
""", place=str(tmp_path)) == ["text", -5, 4, "textmore", -3]


STORE = wat("""(module
 (import "sovelma" "sp_cap_find" (func $find (param i32 i32) (result i32)))
 (import "sovelma" "sp_fs_open" (func $open (param i32 i32 i32 i32) (result i32)))
 (import "sovelma" "sp_fs_write" (func $write (param i32 i32 i32 i32) (result i32)))
 (import "sovelma" "sp_fs_read" (func $read (param i32 i32 i32 i32) (result i32)))
 (memory (export "memory") 1) (data (i32.const 0) "dirfile")
 (func (export "_start") (local $f i32)
  (local.set $f (call $open (call $find (i32.const 0) (i32.const 3)) (i32.const 3) (i32.const 4) (i32.const 7)))
  (loop $l
   (drop (call $write (local.get $f) (i32.const 0) (i32.const 100) (i32.const 0)))
   (drop (call $read (local.get $f) (i32.const 100) (i32.const 100) (i32.const 0)))
   (br $l))))""")


@pytest.mark.pc("directories of the host")
def test_a_task_on_a_mount_allocates_nothing_and_pays(firmware, tmp_path):
    """Through a manifest, a module and a mount; steady state; booting again gives the directory back."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "store.wasm").write_bytes(STORE)
    (tmp_path / "system.json").write_text(json.dumps({
        "version": 1, "mounts": {"/data/disk": {"path": "disk", "limit": 1000}}, "tasks": [
            {"name": "store", "module": "store.wasm", "memory": 1024,
             "caps": {"dir": {"directory": "/data/disk", "rights": ["read", "write", "create"]}}}]}))  # fmt: skip
    left, calls, best, fds = firmware.script("""
import gc, hal, os, sovelma, time
sovelma.boot(path)
fds = len(os.listdir("/proc/self/fd"))
run, task = sovelma.system.run, sovelma.system.tasks[0]
def measure():
    before = gc.mem_alloc()
    run(100)
    return gc.mem_alloc() - before
measure()
gc.collect()
gc.disable()
measure()
left = measure()
best = 1000000
for _ in range(20):
    fuel, start = task.fuel(), time.ticks_us()
    run(2)
    best = min(best, (time.ticks_us() - start) * hal.SLICE / (task.fuel() - fuel))
calls = task.calls()
gc.enable()
for _ in range(20):
    sovelma.boot(path)
answer([left, calls, best, len(os.listdir("/proc/self/fd")) - fds])
""", path=str(tmp_path / "system.json"))
    assert left == 0 and calls > 1000 and best <= 2000 and fds <= 0
    assert (tmp_path / "disk" / "file").read_bytes().startswith(b"dirfile\0")


def test_flash_keeps_what_was_closed_and_a_broken_chip_is_an_error_code(firmware):
    assert firmware.script(PLACE + """
f = open(folder, b"d", READ | WRITE | CREATE | DIRECTORY)
f = open(f, b"f", READ | WRITE | CREATE)
out = [write(f, b"kept"), call("sp_fs_close", f)]
g = open(folder, b"d/f", READ | WRITE)
chip.broken = True
codes = [write(g, b"x" * 2000), write(g, b"x" * 2000)]
task.capabilities.clear()
chip.broken = False
vfs.umount("/flash")
vfs.mount(chip, "/flash")
with __import__("builtins").open("/flash/d/f", "rb") as again:
    answer(out + [-12 in codes, again.read() == b"kept", storage.kind("/flash", b"\\xff"), storage.names("/flash", b"nope"),
                  storage.root("/flash/d/f"), storage.root("/flash/no"), storage.kind("/flash", b"d/f"), names(b"data")])
""", place="flash") == [4, 0, True, True, -4, -5, -5, -5, 0, [["d", -1]]]


@pytest.mark.pc("directories of the host")
def test_people_see_and_remove_files(firmware, tmp_path):
    """`ls` of files, directories and mounts, names of any bytes; `rm` of what is the system's own."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "on disk").write_bytes(b"12345")
    (tmp_path / "input").write_bytes(b"123")
    (tmp_path / "system.json").write_text(json.dumps({
        "version": 1, "files": {"/input": "input"}, "directories": {"/data/d": 0}, "mounts": {"/data/disk": "disk"}, "tasks": [],
    }))  # fmt: skip
    shown, errors = firmware.script("""
import hal, sovelma
sovelma.boot(path)
shown = []
hal.write = lambda buffer, n: shown.append(bytes(buffer[:n]).decode())
from kernel.objects.ramfs import walk
walk(sovelma.system.fs, b"data/d/\\xff\\n", True, False)
for what in ("/", "/data/disk", "/data/disk/on disk", "/data/d", "/input"):
    sovelma.ls(what)
errors = []
for what in ("/input", "/input", "/data", "/data/disk", "/data/disk/on disk", "/nope/x"):
    try:
        sovelma.rm(what)
        errors.append(None)
    except OSError as error:
        errors.append(str(error))
answer([shown, errors])
""", path=str(tmp_path / "system.json"))
    assert [" ".join(line.split()) for line in shown] == [
        "- data/", "3 input", "5 on disk", "5 on disk", r"0 \xff\x0a", "3 input"]
    assert errors == [None, "/input: NOTFOUND", "/data: BUSY", "/data/disk: BUSY", "/data/disk/on disk: DENIED", "nope: NOTFOUND"]
