"""Modules that are not valid: every one is refused, with the place and the reason, before anything else looks at it.

Those that crash wasm3 0.5.0 where nothing stands before it say so.
"""

from specimen import (
    EMPTY, END, F32, F64, HEADER, I32, I64, MEMORY, START, body, export, function_type, i32_const, module, name, running, section, specimen, u, vector)  # fmt: skip

TYPE = section(1, vector([function_type()]))
FUNCTION = section(3, b"\x01\x00")
EXPORT = section(7, vector([START]))
CODE = section(10, vector([body(END)]))


def refused(reason, **options):
    """Decorator: `reason` without the place stands in zoo.toml whole."""
    return specimen("refused", reason, **options)


def malformed(name, attack, reason, built):
    specimen("refused", reason, name=name, attack=attack)(lambda: built)


# ---------------------------------------------------------------- shell

malformed("nothing", "No bytes at all.", "magic header not detected", b"")
malformed("magic_alone", "The magic number and nothing more.", "unknown binary version", HEADER[:4])
malformed("not_wasm", "An ELF program.", "magic header not detected", b"\x7fELF" + bytes(200))
malformed("wasm_version_2", "Another version of the format.", "unknown binary version", b"\0asm\2\0\0\0")
malformed("a_component", "A component instead of a module.", "unknown binary version", b"\0asm\x0d\0\1\0")
malformed("section_longer_than_module", "A section that ends behind the module.", "unexpected end", module(section(1, b"\0", 1000)))
malformed("section_that_wraps", "A section of 2^32 - 1 bytes: its end is before its start.", "unexpected end", module(section(1, b"\0", 0xFFFFFFFF)))
malformed("section_without_size", "The module ends in a section's size.", "unexpected end", HEADER + b"\1\x80\x80")
malformed("section_size_overlong", "A size of six bytes.", "integer representation too long", HEADER + b"\1\x81\x80\x80\x80\x80\x00\0")
malformed("section_size_too_large", "A size of five bytes with bits beyond the 32nd.", "integer too large", HEADER + b"\1\x81\x80\x80\x80\x70\0")
malformed("section_shorter_than_contents", "A section with bytes left over.", "section size mismatch in section 1", module(section(1, b"\0\0")))
malformed("contents_longer_than_section", "A section whose contents go on behind it.", "unexpected end: 1 types", module(section(1, b"\1", 1)) + b"\x60\0\0")
malformed("section_twice", "Two type sections: sizes of tables are known from the first.", "unexpected section 1: out of order or twice", module(TYPE, TYPE))
malformed("sections_out_of_order", "Functions before their types.", "unexpected section 1: out of order or twice", module(section(3, b"\0"), TYPE))
malformed("code_before_function_section", "Bodies before the functions.", "function and code section have inconsistent lengths", module(TYPE, CODE))
malformed("unknown_section", "A section nobody knows.", "malformed section id 14", module(section(14, b"")))
malformed("tag_section", "A section of the exception proposal.", "tag section: exception-handling is not supported: build with -mno-exception-handling", module(TYPE, section(13, b"\0")))
malformed("custom_section_without_name", "A custom section of no bytes.", "unexpected end", module(section(0, b"")))
malformed("custom_section_name_that_wraps", "A custom section's name of 2^32 - 1 bytes.", "unexpected end", module(section(0, u(0xFFFFFFFF) + b"x")))
malformed("custom_section_not_utf8", "A custom section's name of impossible bytes.", "malformed UTF-8 encoding", module(section(0, name(b"\xff\xfe"))))
malformed("functions_without_code", "Two functions declared, no code section.", "function and code section have inconsistent lengths", module(TYPE, section(3, b"\2\0\0")))
malformed("more_functions_than_bodies", "Two functions declared, one body.", "function and code section have inconsistent lengths", module(TYPE, section(3, b"\2\0\0"), CODE))
malformed("more_bodies_than_functions", "One function declared, two bodies.", "function and code section have inconsistent lengths",
          module(TYPE, FUNCTION, section(10, vector([body(END)] * 2))))  # fmt: skip

# ---------------------------------------------------------------- types, imports, exports

malformed("type_form_unknown", "A struct type.", "type 0x5f: gc is not supported: build with -mno-gc", module(section(1, b"\1\x5f\0")))
malformed("value_type_unknown", "A parameter of no type.", "malformed value type 0x40", module(section(1, b"\1\x60\1\x40\0")))
malformed("value_type_v128", "A vector parameter.", "type 0x7b: simd128 is not supported: build with -mno-simd128", module(section(1, b"\1\x60\1\x7b\0")))
malformed("value_type_externref", "A reference as a parameter.", "type 0x6f: reference-types is not supported: build with -mno-reference-types", module(section(1, b"\1\x60\1\x6f\0")))
malformed("function_of_unknown_type", "A function of type 7.", "unknown type 7", module(TYPE, section(3, b"\1\7"), CODE))
malformed("import_of_unknown_type", "An imported function of type 7.", "unknown type 7", module(TYPE, section(2, vector([name("sovelma") + name("sp_yield") + b"\0\7"]))))
malformed("import_kind_unknown", "An import of kind 9.", "malformed import kind", module(TYPE, section(2, vector([name("sovelma") + name("x") + b"\x09"]))))
malformed("imported_memory", "The host's memory, please.", "imported memory is not supported: link without --import-memory",
          module(section(2, vector([name("env") + name("memory") + b"\2\0\1"]))))  # fmt: skip
malformed("imported_table", "The host's table, please.", "imported table is not supported: link without --import-table", module(section(2, vector([name("env") + name("table") + b"\1\x70\0\1"]))))
malformed("imported_global", "The host's global, please.", "imported global is not supported: build without -fPIC", module(section(2, vector([name("env") + name("g") + b"\3\x7f\1"]))))
malformed("import_name_not_utf8", "A host function of impossible bytes.", "malformed UTF-8 encoding",
          module(TYPE, section(2, vector([name("sovelma") + name(b"\xc0\x80") + b"\0\0"]))))  # fmt: skip
malformed("export_name_not_utf8", "An overlong encoding of a slash.", "malformed UTF-8 encoding", module(TYPE, FUNCTION, section(7, vector([name(b"\xc0\xaf") + b"\0\0"])), CODE))
malformed("export_name_surrogate", "Half a surrogate pair.", "malformed UTF-8 encoding", module(TYPE, FUNCTION, section(7, vector([name(b"\xed\xa0\x80") + b"\0\0"])), CODE))
malformed("export_name_that_wraps", "A name of 2^32 - 1 bytes.", "unexpected end", module(TYPE, FUNCTION, section(7, u(1) + u(0xFFFFFFFF) + b"_start")))
malformed("export_twice", "Two exports of one name: which one is meant?", "duplicate export name", module(TYPE, FUNCTION, section(7, vector([START, START])), CODE))
malformed("export_of_unknown_function", "An export of function 1 of 1.", "unknown function 1", module(TYPE, FUNCTION, section(7, vector([export("_start", 0, 1)])), CODE))
malformed("export_of_unknown_memory", "An export of a memory that is not there.", "unknown memory 0", module(TYPE, FUNCTION, section(7, vector([export("memory", 2, 0)])), CODE))
malformed("export_of_unknown_table", "An export of a table that is not there.", "unknown table 0", module(TYPE, FUNCTION, section(7, vector([export("t", 1, 0)])), CODE))
malformed("export_of_unknown_global", "An export of a global that is not there.", "unknown global 0", module(TYPE, FUNCTION, section(7, vector([export("g", 3, 0)])), CODE))
malformed("export_kind_unknown", "An export of kind 4.", "exported tag: exception-handling is not supported: build with -mno-exception-handling", module(TYPE, FUNCTION, section(7, vector([export("tag", 4, 0)])), CODE))
malformed("two_memories", "Two memories.", "multiple memories: multimemory is not supported: build with -mno-multimemory", module(section(5, vector([b"\0\1", b"\0\1"]))))
malformed("two_tables", "Two tables.", "multiple tables: reference-types is not supported: build with -mno-reference-types", module(section(4, vector([b"\x70\0\1", b"\x70\0\1"]))))
malformed("shared_memory", "A memory of the threads proposal.", "limits of kind 3: atomics is not supported: build with -mno-atomics", module(section(5, vector([b"\3\1\1"]))))
malformed("memory_of_64_bits", "A memory of the 64-bit proposal.", "limits of kind 4: memory64 is not supported: build with -mno-memory64", module(section(5, vector([b"\4\1"]))))
malformed("memory_maximum_below_minimum", "Two pages at least, one at most.", "size minimum must not be greater than maximum", module(section(5, vector([b"\1\2\1"]))))
malformed("start_of_unknown_function", "A start function that is not there.", "unknown function 1", module(TYPE, FUNCTION, section(8, u(1)), CODE))
malformed("start_with_parameters", "A start function that wants an argument.", "the start function must take and return nothing",
          module(section(1, vector([function_type([I32])])), FUNCTION, section(8, u(0)), CODE))  # fmt: skip

# ---------------------------------------------------------------- init expressions, segments

GLOBAL = bytes([I32, 0])


def global_of(*expression):
    return running(END, before=MEMORY + section(6, vector([GLOBAL + b"".join(expression)])))


malformed("init_expression_of_many", "1,000 constants: wasm3 0.5.0 writes them behind its stack.", "an init expression holds 16 values at once at most",
          global_of(i32_const(1) * 1000, END))  # fmt: skip
malformed("init_expression_empty", "No constant.", "type mismatch: empty init expression", global_of(END))
malformed("init_expression_without_end", "A constant, and the section ends.", "unexpected end", module(section(6, vector([GLOBAL + i32_const(1)]))))
malformed("init_expression_of_another_type", "An f64 for an i32.", "type mismatch in an init expression", global_of(b"\x44", bytes(8), END))
malformed("init_expression_that_calls", "A call.", "constant expression required, found opcode 0x10", global_of(b"\x10\0", END))
malformed("init_expression_overlong", "An i32 of six bytes.", "integer representation too long", global_of(b"\x41\x80\x80\x80\x80\x80\x00", END))
malformed("init_expression_too_large", "An i32 with bits beyond the 32nd that are not its sign.", "integer too large", global_of(b"\x41\xff\xff\xff\xff\x17", END))


def data(*contents, before=MEMORY):
    return running(END, before=before, after=section(11, b"".join(contents)))


malformed("data_without_memory", "Data, and no memory.", "unknown memory 0", module(TYPE, FUNCTION, CODE, section(11, u(1) + b"\0" + i32_const(0) + END + name("x"))))
malformed("data_that_wraps", "2^32 - 1 bytes of data: on 32 bit the end wraps.", "unexpected end", data(u(1), b"\0", i32_const(0), END, u(0xFFFFFFFF), b"x"))
malformed("data_longer_than_section", "Data that ends behind its section.", "unexpected end", data(u(1), b"\0", i32_const(0), END, u(100), b"x"))
malformed("data_of_memory_1", "Data of another memory.", "unknown memory 1", data(u(1), b"\2\1", i32_const(0), END, name("x")))
malformed("data_count_wrong", "A data count of 2 and one segment.", "data count and data section have inconsistent lengths",
          module(TYPE, FUNCTION, MEMORY, section(12, u(2)), CODE, section(11, u(1) + b"\0" + i32_const(0) + END + name("x"))))  # fmt: skip
malformed("data_count_without_data", "A data count of 1 and no segment.", "data count and data section have inconsistent lengths", module(section(12, u(1))))
malformed("data_segments_without_number", "2^32 - 1 segments.", "unexpected end: 4294967295 data segments", data(u(0xFFFFFFFF)))


@refused("data segment out of bounds: 1 bytes at 4096 of 4096 bytes of memory; raise memory or link with less data")
def data_behind_the_end():
    """Data right behind the memory."""
    return data(u(1), b"\0", i32_const(4096), END, name("x"))


@refused("data segment out of bounds: 16 bytes at 4294967288 of 4096 bytes of memory; raise memory or link with less data")
def data_offset_that_wraps():
    """Data at -8 whose end wraps to 8."""
    return data(u(1), b"\0", i32_const(0xFFFFFFF8), END, name("x" * 16))


@refused("data segment out of bounds: 0 bytes at 4097 of 4096 bytes of memory; raise memory or link with less data")
def data_of_nothing_outside():
    """No data, beyond the end."""
    return data(u(1), b"\0", i32_const(4097), END, name(""))


def elements(*contents, table=b"\x70\x00\x04"):
    return running(END, before=(section(4, vector([table])) if table else b"") + MEMORY).replace(
        section(10, vector([body(END)])), section(9, b"".join(contents)) + section(10, vector([body(END)])))  # fmt: skip


malformed("elements_without_table", "Elements, and no table.", "unknown table 0", elements(u(1), b"\0", i32_const(0), END, u(1), b"\0", table=None))
malformed("elements_of_unknown_function", "A table entry for function 9 of 1.", "unknown function 9", elements(u(1), b"\0", i32_const(0), END, u(1), b"\x09"))
malformed("elements_without_number", "2^32 - 1 elements.", "unexpected end: 4294967295 elements", elements(u(1), b"\0", i32_const(0), END, u(0xFFFFFFFF)))
malformed("table_of_references", "A table of externref.", "type 0x6f: reference-types is not supported: build with -mno-reference-types", elements(u(0), table=b"\x6f\x00\x04"))


@refused("element segment out of bounds: 2 elements at 3 of a table of 4")
def elements_over_the_end():
    """Two elements where one has room."""
    return elements(u(1), b"\0", i32_const(3), END, u(2), b"\0\0")


@refused("element segment out of bounds: 2 elements at 4294967295 of a table of 4")
def elements_offset_that_wraps():
    """Elements at -1, the second of which wraps to 0."""
    return elements(u(1), b"\0", i32_const(0xFFFFFFFF), END, u(2), b"\0\0")


# ---------------------------------------------------------------- bodies

malformed("body_that_wraps", "A body of 2^32 - 1 bytes.", "unexpected end", module(TYPE, FUNCTION, section(10, u(1) + body(END, size=0xFFFFFFFF))))
malformed("body_longer_than_section", "A body that ends behind its section.", "unexpected end", module(TYPE, FUNCTION, section(10, u(1) + body(END, size=50))))
malformed("body_of_nothing", "A body of no bytes.", "unexpected end", module(TYPE, FUNCTION, section(10, u(1) + u(0))))


def code(name, attack, reason, instructions, locals=b"\x00", **more):
    specimen("refused", reason, name=name, attack=attack)(lambda: running(instructions, locals, **more))


code("body_without_end", "A body that just stops.", "unexpected end of a function body: END opcode expected", b"\x01")
code("body_goes_on_after_end", "Instructions behind the last end.", "END opcode expected at the end of the function body only", END + b"\x01" + END)
code("body_ends_in_an_immediate", "A body that stops in a number.", "unexpected end", b"\x41\x80")
code("end_too_many", "One end too many.", "END opcode expected at the end of the function body only", END + END)
code("block_without_end", "A block that nobody closes.", "unexpected end of a function body: END opcode expected", bytes([0x02, EMPTY]) + END)
code("else_without_if", "An else in a block.", "else without if", bytes([0x02, EMPTY, 0x05]) + END + END)
code("else_twice", "Two elses of one if.", "else without if", i32_const(0) + bytes([0x04, EMPTY, 0x05, 0x05]) + END + END)
code("block_of_unknown_type", "A block of type 9.", "unknown type 9", b"\x02\x09" + END + END)
code("block_type_malformed", "A block of a type that there is not.", "type 0x70: reference-types is not supported: build with -mno-reference-types", b"\x02\x70" + END + END)
code("block_type_too_long", "A block type of six bytes.", "integer representation too long", b"\x02\x80\x80\x80\x80\x80\x00" + END + END)
code("branch_too_deep", "A branch out of the function and on.", "unknown label 1", b"\x0c\x01" + END)
code("branch_table_too_deep", "The same in a table.", "unknown label 7", i32_const(0) + b"\x0e\x01\x00\x07" + END)
code("branch_table_of_different_arity", "A br_table to a block with a result and one without.", "type mismatch: br_table labels of different arity",
     bytes([0x02, I32]) + i32_const(1) + i32_const(0) + b"\x0e\x01\x00\x01" + END + b"\x1a" + END)  # fmt: skip
code("local_unknown", "A local that there is not: what lies behind the frame?", "unknown local 0", b"\x20\x00\x1a" + END)
code("local_far_away", "Local 2^32 - 1.", "unknown local 4294967295", b"\x20" + u(0xFFFFFFFF) + b"\x1a" + END)
code("global_unknown", "A global that there is not.", "unknown global 0", b"\x23\x00\x1a" + END)
code("global_written_though_immutable", "A constant that is written.", "global is immutable", i32_const(1) + b"\x24\x00" + END,
     before=MEMORY + section(6, vector([GLOBAL + i32_const(0) + END])))  # fmt: skip
code("call_unknown", "A function that there is not.", "unknown function 1", b"\x10\x01" + END)
code("call_indirect_without_table", "call_indirect, and no table.", "unknown table 0", i32_const(0) + b"\x11\x00\x00" + END)
code("call_indirect_of_unknown_type", "call_indirect of type 9.", "unknown type 9", i32_const(0) + b"\x11\x09\x00" + END)
code("call_indirect_reserved", "call_indirect of table 1.", "unknown table 1", i32_const(0) + b"\x11\x00\x01" + END)
code("memory_grow_reserved", "memory.grow of memory 1.", "zero byte expected", i32_const(0) + b"\x40\x01\x1a" + END)
code("memory_size_overlong", "memory.size whose zero is written with two bytes.", "zero byte expected", b"\x3f\x80\x00\x1a" + END)
code("alignment_too_large", "An alignment of 8 for 4 bytes.", "alignment must not be larger than natural", i32_const(0) + b"\x28\x03\x00\x1a" + END)
code("alignment_far_too_large", "An alignment of 2^(2^32 - 1).", "alignment must not be larger than natural", i32_const(0) + b"\x28" + u(0xFFFFFFFF) + b"\x00\x1a" + END)
code("offset_too_large", "An offset of 33 bits.", "integer too large", i32_const(0) + b"\x28\x02\xff\xff\xff\xff\x1f\x1a" + END)
code("operand_missing", "An addition of one operand: the other lies below the frame.", "type mismatch: expected i32, operand stack is empty", i32_const(1) + b"\x6a\x1a" + END)
code("operand_below_block", "A block that takes what lies outside of it.", "type mismatch: operand stack is empty", i32_const(1) + bytes([0x02, EMPTY, 0x1A]) + END + END)
code("operand_of_another_type", "A float where an address is wanted.", "type mismatch: expected i32, found f64", b"\x44" + bytes(8) + b"\x28\x02\x00\x1a" + END)
code("operand_left_over", "A value that nobody takes.", "type mismatch: 1 operands too many at the end of a block", i32_const(1) + END)
code("result_missing", "A block that promised a result.", "type mismatch: expected i32, operand stack is empty", bytes([0x02, I32]) + END + b"\x1a" + END)
code("unreachable_code_of_wrong_type", "A mistake where nothing runs.", "type mismatch: expected i32, found f32", b"\x00\x43" + bytes(4) + b"\x41\x00\x6a\x1a" + END)
code("if_without_else_and_result", "An if that gives a value only sometimes.", "type mismatch: if without else must leave its operands as they are",
     i32_const(0) + bytes([0x04, I32]) + i32_const(1) + END + b"\x1a" + END)  # fmt: skip
code("select_of_two_types", "A select of a float and an integer.", "type mismatch: select of i32 and f32", i32_const(0) + b"\x43" + bytes(4) + i32_const(0) + b"\x1b\x1a" + END)
code("local_of_no_type", "A local of no type.", "malformed value type 0x00", END, u(1) + u(1) + b"\x00")
code("locals_end_in_the_middle", "A body that ends in its locals.", "unexpected end", b"", u(5) + u(1) + bytes([I32]))

for _name, _bytes, _reason in (
    ("opcode_unknown", b"\xff", "unknown instruction 0xff"), ("opcode_reserved", b"\x27", "unknown instruction 0x27"),
    ("opcode_wasm3_internal", b"\xc6", "unknown instruction 0xc6"),
    ("tail_call", b"\x12\x00", "instruction 0x12: tail-call is not supported: build with -mno-tail-call"),
    ("exceptions", b"\x06\x40", "instruction 0x06: exception-handling is not supported: build with -mno-exception-handling"),
    ("simd", b"\xfd\x0c" + bytes(16), "instruction 0xfd: simd128 is not supported: build with -mno-simd128"),
    ("atomics", b"\xfe\x03\x00", "instruction 0xfe: atomics is not supported: build with -mno-atomics"),
    ("references", b"\xd0\x70", "instruction 0xd0: reference-types is not supported: build with -mno-reference-types"),
    ("table_grow", b"\xfc\x0f\x00", "instruction 0xfc 0x0f: reference-types is not supported: build with -mno-reference-types"),
    ("wide_arithmetic", b"\xfc\x13", "instruction 0xfc 0x13: wide-arithmetic is not supported: build with -mno-wide-arithmetic"),
    ("garbage_collection", b"\xfb\x00", "instruction 0xfb: gc is not supported: build with -mno-gc"),
    ("prefixed_unknown", b"\xfc\x80\x01", "unknown instruction 0xfc 0x80"),
    ("prefixed_too_large", b"\xfc\xff\xff\xff\xff\x7f", "integer too large"),
):  # fmt: skip
    code("instruction_" + _name, "An instruction that is not accepted.", _reason, i32_const(0) * 3 + _bytes + END)

# ---------------------------------------------------------------- linking


def importing(module_name, function, parameters=(), results=()):
    """A module that imports one function and never calls it."""
    return module(section(1, vector([function_type(parameters, results), function_type()])), section(2, vector([name(module_name) + name(function) + b"\0\0"])),
                  section(3, b"\x01\x01"), MEMORY, section(7, vector([export("_start", 0, 1)])), CODE)  # fmt: skip


malformed("import_unknown_function", "A host function that there is not.", "import sovelma.sp_root: no such host function", importing("sovelma", "sp_root"))
malformed("import_unknown_module", "A module that there is not.", "import env.sp_yield: no such host function", importing("env", "sp_yield", results=[I32]))
malformed("import_wasi", "The operating system, please.", "import wasi_snapshot_preview1.fd_write: there is no WASI here; build with modules/sdk/sovelma.h",
          importing("wasi_snapshot_preview1", "fd_write", [I32] * 4, [I32]))  # fmt: skip
malformed("import_with_parameter_too_many", "A host function with one parameter more than it has: what would it read?",
          "import sovelma.sp_yield: type i(), declared as i(i)", importing("sovelma", "sp_yield", [I32], [I32]))  # fmt: skip
malformed("import_with_parameter_too_few", "A host function that reads more arguments than are there.",
          "import sovelma.sp_fs_read: type i(iiii), declared as i(iii)", importing("sovelma", "sp_fs_read", [I32] * 3, [I32]))  # fmt: skip
malformed("import_with_wide_pointer", "A pointer of 64 bits, whose upper half nobody checks.",
          "import sovelma.sp_log: type i(iii), declared as i(iIi)", importing("sovelma", "sp_log", [I32, I64, I32], [I32]))  # fmt: skip
malformed("import_with_floats", "A host function of floats.", "import sovelma.sp_exit: type v(i), declared as v(f)", importing("sovelma", "sp_exit", [F32]))
malformed("import_with_result_too_many", "A result that nobody writes.", "import sovelma.sp_exit: type v(i), declared as F(i)", importing("sovelma", "sp_exit", [I32], [F64]))
malformed("import_with_many_results", "Results by the hundred.", "import sovelma.sp_exit: type v(i), declared as iiiiiiiiiiiiiiiiiiiiiii", importing("sovelma", "sp_exit", [I32], [I32] * 300))
malformed("import_name_with_zero", "A name that C takes for another one.", "import sovelma.sp_yield\\x00evil: no such host function",
          importing("sovelma", "sp_yield\0evil", results=[I32]))  # fmt: skip
malformed("import_name_very_long", "A host function of 5,000 letters.", f"import sovelma.{'s' * 92}...: no such host function", importing("sovelma", "s" * 5000))
malformed("import_name_with_escapes", "A host function whose name drives the terminal.", "import sovelma.\\x1b[2J\\x0d[ OK ]: no such host function", importing("sovelma", "\x1b[2J\r[ OK ]"))
malformed("start_is_missing", "No _start.", "no exported function _start", module(TYPE, FUNCTION, CODE))
malformed("start_is_a_memory", "_start is the memory.", "no exported function _start", module(TYPE, FUNCTION, MEMORY, section(7, vector([export("_start", 2, 0)])), CODE))
malformed("start_takes_an_argument", "_start wants an argument.", "the entry has type v(i), expected v()", module(section(1, vector([function_type([I32])])), FUNCTION, EXPORT, CODE))
malformed("start_named_in_the_name_section_only", "_start stands in the name section: only exports count.", "no exported function _start",
          module(TYPE, FUNCTION, CODE, section(0, name("name") + section(1, vector([u(0) + name("_start")])))))  # fmt: skip
