#!/usr/bin/env python3
"""Prints how much of a board's memory runtime and demo take: flash of the C module, bytes of the frozen kernel, RAM of regions.

usage: size.py [BUILD]        BUILD: the directory of the builds, `build` by default

The program prints, for rv32imc at -Os, the text, constants, data and bss of each file of the C module without the arena, and
the size of the compiled kernel. For each task of the demo it prints the size of its region with all functions compiled at once,
the least quota with which the task ran the demo's first seconds, and how many such tasks fit into arenas of several sizes. It
measures the tasks on each firmware that is built, x86_64 and RV32 in QEMU.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
RUNTIME = ROOT / "cmodules" / "wasm3"

CC = "riscv64-unknown-elf-gcc"
INSTALL = "apt-get install gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf qemu-system-misc"

ARENA_BYTES = 8192  # of the compiled objects: the least that makes sense. A board chooses its own size, so the arena is not counted
ARENAS = (64, 128, 224, 300)  # KB: a small one, the board with Wi-Fi, the board without, and the specification's

SECONDS = 3  # of the demo: by then every task has done all of its work at least once
ROOM = 48 * 1024  # bytes beside linear memory in the first run, which shows how many of them the task takes

# Runs each task of the demo alone in the kernel with a large quota and measures the bytes that it took. Then looks for the least
# quota from there on, and counts how many such regions fit. Reads `arenas`, `seconds`, `room` and `path`, prints a line of JSON.
MEASURE = """
import hal, json, wasm3
from kernel.boot.loader import build
from kernel.boot.manifest import Manifest
hal.write = lambda buffer, n: None
def demo(index, quota):
    manifest = Manifest(path)
    manifest.tasks = [manifest.tasks[index]]
    manifest.tasks[0]["quota"] = quota
    manifest.tasks[0]["fault"] = ("stop",)
    try:
        system = build(manifest)
    except Exception:
        return None
    task = system.tasks[0]
    memory, region = task.instance.memory(), task.region()
    if seconds and quota:
        system.run(int(seconds * 1000))
        region = task.region()
    starved = task.record is not None and "out of memory" in task.record.reason
    system.close()
    return None if starved else (memory, region)
def count(name, index, quota):
    manifest = Manifest(path)
    fields = manifest.tasks[index]
    made = []
    try:
        with hal.read_file(fields["module"]) as stream:
            module = stream.read()
        while True:
            made.append(wasm3.Instance(module, quota=quota, stack=fields["stack"], memory=fields["memory"]))
    except MemoryError:
        pass
    for task in made:
        task.kill()
    return len(made)
rows = []
whole = wasm3.arena()[0]
names = [task["name"] for task in Manifest(path).tasks]
for index, name in enumerate(names):
    memory, at_once = demo(index, 0)
    quota = demo(index, memory + room)[1][0]
    while demo(index, quota) is None:
        quota += 16
    fit = []
    for size in arenas:
        wasm3.arena_resize(size * 1024)
        fit.append([count(name, index, 0), count(name, index, quota)])
    wasm3.arena_resize(whole)
    rows.append([name, memory, at_once[1], quota, fit])
print("@size " + json.dumps(rows))
"""


def setting(name: str) -> list[str]:
    """The words of a variable of the runtime's sources.mk."""
    text = (RUNTIME / "sources.mk").read_text().replace("\\\n", "")
    match = re.search(rf"^{name} := (.*)$", text, re.MULTILINE)
    if not match:
        raise RuntimeError(f"sources.mk has no {name}")
    return match[1].split()


def flags() -> list[str]:
    """The compiler's flags for a board: the same as in the board's own build (cmodules/wasm3/micropython.cmake)."""
    return ["--specs=picolibc.specs", "-march=rv32imc", "-mabi=ilp32", "-std=gnu11", *setting("SOV_BOARD_FLAGS"),
            *setting("SOV_INTERPRETER_FLAGS"), f"-DSOV_ARENA_BYTES={ARENA_BYTES}u"]  # fmt: skip


def board_objects(directory: str | pathlib.Path, wasm3: pathlib.Path, more: Sequence[str] = ()) -> dict[str, pathlib.Path]:
    """Compiles the runtime for rv32imc into a directory: {name of the source: object}, without files that need MicroPython.

    wasm3: directory of wasm3's C files. more: further flags. Raises RuntimeError with the compiler's message.
    """
    made = {}
    for name in setting("SOV_RUNTIME_SOURCES") + setting("SOV_INTERPRETER_SOURCES"):
        source = RUNTIME / name
        made[source.name] = pathlib.Path(directory) / f"{source.stem}.o"
        command = [CC, *flags(), *more, f"-I{RUNTIME}", f"-I{wasm3}", "-c", source, "-o", made[source.name]]
        result = subprocess.run([str(word) for word in command], capture_output=True, text=True)
        if result.returncode:
            raise RuntimeError(f"{name}:\n{result.stderr}")
    return made


def sections(path: pathlib.Path) -> list[int]:
    """[text, constants, data, bss] of an object file, in bytes."""
    found = [0, 0, 0, 0]
    kinds = ((".text", 0), (".rodata", 1), (".srodata", 1), (".data", 2), (".sdata", 2), (".bss", 3), (".sbss", 3))
    lines = subprocess.run(["riscv64-unknown-elf-size", "-A", str(path)], capture_output=True, text=True, check=True).stdout.splitlines()
    for line in lines:
        words = line.split()
        for prefix, kind in kinds:
            if len(words) == 3 and words[1].isdigit() and (words[0] == prefix or words[0].startswith(prefix + ".")):
                found[kind] += int(words[1])
                break
    return found


def module_table(objects: dict[str, pathlib.Path]) -> dict[str, list[int]]:
    """{source: [text, constants, data, bss]}, without the arena."""
    table = {name: sections(path) for name, path in objects.items()}
    table["region.c"][3] -= ARENA_BYTES
    return {name: sizes for name, sizes in table.items() if any(sizes)}


def frozen(directory: pathlib.Path) -> dict[str, int]:
    """{"kernel": bytes, "hal": bytes, "sovelma.py": ...} of compiled Python in a firmware's build.

    A build directory may keep the byte code of deleted sources. This is not counted.
    """
    sizes: dict[str, int] = {}
    for path in sorted(directory.rglob("*.mpy")):
        source = path.relative_to(directory).with_suffix(".py")
        if (ROOT / "firmware" / source).is_file():
            name = source.parts[0]
            sizes[name] = sizes.get(name, 0) + path.stat().st_size
    return sizes


def answer(output: str) -> list:
    """The rows that MEASURE printed. Raises RuntimeError where it printed none."""
    for line in output.splitlines():
        if line.startswith("@size "):
            return json.loads(line[6:])
    raise RuntimeError(output[-2000:])


def script(manifest: str) -> str:
    return f"arenas = {ARENAS!r}\nseconds = {SECONDS}\nroom = {ROOM}\npath = {manifest!r}\n{MEASURE}"


def on_pc(firmware: pathlib.Path) -> list:
    result = subprocess.run(
        [str(firmware), "-c", script("modules/demo/system.json")], cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    return answer(result.stdout + result.stderr)


def on_rv32(firmware: pathlib.Path) -> list:
    sys.path[:0] = [str(ROOT / "tools" / "run"), str(ROOT / "tools" / "build")]
    import qemu

    with qemu.command(firmware, {"seed": bytes(qemu.SEED_BYTES), "script": script("/system.json").encode()}, "-serial", "stdio") as command:
        result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900)
    return answer(result.stdout + result.stderr)


def show_regions(machine: str, rows: list) -> None:
    fits = "".join(f"{f'in {size} KB':>12}" for size in ARENAS)
    print(f"\n{machine}: {'task':<12}{'memory':>8}{'region':>8}{'quota':>8}{fits}")
    for name, memory, region, quota, fit in rows:
        print(f"{'':{len(machine)}}  {name:<12}{memory:>8}{region:>8}{quota:>8}" + "".join(f"{f'{a} / {b}':>12}" for a, b in fit))


def main(words: list[str]) -> None:
    build = pathlib.Path(words[0] if words else ROOT / "build")
    wasm3 = build / "src" / "wasm3"
    if shutil.which(CC):
        with tempfile.TemporaryDirectory() as directory:
            objects = board_objects(directory, wasm3)
            for name in ("modwasm3", "pending"):
                python = build / "qemu" / "wasm3" / f"{name}.o"
                if python.is_file():
                    objects[f"{name}.c"] = python
            table = module_table(objects)
        print(f"{'C module, rv32imc -Os':<24}{'text':>8}{'const':>8}{'data':>8}{'bss':>8}")
        for name, sizes in table.items():
            print(f"{name:<24}" + "".join(f"{size:>8}" for size in sizes))
        total = [sum(column) for column in zip(*table.values())]
        print(f"{'total, without arena':<24}" + "".join(f"{size:>8}" for size in total))
        print(f"RAM beside the arena: {total[2] + total[3]} bytes")
    else:
        print(f"NOT MEASURED FOR RISC-V: {INSTALL}")
    for name in ("qemu", "unix"):
        parts = frozen(build / name / "frozen_mpy")
        if parts:
            print(
                f"\nfrozen Python ({name}): "
                + ", ".join(f"{part} {size}" for part, size in parts.items())
                + f", together {sum(parts.values())} bytes"
            )
    print("\nRegions in bytes. region: everything compiled at once; quota: the least it ran with, compiled on demand; linear memory is")
    print("part of both. Behind them, how many of each are in an arena of that size.")
    show_regions("x86_64", on_pc(build / "unix" / "sovelma"))
    image = build / "qemu" / "firmware.elf"
    if image.is_file() and shutil.which("qemu-system-riscv32"):
        show_regions("rv32", on_rv32(image))
    else:
        print(f"NOT MEASURED IN QEMU: make qemu; {INSTALL}")


if __name__ == "__main__":
    main(sys.argv[1:])
