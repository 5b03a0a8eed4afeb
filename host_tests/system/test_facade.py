"""The commands of the prompt: each does what its docstring says, on a system with a task in every state."""

import json
import re
import subprocess
import sys

import demo
import pytest
from machines import ROOT
from setups import PROMPT
from wasm_text import DIVIDE, END, SPIN, wat
from abi_definition import ABI

SLEEP = wat("""(module (import "sovelma" "sp_sleep" (func $sleep (param i32) (result i32)))
 (import "sovelma" "sp_log" (func $log (param i32 i32 i32) (result i32)))
 (memory (export "memory") 1) (data (i32.const 0) "good night\\1b[2J")
 (func (export "_start") (drop (call $log (i32.const 1) (i32.const 0) (i32.const 14))) (drop (call $sleep (i32.const 60000)))))""")
MODULES = {"divide": DIVIDE, "end": END, "spin": SPIN, "sleep": SLEEP}
COMMANDS = ("boot", "check", "module", "run", "ps", "top", "caps", "log", "dmesg", "crash", "kill", "start", "stop", "restart", "revoke",
            "ls", "cat", "rm", "net", "mem", "board", "background", "pause", "version", "audit")  # fmt: skip


@pytest.fixture
def at_prompt(firmware, tmp_path):
    """Runs a script after booting: a task that spins (on a budget), one that sleeps, one that ended, two that faulted."""

    def run(script):
        for name, module in MODULES.items():
            (tmp_path / (name + ".wasm")).write_bytes(module)
        (tmp_path / "text").write_bytes(b"one\ntwo\x1b[2J three\n" + b"x" * 5000 + b"\nlast")
        path = tmp_path / "system.json"
        path.write_text(json.dumps({
            "version": 1, "files": {"/text": "text", "/d/empty": {"text": ""}}, "directories": {"/data": 9000},
            "tasks": [
                {"name": "spin", "module": "spin.wasm", "budget": 1000, "period": 50, "memory": 1024},
                {"name": "sleep", "module": "sleep.wasm", "priority": 5, "memory": 1024,
                 "caps": {"text": {"file": "/text"}, "data": {"directory": "/data", "rights": ["read", "create"]}}},
                {"name": "end", "module": "end.wasm", "memory": 1024, "quota": 20000},
                {"name": "bad", "module": "divide.wasm", "memory": 1024, "caps": {"text": {"file": "/text"}}},
                {"name": "again", "module": "divide.wasm", "memory": 1024,
                 "fault": {"policy": "restart", "first": 100000, "most": 100000}}],
        }))  # fmt: skip
        return firmware.script(PROMPT + script, path=str(path))

    return run


def test_every_command_has_a_docstring(firmware):
    """MicroPython drops docstrings; the source has them."""
    import ast

    public = set()
    for group in ("running", "tasks", "files", "machine"):
        source = ROOT / "firmware" / "kernel" / "shell" / f"{group}.py"
        functions = {node.name: ast.get_docstring(node) for node in ast.parse(source.read_text()).body if isinstance(node, ast.FunctionDef)}
        named = {name for name in functions if not name.startswith("_")}
        assert all(functions[name] for name in named)
        public |= named
    assert public == {*COMMANDS, "still", "the_system", "unload"}


def test_a_command_is_loaded_when_it_is_first_asked_for(firmware):
    """What nobody uses takes no memory; names that are no commands are told as such."""
    assert firmware.script("""
import sovelma, sys
def loaded():
    return sorted(name for name in sys.modules if name.startswith("kernel.shell."))
before = loaded()
try:
    sovelma.teleport
except AttributeError as error:
    told = str(error)
given = all(callable(getattr(sovelma, name)) for name in commands), loaded()
try:
    sovelma.ps()
except ValueError:
    pass
answer([before, told, given, loaded()])
""", commands=list(COMMANDS)) == [[], "teleport", [True, []], ["kernel.shell.inspect", "kernel.shell.running", "kernel.shell.tasks"]]


def test_sovelma_exports_its_commands_only(firmware):
    """What `dir` finds that is neither a command nor Python's is the system, what `boot` raises and the command line."""
    assert sorted(name for name in firmware.script("import sovelma\nanswer(dir(sovelma))") if not name.startswith("__")) == sorted(
        {*COMMANDS, "help", "system", "ManifestError", "main"})  # fmt: skip


def shown(firmware, *lines):
    """What the prompt shows after each line, on a console of 80 columns."""
    marked = "".join(f"{line}\nprint('@@')\n" for line in lines)
    if firmware.name == "rv32":
        text = firmware.run({}, options=(), typed=(marked + "import qemu; qemu.exit(0)\n").replace("\n", "\r"))[1]
    else:
        text = subprocess.run([firmware.path, "-i"], input=marked, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60).stdout
    parts = re.split(r"@@\r?\n", text)
    return [part.replace("\r", "").split(line + "\n", 1)[1].rsplit("\n>>> print", 1)[0] for line, part in zip(lines, parts)]


def test_help_lists_every_command_in_a_line(firmware):
    """`help(sovelma)` shows the same, and no closure and no private name; a name alone says what to type."""
    listed, python, one, wrong, bare = shown(firmware, "import sovelma; sovelma.help()", "help(sovelma)", "sovelma.help('ps')",
                                             "sovelma.help('teleport')", "sovelma.ps")  # fmt: skip
    names = [re.match(r"(\w+)\(", line).group(1) for line in listed.splitlines()]
    assert sorted(names) == sorted({*COMMANDS, "help"}) and all(len(line) <= 80 for line in listed.splitlines())
    described = {line.split()[0] for line in python.splitlines()[1:]}
    assert {name for name in described if not name.startswith("__")} == {*COMMANDS, "help"} and "closure" not in python
    assert one.startswith("ps()\n  Shows every task. State, ") and all(len(line) <= 80 for line in one.splitlines())
    assert "ValueError: no command called teleport: help() lists them" in wrong
    assert bare == "ps(): Shows every task"


def test_the_table_of_the_commands_is_generated_from_the_docstrings():
    tool = ROOT / "tools" / "generate" / "gen_commands.py"
    assert subprocess.run([sys.executable, tool, "--check"], capture_output=True, text=True).stderr == ""


def test_ps(at_prompt):
    text, again = at_prompt("""
system.run(60)
text = told(sovelma.ps)
answer([text, told(sovelma.ps)])
""")
    rows = demo.table(text)
    assert list(rows) == ["spin", "sleep", "end", "bad", "again"]
    assert [row[0] for row in rows.values()] == ["ready", "sleeping", "ended", "faulted", "restarting"]
    assert [row[1] for row in rows.values()] == ["3", "5", "3", "3", "3"]
    shares = [float(row[2]) for row in rows.values()]
    assert 95 < sum(shares) <= 100.1 and shares[0] == max(shares)
    assert all(demo.count(row[3]) > 0 for row in rows.values()) and int(rows["sleep"][4]) == 2
    for row in rows.values():
        used, size = map(int, row[5].split("/"))
        assert 1000 < used <= size
    assert rows["end"][5].endswith("/20000")
    ends = {name: row[7] for name, row in rows.items()}
    assert re.fullmatch(r"waits: 5\d{4} ms", ends["sleep"]) and ends["end"] == "exit 0"
    assert ends["bad"] == "fault: integer divide by zero" and re.fullmatch(r"waits: 9\d{4} ms to restart", ends["again"])
    assert re.fullmatch(r"-|waits: \d+ ms for its budget", ends["spin"])
    # Nothing ran in between: the shares are the same.
    assert [row[2] for row in demo.table(again).values()] == [row[2] for row in rows.values()]


def test_top_runs_and_sorts(at_prompt):
    text, fuel = at_prompt("""
system.run(20)
sovelma.stop("spin")
sovelma.start("sleep") if system.find("sleep").over() else None
sovelma.start("spin")
before = system.find("spin").fuel()
text = told(sovelma.top, 0.05, 2)
answer([text, system.find("spin").fuel() - before])
""")
    rows = demo.table(text)
    assert len(rows) == 2 and list(rows)[0] == "spin" and fuel > 1000
    first, second = [float(row[2]) for row in rows.values()]
    assert first > 90 and second < 5


def test_caps_and_revoke(at_prompt):
    before, note, after, gone, wrong = at_prompt("""
system.run(20)
sovelma.start("bad")
before = told(sovelma.caps, "sleep")
note = told(sovelma.revoke, "sleep", "text")
answer([before, note, told(sovelma.caps, "sleep"), told(sovelma.caps, "again"), told(sovelma.revoke, "sleep", "text")])
""")
    assert re.search(r"^257 +text +read +/text$", before, re.M) and re.search(r"^258 +data +create read +/data$", before, re.M)
    assert "text is revoked, 1 capabilities" in note and "text" not in after and gone == ""
    assert wrong == "! sleep holds nothing called text\n" or wrong == "! sleep holds nothing called text"


def test_log_and_dmesg(at_prompt):
    one, all_, kernel = at_prompt("""
system.run(20)
answer([told(sovelma.log, "sleep"), told(sovelma.log), told(sovelma.dmesg)])
""")
    assert one == "sleep: warning: good night\\x1b[2J\n"
    assert one in all_ and all_.count("debug: ") == 2
    assert "[ OK ] task sleep: priority 5" in kernel and "bad: fault: integer divide by zero" in kernel


def test_crash(at_prompt):
    one, all_, none = at_prompt("""
system.run(20)
answer([told(sovelma.crash, "bad"), told(sovelma.crash), told(sovelma.crash, "spin")])
""")
    assert "bad: fault: integer divide by zero" in one and "#0 inner" in one and "sp_cap_find = TOOBIG" in one
    assert one in all_ and "again: fault:" in all_ and none == "spin: no crash record\n"


def test_commands_take_keyword_arguments(at_prompt):
    """The wrapper that holds the system still passed on positional arguments only: sovelma.crash(name=...) was a TypeError."""
    position, keyword, listed, rights = at_prompt("""
system.run(20)
answer([told(sovelma.crash, "bad"), told(sovelma.crash, name="bad"), told(sovelma.ls, path="/d"), told(sovelma.caps, name="sleep")])
""")
    assert position == keyword and "bad: fault: integer divide by zero" in keyword
    assert listed.split() == ["0", "empty"] and "data" in rights


def test_version_is_stated_once(at_prompt):
    """In firmware/kernel/__init__.py; the first entry of CHANGELOG.md is of that version or of what comes next."""
    (text,) = at_prompt("answer([told(sovelma.version)])")
    (stated,) = re.findall(r'^VERSION = "(\d+\.\d+\.\d+)"', (ROOT / "firmware/kernel/__init__.py").read_text(), re.M)
    assert re.fullmatch(rf"SovelmaOS {re.escape(stated)} on \S.*, ABI {ABI['major']}\.{ABI['minor']}, MicroPython 1\.25\.\d\n", text)
    released = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert stated in released[:2] and released[0] in (stated, "Unreleased")


def test_ls_cat_rm(at_prompt):
    root, sub, one, text, empty, wrong = at_prompt("""
out = [told(sovelma.ls), told(sovelma.ls, "/d"), told(sovelma.ls, "/text"), told(sovelma.cat, "/text"), told(sovelma.cat, "d/empty")]
wrong = [told(sovelma.cat, "/d"), told(sovelma.cat, "/nope"), told(sovelma.ls, "/nope"), told(sovelma.rm, "/d"), told(sovelma.rm, "/d/empty"),
         told(sovelma.ls, "/d/empty"), told(sovelma.rm, "/d/empty")]
answer(out + [wrong])
""")
    assert re.findall(r"(\S+)\s+(\S+)\n", root) == [("-", "d/"), ("-", "data/"), (str(18 + 5001 + 4), "text")]
    assert sub.split() == ["0", "empty"] and one.split() == [str(18 + 5001 + 4), "text"]
    lines = text.splitlines()
    assert lines[:2] == ["one", "two\\x1b[2J three"] and "".join(lines[2:-1]) == "x" * 5000 and lines[-1] == "last"
    assert empty == "" and wrong[0] == "! /d is a directory"
    assert wrong[1] == wrong[2] == "! /nope: NOTFOUND" and wrong[3] == "! /d: BUSY" and wrong[4] == ""
    assert wrong[6] == "! /d/empty: NOTFOUND"


def test_mem(at_prompt):
    text = at_prompt("""
system.run(20)
answer(told(sovelma.mem))
""")
    assert re.search(r"^arena: \d+ bytes, \d+ free, \d+ in one piece, 5 regions$", text, re.M)
    assert re.search(r"^  spin +region \d+ bytes, \d+ used at the peak, linear memory 1024$", text, re.M)
    quotas = r"^  sleep +capabilities 2 of 16, files 0 of any bytes, objects 0 of 8, buffers\n +0 of 0 bytes, budget any, 0 lines refused$"
    assert re.search(quotas, text, re.M), text
    assert re.search(r"^ramfs: 1048576 bytes, \d+ of them used$", text, re.M)
    assert re.search(r"^Python heap: \d+ bytes used, \d+ free$", text, re.M)


def test_net_and_board_show_something(at_prompt):
    """What they show in detail is tested where networks and pins are."""
    net, board = at_prompt("answer([told(sovelma.net), told(sovelma.board)])")
    assert not net.startswith("!") and "BOOT" in board


def test_run_goes_on(at_prompt):
    assert at_prompt("""
told(sovelma.run, 0.02)
first = system.find("spin").fuel()
told(sovelma.run, 0.02)
answer([first > 0, system.find("spin").fuel() > first])
""") == [True, True]


def test_check_and_boot_end_the_old_system(at_prompt):
    assert at_prompt("""
import wasm3
system.run(5)
old = [task.over() for task in system.tasks]
text = told(sovelma.check, path)
states = [task.over() for task in system.tasks], sovelma.system
live = wasm3.arena()[3]
sovelma.boot(path)
answer([False in old, text.endswith(path + ": 5 tasks, nothing is wrong\\n"), states, live, wasm3.arena()[3]])
""") == [True, True, [[True] * 5, None], 0, 5]


def test_without_a_system_every_command_says_so(firmware):
    result = firmware.script("""
import sovelma
out = []
for command, arguments in ((sovelma.ps, ()), (sovelma.top, ()), (sovelma.caps, ("a",)), (sovelma.log, ()), (sovelma.crash, ()),
                           (sovelma.kill, ("a",)), (sovelma.start, ("a",)), (sovelma.stop, ("a",)), (sovelma.restart, ("a",)),
                           (sovelma.revoke, ("a", "b")), (sovelma.ls, ()), (sovelma.cat, ("/a",)), (sovelma.rm, ("/a",)),
                           (sovelma.net, ()), (sovelma.mem, ()), (sovelma.board, ()), (sovelma.run, ())):
    try:
        command(*arguments)
        out.append("nothing")
    except ValueError as error:
        out.append(str(error))
answer(out)
""")
    assert result == ["no system: sovelma.boot('system.json') builds one"] * 17


def test_what_builds_a_system_leaves_memory_and_is_the_frozen_one_again(at_prompt, tmp_path):
    """The checker of manifests is imported anew for every system, never from files that lie where it is searched."""
    for name in ("loader.py", "manifest.py", "strict_json.py", "binascii.py", "kernel.py"):
        (tmp_path / name).write_text("raise SystemExit('imported from the disk')")
    assert at_prompt("""
import sys, kernel
sys.path.insert(0, path.rsplit("/", 1)[0])
paths = sys.path[:]
there = []
for _ in range(2):
    sovelma.boot(path)
    there.append([name for name in sys.modules if name.startswith("kernel.boot")] + [hasattr(kernel, "boot")])
try:
    sovelma.boot("/nowhere")
except sovelma.ManifestError as error:
    there.append(len(error.errors))
answer([there, sys.path == paths, "kernel.boot.manifest" in sys.modules])
""") == [[[False], [False], 1], True, False]
