"""The boot manifest: every mistake in one clear line with its place, all of them at once, and nothing half-starts."""

import hashlib
import json

import pytest
from wasm_text import wat
from manifests import GOOD, GREEDY, task

@pytest.mark.parametrize("manifest, complaint", [
    ("{", "is not valid JSON"),
    ('{"version": 1, "tasks": []', "is not valid JSON"),
    ('{"version": 1, "tasks": [}', "is not valid JSON"),
    ('{"version": 1, "tasks": [], "a]}', "is not valid JSON"),
    ('{"version": 1, "tasks": [nonsense]}', "is not valid JSON"),
    ("", "is not valid JSON"),
    ('{"version": 1,\n "tasks": [],}', "is not valid JSON: line 2, column 14: a key is missing"),
    ('{"version": 1, "version": 1, "tasks": []}', "is not valid JSON: line 1, column 16: a second value for this key"),
    ('{"version": 1 "tasks": []}', "is not valid JSON: line 1, column 15: a comma or the end is missing"),
    ('{"version": 1, "tasks": []} {}', "is not valid JSON: line 1, column 29: something follows the end"),
    ({"version": True, "tasks": []}, "version: must be 1"),
    ({"version": 1.0, "tasks": []}, "version: must be 1"),
    ([], "the manifest: must be an object"),
    ({"version": 2, "tasks": []}, "version: must be 1"),
    ({"tasks": []}, "version: must be 1"),
    ({"version": 1}, "tasks: must be a list"),
    ({"version": 1, "tasks": [], "task": 1}, "task: unknown key"),
    ({"version": 1, "tasks": [7]}, "tasks[0]: must be an object"),
    ({"version": 1, "tasks": [], "arena": True}, "arena: must be a whole number"),
    ({"version": 1, "tasks": [], "arena": -1}, "arena: must be 0 to"),
    ({"version": 1, "tasks": [], "ramfs": -1}, "ramfs: must be 0 to"),
    ({"version": 1, "tasks": [], "files": {"/f": "nope"}}, "files./f: cannot be read"),
    ({"version": 1, "tasks": [], "files": {"/f": "."}}, "files./f: is a directory"),
    ({"version": 1, "tasks": [], "files": {"f": "file"}}, "files.f: a path starts with /"),
    ({"version": 1, "tasks": [], "files": {"/a/../f": "file"}}, "files./a/../f: a path starts with /"),
    ({"version": 1, "tasks": [], "files": {"/f": 5}}, "files./f: must be the path of a host file, or an object"),
    ({"version": 1, "tasks": [], "files": {"/f": {"text": 5}}}, "files./f.text: must be a string"),
    ({"version": 1, "tasks": [], "files": {"/f": {"text": "", "mode": 5}}}, "files./f.mode: unknown key"),
    ({"version": 1, "tasks": [], "ramfs": 2000, "files": {"/f": "file"}}, "files./f: does not fit into the RamFS"),
    ({"version": 1, "tasks": [], "directories": {"/f": 0}, "files": {"/f": "file"}}, "files./f: cannot be made"),
    (task(name=""), "tasks[0].name: must have 1 to 32"),
    (task(name="a\nb"), "tasks[0].name: must have 1 to 32 printable"),
    (task(name=None), "tasks[0].name: must be a string"),
    (task(module=None), "tasks[0].module: must be the path"),
    (task(module="nope.wasm"), "tasks[0].module: cannot be read"),
    (task(module="file"), "tasks[0].module:"),
    (task(module="bad.wasm"), "tasks[0].module:"),
    (task(module="stranger.wasm"), "tasks[0].module:"),
    (task(priority=8), "tasks[0].priority: must be 0 to 7"),
    (task(priority="high"), "tasks[0].priority: must be a whole number"),
    (task(slice=0), "tasks[0].slice: must be 1 to 1073741823"),
    (task(quota=100), "tasks[0].quota: is too small: at least"),
    (task(module="greedy.wasm"), "tasks[0]: no room for a region"),
    (task(may_fault=1), "tasks[0].may_fault: must be true or false"),
    (task(prioritty=1), "tasks[0].prioritty: unknown key"),
    (task(capabilities=0), "tasks[0].capabilities: must be 1 to 255"),
    (task(capabilities=1, caps={"a": {"file": "/f"}, "b": {"file": "/f"}}), "tasks[0].capabilities: is less than"),
    (task(budget=-1), "tasks[0].budget: must be 0 to"),
    (task(period=0), "tasks[0].period: must be 1 to 60000"),
    (task(log_rate=0), "tasks[0].log_rate: must be 1 to 1000"),
    (task(log_burst=1001), "tasks[0].log_burst: must be 1 to 1000"),
    (task(sha256=7), "tasks[0].sha256: must be a string"),
    (task(sha256="12"), "tasks[0].sha256: must be 64 hexadecimal digits"),
    (task(sha256="g" * 64), "tasks[0].sha256: must be 64 hexadecimal digits"),
    (task(sha256="0" * 64), f"tasks[0].sha256: the module's is {hashlib.sha256(GOOD).hexdigest()}"),
    (task(args="-v"), "tasks[0].args: must be a list"),
    (task(args=[1]), "tasks[0].args[0]: must be a string"),
    (task(args=["a", "b\0c"]), "tasks[0].args[1]: must have at most 255 bytes, none of them 0"),
    (task(args=["x" * 256]), "tasks[0].args[0]: must have at most 255 bytes"),
    (task(args=[""] * 33), "tasks[0].args: must have at most 32 entries"),
    (task(args=["a"], caps={"args": {"file": "/f"}}), "tasks[0].caps.args: is the name under which args are granted"),
    (task(args=["a"], capabilities=1, caps={"x": {"file": "/f"}}), "tasks[0].capabilities: is less than caps and args grant"),
    (task(fault="stop"), "tasks[0].fault: must be an object"),
    (task(fault={}), "tasks[0].fault.policy: must be stop or restart or reboot"),
    (task(fault={"policy": "stop", "times": 1}), "tasks[0].fault.times: unknown key"),
    (task(fault={"policy": "restart", "times": -1}), "tasks[0].fault.times: must be 0 to"),
    (task(fault={"policy": "restart", "first": 0}), "tasks[0].fault.first: must be 1 to"),
    (task(fault={"policy": "restart", "most": "1h"}), "tasks[0].fault.most: must be a whole number"),
    (task(caps=[]), "tasks[0].caps: must be an object"),
    (task(caps={"x": 1}), "tasks[0].caps.x: must be an object"),
    (task(caps={"x": {}}), "tasks[0].caps.x: needs either file, directory, pin, irq, net, endpoint, notification, mutex, semaphore, buffer or task"),
    (task(caps={"x": {"task": "nobody"}}), "tasks[0].caps.x.task: there is no task nobody"),
    (task(caps={"x": {"task": 7}}), "tasks[0].caps.x.task: must be a string"),
    (task(caps={"x": {"buffer": "b"}}), "tasks[0].caps.x.bytes: is missing"),
    ({"version": 1, "arena": 80000, "tasks": [{"name": "a", "module": "good.wasm", "caps": {"x": {"buffer": "b", "bytes": 50000}}}]},
     "tasks[0].caps: no memory: no room in the arena for a buffer"),
    (task(caps={"x": {"buffer": "b", "bytes": 65536}}), "tasks[0].caps.x.bytes: must be 1 to 65535"),
    (task(caps={"x": {"buffer": "b", "bytes": 5}, "y": {"buffer": "b", "bytes": 6}}), "tasks[0].caps.y.bytes: b has 5 elsewhere"),
    (task(caps={"x": {"irq": 9}}), "tasks[0].caps.x.edge: "),
    (task(caps={"x": {"irq": 9, "edge": "both"}, "y": {"irq": 9, "edge": "both"}}), "tasks[0].caps.y.irq: the edges of pin 9 are those of tasks[0].caps.x"),
    (task(caps={"x": {"irq": 9, "edge": "both"}, "y": {"pin": 9, "mode": "out"}}), "tasks[0].caps.y.pin: pin 9 is used in another way by tasks[0].caps.x"),
    (task(caps={"x": {"irq": 99, "edge": "both"}}), "tasks[0].caps.x.irq: this machine has no pin 99 for tasks"),
    (task(caps={"x": {"irq": 9, "edge": "both", "debounce": 1001}}), "tasks[0].caps.x.debounce: must be 0 to 1000"),
    (task(caps={"x": {"file": "/f", "directory": "/d"}}), "tasks[0].caps.x: needs either"),
    (task(caps={"x": {"file": "/g"}}), "tasks[0].caps.x.file: /g is not in files"),
    (task(caps={"x": {"directory": "/f"}}), "tasks[0].caps.x.directory: /f is not in directories or mounts"),
    (task(caps={"x": {"file": "/f", "rights": ["write"]}}), "tasks[0].caps.x.rights: tasks write below /data only, not to /f"),
    (task(caps={"x": {"directory": "/", "rights": ["create"]}}), "tasks write below /data only, not to /"),
    ({"version": 1, "directories": {"/database": 0}, "tasks": [
        {"name": "a", "module": "good.wasm", "caps": {"x": {"directory": "/database", "rights": ["write"]}}}]},
     "tasks write below /data only, not to /database"),
    (task(storage=-1), "tasks[0].storage: must be 0 to"),
    ({"version": 1, "files": {"/data/f": "file"}, "tasks": [
        {"name": "a", "module": "good.wasm", "storage": 100, "caps": {"x": {"file": "/data/f", "rights": ["write"]}}}]},
     "tasks[0].storage: is less than /data/f takes"),
    ({"version": 1, "tasks": [], "mounts": []}, "mounts: must be an object"),
    ({"version": 1, "tasks": [], "mounts": {"data": "."}}, "mounts.data: a path starts with /"),
    ({"version": 1, "tasks": [], "mounts": {"/data": 1}}, "mounts./data: must be the path of a directory"),
    ({"version": 1, "tasks": [], "mounts": {"/data": "file"}}, "mounts./data: is not a directory: "),
    ({"version": 1, "tasks": [], "mounts": {"/data": {"path": "nope"}}}, "mounts./data.path: cannot be read: "),
    ({"version": 1, "tasks": [], "mounts": {"/data": {"path": ".", "limit": -1}}}, "mounts./data.limit: must be 0 to"),
    ({"version": 1, "tasks": [], "mounts": {"/data": {"path": ".", "size": 1}}}, "mounts./data.size: unknown key"),
    ({"version": 1, "tasks": [], "directories": {"/data": 0}, "mounts": {"/data": "."}}, "mounts./data: /data is in its place"),
    ({"version": 1, "tasks": [], "files": {"/data/f": "file"}, "mounts": {"/data": "."}}, "mounts./data: /data/f is in its place"),
    ({"version": 1, "tasks": [], "mounts": {"/data": ".", "/data/x": "."}}, "is in its place"),
    ({"version": 1, "tasks": [], "mounts": {"/a": ".", "/b": "./"}}, "which is mounted too"),
    (task(caps={"x": {"endpoint": "a\x1b]0;"}}), "tasks[0].caps.x.endpoint: must have 1 to 64 printable characters"),
    (task(caps={"x": {"semaphore": "s", "initial": 10**30}}), "tasks[0].caps.x.initial: must be 0 to 1073741823"),
    ({"version": 1, "ramfs": 100, "files": {"/f": {"text": "x"}}, "tasks": [{"name": "a", "module": "good.wasm", "caps": {"f": {"file": "/f"}}}]},
     "files./f: cannot be made"),
    (task(caps={"x": {"file": 1}}), "tasks[0].caps.x.file: must be a path"),
    (task(caps={"x": {"endpoint": 1}}), "tasks[0].caps.x.endpoint: must be a string"),
    (task(caps={"x": {"endpoint": ""}}), "tasks[0].caps.x.endpoint: must have 1 to 64 printable characters"),
    (task(caps={"x": {"endpoint": "e", "badge": -1}}), "tasks[0].caps.x.badge: must be 0 to 1073741823"),
    (task(caps={"x": {"endpoint": "e", "rights": ["create"]}}), "tasks[0].caps.x.rights: an endpoint has no right create"),
    (task(caps={"x": {"mutex": "m", "rights": ["read"]}}), "tasks[0].caps.x.rights: a mutex has no right read"),
    (task(caps={"x": {"semaphore": "s", "initial": 1}, "y": {"semaphore": "s"}}), "tasks[0].caps.y.initial: s has 1 elsewhere"),
    (task(caps={"x": {"semaphore": "s", "initial": -1}}), "tasks[0].caps.x.initial: must be 0 to 1073741823"),
    (task(caps={"x": {"notification": "n", "badge": 1}}), "tasks[0].caps.x.badge: unknown key"),
    (task(caps={"x": {"file": "/f", "rights": ["fly"]}}), "tasks[0].caps.x.rights: a file has no right fly"),
    (task(caps={"x": {"file": "/f", "rights": ["create"]}}), "tasks[0].caps.x.rights: a file has no right create"),
    (task(caps={"x": {"file": "/f", "rights": "read"}}), "tasks[0].caps.x.rights: must be a list"),
    (task(caps={"x" * 65: {"file": "/f"}}), "a name has 1 to 64 bytes"),
], ids=lambda value: value[:50] if isinstance(value, str) else None)  # fmt: skip
def test_one_mistake_one_line(firmware, mistakes, manifest, complaint):
    if firmware.name == "rv32" and ("mounts" in str(manifest) or complaint == "files./f: is a directory"):
        pytest.skip("directories of the host")
    lines = mistakes(manifest)
    assert len(lines) == 1 and complaint in lines[0], lines


def test_all_mistakes_at_once(mistakes):
    lines = mistakes({"version": 0, "tasks": [{"name": "a", "module": "x"}, {"name": "a", "module": "good.wasm", "stack": 1}]})
    assert [line.split(": ")[0] for line in lines] == ["version", "tasks[0].module", "tasks[1].name", "tasks[1].stack"]


def test_all_mistakes_of_what_is_named_at_once(mistakes):
    """The manifest itself is right; what it names is not."""
    lines = mistakes({"version": 1, "ramfs": 4000, "files": {"/a": "file", "/b": "file", "/c": {"text": "x" * 3000}}, "tasks": [
        {"name": "a", "module": "bad.wasm"}, {"name": "b", "module": "good.wasm", "sha256": "0" * 64},
        {"name": "c", "module": "greedy.wasm"}, {"name": "d", "module": "stranger.wasm"}]})  # fmt: skip
    assert [line.split(": ")[0] for line in lines] == [
        "files./b", "files./c", "tasks[0].module", "tasks[1].sha256", "tasks[2]", "tasks[3].module"]


def test_check_says_what_run_would_and_runs_nothing(firmware, tmp_path):
    (tmp_path / "good.wasm").write_bytes(wat("""(module (import "sovelma" "sp_log" (func $log (param i32 i32 i32) (result i32)))
      (memory (export "memory") 1) (data (i32.const 0) "I run")
      (func (export "_start") (drop (call $log (i32.const 2) (i32.const 0) (i32.const 5)))))"""))
    path = tmp_path / "system.json"
    path.write_text(json.dumps({"version": 1, "tasks": [{"name": "a", "module": "good.wasm"}]}))

    def say(word):
        return firmware.program(word, path)

    checked, run = say("check"), say("run")
    assert checked.returncode == 0 and "a: I run" in run.stdout and "I run" not in checked.stdout
    assert f"{path}: 1 task" in checked.stdout
    path.write_text(json.dumps({"version": 1, "tasks": [{"name": "a", "module": "good.wasm", "quota": 64}, 5]}))
    checked, run = say("check"), say("run")
    assert checked.returncode == 2 and checked.stderr == run.stderr


@pytest.mark.pc("directories of the host")
@pytest.mark.parametrize("mount, grant, module, told", [
    ("store", "/data/disk", "store/m.wasm", True), ("store", "/data/disk", "store/deep/m.wasm", True),
    ("store", "/data/disk", "link/m.wasm", True), ("store", "/data/disk", "store/../store/deep/m.wasm", True),
    ("link", "/data", "store/m.wasm", True), (".", "/data/disk", "store/m.wasm", True),
    ("store/deep", "/data/disk", "store/m.wasm", False), ("store", "/data/disk", "m.wasm", False),
    ("store", "/data/other", "store/m.wasm", False), ("store", None, "store/m.wasm", False),
])  # fmt: skip
def test_a_module_that_a_task_can_write_to_needs_its_hash(mistakes, tmp_path, mount, grant, module, told):
    """By whatever names the directory goes; not where only reading is granted, nor beside it."""
    (tmp_path / "store" / "deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to("store")
    for place in ("store", "store/deep", "."):
        (tmp_path / place / "m.wasm").write_bytes(GOOD)
    caps = {"w": {"directory": grant, "rights": ["write"]}} if grant else {"r": {"directory": "/data/disk"}}
    manifest = {"version": 1, "mounts": {"/data/disk": mount}, "directories": {"/data": 0, "/data/other": 0},
                "tasks": [{"name": "a", "module": "good.wasm", "sha256": hashlib.sha256(GOOD).hexdigest(), "caps": caps},
                          {"name": "b", "module": module}, {"name": 5, "module": "good.wasm"}]}  # fmt: skip
    lines = mistakes(manifest)
    assert [line.split(": ")[0] for line in lines] == ["tasks[2].name"] + ["tasks[1].sha256"] * told \
        + (["tasks[2].sha256"] if mount == "." else [])
    if told:
        manifest["tasks"][1]["sha256"] = hashlib.sha256(GOOD).hexdigest()
        assert not any(line.startswith("tasks[1]") for line in mistakes(manifest))


def test_the_arena_is_as_large_as_the_manifest_says(firmware, tmp_path):
    """Larger and smaller than the build's; a second system finds it empty; impossible is a mistake."""
    (tmp_path / "good.wasm").write_bytes(GOOD)

    def manifest(arena, **more):
        path = tmp_path / f"{arena}.json"
        path.write_text(json.dumps({"version": 1, "arena": arena,
                                    "tasks": [{"name": "a", "module": "good.wasm", "memory": 1024}]}))  # fmt: skip
        return str(path)

    assert firmware.script("""
import sovelma, wasm3
out = []
for path in paths:
    try:
        sovelma.boot(path)
        out.append([wasm3.arena()[0], wasm3.arena()[3]])
    except sovelma.ManifestError as error:
        out.append(error.errors[0].split(": ")[1])
answer(out)
""", paths=[manifest(2000000), manifest(32768), manifest(1000)]) == [[2000000, 1], [32768, 1], "tasks[0]"]


def test_a_file_name_cannot_drive_the_terminal(mistakes):
    lines = mistakes({"version": 1, "tasks": [], "\x1b[2J\n[ OK ]": 1})
    assert len(lines) == 1 and "\\x1b[2J\\x0a[ OK ]" in lines[0]


def test_a_missing_manifest_is_one_line(firmware, tmp_path):
    for path in (tmp_path / "nope.json", tmp_path):
        result = firmware.program("run", path)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr == f"sovelma: {path}: cannot be read\n"


def test_nothing_half_starts(firmware, tmp_path):
    """The second task fits into no arena: the first one, already made, is ended, its region is back, nobody has run."""
    (tmp_path / "good.wasm").write_bytes(GOOD)
    (tmp_path / "greedy.wasm").write_bytes(GREEDY)
    path = tmp_path / "system.json"
    path.write_text(json.dumps({"version": 1, "tasks": [{"name": "a", "module": "good.wasm", "memory": 1024},
                                                        {"name": "b", "module": "greedy.wasm"}]}))  # fmt: skip
    assert firmware.script("""
import sovelma, wasm3
free = wasm3.arena()
try:
    sovelma.boot(path)
    error = None
except sovelma.ManifestError as mistake:
    error = mistake.errors
answer([len(error), "tasks[1]" in error[0], sovelma.system, wasm3.arena() == free])
""", path=str(path)) == [1, True, None, True]


def test_everything_a_manifest_can_say_reaches_the_task(firmware, tmp_path):
    (tmp_path / "good.wasm").write_bytes(GOOD)
    (tmp_path / "file").write_bytes(bytes(range(256)) * 20)
    path = tmp_path / "system.json"
    path.write_text(json.dumps({
        "version": 1, "ramfs": 100000, "directories": {"/data/e": 5000, "/data": 20000},
        "files": {"/data/ex/f": "file", "/data/x": "file", "/t": {"text": "größer"}},
        "tasks": [{"name": "a", "module": "good.wasm", "priority": 6, "slice": 1234, "memory": 1024, "stack": 512,
                   "quota": 9000, "capabilities": 4, "may_fault": True, "budget": 77, "period": 5, "log_burst": 2, "log_rate": 10,
                   "fault": {"policy": "restart", "first": 7, "most": 50, "times": 3}, "args": ["-v", "ä b", ""],
                   "sha256": hashlib.sha256(GOOD).hexdigest().upper(), "storage": 7000,
                   "caps": {"r": {"directory": "/"}, "d": {"directory": "/data", "rights": ["write", "create"]},
                            "x": {"file": "/data/x", "rights": ["read", "write"]}}}],
    }))  # fmt: skip
    assert firmware.script("""
import sovelma
sovelma.boot(path)
system = sovelma.system
t = system.tasks[0]
fs = system.fs
d = fs.entries[b"data"]
answer([t.thread.priority, t.thread.slice, t.may_fault, t.region()[1], t.instance.memory(), t.capabilities.full(),
        sorted([(name, rights, thing.kind) for _, thing, rights, name in t.capabilities.held()]),
        fs.limit, d.limit, d.entries[b"e"].limit, d.entries[b"x"].size, d.used > 5120, fs.entries[b"t"].size,
        t.account.limit, t.account.used,
        [t.thread.budget, t.thread.left, t.thread.period, t.log._burst, t.log._every],
        [t.policy.action, t.policy.first, t.policy.maximum, t.policy.times],
        [thing._data.decode() for _, thing, _, name in t.capabilities.held() if name == "args"]])
""", path=str(path)) == [6, 1234, True, 9000, 1024, True,
                         [["args", 1, 2], ["d", 6, 1], ["r", 1, 1], ["x", 3, 2]], 100000, 20000, 5000, 5120, True, 8,
                         7000, 5248, [77, 77, 5, 2, 100], [1, 7, 50, 3], ["-v\0ä b\0\0"]]  # fmt: skip


def test_a_module_reads_its_arguments(firmware, tmp_path):
    """Found as "args": every argument with a zero behind it, read on or at an offset like a file, of its size."""
    (tmp_path / "m.wasm").write_bytes(wat("""(module (import "sovelma" "sp_exit" (func $exit (param i32)))
 (import "sovelma" "sp_cap_find" (func $find (param i32 i32) (result i32)))
 (import "sovelma" "sp_fs_read" (func $read (param i32 i32 i32 i32) (result i32)))
 (import "sovelma" "sp_fs_size" (func $size (param i32) (result i32)))
 (import "sovelma" "sp_log" (func $log (param i32 i32 i32) (result i32)))
 (memory (export "memory") 1) (data (i32.const 0) "args")
 (func (export "_start") (local $a i32)
  (local.set $a (call $find (i32.const 0) (i32.const 4)))
  (if (call $size (local.get $a)) (then
   (drop (call $read (local.get $a) (i32.const 16) (i32.const 3) (i32.const -1)))
   (drop (call $read (local.get $a) (i32.const 19) (i32.const 64) (i32.const -1)))
   (drop (call $read (local.get $a) (i32.const 40) (i32.const 2) (i32.const 3)))
   (drop (call $log (i32.const 2) (i32.const 16) (i32.const 26)))
   (call $exit (call $read (local.get $a) (i32.const 40) (i32.const 2) (i32.const 100))))))
)"""))
    path = tmp_path / "system.json"
    path.write_text(json.dumps({"version": 1, "tasks": [{"name": "a", "module": "m.wasm", "args": ["-x", "one two"]}]}))
    result = firmware.program("run", path)
    assert result.returncode == 0 and "a: -x\\x00one two\\x00" + "\\x00" * 13 + "on\n" in result.stdout, result.stdout
    assert "exit 0" in result.stdout


def test_the_log_rate_is_the_manifests(firmware, tmp_path):
    (tmp_path / "m.wasm").write_bytes(wat("""(module (import "sovelma" "sp_log" (func $log (param i32 i32 i32) (result i32)))
 (memory (export "memory") 1) (data (i32.const 0) "line") (func (export "_start") (local $i i32)
  (loop $l (drop (call $log (i32.const 2) (i32.const 0) (i32.const 4)))
   (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 40))))))"""))
    path = tmp_path / "system.json"
    path.write_text(json.dumps({"version": 1, "tasks": [{"name": "a", "module": "m.wasm", "log_burst": 3, "log_rate": 1}]}))
    result = firmware.program("run", path)
    assert result.stdout.count("a: line\n") == 3
