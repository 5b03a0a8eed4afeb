"""Builds what the benchmarks run: kernels as wasm and as native code, and the C harnesses. Cached.

A step is one command with its inputs and its output. It runs again when its command line or a file it read
has changed; the answer is kept in OUTPUT.inputs beside the output.

Invariant: baseline and metered harness are compiled by the same compiler with the same flags.
"""

import hashlib
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent

KERNELS = sorted(path.stem for path in (HERE / "kernels").glob("*.c"))

# What the runtime accepts; only gap_buffer is about bulk memory, so that loops stay loops elsewhere.
WASM_CPU = "mvp+sign_ext+nontrapping_fptoint+mutable_globals"
WITH_BULK_MEMORY = {"gap_buffer"}

# A C stack of 4 KiB: no kernel needs more, and all its data still fits into one page of 64 KiB.
WASM_FLAGS = [
    "-target", "wasm32-freestanding", "-O2", "-ffreestanding", "-fno-builtin", "-nostdlib", "-fno-sanitize=all",
    "-Wall", "-Wextra", "-Werror", "-Wl,--no-entry", "-Wl,-z,stack-size=4096", "-Wl,--strip-all",
]

# -ffp-contract=off and -fno-math-errno: wasm has neither fused multiplication nor errno.
NATIVE_FLAGS = ["-O2", "-ffp-contract=off", "-fno-math-errno", "-w"]

RUNTIME = ROOT / "cmodules" / "wasm3"

# A program for QEMU's machine `virt`, whose memory begins at 0x80000000: code, then 48 MB of data with a stack of 1 MB, far
# from what the loader puts at 0x84000000. Output and end are those of a debugger's host, which QEMU is.
RV32_MEMORY = {"__flash": 0x80000000, "__flash_size": 4 << 20, "__ram": 0x80400000, "__ram_size": 48 << 20, "__stack_size": 1 << 20}
RV32_CC = [
    "riscv64-unknown-elf-gcc", "--specs=picolibc.specs", "--crt0=semihost", "--oslib=semihost", "-march=rv32imc", "-mabi=ilp32",
    "-misa-spec=2.2", *(f"-Wl,--defsym={name}={value:#x}" for name, value in RV32_MEMORY.items()),
]


class BuildError(Exception):
    """A step failed; the text says which and why."""


class Toolchain:
    """Commands and places of one build.

    build: directory for everything made here. wasm3: directory of wasm3's C files. cc: the C compiler.
    zig: command of a clang for wasm32, such as ["python3", "-m", "ziglang", "cc"].
    """

    def __init__(self, build, wasm3, cc="gcc", zig=None):
        self.build = pathlib.Path(build)
        self.wasm3 = pathlib.Path(wasm3)
        self.cc = cc
        self.zig = zig or [sys.executable, "-m", "ziglang", "cc"]
        self.build.mkdir(parents=True, exist_ok=True)
        # Zig's caches default to places in $HOME and the source tree, which are not ours to fill.
        caches = dict.fromkeys(("ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR"), str(self.build.resolve().parent / "zig-cache"))
        self.environment = {**os.environ, **caches}
        if not (self.wasm3 / "wasm3.h").is_file():
            raise BuildError(f"{self.wasm3}: no wasm3.h; give wasm3's source directory with --wasm3")

    def step(self, output, command, inputs):
        """Runs `command` to make `output` unless it is up to date with `inputs`. Returns the path of the output."""
        output = self.build / output
        digest = hashlib.sha256(json.dumps([str(word) for word in command]).encode())
        for path in sorted(inputs):
            digest.update(path.read_bytes())
        stamp = output.with_name(output.name + ".inputs")
        if output.exists() and stamp.exists() and stamp.read_text() == digest.hexdigest():
            return output
        stamp.unlink(missing_ok=True)
        result = subprocess.run([*map(str, command), "-o", str(output)], capture_output=True, text=True,
                                env=self.environment)
        if result.returncode:
            raise BuildError(f"{output.name} does not build:\n{result.stderr.strip()}")
        stamp.write_text(digest.hexdigest())
        return output

    def kernel(self, name, reduced=False):
        """The wasm of the kernel `name` with its full or reduced workload."""
        cpu = WASM_CPU + ("+bulk_memory" if name in WITH_BULK_MEMORY else "")
        return self.wasm(HERE / "kernels" / f"{name}.c", cpu, reduced)

    def wasm(self, source, cpu=WASM_CPU, reduced=False):
        """Any C file as wasm."""
        suffix = ".reduced" if reduced else ""
        command = [*self.zig, *WASM_FLAGS, f"-mcpu={cpu}", *(["-DREDUCED"] if reduced else []), source]
        return self.step(f"{source.stem}{suffix}.wasm", command, [source, HERE / "kernels" / "bench.h"])

    def module(self, source, output, *flags):
        """A C file that makes system calls, as wasm."""
        sdk = ROOT / "modules" / "sdk"
        command = [*self.zig, *WASM_FLAGS, f"-mcpu={WASM_CPU}", *flags, f"-I{sdk}", source]
        return self.step(output, command, [source, *sdk.glob("*.h")])

    def native(self, name, reduced=False):
        """The kernel as a native program, the oracle of its checksum."""
        source = HERE / "kernels" / f"{name}.c"
        command = [self.cc, *NATIVE_FLAGS, *(["-DREDUCED"] if reduced else []), source, HERE / "native.c"]
        inputs = [source, HERE / "native.c", HERE / "harness.h", HERE / "kernels" / "bench.h"]
        return self.step(f"{name}{'.reduced' if reduced else ''}.native", command, inputs)

    def baseline(self):
        """The harness around unmodified wasm3."""
        return self.with_wasm3("baseline")

    def with_wasm3(self, name):
        """A harness NAME.c and unmodified wasm3."""
        sources = [HERE / f"{name}.c", *sorted(self.wasm3.glob("*.c"))]
        command = [self.cc, *harness_flags(), f"-I{self.wasm3}", *sources, "-lm"]
        return self.step(name, command, [*sources, HERE / "harness.h", *self.wasm3.glob("*.h")])

    def baseline_rv32(self):
        """The program that runs modules in unmodified wasm3 on the emulated machine, without a system. Needs Debian's
        cross compiler and its C library."""
        sources = [HERE / "baseline_rv32.c", *sorted(self.wasm3.glob("*.c"))]
        command = [*RV32_CC, "-O2", *setting("SOV_INTERPRETER_FLAGS"), "-DNDEBUG", "-w", f"-I{self.wasm3}", *sources, "-lm"]
        return self.step("baseline_rv32.elf", command, [*sources, *self.wasm3.glob("*.h")])

    def metered(self):
        """The harness around our runtime."""
        return self.with_runtime("metered")

    def load(self):
        """The harness that makes tasks of a module and nothing else."""
        return self.with_runtime("load")

    def load_wasm3(self):
        """The same with unmodified wasm3."""
        return self.with_wasm3("load_wasm3")

    def with_runtime(self, name):
        """A harness NAME.c and our runtime."""
        names = setting("SOV_RUNTIME_SOURCES") + setting("SOV_INTERPRETER_SOURCES")
        sources = [HERE / f"{name}.c", *(RUNTIME / name for name in names)]
        command = [self.cc, *harness_flags(), f"-I{RUNTIME}", f"-I{self.wasm3}", *sources, "-lm"]
        headers = [*RUNTIME.rglob("*.h"), *self.wasm3.glob("*.[ch]"), HERE / "harness.h"]
        return self.step(name, command, [*sources, *headers])


def setting(name):
    """The words of a variable of the runtime's sources.mk, which the firmware is built by."""
    for line in (RUNTIME / "sources.mk").read_text().replace("\\\n", "").splitlines():
        if line.startswith(f"{name} :="):
            return line.partition(":=")[2].split()
    raise BuildError(f"{RUNTIME / 'sources.mk'}: sets no {name}")


def harness_flags():
    """The firmware's flags for its interpreter. -w: the firmware's build is the place for warnings."""
    return ["-O3", *setting("SOV_INTERPRETER_FLAGS"), "-DNDEBUG", "-w"]
