"""Names that others chose - of tasks, files, functions, exports - become paths, lines, JSON and C strings: escaped or refused.

Nothing is written outside the directory that was named, a line on the console is printable ASCII, and one bad name never keeps
the records of others from being written.
"""

import json
import os
import re
import subprocess
import sys

import pytest
from hypothesis import given, settings, strategies as st
from machines import ROOT
from terminal import ENVIRONMENT
from wasm_text import DIVIDE, wat

sys.path[:0] = [str(ROOT / "modules" / "zoo"), str(ROOT / "tools" / "run")]
from backtrace import leb  # noqa: E402
import specimen  # noqa: E402

TASKS = ["../up", "/etc/passwd", "a/b", "..", ".", ".hidden", 'quo"te', "%s%n%d", "CON", "sp ace", "tab~", "a" * 32, "-rf", "$(id)", "a;b", "%2e",
         "name.json", "x" * 31 + "/", "A", "{}", "'", "con"]  # fmt: skip
# What the name section may hold, whose names no specification restricts to text.
FUNCTIONS = [b"plain", b"\x1b[2J", b"a\nb: forged line", b"nul\0nul", b"\xff\xfe", "\u202egnp".encode(), b"x" * 200, b"", b'"},{"', b"%s%n", "é".encode() * 40,
             b"\\x1b", b"\x7f\x80", b"../../x"]  # fmt: skip


def named(module, *names):
    """The module with other names for its functions 0, 1, ..."""
    table = specimen.vector(specimen.u(i) + specimen.name(text) for i, text in enumerate(names))
    others, at = specimen.HEADER, len(specimen.HEADER)
    while at < len(module):
        size, start = leb(module, at + 1)
        others += module[at : start + size] if module[at] else b""      # without the names that it has
        at = start + size
    return others + specimen.section(0, specimen.name("name") + b"\1" + specimen.u(len(table)) + table)


def run(firmware, directory, tasks, *words):
    """(exit status, output, records {file name: JSON}) of `run --crashes`; tasks: {name: module}."""
    rows = []
    for i, (name, module) in enumerate(tasks.items()):
        (directory / f"m{i}.wasm").write_bytes(module)
        rows.append({"name": name, "module": f"m{i}.wasm", "memory": 1024, "stack": 512, "may_fault": True})
    manifest = directory / "system.json"
    manifest.write_text(json.dumps({"version": 1, "tasks": rows}))
    crashes = directory / "in" / "records"
    crashes.mkdir(parents=True)
    done = subprocess.run([firmware.path, "-m", "sovelma", "run", manifest, "--for", "2", "--crashes", crashes], capture_output=True,
                          stdin=subprocess.DEVNULL, env=ENVIRONMENT, cwd=directory / "in")  # fmt: skip
    assert sorted(path.name for path in (directory / "in").iterdir()) == ["records"]
    assert {path.name for path in directory.iterdir()} == {"in", "system.json", *(f"m{i}.wasm" for i in range(len(tasks)))}
    return done.returncode, done.stdout + done.stderr, {path.name: json.loads(path.read_text()) for path in crashes.iterdir()}


@pytest.mark.pc("records are files of the host")
def test_every_record_is_written_whatever_its_task_is_called(firmware, tmp_path):
    status, output, records = run(firmware, tmp_path, dict.fromkeys(TASKS, DIVIDE))
    assert status == 0 and re.fullmatch(rb"[ -~\n]*", output), output
    assert len(records) == len(TASKS) and sorted(record["task"] for record in records.values()) == sorted(TASKS)
    assert all(re.fullmatch(r"[A-Za-z0-9%_.-]+\.json", name) and not name.startswith(".") for name in records)
    # Also where a file system takes capital and small letters for the same.
    assert len({name.lower() for name in records}) == len(TASKS) - 1        # "CON" and "con": Linux tells them apart


@pytest.mark.pc("records are files of the host")
def test_a_record_that_cannot_be_written_keeps_no_other_from_it(firmware, tmp_path):
    (tmp_path / "m.wasm").write_bytes(DIVIDE)
    tasks = [{"name": name, "module": "m.wasm", "memory": 1024, "may_fault": True} for name in ("a", "b", "c")]
    (tmp_path / "system.json").write_text(json.dumps({"version": 1, "tasks": tasks}))
    (tmp_path / "records" / "b.json").mkdir(parents=True)
    done = subprocess.run([firmware.path, "-m", "sovelma", "run", tmp_path / "system.json", "--for", "2", "--crashes", tmp_path / "records"],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, env=ENVIRONMENT)  # fmt: skip
    assert (tmp_path / "records" / "a.json").is_file() and (tmp_path / "records" / "c.json").is_file()
    assert "the crash record of b cannot be written" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.pc("records are files of the host")
def test_names_of_functions_in_records_lines_and_the_backtrace_tool(firmware, tmp_path):
    modules = {f"t{i}": named(DIVIDE, b"i0", b"i1", b"i2", b"i3", name, name) for i, name in enumerate(FUNCTIONS)}
    status, output, records = run(firmware, tmp_path, modules)
    assert status == 0 and re.fullmatch(rb"[ -~\n]*", output), output
    assert len(records) == len(FUNCTIONS) and b"\nb: forged" not in output
    for name, record in records.items():
        assert all(re.fullmatch(r"[ -~]*", frame["name"] or "") for frame in record["frames"])
        (tmp_path / "r.json").write_text(json.dumps(record | {"task": "\x1b]0;x\x07é"}))
        tool = [sys.executable, ROOT / "tools/run/backtrace.py", tmp_path / "r.json", tmp_path / f"m{name[1:-5]}.wasm"]
        shown = subprocess.run(tool, capture_output=True, env={**ENVIRONMENT, "LC_ALL": "C"})
        assert b"Traceback" not in shown.stderr and re.fullmatch(rb"[ -~\n]*", shown.stdout + shown.stderr), shown


def test_a_name_of_a_function_is_kept_or_none(firmware):
    """In every way of keeping names: copied at creation, or found in the module when they are wanted."""
    modules = {f"m{i}": named(DIVIDE, b"i0", b"i1", b"i2", b"i3", name, name) for i, name in enumerate(FUNCTIONS)}
    copied, found = firmware.script("""
import wasm3
from kernel.core.supervisor import CrashRecord
out = []
for quota in (0, 12000):
    names = []
    for i in range(len(wasm)):
        task = wasm3.Instance(wasm["m%d" % i], memory=1024, quota=quota)
        status = task.resume(100000, 0)
        while status == wasm3.SYSCALL:
            status = task.resume(100000, -1)
        record = CrashRecord(task, "test")
        names.append([name for _, name in record.backtrace])
        task.kill()
    out.append(names)
answer(out)
""", wasm=modules)
    assert copied == found
    for name, row in zip(FUNCTIONS, copied):
        assert row[1:] == ["_start"] and (row[0] is None or re.fullmatch(r"[ -~]*", row[0]) and len(row[0]) <= 4 * 64)
        assert (row[0] is None) == (name in (b"\xff\xfe", b"\x7f\x80")) or name == b""


EXPORTS = ["\x1b[31m", "a\nb", "\u202e", "x" * 300, '"', "%s", "\0", "", "\U0001f600"]


@pytest.mark.pc("`check` of a file of the host")
@pytest.mark.parametrize("text", EXPORTS)
def test_check_shows_exports_and_imports_escaped(firmware, tmp_path, text):
    quoted = "".join(f"\\{byte:02x}" for byte in text.encode())
    exporting = wat(f'(module (memory 1) (export "{quoted}" (memory 0)) (func (export "_start")))')
    importing = wat(f'(module (import "sovelma" "{quoted}" (func)) (func (export "_start")))')
    for module in (exporting, importing):
        (tmp_path / "m.wasm").write_bytes(module)
        done = subprocess.run([firmware.path, "-m", "sovelma", "check", tmp_path / "m.wasm"], capture_output=True, env=ENVIRONMENT)
        assert re.fullmatch(rb"[ -~\n]*", done.stdout + done.stderr) and b"Traceback" not in done.stderr, done
        (tmp_path / "system.json").write_text(json.dumps({"version": 1, "tasks": [{"name": "t", "module": "m.wasm"}]}))
        done = subprocess.run([firmware.path, "-m", "sovelma", "run", tmp_path / "system.json", "--for", "0"], capture_output=True,
                              stdin=subprocess.DEVNULL, env=ENVIRONMENT)  # fmt: skip
        assert re.fullmatch(rb"[ -~\n]*", done.stdout + done.stderr) and b"Traceback" not in done.stderr, done
        assert done.returncode == (2 if module is importing else 0)


@pytest.mark.pc("file names of the host")
def test_files_of_the_host_and_of_tasks_with_any_name(firmware, tmp_path):
    """A mounted directory with names that are no text; a module and a manifest below such names."""
    host = tmp_path / "host"
    host.mkdir()
    for name in (b"plain", b"\x1b[2J", b"a\nb", b"\xff\xfe", b"sp ace", b"-rf", "é".encode(), b"x" * 200):
        with open(os.path.join(os.fsencode(host), name), "wb") as file:
            file.write(b"x")
    odd = tmp_path / "dir \x1b[2J é"
    odd.mkdir()
    (odd / "m\n.wasm").write_bytes(DIVIDE)
    path = odd / "sys\x1btem.json"
    path.write_text(json.dumps({"version": 1, "mounts": {"/h": {"host": str(host)}}, "tasks": [
        {"name": "t", "module": "m\n.wasm", "memory": 1024, "may_fault": True, "caps": {"\x1b[2J": {"directory": "/h"}}}]}))  # fmt: skip
    shown = subprocess.run([firmware.path, "-m", "sovelma", "run", path, "--for", "1"], capture_output=True, stdin=subprocess.DEVNULL, env=ENVIRONMENT)
    assert re.fullmatch(rb"[ -~\n]*", shown.stdout + shown.stderr) and b"Traceback" not in shown.stderr, shown
    script = """
import sovelma
sovelma.boot(path)
sovelma.ls("/h"); sovelma.caps("t"); sovelma.ps(); sovelma.mem(); sovelma.net(); sovelma.dmesg(); sovelma.log()
answer(sorted(len(name) for name, _ in sovelma.system.fs.entries[b"h"].listing()))
"""
    if shown.returncode == 0:
        assert firmware.script(script, path=str(path)) == sorted([5, 4, 3, 2, 6, 3, 2, 200])


@settings(max_examples=60, derandomize=True)
@given(st.binary(max_size=40).filter(lambda name: b"/" not in name and b"\0" not in name), st.text(st.characters(max_codepoint=0x7E, min_codepoint=0x20), min_size=1, max_size=32))
def test_whatever_the_name_a_file_name_and_a_line_come_of_it(firmware, raw, task):
    file, line, text = firmware.script("""
import binascii
from kernel.core.log import escaped_bytes, file_name, printable
answer([file_name(task), escaped_bytes(binascii.unhexlify(raw)), printable(task)])
""", raw=raw.hex(), task=task)
    assert re.fullmatch(r"[A-Za-z0-9%_-][A-Za-z0-9%_.-]*", file) and re.fullmatch(r"[ -~]*", line + text)
    # What was escaped can be told from the result: two names never become one.
    back = re.sub(r"%([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), file)
    assert back == task
    assert re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes([int(found[1], 16)]), line.encode()) == raw
