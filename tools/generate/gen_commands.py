#!/usr/bin/env python3
"""Generates the table of the prompt's commands, cmodules/commands/commands.h, from their docstrings in firmware/kernel/shell.

    tools/generate/gen_commands.py            write the table
    tools/generate/gen_commands.py --check    write nothing; exit 1 where it is stale

`sovelma.help()` shows one line for each command: its name with its arguments, and the first sentence of its docstring.
`sovelma.help("name")` shows the whole docstring. No line is longer than 80 characters.
"""

import argparse
import ast
import pathlib
import re
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
OUTPUT = "cmodules/commands/commands.h"
COLUMNS = 80
# (module of kernel.shell, its commands in the order of the list)
GROUPS = (
    ("running", ("boot", "check", "module", "audit", "run", "background", "pause")),
    ("tasks", ("ps", "top", "kill", "stop", "start", "restart", "crash", "log", "revoke", "caps")),
    ("files", ("ls", "rm", "cat")),
    ("machine", ("version", "board", "net", "dmesg", "mem")),
)
HELP = ("help", "help(command=None)", 'Shows this list, or tells one command: help("ps").')


def described(group: str) -> dict[str, tuple[str, str]]:
    """{function: (signature, docstring)} of a module of kernel.shell."""
    source = (ROOT / "firmware" / "kernel" / "shell" / f"{group}.py").read_text()
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return {node.name: (f"{node.name}({ast.unparse(node.args)})", ast.get_docstring(node) or "") for node in functions}


def c_string(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def without_defaults(signature: str) -> str:
    return re.sub(r"=[^,)]*", "", signature)


def full_text(signature: str, docstring: str) -> str:
    """The text that help("name") shows."""
    paragraphs = [" ".join(paragraph.split()) for paragraph in docstring.split("\n\n")]
    wrapped = [textwrap.fill(text, COLUMNS, initial_indent="  ", subsequent_indent="  ") for text in paragraphs]
    return "\n".join([signature, *wrapped])


def table() -> str:
    """The header. Raises SystemExit where a line would be too long or a command has no docstring."""
    entries = [(name, f"MP_QSTR_{group}", *described(group)[name]) for group, names in GROUPS for name in names]
    entries.insert(0, (HELP[0], "MP_QSTRnull", *HELP[1:]))
    width = max(len(without_defaults(entry[2])) for entry in entries)
    out = ["/* generated from the docstrings of firmware/kernel/shell by tools/generate/gen_commands.py: do not edit */", ""]
    out.append("/* Characters of the longest signature. */")
    out.append(f'#define COMMANDS_WIDTH "{width}"')
    out.append("/* X(name, module of kernel.shell, signature, first sentence, help text) */")
    out.append("#define COMMANDS(X) \\")
    for name, group, full, docstring in entries:
        signature = without_defaults(full)
        first = " ".join(docstring.partition("\n\n")[0].split()).partition(". ")[0].rstrip(".")
        if not docstring or width + 2 + len(first) > COLUMNS:
            sys.exit(f"gen_commands: {name}: the first sentence of its docstring must be 1 to {COLUMNS - width - 2} characters long")
        out.append(f"    X({name}, {group}, {c_string(signature)}, {c_string(first)}, \\")
        out.append(f"        {c_string(full_text(full, docstring))}) \\")
    out[-1] = out[-1].removesuffix(" \\")
    return "\n".join(out) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the table is stale")
    check = parser.parse_args().check
    path, text = ROOT / OUTPUT, table()
    if check and path.read_text() != text:
        sys.exit(f"{OUTPUT} is stale, run make generated")
    if not check:
        path.write_text(text)


if __name__ == "__main__":
    main()
