"""The runtime compiles for rv32imc, the instruction set of the board, and its operations keep their tail calls.

Compiled only: what runs there is another matter. The flags are those of the board's build, where text is scarce.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest
from machines import ROOT

sys.path.insert(0, str(ROOT / "host_tests" / "bench"))

import size  # noqa: E402
from measure_load import validator_text  # noqa: E402

RUNTIME = ROOT / "cmodules" / "wasm3"
WASM3 = pathlib.Path(os.environ.get("WASM3_DIR") or ROOT / "build" / "src" / "wasm3")
CHECKER = ROOT / "tools" / "check" / "check_tail_calls.py"

# Flash for the whole runtime with soft floats. wasm3 alone has 70 KB of text at -Os; metering, control and
# floats of our own replace parts of it. A bound that notices an accident, not a target.
MAX_TEXT = 112 * 1024

# RAM outside the arena, all units together: the specification of the runtime allows 1 KB.
MAX_RAM = 1024


@pytest.fixture(scope="module")
def objects(tmp_path_factory):
    """{name of the source: object file}, compiled once."""
    if not shutil.which(size.CC):
        pytest.skip(f"no cross compiler: {size.INSTALL}")
    if not (WASM3 / "wasm3.h").is_file():
        pytest.skip(f"{WASM3} has no wasm3 sources: run make, or set WASM3_DIR")
    return size.board_objects(tmp_path_factory.mktemp("rv32"), WASM3, ["-fstack-usage"])


def test_tail_calls(objects):
    result = subprocess.run(
        [sys.executable, CHECKER, objects["interpreter.c"], "--objdump", "riscv64-unknown-elf-objdump"],
        capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def frames(objects, source):
    """{function: bytes of its frame} of one source."""
    lines = objects[source].with_suffix(".su").read_text().splitlines()
    return {line.split("\t")[0].rpartition(":")[2]: int(line.split("\t")[1]) for line in lines}


def constant(name):
    """The board's value of a setting in config.h that is `SOV_IS_HOST ? a : b`."""
    return int(re.search(rf"#define {name} \(SOV_IS_HOST \? \w+ : (\d+)u?\)", (RUNTIME / "config.h").read_text())[1])


def test_stack_of_the_compiler(objects):
    """What config.h says that compiling takes of the C stack is no less than the frames that the compiler makes."""
    own = frames(objects, "interpreter.c")
    rounds = [
        ("CompileBlockStatements", "Compile_LoopOrBlock", "CompileBlock"),
        ("CompileBlockStatements", "Compile_If", "CompileBlock"),
        ("CompileBlockStatements", "Compile_If", "CompileElseBlock", "CompileBlock"),
    ]
    block = max(sum(own.get(name, 0) for name in path) for path in rounds)
    assert own["CompileBlock"] and own["CompileBlockStatements"], own  # else they go by other names now
    assert 0.5 * constant("SOV_STACK_PER_BLOCK") < block <= constant("SOV_STACK_PER_BLOCK")
    assert own["move_values"] <= constant("SOV_STACK_PER_VALUE")
    # From the check to the deepest leaf, a page of code that is taken for the operation of a branch.
    others = {**frames(objects, "compile.c"), **frames(objects, "wasm3_parts.c"), **frames(objects, "region.c"), **frames(objects, "pool.c")}
    leaf = ["CompileFunction", "sov_compile_function", "Compile_BranchTable", "ResolveBlockResults", "CopyStackIndexToSlot", "metered_EmitOp",
            "copy_operands_to_loop", "EmitOp", "EnsureCodePageNumLines"]  # fmt: skip
    allocating = ["sov_compile", "run_job", "AcquireCodePageWithCapacity", "NewCodePage", "m3_Malloc", "sov_heap_take", "pool_take"]
    deepest = sum(own.get(name, 0) for name in leaf) + sum(others.get(name, 0) for name in allocating)
    assert 500 < deepest + block <= constant("SOV_STACK_BASE")
    # Creating: the values of init expressions, and what leads there.
    create, scan = frames(objects, "create.c"), frames(objects, "scan.c")
    leaf = max(sum(frames(objects, f"{part}.c").values()) for part in ("parse", "segments"))
    parsing = create["sov_task_create"] + create["create_in"] + leaf + scan["sov_constant_value"] + 300
    assert scan["sov_constant_value"] < 300
    validating = create["create_in"] + sum(sum(frames(objects, f"validate_{part}.c").values()) for part in ("state", "module", "body"))
    assert parsing <= constant("SOV_STACK_TO_CREATE") and validating <= constant("SOV_STACK_TO_CREATE"), (parsing, validating)


def test_size_of_the_validator(objects):
    """It may take 16 KB of flash."""
    assert 4 * 1024 < validator_text(objects["scan.c"].parent, WASM3) <= 16 * 1024


def test_size(objects):
    """Text fits the flash it was given; RAM beside the arena stays within the specification."""
    text, constants, data, bss = (sum(column) for column in zip(*size.module_table(objects).values()))
    print(f"rv32imc: text {text}, constants {constants}, RAM beside the arena {data + bss}")
    assert 20 * 1024 < text + constants <= MAX_TEXT
    assert 0 < data + bss <= MAX_RAM


def operations(path):
    """{operation: bytes of its code} of an interpreter's object."""
    listing = subprocess.run(["riscv64-unknown-elf-nm", "-S", path], capture_output=True, text=True, check=True).stdout
    words = [line.split() for line in listing.splitlines()]
    return {word[3]: int(word[1], 16) for word in words if len(word) == 4 and word[3].startswith("op_")}


def test_what_is_measured_in_the_emulator_is_what_a_board_runs(objects):
    """The interpreter in the image was compiled for speed once: its figures were not the board's."""
    image = ROOT / "build" / "qemu" / "wasm3" / "engine" / "interpreter.o"
    if not image.is_file():
        pytest.skip("the image for QEMU was not built here: make qemu-firmware")
    board = operations(objects["interpreter.c"])
    assert len(board) > 300 and operations(image) == board


def test_every_byte_of_the_objects_is_counted(objects):
    """What `make size` adds up is what the linker gets: the sums are those of binutils' own `size`."""
    result = subprocess.run(["riscv64-unknown-elf-size", *objects.values()], capture_output=True, text=True, check=True)
    rows = [[int(word) for word in line.split()[:3]] for line in result.stdout.splitlines()[1:]]
    text, constants, data, bss = (sum(column) for column in zip(*size.module_table(objects).values()))
    assert (text + constants, data, bss) == (sum(row[0] for row in rows), sum(row[1] for row in rows), sum(row[2] for row in rows) - size.ARENA_BYTES)
