#!/usr/bin/env python3
"""Compares the runtime with others on the same modules, and writes docs/PERFORMANCE.md and its picture.

    run.py [--show]         --show: print the table alone

Peers are what package registries provide: unmodified wasm3, wasmtime with and without its fuel, the two compilers of V8 by
Node, and native code. Those that this machine does not have are left out, and the page says so. Every engine gives the
native program's checksum, or the comparison ends. Takes about three minutes.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Sequence

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from report import geometric_mean, say  # noqa: E402
from toolchain import KERNELS, ROOT, Toolchain  # noqa: E402

import measure_c  # noqa: E402

PAGE, PICTURE = ROOT / "docs" / "PERFORMANCE.md", ROOT / "docs" / "performance.svg"
RUNS = 3  # of each kernel in each engine, in turn; the least CPU time counts
SLICE = 200_000  # the default on a PC, hal/unix

# A bar of the picture: pixels.
BAR, GAP, LABEL, WIDTH = 22, 8, 250, 460


def engines(tools: Toolchain) -> dict[str, Sequence[object]]:
    """{name: command that takes a module and prints what a C harness does}. Native code takes the kernel's name: see `once`."""
    node = shutil.which("node")
    wasmtime = [sys.executable, HERE / "in_wasmtime.py"]
    found: dict[str, Sequence[object]] = {
        "wasm3 0.5.0": [tools.baseline()],
        "SovelmaOS, one slice": [tools.metered()],
        f"SovelmaOS, slices of {SLICE:,}": [tools.metered(), "{}", SLICE],
        "wasmtime (Cranelift)": wasmtime,
        "wasmtime (Cranelift) with fuel": [*wasmtime, "{}", "fuel"],
    }
    if node:
        found["V8 (Liftoff)"] = [node, "--liftoff-only", HERE / "in_node.mjs"]
        found["V8 (TurboFan)"] = [node, "--no-liftoff", "--no-wasm-lazy-compilation", HERE / "in_node.mjs"]
    return found


def once(command: Sequence[object], module: pathlib.Path) -> dict[str, int]:
    """One run of a module, whose place in the command is `{}`, else the end."""
    words = [str(word) for word in command]
    return measure_c.run(*([word.replace("{}", str(module)) for word in words] if "{}" in words else [*words, module]))


def measure(tools: Toolchain) -> dict[str, dict[str, float]]:
    """{engine: {kernel: milliseconds of CPU time}}; the first engine is wasm3, the last one native code."""
    found = engines(tools)
    times: dict[str, dict[str, float]] = {name: {} for name in [*found, "native code (gcc -O2)"]}
    for kernel in KERNELS:
        module, native = tools.kernel(kernel), tools.native(kernel)
        answers: dict[str, list[dict[str, int]]] = {name: [] for name in times}
        for _ in range(RUNS):
            for name, command in found.items():
                answers[name].append(once(command, module))
            answers["native code (gcc -O2)"].append(measure_c.run(native))
        measure_c.agree(kernel, *(answer for given in answers.values() for answer in given))
        for name, given in answers.items():
            times[name][kernel] = max(min(answer["cpu_ns"] for answer in given), 1000) / 1e6
        say(f"{kernel:<16}" + "".join(f"{times[name][kernel]:10.2f}" for name in times))
    return times


def against_wasm3(times: dict[str, dict[str, float]]) -> dict[str, float]:
    """{engine: geometric mean over the kernels of its time against wasm3's}."""
    wasm3 = next(iter(times.values()))
    return {name: geometric_mean([given[kernel] / wasm3[kernel] for kernel in KERNELS]) for name, given in times.items()}


def picture(ratios: dict[str, float]) -> str:
    """Bars as SVG; readable on a dark page too."""
    height = len(ratios) * (BAR + GAP) + GAP
    longest = max(ratios.values())
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{LABEL + WIDTH + 70}" height="{height}" role="img" font-family="sans-serif" font-size="14">',
             "<title>Time against wasm3, less is better</title>", '<rect width="100%" height="100%" fill="#ffffff"/>']  # fmt: skip
    for row, (name, ratio) in enumerate(ratios.items()):
        y = GAP + row * (BAR + GAP)
        fill = "#2a6fdb" if name.startswith("Sovelma") else "#9aa5b1"
        lines += [f'<text x="{LABEL - 8}" y="{y + 16}" text-anchor="end" fill="#111111">{name}</text>',
                  f'<rect x="{LABEL}" y="{y}" width="{max(2, round(WIDTH * ratio / longest))}" height="{BAR}" fill="{fill}"/>',
                  f'<text x="{LABEL + max(2, round(WIDTH * ratio / longest)) + 6}" y="{y + 16}" fill="#111111">{ratio:.3f}</text>']  # fmt: skip
    return "\n".join([*lines, "</svg>"]) + "\n"


def processor() -> str:
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown processor"


def versions() -> str:
    wasmtime = subprocess.run([sys.executable, "-c", "from importlib.metadata import version; print(version('wasmtime'))"], capture_output=True, text=True)
    node = shutil.which("node")
    found = [f"wasmtime {wasmtime.stdout.strip()}"]
    if node:
        found.append(f"Node {subprocess.run([node, '--version'], capture_output=True, text=True).stdout.strip()}")
    return ", ".join(found)


def page(times: dict[str, dict[str, float]]) -> str:
    """The document."""
    ratios = against_wasm3(times)
    names = list(times)
    rows = [f"| {name} | {ratios[name]:.3f} | {ratios[name] / ratios[names[-1]]:.1f} |" for name in names]
    kernels = [f"| `{kernel}` | " + " | ".join(f"{times[name][kernel]:.1f}" for name in names) + " |" for kernel in KERNELS]
    left_out = "" if shutil.which("node") else "Node was not there, so V8 is left out.\n\n"
    return f"""# How fast: beside others, on the same modules

<!-- Written by `make bench-peers`: do not edit. -->

![Time of each engine against wasm3](performance.svg)

{len(KERNELS)} programs (`host_tests/bench/kernels`), compiled by the same clang at -O2, run once in each engine on one processor:
{processor()}; {versions()}. CPU time of the call, without loading and compiling,
the least of {RUNS} runs. Every engine gave the checksum of the native program.

{left_out}| engine | time, wasm3 = 1, geometric mean | native code = 1 |
| --- | --- | --- |
{chr(10).join(rows)}

What the others do not do: wasm3 and V8 cannot stop a program that loops for ever and go on later. wasmtime can, on a stack of its own
for each program; its fuel is what ours is compared with. SovelmaOS counts every instruction, can stop between any two
blocks, and keeps all of a task in one region. It interprets; the compilers here need more memory than the board has.
A row with slices shows what stopping and going on costs.

Milliseconds of each program:

| program | {" | ".join(names)} |
| --- |{" --- |" * len(names)}
{chr(10).join(kernels)}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--show", action="store_true", help="print the table, write nothing")
    options = parser.parse_args()
    times = measure(Toolchain(ROOT / "build" / "bench", ROOT / "build" / "src" / "wasm3"))
    for name, ratio in against_wasm3(times).items():
        say(f"{name:<34} {ratio:.3f}")
    if not options.show:
        PICTURE.write_text(picture(against_wasm3(times)))
        PAGE.write_text(page(times))


if __name__ == "__main__":
    main()
