"""Specification scripts, run to the end at once, suspended after every basic block, and compiled on demand.

Ours are in spectest/scripts. The WebAssembly specification's own are not part of this repository: SPEC_DIR names their
directory, by default spec/ in a directory `shared` beside the repository; without them their tests are skipped.
spectest/run.py does the work.
"""

import os
import pathlib

import pytest
from machines import ROOT
from programs import program

SPEC = pathlib.Path(os.environ.get("SPEC_DIR") or ROOT.parent / "shared" / "spec")

spectest = program("host_tests/spectest/run.py")

# Skipped for good: modules here do not link to each other or to host memories, and there is no text format.
REASONS = {
    "text format", "linking between modules", "modules do not link to each other",
    "imports a table", "imports a memory", "imports a global", "imports functions of another module",
    "depends on a module that was skipped", "version 1.0 alone",
}  # fmt: skip



OURS = ROOT / "host_tests" / "spectest" / "scripts"


@pytest.fixture(scope="module", params=[OURS, SPEC], ids=["ours", "the_specification_s"])
def directory(request):
    """Where the scripts are."""
    if not list(request.param.glob("*.wast")):
        pytest.skip(f"{request.param} has no specification scripts; set SPEC_DIR")
    return request.param


@pytest.fixture(scope="module")
def whole(firmware, directory):
    """The report of a run in the largest slices."""
    return spectest.run_directory(directory, firmware)


def test_every_script_passes(whole):
    print(whole.summary())
    assert not whole.failures, "\n".join(whole.failures)
    assert whole.passed > 300


def test_skips_have_known_reasons(whole, directory):
    print(dict(whole.skips))
    assert set(whole.skips) <= (REASONS if directory == SPEC else set())


def test_suspended_and_compiled_when_first_called_the_answers_are_the_same(whole, firmware, directory):
    """Suspended after every block; functions compiled on demand; on the slower machine both in one run, of our scripts."""
    if firmware.name == "x86_64":
        ways = [{"slice": 1}, {"slice": 997, "room": 2 << 20}]
    else:
        ways = [{"slice": 1, "room": 2 << 20}] if directory == OURS else []
    for way in ways:
        other = spectest.run_directory(directory, firmware, **way)
        for (script, expected), (_, got) in zip(whole.outcomes, other.outcomes, strict=True):
            assert got == expected, script
        assert (other.passed, other.failures) == (whole.passed, whole.failures)


@pytest.mark.parametrize("text, failures, skips", [
    ('(module (func (export "f") (result i32) (i32.const 1))) (assert_return (invoke "f") (i32.const 2))', 1, {}),
    ('(module (func (export "f"))) (assert_trap (invoke "f") "unreachable")', 1, {}),
    ('(module (func (export "f") unreachable)) (assert_trap (invoke "f") "integer overflow")', 1, {}),
    ('(assert_malformed (module quote "(func") "x")', 0, {"text format": 1}),
    ('(module (func (export "f") (drop (ref.null func)))) (assert_return (invoke "f"))', 0, {"needs a feature that is not supported": 1, "depends on a module that was skipped": 1}),
    ('(module', 1, {}),
    ('(assert_trap (module (memory 1) (data (i32.const 65536) "a") (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))) "out of bounds memory access")', 0, {}),
])  # fmt: skip
def test_the_runner_tells_right_from_wrong(firmware, tmp_path, text, failures, skips):
    (tmp_path / "a.wast").write_text(text)
    report = spectest.run_directory(tmp_path, firmware)
    assert (len(report.failures), dict(report.skips)) == (failures, skips), (report.failures, report.skips)
