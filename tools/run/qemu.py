#!/usr/bin/env python3
"""Starts the RISC-V firmware in QEMU, on this terminal.

usage: qemu.py FIRMWARE [--for SECONDS] run|check FILE     as `sovelma -m sovelma` on a PC; FILE is one of the image
       qemu.py FIRMWARE                                    MicroPython's prompt
(with the Python of build/venv, whose mpremote knows the format of the files that the machine gets)

At a terminal the system runs until Ctrl-A x ends the emulator; without a terminal it runs for SECONDS. The exit code is the system's.
"""

import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "build"))
from pack_files import image

SEED_BYTES = 32  # the key of the machine's random numbers, see cmodules/common/random.c
MEMORY = "256M"  # up to the end of the memory that firmware/boards/SOVELMA_QEMU/virt.ld names
HEAP_WANTED = 0x83FFFFF0  # where cmodules/qemu/start.c looks for the size of a smaller heap
GIVEN = 0x84000000  # where firmware/boards/SOVELMA_QEMU/_start.py looks for files


def heap(size: int) -> tuple[str, str]:
    """Words for QEMU that make Python's heap `size` bytes long."""
    return ("-device", f"loader,addr={HEAP_WANTED:#x},data={size:#x},data-len=4")


def words(program: str | pathlib.Path, given: str | pathlib.Path, *options: str) -> list[str]:
    """The words that start QEMU with a program and the bytes of the file `given`; options: further words."""
    return ["qemu-system-riscv32", "-machine", "virt", "-m", MEMORY, "-bios", "none", "-display", "none", "-monitor", "none", "-semihosting",
            "-kernel", str(program), "-device", f"loader,file={given},addr={GIVEN:#x},force-raw=on", *options]  # fmt: skip


@contextlib.contextmanager
def command(firmware: str | pathlib.Path, files: Mapping[str, bytes], *options: str) -> Iterator[list[str]]:
    """The words that start QEMU with files for the machine, valid inside the `with`.

    files: {path below /given: bytes}; options: further words, which say where the console is. The machine reaches
    nothing else of the host.
    """
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "given"
        path.write_bytes(image(files))
        yield words(firmware, path, *options)


def main(arguments: list[str]) -> int:
    firmware, *arguments = arguments
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if arguments[:1] == ["--for"]:
        arguments = arguments[2:] if terminal else [*arguments[2:], *arguments[:2]]
    files = {"seed": os.urandom(SEED_BYTES)}
    if arguments:
        files["arguments"] = " ".join(arguments).encode()
    if terminal:
        files["terminal"] = b""
    with command(firmware, files, "-serial", "mon:stdio" if terminal else "stdio") as started:
        return subprocess.run(started).returncode


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
