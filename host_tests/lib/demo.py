"""Boots the demo system on the PC and reads the table that it prints at its end."""

import functools
import subprocess
import sys

from machines import ROOT, Firmware


DEMO = "modules/demo/system.json"


def boot(firmware: Firmware, *words: object, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """`sovelma -m sovelma run ...` in the project's directory, without a terminal."""
    return subprocess.run([firmware.path, "-m", "sovelma", "run", *map(str, words)], cwd=ROOT, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=timeout)  # fmt: skip


def count(text: str) -> int:
    """A number of the table, which abbreviates long numbers with k, M and so on."""
    return int(text.rstrip("kMGTP")) * 1000 ** " kMGTP".index(text[-1] if text[-1].isalpha() else " ")


def table(text: str) -> dict[str, list[str]]:
    """The rows of the table of `ps`: {name: [state, priority, share, fuel, system calls, region, restarts, outcome]}."""
    lines = text.splitlines()
    heading = "name state prio cpu% fuel syscalls region restarts outcome".split()
    start = max(i for i, line in enumerate(lines) if line.split() == heading)
    rows: dict[str, list[str]] = {}
    for line in lines[start + 1 :]:
        assert len(line) <= 80, line
        if line.startswith("    "):  # the outcome, or the fields behind a long name, where they have no room in the row
            row = rows[list(rows)[-1]]
            if any(row):
                row[7] = line.strip()
            else:
                cells = line.split(maxsplit=7)
                row[:] = cells + [""] * (8 - len(cells))
        else:
            name, *cells = line.split(maxsplit=8)
            rows[name] = cells + [""] * (8 - len(cells))
    return rows


def summary(output: str) -> dict[str, tuple[str, int, int, int, str]]:
    """The table at the end: {name: (state, fuel, system calls, region, outcome)}."""
    return {name: (state, count(fuel), count(calls), int(region.split("/")[0]), outcome)
            for name, (state, _, _, fuel, calls, region, _, outcome) in table(output).items()}  # fmt: skip


@functools.cache
def imports(name: str) -> set[str]:
    """The host functions that a built module imports."""
    module = ROOT / "build" / "modules" / f"{name}.wasm"
    tool = [
        sys.executable,
        "-c",
        "import sys, wasmtime\n"
        "m = wasmtime.Module.from_file(wasmtime.Engine(), sys.argv[1])\n"
        "print(*[i.name for i in m.imports if i.module == 'sovelma'])",
        str(module),
    ]
    return set(subprocess.run(tool, capture_output=True, text=True, check=True).stdout.split())
