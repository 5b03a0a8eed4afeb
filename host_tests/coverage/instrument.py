#!/usr/bin/env python3
"""Makes a copy of the firmware's Python in which every statement notes that it was reached.

    instrument.py FIRMWARE OUTPUT

Before each statement stands `_hit[N] = 1`; `_hit` is a byte array of the C module `_coverage`, which writes it to a file
when the program ends. Nothing else changes and nothing is allocated, so the tests run as on the real firmware, only
slower. OUTPUT/lines.json tells for every N the file and the line.

MicroPython's own sys.settrace would need another build of the virtual machine, makes objects at every line, which the
tests that count allocations do not allow, and reaches no program started by `-m`.

Invariant: a statement that shares its line with the one it belongs to is an error, not a gap in the figures.
"""

import ast
import json
import pathlib
import sys

IMPORT = "from _coverage import hit as _hit"


class Instrumenter:
    """Collects the places of all statements of many files. lines: [(file, line)] by number."""

    def __init__(self):
        self.lines = []

    def copy(self, name, text):
        """The instrumented text of one file."""
        tree = ast.parse(text)
        inserted = {}       # line number: text to stand before it
        body = without_docstring(tree.body)
        for statement in body:
            self._visit(name, statement, inserted)
        first = first_line(body[0]) if body else len(text.splitlines()) + 1
        out = []
        for number, line in enumerate(text.splitlines(), 1):
            if number == first:
                out.append(IMPORT)
            if number in inserted:
                out.append(inserted[number])
            out.append(line)
        return "\n".join(out) + "\n"

    def _visit(self, name, statement, inserted, is_elif=False):
        line = first_line(statement)
        if not is_elif:
            if line in inserted:
                raise SyntaxError(f"{name}:{line}: two statements in one line")
            inserted[line] = " " * statement.col_offset + f"_hit[{len(self.lines)}] = 1"
            self.lines.append((name, line))
        for block in blocks(statement):
            # `elif` is an `if` alone in an `else` that is not written: nothing can stand before it.
            alone = isinstance(statement, ast.If) and block is statement.orelse and len(block) == 1 and isinstance(block[0], ast.If)
            for inner in block:
                inner_is_elif = alone and inner.col_offset == statement.col_offset
                if first_line(inner) == statement.lineno and not inner_is_elif:
                    raise SyntaxError(f"{name}:{statement.lineno}: a statement beside the one it belongs to")
                self._visit(name, inner, inserted, inner_is_elif)


def blocks(statement):
    """The lists of statements inside a statement."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return [without_docstring(statement.body)]
    lists = [getattr(statement, field, []) for field in ("body", "orelse", "finalbody")]
    return [*lists, *(handler.body for handler in getattr(statement, "handlers", []))]


def first_line(statement):
    decorators = getattr(statement, "decorator_list", [])
    return decorators[0].lineno if decorators else statement.lineno


def without_docstring(body):
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) and isinstance(body[0].value.value, str):
        return body[1:]
    return body


def main():
    firmware, output = map(pathlib.Path, sys.argv[1:])
    instrumenter = Instrumenter()
    for path in sorted(firmware.rglob("*.py")):
        name = path.relative_to(firmware)
        if name.parts[0] == "boards":
            continue            # programs of machines that do not run here; they are frozen nowhere else
        (output / name).parent.mkdir(parents=True, exist_ok=True)
        (output / name).write_text(instrumenter.copy(str(name), path.read_text()))
    (output / "lines.json").write_text(json.dumps(instrumenter.lines))
    print(f"{len(instrumenter.lines)} statements")


if __name__ == "__main__":
    main()
