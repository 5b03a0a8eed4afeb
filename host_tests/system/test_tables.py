"""What the prompt and the tools show fits 80 columns and says each thing once, whatever names and numbers there are."""

import json
import re
import subprocess
import sys

import demo
import pytest
from machines import ROOT
from setups import PROMPT
from wasm_text import END, SPIN, wat

LONG = "f" * 63 + "x"       # a name of 64 bytes, as many as a record keeps
RECURSIVE = {
    1: wat(f"(module (func ${LONG} (result i32) (i32.add (i32.const 1) (call ${LONG})))"
           f' (func (export "_start") (drop (call ${LONG}))))'),
    2: wat('(module (func $even (result i32) (i32.add (i32.const 1) (call $odd))) (func $odd (result i32) (i32.add (i32.const 2) (call $even)))'
           ' (func (export "_start") (drop (call $even))))'),
    # Five functions in a circle: a longer one than what is folded.
    5: wat("(module " + "".join(f"(func $f{i} (result i32) (i32.add (i32.const 1) (call $f{(i + 1) % 5})))" for i in range(5))
           + '(func (export "_start") (drop (call $f0))))'),
}  # fmt: skip


@pytest.fixture
def boot(firmware, tmp_path):
    """Runs a script in a system of tasks [{keys of the manifest}], whose modules are given as {name: bytes}."""

    def run(tasks, modules, script, **keys):
        for name, module in modules.items():
            (tmp_path / f"{name}.wasm").write_bytes(module)
        path = tmp_path / "system.json"
        rows = [{"memory": 64, **task, "module": task["module"] + ".wasm"} for task in tasks]
        path.write_text(json.dumps({"version": 1, **keys, "tasks": rows}))
        return firmware.script(PROMPT + script, path=str(path))

    return run


def fits(text):
    return all(len(line) <= 80 and re.fullmatch(r"[ -~]*", line) for line in text.splitlines())


def test_200_tasks_in_every_table(boot, firmware):
    """Names of 1 to 32 characters; each task stands in each table once."""
    count = firmware.share(200) if firmware.name == "rv32" else 200
    names = [f"{i:03}" + "n" * (i % 30) for i in range(count)]
    tasks = [{"name": name, "module": "spin" if i % 2 else "end", "slice": 1000, "stack": 256, "caps": {"c" * 60: {"file": "/" + "d" * 60 + "/" + "f" * 60}}}
             for i, name in enumerate(names)]  # fmt: skip
    for title, text in boot(tasks, {"spin": SPIN, "end": END}, """
system.run(100)
answer([[command.__name__ if hasattr(command, "__name__") else str(command), told(command, *arguments)] for command, arguments in (
    (sovelma.ps, ()), (sovelma.mem, ()), (sovelma.top, (0.01, 300)), (sovelma.caps, (system.tasks[-1].name,)), (sovelma.board, ()),
    (sovelma.net, ()), (sovelma.ls, ("/" + "d" * 60,)))])
""", arena=1 << 20, files={"/" + "d" * 60 + "/" + "f" * 60: {"text": "x"}}):  # fmt: skip
        assert fits(text), (title, text)
        if title.startswith(("ps", "top")):
            assert text.count("name") == 1 and all(len(re.findall(rf"^{name}(?!\S)", text, re.M)) == 1 for name in names), title
        if title.startswith("mem"):
            assert all(len(re.findall(rf"^  {name} ", text, re.M)) == 1 + i % 2 for i, name in enumerate(names))     # its region, its quotas


def test_numbers_of_any_size_keep_the_columns(firmware):
    seen = firmware.script("""
from kernel.shell.inspect import short
answer([short(n) for n in (0, 9999999, 10000000, 123456789, 999999999, 1000000000, 10**12, 10**15 - 1, 10**18 - 1, 2**64 - 1)])
""")
    assert seen == ["0", "9999999", "10000k", "123456k", "999999k", "1000M", "1000G", "999999G", "999999T", "18446P"]
    assert all(len(text) <= 7 for text in seen) and [demo.count(text) for text in seen[:6]] == [0, 9999999, 10**7, 123456000, 999999000, 10**9]


def test_a_wait_that_is_due_is_not_negative(boot):
    """`waits: -2 ms` was shown between the moment a task was due and the slice that woke it."""
    sleeper = wat('(module (import "sovelma" "sp_sleep" (func $sleep (param i32) (result i32))) (memory (export "memory") 1)'
                  ' (func (export "_start") (drop (call $sleep (i32.const 5)))))')  # fmt: skip
    late, text = boot([{"name": "late", "module": "sleeper"}], {"sleeper": sleeper}, """
system.run(2)
now = system.tasks[0].thread.due + 7000
hal.microseconds = lambda: now
answer([system.tasks[0].state, told(sovelma.ps)])
""")
    assert late == 2 and demo.table(text)["late"][7] == "waits: 0 ms"


@pytest.mark.parametrize("period, name", [(1, LONG), (2, "odd"), (5, "f0")])
def test_a_recursion_is_shown_once(boot, period, name):
    """32 frames are 32 frames, however they are folded; a circle of five functions is not."""
    text, record = boot([{"name": "n" * 32, "module": "m", "stack": 4096}], {"m": RECURSIVE[period]}, """
system.run(50)
answer([told(sovelma.crash), system.tasks[0].record.json("n")])
""")
    assert fits(text) and name in text.replace("\n" + "n" * 32 + ":    ", "")
    assert f"(function {0 if name != 'odd' else 1})" in text.replace("\n" + "n" * 32 + ":    ", " ")
    assert all(line.startswith("n" * 32 + ":") for line in text.splitlines())
    repeats = json.loads(record)["repeats"]
    frames = len(re.findall(r" #\d+", text))
    if period == 5:
        assert repeats == [] and frames == 32
        return
    assert [row[1] for row in repeats] == [period]
    at, _, times = repeats[0]
    assert frames == 32 - period * (times - 1) <= 6
    assert re.search(rf"{'the same' if period == 1 else 'the last 2'} {times - 1} times more", text)


def test_the_backtrace_tool_says_a_recursion_once(firmware, tmp_path):
    """Each line table entry too: the same offset 30 times made 30 lines of each."""
    if firmware.name == "rv32":
        pytest.skip("the record is the same, and the tool runs on the PC")
    from modules import compiled

    source = '__attribute__((noinline)) int deeper(volatile int *n) { volatile int here[8]; here[0] = *n + 1; return *n < 0 ? 0 : deeper(here) + here[0]; }\n' \
             '__attribute__((export_name("_start"))) void start(void) { volatile int n = 0; deeper(&n); }\n'  # fmt: skip
    module = compiled(source, 4096, lines=True)
    (tmp_path / "deep.wasm").write_bytes(module)
    (tmp_path / "system.json").write_text(json.dumps({"version": 1, "tasks": [{"name": "deep", "module": "deep.wasm", "memory": 8192}]}))
    subprocess.run([firmware.path, "-m", "sovelma", "run", tmp_path / "system.json", "--for", "2", "--crashes", tmp_path], capture_output=True)
    tool = [sys.executable, ROOT / "tools/run/backtrace.py", tmp_path / "deep.json", tmp_path / "deep.wasm"]
    result = subprocess.run(tool, capture_output=True, text=True)
    lines = result.stdout.splitlines()
    assert result.returncode == 0 and fits(result.stdout), result.stdout + result.stderr
    assert sum("deeper at" in line or line.lstrip().startswith("deeper") for line in lines) <= 4 and len(lines) < 16, result.stdout
    assert re.search(r"the same \d+ times more", result.stdout)
