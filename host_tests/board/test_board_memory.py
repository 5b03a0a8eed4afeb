"""The board's Python heap: the whole start, with the demo's tasks, in the 64 KB the port begins with.

Runs the board's own programs and HAL on the RISC-V firmware in QEMU, where objects have the board's sizes, over the fakes
of test_board_hal.py. That machine's own HAL, which the board does not have, is there before the heap is made as small.
"""

import os
import shutil
import subprocess

import pytest
from machines import ROOT
from script_files import script


BOARD = ROOT / "firmware" / "boards" / "SOVELMA_C3"
PROGRAMS = ROOT / "firmware" / "boards" / "common" / "esp32c3" / "modules"
FIRMWARE = ROOT / "build" / "qemu" / "firmware.elf"
MPY_CROSS = next(iter(sorted((ROOT / "build").glob("mpy-cross-*/mpy-cross"))), None)

# The port's 64 KB are 62,400 bytes once the collector has its tables. MicroPython itself has 2 KB before the HAL comes, and
# 1 KB is what both HALs have in common.
LEFT = 62_400 - 3_072
HEAP = 256 << 10

SELECT = "POLLIN = 1\nclass poll:\n    def register(self, what, mask):\n        pass\n"

SCRIPT = script(__file__, "board_memory")


def start(tmp_path_factory, left):
    """What the machine prints that starts with so many bytes of heap left."""
    if not FIRMWARE.is_file() or not shutil.which("qemu-system-riscv32"):
        pytest.skip("no RISC-V firmware: apt-get install qemu-system-misc, make qemu-firmware")
    directory = tmp_path_factory.mktemp("memory")
    made = subprocess.run([ROOT / "build/venv/bin/python", ROOT / "tools/board/board_files.py", BOARD / "system.json", directory / "_files.py"])
    assert made.returncode == 0
    values = {}
    exec((directory / "_files.py").read_text(), values)
    files = {"seed": os.urandom(32), "demo": values["FILES"], "script": SCRIPT.replace("LEFT", str(left)).encode()}
    (directory / "select.py").write_text(SELECT)
    # As byte code, which is used where it lies, as frozen code is.
    for path in (*(ROOT / "host_tests/board/fakes").glob("*.py"), directory / "select.py", PROGRAMS / "board_config.py",
                 PROGRAMS / "board_start.py"):  # fmt: skip
        subprocess.run([MPY_CROSS, "-march=rv32imc", path, "-o", directory / "out.mpy"], check=True)
        files[f"lib/{path.stem}.mpy"] = (directory / "out.mpy").read_bytes()
    from qemu import command, heap

    # The collector is as quick as the heap is small; what is beyond the board's is taken by the script.
    with command(FIRMWARE, files, "-serial", "stdio", *heap(HEAP)) as started:
        return subprocess.run(started, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300).stdout


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    return start(tmp_path_factory, LEFT)


@pytest.mark.parametrize("left", range(54_000, LEFT, 750))
def test_no_start_fails_for_want_of_memory_in_one_piece(tmp_path_factory, left):
    """It failed at some sizes and not at others, with 20 KB free: MicroPython's table of names wanted 1.2 KB in one piece."""
    told = start(tmp_path_factory, left)
    assert "@memory 7" in told and "MemoryError" not in told, told[-3000:]


def test_the_demo_starts_and_runs_in_the_heap_the_board_begins_with(told):
    lines = [line.split() for line in told.splitlines() if line.startswith("@memory")]
    assert len(lines) == 1, told[-3000:]
    tasks, before, after = map(int, lines[0][1:])
    print(f"Python heap of the board: {before - after} of {before} bytes with {tasks} tasks")
    assert tasks == 7 and before <= LEFT + 1024 and after > 2048
    assert "MemoryError" not in told and "NOMEM" not in told
