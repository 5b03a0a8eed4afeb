#!/usr/bin/env python3
"""Starts a new module: copies modules/template, its manifest and its test under another name.

    tools/run/new_module.py NAME

Nothing is overwritten. What is copied builds, runs and passes its test as it is.
"""

import pathlib
import re
import sys
from typing import NoReturn

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TEMPLATE = "template"
FILES = ("modules/template/template.c", "modules/template/system.json", "host_tests/system/test_module_template.py")


def refuse(text: str) -> NoReturn:
    sys.exit(f"new-module: {text}")


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    # It becomes a file, a make target, a task and part of a Python name.
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name):
        refuse("NAME=x is needed: a lower-case letter, then up to 31 lower-case letters, digits or _")
    if name == "sdk" or (ROOT / "modules" / name).exists():
        refuse(f"modules/{name} exists")
    for path in FILES:
        text = (ROOT / path).read_text().replace("template", name)
        text = text.replace(": the beginning of every new module (`make new-module NAME=x`).", ".")
        target = ROOT / path.replace(TEMPLATE, name)
        target.parent.mkdir(exist_ok=True)
        target.write_text(text)
        print(f"made {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
