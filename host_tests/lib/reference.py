"""A slow and obvious interpreter for random_programs.py: results, final globals and memory, and fuel by the rule.

It follows the WebAssembly specification and "Fuel" in docs/RUNTIME.md, not the code of the runtime. A value is an unsigned
integer with its bits; so is a float.

Fuel: entering a basic block charges all of its instructions, most with one unit and some with more. Entering a function charges
one more unit for every 16 bytes of locals and constant slots, and the first time 40 units for each byte of its entry in the code
section. Instructions that copy or fill cost one more unit for every 16 bytes, where an element of the table counts as 4.
"""

import math
import struct
from collections.abc import Callable, Sequence
from typing import Any

from first_calls import FUEL_PER_BYTE

WIDTH = {"i32": 32, "i64": 64, "f32": 32, "f64": 64}
MASK = {kind: (1 << width) - 1 for kind, width in WIDTH.items()}
CANONICAL = {"f32": 0x7FC00000, "f64": 0x7FF8000000000000}
SIGN = {kind: 1 << (width - 1) for kind, width in WIDTH.items()}

BYTES_PER_FUEL = 16
ELEMENT_BYTES = 4
MAX_CONSTANT_BYTES = 256

# Units that an instruction costs beyond the one.
MORE_FUEL: dict[str, int] = {}
for _kind, _rounding, _root, _sum, _product, _choice in (("f32", 11, 54, 18, 24, 20), ("f64", 20, 155, 25, 42, 21)):
    MORE_FUEL |= dict.fromkeys([f"{_kind}.{name}" for name in ("eq", "ne", "lt", "gt", "le", "ge")], 9)
    MORE_FUEL |= dict.fromkeys([f"{_kind}.{name}" for name in ("ceil", "floor", "trunc", "nearest")], _rounding)
    MORE_FUEL |= dict.fromkeys([f"{_kind}.add", f"{_kind}.sub"], _sum) | dict.fromkeys([f"{_kind}.mul", f"{_kind}.div"], _product)
    MORE_FUEL |= {f"{_kind}.min": _choice, f"{_kind}.max": _choice, f"{_kind}.sqrt": _root}
    for _whole in ("i32", "i64"):
        for _sign in "su":
            MORE_FUEL |= {
                f"{_kind}.convert_{_whole}_{_sign}": 18,
                f"{_whole}.trunc_{_kind}_{_sign}": 24,
                f"{_whole}.trunc_sat_{_kind}_{_sign}": 24,
            }
MORE_FUEL |= {f"{_kind}.{name}": 7 for _kind in ("i32", "i64") for name in ("clz", "ctz", "popcnt")}
MORE_FUEL |= dict.fromkeys(("i64.div_s", "i64.div_u", "i64.rem_s", "i64.rem_u"), 20) | {"f32.demote_f64": 15, "f64.promote_f32": 15}

# Instructions after which another basic block begins. An `end` counts too where a branch jumps to it.
ENDS_BLOCK = {"loop", "if", "else", "br", "br_if", "br_table", "return", "unreachable"}

# Control does not reach the code behind these, up to the `else` or `end` of the enclosing block. A branch in it begins no basic block.
LEAVES = {"br", "br_table", "return", "unreachable"}


# Instructions: (name, operands ...).
Code = Sequence[Sequence[Any]]


class Trap(Exception):
    pass


class TooLong(Exception):
    """The program runs longer than the test waits."""


def signed(kind: str, bits: int) -> int:
    return bits - (1 << WIDTH[kind]) if bits & SIGN[kind] else bits


def to_float(kind: str, bits: int) -> float:
    return struct.unpack("<f" if kind == "f32" else "<d", bits.to_bytes(WIDTH[kind] // 8, "little"))[0]


def from_float(kind: str, value: float) -> int:
    """The bits of the value, rounded to the kind's precision; every NaN becomes the canonical one."""
    if math.isnan(value):
        return CANONICAL[kind]
    try:
        return int.from_bytes(struct.pack("<f" if kind == "f32" else "<d", value), "little")
    except OverflowError:
        return int.from_bytes(struct.pack("<f" if kind == "f32" else "<d", math.copysign(math.inf, value)), "little")


def shift(operation: str, kind: str, a: int, b: int) -> int:
    width = WIDTH[kind]
    b %= width
    if operation == "shl":
        return a << b & MASK[kind]
    if operation == "shr_u":
        return a >> b
    if operation == "shr_s":
        return signed(kind, a) >> b & MASK[kind]
    return (a << b | a >> (width - b)) & MASK[kind]  # rotl


def divide(operation: str, kind: str, a: int, b: int) -> int:
    if b == 0:
        raise Trap("integer divide by zero")
    if operation == "div_u":
        return a // b
    if operation == "rem_u":
        return a % b
    a, b = signed(kind, a), signed(kind, b)
    quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
    if operation == "div_s" and quotient == SIGN[kind]:
        raise Trap("integer overflow")
    return (quotient if operation == "div_s" else a - b * quotient) & MASK[kind]


def multiply(a: float, b: float) -> float:
    return math.nan if (math.isinf(a) and b == 0) or (math.isinf(b) and a == 0) else a * b


def divide_floats(a: float, b: float) -> float:
    if b == 0 or math.isinf(a):
        sign = math.copysign(1, a) * math.copysign(1, b)
        return math.nan if a == 0 or math.isnan(a) or math.isinf(b) and math.isinf(a) else sign * math.inf
    return a / b


def lower(a: float, b: float, choose: Callable[..., float]) -> float:
    """min or max: any NaN wins, and -0 is below 0."""
    if math.isnan(a) or math.isnan(b):
        return math.nan
    return choose(a, b, key=lambda value: (value, math.copysign(1, value)))


INTEGER_BINARY = {
    "add": lambda kind, a, b: a + b & MASK[kind],
    "sub": lambda kind, a, b: a - b & MASK[kind],
    "mul": lambda kind, a, b: a * b & MASK[kind],
    "and": lambda kind, a, b: a & b,
    "or": lambda kind, a, b: a | b,
    "xor": lambda kind, a, b: a ^ b,
    "eq": lambda kind, a, b: int(a == b),
    "ne": lambda kind, a, b: int(a != b),
    "lt_u": lambda kind, a, b: int(a < b),
    "ge_u": lambda kind, a, b: int(a >= b),
    "lt_s": lambda kind, a, b: int(signed(kind, a) < signed(kind, b)),
    "gt_s": lambda kind, a, b: int(signed(kind, a) > signed(kind, b)),
    **{name: (lambda name: lambda kind, a, b: shift(name, kind, a, b))(name) for name in ("shl", "shr_u", "shr_s", "rotl")},
    **{name: (lambda name: lambda kind, a, b: divide(name, kind, a, b))(name) for name in ("div_u", "rem_u", "div_s", "rem_s")},
}
FLOAT_BINARY = {
    "add": lambda a, b: math.nan if math.isinf(a) and math.isinf(b) and a != b else a + b,
    "sub": lambda a, b: math.nan if math.isinf(a) and math.isinf(b) and a == b else a - b,
    "mul": multiply,
    "div": divide_floats,
    "min": lambda a, b: lower(a, b, min),
    "max": lambda a, b: lower(a, b, max),
}
FLOAT_COMPARE = {
    "eq": lambda a, b: int(a == b), "ne": lambda a, b: int(a != b), "lt": lambda a, b: int(a < b),
    "gt": lambda a, b: int(a > b), "le": lambda a, b: int(a <= b), "ge": lambda a, b: int(a >= b),
}  # fmt: skip


def truncate(kind: str, source: str, bits: int, is_signed: bool) -> int:
    """Saturating truncation."""
    value = to_float(source, bits)
    if math.isnan(value):
        return 0
    minimum, maximum = (-SIGN[kind], SIGN[kind] - 1) if is_signed else (0, MASK[kind])
    if math.isinf(value):
        return (maximum if value > 0 else minimum) & MASK[kind]
    return min(max(math.trunc(value), minimum), maximum) & MASK[kind]


UNARY = {
    "i32.eqz": lambda a: int(a == 0),
    "i64.eqz": lambda a: int(a == 0),
    "i32.wrap_i64": lambda a: a & MASK["i32"],
    "i64.extend_i32_s": lambda a: signed("i32", a) & MASK["i64"],
    "i64.extend_i32_u": lambda a: a,
    "i32.extend8_s": lambda a: (a & 0xFF ^ 0x80) - 0x80 & MASK["i32"],
    "i32.popcnt": lambda a: a.bit_count(),
    "i64.clz": lambda a: 64 - a.bit_length(),
    "f32.neg": lambda a: a ^ SIGN["f32"],
    "f64.neg": lambda a: a ^ SIGN["f64"],
    "f32.abs": lambda a: a & ~SIGN["f32"],
    "f64.abs": lambda a: a & ~SIGN["f64"],
    "f32.convert_i32_s": lambda a: from_float("f32", signed("i32", a)),
    "f64.convert_i32_s": lambda a: from_float("f64", signed("i32", a)),
    "f64.convert_i32_u": lambda a: from_float("f64", a),
    "f64.promote_f32": lambda a: from_float("f64", to_float("f32", a)),
    "f32.demote_f64": lambda a: from_float("f32", to_float("f64", a)),
    "i32.trunc_sat_f64_s": lambda a: truncate("i32", "f64", a, True),
    "i32.trunc_sat_f32_u": lambda a: truncate("i32", "f32", a, False),
    "i64.trunc_sat_f64_s": lambda a: truncate("i64", "f64", a, True),
    "i32.reinterpret_f32": lambda a: a,
    "f32.reinterpret_i32": lambda a: a,
    "i64.reinterpret_f64": lambda a: a,
    "f64.reinterpret_i64": lambda a: a,
}


def frame_bytes(locals: Sequence[str], code: Code) -> int:
    """The bytes that entering a function charges: its locals, and the constants in its body up to a limit.

    Locals lie in slots of 4 bytes, those of 8 bytes at even slots, each in the lowest free slot.
    """
    used: set[int] = set()
    for kind in locals:
        count = WIDTH[kind] // 32
        slot = 0
        while not used.isdisjoint(range(slot, slot + count)):
            slot += count
        used.update(range(slot, slot + count))
    constants = sum(WIDTH[name[:3]] // 8 for name, *_ in code if name.endswith(".const"))
    return 4 * (max(used, default=-1) + 1) + min(constants, MAX_CONSTANT_BYTES)


class Function:
    """A function ready to run. code: flat list of instructions, ending in ("end",). size: bytes of its entry in the code section."""

    def __init__(self, parameters: Sequence[str], results: Sequence[str], locals: Sequence[str], code: Code, size: int) -> None:
        self.parameters, self.results, self.locals, self.code = parameters, results, locals, code
        self.other: dict[int, list[Any]] = {}  # index of block, loop, if -> index of its end; for an if also of its else
        self.find_ends()
        self.cost = self.find_blocks()
        self.entry = frame_bytes(locals, code) // BYTES_PER_FUEL
        self.first = size * FUEL_PER_BYTE

    def find_ends(self) -> None:
        open_blocks = []
        for i, instruction in enumerate(self.code):
            if instruction[0] in ("block", "loop", "if"):
                open_blocks.append(i)
                self.other[i] = [None, None]
            elif instruction[0] == "else":
                self.other[open_blocks[-1]][1] = i
            elif instruction[0] == "end" and open_blocks:
                self.other[open_blocks.pop()][0] = i

    def find_blocks(self) -> dict[int, int]:
        """{index where a basic block begins: units that its instructions cost}"""
        starts, nesting = {0}, []
        dead = None  # nesting depth of the block whose rest cannot be reached
        for i, instruction in enumerate(self.code):
            name = instruction[0]
            if dead is not None and dead == len(nesting) and name in ("else", "end"):
                dead = None
            if name in ("block", "loop", "if"):
                nesting.append(i)
            for depth in self.branches(instruction) if dead is None else ():
                if depth < len(nesting) and self.code[nesting[-1 - depth]][0] == "block":
                    starts.add(self.other[nesting[-1 - depth]][0] + 1)
            if name in ENDS_BLOCK:
                starts.add(i + 1)
            if name in LEAVES and dead is None:
                dead = len(nesting)
            if name == "end" and nesting and self.code[nesting.pop()][0] == "if":
                starts.add(i + 1)
        starts.add(len(self.code))
        order = sorted(starts)
        return {a: b - a + sum(MORE_FUEL.get(name, 0) for name, *_ in self.code[a:b]) for a, b in zip(order, order[1:])}

    @staticmethod
    def branches(instruction: Sequence[Any]) -> Sequence[int]:
        if instruction[0] in ("br", "br_if"):
            return [instruction[1]]
        return instruction[1] if instruction[0] == "br_table" else []


# (is it a loop, index where a branch continues, number of values it takes, height of the stack below)
Label = tuple[bool, int, int, int]


def leave(blocks: int, labels: list[Label], stack: list[int]) -> int:
    """Branches to the label `blocks` levels outside the innermost one. The values that it takes stay on the stack. Returns the next index."""
    del labels[len(labels) - blocks :]
    is_loop, target, count, height = labels.pop()
    kept = stack[len(stack) - count :]
    del stack[height:]
    stack += kept
    if is_loop:
        labels.append((True, target, count, height))
    return target


class Machine:
    """Runs functions[0]; after run(): results or trap, fuel, globals, memory."""

    def __init__(
        self, functions: list[Function], table: Sequence[int | None], globals: list[int], memory_bytes: int, max_steps: int,
        data: Sequence[bytes] = (), elements: Sequence[Sequence[int | None]] = (),
    ) -> None:  # fmt: skip
        self.functions, self.table = functions, list(table)
        self.globals, self.memory = list(globals), bytearray(memory_bytes)
        self.data, self.elements = list(data), list(elements)  # the rest of the segments: the active ones are empty
        self.fuel = 0
        self.steps = max_steps
        self.trap: str | None = None
        self.results: list[int] = []

    def run(self) -> None:
        try:
            self.results = self.call(self.functions[0], [])
        except Trap as trap:
            self.trap = str(trap)

    def address(self, base: int, offset: int, width: int) -> int:
        if base + offset + width > len(self.memory):
            raise Trap("out of bounds memory access")
        return base + offset

    def table_operation(self, operation: str, stack: list[int], segment: int) -> None:
        count, start, to = stack.pop(), stack.pop(), stack.pop()
        source = self.elements[segment] if operation == "init" else self.table
        if start + count > len(source) or to + count > len(self.table):
            raise Trap("out of bounds table access")
        self.table[to : to + count] = source[start : start + count]
        self.fuel += count * ELEMENT_BYTES // BYTES_PER_FUEL

    def memory_operation(self, operation: str, stack: list[int], segment: int) -> None:
        """Runs an instruction on memory. The memory is smaller than the page that the program declares, so it cannot grow."""
        if operation == "size":
            stack.append(1)
        elif operation == "grow":
            stack.append(1 if stack.pop() == 0 else MASK["i32"])
        elif operation == "init":
            size, start, to = stack.pop(), stack.pop(), stack.pop()
            self.address(to, 0, size)
            if start + size > len(self.data[segment]):
                raise Trap("out of bounds memory access")
            self.memory[to : to + size] = self.data[segment][start : start + size]
            self.fuel += size // BYTES_PER_FUEL
        else:
            size, value, to = stack.pop(), stack.pop(), stack.pop()
            self.address(to, 0, size)
            if operation == "fill":
                self.memory[to : to + size] = bytes([value & 0xFF]) * size
            else:
                self.address(value, 0, size)
                self.memory[to : to + size] = self.memory[value : value + size]
            self.fuel += size // BYTES_PER_FUEL

    def call(self, function: Function, arguments: list[int]) -> list[int]:
        stack: list[int] = []
        labels: list[Label] = []
        pc = 0
        values = arguments + [0] * len(function.locals)
        code = function.code
        self.fuel += function.entry + function.first
        function.first = 0
        pop = stack.pop
        while True:
            self.fuel += function.cost.get(pc, 0)
            self.steps -= 1
            if self.steps < 0:
                raise TooLong
            name, *operands = code[pc]
            jump = None
            if self.computes(name, operands, stack, values):
                pc += 1
                continue
            if name in ("block", "loop", "if"):
                parameters, results = operands
                end, otherwise = function.other[pc]
                condition = pop() if name == "if" else 1
                height = len(stack) - len(parameters)
                label = (pc + 1, len(parameters), height) if name == "loop" else (end + 1, len(results), height)
                labels.append((name == "loop", *label))
                if not condition:
                    if otherwise is not None:
                        pc = otherwise
                    else:
                        labels.pop()
                        self.fuel += bool(results)  # the branch not taken consists of the `end` alone
                        pc = end
            elif name == "else":
                pc = labels.pop()[1] - 1
            elif name == "end":
                if not labels:
                    return stack[len(stack) - len(function.results) :]
                labels.pop()
            elif name == "br":
                jump = operands[0]
            elif name == "br_if":
                jump = operands[0] if pop() else None
            elif name == "br_table":
                targets = operands[0]
                jump = targets[min(pop(), len(targets) - 1)]
            elif name == "return":
                jump = len(labels)
            elif name in ("call", "call_indirect"):
                self.invoke(name, operands, stack)
            elif name == "unreachable":
                raise Trap("unreachable executed")
            else:
                raise AssertionError(name)
            if jump is None:
                pc += 1
            elif jump == len(labels):
                return stack[len(stack) - len(function.results) :]
            else:
                pc = leave(jump, labels, stack)

    def computes(self, name: str, operands: Sequence[Any], stack: list[int], values: list[int]) -> bool:
        """Runs an instruction that moves or computes values. Returns False, and does nothing, for any other instruction."""
        pop = stack.pop
        kind, _, operation = name.partition(".")
        if name == "local.get":
            stack.append(values[operands[0]])
        elif name == "local.set":
            values[operands[0]] = pop()
        elif name == "local.tee":
            values[operands[0]] = stack[-1]
        elif name == "global.get":
            stack.append(self.globals[operands[0]])
        elif name == "global.set":
            self.globals[operands[0]] = pop()
        elif operation == "const":
            stack.append(operands[0])
        elif name in UNARY:
            stack.append(UNARY[name](pop()))
        elif operation in ("load", "load8_u"):
            width = 1 if operation == "load8_u" else WIDTH[kind] // 8
            at = self.address(pop(), operands[0], width)
            stack.append(int.from_bytes(self.memory[at : at + width], "little"))
        elif operation in ("store", "store8"):
            width = 1 if operation == "store8" else WIDTH[kind] // 8
            value = pop()
            at = self.address(pop(), operands[0], width)
            self.memory[at : at + width] = (value & (1 << 8 * width) - 1).to_bytes(width, "little")
        elif operation == "copysign":
            b, a = pop(), pop()
            stack.append(a & ~SIGN[kind] | b & SIGN[kind])
        elif kind == "memory":
            self.memory_operation(operation, stack, operands[0] if operands else 0)
        elif kind == "table":
            self.table_operation(operation, stack, operands[0] if operands else 0)
        elif operation == "drop" and kind == "data":
            self.data[operands[0]] = b""
        elif operation == "drop" and kind == "elem":
            self.elements[operands[0]] = []
        elif kind in ("i32", "i64"):
            b, a = pop(), pop()
            stack.append(INTEGER_BINARY[operation](kind, a, b))
        elif kind in ("f32", "f64") and operation in FLOAT_BINARY:
            y, x = to_float(kind, pop()), to_float(kind, pop())
            stack.append(from_float(kind, FLOAT_BINARY[operation](x, y)))
        elif kind in ("f32", "f64"):
            y, x = to_float(kind, pop()), to_float(kind, pop())
            stack.append(FLOAT_COMPARE[operation](x, y))
        elif name == "drop":
            pop()
        elif kind == "select":
            condition, b, a = pop(), pop(), pop()
            stack.append(a if condition else b)
        elif name == "nop":
            pass
        else:
            return False
        return True

    def invoke(self, name: str, operands: Sequence[Any], stack: list[int]) -> None:
        """Calls a function, by number or through the table; arguments and results are on the stack."""
        if name == "call":
            callee = self.functions[operands[0]]
        else:
            parameters, results = operands
            index = stack.pop()
            if index >= len(self.table):
                raise Trap("undefined element")
            number = self.table[index]
            if number is None:
                raise Trap("null table element")
            callee = self.functions[number]
            if (callee.parameters, callee.results) != (parameters, results):
                raise Trap("indirect call type mismatch")
        first = len(stack) - len(callee.parameters)
        given = stack[first:]
        del stack[first:]
        stack += self.call(callee, given)
