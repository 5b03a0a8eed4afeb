#!/usr/bin/env python3
"""Proves from the disassembly that no interpreter operation lost its tail call.

Each operation of wasm3 ends by continuing with the next one. Compiled as a jump
this is a threaded interpreter. Compiled as a call, every executed instruction leaks
a frame of native stack, and a task could overflow it. The compiler, its flags and
the code decide which of the two it is, so the build checks every object.

    check_tail_calls.py OBJECT [--objdump OBJDUMP] [--pattern REGEX]
                        [--cold NAME,NAME] [--minimum N]

An operation (a function whose symbol matches --pattern) passes when
- it makes no indirect call, so it only ever jumps to the next operation;
- each function that it calls or jumps to by name is another operation (jumps
  only), a function of the object that provably runs no operation (it and all
  its callees make no indirect call or jump), a known helper of the C library or
  of soft float, or named by --cold;
- it has a way out: an indirect jump, an allowed jump, or a plain return, which
  is how an operation hands a status to the kernel.

Exit code 0: every operation passes and at least --minimum were found. 1: some
failed, and each is printed with the offending instruction, or the object cannot
be read. 2: too few operations were found; a renamed symbol therefore cannot make
the check pass vacuously. Reads x86-64 and RISC-V objects with their symbols.
"""

import argparse
import re
import subprocess
import sys
from collections import namedtuple
from collections.abc import Iterable, Iterator, Sequence

# Operations are static functions op_NAME, possibly with the compiler's suffix (.constprop.0, .cold).
OPERATION = r"op_\w+"

# Out-of-line parts of arithmetic: they return to the operation and never run another one. The compiler makes calls of
# memcpy, memset and the like from wide moves. __muldi3, __adddf3, __fixsfdi and so on are libgcc's names for 64-bit integers
# and soft floats. __riscv_save_N and __riscv_restore_N are shared prologues and epilogues. The sanitizers' reports end the process.
HELPER = re.compile(
    r"mem(cpy|move|set|cmp)"
    r"|(sqrt|ceil|floor|trunc|rint|nearbyint|round|fabs|copysign|fmin|fmax)f?"
    r"|__[a-z]+(si|di|ti|sf|df){1,2}[0-9]?"
    r"|__riscv_(save|restore)_[0-9]+"
    r"|__(asan_report|ubsan_handle)_[a-z0-9_]+"
)

Instruction = namedtuple("Instruction", "address text relocation")

SECTION = re.compile(r"^Disassembly of section (\S+):$")
HEADER = re.compile(r"^([0-9a-f]+) <([^>]+)>:$")
LINE = re.compile(r"^\s*([0-9a-f]+):\t([^\t].*)$")
RELOCATION = re.compile(r"^\s+[0-9a-f]+: (R_\S+)\s+(\S+)$")


class Program:
    """The functions of an object: `functions` is {name: [Instruction]}, `starts` {section: [(address, name)]}."""

    def __init__(self, listing: str) -> None:
        """Parses the text of `objdump -dr --no-show-raw-insn`."""
        self.functions: dict[str, list[Instruction]] = {}
        self.starts: dict[str, list[tuple[int, str]]] = {}
        current: list[Instruction] | None = None
        section = ""
        for line in listing.splitlines():
            if match := SECTION.match(line):
                section, current = match[1], None
            elif match := HEADER.match(line):
                # RISC-V objects keep the compiler's labels: .L12 is inside the function above it.
                if not match[2].startswith(".L") or current is None:
                    current = self.functions.setdefault(match[2], [])
                    self.starts.setdefault(section, []).append((int(match[1], 16), match[2]))
            elif current is None:
                continue
            elif match := RELOCATION.match(line):
                # R_RISCV_RELAX only marks its neighbour as relaxable.
                if current and match[1] != "R_RISCV_RELAX":
                    current[-1] = current[-1]._replace(relocation=match[2])
            elif match := LINE.match(line):
                current.append(Instruction(int(match[1], 16), re.sub(r"\s+", " ", match[2]).strip(), None))

    def target(self, instruction: Instruction) -> str | None:
        """The function that a direct call or jump goes to, or None where it stays in the same function."""
        if not instruction.relocation:
            match = re.search(r"<([^>+]+)(\+0x[0-9a-f]+)?>", instruction.text)
            return match[1] if match and not match[1].startswith(".L") else None
        parts = re.fullmatch(r"(.+?)(?:([+-])0x([0-9a-f]+))?", instruction.relocation)
        if not parts:
            return None
        symbol, sign, offset = parts.groups()
        if symbol.startswith(".L"):
            return None
        if symbol not in self.starts:
            return symbol
        # Section plus offset: x86-64's displacement counts from the end of its own four bytes.
        address = (int(offset, 16) if sign == "+" else -int(offset or "0", 16)) + 4
        holders = [name for start, name in self.starts[symbol] if start <= address]
        return holders[-1] if holders else symbol

    def transfers(self, name: str) -> Iterator[tuple[Instruction, str, str | None]]:
        """Yields (instruction, kind, target) of each instruction of `name` that transfers control.

        kind: call, call* (through a pointer), jump (any direct one), jump*, return.
        """
        pair = None  # the symbol of an auipc just above; the next instruction completes the address
        for instruction in self.functions[name]:
            mnemonic, _, operands = instruction.text.partition(" ")
            kind = classify(mnemonic, operands)
            target = self.target(instruction) if kind in ("call", "jump") else None
            if kind in ("call*", "jump*") and pair:
                kind, target = kind[:-1], pair
            elif kind in ("call*", "jump*") and "(%rip)" in operands and self.target(instruction):
                # Through the linker's own table of addresses (-fno-plt): this counts as a call or jump by name.
                kind, target = kind[:-1], self.target(instruction)
            pair = self.target(instruction) if mnemonic == "auipc" and instruction.relocation else None
            if kind:
                yield instruction, kind, target


def classify(mnemonic: str, operands: str) -> str | None:
    """Kind of control transfer (see Program.transfers) of one instruction of either architecture, or None."""
    while mnemonic in ("notrack", "bnd", "rep", "repz"):
        mnemonic, _, operands = operands.partition(" ")
    mnemonic = mnemonic.removeprefix("c.")
    first, comma, _ = operands.partition(",")
    if mnemonic in ("call", "callq"):
        return "call*" if operands.startswith("*") else "call"
    if mnemonic in ("jmp", "jmpq"):
        return "jump*" if operands.startswith("*") else "jump"
    if mnemonic in ("ret", "retq"):
        return "return"
    if mnemonic == "jr":
        return "return" if first == "ra" else "jump*"
    if mnemonic == "jalr":  # jalr rd,offset(rs); without rd the register is ra, the link register
        return "jump*" if comma and first == "zero" else "call*"
    if mnemonic == "jal":
        return "jump" if comma and first == "zero" else "call"
    if mnemonic in ("j", "tail"):
        return "jump"
    # Conditional branches: j.. on x86-64, b.. with a target on RISC-V (bclr and the like have no target).
    if mnemonic.startswith("j") or (mnemonic.startswith("b") and "<" in operands):
        return "jump"
    return None


def base_name(symbol: str) -> str:
    """Strips the suffixes of compiler and linker: op_X.constprop.0, op_X.cold, memcpy@plt, sqrt@@GLIBC_2.2.5."""
    return re.split(r"[.@]", symbol)[0]


class Checker:
    """Applies the rules above to one Program; `cold`: names of functions that are known to be harmless."""

    def __init__(self, program: Program, pattern: str = OPERATION, cold: Iterable[str] = ()) -> None:
        self.program = program
        self.operation = re.compile(pattern)
        self.cold = set(cold)
        self.verdicts: dict[str, bool] = {}

    def is_operation(self, name: str) -> bool:
        return bool(self.operation.fullmatch(base_name(name)))

    def is_harmless(self, name: str) -> bool:
        """True when calling `name` cannot run an operation."""
        if base_name(name) in self.cold or HELPER.fullmatch(base_name(name)):
            return True
        if name not in self.program.functions or self.is_operation(name):
            return False
        if name not in self.verdicts:
            self.verdicts[name] = True  # a recursive call counts as harmless: the other paths decide
            self.verdicts[name] = all(
                kind == "return" or (kind in ("call", "jump") and (target in (None, name) or self.is_harmless(target)))
                for _, kind, target in self.program.transfers(name)
            )
        return self.verdicts[name]

    def complaints(self, name: str) -> list[str]:
        """Errors of the operation `name`, a list of texts; empty when its tail calls are jumps."""
        found = []
        exits = 0
        for instruction, kind, target in self.program.transfers(name):
            where = f"{instruction.address:x}: {instruction.text}"
            if kind == "call*":
                found.append(f"calls through a pointer: {where}")
            elif kind == "call" and not (target and self.is_harmless(target)):
                found.append(f"calls {target}: {where}")
            elif kind in ("jump*", "return"):
                exits += 1
            elif kind == "jump" and target and target != name:
                exits += 1
                if not (self.is_operation(target) or self.is_harmless(target)):
                    found.append(f"jumps to {target}: {where}")
        if not exits:
            found.append("has no way out")
        return found

    def check(self) -> tuple[int, dict[str, list[str]]]:
        """Checks every operation. Returns (number of operations, {name: complaints of those that failed})."""
        operations = [name for name in self.program.functions if self.is_operation(name)]
        bad = {name: found for name in operations if (found := self.complaints(name))}
        # A cold part is not counted: it belongs to an operation that is counted already.
        return sum(not name.endswith(".cold") for name in operations), bad


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def read_object(path: str, objdump: str = "objdump") -> Program:
    """Returns the Program in `path`. Raises OSError, CalledProcessError or ValueError where it cannot be read."""
    description = run(objdump, "-f", path)
    if "x86-64" not in description and "riscv" not in description:
        raise ValueError(f"{path}: neither x86-64 nor RISC-V")
    return Program(run(objdump, "-dr", "--no-show-raw-insn", path))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("object", help="object file, or linked program with its symbols")
    parser.add_argument("--objdump", default="objdump", help="objdump that reads the object")
    parser.add_argument("--pattern", default=OPERATION, help=f"symbols of operations (default {OPERATION})")
    parser.add_argument(
        "--cold", default="", metavar="NAME,NAME", help="functions that an operation may call or jump to though they call through pointers"
    )
    parser.add_argument("--minimum", type=int, default=300, help="fewest operations to be found (default 300)")
    options = parser.parse_args(arguments)
    try:
        program = read_object(options.object, options.objdump)
    except (OSError, ValueError) as error:
        sys.exit(f"check_tail_calls: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"check_tail_calls: {error.stderr.strip()}")
    count, bad = Checker(program, options.pattern, filter(None, options.cold.split(","))).check()
    for name, complaints in sorted(bad.items()):
        for complaint in complaints:
            print(f"{name}: {complaint}", file=sys.stderr)
    if bad:
        print(f"check_tail_calls: {len(bad)} of {count} operations do not end in a jump", file=sys.stderr)
        return 1
    if count < options.minimum:
        print(f"check_tail_calls: only {count} operations found, at least {options.minimum} expected", file=sys.stderr)
        return 2
    print(f"check_tail_calls: {count} operations, all end in jumps")
    return 0


if __name__ == "__main__":
    sys.exit(main())
