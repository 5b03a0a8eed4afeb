"""What it takes to make a task of a module: validating, parsing and compiling it, against wasm3, which validates nothing.

Every kernel is validated, made into a task with all functions compiled, and killed again; wasm3 parses, loads and compiles
the same bytes. Times are CPU time, the least of alternating runs.
"""

import pathlib
import shutil
import subprocess

from measure_c import PAIRS, run
from report import Result, geometric_mean, say
from toolchain import KERNELS, RUNTIME

TIMES = 300  # loads in one run: some milliseconds

# The board's compiler and what its build optimises for.
RV32_CC = "riscv64-unknown-elf-gcc"
RV32_FLAGS = ["--specs=picolibc.specs", "-march=rv32imc", "-mabi=ilp32", "-Os", "-std=gnu11"]


def load(tools):
    """validate_mb_per_s and create_vs_wasm3."""
    ours, theirs = tools.load(), tools.load_wasm3()
    ratios, seconds, bytes_ = [], 0, 0
    say(f"{'kernel':<16} {'bytes':>6} {'wasm3 us':>9} {'ours us':>9} {'ratio':>7} {'validated us':>12}")
    for name in KERNELS:
        module = tools.kernel(name)
        a, b = [], []
        for _ in range(PAIRS):
            a.append(run(theirs, module, TIMES))
            b.append(run(ours, module, TIMES))
        wasm3 = min(result["load_ns"] for result in a)
        task = min(result["load_ns"] for result in b)
        validated = min(result["validate_ns"] for result in b)
        ratios.append(task / wasm3)
        seconds += validated / TIMES / 1e9
        bytes_ += b[0]["bytes"]
        say(f"{name:<16} {b[0]['bytes']:6} {wasm3 / TIMES / 1e3:9.1f} {task / TIMES / 1e3:9.1f} {task / wasm3:7.3f} {validated / TIMES / 1e3:12.2f}")
    note = f"{len(ratios)} kernels, CPU time, least of {PAIRS} alternating runs"
    return [Result("validate_mb_per_s", bytes_ / seconds / 1e6, "MB/s", note),
            Result("create_vs_wasm3", geometric_mean(ratios), "ratio", f"{note}, {min(ratios):.3f}..{max(ratios):.3f}")]  # fmt: skip


def validator_text(directory, wasm3):
    """Bytes of the validator's text for rv32imc at -Os; None without the compiler. directory: for the objects."""
    if not shutil.which(RV32_CC):
        return None
    objects = []
    for source in sorted((RUNTIME / "validate").glob("validate*.c")):
        objects.append(pathlib.Path(directory) / f"rv32-{source.stem}.o")
        command = [RV32_CC, *RV32_FLAGS, f"-I{RUNTIME}", f"-I{wasm3}", "-c", source, "-o", objects[-1]]
        subprocess.run([str(word) for word in command], check=True, capture_output=True)
    result = subprocess.run(["riscv64-unknown-elf-size", *map(str, objects)], capture_output=True, text=True, check=True)
    return sum(int(line.split()[0]) for line in result.stdout.splitlines()[1:])


def text(tools):
    """validator_text_rv32_bytes."""
    size = validator_text(tools.build, tools.wasm3)
    if size is None:
        say(f"text: skipped, no {RV32_CC} (apt-get install gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf)")
        return []
    return [Result("validator_text_rv32_bytes", size, "bytes", "rv32imc -Os, constants included")]


def measure(tools):
    return load(tools) + text(tools)
