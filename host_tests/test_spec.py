"""The WebAssembly specification's own scripts, run to the end at once and suspended after every basic block.

The scripts are not part of this repository: SPEC_DIR names their directory, by default spec/ in a directory
`shared` beside the repository; without them these tests are skipped. spectest/run.py does the work.
"""

import importlib.util
import os
import pathlib

import pytest

pytestmark = pytest.mark.pc("its runner works with files of the host")

ROOT = pathlib.Path(__file__).resolve().parent.parent
SPEC = pathlib.Path(os.environ.get("SPEC_DIR") or ROOT.parent / "shared" / "spec")

# By path: `run` is a name that others have too.
_found = importlib.util.spec_from_file_location("spectest", ROOT / "host_tests" / "spectest" / "run.py")
spectest = importlib.util.module_from_spec(_found)
_found.loader.exec_module(spectest)

# Skipped for good: modules here do not link to each other or to host memories, and there is no text format.
REASONS = {
    "text format", "linking between modules", "modules do not link to each other",
    "imports a table", "imports a memory", "imports a global", "imports functions of another module",
    "depends on a module that was skipped",
}  # fmt: skip



@pytest.fixture(scope="module")
def whole(firmware):
    """The report of a run in the largest slices."""
    if not list(SPEC.glob("*.wast")):
        pytest.skip(f"{SPEC} has no specification scripts; set SPEC_DIR")
    return spectest.run_directory(SPEC, firmware.path)


def test_every_script_passes(whole):
    print(whole.summary())
    assert not whole.failures, "\n".join(whole.failures)
    assert whole.passed > 0


def test_skips_have_known_reasons(whole):
    print(dict(whole.skips))
    assert set(whole.skips) <= REASONS


def test_suspended_after_every_block_the_answers_are_the_same(whole, firmware):
    suspended = spectest.run_directory(SPEC, firmware.path, slice=1)
    for (script, expected), (_, got) in zip(whole.outcomes, suspended.outcomes, strict=True):
        assert got == expected, script
    assert (suspended.passed, suspended.failures) == (whole.passed, whole.failures)


def test_compiled_when_first_called_the_answers_are_the_same(whole, firmware):
    lazily = spectest.run_directory(SPEC, firmware.path, slice=997, room=2 << 20)
    for (script, expected), (_, got) in zip(whole.outcomes, lazily.outcomes, strict=True):
        assert got == expected, script
    assert (lazily.passed, lazily.failures) == (whole.passed, whole.failures)
