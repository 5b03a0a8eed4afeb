#!/usr/bin/env python3
"""Starts a new module: copies modules/template, or the hello program of another language, with manifest and test, under a new name.

    tools/run/new_module.py NAME [LANGUAGE]     c (the default), rust, zig, as or wat

The program overwrites nothing. The copy builds, runs and passes its test without a change.
"""

import pathlib
import re
import sys
from typing import NoReturn

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TEMPLATE = "template"
FILES = ("modules/template/template.c", "modules/template/system.json", "host_tests/system/test_module_template.py")
# Value of LANG -> (the language's directory in modules/sdk, ending of its sources, line that its hello program logs).
LANGUAGES = {
    "rust": ("rust", ".rs", "Hello from Rust."),
    "zig": ("zig", ".zig", "Hello from Zig."),
    "as": ("assemblyscript", ".ts", "Hello from AssemblyScript."),
    "wat": ("wat", ".wat", "Hello from WebAssembly text."),
}
TEST = '''"""The module template: what it says and how it ends."""

import pytest
from demo import boot, summary


@pytest.mark.pc("files of the host")
def test_template_says_hello_and_ends(firmware):
    result = boot(firmware, "modules/template/system.json", "--for", "5")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "template: SAID\\n" in result.stdout
    assert summary(result.stdout)["template"][-1] == "exit 0"
'''


def refuse(text: str) -> NoReturn:
    sys.exit(f"new-module: {text}")


def in_c() -> dict[str, str]:
    """{path: text} of the template's files, still with the template's name."""
    return {
        path: (ROOT / path).read_text().replace(": the beginning of every new module (`make new-module NAME=x`).", ".") for path in FILES
    }


def in_another(language: str) -> dict[str, str]:
    """The same for the hello program of the language."""
    directory, ending, said = LANGUAGES[language]
    source = (ROOT / "modules" / "sdk" / directory / "examples" / f"hello{ending}").read_text()
    source = source.replace('"../assembly"', '"../sdk/assemblyscript/assembly"')
    return {f"modules/{TEMPLATE}/{TEMPLATE}{ending}": source, FILES[1]: (ROOT / FILES[1]).read_text(), FILES[2]: TEST.replace("SAID", said)}


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    language = sys.argv[2] if len(sys.argv) > 2 and sys.argv[2] else "c"
    if language != "c" and language not in LANGUAGES:
        refuse(f"LANG is one of c, {', '.join(LANGUAGES)}")
    # The name becomes that of a file, a make target and a task, and part of a Python name.
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name):
        refuse("NAME=x is needed: a lower-case letter, then up to 31 lower-case letters, digits or _")
    if name == "sdk" or (ROOT / "modules" / name).exists():
        refuse(f"modules/{name} exists")
    for path, text in (in_c() if language == "c" else in_another(language)).items():
        target = ROOT / path.replace(TEMPLATE, name)
        target.parent.mkdir(exist_ok=True)
        target.write_text(text.replace(TEMPLATE, name))
        print(f"made {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
