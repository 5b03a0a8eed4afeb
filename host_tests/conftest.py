"""Fixtures that the tests share: the machines with their firmware.

A test that asks for `firmware` runs once on each machine, unless it is marked `pc` with the reason why the other one
cannot run it. Environment: SOVELMA_FIRMWARE names another PC firmware than build/unix/sovelma; then that alone is tested.
"""

import os
import pathlib

import hypothesis
import pytest
from machines import IMAGE, ROOT, EmulatedFirmware, Firmware
from manifests import complaints


# Everything a test run writes stays below build/.
os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(ROOT / "build" / "hypothesis")

# How long an example takes is the machine's, and what else it does at the time.
hypothesis.settings.register_profile("sovelma", deadline=None)
hypothesis.settings.load_profile("sovelma")

MACHINES = ("x86_64", "rv32")


def pytest_configure(config):
    config.addinivalue_line("markers", "pc(reason): runs on the PC's firmware alone")


def pytest_addoption(parser):
    parser.addoption("--machine", choices=MACHINES, help="test the firmware of one machine alone")


def pytest_collection_modifyitems(config, items):
    kept, dropped = [], []
    for item in items:
        machine = item.callspec.params.get("firmware") if hasattr(item, "callspec") else None
        only = config.getoption("machine")
        unwanted = only and machine and machine != only
        (dropped if unwanted or machine == "rv32" and item.get_closest_marker("pc") else kept).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=dropped)


@pytest.fixture(scope="session", params=MACHINES if not os.environ.get("SOVELMA_FIRMWARE") else MACHINES[:1])
def firmware(request):
    """The firmware of a machine, built by `make`."""
    if request.param == "rv32":
        if not IMAGE.is_file():
            pytest.skip("NOT TESTED ON RISC-V: apt-get install gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf qemu-system-misc")
        return EmulatedFirmware(IMAGE)
    path = pathlib.Path(os.environ.get("SOVELMA_FIRMWARE") or ROOT / "build" / "unix" / "sovelma")
    assert path.is_file(), f"{path}: not built; run make build"
    return Firmware(path)


@pytest.fixture
def mistakes(firmware, tmp_path):
    """Boots a manifest that cannot start and returns what the firmware says, see manifests.complaints."""
    return complaints(firmware, tmp_path)
