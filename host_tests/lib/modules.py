"""Compiles modules for tests from C exactly as `make modules` does, with the flags of modules/modules.mk."""

import functools
import os
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Sequence

from machines import ROOT


@functools.cache
def flags() -> list[list[str]]:
    """(compiler flags, linker flags) of modules/modules.mk, as lists."""
    text = "include modules/modules.mk\nall:\n\t@echo '$(MODULE_CFLAGS)'\n\t@echo '$(MODULE_LDFLAGS)'\n"
    result = subprocess.run(["make", "--no-print-directory", "-f", "-"], cwd=ROOT, input=text, capture_output=True, text=True,
                            check=True, env={k: v for k, v in os.environ.items() if not k.startswith("MAKE")})  # fmt: skip
    return [line.split() for line in result.stdout.splitlines()]


@functools.cache
def compiled(source: str, stack: int = 1024, includes: Sequence[str | pathlib.Path] = (), lines: bool = False) -> bytes:
    """C text -> bytes of the module. stack: bytes. includes: further directories. lines: with line tables. Raises AssertionError with the compiler's message."""
    zig = [sys.executable, "-m", "ziglang"]
    cache = str(ROOT / "build" / "zig-cache")
    environment = {**os.environ, "ZIG_GLOBAL_CACHE_DIR": cache, "ZIG_LOCAL_CACHE_DIR": cache}
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory)
        (path / "module.c").write_text(source)
        compiler, linker = flags()
        if lines:
            compiler, linker = (
                ["-g" if word == "-g0" else word for word in compiler],
                [word for word in linker if not word.startswith("--strip")],
            )
        for command in (
            [*zig, "cc", *compiler, *[f"-I{include}" for include in includes], "-c", "-o", path / "module.o", path / "module.c"],
            [*zig, "wasm-ld", *linker, "-z", f"stack-size={stack}", "-o", path / "module.wasm", path / "module.o"],
        ):
            result = subprocess.run(list(map(str, command)), cwd=ROOT, env=environment, capture_output=True, text=True)
            assert result.returncode == 0, result.stderr
        return (path / "module.wasm").read_bytes()


RUN = """
import hal, sovelma, wasm3
from kernel.objects.kinds import make_system
from kernel.objects.ramfs import RamFS
from kernel.core.capability import Capabilities
from kernel.core.task import Task
shown = []
hal.write = lambda buffer, n: shown.append(bytes(buffer[:n]).decode())
def run(module, memory=0):
    # runs one module to its end; returns its Task
    system = make_system(RamFS(1 << 16))
    task = Task("t", wasm3.Instance(module, memory=memory), 3, 200000, Capabilities())
    system.add(task)
    system.run(20000)
    return task
"""
