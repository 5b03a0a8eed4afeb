"""Passive segments, copies of memory and table, init expressions: what a module may do wrong with them, and wants to gain by it."""

from specimen import END, I32, MEMORY, body, function_type, i32_const, module, name, running, section, specimen, u, vector  # fmt: skip

FUNCREF = b"\x70"
TABLE = section(4, vector([FUNCREF + b"\x00\x04"]))
DATA = section(11, vector([b"\x01" + name("12345678")]))
COUNT = section(12, u(1))
FAULT = "out of bounds memory access"
TABLE_FAULT = "out of bounds table access"


def refused(key, attack, reason, built):
    specimen("refused", reason, name=key, attack=attack)(lambda: built)


def prefixed(number, *immediates):
    """An instruction behind the prefix 0xfc, with its operands: three zeros."""
    return i32_const(0) * 3 + b"\xfc" + u(number) + b"".join(immediates) + END


def dropping(number, index):
    return b"\xfc" + u(number) + u(index) + END


def code(*instructions, before=MEMORY + TABLE, elements=b"", count=COUNT, after=DATA):
    """A module whose _start has these instructions, one data segment of 8 bytes and what else is given."""
    built = running(b"".join(instructions), before=TABLE + MEMORY if before == MEMORY + TABLE else before, after=after)
    at = built.index(section(10, vector([body(b"".join(instructions))])))
    return built[:at] + elements + count + built[at:]


ELEMENTS = section(9, vector([b"\x01\x00" + vector([b"\0"])]))

# ---------------------------------------------------------------- instructions that are not valid

refused("memory_init_without_count", "memory.init, and no section says how many segments there are.", "data count section required", code(prefixed(8, b"\0\0"), count=b""))
refused("data_drop_without_count", "data.drop, and no section says how many segments there are.", "data count section required", code(dropping(9, 0), count=b""))
refused("memory_init_of_unknown_segment", "memory.init from segment 1 of 1.", "unknown data segment 1", code(prefixed(8, b"\1\0")))
refused("memory_init_of_huge_segment", "memory.init from segment 2^32 - 1.", "unknown data segment 4294967295", code(prefixed(8, u(0xFFFFFFFF) + b"\0")))
refused("memory_init_without_memory", "memory.init, and no memory.", "unknown memory 0", code(prefixed(8, b"\0\0"), before=TABLE))
refused("memory_init_of_memory_1", "memory.init to another memory.", "zero byte expected", code(prefixed(8, b"\0\1")))
refused("memory_init_ends_in_its_segment", "A body that stops in the number of a segment.", "unexpected end", code(i32_const(0) * 3 + b"\xfc\x08\x80"))
refused("memory_init_overlong_segment", "The number of a segment in six bytes.", "integer representation too long", code(prefixed(8, b"\x80\x80\x80\x80\x80\x00\0")))
refused("memory_init_of_too_few", "memory.init of two operands.", "type mismatch: expected i32, operand stack is empty", code(i32_const(0) * 2 + b"\xfc\x08\0\0" + END))
refused("memory_init_of_a_float", "memory.init of a float.", "type mismatch: expected i32, found f32", code(b"\x43" + bytes(4) + i32_const(0) * 2 + b"\xfc\x08\0\0" + END))
refused("data_drop_of_unknown_segment", "data.drop of segment 1 of 1.", "unknown data segment 1", code(dropping(9, 1)))
refused("elem_drop_of_unknown_segment", "elem.drop, and no element segment.", "unknown elem segment 0", code(dropping(13, 0)))
refused("table_init_of_unknown_segment", "table.init from segment 1 of 1.", "unknown elem segment 1", code(prefixed(12, b"\1\0"), elements=ELEMENTS))
refused("table_init_without_table", "table.init, and no table.", "unknown table 0", code(prefixed(12, b"\0\0"), elements=ELEMENTS, before=MEMORY))
refused("table_init_of_table_1", "table.init to another table.", "unknown table 1", code(prefixed(12, b"\0\1"), elements=ELEMENTS))
refused("table_copy_without_table", "table.copy, and no table.", "unknown table 0", code(prefixed(14, b"\0\0"), before=MEMORY))
refused("table_copy_to_table_1", "table.copy to another table.", "unknown table 1", code(prefixed(14, b"\1\0")))
refused("table_copy_of_table_1", "table.copy from another table.", "unknown table 1", code(prefixed(14, b"\0\1")))
refused("table_copy_of_wide_operands", "table.copy of i64.", "type mismatch: expected i32, found i64", code(b"\x42\0" * 3 + b"\xfc\x0e\0\0" + END))
refused("memory_copy_of_memory_1", "memory.copy from another memory.", "zero byte expected", code(prefixed(10, b"\0\1")))
refused("select_of_two_results", "select with two types.", "invalid result arity: select has one type", code(i32_const(0) * 3 + b"\x1c\x02\x7f\x7f\x1a" + END))
refused("select_of_no_result", "select with no type.", "invalid result arity: select has one type", code(i32_const(0) * 3 + b"\x1c\x00\x1a" + END))
refused("select_of_references", "select of functions.", "type 0x70: reference-types is not supported: build with -mno-reference-types",
        code(i32_const(0) * 3 + b"\x1c\x01\x70\x1a" + END))  # fmt: skip
refused("select_of_another_type", "select of i64 that has i32.", "type mismatch: expected i64, found i32", code(i32_const(0) * 3 + b"\x1c\x01\x7e\x1a" + END))

# ---------------------------------------------------------------- sections that are not valid

refused("data_count_after_code", "The data count where it tells the code nothing.", "unexpected section 12: out of order or twice",
        running(END, after=COUNT + DATA))  # fmt: skip
refused("data_kind_unknown", "A data segment of kind 3.", "malformed data segment kind 3", running(END, after=section(11, vector([b"\x03" + name("x")]))))
refused("data_passive_that_wraps", "A passive segment of 2^32 - 1 bytes.", "unexpected end", running(END, after=section(11, u(1) + b"\x01" + u(0xFFFFFFFF) + b"x")))
refused("element_kind_unknown", "An element segment of kind 8.", "malformed elements segment kind 8", code(END, elements=section(9, u(1) + b"\x08")))
refused("element_kind_of_no_function", "Elements that are no functions.", "malformed element kind: only functions",
        code(END, elements=section(9, vector([b"\x01\x01" + vector([b"\0"])]))))  # fmt: skip
refused("element_of_externref", "Elements from outside.", "type 0x6f: reference-types is not supported: build with -mno-reference-types",
        code(END, elements=section(9, vector([b"\x05\x6f" + vector([b"\xd0\x6f" + END])]))))  # fmt: skip
refused("element_null_of_externref", "No function, of another type.", "type 0x6f: reference-types is not supported: build with -mno-reference-types",
        code(END, elements=section(9, vector([b"\x05\x70" + vector([b"\xd0\x6f" + END])]))))  # fmt: skip
refused("element_of_a_number", "A number as an element.", "constant expression required, found opcode 0x41 in an element",
        code(END, elements=section(9, vector([b"\x05\x70" + vector([i32_const(0) + END])]))))  # fmt: skip
refused("element_of_two", "Two functions as one element.", "type mismatch: an element is one function or none",
        code(END, elements=section(9, vector([b"\x05\x70" + vector([b"\xd2\0\xd2\0" + END])]))))  # fmt: skip
refused("element_expression_of_unknown_function", "ref.func of function 7.", "unknown function 7",
        code(END, elements=section(9, vector([b"\x05\x70" + vector([b"\xd2\x07" + END])]))))  # fmt: skip
refused("element_declared_of_unknown_function", "A function declared that is not there.", "unknown function 9",
        code(END, elements=section(9, vector([b"\x03\x00" + vector([b"\x09"])]))))  # fmt: skip
refused("element_explicit_of_table_1", "Elements of another table.", "unknown table 1",
        code(END, elements=section(9, vector([b"\x02\x01" + i32_const(0) + END + b"\x00" + vector([b"\0"])]))))  # fmt: skip
refused("elements_passive_without_number", "2^32 - 1 passive elements.", "unexpected end: 4294967295 elements",
        code(END, elements=section(9, u(1) + b"\x01\x00" + u(0xFFFFFFFF))))  # fmt: skip

# ---------------------------------------------------------------- init expressions


def global_of(*expressions, mutable=0):
    """A module with a global for each expression, all i32."""
    return running(END, before=MEMORY + section(6, vector(bytes([I32, mutable]) + each + END for each in expressions)))


def global_get(index):
    return b"\x23" + u(index)


refused("global_reads_itself", "A global that begins as itself.", "unknown global 0: an init expression reads earlier ones only", global_of(global_get(0)))
refused("global_reads_a_later_one", "A global that begins as one that comes later.", "unknown global 1: an init expression reads earlier ones only",
        global_of(global_get(1), i32_const(1)))  # fmt: skip
refused("global_reads_a_mutable_one", "A global that begins as one that may change.", "constant expression required: global 0 is mutable",
        global_of(i32_const(1), global_get(0), mutable=1))  # fmt: skip
refused("init_expression_adds_one", "An addition of one value: the other lies below.", "type mismatch in an init expression", global_of(i32_const(1) + b"\x6a"))
refused("init_expression_adds_two_types", "An i64 added to an i32.", "type mismatch in an init expression", global_of(i32_const(1) + b"\x42\x01\x6a"))
refused("init_expression_divides", "A division, which could trap.", "constant expression required, found opcode 0x6d", global_of(i32_const(1) * 2 + b"\x6d"))
refused("init_expression_leaves_two", "Two values.", "type mismatch in an init expression", global_of(i32_const(1) * 2))
refused("init_expression_of_17_values", "17 values at once.", "an init expression holds 16 values at once at most", global_of(i32_const(1) * 17 + b"\x6a" * 16))


@specimen("refused", "data segment out of bounds: 1 bytes at 4294967295 of 4096 bytes of memory; raise memory or link with less data")
def init_expression_that_wraps():
    """Data at 2^31 + 2^31 - 1."""
    at = i32_const(0x80000000) + i32_const(0x7FFFFFFF) + b"\x6a" + END
    return running(END, after=section(11, vector([b"\x00" + at + name("x")])))


@specimen("exit", 7)
def globals_of_globals():
    """200 globals, each the one before twice: reading one must not read all again and again."""
    more = b"".join(bytes([I32, 0]) + global_get(i) + global_get(i) + b"\x6a" + END for i in range(199))
    types = section(1, vector([function_type([I32]), function_type()]))
    imports = section(2, vector([name("sovelma") + name("sp_exit") + b"\0\0"]))
    exports = section(7, vector([name("_start") + b"\0\1", name("__heap_base") + b"\3" + u(199)]))
    start = section(10, vector([body(i32_const(7) + global_get(199) + b"\x6a\x10\0" + END)]))
    return module(types, imports, section(3, b"\1\1"), MEMORY, section(6, u(200) + bytes([I32, 0]) + i32_const(1) + END + more), exports, start)


# ---------------------------------------------------------------- valid, and out of bounds


def start(body_text, *more):
    return f"""(module (memory (export "memory") 1) (table 4 funcref) (data $data "12345678") (elem $elem func $f $f)
        (func $f) {" ".join(more)} (func (export "_start") {body_text}))"""


def numbers(*values):
    return " ".join(f"(i32.const {value})" for value in values)


for _key, _attack, _instruction in (
    ("memory_init_behind_the_segment", "One byte more than the segment has.", f"(memory.init $data {numbers(0, 0, 9)})"),
    ("memory_init_start_behind_the_segment", "No byte from behind the segment.", f"(memory.init $data {numbers(0, 9, 0)})"),
    ("memory_init_start_that_wraps", "From -1, 2 bytes: the end wraps to 1.", f"(memory.init $data {numbers(0, -1, 2)})"),
    ("memory_init_size_that_wraps", "2^32 - 1 bytes.", f"(memory.init $data {numbers(0, 1, -1)})"),
    ("memory_init_behind_memory", "To the last byte, two.", f"(memory.init $data {numbers(4095, 0, 2)})"),
    ("memory_init_target_that_wraps", "To -4, 8 bytes.", f"(memory.init $data {numbers(-4, 0, 8)})"),
    ("memory_init_of_dropped", "A byte of a segment that was dropped.", f"(data.drop $data) (memory.init $data {numbers(0, 0, 1)})"),
    ("memory_copy_that_wraps", "From 1, 2^32 - 1 bytes.", f"(memory.copy {numbers(0, 1, -1)})"),
    ("table_init_behind_the_segment", "One element more than the segment has.", f"(table.init $elem {numbers(0, 0, 3)})"),
    ("table_init_start_that_wraps", "From -1, 2 elements.", f"(table.init $elem {numbers(0, -1, 2)})"),
    ("table_init_count_that_wraps", "2^30 + 1 elements: in bytes that is 4.", f"(table.init $elem {numbers(0, 0, 0x40000001)})"),
    ("table_init_behind_the_table", "Two elements where one has room.", f"(table.init $elem {numbers(3, 0, 2)})"),
    ("table_init_of_dropped", "An element of a segment that was dropped.", f"(elem.drop $elem) (table.init $elem {numbers(0, 0, 1)})"),
    ("table_copy_behind_the_table", "From the last element, two.", f"(table.copy {numbers(0, 3, 2)})"),
    ("table_copy_target_that_wraps", "To -1, 2 elements.", f"(table.copy {numbers(-1, 0, 2)})"),
):  # fmt: skip
    specimen("fault", TABLE_FAULT if _key.startswith("table") else FAULT, name=_key, attack=_attack)((lambda text: lambda: start(text))(_instruction))


@specimen("fault", "null table element")
def call_of_a_null_element():
    """A call of an element that ref.null wrote over a function."""
    return start(f"""(table.init $elem {numbers(0, 0, 2)}) (table.init $none {numbers(0, 0, 1)}) (call_indirect (i32.const 0))""",
                 "(elem $none funcref (ref.null func))")  # fmt: skip


@specimen("fault", "indirect call type mismatch")
def call_of_a_copied_element():
    """A call of an element that came from elsewhere in the table, with the type of what stood there."""
    return start(f"""(table.init $elem {numbers(0, 0, 2)}) (table.init $other {numbers(3, 0, 1)}) (call_indirect (i32.const 1))
        (table.copy {numbers(1, 3, 1)}) (call_indirect (i32.const 1))""", "(func $g (param i32)) (elem $other func $g)")  # fmt: skip


@specimen("fault", "unreachable executed")
def table_changed_under_a_frame():
    """A function that is running puts another into its place of the table, then faults: who is it?"""
    return start(f"(table.init $two {numbers(0, 0, 1)}) (call_indirect (i32.const 0))",
                 f"(func $g (table.init $elem {numbers(0, 0, 1)}) (unreachable)) (elem $two func $g)")  # fmt: skip


@specimen("exit", 54321)
def copies_that_overlap():
    """memory.copy and table.copy onto themselves, a byte and an element further, both ways."""
    return """(module (import "sovelma" "sp_exit" (func $exit (param i32))) (memory (export "memory") 1) (table 6 funcref)
        (elem (i32.const 0) $1 $2 $3 $4 $5) (type $t (func (result i32)))
        (func $1 (result i32) (i32.const 1)) (func $2 (result i32) (i32.const 2)) (func $3 (result i32) (i32.const 3))
        (func $4 (result i32) (i32.const 4)) (func $5 (result i32) (i32.const 5))
        (func (export "_start") (local $i i32) (local $sum i32)
            (table.copy (i32.const 1) (i32.const 0) (i32.const 5)) (table.copy (i32.const 0) (i32.const 1) (i32.const 5))
            (memory.fill (i32.const 0) (i32.const 1) (i32.const 8)) (memory.copy (i32.const 1) (i32.const 0) (i32.const 7))
            (local.set $i (i32.const 5))
            (loop $l (local.set $i (i32.sub (local.get $i) (i32.const 1)))
                (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 10)) (call_indirect (type $t) (local.get $i))))
                (br_if $l (local.get $i)))
            (call $exit (local.get $sum))))"""


@specimen("endless")
def table_storm():
    """All of a table of 4,000 is copied again and again: elements have to be paid for."""
    return f"""(module (memory (export "memory") 1) (table 4000 funcref) (func $f) (elem $e func {"$f " * 2000})
        (func (export "_start") (loop $l (table.init $e {numbers(0, 0, 2000)}) (table.copy {numbers(2000, 0, 2000)}) (br $l))))"""


@specimen("exit", 0)
def segments_of_nothing():
    """50 passive segments without a byte or an element, copied and dropped."""
    many = " ".join(f'(data $d{i} "") (elem $e{i} func)' for i in range(50))
    done = " ".join(f"(memory.init $d{i} {numbers(0, 0, 0)}) (data.drop $d{i}) (table.init $e{i} {numbers(0, 0, 0)}) (elem.drop $e{i})" for i in range(50))
    return f'(module (memory (export "memory") 1) (table 1 funcref) {many} (func (export "_start") {done}))'
