"""Compiles WebAssembly text to modules, and has the modules that several tests use."""

import functools


@functools.cache
def wat(text: str) -> bytes:
    """WebAssembly text -> module bytes, with function names in the name section."""
    import wasmtime

    try:
        return bytes(wasmtime.wat2wasm(text))
    except wasmtime.WasmtimeError as error:
        raise ValueError(str(error).split("\nStack backtrace")[0]) from None


PHASES = wat("""(module
  (import "sovelma" "sp_sleep" (func $sleep (param i32) (result i32)))
  (memory (export "memory") 1)
  (global $trace (mut i32) (i32.const 0))
  (func $note (param i32)
    (global.set $trace (i32.add (i32.mul (global.get $trace) (i32.const 10)) (local.get 0))))
  (func $first (call $note (i32.const 1)) (drop (call $sleep (i32.const 11))))
  (func (export "_initialize") (call $note (i32.const 2)) (drop (call $sleep (i32.const 12))))
  (func (export "_start") (call $note (i32.const 3)) (drop (call $sleep (i32.const 13))))
  (func (export "other") (call $note (i32.const 4)))
  (start $first))""")

DIVIDE = wat("""(module (import "sovelma" "sp_log" (func $log (param i32 i32 i32) (result i32)))
 (import "sovelma" "sp_cap_find" (func $find (param i32 i32) (result i32)))
 (import "sovelma" "sp_fs_size" (func $size (param i32) (result i32)))
 (import "sovelma" "sp_time" (func $time (param i32) (result i64)))
 (memory (export "memory") 1)
 (func $inner (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
 (func (export "_start") (local $i i32)
  (loop $l (drop (call $size (local.get $i)))
   (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 10))))
  (drop (call $find (i32.const 0) (i32.const 65)))
  (drop (call $log (i32.const 3) (i32.const 0) (i32.const 5)))
  (drop (call $time (i32.const 0)))
  (drop (call $inner (i32.const 0)))))""")

SPIN = wat('(module (memory (export "memory") 1) (func $deep (loop $l (br $l))) (func (export "_start") (call $deep)))')

END = wat('(module (memory (export "memory") 1) (func (export "_start")))')
