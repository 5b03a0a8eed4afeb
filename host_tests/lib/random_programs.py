"""Random WebAssembly programs that are valid and end: every kind of block, branch and call, and values that stay unused on the stack.

A program has a few functions, each of which calls only later ones, a table, globals and a small memory. Global 0 is a budget
that every loop pays from, so the program ends wherever its branches go. Instructions are tuples, the form that reference.py runs.

Invariant: the same seed gives the same program.
"""

import random
from collections.abc import Sequence
from typing import Any

from reference import CANONICAL, INTEGER_BINARY, MASK, SIGN, UNARY

KINDS = ["i32", "i64", "f32", "f64"]
BUDGET = 40  # loop turns of one run, all loops together
MEMORY_BYTES = 1024
GLOBALS = ["i32", "i32", "i64", "f32", "f64"]

COMPARISONS = {"eq", "ne", "lt_u", "ge_u", "lt_s", "gt_s"}
DIVISIONS = {"div_u", "rem_u", "div_s", "rem_s"}
FLOAT_COMPARISONS = ["eq", "ne", "lt", "gt", "le", "ge"]

CONVERSIONS: dict[str, list[tuple[str, str]]] = {}  # operand type -> [(name, result type)]
for _name in UNARY:
    _to, _, _rest = _name.partition(".")
    _from = next((kind for kind in KINDS if f"_{kind}" in _rest), _to)
    CONVERSIONS.setdefault(_from, []).append((_name, "i32" if _rest == "eqz" else _to))


# Types of the values that a branch to each enclosing block takes, the innermost block first.
Labels = Sequence[Sequence[str]]


class Writer:
    """Writes the body of one function: `code` so far, `stack` of operand types above the innermost block's start."""

    def __init__(self, program: "Program", index: int, generator: random.Random) -> None:
        self.program, self.generator = program, generator
        self.parameters, self.results = program.types[index]
        self.locals = [generator.choice(KINDS) for _ in range(generator.randrange(7))]
        self.variables = self.parameters + self.locals
        self.callees = range(index + 1, len(program.types))
        self.code: list[tuple[Any, ...]] = []
        # Roughly how many instructions to write; some functions fill several code pages.
        self.room = generator.randrange(10, 90) if generator.random() < 0.9 else generator.randrange(90, 900)
        self.sequence([], self.results, [self.results], 0)

    def emit(self, *instruction: Any) -> None:
        self.code.append(instruction)
        self.room -= 1

    # ---- values

    def constant(self, kind: str) -> None:
        special = [0, 1, 2, 7, MASK[kind], SIGN[kind], CANONICAL[kind] if kind[0] == "f" else 255]
        if kind[0] == "f" and self.generator.random() < 0.5:
            special = (
                [0x3FC00000, 0xC0200000, 0x42F60000] if kind == "f32" else [0x3FF8000000000000, 0xC004000000000000, 0x405EC00000000000]
            )
        self.emit(
            f"{kind}.const",
            self.generator.choice(special) if self.generator.random() < 0.8 else self.generator.getrandbits(MASK[kind].bit_length()),
        )

    def push(self, kind: str) -> None:
        """Emits instructions that push a value of that type."""
        same = [i for i, variable in enumerate(self.variables) if variable == kind]
        how = self.generator.random()
        if how < 0.45 and same:
            self.emit("local.get", self.generator.choice(same))
        elif how < 0.55:
            self.emit("global.get", self.generator.choice([i for i, type in enumerate(GLOBALS) if type == kind]))
        elif how < 0.65:
            self.address()
            self.emit(f"{kind}.load", self.generator.randrange(64))
        elif how < 0.8:
            self.push(kind)
            self.push(kind)
            self.emit(f"{kind}.{self.generator.choice(['add', 'sub', 'mul'])}")
        else:
            self.constant(kind)

    def address(self) -> None:
        """Emits an address, which is mostly inside memory."""
        self.emit(
            "i32.const", self.generator.randrange(MEMORY_BYTES - 80) if self.generator.random() < 0.98 else self.generator.getrandbits(32)
        )

    def condition(self) -> None:
        if self.generator.random() < 0.5:
            kind = self.generator.choice(KINDS)
            self.push(kind)
            self.push(kind)
            self.emit(f"{kind}.{self.generator.choice(sorted(COMPARISONS) if kind[0] == 'i' else FLOAT_COMPARISONS)}")
        else:
            self.push("i32")

    # ---- straight code

    def operation(self, stack: list[str]) -> None:
        """Emits an instruction that works on the values on the stack."""
        kind = stack[-1]
        choice = self.generator.random()
        if choice < 0.25:
            name, result = self.generator.choice(CONVERSIONS[kind])
            self.emit(name)
            stack[-1] = result
        elif choice < 0.6:
            if len(stack) < 2 or stack[-2] != kind:
                self.push(kind)
                stack.append(kind)
            self.binary(kind, stack)
        elif choice < 0.85:
            same = [i for i, variable in enumerate(self.variables) if variable == kind]
            if same and self.generator.random() < 0.7:
                tee = self.generator.random() < 0.3
                self.emit("local.tee" if tee else "local.set", self.generator.choice(same))
                if not tee:
                    stack.pop()
            else:
                self.emit("global.set", self.generator.choice([i for i, type in enumerate(GLOBALS) if type == kind and i]))
                stack.pop()
        elif choice < 0.93:
            self.push(kind)
            if self.generator.random() < 0.3 and kind[0] == "f":
                self.emit(f"{kind}.{self.generator.choice(['min', 'max', 'copysign', 'div'])}")
            else:
                self.condition()
                self.emit(*(("select", kind) if self.generator.random() < 0.3 else ("select",)))
        else:
            self.emit("drop")
            stack.pop()

    def binary(self, kind: str, stack: list[str]) -> None:
        stack.pop()
        if kind[0] == "f":
            compare = self.generator.random() < 0.3
            self.emit(f"{kind}.{self.generator.choice(FLOAT_COMPARISONS if compare else ['add', 'sub', 'mul'])}")
        else:
            names = [name for name in INTEGER_BINARY if name not in DIVISIONS or self.generator.random() < 0.1]
            name = self.generator.choice(names)
            compare = name in COMPARISONS
            self.emit(f"{kind}.{name}")
        if compare:
            stack[-1] = "i32"

    def bulk(self) -> None:
        """Emits memory.fill or memory.copy, mostly inside memory; or memory.size; or a memory.grow that is refused."""
        how = self.generator.random()
        if how < 0.2:
            self.emit("memory.size")
            self.emit("global.set", 1)
        elif how < 0.3:
            self.emit("i32.const", self.generator.choice([0, 1, MASK["i32"]]))
            self.emit("memory.grow")
            self.emit("global.set", 1)
        else:
            self.address()
            self.push("i32") if how < 0.65 else self.address()
            self.emit(
                "i32.const", self.generator.randrange(70) if self.generator.random() < 0.95 else self.generator.randrange(2 * MEMORY_BYTES)
            )
            self.emit("memory.fill" if how < 0.65 else "memory.copy")

    def segment(self) -> None:
        """Emits a copy from a segment, a drop of one, or a copy of elements of the table; mostly within bounds."""
        program, generator = self.program, self.generator
        how = generator.random()
        if how < 0.5:
            index = generator.randrange(len(program.data))
            size = len(program.data[index])
            start = generator.randrange(size + 1)
            self.address()
            self.emit("i32.const", start)
            self.emit("i32.const", generator.randrange(size - start + 1) if generator.random() < 0.95 else generator.getrandbits(32))
            self.emit("memory.init", index)
        elif how < 0.6:
            self.emit("data.drop", generator.randrange(len(program.data)))
        elif how < 0.7:
            self.emit("elem.drop", generator.randrange(len(program.elements)))
        else:
            index = generator.randrange(len(program.elements))
            source = program.elements[index] if how < 0.85 else program.table
            start = generator.randrange(len(source) + 1)
            count = min(generator.randrange(len(source) - start + 1), len(program.table))
            self.emit("i32.const", generator.randrange(len(program.table) - count + 1))
            self.emit("i32.const", start)
            self.emit("i32.const", count if generator.random() < 0.95 else generator.getrandbits(32))
            self.emit(*(("table.init", index) if how < 0.85 else ("table.copy",)))

    def store(self) -> None:
        kind = self.generator.choice(KINDS)
        self.address()
        self.push(kind)
        narrow = kind[0] == "i" and self.generator.random() < 0.3
        self.emit(f"{kind}.store8" if narrow else f"{kind}.store", self.generator.randrange(64))

    def call(self, stack: list[str]) -> None:
        if not self.callees:
            return
        callee = self.generator.choice(self.callees)
        parameters, results = self.program.types[callee]
        for kind in parameters:
            self.push(kind)
        if self.generator.random() < 0.4:
            slot = self.program.table.index(callee) if callee in self.program.table else 0
            self.emit("i32.const", slot if self.generator.random() < 0.97 else self.generator.randrange(len(self.program.table) + 2))
            self.emit("call_indirect", parameters, results)
        else:
            self.emit("call", callee)
        stack += results

    # ---- structure

    def block(self, stack: list[str], labels: Labels, depth: int) -> None:
        name = self.generator.choice(["block", "block", "loop", "if", "if"])
        if name == "if":
            self.condition()
        count = self.generator.choice([0, 0, 0, 1, 2])
        parameters = stack[len(stack) - min(count, len(stack)) :] if count else []
        results = [self.generator.choice(KINDS) for _ in range(self.generator.choice([0, 0, 1, 1, 2, 3, 5, 7]))]
        otherwise = name == "if" and self.generator.random() < 0.6
        if name == "if" and not otherwise:
            results = list(parameters)
        del stack[len(stack) - len(parameters) :]
        self.emit(name, parameters, results)
        inner = [parameters if name == "loop" else results, *labels]
        if name == "loop":
            prologue: tuple[tuple[Any, ...], ...] = (("global.get", 0), ("i32.eqz",), ("if", [], []), ("unreachable",), ("end",),
                                ("global.get", 0), ("i32.const", 1), ("i32.sub",), ("global.set", 0))  # fmt: skip
            self.code += prologue
        self.sequence(parameters, results, inner, depth + 1)
        if otherwise:
            self.emit("else")
            self.sequence(parameters, results, inner, depth + 1)
        self.emit("end")
        stack += results

    def values(self, kinds: Sequence[str], stack: list[str]) -> None:
        """Brings values of these types to the top of the stack: the values there already, or new ones above them."""
        if not kinds or stack[len(stack) - len(kinds) :] != kinds or self.generator.random() < 0.3:
            for kind in kinds:
                self.push(kind)
            stack += kinds

    def conditional_branch(self, stack: list[str], labels: Labels) -> None:
        depth = self.generator.randrange(len(labels))
        self.values(labels[depth], stack)
        self.condition()
        self.emit("br_if", depth)

    def leave(self, stack: list[str], labels: Labels) -> None:
        """Emits a jump that ends the sequence."""
        how = self.generator.random()
        if how < 0.1:
            self.emit("unreachable")
            return
        depth = len(labels) - 1 if how < 0.25 else self.generator.randrange(len(labels))
        self.values(labels[depth], stack)
        if how < 0.25:
            self.emit("return")
        elif how < 0.6:
            self.emit("br", depth)
        else:
            alike = [i for i, label in enumerate(labels) if label == labels[depth]]
            self.push("i32")
            if self.generator.random() < 0.7:
                self.emit("i32.const", 7)
                self.emit("i32.and")
            self.emit("br_table", [self.generator.choice(alike) for _ in range(self.generator.randrange(1, 6))])

    def sequence(self, parameters: Sequence[str], results: Sequence[str], labels: Labels, depth: int) -> None:
        stack = list(parameters)
        for _ in range(self.generator.randrange(1, 9) if depth else self.room):
            if self.room < 0:
                break
            choice = self.generator.random()
            if choice < 0.2 and depth < 6:
                self.block(stack, labels, depth)
            elif choice < 0.28:
                self.conditional_branch(stack, labels)
            elif choice < 0.36:
                self.call(stack)
            elif choice < 0.41:
                self.store()
            elif choice < 0.42:
                self.bulk()
            elif choice < 0.46:
                self.segment()
            elif choice < 0.47:
                self.emit("nop")
            elif choice < 0.5 and depth:
                self.leave(stack, labels)
                if self.generator.random() < 0.5:
                    self.emit(*self.generator.choice([("nop",), ("br", self.generator.randrange(len(labels)))]))  # never reached
                return
            elif choice < 0.75 and stack:
                self.operation(stack)
            else:
                kind = self.generator.choice(KINDS)
                self.push(kind)
                stack.append(kind)
        if stack != results:
            for _ in stack:
                self.emit("drop")
            for kind in results:
                self.push(kind)


class Program:
    """types: [(parameters, results)] per function, 0 is the entry; functions: their Writers; table: function indices or None."""

    def __init__(self, seed: int) -> None:
        generator = random.Random(seed)
        count = generator.randrange(1, 5)
        self.types: list[tuple[list[str], list[str]]] = [([], [generator.choice(KINDS) for _ in range(generator.randrange(3))])]
        for _ in range(count - 1):
            self.types.append(
                (
                    [generator.choice(KINDS) for _ in range(generator.randrange(4))],
                    [generator.choice(KINDS) for _ in range(generator.randrange(3))],
                )
            )
        self.table = [generator.choice([None, *range(1, count)]) if count > 1 else None, *range(1, count)]
        # The segments while the program runs: the active ones are empty by then.
        self.active = [index for index, function in enumerate(self.table) if function is not None]
        self.passive = [[generator.choice([None, *range(count)]) for _ in range(generator.randrange(5))] for _ in range(2)]
        self.elements: list[list[int | None]] = [[] for _ in self.active] + self.passive
        self.data = [b"", generator.randbytes(generator.randrange(1, 70)), generator.randbytes(generator.randrange(2))]
        self.functions = [Writer(self, index, generator) for index in range(count)]

    def wat(self) -> str:
        """The program as WebAssembly text, which names every function and exports function 0 and the memory."""
        lines = ["(module", '(memory (export "memory") 1)', f"(table {len(self.table)} funcref)"]
        lines += [f"(elem {offset(slot)} {'' if slot % 2 else 'func '}{self.table[slot]})" for slot in self.active]
        lines += [f"(elem {elements(functions)})" for functions in self.passive]
        lines += ["(elem declare func 0)", f'(data {offset(7)} "")', *[f"(data {string(data)})" for data in self.data[1:]]]
        lines += [f"(global (mut {kind}) {offset(BUDGET) if i == 0 else f'({kind}.const 0)'})" for i, kind in enumerate(GLOBALS)]
        for (parameters, results), function in zip(self.types, self.functions):
            lines.append(f"(func {signature(parameters, results)} {declared('local', function.locals)}")
            lines += [text(instruction) for instruction in function.code]
            lines.append(")")
        return "\n".join([*lines, '(export "_start" (func 0)))'])


def offset(value: int) -> str:
    """An init expression with that value, in one of several forms."""
    return [f"(i32.const {value})", f"(i32.add (i32.const {value - 9}) (i32.const 9))", f"(i32.sub (i32.const {2 * value}) (i32.const {value}))",
            f"(i32.mul (i32.const -1) (i32.const {-value}))"][value % 4]  # fmt: skip


def elements(functions: Sequence[int | None]) -> str:
    if None in functions:
        return "funcref " + " ".join("(ref.null func)" if index is None else f"(ref.func {index})" for index in functions)
    return "func " + " ".join(map(str, functions))


def string(data: bytes) -> str:
    return '"' + "".join(f"\\{byte:02x}" for byte in data) + '"'


def declared(word: str, kinds: Sequence[str]) -> str:
    return f"({word} {' '.join(kinds)})" if kinds else ""


def signature(parameters: Sequence[str], results: Sequence[str]) -> str:
    return f"{declared('param', parameters)} {declared('result', results)}"


def text(instruction: Sequence[Any]) -> str:
    name, *operands = instruction
    kind, _, operation = name.partition(".")
    if operation == "const" and kind[0] == "f":
        return float_constant(kind, operands[0])
    if operation.startswith(("load", "store")):
        return f"{name} offset={operands[0]}"
    if name in ("block", "loop", "if", "call_indirect"):
        return f"{name} {signature(*operands)}"
    if name == "select" and operands:
        return f"select (result {operands[0]})"
    if name == "br_table":
        return f"{name} {' '.join(map(str, operands[0]))}"
    return " ".join(map(str, instruction))


def float_constant(kind: str, bits: int) -> str:
    """A constant with exactly these bits, as text."""
    fraction, exponents = (23, 0xFF) if kind == "f32" else (52, 0x7FF)
    sign = "-" if bits & SIGN[kind] else ""
    exponent, payload = bits >> fraction & exponents, bits & (1 << fraction) - 1
    if exponent == exponents:
        return f"{kind}.const {sign}" + (f"nan:{payload:#x}" if payload else "inf")
    scale = max(exponent, 1) - exponents // 2 - fraction
    return f"{kind}.const {sign}{payload | (1 << fraction if exponent else 0):#x}p{scale}"
