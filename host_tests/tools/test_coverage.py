"""The coverage measurement itself: what it counts is what ran, and an instrumented file does what the original does."""

import json
import pathlib
import subprocess
import sys
import types
import unittest.mock

import pytest

HERE = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE / "coverage"))

from instrument import Instrumenter  # noqa: E402

SOURCE = '''"""Docstring."""
import math

CONSTANT = 5


class Thing:
    """Docstring."""

    kind = 1

    @property
    def size(self):
        """Docstring."""
        return 3


def judge(n):
    if n < 0:
        return "negative"
    elif n == 0:
        answer = "none"
    elif n == 1:
        answer = "one"
    else:
        answer = (
            "many")
    try:
        for _ in range(n):
            if _ > 2:
                break
        else:
            answer += "!"
        1 // n
    except ZeroDivisionError:
        answer += "?"
    finally:
        answer += "."
    with open(__file__):    # a comment
        while True:
            break
    return answer
'''


def run(calls):
    """({line: reached}, answers) of SOURCE after `judge` was called with each of `calls`."""
    instrumenter = Instrumenter()
    text = instrumenter.copy("source.py", SOURCE)
    hits = bytearray(1000)
    counter = types.ModuleType("_coverage")
    counter.hit = hits
    names = {"__file__": __file__}
    with unittest.mock.patch.dict(sys.modules, {"_coverage": counter}):
        exec(compile(text, "source.py", "exec"), names)
    answers = [names["judge"](n) for n in calls]
    assert names["Thing"]().size == 3 and names["__doc__"] == "Docstring."
    return {line: bool(hits[i]) for i, (_, line) in enumerate(instrumenter.lines)}, answers


def line(word):
    """Number of the first line of SOURCE that contains the word."""
    return next(number for number, text in enumerate(SOURCE.splitlines(), 1) if word in text)


def test_what_ran_is_what_is_counted():
    reached, answers = run([2, -1, 0])
    assert answers == ["many!.", "negative", "none!?."]
    assert [number for number, hit in reached.items() if not hit] == [line('"one"'), line("break")]
    reached, answers = run([1, 5])
    assert answers == ["one!.", "many."]
    assert [number for number, hit in reached.items() if not hit] == [line('"negative"'), line('"none"'), line('"?"')]


def test_every_statement_is_counted_and_nothing_else():
    reached, _ = run([])
    no_statement = ('"""', "elif", "else", "except", "finally", '"many")', "def size")   # the latter at its decorator
    wanted = {number for number, text in enumerate(SOURCE.splitlines(), 1)
              if text.strip() and not any(word in text for word in no_statement)}  # fmt: skip
    assert set(reached) == wanted


@pytest.mark.parametrize("text", ["if x: y = 1\n", "a = 1; b = 2\n", "def f(): return 1\n"])
def test_what_cannot_be_counted_is_an_error(text):
    with pytest.raises(SyntaxError):
        Instrumenter().copy("source.py", text)


def test_the_report_adds_programs_up_and_knows_its_bar(tmp_path):
    (tmp_path / "lines.json").write_text(json.dumps([["a.py", 1], ["a.py", 2], ["a.py", 3], ["b.py", 9]]))
    (tmp_path / "hits").mkdir()
    (tmp_path / "hits" / "1").write_bytes(bytes([1, 0, 0, 0, 0]))
    (tmp_path / "hits" / "2").write_bytes(bytes([1, 0, 0, 1, 0]))

    def report(bar):
        return subprocess.run([sys.executable, HERE / "coverage/report.py", tmp_path / "lines.json", tmp_path / "hits", "--missing",
                               "--bar", str(bar)], capture_output=True, text=True)  # fmt: skip

    result = report(50)
    assert result.returncode == 0 and "2-3" in result.stdout and "50.0 %" in result.stdout and "2 programs" in result.stdout
    assert report(51).returncode == 1


def test_the_firmware_can_be_instrumented():
    instrumenter = Instrumenter()
    for path in (HERE.parent / "firmware").rglob("*.py"):
        compile(instrumenter.copy(path.name, path.read_text()), path.name, "exec")
    assert 2000 < len(instrumenter.lines) < 16384
