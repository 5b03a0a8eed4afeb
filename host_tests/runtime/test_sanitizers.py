"""The runtime and wasm3's parser under gcc's address and undefined-behaviour sanitizers, on many modules.

The interpreter is compiled with the address sanitizer alone: wasm3 adds and multiplies signed integers and reads
64-bit constants at multiples of 4, which x86_64 and the compiler's flags allow and the other sanitizer reports.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest
from wasm_text import wat
from random_programs import Program
from control_functions import FUNCTIONS, module_of
from machines import ROOT

RUNTIME = ROOT / "cmodules" / "wasm3"
DRIVER = ROOT / "host_tests" / "c" / "run_module.c"
SPEC = pathlib.Path(os.environ.get("SPEC_DIR") or ROOT.parent / "shared" / "spec")
sys.path.insert(0, str(ROOT / "host_tests" / "bench"))

from toolchain import Toolchain  # noqa: E402

PROGRAMS = 300

# A larger arena than the firmware's, so that more of the specification's modules fit.
# Quotas: most of the arena, and with the bytes copied (run_module.c).
ON_DEMAND = (960_000, 960_001)
FLAGS = ["-g", "-O1", "-fno-strict-aliasing", "-DSOV_ARENA_BYTES=1000000u", "-w"]
INTERPRETER = ["-foptimize-sibling-calls", "-fomit-frame-pointer", "-fno-stack-protector"]


@pytest.fixture(scope="module")
def program():
    """run_module with sanitizers; built once into build/."""
    if not shutil.which("gcc"):
        pytest.skip("no gcc")
    probe = subprocess.run(["gcc", "-fsanitize=address,undefined", "-x", "c", "-", "-o", os.devnull], input="int main(void) { return 0; }",
                           capture_output=True, text=True)  # fmt: skip
    if probe.returncode:
        pytest.skip("gcc has no sanitizer libraries here")
    wasm3 = pathlib.Path(os.environ.get("WASM3_DIR") or ROOT / "build" / "src" / "wasm3")
    tools = Toolchain(ROOT / "build" / "sanitizers", wasm3)
    headers = [*RUNTIME.rglob("*.[ch]"), *wasm3.glob("*.[ch]")]
    includes = [f"-I{RUNTIME}", f"-I{wasm3}"]
    interpreter = tools.step("interpreter.o", ["gcc", *FLAGS, *INTERPRETER, "-fsanitize=address", *includes, "-c", RUNTIME / "engine" / "interpreter.c"], headers)
    others = [path for path in sorted(RUNTIME.rglob("*.c")) if path.name != "interpreter.c" and '#include "py/' not in path.read_text()]
    return tools.step("run_module", ["gcc", *FLAGS, "-fsanitize=address,undefined", "-fno-sanitize-recover=all", *includes, DRIVER, *others, interpreter, "-lm"],
                      [DRIVER, interpreter, *headers])  # fmt: skip


def play(program, files, slice, quota=0):
    """Lines of the driver, one for each module."""
    result = subprocess.run([str(program), str(slice), str(quota), *map(str, files)], capture_output=True, text=True,
                            env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})  # the ptrace that leak checks need is often forbidden
    assert result.returncode == 0, result.stderr[-3000:]
    return result.stdout.splitlines()


def check(program, files):
    """No report from a sanitizer, and the same results, fuel and state however the runs are sliced, and whenever compiled."""
    whole = play(program, files, 200_000)
    assert len(whole) == len(files)
    assert play(program, files, 1) == whole
    for quota in ON_DEMAND:
        for line, usual in zip(play(program, files, 997, quota), whole, strict=True):
            assert line == usual or " refused: out of memory" in line, quota
    return whole


def test_our_own_modules(program, tmp_path):
    modules = {f"control_{i}": module_of(name) for i, name in enumerate(FUNCTIONS)}
    modules.update({f"random_{seed}": wat(Program(seed).wat()) for seed in range(5000, 5000 + PROGRAMS)})
    files = sorted((ROOT / "build" / "modules").glob("*.wasm"))
    for name, module in modules.items():
        files.append(tmp_path / f"{name}.wasm")
        files[-1].write_bytes(module)
    lines = check(program, files)
    assert not [line for line in lines if " refused: " in line]
    assert any(" faulted 0 " not in line for line in lines)


def test_modules_cut_short(program, tmp_path):
    """Every prefix of a module is refused, by reading nothing behind it: the buffer ends where the file does."""
    module = (ROOT / "build" / "modules" / "wordcount.wasm").read_bytes()
    files = []
    for size in range(len(module)):
        files.append(tmp_path / f"{size:05}.wasm")
        files[-1].write_bytes(module[:size])
    refused = [line for line in play(program, files, 1000) if " refused: " in line]
    assert len(refused) > 0.9 * len(files)  # one that ends between two sections may be a module


def test_modules_of_the_specification(program, tmp_path):
    scripts = sorted(SPEC.glob("*.wast"))
    if not scripts:
        pytest.skip(f"{SPEC} has no specification scripts; set SPEC_DIR")
    convert = shutil.which("wast2json", path=f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    files = []
    for script in scripts:
        output = tmp_path / f"{script.stem}.json"
        subprocess.run([convert, "--disable-bulk-memory", "--disable-reference-types", str(script), "-o", str(output)], check=True, capture_output=True)
        for command in json.loads(output.read_text())["commands"]:
            if command["type"] in ("module", "assert_unlinkable", "assert_uninstantiable"):
                files.append(tmp_path / command["filename"])
    lines = check(program, files)
    assert sum(" refused: " not in line for line in lines) > len(files) / 2
