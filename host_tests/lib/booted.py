"""Systems that are built from a manifest whose tasks a test writes in C; the clock is the test's (setups.CLOCK)."""

import json
import pathlib
from typing import Any

from machines import Firmware
from services import guest
from setups import CLOCK

# For the scripts: `system`, states() and answers() of its tasks by their names.
BOOT = (
    CLOCK
    + """
import os, wasm3
from hal.common.simulated import board
from kernel.boot.loader import build
from kernel.boot.manifest import Manifest
from kernel.core import console
from kernel.core.task import STATES
hal.write = lambda buffer, n: None
system = build(Manifest(path))
def states():
    return {task.name: STATES[task.state] for task in system.tasks}
def answers():
    return {task.name: task.result for task in system.tasks if task.over()}
"""
)


def booted(firmware: Firmware, directory: pathlib.Path, source: str, tasks: dict[str, tuple[str, dict[str, Any]]]) -> Any:
    """What a script answers after BOOT. tasks: {name: (body of the guest, fields of the manifest)}; directory: for their files."""
    entries = []
    for name, (body, fields) in tasks.items():
        (directory / f"{name}.wasm").write_bytes(guest(body))
        entries.append({"name": name, "module": f"{name}.wasm", "memory": 4096, **fields})
    path = directory / "system.json"
    path.write_text(json.dumps({"version": 1, "tasks": entries}))
    return firmware.script(BOOT + source, path=str(path))
