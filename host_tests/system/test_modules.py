"""The demo modules and how new ones begin: every host function is used, sort sorts as sort(1) does, a new module works at once."""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
from machines import ROOT
from demo import DEMO, imports

MODULES = sorted(path.parent.name for path in ROOT.glob("modules/*/*.c") if path.stem == path.parent.name)


def test_every_host_function_is_used_by_a_demo():
    calls = {call["name"] for call in tomllib.loads((ROOT / "firmware/abi.toml").read_text())["call"]}
    demos = {task["module"] for task in json.loads((ROOT / DEMO).read_text())["tasks"]}
    names = [name for name in MODULES if f"../../build/modules/{name}.wasm" in demos]
    assert calls - set().union(*map(imports, names)) == set()


def test_every_module_is_in_the_demo_or_is_the_template():
    demos = (ROOT / DEMO).read_text()
    assert [name for name in MODULES if f"/{name}.wasm" not in demos and name != "template"] == []


SORT = """
import sovelma
from kernel.objects.ramfs import walk
sovelma.boot(path)
sovelma.run(20)
task = sovelma.system.tasks[0]
node = walk(sovelma.system.fs, b"data/sorted", False, False)
text = ""
if not isinstance(node, int):
    class Memory:
        def write(self, address, buffer, start, length):
            global text
            text += str(binascii.hexlify(buffer[start:start + length]), "ascii")
            return length
    for offset in range(0, node.size, 4096):
        node.read(offset, min(4096, node.size - offset), Memory(), 0)
answer([task.result, task.record and task.record.lines("sort"), text])
"""


def run_sort(firmware, directory, text, memory):
    (directory / "input").write_bytes(text)
    shutil.copy(ROOT / "build/modules/sort.wasm", directory)
    (directory / "system.json").write_text(json.dumps({
        "version": 1, "files": {"/input": "input"}, "directories": {"/data": 0}, "tasks": [
            {"name": "sort", "module": "sort.wasm", "memory": memory,
             "caps": {"input": {"file": "/input"}, "data": {"directory": "/data", "rights": ["write", "create"]}}}]}))  # fmt: skip
    result, record, text = firmware.script(SORT, path=str(directory / "system.json"))
    return result, record, bytes.fromhex(text)


@pytest.mark.parametrize("text", [
    b"", b"\n", b"one", b"b\na\n", b"b\na", b"same\nsame\nsame\n", b"a\na b\na\tb\n\nab\n", bytes(range(11, 256)) + b"\n\x01\n\xff\n",
    (ROOT / "README.md").read_bytes(),
], ids=range(9))  # fmt: skip
def test_sort_sorts_as_sort_does(firmware, tmp_path, text):
    (tmp_path / "text").write_bytes(text)
    wanted = subprocess.run(["sort", tmp_path / "text"], env={**os.environ, "LC_ALL": "C"}, capture_output=True, check=True).stdout
    result, record, got = run_sort(firmware, tmp_path, text, 16384)
    assert (result, record) == (0, None) and got == wanted


def test_sort_of_many_lines(firmware, tmp_path):
    generator = random.Random(2)
    lines = ["".join(generator.choices("abc", k=generator.randint(0, 8))) + "\n" for _ in range(3000)]
    result, _, got = run_sort(firmware, tmp_path, "".join(lines).encode(), 40000)
    assert result == 0 and got == "".join(sorted(lines)).encode()


def test_sort_without_enough_memory_says_so_and_ends(firmware, tmp_path):
    result, record, got = run_sort(firmware, tmp_path, b"x\n" * 9000, 20000)
    assert (result, record, got) == (1, None, b"")


def test_sort_without_its_file_panics(firmware, tmp_path):
    shutil.copy(ROOT / "build/modules/sort.wasm", tmp_path)
    (tmp_path / "system.json").write_text('{"version": 1, "tasks": [{"name": "sort", "module": "sort.wasm"}]}')
    result, record, _ = firmware.script(SORT, path=str(tmp_path / "system.json"))
    assert result is None and record[0].startswith('sort: fault: the manifest grants no file "input": -1 (')


@pytest.mark.parametrize("language, ending, said", [
    ("c", ".c", "step 3 of 3"), ("rust", ".rs", "Hello from Rust."), ("zig", ".zig", "Hello from Zig."),
    ("as", ".ts", "Hello from AssemblyScript."), ("wat", ".wat", "Hello from WebAssembly text."),
])  # fmt: skip
def test_new_module_builds_runs_and_is_tested_at_once(tmp_path, language, ending, said):
    """In a copy of the project, with what is built already: `make new-module` and nothing else."""
    told = subprocess.run([sys.executable, ROOT / "tools/build/module.py", "--check"], capture_output=True, text=True, check=True).stdout
    if {"as": "assemblyscript"}.get(language, language) + ":" in told:
        pytest.skip(told)
    tree, name = tmp_path / "project", f"made_by_a_test_{language}"
    unwanted = shutil.ignore_patterns(".git", "__pycache__", ".pytest_cache")
    shutil.copytree(ROOT, tree, ignore=lambda path, names: unwanted(path, names) | ({"build"} if path == str(ROOT) else set()))
    (tree / "build").symlink_to(ROOT / "build")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS", "PYTEST"))}
    environment["SOVELMA_FIRMWARE"] = str(ROOT / "build/unix/sovelma")      # and the project's image for QEMU stays as it is
    image = (ROOT / "build/qemu-files/_files.py").stat().st_mtime_ns if (ROOT / "build/qemu-files").exists() else None
    try:
        made = [subprocess.run(["make", f"BUILD={ROOT}/build", "new-module", f"NAME={name}", *([] if language == "c" else [f"LANG={language}"])], cwd=tree, env=environment,
                               capture_output=True, text=True, timeout=300) for _ in range(2)]  # fmt: skip
    finally:
        for path in (ROOT / "build/modules").glob(f"{name}.*"):
            path.unlink()
    assert image is None or (ROOT / "build/qemu-files/_files.py").stat().st_mtime_ns == image
    assert made[0].returncode == 0, made[0].stdout + made[0].stderr
    assert f"{name}: {said}\n" in made[0].stdout and re.search(r"\b1 passed\b", made[0].stdout)
    assert (tree / f"host_tests/system/test_module_{name}.py").exists()
    source = (tree / f"modules/{name}/{name}{ending}").read_text()
    assert "template" not in source and "new-module" not in source
    assert made[1].returncode != 0 and f"modules/{name} exists" in made[1].stderr


def test_new_module_refuses_languages_that_there_are_not():
    result = subprocess.run([sys.executable, ROOT / "tools/run/new_module.py", "fine", "cobol"], capture_output=True, text=True)
    assert result.returncode != 0 and result.stderr == "new-module: LANG is one of c, rust, zig, as, wat\n" and not (ROOT / "modules/fine").exists()


@pytest.mark.parametrize("name", ["", "X", "1x", "a-b", "../x", "a b", "sdk", "hello", "x" * 33])
def test_new_module_refuses_names_that_cannot_be(name):
    result = subprocess.run([sys.executable, ROOT / "tools/run/new_module.py", name], capture_output=True, text=True)
    assert result.returncode != 0 and result.stderr.startswith("new-module: ") and result.stdout == ""
