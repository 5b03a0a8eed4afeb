#!/usr/bin/env python3
"""Prints where the sources break a rule of the house; `make lint` runs it.

    house.py [ROOT]             exit 1 where a rule is broken, or where an exception is no longer needed

- A file has at most 400 lines (outside of host_tests), a function 60 lines of Python or 80 of C. A longer one has more
  than one idea.
- The folders of the kernel do not depend on one another in a circle. The same holds for the folders of the runtime in C, and
  for its files (a source and its header count as one).
- A folder of the runtime includes only the public header of another folder; that header has the folder's name.
- The HAL never imports the kernel. Only the HAL and a board's own programs import MicroPython's modules for hardware.

The program finds functions of C by their layout: they begin and end at the left margin.
"""

import ast
import pathlib
import re
import sys
from collections.abc import Callable, Collection, Iterator

FILE_LINES = 400
GENERATED = ": do not edit"  # in the first lines of a generated file
PYTHON_LINES = 60
C_LINES = 80

HARDWARE = {"machine", "network", "esp32", "esp", "esp32c3", "qemu", "hostfs", "netio", "interrupts"}

# The folder `state` has two public headers: one does without wasm3's headers.
PUBLIC_HEADERS = {"state": {"status.h", "task_state.h"}}

# Functions that are still too long ("file: function"). The next person who changes one splits it.
EXCEPTIONS: set[str] = set()


def sources(root: pathlib.Path, *endings: str) -> Iterator[pathlib.Path]:
    """Our files with one of these endings, as paths relative to the root."""
    for room in ("firmware", "cmodules", "tools", "host_tests", "modules"):
        for path in sorted((root / room).rglob("*")):
            if path.suffix in endings and path.is_file():
                yield path.relative_to(root)


def long_files(root: pathlib.Path) -> list[str]:
    """Files with too many lines: [error]. A generated file has one idea, however many lines it has, and is left out."""
    texts = {name: (root / name).read_text() for name in sources(root, ".py", ".c", ".h") if name.parts[0] != "host_tests"}
    counts = {name: len(text.splitlines()) for name, text in texts.items() if GENERATED not in text[:300]}
    return [f"{name}: {count} lines" for name, count in counts.items() if count > FILE_LINES]


def python_functions(text: str) -> Iterator[tuple[str, int]]:
    """(name, lines) of every function."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            yield node.name, (node.end_lineno or 0) - node.lineno + 1


def c_functions(text: str) -> Iterator[tuple[str, int]]:
    """(name, lines) of every function that begins and ends at the left margin."""
    head: int | None = None
    name = ""
    for number, line in enumerate(text.splitlines()):
        if line[:1].isalpha() and "(" in line and not line.endswith((";", "\\")):
            head, name = number, line.split("(")[0].split()[-1].lstrip("*")
        elif line == "}" and head is not None:
            yield name, number - head + 1
            head = None
        elif line[:1] in ("}", "#") or line.startswith(("static const", "struct", "enum", "typedef")):
            head = None


def long_functions(root: pathlib.Path) -> dict[str, int]:
    """{"file: function": lines} of functions that are too long."""
    found = {}
    for endings, functions, maximum in (((".py",), python_functions, PYTHON_LINES), ((".c", ".h"), c_functions, C_LINES)):
        for path in sources(root, *endings):
            found.update({f"{path}: {name}": lines for name, lines in functions((root / path).read_text()) if lines > maximum})
    return found


def imported(text: str) -> Iterator[str]:
    """The modules that a Python file imports, with dots."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def rooms(root: pathlib.Path) -> dict[str, set[str]]:
    """{folder of the kernel: the folders it imports}."""
    needs: dict[str, set[str]] = {}
    for path in sorted((root / "firmware" / "kernel").rglob("*.py")):
        room = path.parent.name
        parts = [name.split(".") for name in imported(path.read_text())]
        needs.setdefault(room, set()).update(part[1] for part in parts if part[0] == "kernel" and len(part) > 2 and part[1] != room)
    return needs


def c_includes(root: pathlib.Path) -> list[tuple[pathlib.Path, pathlib.Path]]:
    """[(file, included file)] of the runtime in C, both relative to cmodules/wasm3; headers of others are left out."""
    runtime = (root / "cmodules" / "wasm3").resolve()
    found = []
    for path in sorted(runtime.rglob("*.[ch]")):
        for name in re.findall(r'^\s*#include "([^"]+)"', path.read_text(), re.MULTILINE):
            places = [(base / name).resolve() for base in (path.parent, runtime)]
            found += [(path.relative_to(runtime), place.relative_to(runtime)) for place in places
                      if place.is_file() and place.is_relative_to(runtime)][:1]  # fmt: skip
    return found


def c_needs(includes: list[tuple[pathlib.Path, pathlib.Path]], unit: Callable[[pathlib.Path], str]) -> dict[str, set[str]]:
    """{unit of a file: units it includes}, where `unit` makes a file's name from its path."""
    needs: dict[str, set[str]] = {}
    for path, other in includes:
        if unit(path) != unit(other):
            needs.setdefault(unit(path), set()).add(unit(other))
    return needs


def c_doors(includes: list[tuple[pathlib.Path, pathlib.Path]]) -> list[str]:
    """Includes of a private header of another folder: [error]."""
    wrong = []
    for path, other in includes:
        room = other.parts[0]
        if len(other.parts) > 1 and room != path.parts[0] and other.name not in PUBLIC_HEADERS.get(room, {room + ".h"}):
            wrong.append(f"cmodules/wasm3/{path}: includes {other}, which is private to {room}")
    return wrong


def c_order(root: pathlib.Path) -> list[str]:
    """Errors in the includes of the runtime."""
    includes = c_includes(root)
    files = c_needs(includes, lambda path: str(path.with_suffix("")))
    return c_doors(includes) + circles(c_needs(includes, lambda path: path.parts[0]), "cmodules/wasm3/") + circles(files, "cmodules/wasm3/")


def circles(needs: dict[str, set[str]], folder: str = "firmware/kernel/") -> list[str]:
    """Folders that depend on themselves through others: [error]."""
    wrong = []
    for start in needs:
        seen, following = set(), set(needs[start])
        while following:
            room = following.pop()
            if room not in seen:
                seen.add(room)
                following |= needs.get(room, set())
        if start in seen:
            wrong.append(f"{folder}{start}: is needed by {', '.join(sorted(seen - {start}))}, which it needs")
    return wrong


def strangers(root: pathlib.Path) -> list[str]:
    """Imports that cross the border between kernel and hardware: [error]."""
    wrong = []
    for path in sources(root, ".py"):
        if path.parts[0] != "firmware" or path.parts[1] == "boards":
            continue
        names = {name.split(".")[0] for name in imported((root / path).read_text())}
        is_hal = path.parts[1] == "hal"
        for name in sorted(names & ({"kernel", "sovelma"} if is_hal else HARDWARE)):
            wrong.append(f"{path}: imports {name}")
    return wrong


def check(root: pathlib.Path, exceptions: Collection[str] = EXCEPTIONS) -> list[str]:
    """All errors, as lines of text."""
    functions = long_functions(root)
    wrong = long_files(root) + circles(rooms(root)) + c_order(root) + strangers(root)
    wrong += [f"{name}: {lines} lines" for name, lines in functions.items() if name not in exceptions]
    wrong += [f"{name}: is short enough now, take it out of EXCEPTIONS" for name in sorted(set(exceptions) - set(functions))]
    return wrong


def main(arguments: list[str]) -> None:
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).resolve().parent.parent.parent)
    wrong = check(root)
    for text in wrong:
        print("house: " + text, file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
