"""The WebAssembly specification's own scripts, run to the end at once and suspended after every basic block.

The scripts are not part of this repository: SPEC_DIR names their directory, by default spec/ in a directory
`shared` beside the repository; without them these tests are skipped. spectest/run.py does the work.
"""

import importlib.util
import os
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
SPEC = pathlib.Path(os.environ.get("SPEC_DIR") or ROOT.parent / "shared" / "spec")

# By path: `run` is a name that others have too.
_found = importlib.util.spec_from_file_location("spectest", ROOT / "host_tests" / "spectest" / "run.py")
spectest = importlib.util.module_from_spec(_found)
_found.loader.exec_module(spectest)

GROWTH = "memory.grow answers -1 where the arena has no room, as the specification allows; the script expects success"

# Everything that fails, and why. wasm3 0.5.0 as it is fails the first two as well and grows to any size.
KNOWN = {
    "binary-leb128.wast:966": "wasm3's compiler reads the second part of an 0xFC opcode as one byte, not as LEB128",
    "binary.wast:631": "wasm3's parser refuses a memory section that declares no memory",
    "call.wast:359": GROWTH,
    "call_indirect.wast:603": GROWTH,
    "memory_size.wast:11": GROWTH,
    "memory_size.wast:13": GROWTH,
    "memory_size.wast:25": GROWTH,
    "memory_size.wast:27": GROWTH,
    "memory_size.wast:57": GROWTH,
    "memory_size.wast:59": GROWTH,
    "memory_size.wast:61": GROWTH,
    "memory_size.wast:63": GROWTH,
}

# Skipped until there is a validator, or for good: modules here do not link to each other or to host memories.
REASONS = {
    "validator comes later", "linking between modules", "modules do not link to each other",
    "imports a table", "imports a memory", "imports a global", "imports functions of another module",
    "does not fit the arena", "depends on a module that was skipped",
}  # fmt: skip

# Tests of our own subset must not be skipped silently because a change makes every module "not fit".
MOST_THAT_DO_NOT_FIT = 2


@pytest.fixture(scope="module")
def whole(firmware):
    """The report of a run in the largest slices."""
    if not list(SPEC.glob("*.wast")):
        pytest.skip(f"{SPEC} has no specification scripts; set SPEC_DIR")
    return spectest.run_directory(SPEC, firmware.path)


def test_every_script_passes_but_for_what_is_known(whole):
    print(whole.summary())
    scripts = {path.name for path in SPEC.glob("*.wast")}
    failed = {failure.split(": ")[0] for failure in whole.failures}
    expected = {place for place in KNOWN if place.split(":")[0] in scripts}
    assert failed == expected, "\n".join(whole.failures)
    assert whole.passed > 100 * len(failed)


def test_skips_have_known_reasons(whole):
    print(dict(whole.skips))
    assert set(whole.skips) <= REASONS
    assert whole.skips["does not fit the arena"] <= MOST_THAT_DO_NOT_FIT


def test_suspended_after_every_block_the_answers_are_the_same(whole, firmware):
    suspended = spectest.run_directory(SPEC, firmware.path, slice=1)
    for (script, expected), (_, got) in zip(whole.outcomes, suspended.outcomes, strict=True):
        assert got == expected, script
    assert (suspended.passed, suspended.failures) == (whole.passed, whole.failures)
