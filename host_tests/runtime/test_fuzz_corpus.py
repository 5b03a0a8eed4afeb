"""What the fuzzer learned, played again under gcc's sanitizers: its corpus, every crasher there ever was, the zoo.

The fuzzer itself is `make fuzz-asan`, see host_tests/fuzz/. Here its harness runs without it: each input is validated,
created, run in one slice and in small ones, looked at, and killed, with every block of memory surrounded by poison.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest
from machines import ROOT

sys.path[:0] = [str(ROOT / "host_tests" / "fuzz"), str(ROOT / "host_tests" / "bench")]

import fuzz_asan as fuzz  # noqa: E402
from toolchain import RUNTIME, Toolchain  # noqa: E402

WASM3 = pathlib.Path(os.environ.get("WASM3_DIR") or ROOT / "build" / "src" / "wasm3")


def built(limits, instead=()):
    """The harness without the fuzzer, for one set of limits; its objects are built once into build/.

    instead: C files that take the places of those of the same name.
    """
    tools = Toolchain(ROOT / "build" / "sanitizers", WASM3)
    flags = [*fuzz.FLAGS, "-foptimize-sibling-calls", *fuzz.SANITIZERS, *fuzz.LIMITS[limits], f"-I{RUNTIME}", f"-I{WASM3}"]
    flags += [f"-I{RUNTIME / 'validate'}"] if instead else []  # a copy elsewhere has its neighbours there
    files = {path.name: path for path in (*fuzz.sources("replay.c"), *instead)}
    objects = [tools.step(f"{limits}-{'other-' * (path in instead)}{path.stem}.o", ["gcc", *flags, "-c", path], [path, *fuzz.headers(WASM3)])
               for path in files.values()]  # fmt: skip
    return tools.step(f"replay-{limits}{'-other' * bool(instead)}", ["gcc", *fuzz.SANITIZERS, *objects, "-lm"], objects)


@pytest.fixture(scope="module", params=sorted(fuzz.LIMITS))
def program(request):
    """The harness for each set of limits."""
    probe = subprocess.run(["gcc", *fuzz.SANITIZERS, "-x", "c", "-", "-o", os.devnull], input="int main(void) { return 0; }",
                           capture_output=True, text=True)  # fmt: skip
    if probe.returncode:
        pytest.skip("gcc has no sanitizer libraries here")
    return built(request.param)


def play(program, files):
    """Plays the files. Raises AssertionError with the report of what was found."""
    played = 0
    for first in range(0, len(files), 2000):  # a command line has its limits
        result = subprocess.run([str(program), *map(str, files[first : first + 2000])], capture_output=True, text=True, errors="replace",
                                env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})  # fmt: skip
        assert result.returncode == 0, result.stderr[-5000:]
        played += int(result.stdout)
    assert played == len(files)


def test_corpus(program, tmp_path):
    fuzz.unpack(tmp_path)
    files = sorted(tmp_path.iterdir())
    assert len(files) > 100
    play(program, files)


def test_zoo_and_demo_modules(program, tmp_path):
    fuzz.seeds(tmp_path)
    play(program, sorted(tmp_path.iterdir()))


def test_crashers(program):
    play(program, sorted(fuzz.CRASHERS.iterdir()))


def test_the_harness_notices_what_it_is_there_for(program, tmp_path):
    """A runtime whose validator lets everything pass must not get through the zoo."""
    if "host" not in program.name:
        pytest.skip("once is enough")
    broken = tmp_path / "validate_module.c"
    text, count = re.subn(r"(enum sov_verdict sov_validate\([^{]*\{)", r"\1 memset(facts, 0, sizeof *facts); return SOV_VALID;",
                          (RUNTIME / "validate" / "validate_module.c").read_text())  # fmt: skip
    assert count == 1
    broken.write_text(text)
    other = built("host", [broken])
    seeds = tmp_path / "seeds"
    fuzz.seeds(seeds)
    files = sorted(seeds.glob("*.0"))[::12]
    assert len(files) > 15
    codes = [subprocess.run([str(other), str(path)], capture_output=True, env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}).returncode for path in files]
    assert sum(code != 0 for code in codes) > 3


def test_without_clang_it_says_what_to_install(tmp_path):
    for tool in ("sh", "nice"):
        (tmp_path / tool).symlink_to(shutil.which(tool))
    result = subprocess.run([sys.executable, ROOT / "host_tests" / "fuzz" / "fuzz_asan.py"], capture_output=True, text=True, env={"PATH": str(tmp_path)})
    assert result.returncode == 1
    assert "apt-get install clang libclang-rt" in result.stderr
