"""The machines that the tests run on: the firmware of the PC, and the firmware of 32-bit RISC-V in QEMU.

Both run a script in the same way, described at `Firmware.script`. A test that only needs the script's answer therefore does not
name a machine and runs on both.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

# Modules that a script gets: {name: bytes}.
Wasm = Mapping[str, bytes] | None

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
IMAGE = ROOT / "build" / "qemu" / "firmware.elf"
MADE = (pathlib.Path(tempfile.gettempdir()), pathlib.Path(tempfile.gettempdir()).resolve(), ROOT / "build")
sys.path[:0] = [str(room) for room in sorted((ROOT / "tools").iterdir()) if room.is_dir()]

import qemu
from pack_files import image

# Runs before a script and gives it: its keyword arguments as global names, modules as bytes in `wasm`, and answer().
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

# The same for QEMU, where values and modules lie in files. A tree of host files is mounted at its path on the host.
PRELUDE_FILES = """
import sys, os, json, binascii, vfs
def _read():
    with open("/given/trees") as file:
        trees = json.load(file)
    for number, path in enumerate(trees):
        vfs.mount(vfs.VfsRom(memoryview(open("/given/tree%d" % number, "rb"))), path)
    with open("/given/values") as file:
        globals().update(json.load(file))
    wasm = globals()["wasm"] = {}
    with open("/given/names") as file:
        names = json.load(file)
    for number, name in enumerate(names):
        with open("/given/module%d" % number, "rb") as file:
            wasm[name] = file.read()
_read()
def answer(value):
    # Bit by bit: in a heap that was once full there is no room for a long text.
    sys.stdout.write("\\n@answer ")
    json.dump(value, sys.stdout)
    print()
"""


class ScriptFailed(AssertionError):
    """A script in the firmware raised, crashed or did not answer; the text has its output."""


def answer_of(status: int | None, output: str, errors: str = "") -> Any:
    """The value that a script passed to answer(). Raises ScriptFailed."""
    answers = [line for line in output.splitlines() if line.startswith("@answer ")]
    if status or len(answers) != 1:
        raise ScriptFailed(f"exit status {status}\n{output[-4000:]}\n{errors[-4000:]}")
    return json.loads(answers[0][len("@answer ") :])


class Firmware:
    """The firmware of the unix port. path: pathlib.Path of the program."""

    name = "x86_64"
    WORD = 8  # bytes of a reference; the heap that the same objects take grows with it
    pace = 1  # how many times as long a task takes as on the PC

    @staticmethod
    def share(n: int) -> int:
        """How many of n repetitions a test makes here: all."""
        return n

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path

    def script(
        self, source: str, *, wasm: Wasm = None, timeout: float = 120, heap: int = 0, counted: bool | None = None, **values: Any
    ) -> Any:
        """Runs MicroPython text in a new process and returns what it passed to answer(), through JSON.

        wasm: {name: module bytes}, found as the dict `wasm`; values: anything JSON, found as global names.
        timeout: seconds. heap: bytes of Python's heap, 0: the firmware's own size. counted: has a meaning on the other machine only.
        Raises ScriptFailed where the script raises, dies from a signal, or does not answer exactly once.
        """
        given = {"values": values, "wasm": {name: bytes(module).hex() for name, module in (wasm or {}).items()}}
        result = subprocess.run(
            [str(self.path), *(("-X", f"heapsize={heap}") if heap else ()), "-c", PRELUDE + source], input=json.dumps(given) + "\n",
            capture_output=True, text=True, timeout=timeout,
        )  # fmt: skip
        return answer_of(result.returncode, result.stdout, result.stderr)

    def program(self, *words: object, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Runs `sovelma -m sovelma` with these words (run, check ...) in the project's directory, without a terminal.

        Returns the completed process with its returncode, stdout and stderr.
        """
        return subprocess.run([str(self.path), "-m", "sovelma", *map(str, words)], cwd=ROOT, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=timeout)  # fmt: skip


class EmulatedFirmware(Firmware):
    """The RISC-V firmware in QEMU, a new machine for every script. path: pathlib.Path of the image.

    Where a script runs a system, the machine's time counts instructions, 8 ns each. This is about the speed of the board's
    processor, and the same in every run, whatever else the host does. Counting makes the emulator three times as slow, so
    scripts that only compute do not count.
    """

    name = "rv32"
    WORD = 4
    pace = 10
    SLOWNESS = 5  # how many times as long as on the PC a script may take
    TIME = ("-icount", "shift=3,sleep=off", "-rtc", "clock=vm")

    @staticmethod
    def share(n: int) -> int:
        """How many of n repetitions a test makes here: a tenth, since the emulator is that much slower."""
        return -(-n // 10)

    def script(
        self,
        source: str,
        *,
        wasm: Wasm = None,
        timeout: float = 120,
        heap: int = 0,
        counted: bool | None = None,
        options: Sequence[str] | None = None,
        files: Mapping[str, bytes] | None = None,
        **values: Any,
    ) -> Any:
        """As Firmware.script. counted: whether time counts instructions; None: as the class says.

        options: words for QEMU instead of those for time. files: further files below /given.
        """
        if counted is None:
            counted = "kernel" in source or "sovelma" in source
        files = {"script": (PRELUDE_FILES + source).encode(), **(files or {})}
        if options is None:
            options = self.TIME if counted else ()
        return answer_of(*self.run(files, wasm, timeout, values, (*options, *(qemu.heap(heap) if heap else ()))))

    def program(self, *words: object, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """As Firmware.program. The machine has one console: lines that begin like messages count as standard error."""
        files = {"script": (PRELUDE_FILES + "import sovelma\nsovelma.main(words)").encode()}
        status, text = self.run(files, timeout=timeout, values={"words": list(map(str, words))})
        lines = text.splitlines(keepends=True)
        told = [line for line in lines if line.startswith(("sovelma: ", "usage: ", "       sovelma"))]
        return subprocess.CompletedProcess(
            [str(word) for word in words], status, "".join(line for line in lines if line not in told), "".join(told)
        )

    def run(
        self,
        files: Mapping[str, bytes],
        wasm: Wasm = None,
        timeout: float = 120,
        values: Mapping[str, object] | None = None,
        options: Sequence[str] = TIME,
        typed: str = "",
    ) -> tuple[int, str]:
        """Starts the machine with files below /given, and waits until it switches itself off.

        Where a value, or a word of a list, is a path that exists on the host, the machine has its directory too,
        read-only. options: further words for QEMU. typed: text that is typed at the console. Returns (exit
        status, text of the console).
        """
        wasm = wasm or {}
        trees = sorted({str(directory) for directory in _directories(values or {})})
        given = {"seed": bytes(range(qemu.SEED_BYTES)), "values": json.dumps(values or {}).encode(),
                 "names": json.dumps(list(wasm)).encode(), "trees": json.dumps(trees).encode(),
                 **{f"module{number}": bytes(module) for number, module in enumerate(wasm.values())},
                 **{f"tree{number}": _tree(pathlib.Path(path)) for number, path in enumerate(trees)}, **files}  # fmt: skip
        with qemu.command(self.path, given, "-serial", "stdio", *options) as command:
            result = subprocess.run(command, input=typed.encode(), capture_output=True, timeout=timeout * self.SLOWNESS)
        return result.returncode, result.stdout.decode(errors="replace").replace("\r\n", "\n") + result.stderr.decode()


def at(path: pathlib.Path) -> Firmware:
    """The machine for a firmware's file: QEMU where the file is an .elf."""
    return (EmulatedFirmware if path.suffix == ".elf" else Firmware)(path)


def _directories(value: object) -> Iterator[pathlib.Path]:
    # The host's directories that a value names. Only directories that tests make count: temporary ones and those below build/.
    if isinstance(value, str) and value.startswith("/") and len(value) < 500 and "\0" not in value:
        path = pathlib.Path(value)
        if any(path.is_relative_to(made) for made in MADE) and path.parent.is_dir():
            yield path if path.is_dir() else path.parent
    elif isinstance(value, (list, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _directories(part)


def _tree(directory: pathlib.Path) -> bytes:
    # A read-only file system with the files of the directory.
    return image({str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()})
