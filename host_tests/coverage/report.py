#!/usr/bin/env python3
"""Says which statements of the firmware no test reached.

    report.py LINES HITS [--bar PERCENT] [--missing]

LINES: the lines.json of instrument.py; HITS: the directory that the programs wrote to. Exits 1 below the bar.
"""

import argparse
import collections
import json
import pathlib
import sys


def ranges(numbers):
    """[1, 2, 3, 7] -> "1-3 7"."""
    out = []
    for number in numbers:
        if out and out[-1][1] == number - 1:
            out[-1][1] = number
        else:
            out.append([number, number])
    return " ".join(str(first) if first == last else f"{first}-{last}" for first, last in out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lines", type=pathlib.Path)
    parser.add_argument("hits", type=pathlib.Path)
    parser.add_argument("--bar", type=float, default=0, help="percent of all statements that must have been reached")
    parser.add_argument("--missing", action="store_true", help="list the lines that were not")
    options = parser.parse_args()
    lines = json.loads(options.lines.read_text())
    reached = bytearray(len(lines))
    programs = 0
    for path in options.hits.iterdir():
        programs += 1
        for number, hit in enumerate(path.read_bytes()[:len(lines)]):
            reached[number] |= hit
    files = collections.defaultdict(lambda: [0, 0, []])
    for (name, line), hit in zip(lines, reached):
        files[name][0] += 1
        files[name][1] += hit
        if not hit:
            files[name][2].append(line)
    width = max(map(len, files))
    for name, (count, hits, missing) in sorted(files.items()):
        print(f"{name:<{width}} {count:>5} {100 * hits / count:>6.1f} %" + (f"  {ranges(missing)}" if options.missing else ""))
    percent = 100 * sum(reached) / len(lines)
    print(f"{'all':<{width}} {len(lines):>5} {percent:>6.1f} %  of the statements, in {programs} programs")
    if percent < options.bar:
        sys.exit(f"below {options.bar} %")


if __name__ == "__main__":
    main()
