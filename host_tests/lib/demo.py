"""The demo system on the PC: booted, and what it says at its end."""

import functools
import re
import subprocess
import sys

from machines import ROOT, Firmware


DEMO = "modules/demo/system.json"


def boot(firmware: Firmware, *words: object, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """`sovelma -m sovelma run ...` in the project's directory, without a terminal."""
    return subprocess.run([firmware.path, "-m", "sovelma", "run", *map(str, words)], cwd=ROOT, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=timeout)  # fmt: skip


def summary(output: str) -> dict[str, tuple[str, int, int, int, str]]:
    """The table at the end: {name: (state, fuel, system calls, region, outcome)}."""
    lines = output.splitlines()
    heading = r"name +state +prio +cpu% +fuel +syscalls +region +restarts +outcome$"
    start = max(i for i, line in enumerate(lines) if re.match(heading, line))
    rows = [re.split(r" {2,}", line.strip(), maxsplit=8) for line in lines[start + 1 :]]
    return {name: (state, int(fuel), int(calls), int(region.split("/")[0]), outcome)
            for name, state, _, _, fuel, calls, region, _, outcome in rows}  # fmt: skip


@functools.cache
def imports(name: str) -> set[str]:
    """What a built module imports from the kernel."""
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
