"""Loads and stores hit the bytes they name and no others, wherever the address lies and whichever way it reaches them.

A 32-bit machine takes a short way for aligned values within memory and a long one for the rest; here every instruction goes
both, to both ends of memory and beyond, and is held against a model.
"""

import itertools
import sys

import pytest
from machines import ROOT
from wasm_text import wat
from setups import RUN

sys.path.insert(0, str(ROOT / "host_tests" / "differential"))
from oracle import contents  # noqa: E402

BYTES = 64                  # of memory
BOUNDS = "out of bounds memory access"

# instruction: (opcode, bytes in memory, signed)
LOADS = {
    "i32.load8_s": (0x2C, 1, True), "i32.load8_u": (0x2D, 1, False), "i32.load16_s": (0x2E, 2, True), "i32.load16_u": (0x2F, 2, False),
    "i32.load": (0x28, 4, False), "i64.load8_s": (0x30, 1, True), "i64.load8_u": (0x31, 1, False), "i64.load16_s": (0x32, 2, True),
    "i64.load16_u": (0x33, 2, False), "i64.load32_s": (0x34, 4, True), "i64.load32_u": (0x35, 4, False), "i64.load": (0x29, 8, False),
    "f32.load": (0x2A, 4, False), "f64.load": (0x2B, 8, False),
}  # fmt: skip
STORES = {
    "i32.store8": (0x3A, 1), "i32.store16": (0x3B, 2), "i32.store": (0x36, 4), "i64.store8": (0x3C, 1), "i64.store16": (0x3D, 2),
    "i64.store32": (0x3E, 4), "i64.store": (0x37, 8), "f32.store": (0x38, 4), "f64.store": (0x39, 8),
}  # fmt: skip
WIDTH = {"i32": 4, "i64": 8, "f32": 4, "f64": 8}

# Operands as they lie in a variable's slot, or as a result in a register.
ADDRESS = {"s": "(local.get 0)", "r": "(i32.add (local.get 0) (i32.const 0))"}
VALUE = {
    "s": {kind: "(local.get 1)" for kind in WIDTH},
    "r": {"i32": "(i32.add (local.get 1) (i32.const 0))", "i64": "(i64.add (local.get 1) (i64.const 0))",
          "f32": "(f32.reinterpret_i32 (i32.reinterpret_f32 (local.get 1)))", "f64": "(f64.reinterpret_i64 (i64.reinterpret_f64 (local.get 1)))"},
}  # fmt: skip

OFFSETS = (0, 5, BYTES - 4, 0x80000000, 0xFFFFFFF8)

# Both ends of memory, in every alignment; sums that overflow 32 bits and would then lie within.
ADDRESSES = (*range(10), *range(BYTES - 9, BYTES + 2), 0x7FFFFFFC, 0x80000000, 0x80000004, *range(0xFFFFFFF5, 1 << 32))

BEFORE = bytes((i * 37 + 129) % 256 for i in range(BYTES))
STORED = {"i32": 0x8CBDAE9F, "i64": 0x81C3A5E70FB2D496, "f32": 0x7FA1B2C3, "f64": 0x7FF4A5B6C7D8E9FA}  # signalling NaNs among them

# Calls every function with every address. Bits of a result come from results(), bytes of a store from memory.
CALL = RUN + """
import binascii
task = wasm3.Instance(wasm["m"], memory=len(before) // 2)
run(task)
seen = []
for index in range(first, first + count):
    for address in addresses:
        task.write(0, binascii.unhexlify(before))
        task.start(index, address, *values[index - first])
        if run(task) == wasm3.TRAPPED:
            seen.append([task.error(), task.locate(wasm["m"])])
        else:
            seen.append([task.results()[0][1] if task.results() else None, None])
        seen[-1].append(binascii.hexlify(task.read(0, len(before) // 2)).decode())
task.kill()
answer(seen)
"""


def check(firmware, functions, opcodes, expected, values):
    """functions: texts; of each, opcodes: the instruction's; expected: {address: (error or result, memory afterwards)}."""
    module = wat('(module (memory 1) (func (export "_start")) ' + " ".join(functions) + ")")
    seen = firmware.script(CALL, wasm={"m": module}, before=BEFORE.hex(), addresses=ADDRESSES, first=1, count=len(functions), values=values)
    want = [each[address] for each in expected for address in ADDRESSES]
    assert len(seen) == len(want)
    for number, ((answer, place, after), (wanted, memory)) in enumerate(zip(seen, want)):
        function = number // len(ADDRESSES)
        about = functions[function], hex(ADDRESSES[number % len(ADDRESSES)])
        assert (answer, after) == (wanted, memory.hex()), about
        if answer == BOUNDS:
            assert len(place) == 1 and module[contents(module, 10) + place[0]] == opcodes[function], about


@pytest.mark.parametrize("kind", WIDTH)
def test_loads(firmware, kind):
    functions, opcodes, expected = [], [], []
    for (name, (opcode, size, signed)), where, offset in itertools.product(LOADS.items(), ADDRESS, OFFSETS):
        if not name.startswith(kind):
            continue
        functions.append(f"(func (param i32) (result {kind}) ({name} offset={offset} {ADDRESS[where]}))")
        opcodes.append(opcode)
        expected.append({})
        for address in ADDRESSES:
            at = address + offset
            value = int.from_bytes(BEFORE[at : at + size], "little", signed=signed) % (1 << 8 * WIDTH[kind])
            expected[-1][address] = (BOUNDS if at + size > BYTES else value), BEFORE
    check(firmware, functions, opcodes, expected, [[]] * len(functions))


@pytest.mark.parametrize("kind", WIDTH)
def test_stores(firmware, kind):
    functions, opcodes, expected = [], [], []
    for (name, (opcode, size)), where, what, offset in itertools.product(STORES.items(), ADDRESS, VALUE, OFFSETS):
        if not name.startswith(kind):
            continue
        functions.append(f"(func (param i32 {kind}) ({name} offset={offset} {ADDRESS[where]} {VALUE[what][kind]}))")
        opcodes.append(opcode)
        expected.append({})
        for address in ADDRESSES:
            at = address + offset
            after = bytearray(BEFORE)
            if at + size <= BYTES:
                after[at : at + size] = (STORED[kind] % (1 << 8 * size)).to_bytes(size, "little")
            expected[-1][address] = (BOUNDS if at + size > BYTES else None), bytes(after)
    check(firmware, functions, opcodes, expected, [[STORED[kind]]] * len(functions))
