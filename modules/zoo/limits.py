"""Modules that are too large, too deep or too many of something: what fits must run, what does not is refused at once."""

from specimen import (
    EMPTY, END, I32, I64, MEMORY, START, body, export, function_type, i32_const, module, name, running, section, specimen, u, vector)  # fmt: skip

# ---------------------------------------------------------------- nesting


def nested(depth, opcode=0x02, before=b""):
    """`depth` blocks inside each other."""
    return running((before + bytes([opcode, EMPTY])) * depth + END * depth + END)


# The validator keeps 32 bytes for each block that is open: 64 KB do not hold 2,000 of them.
for _depth in (10, 100, 1000, 2000):
    specimen("exit", 0, small=("no memory",) if _depth == 2000 else None, name=f"nesting_{_depth}",
             attack=f"{_depth} blocks inside each other, which are valid.")(lambda depth=_depth: nested(depth))  # fmt: skip
for _depth in (2001, 20000, 200000):
    specimen("refused", "blocks are nested deeper than 2000", small=("no memory",), name=f"nesting_{_depth}",
             attack=f"{_depth} blocks inside each other: the compiler recurses.")(lambda depth=_depth: nested(depth))  # fmt: skip


@specimen("exit", 0)
def nesting_of_loops():
    """1,000 loops inside each other."""
    return nested(1000, 0x03)


@specimen("exit", 0)
def nesting_of_ifs():
    """500 ifs inside each other, with a condition each."""
    return nested(500, 0x04, i32_const(1))


@specimen("refused", "blocks are nested deeper than 2000", small=("no memory",))
def nesting_in_unreachable_code():
    """200,000 blocks that nothing runs."""
    return running(b"\x00" + bytes([0x02, EMPTY]) * 200000 + END * 200001)


@specimen("exit", 0)
def blocks_side_by_side():
    """5,000 blocks one after the other."""
    return running(bytes([0x02, EMPTY]) + b"\x0b" + (bytes([0x02, EMPTY]) + END) * 4999 + END)


# ---------------------------------------------------------------- functions


@specimen("refused", "too many locals: 2147483648 with parameters, at most 1984 are supported")
def locals_that_wrap():
    """Two groups of 2^31 locals: their number is 0 in 32 bits."""
    return running(END, u(2) + (u(0x80000000) + bytes([I64])) * 2)


@specimen("refused", "too many locals: 4294967295 with parameters, at most 1984 are supported")
def locals_without_number():
    """2^32 - 1 locals."""
    return running(END, u(1) + u(0xFFFFFFFF) + bytes([I32]))


@specimen("refused", "too many locals: 1985 with parameters, at most 1984 are supported")
def one_local_too_many():
    """More locals than the compiler's tables hold."""
    return running(END, u(1) + u(1985) + bytes([I64]))


@specimen("fault", 'stack overflow: "stack": 2048 in the manifest')
def as_many_locals_as_there_may_be():
    """The most locals: the frame does not fit the stack."""
    return running(END, u(1) + u(1984) + bytes([I64]))


@specimen("refused", "too many operands: more than 1984 with locals and blocks")
def too_many_operands():
    """Thousands of values on the operand stack."""
    return running(i32_const(1) * 3000 + b"\x1a" * 3000 + END)


@specimen("exit", 0, stack=16384)
def many_operands():
    """Hundreds of values on the operand stack."""
    return running(i32_const(1) * 900 + b"\x1a" * 900 + END)


@specimen("refused", "1001 parameters, at most 1000 are supported")
def too_many_parameters():
    """A type of 1,001 parameters."""
    return running(END, types=[function_type([I64] * 1001)])


@specimen("exit", 0)
def many_parameters():
    """A type of 1,000 parameters, which nothing calls."""
    return running(END, types=[function_type([I64] * 1000)])


@specimen("refused", "too many operands: more than 1984 with locals and blocks")
def results_by_the_hundred():
    """Calls whose results do not fit the compiler's tables."""
    call = b"\x10\x01"
    return module(
        section(1, vector([function_type(), function_type([], [I64] * 500)])), section(3, b"\x02\x00\x01"), MEMORY, section(7, vector([START])),
        section(10, vector([body(call * 5 + b"\x00" + END), body(b"\x00" + END)])))  # fmt: skip


@specimen("refused", "unexpected end: 4294967295 functions")
def functions_without_number():
    """2^32 - 1 functions."""
    return module(section(1, vector([function_type()])), section(3, u(0xFFFFFFFF)))


@specimen("refused", "20001 functions, at most 20000 are supported")
def too_many_functions():
    """20,001 functions."""
    return module(section(1, vector([function_type()])), section(3, u(20001) + bytes(20001)), section(10, u(20001) + body(END) * 20001))


@specimen("no memory", on_demand=("exit", 0))
def many_functions():
    """20,000 functions: more than any arena here holds, unless nobody calls them."""
    return module(section(1, vector([function_type()])), section(3, u(20000) + bytes(20000)), section(7, vector([START])),
                  section(10, u(20000) + body(END) * 20000))  # fmt: skip


@specimen("exit", 0, small=("no memory",))
def hundreds_of_functions():
    """500 functions."""
    return module(section(1, vector([function_type()])), section(3, u(500) + bytes(500)), section(7, vector([START])),
                  section(10, u(500) + body(END) * 500))  # fmt: skip


# ---------------------------------------------------------------- branch tables


@specimen("refused", "unexpected end: br_table of 4294967295 labels")
def br_table_that_wraps():
    """A br_table of 2^32 - 1 labels: one more is none."""
    return running(i32_const(0) + b"\x0e" + u(0xFFFFFFFF) + b"\x00" + END)


@specimen("refused", "unexpected end: br_table of 1000 labels")
def br_table_longer_than_the_body():
    """A br_table that ends behind the module."""
    return running(i32_const(0) + b"\x0e" + u(1000) + bytes(100) + END)


@specimen("exit", 0, small=("no memory",))
def br_table_of_10000():
    """A br_table of 10,000 labels."""
    return running(i32_const(9999) + b"\x0e" + u(10000) + bytes(10001) + END)


NO_ROOM = {"backtrace": ["_start"], "calls": 0, "fuel": 0, "reason": "out of memory compiling function 0"}


@specimen("no memory", on_demand=("fault", NO_ROOM["reason"], NO_ROOM))
def br_table_bomb():
    """100 br_tables of 1,000 labels each: 100 KB become 800 KB of code."""
    return running((bytes([0x02, EMPTY]) + i32_const(999) + b"\x0e" + u(1000) + bytes(1001) + END) * 100 + END)


# ---------------------------------------------------------------- counts and names


@specimen("refused", "unexpected end: 4294967295 types")
def types_without_number():
    """2^32 - 1 types."""
    return module(section(1, u(0xFFFFFFFF)))


@specimen("refused", "1001 types, at most 1000 are supported")
def too_many_types():
    """1,001 types, which wasm3 compares with each other."""
    return running(END, types=[function_type([I32] * (i % 10), [I64] * (i % 7)) for i in range(1000)])


@specimen("exit", 0)
def many_types():
    """1,000 types, all different."""
    kinds = [0x7F, 0x7E, 0x7D, 0x7C]
    return running(END, types=[function_type([kinds[i >> 2 * k & 3] for k in range(5)]) for i in range(999)])


def exports(count):
    """A module with that many exports besides the two it needs."""
    return module(
        section(1, vector([function_type()])), section(3, b"\x01\x00"), MEMORY,
        section(7, vector([START, export("memory", 2, 0), *[export(f"e{i}", 0, 0) for i in range(count)]])), section(10, vector([body(END)])))  # fmt: skip


@specimen("refused", "10001 exports, at most 10000 are supported")
def too_many_exports():
    """10,001 exports."""
    return exports(9999)


@specimen("exit", 0)
def many_exports():
    """1,000 exports: that no two are the same is found without comparing all with all."""
    return exports(998)


@specimen("exit", 0, small=("no memory",))
def thousands_of_exports():
    """9,000 exports."""
    return exports(8998)


@specimen("refused", "unexpected end: 4294967295 imports")
def imports_without_number():
    """2^32 - 1 imports."""
    return module(section(1, vector([function_type()])), section(2, u(0xFFFFFFFF)))


@specimen("refused", "1001 imports, at most 1000 are supported")
def too_many_imports():
    """1,001 imports."""
    return module(section(1, vector([function_type()])), section(2, vector([name("sovelma") + name("sp_yield") + b"\0\0"] * 1001)))


@specimen("exit", 0, small=("no memory",))
def many_imports():
    """900 imports of one host function."""
    one = name("sovelma") + name("sp_yield") + b"\0\0"
    return module(section(1, vector([function_type([], [I32]), function_type()])), section(2, vector([one] * 900)), section(3, b"\x01\x01"),
                  section(7, vector([export("_start", 0, 900)])), section(10, vector([body(END)])))  # fmt: skip


@specimen("refused", "unexpected end: 4294967295 globals")
def globals_without_number():
    """2^32 - 1 globals."""
    return module(section(6, u(0xFFFFFFFF)))


@specimen("exit", 0, small=("no memory",))
def many_globals():
    """2,000 globals."""
    return running(END, before=MEMORY + section(6, vector([bytes([I64, 1, 0x42, 0]) + END] * 2000)))


@specimen("no memory")
def ten_thousand_globals():
    """10,000 globals."""
    return running(END, before=MEMORY + section(6, vector([bytes([I64, 1, 0x42, 0]) + END] * 10000)))


@specimen("refused", "a table of 4294967295 elements, at most 100000 are supported")
def a_huge_table():
    """A table of 2^32 - 1 elements."""
    return running(END, before=section(4, vector([b"\x70\x00" + u(0xFFFFFFFF)])) + MEMORY)


@specimen("no memory")
def a_large_table():
    """A table of 100,000 elements."""
    return running(END, before=section(4, vector([b"\x70\x00" + u(100000)])) + MEMORY)


@specimen("refused", "memory size must be at most 65536")
def memory_of_pages_without_number():
    """A memory of 2^32 - 1 pages."""
    return running(END, before=section(5, vector([b"\x00" + u(0xFFFFFFFF)])))


@specimen("refused", "memory size must be at most 65536")
def memory_of_65537_pages():
    """One page more than addresses reach."""
    return running(END, before=section(5, vector([b"\x00" + u(65537)])))


@specimen("exit", 0)
def memory_of_65536_pages():
    """4 GB declared: the manifest's 4 KB are what there is."""
    return running(END, before=section(5, vector([b"\x00" + u(65536)])))


@specimen("no memory", memory=2**31 - 1)
def memory_larger_than_the_arena():
    """4 GB declared and 2 GB asked for."""
    return running(END, before=section(5, vector([b"\x00" + u(65536)])))


@specimen("exit", 0)
def many_data_segments():
    """1,000 empty data segments."""
    return running(END, after=section(11, vector([b"\x00" + i32_const(0) + END + b"\x00"] * 1000)))


@specimen("exit", 0)
def a_name_of_10000_bytes():
    """An export whose name is as long as it may be."""
    return module(
        section(1, vector([function_type()])), section(3, b"\x01\x00"), MEMORY, section(7, vector([START, export("n" * 10000, 0, 0)])),
        section(10, vector([body(END)])))  # fmt: skip


@specimen("refused", "a name of 10001 bytes")
def a_name_of_10001_bytes():
    """An export whose name is longer."""
    return module(section(1, vector([function_type()])), section(3, b"\x01\x00"), section(7, vector([export("n" * 10001, 0, 0)])),
                  section(10, vector([body(END)])))  # fmt: skip


def named(entries, count=None):
    """A module whose function 1 traps, with a name section of these entries."""
    return running(b"\x10\x01" + END, bodies=[body(b"\x00" + END)],
                   after=section(0, name("name") + section(1, u(len(entries) if count is None else count) + b"".join(entries))))  # fmt: skip


@specimen("fault", "unreachable executed")
def thousands_of_names():
    """A name for each of 20,000 functions that are not there, and for the one that is."""
    return named([u(1) + name("here")] + [u(i) + name(f"f{i}") for i in range(2, 20000)])


@specimen("fault", "unreachable executed")
def names_for_one_function():
    """1,000 names for one function: the first one counts."""
    return named([u(1) + name("first")] + [u(1) + name(f"f{i}") for i in range(1000)])


@specimen("fault", "unreachable executed")
def names_without_number():
    """A name section of 2^32 - 1 names with one in it."""
    return named([u(1) + name("one")], 0xFFFFFFFF)


@specimen("fault", "unreachable executed")
def name_that_wraps():
    """A name that ends 2^32 - 1 bytes on: wasm3 0.5.0 runs in circles on 32 bit."""
    return named([u(1) + u(0xFFFFFFFF) + b"x"])


@specimen("fault", "unreachable executed")
def name_that_drives_the_terminal():
    """A function name full of escape sequences, which the crash record must not show as they are."""
    return named([u(1) + name("\x1b[2J\x1b]0;owned\x07\r\nvictim: exit 0")])


@specimen("fault", "unreachable executed")
def a_very_long_name():
    """A function name of 5,000 bytes in the crash record."""
    return named([u(1) + name("long" * 1250)])
