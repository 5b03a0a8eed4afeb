"""Every sentence of the documents with a number or a "must" in it is held: by a test, or by the source that states the number.

claims.toml names them. An entry is a piece of text of a document and what holds it:

    by = "memory::10000_lives_leave_no_trace"      a test, in the form of docs/SPECIFICATION.md
    source = ["cmodules/wasm3/config.h", "SOV_MAX_NESTED_BLOCKS 2000"]     a file and a text that stands in it
    why = "the chip's data sheet"                  nothing here can hold it: it is not about this project, or is an example

Not looked at: code blocks, docs/ABI.md (generated from the ABI), the README's status (generated), docs/SPECIFICATION.md (each row
names its tests, test_documents.py), headings, names of chips, formats, standards and other projects.
"""

import re
import tomllib

import pytest
from machines import ROOT

CLAIMS = tomllib.loads((ROOT / "host_tests/docs/claims.toml").read_text())
DOCUMENTS = ["README.md", *(f"docs/{name}.md" for name in
             ("ARCHITECTURE", "BOARD", "CAVEATS", "GLOSSARY", "RUNTIME", "SYSTEM", "TESTING", "WRITING-MODULES"))]  # fmt: skip
# No claims: names that have digits.
NAMES = re.compile(
    r"`[^`]*`|ESP32(-\w+)*|SHA-256|RV32\w*|rv32imc|IPv4|wasm3( 0\.5\.0)?|x86_64|WebAssembly 1\.0|Debian 12|ABI 1\.0|version 1\.0|MicroPython v?1\.25(\.0)?"
    r"|IEEE 754|Adler-32|HTTP/1\.\d|CP2102|CH340|UTF-8|ChaCha20|Example \d+|section \d+|^\s*\d\. |(32|64)[- ]bits?\b|i32|i64|qemu-system\S+|gcc-\S+|picolibc\S+|-O2|C3\b|S3\b|S2\b|C6\b"
)  # fmt: skip


def lines(document):
    """(number, line) of what may hold claims."""
    text = re.sub(r"```.*?```|<!-- status.*?end of status -->", lambda found: "\n" * found[0].count("\n"), (ROOT / document).read_text(), flags=re.S)
    return [(number, line) for number, line in enumerate(text.splitlines(), 1) if not line.startswith("#")]


def claims(document):
    return [claim for claim in CLAIMS["claim"] if claim["document"] == document]


def known_tests():
    """{"file::test"} of all tests, in the form of docs/SPECIFICATION.md."""
    found = set()
    for path in (ROOT / "host_tests").glob("*/test_*.py"):
        for name in re.findall(r"^def test_(\w+)", path.read_text(), re.M):
            found.add(f"{path.stem.removeprefix('test_')}::{name}")
    return found


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_number_and_every_must_is_held(document):
    held = claims(document)
    open_ = [f"{document}:{number}: {line}" for number, line in lines(document)
             if re.search(r"\d|\bmust\b", NAMES.sub("", line)) and not any(text in line for claim in held for text in claim["text"])]  # fmt: skip
    assert not open_, "\n".join(open_)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_holds_a_claim_is_there(document):
    text, known = (ROOT / document).read_text(), known_tests()
    for claim in claims(document):
        for piece in claim["text"]:
            assert piece in text, f"{document} says no longer: {piece}"
        assert set(claim) - {"document", "text"} in ({"by"}, {"source"}, {"why"}), claim
        if "by" in claim:
            assert claim["by"] in known, claim
        if "source" in claim:
            path, literal = claim["source"]
            assert literal in (ROOT / path).read_text(), claim
    assert {claim["document"] for claim in CLAIMS["claim"]} == set(DOCUMENTS)
