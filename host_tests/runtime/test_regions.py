"""How much memory tasks take: the bars for hello and for a large module, on each machine; what `make size` tells of them."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest
from machines import ROOT
from first_calls import entries
from large_module import BYTES, FUNCTIONS, source
from modules import compiled
from setups import RUN


import size  # noqa: E402

TASKS = len(json.loads((ROOT / "modules/demo/system.json").read_text())["tasks"])

# By the size of a pointer. hello: everything compiled at once. A large module, its bytes in place: beside its linear memory.
HELLO_MAX = {4: 3600, 8: 3024}
LARGE_MAX = {4: 48 * 1024, 8: 96 * 1024}

PYTHON_MAX = 80 * 1024  # bytes of the kernel and the HAL, compiled


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """(module, what it computes according to the same text compiled natively)."""
    module = compiled(source(), includes=("modules/sdk",))
    assert 0.97 * BYTES < len(module) <= 1.03 * BYTES and len(entries(module)) > FUNCTIONS
    directory = tmp_path_factory.mktemp("large")
    (directory / "large.c").write_text(source())
    subprocess.run(["gcc", "-O1", "-w", directory / "large.c", "-o", directory / "large"], check=True)
    return module, int(subprocess.run([directory / "large"], check=True, capture_output=True).stdout)


def test_hello_is_small(firmware):
    module = (ROOT / "build" / "modules" / "hello.wasm").read_bytes()
    word, region, used, status = firmware.script(RUN + """
import struct
t = wasm3.Instance(wasm["hello"])
answer([struct.calcsize("P"), t.region()[1], t.region()[0], t.resume(100000)])
""", wasm={"hello": module})
    assert region <= HELLO_MAX[word] and used <= region and status == 1


def test_a_large_module_runs_in_little_memory(firmware, large):
    """98 KB of which a typical part runs: a quota of the bar beside its memory is enough, and what it computes is right."""
    module, expected = large
    word, memory, parts = firmware.script(RUN + """
import struct
word = struct.calcsize("P")
t = wasm3.Instance(wasm["large"], quota=200000)
memory = t.memory()
parts = []
def play(t, slice):
    start = t.region()[0]
    status = run(t, slice)
    parts.append([status, t.result(), t.error(), t.fuel(), t.state_hash(), t.region(), start])
    t.kill()
play(t, 2**30 - 1)
for slice in (2**30 - 1, 997):
    play(wasm3.Instance(wasm["large"], quota=memory + maximum[str(word)]), slice)
play(wasm3.Instance(wasm["large"], quota=memory + maximum[str(word)] // 2), 10**6)
answer([word, memory, parts])
""", wasm={"large": module}, maximum=LARGE_MAX)
    *ran, starved = parts
    print(f"{word * 8} bit: {ran[0][6] - memory} bytes to start, {ran[1][5][0] - memory} to run, of {LARGE_MAX[word]}, beside {memory} of memory")
    assert [each[:2] for each in ran] == [[2, expected]] * 3, parts
    assert all(each[3:5] == ran[0][3:5] for each in ran)
    assert ran[1][5][1] - memory <= LARGE_MAX[word]
    # Half of it is not enough, so the bar says something.
    assert starved[0] == 3 and starved[2].startswith("out of memory compiling function ")


def test_the_kernel_is_small_in_flash():
    """Frozen Python of the kernel and the HAL; what `make size` prints of a build."""
    builds = [name for name in ("unix", "qemu") if (ROOT / "build" / name / "frozen_mpy").is_dir()]
    assert builds
    for name in builds:
        parts = size.frozen(ROOT / "build" / name / "frozen_mpy")
        assert set(parts) == {"kernel", "hal", "sovelma.py"}
        assert 20_000 < sum(parts.values()) <= PYTHON_MAX, parts


def test_make_size_prints_what_it_measured(monkeypatch, capsys):
    """Every task of the demo: the quota it tells is the least that a task runs with, and the counts are right."""
    firmware = ROOT / "build" / "unix" / "sovelma"
    monkeypatch.setattr(size, "SECONDS", 0.2)
    monkeypatch.setattr(size, "ARENAS", (64, 300))
    rows = size.on_pc(firmware)
    size.show_regions("x86_64", rows)
    text = capsys.readouterr().out
    assert [row[0] for row in rows][:2] == ["hello", "blink"] and len(rows) == TASKS
    for name, memory, region, quota, fit in rows:
        assert f" {name} " in text and memory < quota and memory < region
        for kilobytes, (at_once, on_demand) in zip(size.ARENAS, fit):
            assert at_once <= kilobytes * 1024 // region and on_demand <= kilobytes * 1024 // quota
            assert on_demand >= (kilobytes * 1024 - 12_000) // (quota + 16)  # the compiler's tables


def test_make_size_measures_in_the_emulator_too(monkeypatch):
    """There the demo's manifest has another name, which `make size` did not know for a while."""
    image = ROOT / "build" / "qemu" / "firmware.elf"
    if not image.is_file():
        pytest.skip("NOT TESTED ON RISC-V: make qemu-firmware says what to install")
    monkeypatch.setattr(size, "SECONDS", 0)
    monkeypatch.setattr(size, "ARENAS", (64,))
    rows = size.on_rv32(image)
    assert len(rows) == TASKS and all(memory < quota <= region + 200 for _, memory, region, quota, _ in rows)


def test_make_size_names_what_is_missing(tmp_path):
    """Without the cross compiler it measures what it can."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "env"):
        (tools / name).symlink_to(shutil.which(name))
    script = "import sys; sys.path.insert(0, 'tools/check'); import size; size.SECONDS = 0; size.ARENAS = (64,); size.main([])"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env={**os.environ, "PATH": str(tools)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "NOT MEASURED FOR RISC-V: apt-get install" in done.stdout and "x86_64: task" in done.stdout
    assert not pathlib.Path(tools / size.CC).exists()
