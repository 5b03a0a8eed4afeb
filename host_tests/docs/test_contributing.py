"""CONTRIBUTING.md: the test adds a system call to a copy of the project by its steps; the paths it names exist."""

import re
import shutil
import subprocess

import pytest
from machines import ROOT
from terminal import ENVIRONMENT

TEXT = (ROOT / "CONTRIBUTING.md").read_text()

DEFINITION = '''
[[call]]
name = "sp_triple"
number = %d
result = "i32"
blocking = false
fuel = 2000
errors = ["INVAL"]
since = "1.%d"
stability = "experimental"
text = """
Returns three times the number.
"""
[[call.argument]]
name = "number"
kind = "int"
min = 0
max = 1000
text = "The number."
'''

HANDLER = '''
    def sp_triple(self, task):
        return 3 * task.instance.arg(0)
'''

TEST = '''"""sp_triple: a system call made as CONTRIBUTING.md says."""

from wasm_text import wat

MODULE = wat("""(module (import "sovelma" "sp_triple" (func $triple (param i32) (result i32)))
 (import "sovelma" "sp_exit" (func $exit (param i32)))
 (func (export "_start") (call $exit (i32.add (call $triple (i32.const 14)) (call $triple (i32.const 1001))))))""")


def test_triple(firmware):
    code = firmware.script("""
import hal, wasm3
from kernel.core.capability import Capabilities
from kernel.core.log import Ring
from kernel.objects.ramfs import RamFS
from kernel.objects.kinds import make_system
from kernel.core.task import Task
system = make_system(RamFS(4096))
task = Task("t", wasm3.Instance(wasm["m"]), 3, hal.SLICE, Capabilities(), log=Ring("t"))
system.add(task)
system.run()
answer(task.outcome())
""", wasm={"m": MODULE})
    assert code == "exit 38"      # 3 * 14, and INVAL for the number out of range
'''


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the project as it stands, with the downloads and tools of this one."""
    directory = tmp_path_factory.mktemp("copy")
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, directory / name)
    (directory / "build").mkdir()
    for path in (ROOT / "build").iterdir():
        if path.name in ("downloads", "src", "venv") or path.name.startswith("mpy-cross-"):
            (directory / "build" / path.name).symlink_to(path)
    return directory


def in_copy(copy, *command):
    """Runs a command in the copy; its output where it succeeds."""
    environment = {name: value for name, value in ENVIRONMENT.items() if name != "SOVELMA_FIRMWARE"}
    done = subprocess.run(command, cwd=copy, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def put_before(path, mark, text):
    old = path.read_text()
    assert old.count(mark) == 1, (path, mark)
    path.write_text(old.replace(mark, text + mark))


def test_a_system_call_takes_its_definition_its_handler_and_its_test(copy):
    """Nothing else is written by hand; generated tests of misuse know the call by themselves."""
    source = copy / "firmware/abi.toml"
    number = source.read_text().count("\n[[call]]\n")
    minor = int(re.search(r"^minor = (\d+)$", source.read_text(), re.M)[1]) + 1
    source.write_text(re.sub(r"^minor = \d+$", f"minor = {minor}", source.read_text(), flags=re.M) + DEFINITION % (number, minor))
    put_before(copy / "firmware/kernel/core/syscalls.py", "\n    def sp_cap_find(self, task):", HANDLER)
    (copy / "host_tests/test_triple.py").write_text(TEST)
    put_before(copy / "host_tests/lib/every_call.py", '    "sp_memory_bytes": {', '    "sp_triple": {"": "sp_triple(7);"},\n')
    in_copy(copy, "make", "generated")
    in_copy(copy, "make", "unix")
    python = copy / "build/venv/bin/python"
    said = in_copy(copy, python, "-m", "pytest", "-q", "--machine", "x86_64", "host_tests/test_triple.py", "host_tests/kernel/test_abi.py",
                   "host_tests/kernel/test_storm.py", "host_tests/kernel/test_misuse.py", "-k", "triple or test_abi or is_here")  # fmt: skip
    assert int(re.search(r"(\d+) passed", said)[1]) >= 25 and "failed" not in said
    assert all("sp_triple" in (copy / name).read_text() for name in ("modules/sdk/sovelma.h", "docs/ABI.md"))


def test_every_path_that_is_named_exists():
    names = {name for name in re.findall(r"`([\w.]+/[\w./]*)`", TEXT)}
    assert len(names) > 20
    for name in names:
        assert (ROOT / name).exists(), name


def test_every_target_that_is_named_exists():
    rules = (ROOT / "Makefile").read_text() + "".join(path.read_text() for path in (ROOT / "tools/build").glob("*.mk"))
    for target in re.findall(r"`make ([a-z-]+)", TEXT):
        assert re.search(rf"^{target}:", rules, re.M), target
