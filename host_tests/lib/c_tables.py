"""Reads MicroPython's C sources: the names in their Python modules, and how many arguments each function takes.

The information is in the tables `MP_ROM_QSTR(MP_QSTR_name), MP_ROM_...(value)` and the `MP_DEFINE_CONST_FUN_OBJ_...` beside them.
"""

import pathlib
import re

FUNCTION = re.compile(r"MP_DEFINE_CONST_FUN_OBJ_(\w+)\(\s*(\w+),\s*(.*?)\);", re.S)
WRAPPED = re.compile(r"MP_DEFINE_CONST_(?:STATIC|CLASS)METHOD_OBJ\(\s*(\w+),\s*MP_ROM_PTR\(&(\w+)\)\)", re.S)
ENTRY = re.compile(r"MP_ROM_QSTR\(MP_QSTR_(\w+)\)\s*,\s*MP_ROM_(\w+)\(&?(.*?)\)\s*\}")
ANY = 99


def functions(text: str) -> dict[str, tuple[int, int]]:
    """{name of the C object: (least, most arguments)}; a method counts its object as an argument."""
    found = {}
    for kind, name, rest in FUNCTION.findall(text):
        words = [word.strip() for word in rest.split(",")]
        if kind.isdigit():
            found[name] = (int(kind), int(kind))
        elif kind == "VAR_BETWEEN":
            found[name] = (int(words[0]), int(words[1]) if words[1].isdigit() else ANY)
        elif kind in ("VAR", "KW"):
            found[name] = (int(words[0]), ANY)
    for name, function in WRAPPED.findall(text):
        if function in found:
            found[name] = found[function]
    return found


def table(text: str, start: str) -> dict[str, str]:
    """{Python name: C value} of the table that begins with `start`, up to its closing brace."""
    begin = text.index(start)
    end = text.index("\n};", begin)
    return {name: value for name, _, value in ENTRY.findall(text[begin:end])}


def sources(micropython: pathlib.Path) -> str:
    """All C text that describes the modules, as one string. micropython: path of a source tree."""
    esp32 = pathlib.Path(micropython) / "ports" / "esp32"
    extmod = pathlib.Path(micropython) / "extmod"
    files = [*sorted(esp32.glob("*.c")), *sorted(esp32.glob("mod*.h")),
             *(extmod / name for name in ("modmachine.c", "machine_wdt.c", "modnetwork.c"))]  # fmt: skip
    return "\n".join(path.read_text() for path in files)
