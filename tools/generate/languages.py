#!/usr/bin/env python3
"""Writes the table of docs/languages.md: the same four programs in each language, compiled and run here.

    tools/generate/languages.py            write the table
    tools/generate/languages.py --check    write nothing; exit 1 where a row of a pinned toolchain is stale

The table shows for each program: bytes of the module, bytes of its region with all functions compiled at once, fuel of its whole run,
and time to create the task. Rust comes from the distribution, so its rows may differ elsewhere; times differ everywhere.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools" / "build"))
import module  # noqa: E402

PAGE = ROOT / "docs" / "languages.md"
FIRMWARE = pathlib.Path(os.environ.get("SOVELMA_FIRMWARE") or ROOT / "build" / "unix" / "sovelma")
BEGIN, END = "<!-- table: tools/generate/languages.py -->\n", "<!-- end of the table -->\n"
PROGRAMS = ("hello", "blink", "wordcount", "fetch")
PINNED = ("c", "zig", "assemblyscript", "wat")
LANGUAGES = {"c": "C", "rust": "Rust", "zig": "Zig", "assemblyscript": "AssemblyScript", "wat": "WebAssembly text"}

# Creates a task of each module in turn, and runs those that end by themselves: hello, and wordcount of a text of 4,000 bytes.
MEASURE = """
import hal, json, time, wasm3
from kernel.boot.loader import build
from kernel.boot.manifest import Manifest
hal.write = lambda buffer, n: None
def measure(path, runs):
    with open(path, "rb") as stream: wasm = stream.read()
    best = None
    for _ in range(20):
        started = time.ticks_us()
        instance = wasm3.Instance(wasm, stack=0)
        took = time.ticks_diff(time.ticks_us(), started)
        region = instance.region()[1]
        instance.kill()
        best = took if best is None else min(best, took)
    fuel = None
    if runs:
        system = build(Manifest(path.replace(".wasm", ".json")))
        system.run(5000)
        fuel = system.tasks[0].fuel()
        system.close()
    return len(wasm), region, fuel, best
print("@", json.dumps([measure(path, runs) for path, runs in jobs]))
"""


def programs(language: str, directory: pathlib.Path) -> list[pathlib.Path]:
    """The language's modules, compiled."""
    if language == "c":
        return [ROOT / "build" / "modules" / f"{name}.wasm" for name in PROGRAMS]
    made = []
    for name in PROGRAMS:
        made.append(directory / f"{name}.wasm")
        module.compiled(ROOT / "modules" / "sdk" / language / "examples" / f"{name}{module.ENDINGS[language]}", made[-1])
    return made


def rows(language: str) -> list[str]:
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        (directory / "input").write_bytes(b"seven words stand here in one line.\n" * 111 + b"end\n")
        jobs = []
        for program, path in zip(PROGRAMS, programs(language, directory), strict=True):
            manifest = {"version": 1, "tasks": [{"name": program, "module": f"{program}.wasm"}]}
            if program == "wordcount":
                manifest |= {"files": {"/input": "input"}}
                manifest["tasks"][0]["caps"] = {"input": {"file": "/input", "rights": ["read"]}}  # type: ignore[index]
            target = directory / f"{program}.wasm"
            target.write_bytes(path.read_bytes())
            target.with_suffix(".json").write_text(json.dumps(manifest))
            jobs.append((str(target), program in ("hello", "wordcount")))
        script = f"jobs = {jobs!r}\n{MEASURE}"
        told = subprocess.run([FIRMWARE, "-c", script], capture_output=True, text=True, cwd=ROOT)
        line = next((line for line in told.stdout.splitlines() if line.startswith("@ ")), None)
        if line is None:
            sys.exit(told.stdout + told.stderr)
    return [f"| {LANGUAGES[language]} | {program} | {size:,} | {region:,} | {f'{fuel:,}' if fuel else '-'} | {micros} |"
            for program, (size, region, fuel, micros) in zip(PROGRAMS, json.loads(line[2:]), strict=True)]  # fmt: skip


def without_time(text: str) -> str:
    return re.sub(r" \d+ \|$", "", text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    page = PAGE.read_text()
    before, _, more = page.partition(BEGIN)
    old, _, after = more.partition(END)
    made: dict[str, list[str]] = {}
    for language in LANGUAGES:
        missing = module.missing(language) if language != "c" else None
        if missing:
            print(missing, file=sys.stderr)
        made[language] = [line for line in old.splitlines() if line.startswith(f"| {LANGUAGES[language]} |")] if missing else rows(language)
    if options.check:
        there = {without_time(line) for line in old.splitlines()}
        stale = [row for language in PINNED for row in made[language] if without_time(row) not in there]
        if stale:
            sys.exit("docs/languages.md is stale, run tools/generate/languages.py:\n" + "\n".join(stale))
        return
    heading = [
        "| language | program | module, bytes | region, bytes | fuel of a run | created in, us |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    PAGE.write_text(before + BEGIN + "\n".join(heading + [row for each in made.values() for row in each]) + "\n" + END + after)


if __name__ == "__main__":
    main()
