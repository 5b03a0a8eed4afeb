"""The demo system from the outside: what it prints, how it ends, and that its answers are right."""

import contextlib
import json
import pathlib
import os
import random
import re
import subprocess
import tomllib
import zlib

import pytest
from wasm_text import wat
from peers import web
from demo import DEMO, boot, imports, summary
from machines import ROOT

pytestmark = pytest.mark.pc("files of the host and a terminal")

FAULT = wat('(module (memory (export "memory") 1) (func (export "_start") unreachable))')
EXIT_3 = wat("""(module (import "sovelma" "sp_exit" (func $exit (param i32))) (memory (export "memory") 1)
 (func (export "_start") (call $exit (i32.const 3))))""")


def system(directory, tasks, **more):
    """Writes a manifest and its modules (bytes) below `directory`; returns its path."""
    for task in tasks:
        (directory / (task["name"] + ".wasm")).write_bytes(task["module"])
        task["module"] = task["name"] + ".wasm"
    path = directory / "system.json"
    path.write_text(json.dumps({"version": 1, "tasks": tasks, **more}))
    return path


def wc(path):
    """(lines, words, bytes) as the machine's wc counts."""
    result = subprocess.run(["wc", path], env={**os.environ, "LC_ALL": "C.UTF-8"}, capture_output=True, text=True, check=True)
    return tuple(map(int, result.stdout.split()[:3]))


def counted(output):
    """(lines, words, bytes) as the task said."""
    return tuple(map(int, re.search(r"^wordcount: (\d+) lines, (\d+) words, (\d+) bytes$", output, re.M).groups()))


@contextlib.contextmanager
def demo_manifest(directory):
    """Path of the demo's manifest, but for the port of the page that fetch asks for, which may be taken here; a server has it."""
    text = (ROOT / DEMO).read_text()
    (port,) = re.findall(r"http://localhost:(\d+)/README.md", text)
    assert text.count(port) == 2 and f"http://localhost:{port}/README.md README.md" in (ROOT / "Makefile").read_text()
    with web({"/README.md": (ROOT / "README.md").read_bytes()}) as (free, _):
        manifest = json.loads(text.replace(port, str(free)))
        manifest["files"] = {"/input": str(ROOT / "README.md")}
        for task in manifest["tasks"]:
            task["module"] = str((ROOT / DEMO).parent / task["module"])
        (directory / "system.json").write_text(json.dumps(manifest))
        yield directory / "system.json"


@pytest.fixture(scope="module")
def demo(firmware, tmp_path_factory):
    """The demo's run: a page from a real server, this project's README as input, the simulated board, four seconds."""
    with demo_manifest(tmp_path_factory.mktemp("demo")) as path:
        return boot(firmware, path, "--for", "4")


def test_the_demo_ends_well_with_one_line_per_task(demo):
    assert demo.returncode == 0, demo.stdout + demo.stderr
    tasks = json.loads((ROOT / DEMO).read_text())["tasks"]
    rows = summary(demo.stdout)
    assert list(rows) == [task["name"] for task in tasks]
    states = {name: row[0] for name, row in rows.items()}
    assert states == {"hello": "ended", "blink": "sleeping", "button": "ended", "spin": "ready", "primes": "ended", "crash": "faulted", "wordcount": "ended",
                      "sort": "ended", "keyring": "ended", "broker": "ended", "reporter": "ended", "reader-a": "ended",
                      "reader-b": "ended", "plato": "ended", "laozi": "ended", "hypatia": "ended", "producer": "ended", "consumer": "ended",
                      "sensor": "killed", "gauge": "ended", "keeper": "ended", "doorbell": "ended", "ticker": "ended", "fetch": "ended"}  # fmt: skip
    assert all(row[4] == "exit 0" for name, row in rows.items() if row[0] == "ended")
    assert all(row[1] > 0 and row[3] > 0 for row in rows.values())
    assert rows["spin"][1] == max(row[1] for row in rows.values()) and rows["spin"][2] == 0


def test_every_host_function_is_called_by_a_demo_and_answered(firmware, tmp_path):
    """Derived from the ABI and the modules' import sections: nothing there is only for show, and what answers is a real
    server, the board with its three presses, files, the clocks. (sp_exit is answered by the end of the task.)"""
    with demo_manifest(tmp_path) as path:
        answered, results = firmware.script("""
import hal, sovelma
import abi
hal.write = lambda buffer, n: None
sovelma.boot(path)
system = sovelma.system
answered = {name: [] for name in abi.NAMES}
def note(number, result, task):
    if result >= 0 and task.name not in answered[abi.NAMES[number]]:
        answered[abi.NAMES[number]].append(task.name)
real = system._handlers
def note_runtimes(task):
    # What the runtime answered itself, of the last eight calls.
    for number, result in task.instance.calls():
        if abi.IN_RUNTIME[number]:
            note(number, result or 0, task)
def listen(handler, task):
    note_runtimes(task)
    number = task.instance.nr()
    result = handler(task)
    note(number, 0 if result is None and task.waiting is None else -1 if result is None else result, task)
    return result
system._handlers = tuple([handler and (lambda task, handler=handler: listen(handler, task)) for handler in real])
system.scheduler.bind(system._handlers, system._try_again, system._failed)
for task in system.tasks:
    def finish(state, task=task, real=task.finish):
        note_runtimes(task)
        real(state)
    task.finish = finish
for _ in range(60):                     # four seconds on a machine that does nothing else
    sovelma.run(0.5)
    if all(answered.values()):
        break
answer([answered, {task.name: task.result for task in system.tasks}])
""", path=str(path))
    modules = {task["name"]: pathlib.Path(task["module"]).stem for task in json.loads((ROOT / DEMO).read_text())["tasks"]}
    calls = [call["name"] for call in tomllib.loads((ROOT / "firmware/abi.toml").read_text())["call"]]
    assert sorted(answered) == sorted(calls)
    assert {name for name in calls if not answered[name]} == set()
    for name, tasks in answered.items():
        for task in tasks:
            assert name in imports(modules[task]), (name, task)
    assert all(results[task] == 0 for task in answered["sp_exit"])


def said(output, task):
    """What a task logged, in order."""
    return [line[len(task) + 2:] for line in output.splitlines() if line.startswith(task + ": ")]


def test_crash_is_restarted_ever_later_and_given_up(demo):
    notes = re.findall(r"^kernel: crash: (.*)$", demo.stdout, re.M)
    assert notes == ["restart 1 of 3 in 100 ms", "restart 2 of 3 in 200 ms", "restart 3 of 3 in 400 ms", "given up after 3 restarts"]
    assert said(demo.stdout, "crash").count("about to divide by zero") == 4


def test_primes_keeps_to_its_budget(demo):
    """Five times its budget is five periods of 100 ms where somebody else wants to run: the ticker's first 200 ms come first."""
    lines = demo.stdout.splitlines()
    first_tick = next(i for i, line in enumerate(lines) if line.startswith("ticker: tick 1,"))
    assert next(i for i, line in enumerate(lines) if line.startswith("primes: ")) > first_tick
    rows = summary(demo.stdout)
    assert rows["primes"][1] > 4_000_000


def test_button_and_blink_had_their_pins(demo):
    """The simulation presses three times, the first with a bounce; blink changes the lamp ten times a second."""
    presses = [re.fullmatch(r"press (\d), held for (\d+) ms: rolled [1-6]", line) for line in said(demo.stdout, "button")]
    assert [match[1] for match in presses] == ["1", "2", "3"]
    assert all(int(match[2]) > 0 for match in presses)     # a bounce is no press; how long depends on the machine too
    assert summary(demo.stdout)["blink"][2] > 10           # it found its pin, read, wrote and slept several times


def test_sort_has_all_lines(demo):
    assert said(demo.stdout, "sort") == [f"{(ROOT / 'README.md').read_bytes().count(10)} lines sorted"]


def test_boot_log(demo):
    boots = [line for line in demo.stdout.splitlines() if line.startswith("[")]
    assert len(boots) >= 8 and all(line.startswith("[ OK ] ") for line in boots)
    assert boots[0].startswith("[ OK ] SovelmaOS ")


def test_hello_is_small(demo):
    assert summary(demo.stdout)["hello"][3] <= 6500
    assert "hello: Hello from a task of its own.\n" in demo.stdout


def test_primes_are_right(demo):
    limit = 200000
    sieve = bytearray([1]) * limit
    for i in range(2, 448):
        sieve[i * i::i] = bytes(len(sieve[i * i::i]))
    assert f"primes: {sum(sieve) - 2} primes below {limit}\n" in demo.stdout


def test_the_crash_has_a_backtrace_with_names(demo):
    lines = [line for line in demo.stdout.splitlines() if line.startswith("crash: ")]
    assert "divide by zero" in lines[1]
    assert [re.search(r"#\d (\S+)", line)[1] for line in lines[2:5]] == ["divide", "average", "_start"]
    assert re.search(r"after \d+ fuel and 1 system calls", lines[5]) and re.search(r"sp_log = \d+$", lines[6])


def test_the_crash_is_restarted_three_times_and_given_up(demo):
    lines = re.findall(r"^kernel: crash: (.*)$", demo.stdout, re.M)
    assert lines == ["restart 1 of 3 in 100 ms", "restart 2 of 3 in 200 ms", "restart 3 of 3 in 400 ms", "given up after 3 restarts"]
    (fuel,) = set(re.findall(r"^crash:   after (\d+) fuel", demo.stdout, re.M))
    assert summary(demo.stdout)["crash"][1:3] == (4 * int(fuel), 4)


def test_the_ticker_wakes_beside_an_endless_loop(demo):
    late = [int(us) for us in re.findall(r"^ticker: tick \d, late by (\d+) us$", demo.stdout, re.M)]
    assert len(late) == 8 and min(late) >= 0  # never early; how late is a figure of `make bench`


def test_fetch_has_the_readme_too(demo):
    page = (ROOT / "README.md").read_bytes()
    assert f"fetch: HTTP/1.0 200 OK, {len(page)} bytes, Adler-32 {zlib.adler32(page)}\n" in demo.stdout


def test_without_a_page_to_fetch_the_demo_ends_well_too(firmware):
    """As booted without `make run`: fetch says what is wrong, or finds whoever has the port."""
    result = boot(firmware, DEMO, "--for", "0.3")
    assert result.returncode == 0 and re.search(r"^fetch: .*(error -16|bytes, Adler-32 \d+)$", result.stdout, re.M)


def test_wordcount_counts_the_readme_as_wc_does(demo):
    assert counted(demo.stdout) == wc(ROOT / "README.md")


@pytest.mark.parametrize("text", [
    b"", b"\n", b"one", b"one\n", b" \t\v\f\r\n two  words \n", b"\x01 \x02a \x7f\n", "Größe – naïve · 東京\n".encode(),
    b"x" * 1023 + b" y", b"x" * 1024 + b"\ny" * 1024,
], ids=range(9))  # fmt: skip
def test_wordcount_counts_as_wc_does(firmware, tmp_path, text):
    path = tmp_path / "input"
    path.write_bytes(text)
    result = boot(firmware, DEMO, "--for", "0.3", "--input", path)
    assert result.returncode == 0 and counted(result.stdout) == wc(path)


def test_wordcount_of_a_large_file(firmware, tmp_path):
    generator = random.Random(1)
    path = tmp_path / "input"
    path.write_text("".join(generator.choices("abc xyz\n\té.", k=600_000)))
    result = boot(firmware, DEMO, "--for", "3", "--input", path)
    assert result.returncode == 0 and counted(result.stdout) == wc(path)


def test_a_fault_nobody_allowed_is_a_failure_and_an_exit_code_is_not(firmware, tmp_path):
    path = system(tmp_path, [{"name": "a", "module": FAULT}, {"name": "b", "module": EXIT_3}])
    result = boot(firmware, path)
    assert result.returncode == 1
    assert summary(result.stdout)["b"][4] == "exit 3" and summary(result.stdout)["a"][4].startswith("fault: ")
    path = system(tmp_path, [{"name": "a", "module": FAULT, "may_fault": True}, {"name": "b", "module": EXIT_3}])
    assert boot(firmware, path).returncode == 0


def test_the_run_ends_when_the_last_task_does(firmware, tmp_path):
    path = system(tmp_path, [{"name": "b", "module": EXIT_3}])
    result = boot(firmware, path, "--for", "50", timeout=20)
    assert result.returncode == 0


def test_same_fuel_in_every_run(firmware):
    rows = [summary(boot(firmware, DEMO, "--for", "1.5").stdout) for _ in range(2)]
    for name in ("hello", "primes", "crash", "wordcount"):
        assert rows[0][name][1:4] == rows[1][name][1:4]


@pytest.mark.parametrize("words, complaint", [
    ([], "no manifest"), (["a.json", "b.json"], "b.json"), ([DEMO, "--for"], "--for"),
    ([DEMO, "--for", "soon"], "--for"), ([DEMO, "--fast"], "--fast"),
])  # fmt: skip
def test_wrong_arguments_are_told_with_the_usage(firmware, words, complaint):
    result = boot(firmware, *words)
    assert result.returncode == 2 and complaint in result.stderr and "usage:" in result.stderr and result.stdout == ""


def test_the_kernel_is_frozen_code_whatever_lies_around(firmware, tmp_path):
    """A file called like a part of the kernel, where the program runs, is not imported."""
    for name in ("kernel", "hal", "wasm3"):
        (tmp_path / (name + ".py")).write_text("raise SystemExit(99)\n")
    system(tmp_path, [{"name": "b", "module": EXIT_3}])
    result = subprocess.run([firmware.path, "-m", "sovelma", "run", "system.json"], cwd=tmp_path, capture_output=True, text=True,
                            stdin=subprocess.DEVNULL, timeout=20)  # fmt: skip
    assert result.returncode == 0 and summary(result.stdout)["b"][4] == "exit 3"
