"""docs/WRITING-MODULES.md: every numbered example compiles, boots and prints what the text shows."""

import json
import re

import pytest
from machines import ROOT
from modules import compiled
from peers import web

pytestmark = pytest.mark.pc("sockets and files of the host")

TEXT = (ROOT / "docs/WRITING-MODULES.md").read_text()
SECTIONS = re.findall(r"^## Example (\d+): (.*?)\n(.*?)(?=^## |\Z)", TEXT, re.M | re.S)


def blocks(section):
    """{language: text} of the fenced blocks."""
    return dict(re.findall(r"^```(\w+)\n(.*?)^```$", section, re.M | re.S))


def pattern(line):
    """A line of the course as a regular expression; * stands for anything."""
    return re.compile(".*".join(map(re.escape, line.split("*"))) + ("" if line.endswith("*") else "$"))


def test_the_course_is_whole():
    assert [int(number) for number, _, _ in SECTIONS] == list(range(1, len(SECTIONS) + 1)) and len(SECTIONS) >= 10
    assert all(set(blocks(section)) == {"c", "json", "text"} for _, _, section in SECTIONS)


@pytest.mark.parametrize("number, title, section", SECTIONS, ids=[title for _, title, _ in SECTIONS])
def test_example(firmware, tmp_path, number, title, section):
    parts = blocks(section)
    with web({"/page": b"hello"}) as (port, _):
        manifest = json.loads(parts["json"].replace("…", "module.wasm").replace("8080", str(port)))
        (tmp_path / "module.wasm").write_bytes(compiled(parts["c"].replace("8080", str(port))))
        (tmp_path / "system.json").write_text(json.dumps(manifest))
        result = firmware.program("run", tmp_path / "system.json", "--for", "1")
    assert result.returncode == 0, result.stdout + result.stderr
    lines = iter(result.stdout.splitlines())
    for wanted in parts["text"].splitlines():
        assert any(pattern(wanted).match(line) for line in lines), f"{wanted!r} does not come, in this order:\n{result.stdout}"
