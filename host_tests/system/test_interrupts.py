"""Ctrl-C, once or twenty times in a row, at any moment: no signal ends the program by itself, and the system is never lost."""

import json
import os
import random
import signal
import subprocess
import time

import pytest
from demo import DEMO
from machines import ROOT
from terminal import Terminal

pytestmark = pytest.mark.pc("signals of the host")

TASKS = len(json.loads((ROOT / DEMO).read_text())["tasks"])
BURSTS = [(1, 0), (2, 0.0002), (2, 0.0005), (2, 0.002), (20, 0.0005)]


def press(terminal, times, gap):
    for _ in range(times):
        terminal.type("\x03")
        time.sleep(gap)


def has_its_system(terminal):
    """The prompt answers, and the tasks are there. What was typed between two lines of the prompt may be lost: one after the other."""
    for _ in range(20):
        terminal.type("\r")
        time.sleep(0.1)
        terminal.type("import sovelma; len(sovelma.system.tasks) * 1111\r")
        try:
            terminal.wait_for(f"\n{TASKS * 1111}", 2)
            terminal.wait_for(">>> ")
            return
        except AssertionError:
            assert "ended without" not in terminal.shown
    raise AssertionError(terminal.shown[-2000:])


def leave(terminal):
    terminal.type("\x04")
    assert terminal.end()[0] == 0


@pytest.mark.parametrize("times, gap", BURSTS)
def test_any_number_of_interrupts_gives_the_prompt_with_the_system(firmware, times, gap):
    terminal = Terminal(firmware.path, "-m", "sovelma", "run", DEMO)
    terminal.wait_for("ticker: tick 1")
    press(terminal, times, gap)
    terminal.wait_for(">>> ")
    has_its_system(terminal)
    terminal.type("sovelma.run()\r")
    time.sleep(0.2)
    press(terminal, times, gap)
    has_its_system(terminal)
    leave(terminal)


@pytest.mark.parametrize("seed", range(12))
def test_interrupts_at_any_moment_of_the_start(firmware, seed):
    """From the first instruction on that is ours; before it the signal's default holds, so the test waits for the first line."""
    r = random.Random(seed)
    terminal = Terminal(firmware.path, "-m", "sovelma", "run", DEMO)
    terminal.wait_for("[ OK ]")
    time.sleep(r.random() * 0.1)
    press(terminal, r.randrange(1, 9), r.random() * 0.003)
    time.sleep(0.3)
    terminal.type("\x03")
    has_its_system(terminal)
    leave(terminal)


@pytest.mark.parametrize("seed", range(6))
def test_without_a_terminal_the_run_ends_with_its_table(firmware, seed):
    r = random.Random(seed)
    program = subprocess.Popen([firmware.path, "-m", "sovelma", "run", DEMO, "--for", "20"], cwd=ROOT, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # fmt: skip
    assert program.stdout.readline().startswith("[ OK ]")
    time.sleep(0.3)
    for _ in range(r.randrange(2, 20)):
        os.kill(program.pid, signal.SIGINT)
        time.sleep(r.random() * 0.001)
    output = program.communicate(timeout=30)[0]
    assert program.returncode == 0, output[-1000:]
    assert "interrupted\n" in output and "restarts outcome" in output and "Traceback" not in output
