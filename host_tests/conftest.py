"""What the tests share: the firmware, scripts run inside it, WebAssembly text turned into modules.

Environment: SOVELMA_FIRMWARE names another firmware than build/unix/sovelma.
"""

import functools
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent

# What a script finds: its keyword arguments as global names, modules as bytes in `wasm`, answer() to speak.
PRELUDE = """
import sys, json, binascii
def _read():
    given = json.loads(sys.stdin.readline())
    globals().update(given["values"])
    globals()["wasm"] = {name: binascii.unhexlify(text) for name, text in given["wasm"].items()}
_read()
def answer(value):
    print("\\n@answer " + json.dumps(value))
"""


class ScriptFailed(AssertionError):
    """A script in the firmware raised, crashed or did not answer; the text has its output."""


class Firmware:
    """The unix-port firmware. path: pathlib.Path of the program."""

    def __init__(self, path):
        self.path = path

    def script(self, source, *, wasm=None, timeout=120, options=(), **values):
        """Runs MicroPython text in a new process and returns what it passed to answer(), through JSON.

        wasm: {name: module bytes}, found as the dict `wasm`; values: anything JSON, found as global names.
        timeout: seconds. options: of the firmware's command line, such as ("-X", "heapsize=64k").
        Raises ScriptFailed where the script raises, dies from a signal or answers other than once.
        """
        given = {"values": values, "wasm": {name: bytes(module).hex() for name, module in (wasm or {}).items()}}
        result = subprocess.run(
            [str(self.path), *options, "-c", PRELUDE + source], input=json.dumps(given) + "\n",
            capture_output=True, text=True, timeout=timeout,
        )  # fmt: skip
        answers = [line for line in result.stdout.splitlines() if line.startswith("@answer ")]
        if result.returncode or len(answers) != 1:
            raise ScriptFailed(f"exit status {result.returncode}\n{result.stdout[-4000:]}\n{result.stderr[-4000:]}")
        return json.loads(answers[0][len("@answer "):])


@pytest.fixture(scope="session")
def firmware():
    """The firmware under test, built by `make`."""
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
