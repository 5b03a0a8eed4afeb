"""What wasmtime makes of a module: the answers the firmware's are compared with."""

import binascii
import ctypes
import pathlib
import random
import struct
import sys

import wasmtime
import wasmtime._ffi

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "tools" / "run"))
from backtrace import leb  # noqa: E402

# How wasmtime names a trap -> how the runtime does.
TRAPS = {
    "out of bounds memory access": "out of bounds memory access",
    "integer divide by zero": "integer divide by zero",
    "integer overflow": "integer overflow",
    "invalid conversion to integer": "invalid conversion to integer",
    "wasm `unreachable` instruction executed": "unreachable executed",
    "undefined element: out of bounds table access": "undefined element",
    "uninitialized element": "null table element",
    "indirect call type mismatch": "indirect call type mismatch",
    "call stack exhausted": "stack overflow",
    "all fuel consumed": "out of fuel",
}

PREFIX = 0xFC  # what table.init and table.copy begin with

# Fuel of one call. A mutant may loop for ever; both engines count about an instruction a unit, but not the same.
FUEL = 2_000_000

# Traps after which two engines may differ: how deep a recursion went, how far a loop got.
OWN_LIMITS = (["trap", "stack overflow"], ["trap", "out of fuel"])

# Arguments worth trying: small, extreme, fractions; no NaN, whose bits Python does not keep.
INTEGERS = (0, 1, 2, 7, 0xFF, 0x7FFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0xFFFFFFFFFFFFFFFF)
FLOATS = (0.0, -0.0, 1.0, -1.5, 3.25e9, -7e18, 1e-30, 65536.75, float("inf"), float("-inf"))

LETTERS = {"i32": "i", "i64": "I", "f32": "f", "f64": "F"}
FORMATS = {"f": ("<f", "<I"), "F": ("<d", "<Q")}


def contents(module, wanted):
    """Where the contents of a section of a valid module begin; None without it."""
    at = 8
    while at < len(module):
        size, start = leb(module, at + 1)
        if module[at] == wanted:
            return start
        at = start + size
    return None


def configuration():
    """An engine whose arithmetic gives canonical NaNs. It may accept more than we do: it is asked only about
    modules that are valid in our language."""
    config = wasmtime.Config()
    # The package has no attribute for it, and takes any name that is set without a word.
    wasmtime._ffi.wasmtime_config_cranelift_nan_canonicalization_set(config.ptr(), True)
    config.cranelift_opt_level = "none"
    config.consume_fuel = True
    # With these an init expression may read earlier globals.
    wasmtime._ffi.wasmtime_config_wasm_function_references_set(config.ptr(), True)
    wasmtime._ffi.wasmtime_config_wasm_gc_set(config.ptr(), True)
    return config


ENGINE = wasmtime.Engine(configuration())


def bits_of(letter, value):
    """The raw bits of a result, and of every NaN the same ones: Python does not keep an f32 NaN's."""
    if letter in FORMATS:
        if value != value:
            return "nan"
        floating, integer = FORMATS[letter]
        return str(struct.unpack(integer, struct.pack(floating, value))[0])
    return str(value & (0xFFFFFFFF if letter == "i" else 0xFFFFFFFFFFFFFFFF))


def same(letter, ours, theirs):
    """Holds raw bits of the firmware against the text of bits_of()."""
    if theirs == "nan":
        exponent, fraction = (0x7F800000, 0x7FFFFF) if letter == "f" else (0x7FF0000000000000, 0xFFFFFFFFFFFFF)
        return int(ours) & exponent == exponent and int(ours) & fraction != 0
    return ours == theirs


def argument(letter, source):
    """(value for wasmtime, raw bits for the firmware)."""
    if letter in FORMATS:
        floating, integer = FORMATS[letter]
        packed = struct.pack(floating, source.choice(FLOATS))
        return struct.unpack(floating, packed)[0], str(struct.unpack(integer, packed)[0])
    width = 32 if letter == "i" else 64
    bits = source.choice(INTEGERS) & ((1 << width) - 1)
    return bits - (1 << width) if bits >> (width - 1) else bits, str(bits)


class Answers:
    """A module as wasmtime runs it. memory_bytes: what it may grow to; calls: for the driver, same arguments."""

    def __init__(self, module, seed, exports):
        """exports: (name, index) of the functions to call, in order."""
        source = random.Random(seed)
        self.bytes = module
        self.module = wasmtime.Module(ENGINE, module)
        self.code = contents(module, 10)
        self.memory_bytes = 0
        self.types = {}
        for export in self.module.exports:
            if isinstance(export.type, wasmtime.FuncType):
                self.types[export.name] = export.type
            elif isinstance(export.type, wasmtime.MemoryType):
                self.memory_bytes = (export.type.limits.max or 0) * 65536
        self.plan = []
        for name, index in exports:
            letters = [LETTERS.get(str(kind)) for kind in self.types[name].params]
            if None in letters:
                continue  # of a module that the firmware refuses
            self.plan.append((name, index, [argument(letter, source) for letter in letters]))
        self.calls = [[index, [bits for _, bits in arguments]] for _, index, arguments in self.plan]

    def global_value(self, exported):
        """Value of an exported global after run()."""
        return exported.value(self.store)

    def outcome(self, store, function, arguments, kinds):
        try:
            result = function(store, *[value for value, _ in arguments])
        except wasmtime.Trap as trap:
            return self.trapped(trap)
        values = result if isinstance(result, list) else [] if result is None else [result]
        return ["ok", [[letter, bits_of(letter, value)] for letter, value in zip(kinds, values, strict=True)]]

    def trapped(self, trap):
        name = trap_name(trap)
        if ["trap", name] in OWN_LIMITS:
            return ["trap", name]
        frames = trap.frames if name == "undefined element" else ()
        if frames and self.bytes[frames[0].module_offset] == PREFIX:
            name = "out of bounds table access"  # wasmtime calls both the same
        return ["trap", name, [[frame.func_index, frame.module_offset - self.code] for frame in trap.frames or ()]]

    def run(self):
        """(outcomes, exports, size of memory, its CRC); outcomes end where the driver's do. No exports: the module could
        not be instantiated; no size: it does not export its memory."""
        store = wasmtime.Store(ENGINE)
        store.set_fuel(FUEL)
        self.store = store
        try:
            instance = wasmtime.Instance(store, self.module, [])
        except wasmtime.Trap as trap:
            return [self.trapped(trap)], None, None, None
        outcomes = [["ok", []]]
        exports = instance.exports(store)
        for name, _, arguments in self.plan:
            if outcomes[-1] in OWN_LIMITS:
                break
            store.set_fuel(FUEL)
            kinds = [LETTERS[str(kind)] for kind in self.types[name].results]
            outcomes.append(self.outcome(store, exports[name], arguments, kinds))
        memory = next((item for item in exports.values() if isinstance(item, wasmtime.Memory)), None)
        if not memory:
            return outcomes, exports, None, None
        size = memory.data_len(store)
        return outcomes, exports, size, binascii.crc32(memory.read(store, 0, size) if size else b"")


# Code of a trap -> the runtime's name. Asking for the text takes 19 ms, as it comes with a backtrace that names functions.
_names = {}


def trap_name(trap):
    """The runtime's name of a trap of wasmtime."""
    code = wasmtime._ffi.wasmtime_trap_code_t()
    assert wasmtime._ffi.wasmtime_trap_code(trap.ptr(), ctypes.byref(code)), trap.message
    if code.value not in _names:
        message = trap.message
        _names[code.value] = next((ours for theirs, ours in TRAPS.items() if theirs in message), message)
    return _names[code.value]
