"""The boot manifest: every mistake in one clear line with its place, all of them at once, and nothing half-starts."""

import json
import subprocess

import pytest
from conftest import wat

GOOD = wat('(module (memory (export "memory") 1) (func (export "_start")))')
GREEDY = wat('(module (memory (export "memory") 9) (func (export "_start")))')
STRANGER = wat('(module (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))'
               ' (memory (export "memory") 1) (func (export "_start")))')  # fmt: skip


@pytest.fixture
def mistakes(firmware, tmp_path):
    """Boots a manifest (text or JSON) that cannot start; returns the lines of complaint, after the file's name."""
    (tmp_path / "good.wasm").write_bytes(GOOD)
    (tmp_path / "greedy.wasm").write_bytes(GREEDY)
    (tmp_path / "stranger.wasm").write_bytes(STRANGER)
    (tmp_path / "bad.wasm").write_bytes(b"\0asm\1\0\0\0\1\xff")
    (tmp_path / "file").write_bytes(b"x" * 3000)
    path = tmp_path / "system.json"

    def boot(manifest):
        path.write_text(manifest if isinstance(manifest, str) else json.dumps(manifest))
        result = subprocess.run([firmware.path, "-m", "sovelma", "run", path], capture_output=True, text=True, timeout=30,
                                stdin=subprocess.DEVNULL)  # fmt: skip
        assert result.returncode == 2, result.stdout + result.stderr
        lines = result.stderr.splitlines()
        prefix = f"sovelma: {path}: "
        assert lines and all(line.startswith(prefix) for line in lines), result.stderr
        assert "[ OK ] system" not in result.stdout
        return [line[len(prefix):] for line in lines]

    return boot


def task(**keys):
    return {"version": 1, "files": {"/f": "file"}, "directories": {"/d": 0},
            "tasks": [{"name": "a", "module": "good.wasm", **keys}]}  # fmt: skip


@pytest.mark.parametrize("manifest, complaint", [
    ("{", "is not valid JSON"),
    ('{"version": 1, "tasks": []', "is not valid JSON"),
    ('{"version": 1, "tasks": [}', "is not valid JSON"),
    ('{"version": 1, "tasks": [], "a]}', "is not valid JSON"),
    ('{"version": 1, "tasks": [nonsense]}', "is not valid JSON"),
    ("", "is not valid JSON"),
    ([], "the manifest: must be an object"),
    ({"version": 2, "tasks": []}, "version: must be 1"),
    ({"tasks": []}, "version: must be 1"),
    ({"version": 1}, "tasks: must be a list"),
    ({"version": 1, "tasks": [], "task": 1}, "task: unknown key"),
    ({"version": 1, "tasks": [7]}, "tasks[0]: must be an object"),
    ({"version": 1, "tasks": [], "arena": True}, "arena: must be a whole number"),
    ({"version": 1, "tasks": [], "arena": 1 << 29}, "arena: 536870912 bytes wanted, this machine has"),
    ({"version": 1, "tasks": [], "ramfs": -1}, "ramfs: must be 0 to"),
    ({"version": 1, "tasks": [], "files": {"/f": "nope"}}, "files./f: cannot be read"),
    ({"version": 1, "tasks": [], "files": {"/f": "."}}, "files./f: is a directory"),
    ({"version": 1, "tasks": [], "files": {"f": "file"}}, "files.f: a path starts with /"),
    ({"version": 1, "tasks": [], "files": {"/a/../f": "file"}}, "files./a/../f: a path starts with /"),
    ({"version": 1, "tasks": [], "files": {"/f": 5}}, "files./f: must be the path of a host file"),
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
    (task(quota=100), "tasks[0]: no room for a region"),
    (task(module="greedy.wasm"), "tasks[0]: no room for a region"),
    (task(may_fault=1), "tasks[0].may_fault: must be true or false"),
    (task(prioritty=1), "tasks[0].prioritty: unknown key"),
    (task(capabilities=0), "tasks[0].capabilities: must be 1 to 255"),
    (task(capabilities=1, caps={"a": {"file": "/f"}, "b": {"file": "/f"}}), "tasks[0].capabilities: is less than"),
    (task(caps=[]), "tasks[0].caps: must be an object"),
    (task(caps={"x": 1}), "tasks[0].caps.x: must be an object"),
    (task(caps={"x": {}}), "tasks[0].caps.x: needs either file, directory, pin or net"),
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
    (task(caps={"x": {"file": 1}}), "tasks[0].caps.x.file: must be a path"),
    (task(caps={"x": {"file": "/f", "rights": ["fly"]}}), "tasks[0].caps.x.rights: a file has no right fly"),
    (task(caps={"x": {"file": "/f", "rights": ["create"]}}), "tasks[0].caps.x.rights: a file has no right create"),
    (task(caps={"x": {"file": "/f", "rights": "read"}}), "tasks[0].caps.x.rights: must be a list"),
    (task(caps={"x" * 65: {"file": "/f"}}), "a name has 1 to 64 bytes"),
], ids=lambda value: value[:50] if isinstance(value, str) else None)  # fmt: skip
def test_one_mistake_one_line(mistakes, manifest, complaint):
    lines = mistakes(manifest)
    assert len(lines) == 1 and complaint in lines[0], lines


def test_all_mistakes_at_once(mistakes):
    lines = mistakes({"version": 0, "tasks": [{"name": "a", "module": "x"}, {"name": "a", "module": "good.wasm", "stack": 1}]})
    assert [line.split(": ")[0] for line in lines] == ["version", "tasks[0].module", "tasks[1].name", "tasks[1].stack"]


def test_a_file_name_cannot_drive_the_terminal(mistakes):
    lines = mistakes({"version": 1, "tasks": [], "\x1b[2J\n[ OK ]": 1})
    assert len(lines) == 1 and "\\x1b[2J\\x0a[ OK ]" in lines[0]


def test_a_missing_manifest_is_one_line(firmware, tmp_path):
    for path in (tmp_path / "nope.json", tmp_path):
        result = subprocess.run([firmware.path, "-m", "sovelma", "run", path], capture_output=True, text=True, timeout=30)
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
    error = mistake.mistakes
answer([len(error), "tasks[1]" in error[0], sovelma.system, wasm3.arena() == free])
""", path=str(path)) == [1, True, None, True]


def test_everything_a_manifest_can_say_reaches_the_task(firmware, tmp_path):
    (tmp_path / "good.wasm").write_bytes(GOOD)
    (tmp_path / "file").write_bytes(bytes(range(256)) * 20)
    path = tmp_path / "system.json"
    path.write_text(json.dumps({
        "version": 1, "arena": 1000, "ramfs": 100000, "directories": {"/data/e": 5000, "/data": 20000},
        "files": {"/data/ex/f": "file", "/data/x": "file"},
        "tasks": [{"name": "a", "module": "good.wasm", "priority": 6, "slice": 1234, "memory": 1024, "stack": 512,
                   "quota": 9000, "capabilities": 3, "may_fault": True,
                   "caps": {"r": {"directory": "/"}, "d": {"directory": "/data", "rights": ["write", "create"]},
                            "x": {"file": "/data/x", "rights": ["read", "write"]}}, "storage": 7000}],
    }))  # fmt: skip
    assert firmware.script("""
import sovelma
sovelma.boot(path)
system = sovelma.system
t = system.tasks[0]
fs = system.fs
d = fs.entries[b"data"]
answer([t.priority, t.slice, t.may_fault, t.region()[1], t.machine.memory(), t.capabilities.full(),
        sorted([(name, rights, sovelma._full_path(thing)) for _, thing, rights, name in t.capabilities.held()]),
        fs.limit, d.limit, d.entries[b"e"].limit, d.entries[b"x"].size, d.used > 5120, t.account.limit, t.account.used])
""", path=str(path)) == [6, 1234, True, 9000, 1024, True,
                         [["d", 6, "/data"], ["r", 1, "/"], ["x", 3, "/data/x"]], 100000, 20000, 5000, 5120, True, 7000, 5248]  # fmt: skip
