"""What the tests share: the machines with their firmware, WebAssembly text turned into modules.

A test that asks for `firmware` runs once on each machine, unless it is marked `pc` with the reason why the other one
cannot run it. Environment: SOVELMA_FIRMWARE names another PC firmware than build/unix/sovelma; then that alone is tested.
"""

import functools
import os
import pathlib

import pytest
from machines import IMAGE, ROOT, EmulatedFirmware, Firmware, ScriptFailed  # noqa: F401


# Everything a test run writes stays below build/.
os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(ROOT / "build" / "hypothesis")

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


@functools.cache
def wat(text):
    """WebAssembly text -> module bytes, with function names in the name section."""
    import wasmtime

    try:
        return bytes(wasmtime.wat2wasm(text))
    except wasmtime.WasmtimeError as error:
        raise ValueError(str(error).split("\nStack backtrace")[0]) from None


# In the firmware: a task's machine with other methods in place of some.
INSTEAD = """
class Instead:
    def __init__(self, machine, **others):
        self._machine = machine
        for name, method in others.items():
            setattr(self, name, method)
    def __getattr__(self, name):
        return getattr(self._machine, name)
"""
