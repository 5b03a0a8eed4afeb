"""A run is the same however it is sliced: results, fuel and final state of every benchmark kernel, to the digit.

Replay and CPU shares are built on this promise. The kernels' answers are checked against the same C sources
compiled natively, so that a run cannot be the same and wrong.
"""

import os
import sys

import pytest
from machines import ROOT

sys.path.insert(0, str(ROOT / "host_tests" / "bench"))

from measure_c import MAX_FUEL, run
from toolchain import KERNELS, Toolchain


@pytest.fixture(scope="module")
def tools():
    wasm3 = os.environ.get("WASM3_DIR") or ROOT / "build" / "src" / "wasm3"
    tools = Toolchain(ROOT / "build" / "bench", wasm3)
    tools.metered()     # here, so that a build that fails does so once
    return tools


@pytest.mark.parametrize("name", KERNELS)
def test_every_slicing_gives_the_same_run(tools, name):
    module = tools.kernel(name, reduced=True)
    whole = run(tools.metered(), module, MAX_FUEL)
    assert whole["suspensions"] == 0
    assert whole["result"] == run(tools.native(name, reduced=True))["result"]
    assert whole["fuel"] > 100_000      # else the kernel does no work worth slicing
    for slice in (1_000_000, 997, 2, 1):
        cut = run(tools.metered(), module, slice)
        if slice <= 997:
            assert cut["suspensions"] > whole["fuel"] // slice // 2
        assert [cut[key] for key in ("result", "fuel", "state_hash")] == [whole[key] for key in ("result", "fuel", "state_hash")]


def test_state_hash_tells_states_apart(tools):
    """Kernels with different memory must not share a hash, or the comparison above says nothing."""
    hashes = {}
    for name in KERNELS:
        hashes.setdefault(run(tools.metered(), tools.kernel(name, reduced=True))["state_hash"], []).append(name)
    # These two leave nothing in memory: both end with a page of zeros and the same stack pointer.
    alike = [names for names in hashes.values() if len(names) > 1]
    assert alike == [["fibonacci", "mandelbrot"]]
