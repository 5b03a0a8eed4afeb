#!/usr/bin/env python3
"""Measures the system against its bars: prints tables, writes a list of results as JSON.

    run.py [--output FILE] [--wasm3 DIRECTORY] [--firmware PROGRAM] [--build DIRECTORY] [--cc CC] [PART ...]

Parts (all by default): wall instructions identical resume load python kernel network rv32 units. Needs a Python with the package
`ziglang`, a C compiler and, for `python`, `kernel` and `network`, the built firmware; valgrind for `instructions`, which is skipped
without it. Takes about two minutes on two processors.
"""

import argparse
import os
import pathlib
import shlex
import sys

import measure_c
import measure_kernel
import measure_load
import measure_network
import measure_python
import measure_rv32
import measure_units
from report import save, say, show
from toolchain import ROOT, BuildError, Toolchain

PARTS = {
    "wall": measure_c.wall,
    "instructions": measure_c.instructions,
    "identical": measure_c.identical,
    "resume": measure_c.resume,
    "load": measure_load.measure,
    "python": measure_python.measure,
    "kernel": measure_kernel.measure,
    "network": measure_network.measure,
    "rv32": measure_rv32.measure,
    "units": measure_units.measure,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"what to measure: {' '.join(PARTS)} (default: all)")
    parser.add_argument("--output", default=ROOT / "build" / "bench.json", type=pathlib.Path, help="file for the results")
    parser.add_argument("--wasm3", default=os.environ.get("WASM3_DIR") or ROOT / "build" / "src" / "wasm3", type=pathlib.Path,
                        help="wasm3's C files (default: $WASM3_DIR, else build/src/wasm3)")
    parser.add_argument("--firmware", default=ROOT / "build" / "unix" / "sovelma", type=pathlib.Path)
    parser.add_argument("--build", default=ROOT / "build" / "bench", type=pathlib.Path, help="directory for what is built")
    parser.add_argument("--cc", default="gcc", help="C compiler of both harnesses")
    parser.add_argument("--zig", help="command of the wasm compiler (default: this Python's ziglang)")
    options = parser.parse_args()
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        parser.error(f"no such part: {' '.join(unknown)}")
    results = []
    try:
        tools = Toolchain(options.build, options.wasm3, options.cc, options.zig and shlex.split(options.zig))
        tools.firmware = options.firmware
        for part in options.parts or PARTS:
            say(f"\n== {part}")
            results += PARTS[part](tools)
    except (BuildError, measure_c.WrongAnswer) as error:
        sys.exit(f"bench: {error}")
    show(results)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    save(results, options.output)
    say(f"\nwritten to {options.output}")


if __name__ == "__main__":
    main()
