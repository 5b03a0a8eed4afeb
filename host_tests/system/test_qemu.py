"""The firmware in the emulator: it runs at a terminal and without one, and is reset again and again."""

import json
import subprocess
import sys

import pytest
from demo import summary
from machines import EmulatedFirmware, IMAGE, ROOT
from terminal import ENVIRONMENT, Terminal, stop_and_go_on

sys.path.insert(0, str(ROOT / "host_tests" / "bench"))
import measure_rv32  # noqa: E402

pytestmark = pytest.mark.skipif(not IMAGE.is_file(), reason="NOT TESTED ON RISC-V: make qemu-firmware says what to install")

RESETS = 100


def test_make_qemu_shows_the_demo_and_its_summary():
    """Without a terminal it runs for the time that is asked for. fetch finds no network, which is no fault of the demo."""
    done = subprocess.run(["make", "--no-print-directory", "qemu", "FOR=3"], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=120, env=ENVIRONMENT)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    rows = summary(done.stdout)
    assert rows["hello"][4] == "exit 0" and rows["fetch"][4] == "exit 1"
    assert "connecting failed, error -13" in done.stdout     # UNSUPPORTED
    assert rows["crash"][4] == "fault: integer divide by zero" and "given up after 3 restarts" in done.stdout


def test_make_qemu_at_a_terminal_gives_the_prompt():
    terminal = Terminal("make", "qemu")
    terminal.wait_for("Ctrl-C stops the system", 120)
    terminal.wait_for("ticker: tick 1", 60)
    stop_and_go_on(terminal)
    terminal.type("\x01x")          # leaves the emulator
    terminal.end()


def test_100_soft_resets_with_tasks_running():
    """Each finds an empty arena and as much of Python's heap as the one before, and builds the same system in them."""
    system = {"version": 1, "tasks": [{"name": f"hello{i}", "module": "/modules/hello.wasm"} for i in range(4)]}
    life = ("import gc, sovelma, wasm3", "free = wasm3.arena()", "sovelma.boot('/given/system')",
            "gc.collect(); print('@', free, wasm3.arena(), gc.mem_alloc())", "sovelma.run(0.001)", "\x04")  # fmt: skip
    typed = "".join(line + "\r" for line in (life * RESETS + ("import qemu; qemu.exit(0)",)))
    status, text = EmulatedFirmware(IMAGE).run({"system": json.dumps(system).encode()}, options=(), typed=typed)
    seen = [line for line in text.splitlines() if line.startswith("@")]
    assert status == 0 and len(seen) == RESETS and text.count("soft reboot") == RESETS, text[-2000:]
    # The first follows no reset. The collector takes what is left of typed lines for objects, 16 bytes now and then.
    assert set(seen[1:50]) == set(seen[50:]) and len(set(seen[1:])) <= 3, set(seen)
    assert ", 0) (" in seen[0] and ", 4) " in seen[0]       # regions


def test_the_kernel_and_eight_tasks_take_40_KB_of_pythons_heap():
    """A board begins with 64 KB. Built at the prompt, so that no script has a part of it."""
    one, eight = measure_rv32.heap(1), measure_rv32.heap(8)
    assert 10_000 < one < eight <= 40 * 1024
