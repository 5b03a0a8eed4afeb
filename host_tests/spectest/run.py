#!/usr/bin/env python3
"""Runs WebAssembly specification scripts (.wast) on the firmware's module wasm3.

    run.py DIRECTORY [--slice FUEL] [--firmware PROGRAM] [--verbose]

Converts each script with wast2json (of the same Python's environment), plays it in one firmware process and
judges the outcomes: results bit for bit, NaNs by class, traps by reason. What the runtime does not offer is
skipped, by reason. The last line is `spectest: passed N failed N skipped N`; exit status 1 where any failed.

Invariant: a command is passed, failed or skipped, never dropped: the three add up to the scripts' commands
that test something, and to all modules that are not part of such a command.
"""

import argparse
import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "lib"))
import machines  # noqa: E402
from machines import ScriptFailed  # noqa: E402

MAX_SLICE = 2**30 - 1

# Seconds one script may take on a PC: none takes more than a few.
TIMEOUT = 300

# Linear memory a module may grow to, of the 96 MB that the driver makes the arena.
MAX_PAGES = 320

# How the specification's scripts name a trap -> how the runtime does.
TRAPS = {
    "out of bounds memory access": "out of bounds memory access",
    "integer divide by zero": "integer divide by zero",
    "integer overflow": "integer overflow",
    "invalid conversion to integer": "invalid conversion to integer",
    "unreachable": "unreachable executed",
    "undefined element": "undefined element",
    "out of bounds table access": "out of bounds table access",
    "uninitialized element": "null table element",
    "indirect call type mismatch": "indirect call type mismatch",
    "call stack exhausted": "stack overflow",
}

# Reasons for refusing a module whose segments do not fit, by what the scripts expect.
MISFITS = {"data segment does not fit": "data segment out of bounds", "elements segment does not fit": "element segment out of bounds"}

# In the refusal of what belongs to a newer version of the language.
NEWER = "build with -mno-"

TYPES = {"i32": "i", "i64": "I", "f32": "f", "f64": "F"}

# type -> (mask of the exponent, quiet bit): enough to tell the classes of NaN apart.
NAN = {"f32": (0x7F800000, 0x00400000, 0x7FFFFFFF), "f64": (0x7FF0000000000000, 0x0008000000000000, 0x7FFFFFFFFFFFFFFF)}


class Leb:
    """Reads numbers and names of a binary module."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self):
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value

    def take(self, count):
        self.at += count
        return self.data[self.at - count : self.at]


def sections(module):
    """Yields (id, contents) of a binary module that is well-formed."""
    leb = Leb(module[8:])
    while leb.at < len(leb.data):
        number = leb.number()
        yield number, leb.take(leb.number())


def imports(module):
    """Yields (module name, kind: 0 function, 1 table, 2 memory, 3 global) of each import."""
    for number, contents in sections(module):
        if number != 2:
            continue
        leb = Leb(contents)
        for _ in range(leb.number()):
            origin = leb.take(leb.number()).decode()
            leb.take(leb.number())
            kind = leb.number()
            if kind == 1 or kind == 3:
                leb.take(1)
            if kind == 1 or kind == 2:
                bounded = leb.number()
                leb.number()
                if bounded:
                    leb.number()
            else:
                leb.number()
            yield origin, kind


def foreign_import(module):
    """Why a module cannot be linked here, or None. Host functions of `spectest` are there in test builds."""
    for origin, kind in imports(module):
        if kind:
            return f"imports {('a function', 'a table', 'a memory', 'a global')[kind]}"
        if origin != "spectest":
            return "imports functions of another module"
    return None


def memory_pages(module):
    """(initial pages, pages it may grow to) of a module's own memory."""
    for number, contents in sections(module):
        if number == 5 and contents[0]:
            leb = Leb(contents[1:])
            bounded = leb.number()
            minimum = leb.number()
            return minimum, leb.number() if bounded else 65536
    return 0, 0


def is_of_another_time(command, module):
    """Is a data segment to be refused that begins with a 1, the index of a memory in version 1.0 and a passive segment since?"""
    return command["text"] == "unknown memory 1" and module[-70:].startswith(b"\x0b\x44\x01\x01")


def translate(command, directory):
    """(command for the driver or None, reason for skipping it or None)."""
    kind = command["type"]
    if kind in ("assert_invalid", "assert_malformed"):
        if command["module_type"] != "binary":
            return None, "text format"
        if is_of_another_time(command, (directory / command["filename"]).read_bytes()):
            return None, "version 1.0 alone"
        return ["check", str(directory / command["filename"])], None
    if kind == "register":
        return None, "modules do not link to each other"
    if kind in ("module", "assert_unlinkable", "assert_uninstantiable"):
        if kind == "assert_unlinkable" and command["text"] not in MISFITS:
            return None, "linking between modules"
        file = directory / command["filename"]
        module = file.read_bytes()
        reason = foreign_import(module)
        if reason:
            return None, reason
        minimum, maximum = memory_pages(module)
        if minimum > MAX_PAGES:
            return None, f"{minimum} pages of memory do not fit the arena"
        return ["module", command.get("name"), str(file), minimum, max(minimum, min(maximum, MAX_PAGES))], None
    action = command["action"]
    name = action.get("module")
    field = action["field"]
    if action["type"] == "get":
        return ["get", name, field], None
    return ["invoke", name, field, [argument["value"] for argument in action["args"]]], None


def same_value(expected, actual):
    """Compares one result, given as the scripts give it, with (type letter, bits)."""
    letter, bits = actual[0], int(actual[1])
    if TYPES[expected["type"]] != letter:
        return False
    if expected["value"] not in ("nan:canonical", "nan:arithmetic"):
        return int(expected["value"]) == bits
    exponent, quiet, maximum = NAN[expected["type"]]
    if expected["value"] == "nan:canonical":
        return bits & maximum == exponent | quiet
    return bits & (exponent | quiet) == exponent | quiet


def judge(command, outcome):
    """None where the outcome is what the script demands, else what is wrong."""
    kind = command["type"]
    if kind in ("assert_invalid", "assert_malformed"):
        return None if outcome[0] == "refused" and outcome[1].startswith("offset 0x") else f"expected {command['text']}, got {outcome}"
    if kind in ("module", "action"):
        return None if outcome[0] == "exited" else f"{outcome}"
    if kind == "assert_return":
        expected = command["expected"]
        if outcome[0] != "exited" or len(outcome[1]) != len(expected):
            return f"expected {expected}, got {outcome}"
        if not all(map(same_value, expected, outcome[1])):
            return f"expected {expected}, got {outcome}"
        return None
    if kind == "assert_unlinkable":
        return None if outcome[0] == "refused" and outcome[1].startswith(MISFITS[command["text"]]) else f"expected {command['text']}, got {outcome}"
    if kind in ("assert_trap", "assert_exhaustion", "assert_uninstantiable"):
        text = command["text"]
        if kind == "assert_uninstantiable" and outcome[0] == "refused" and outcome[1].startswith(tuple(MISFITS.values())):
            return None  # a segment that does not fit: refused here, a trap with bulk memory
        wanted = next((ours for theirs, ours in TRAPS.items() if text.startswith(theirs)), text)
        return None if outcome == ["trapped", wanted] else f"expected the trap {wanted!r}, got {outcome}"
    return f"unknown command {kind}"


class Report:
    """Counts and reasons of one run. outcomes: every outcome in order, to compare runs with each other."""

    def __init__(self):
        self.passed = 0
        self.failures = []
        self.skips = collections.Counter()
        self.outcomes = []

    def summary(self):
        return f"spectest: passed {self.passed} failed {len(self.failures)} skipped {sum(self.skips.values())}"


def play(firmware, commands, slice, room, directory):
    """Outcomes of driver commands, or what went wrong with the whole process."""
    file = directory / "commands.json"
    # Not as \u escapes: MicroPython does not join surrogate pairs.
    file.write_text(json.dumps(commands, ensure_ascii=False), encoding="utf-8")
    try:
        return firmware.script((HERE / "driver.py").read_text(), file=str(file), fuel=slice, room=room, timeout=TIMEOUT)
    except ScriptFailed as error:
        return str(error)[:300]


def convert(script, directory, wast2json):
    """Commands of a script, or why there are none.

    Scripts of version 1.0 mean other things by a segment out of bounds than those with bulk memory, so the oldest
    language that a script can be read in is the one it is written in.
    """
    converted = directory / "script.json"
    for features in (["--disable-bulk-memory", "--disable-reference-types"], ["--disable-reference-types"], []):
        result = subprocess.run([wast2json, *features, str(script), "-o", str(converted)], capture_output=True, text=True)
        if result.returncode == 0:
            # Between the types that a trapping call would have returned wast2json forgets the comma.
            return json.loads(converted.read_text().replace('"}{"type"', '"}, {"type"'))["commands"]
    return f"cannot be converted: {result.stderr.strip()[:300]}"


def run_script(script, firmware, slice, room, report, wast2json):
    """Converts, plays and judges one script."""
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        commands = convert(script, directory, wast2json)
        if isinstance(commands, str):
            report.outcomes.append((script.name, commands))
            report.failures.append(f"{script.name}: {commands}")
            return
        translated = [translate(command, directory) for command in commands]
        origins = {command["filename"]: {origin for origin, _ in imports((directory / command["filename"]).read_bytes())}
                   for command in commands if command["type"] == "module"}
        outcomes = play(firmware, [command for command, _ in translated if command], slice, room, directory)
    report.outcomes.append((script.name, outcomes))
    if isinstance(outcomes, str):
        report.failures.append(f"{script.name}: {outcomes}")
        return
    outcomes = iter(outcomes)
    registered = {command["as"] for command in commands if command["type"] == "register"}
    missing = False  # there is no current module: it was skipped
    changed = False  # a skipped module would have changed a registered one
    for command, (played, reason) in zip(commands, translated):
        defines = command["type"] == "module"
        outcome = next(outcomes) if played else None
        if outcome == ["large"]:
            reason = "does not fit the arena"
        elif defines and played and outcome[0] == "refused" and NEWER in outcome[1]:
            reason = "needs a feature that is not supported"
        if defines:
            missing = bool(reason)
        elif played and played[0] not in ("module", "check") and (changed if played[1] else missing):
            reason = "depends on a module that was skipped"
        if reason:
            report.skips[reason] += 1
            changed = changed or not registered.isdisjoint(origins.get(command.get("filename"), ()))
            continue
        wrong = "no such export" if outcome == ["none"] else judge(command, outcome)
        if wrong:
            report.failures.append(f"{script.name}:{command['line']}: {wrong}")
        else:
            report.passed += 1


def run_directory(directory, firmware, slice=MAX_SLICE, room=0):
    """Runs all scripts of a directory; returns a Report. firmware: of machines.py. slice: fuel of one resume; 1 suspends after every block.
    room: bytes of a region beside linear memory, for tasks that compile a function when it is first called; 0: at once."""
    wast2json = shutil.which("wast2json", path=f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if not wast2json:
        raise FileNotFoundError("wast2json: not found beside this Python nor in PATH; run make setup")
    report = Report()
    for script in sorted(pathlib.Path(directory).glob("*.wast")):
        run_script(script, firmware, slice, room, report, wast2json)
    return report


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=pathlib.Path, help="where the .wast files are")
    parser.add_argument("--slice", type=int, default=MAX_SLICE, help="fuel of one resume (1: suspend after every block)")
    parser.add_argument("--firmware", type=pathlib.Path, default=ROOT / "build" / "unix" / "sovelma", help="a program, or a .elf for QEMU")
    parser.add_argument("--verbose", action="store_true", help="show the reasons of skips")
    options = parser.parse_args()
    if not list(options.directory.glob("*.wast")):
        sys.exit(f"{options.directory}: no .wast files")
    report = run_directory(options.directory, machines.at(options.firmware), options.slice)
    for failure in report.failures:
        print(f"failed  {failure}")
    if options.verbose:
        for reason, count in report.skips.most_common():
            print(f"skipped {count:5} {reason}")
    print(report.summary())
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
