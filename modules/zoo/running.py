"""Valid modules that do harm, or try to, while they run: they never end, recurse, grow, leave their memory, trap."""

from specimen import specimen

EXIT = '(import "sovelma" "sp_exit" (func $exit (param i32)))'
LOG = '(import "sovelma" "sp_log" (func $log (param i32 i32 i32) (result i32)))'
MEMORY = '(memory (export "memory") 1)'


def start(body, *more):
    """A module whose `_start` is `body`."""
    return f'(module {" ".join(more)} {MEMORY} (func $start (export "_start") {body}))'


# ---------------------------------------------------------------- without end


@specimen("endless")
def endless_loop():
    """A loop that never ends."""
    return start("(loop $l (br $l))")


@specimen("endless")
def endless_start_function():
    """The start section's function never ends, so that _start is never reached."""
    return f'(module {MEMORY} (func $spin (loop $l (br $l))) (func (export "_start")) (start $spin))'


@specimen("endless")
def endless_initialize():
    """_initialize never ends."""
    return f'(module {MEMORY} (func (export "_initialize") (loop $l (br $l))) (func (export "_start")))'


@specimen("endless")
def endless_calls():
    """A loop of calls that come back: no frame stays, no block is long."""
    return start("(loop $l (call $leaf) (call $leaf) (br $l))", "(func $leaf)")


@specimen("endless", memory=16384)
def fill_storm():
    """All memory is filled and copied again and again: bulk operations have to be paid for."""
    return start("""(loop $l (memory.fill (i32.const 0) (i32.const 255) (i32.const 16384))
        (memory.copy (i32.const 1) (i32.const 0) (i32.const 16383)) (br $l))""")


@specimen("endless")
def grow_storm():
    """memory.grow in a loop, by one page, by none, by as much as there is no number for."""
    return start("""(loop $l (drop (memory.grow (i32.const 1))) (drop (memory.grow (i32.const 0)))
        (drop (memory.grow (i32.const -1))) (br $l))""")


@specimen("endless", small=("no memory",), stack=16384)
def division_storm():
    """The most expensive instruction, in one long block: a slice is counted in instructions."""
    divisions = "(i64.div_u (i64.const -1) (i64.load (i32.const 8)))" * 500
    return start(f"""(i64.store (i32.const 8) (i64.const 3)) (loop $l {divisions} {"(drop)" * 500} (br $l))""")


# ---------------------------------------------------------------- recursion


@specimen("fault", 'stack overflow: "stack": 2048 in the manifest')
def recursion_direct():
    """A function that calls itself."""
    return start("(call $start)")


@specimen("fault", 'stack overflow: "stack": 2048 in the manifest')
def recursion_mutual():
    """Two functions that call each other."""
    return start("(call $odd)", "(func $odd (call $even)) (func $even (call $odd))")


@specimen("fault", 'stack overflow: "stack": 2048 in the manifest')
def recursion_indirect():
    """A function that calls itself through the table."""
    return start("(call_indirect (i32.const 0))", "(table 1 funcref) (elem (i32.const 0) $start)")


@specimen("fault", 'stack overflow: "stack": 2048 in the manifest')
def recursion_in_start_function():
    """The recursion is in the start function."""
    return f'(module {MEMORY} (func $again (call $again)) (func (export "_start")) (start $again))'


@specimen("fault", 'stack overflow: "stack": 8192 in the manifest', stack=4096)
def recursion_with_arguments():
    """Frames of a hundred arguments each: the arguments of the last call lie above the frame that was checked."""
    arguments = " ".join(f"(local.get {i})" for i in range(100))
    constants = " ".join(f"(i64.const {i})" for i in range(100))
    return start(f"(call $many {constants})", f"(func $many (param {'i64 ' * 100}) (call $many {arguments}))")


@specimen("fault", 'stack overflow: "stack": 32768 in the manifest', stack=65536 // 4)
def recursion_with_values():
    """Each frame leaves values lying on its operand stack."""
    return start("(drop (call $deep (i64.const 1)))",
                 "(func $deep (param i64) (result i64) (i64.add (local.get 0) (i64.mul (local.get 0) (call $deep (local.get 0)))))")


@specimen("fault", 'stack overflow: "stack": 2048 in the manifest')
def huge_frame():
    """A frame larger than the whole stack."""
    return start(f"(local {'i64 ' * 500}) (local.set 499 (i64.const 1))")


@specimen("exit", 42)
def exit_inside_nested_calls():
    """sp_exit from thirty calls deep, with values lying about in every frame."""
    return start("(drop (call $deep (i32.const 20)))",
                 EXIT, """(func $deep (param i32) (result i32) (if (i32.eqz (local.get 0)) (then (call $exit (i32.const 42))))
        (i32.add (local.get 0) (call $deep (i32.sub (local.get 0) (i32.const 1)))))""")  # fmt: skip


@specimen("exit", 7)
def exit_in_start_function():
    """sp_exit before _start: what follows must not run."""
    return f"""(module {EXIT} {MEMORY} (func $first (call $exit (i32.const 7)) unreachable)
        (func (export "_start") unreachable) (start $first))"""


@specimen("exit", 7)
def exit_through_the_table():
    """A host function in the table, called indirectly."""
    return start("(call_indirect (param i32) (i32.const 7) (i32.const 0)) unreachable",
                 EXIT, "(table 1 funcref) (elem (i32.const 0) $exit)")


# ---------------------------------------------------------------- memory


def grown(*amounts):
    """A module whose exit code is 0 where memory.grow gave -1 for all amounts."""
    calls = "".join(f"(if (i32.ne (memory.grow (i32.const {n})) (i32.const -1)) (then (call $exit (i32.const 1))))" for n in amounts)
    return start(f"{calls} (call $exit (i32.const 0))", EXIT)


@specimen("exit", 0)
def grow_by_everything():
    """memory.grow by 2^32 - 1, which wraps the page count."""
    return grown(-1, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFF0001)


@specimen("exit", 0, memory=65536, small=("no memory",))
def grow_of_whole_pages():
    """The same where memory.size tells the truth."""
    return grown(-1, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFF0001, 1)


@specimen("fault", "out of bounds memory access")
def grown_memory_that_is_not_there():
    """memory.grow answered -1, and the module goes there all the same."""
    return start("(drop (memory.grow (i32.const 1))) (i32.store (i32.const 65536) (i32.const 1))")


def out_of_bounds(name, attack, code):
    specimen("fault", "out of bounds memory access", name=name, attack=attack)(lambda: start(code))


for _bits, _type, _kind in ((32, "i32", "i32"), (64, "i64", "i64"), (32, "f32", "f32"), (64, "f64", "f64")):
    _last = 4096 - _bits // 8 + 1
    out_of_bounds(f"load_{_type}_over_the_end", f"An {_type} whose last byte is outside.", f"(drop ({_type}.load (i32.const {_last})))")
    out_of_bounds(f"store_{_type}_over_the_end", "The same, writing.", f"({_type}.store (i32.const {_last}) ({_type}.const 0))")

for _instruction in ("i32.load8_s", "i32.load8_u", "i32.load16_s", "i32.load16_u", "i64.load8_s", "i64.load16_u", "i64.load32_s", "i64.load32_u"):
    out_of_bounds(_instruction.replace(".", "_") + "_behind_the_end", "A narrow load right behind the end.",
                  f"(drop ({_instruction} (i32.const 4096)))")  # fmt: skip

for _instruction in ("i32.store8", "i32.store16", "i64.store8", "i64.store16", "i64.store32"):
    out_of_bounds(_instruction.replace(".", "_") + "_behind_the_end", "A narrow store right behind the end.",
                  f"({_instruction} (i32.const 4096) ({_instruction[:3]}.const 255))")  # fmt: skip

out_of_bounds("load_wraps", "Address and offset add up to 2^33 - 2.", "(drop (i32.load offset=0xFFFFFFFF (i32.const -1)))")
out_of_bounds("load_wraps_to_zero", "Address and offset add up to 2^32, which is 0 in 32 bits.", "(drop (i32.load offset=1 (i32.const -1)))")
out_of_bounds("store_wraps", "The same, writing.", "(i64.store offset=0xFFFFFFF8 (i32.const 16) (i64.const -1))")
out_of_bounds("store_below_zero", "A negative address: what lies before the memory is the task itself.", "(i64.store (i32.const -64) (i64.const -1))")
out_of_bounds("fill_over_the_end", "memory.fill, one byte too many.", "(memory.fill (i32.const 1) (i32.const 0) (i32.const 4096))")
out_of_bounds("fill_everything", "memory.fill of 2^32 - 1 bytes.", "(memory.fill (i32.const 16) (i32.const 0) (i32.const -1))")
out_of_bounds("fill_nothing_outside", "memory.fill of no bytes, beyond the end.", "(memory.fill (i32.const 4097) (i32.const 0) (i32.const 0))")
out_of_bounds("copy_from_outside", "memory.copy reads over the end.", "(memory.copy (i32.const 0) (i32.const 1) (i32.const 4096))")
out_of_bounds("copy_to_outside", "memory.copy writes over the end.", "(memory.copy (i32.const 1) (i32.const 0) (i32.const 4096))")
out_of_bounds("copy_wraps", "memory.copy whose ends wrap.", "(memory.copy (i32.const 0x80000000) (i32.const 0x80000000) (i32.const 0x80000000))")


@specimen("exit", 0)
def bulk_of_nothing_at_the_end():
    """memory.fill and memory.copy of no bytes at the very end are no fault."""
    return start("(memory.fill (i32.const 4096) (i32.const 1) (i32.const 0)) (memory.copy (i32.const 4096) (i32.const 4096) (i32.const 0))")


# ---------------------------------------------------------------- traps


def traps(name, reason, code, *more):
    specimen("fault", reason, name=name, attack="Traps: " + reason + ".")(lambda: start(code, *more))


traps("executes_unreachable", "unreachable executed", "unreachable")
for _type in ("i32", "i64"):
    _least = -(1 << int(_type[1:]) - 1)
    for _operation in ("div_s", "div_u", "rem_s", "rem_u"):
        traps(f"{_type}_{_operation}_by_zero", "integer divide by zero", f"(drop ({_type}.{_operation} ({_type}.const 7) ({_type}.const 0)))")
    traps(f"{_type}_div_s_overflows", "integer overflow", f"(drop ({_type}.div_s ({_type}.const {_least}) ({_type}.const -1)))")
    for _float in ("f32", "f64"):
        for _sign in "su":
            traps(f"{_type}_trunc_{_float}_{_sign}_of_nan", "invalid conversion to integer", f"(drop ({_type}.trunc_{_float}_{_sign} ({_float}.const nan)))")
            traps(f"{_type}_trunc_{_float}_{_sign}_of_infinity", "integer overflow", f"(drop ({_type}.trunc_{_float}_{_sign} ({_float}.const inf)))")

TABLE = "(table 4 8 funcref) (elem (i32.const 0) $start) (elem (i32.const 2) $number) (func $number (result i32) (i32.const 1))"
traps("call_of_nothing", "null table element", "(call_indirect (i32.const 1))", TABLE)
traps("call_behind_the_table", "undefined element", "(call_indirect (i32.const 4))", TABLE)
traps("call_far_behind_the_table", "undefined element", "(call_indirect (i32.const 0x80000000))", TABLE)
traps("call_before_the_table", "undefined element", "(call_indirect (i32.const -1))", TABLE)
traps("call_of_another_type", "indirect call type mismatch", "(call_indirect (i32.const 2))", TABLE)
traps("call_with_another_type", "indirect call type mismatch", "(drop (call_indirect (param f64) (result f32) (f64.const 1) (i32.const 0)))", TABLE)
traps("call_of_a_host_function_with_another_type", "indirect call type mismatch", "(call_indirect (param f64) (f64.const 1) (i32.const 0))",
      EXIT, "(table 1 funcref) (elem (i32.const 0) $exit)")  # fmt: skip
