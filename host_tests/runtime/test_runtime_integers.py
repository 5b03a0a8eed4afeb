"""64-bit shifts and rotations by every number of bits: a 32-bit machine makes them of two halves.

Python's integers are the model.
"""

from wasm_text import wat
from setups import RUN

ONES = (1 << 64) - 1
VALUES = (1, 1 << 63, 0x8000000080000001, 0x0123456789ABCDEF, 0xFEDCBA9876543210, 0xFFFFFFFF, 0xFFFFFFFF00000000, ONES, 0)

# By more than 63 is by the remainder; the upper half of the number does not count.
COUNTS = (*range(66), 95, 96, 127, 128, 1 << 32, (1 << 32) + 33, (1 << 63) + 31, ONES)


def signed(x):
    return x - (x >> 63 << 64)


MODEL = {
    "shl": lambda x, n: x << n & ONES,
    "shr_u": lambda x, n: x >> n,
    "shr_s": lambda x, n: signed(x) >> n & ONES,
    "rotl": lambda x, n: (x << n | x >> (64 - n)) & ONES,
    "rotr": lambda x, n: (x >> n | x << (64 - n)) & ONES,
}

# The operands in slots, the first in the register, the second.
IN_SLOT, IN_REGISTER = "(local.get {})", "(i64.xor (local.get {}) (i64.const 0))"
SHAPES = [(IN_SLOT, IN_SLOT), (IN_REGISTER, IN_SLOT), (IN_SLOT, IN_REGISTER)]

SHIFT = RUN + """
task = wasm3.Instance(wasm["m"])
run(task)
seen = []
for index in range(1, functions + 1):
    for x in values:
        for n in counts:
            task.start(index, x, n)
            run(task)
            seen.append(task.results()[0][1])
answer(seen)
"""


def test_shifts_by_every_number_of_bits(firmware):
    cases = [(name, shape) for name in MODEL for shape in SHAPES]
    functions = [f"(func (param i64 i64) (result i64) (i64.{name} {first.format(0)} {second.format(1)}))" for name, (first, second) in cases]
    module = wat('(module (func (export "_start")) ' + " ".join(functions) + ")")
    seen = iter(firmware.script(SHIFT, wasm={"m": module}, functions=len(functions), values=VALUES, counts=COUNTS))
    for (name, _), function in zip(cases, functions):
        for x in VALUES:
            for n in COUNTS:
                assert next(seen) == MODEL[name](x, n % 64), (function, hex(x), n)
    assert next(seen, None) is None
