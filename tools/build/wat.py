#!/usr/bin/env python3
"""Compiles WebAssembly text to a module and adds those imports of modules/sdk/wat/sovelma.wat that the text calls.

    tools/build/wat.py FILE.wat OUT.wasm

The text begins with `(module`. It calls host functions by the names of docs/ABI.md, `(call $sp_log ...)`. Function names stay in the
module, for backtraces.
"""

import pathlib
import re
import sys

import wasmtime

IMPORTS = pathlib.Path(__file__).resolve().parent.parent.parent / "modules" / "sdk" / "wat" / "sovelma.wat"


def with_imports(text: str, imports: str) -> str:
    """The text with an import behind `(module` for each system call that it names. The imports lie on the same line, so that line numbers in messages stay right."""
    called = set(re.findall(r"\$(sp_\w+)", re.sub(r";;.*", "", text)))
    known = {found[1]: found[0] for found in re.finditer(r'^\(import "\w+" "(sp_\w+)".*\)$', imports, re.MULTILINE)}
    unknown = called - set(known)
    if unknown:
        raise ValueError(f"no such system call: {', '.join(sorted(unknown))}")
    start = re.search(r"\(module\b(\s*\$[\w.]+)?", text)
    if not start:
        raise ValueError("no (module")
    return text[: start.end()] + " " + " ".join(known[name] for name in known if name in called) + text[start.end() :]


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(str(__doc__))
    source, target = map(pathlib.Path, sys.argv[1:])
    try:
        module = wasmtime.wat2wasm(with_imports(source.read_text(), IMPORTS.read_text()))
    except (ValueError, wasmtime.WasmtimeError) as error:
        sys.exit(f"{source}: " + str(error).split("\nStack backtrace")[0])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(bytes(module))


if __name__ == "__main__":
    main()
