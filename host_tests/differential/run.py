#!/usr/bin/env python3
"""Compares the firmware with wasm-tools (which modules are valid) and wasmtime (what valid ones do).

    run.py [--modules N] [--mutants N] [--minutes M] [--first SEED] [--firmware PROGRAM] [--keep DIRECTORY]

Modules come from numbers (generate.py), so every disagreement can be made again. Differences that are meant have a
name and are counted; any other is a disagreement: printed, its module kept, exit status 1. The last line is
`differential: modules N mutants N ran N intended N disagreements N`.

Invariant: every generated module is in exactly one of: ran and agreed, refused by both, intended, disagreement.
"""

import argparse
import collections
import json
import pathlib
import sys
import tempfile
import time

import generate
import oracle

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "host_tests" / "lib"))
import machines  # noqa: E402
from machines import ScriptFailed  # noqa: E402

BATCH = 100

# Differences that are meant: what the firmware says of a module that wasm-tools calls valid.
INTENDED = {
    "limit of the validator": ("at most", "too many", "nested deeper"),
    "imports are not supported": ("imported table", "imported memory", "imported global"),
    "feature that is not supported": ("is not supported: build with",),
    "limit of the compiler": ("overran its stack height",),
}


def intended(reason):
    """The name of the intended difference a refusal is, or None."""
    return next((name for name, texts in INTENDED.items() if any(text in reason for text in texts)), None)


class Report:
    """What came of a run. disagreements: (label, module, text)."""

    def __init__(self):
        self.modules = self.mutants = self.ran = 0
        self.intended = collections.Counter()
        self.disagreements = []

    def disagree(self, label, module, text):
        self.disagreements.append((label, module, text))
        print(f"{label}: {text}", flush=True)

    def summary(self):
        return (f"differential: modules {self.modules} mutants {self.mutants} ran {self.ran} "
                f"intended {sum(self.intended.values())} disagreements {len(self.disagreements)}")  # fmt: skip


def exported(module, kind):
    """(name, index) of the exports of a valid module that are of that kind, in order; some names are not text."""
    at = 8
    while at < len(module):
        number, (size, start) = module[at], oracle.leb(module, at + 1)
        if number == 7:
            count, at = oracle.leb(module, start)
            for _ in range(count):
                length, at = oracle.leb(module, at)
                name = module[at : at + length].decode()
                index, after = oracle.leb(module, at + length + 1)
                if module[at + length] == kind:
                    yield name, index
                at = after
            return
        at = start + size


def play(firmware, entries, directory):
    """The driver's answers for a batch of [file, memory, calls, on demand], all of `directory`, or what went wrong with the whole process."""
    file = directory / "entries.json"
    file.write_text(json.dumps(entries))
    try:
        return firmware.script(pathlib.Path(__file__).with_name("driver.py").read_text(), file=str(file), timeout=300)
    except ScriptFailed as error:
        return str(error)[-300:]


def same_places(module, ours, theirs):
    """Of a trap: the same instruction of the same function in each frame. Each engine shows so many frames.

    wasmtime makes one machine instruction of a load and what uses its value, and says that the user trapped.
    """
    both = min(len(ours), len(theirs))
    if not both:
        return not theirs
    (function, place), (other, later) = ours[0], theirs[0]
    loads = place is not None and 0x28 <= module[oracle.contents(module, 10) + place] <= 0x35
    same = function == other and (place == later or (loads and place < later))
    return same and ours[1:both] == theirs[1:both]


def compare(ours, theirs, module):
    """None where both did the same, else what differs. ours: the driver's "ran" answer, theirs: an oracle.Answers."""
    _, outcomes, global_values, size, crc = ours
    expected, exports, expected_size, expected_crc = theirs.run()
    for place, (mine, other) in enumerate(zip(outcomes, expected)):
        if mine[0] != other[0] or (mine[0] == "trap" and mine[1] != other[1]):
            if mine in oracle.OWN_LIMITS or other in oracle.OWN_LIMITS:
                return "limit"
            return f"call {place}: {mine} instead of {other}"
        if len(mine) > 2 and not same_places(module, mine[2], other[2]):
            return f"call {place}: trapped at {mine[2]} instead of {other[2]}"
        if mine[0] == "ok":
            if len(mine[1]) != len(other[1]) or not all(oracle.same(a[0], a[1], b[1]) for a, b in zip(mine[1], other[1])):
                return f"call {place}: {mine} instead of {other}"
        elif mine in oracle.OWN_LIMITS:
            return "limit"  # how deep or how far it went, and so what was written before, is each engine's own
    if len(outcomes) != len(expected):
        return f"{len(outcomes)} calls instead of {len(expected)}"
    if exports is None:
        return None
    if expected_size is not None and (size, crc) != (expected_size, expected_crc):
        return f"memory of {size} bytes, sum {crc:08x} instead of {expected_size}, {expected_crc:08x}"
    for name, index in exported(module, 3):
        letter, bits = global_values[index]
        value = oracle.bits_of(letter, theirs.global_value(exports[name]))
        if not oracle.same(letter, bits, value):
            return f"global {index}: {bits} instead of {value}"
    return None


def check_batch(firmware, batch, report, directory):
    """firmware: of machines.py. batch: (label, module, valid). Runs it on the firmware and compares; a crash is narrowed down to its module."""
    entries, answers = [], []
    for number, (label, module, valid) in enumerate(batch):
        file = directory / f"{number}.wasm"
        file.write_bytes(module)
        theirs = oracle.Answers(module, label, list(exported(module, 0))) if valid else None
        answers.append(theirs)
        # One in two is compiled on demand; by its bytes, so that a module is played the same way alone.
        entries.append([str(file), theirs.memory_bytes if theirs else 0, theirs.calls if theirs else [], sum(module) & 1])
    results = play(firmware, entries, directory)
    if isinstance(results, str):
        if len(batch) == 1:
            report.disagree(batch[0][0], batch[0][1], f"the firmware did not survive: {results}")
            return
        half = len(batch) // 2
        check_batch(firmware, batch[:half], report, directory)
        check_batch(firmware, batch[half:], report, directory)
        return
    for (label, module, valid), theirs, ours in zip(batch, answers, results):
        name = intended(ours[1]) if ours[0] in ("invalid", "refused") else "larger than the arena" if ours[0] == "large" else None
        if not valid:
            if ours[0] != "invalid":
                report.disagree(label, module, f"wasm-tools refuses it, the firmware says {ours}")
        elif ours[0] != "ran":
            if name:
                report.intended[name] += 1
            elif ours[0] == "refused" and theirs.run()[1] is None:
                report.ran += 1  # a segment out of bounds: refused here, a trap of the instantiation there
            else:
                report.disagree(label, module, f"valid, but {ours}")
        else:
            difference = compare(ours, theirs, module)
            if difference == "limit":
                report.intended["depth of recursion, endless loops"] += 1
            elif difference:
                report.disagree(label, module, difference)
            else:
                report.ran += 1


def generated(options, report):
    """Yields (label, module, valid) as long as the options say."""
    end = time.monotonic() + options.minutes * 60 if options.minutes else None
    seed, pool = options.first, []

    def wanted():
        if end:
            return time.monotonic() < end
        return report.modules < options.modules or report.mutants < options.mutants

    while wanted():
        if end or report.modules < options.modules:
            module = generate.smith(seed)
            pool = [*pool[-99:], module]
            report.modules += 1
            yield f"smith {seed}", module, True
        per_module = 3 if end else max(1, round(options.mutants / max(1, options.modules)))
        for number in range(per_module):
            if not end and report.mutants >= options.mutants:
                break
            key = seed * 100 + number
            base = pool[key % len(pool)] if pool else generate.smith(seed)
            mutant = generate.rewrite(base, key) if key % 4 == 0 else generate.mutate(base, key)
            if mutant is None:
                mutant = generate.mutate(base, key)
            report.mutants += 1
            valid = generate.is_valid(mutant)
            yield f"mutant {seed} {number}", mutant, valid
        seed += 1


def run(options):
    """Runs what the options say; returns the Report."""
    machine = machines.at(options.firmware)
    report, batch = Report(), []
    with tempfile.TemporaryDirectory() as name:
        for item in generated(options, report):
            batch.append(item)
            if len(batch) == BATCH:
                check_batch(machine, batch, report, pathlib.Path(name))
                batch = []
        if batch:
            check_batch(machine, batch, report, pathlib.Path(name))
    return report


def parser():
    result = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    result.add_argument("--modules", type=int, default=200)
    result.add_argument("--mutants", type=int, default=600)
    result.add_argument("--minutes", type=float, default=0, help="go on for that long instead of counting")
    result.add_argument("--first", type=int, default=0, help="number of the first module")
    result.add_argument("--firmware", type=pathlib.Path, default=ROOT / "build" / "unix" / "sovelma", help="a program, or a .elf for QEMU")
    result.add_argument("--keep", type=pathlib.Path, help="directory for modules that disagree")
    return result


def main():
    options = parser().parse_args()
    report = run(options)
    for label, module, _ in report.disagreements:
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            (options.keep / (label.replace(" ", "-") + ".wasm")).write_bytes(module)
    for name, count in report.intended.most_common():
        print(f"intended: {count:6} {name}")
    print(report.summary())
    return 1 if report.disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
