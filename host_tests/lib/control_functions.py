"""Functions whose control flow is hard to compile, by name."""

from wasm_text import wat

HELPERS = """
  (func $swap (param i32 i64) (result i64 i32) local.get 1 local.get 0)
  (func $swap_back (param i64 i32) (result i32 i64) local.get 1 local.get 0)
  (func $swap32 (param i32 i32) (result i32 i32) local.get 1 local.get 0)
  (func $swap_float (param f64 f32) (result f32 f64) local.get 1 local.get 0)
  (func $swap_float_back (param f32 f64) (result f64 f32) local.get 1 local.get 0)
  (func $twice (param i32) (result i32) (i32.add (local.get 0) (local.get 0)))"""

# name -> (text of a function with one i32 parameter). The tests try every argument on the firmware and on the oracle.
FUNCTIONS = {
    "br to a loop with parameters": """(result i32 i64) (local $n i32)
      (local.set $n (local.get 0)) (i32.const 1) (i64.const 100)
      (block (param i32 i64) (result i32 i64)
        (loop (param i32 i64) (result i32 i64)
          (if (param i32 i64) (result i32 i64) (i32.eqz (local.get $n)) (then (br 2)))
          (local.set $n (i32.sub (local.get $n) (i32.const 1)))
          (i64.add (i64.const 3)) (i64.extend_i32_u (local.get $n)) (i64.add) (call $swap) (i32.mul (i32.const 3)) (call $swap_back)
          (br 0)))""",
    "br_if to a loop with parameters": """(result i32) (local $n i32)
      (local.set $n (local.get 0)) (i32.const 7)
      (loop (param i32) (result i32)
        (i32.mul (i32.const 5)) (i32.add (local.get $n))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br_if 0 (i32.gt_s (local.get $n) (i32.const 0))))""",
    "br_if to a loop, operands swapped": """(result i32 i32) (local $n i32)
      (local.set $n (local.get 0)) (i32.const 1) (i32.const 2)
      (loop (param i32 i32) (result i32 i32)
        (call $swap32)
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br_if 0 (i32.gt_s (local.get $n) (i32.const 0))))""",
    "br_table to a loop with parameters": """(result i32) (local $n i32)
      (local.set $n (local.get 0)) (i32.const 3)
      (block (param i32) (result i32)
        (loop (param i32) (result i32)
          (i32.mul (i32.const 7))
          (local.set $n (i32.sub (local.get $n) (i32.const 1)))
          (br_table 0 1 1 (i32.le_s (local.get $n) (i32.const 0)))))""",
    "br_table with a value to blocks of several depths": """(result i32)
      (block $a (result i32) (block $b (result i32) (block $c (result i32)
        (br_table $c $b $a $c (i32.const 5) (local.get 0)))
        (i32.add (i32.const 10))) (i32.add (i32.const 100)))""",
    "two values, br to a loop keeps what is below": """(result i64) (local $n i32)
      (local.set $n (local.get 0)) (i64.const 1000) (i64.const 1) (i32.const 2)
      (loop (param i64 i32) (result i64 i32)
        (i32.add (i32.const 1)) (call $swap_back) (i64.mul (i64.const 3)) (call $swap)
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br_if 0 (i32.gt_s (local.get $n) (i32.const 0))))
      (i64.extend_i32_u) (i64.add) (i64.add)""",
    "float parameters of a loop": """(result f64 f32) (local $n i32)
      (local.set $n (local.get 0)) (f64.const 1) (f32.const 1)
      (block (param f64 f32) (result f64 f32)
        (loop (param f64 f32) (result f64 f32)
          (f32.mul (f32.const 1.5)) (call $swap_float) (f64.add (f64.const 0.5)) (call $swap_float_back)
          (local.set $n (i32.sub (local.get $n) (i32.const 1)))
          (br_if 1 (i32.le_s (local.get $n) (i32.const 0)))
          (br 0)))""",
    "results of a block that end in a float": """(result i32 f64 f32)
      (block (result i32 f64 f32)
        (br_if 0 (i32.const 5) (f64.const 1.25) (f32.const 2.5) (local.get 0))
        (drop) (drop) (drop) (i32.const 6) (f64.const 3.25) (f32.const 4.5))""",
    "a float leaves a block over other values": """(result f32) (local $x f32)
      (local.set $x (f32.convert_i32_s (local.get 0)))
      (block (result f32)
        (i32.const 77) (i64.const 88)
        (br 0 (f32.add (local.get $x) (f32.const 0.5))))""",
    "a float leaves a loop and an if over other values": """(result f64) (local $n i32)
      (block (result f64)
        (loop (i32.add (local.get 0) (i32.const 3)) (f64.const 9)
          (local.set $n (i32.add (local.get $n) (i32.const 1)))
          (if (param i32 f64) (result f64) (i32.ge_s (local.get $n) (local.get 0))
            (then (drop) (i64.const 4) (br 2 (f64.convert_i32_s (local.get $n))))
            (else (br 1)))
          (drop)) (f64.const 0))""",
    "a float in the register below a br_if with a float": """(result f32) (local $x f32)
      (local.set $x (f32.convert_i32_s (local.get 0)))
      (block (result f32)
        (f32.add (local.get $x) (f32.const 0.25))
        (br_if 0 (local.get $x) (i32.gt_s (local.get 0) (i32.const 3)))
        (f32.mul))""",
    "a float in the register below a br_if that returns": """(result f64 f64) (local $x f64)
      (local.set $x (f64.convert_i32_s (local.get 0)))
      (f64.add (local.get $x) (f64.const 0.25))
      (br_if 0 (local.get $x) (i32.gt_s (local.get 0) (i32.const 3)))
      (f64.mul) (local.get $x)""",
    "floats below a br_table": """(result f64) (local $x f64)
      (local.set $x (f64.convert_i32_s (local.get 0)))
      (block $a (result f64) (f64.add (f64.const 1) (block $b (result f64)
        (f64.add (local.get $x) (f64.const 0.25))
        (f64.mul (local.get $x) (f64.const 3))
        (br_table $a $b (i32.and (local.get 0) (i32.const 1))))))""",
    "floats below a br_table, the last in a local": """(result f64) (local $x f64)
      (local.set $x (f64.convert_i32_s (local.get 0)))
      (block $a (result f64 f64) (block $b (result f64 f64)
        (f64.add (local.get $x) (f64.const 0.25))
        (local.get $x)
        (br_table $a $b (i32.and (local.get 0) (i32.const 1)))) (f64.mul (f64.const 5)))
      (f64.sub)""",
    "parameters of a block that are the same local": """(result i32 i32 i64) (local $x i64)
      (local.set $x (i64.extend_i32_u (local.get 0))) (local.get $x) (local.get $x) (local.get $x)
      (block (param i64 i64) (result i32 i32) (drop) (drop) (i32.const 255) (i32.mul (local.get 0) (i32.const 3)))
      (block (param i64 i32 i32) (result i32 i32 i64) (local.set 0) (i32.add (local.get 0)) (local.set 0)
        (local.set $x) (local.get 0) (local.get 0) (local.get $x))""",
    "parameters of an if and a loop that are the same local": """(result i32) (local $n i32)
      (local.set $n (i32.const 3)) (local.get 0) (local.get 0)
      (local.set 0 (i32.const 50))
      (if (param i32 i32) (result i32) (i32.eqz (local.get 0)) (then (drop)) (else (i32.add) (i32.add (local.get 0))))
      (local.get $n) (local.get $n)
      (loop (param i32 i32 i32) (result i32)
        (i32.add) (i32.add) (local.get $n) (local.get $n)
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br_if 0 (local.get $n)) (i32.sub) (i32.add))""",
    "a wide local twice on the stack, then set": """(result i64 i64 i32) (local $x i64)
      (local.set $x (i64.extend_i32_s (i32.sub (i32.const -1) (local.get 0))))
      (local.get $x) (local.get $x) (local.get $x)
      (local.set $x (i64.const 5))
      (i64.add)
      (i32.wrap_i64) (i32.mul (i32.const 3)) (i32.load (i32.const 0)) (i32.add)
      (local.set 0) (local.get $x) (local.get 0)""",
    "a wide local twice on the stack, then a block": """(result i64 f64 i32) (local $x i64) (local $y f64)
      (local.set $x (i64.extend_i32_s (i32.sub (i32.const -1) (local.get 0))))
      (local.set $y (f64.convert_i64_s (local.get $x)))
      (local.get $x) (local.get $y) (local.get $x) (local.get $y)
      (block (br_if 0 (local.get 0)) (local.set $x (i64.const 1)) (local.set $y (f64.const 2)))
      (f64.gt (local.get $y)) (i32.load offset=4 (i32.const 0)) (i32.add)
      (local.set 0) (i64.eqz) (i32.add (local.get 0))""",
    "an int in the register below a br_if with an int": """(result i32)
      (block (result i32)
        (i32.add (local.get 0) (i32.const 10))
        (br_if 0 (local.get 0) (i32.gt_s (local.get 0) (i32.const 3)))
        (i32.mul))""",
    "br out of else": """(result i32) (local $x i32)
      (if (local.get 0)
        (then (local.set $x (i32.const 1)))
        (else (local.set $x (i32.const 2)) (br 0) (unreachable)))
      (if (i32.eqz (local.get 0))
        (then (local.set $x (i32.add (local.get $x) (i32.const 10))) (br 0) (unreachable))
        (else (local.set $x (i32.add (local.get $x) (i32.const 20)))))
      (local.get $x)""",
    "br_if out of else, several": """(result i32) (local $x i32)
      (if (i32.gt_s (local.get 0) (i32.const 4))
        (then (local.set $x (i32.const 1)))
        (else
          (br_if 0 (i32.eqz (local.get 0)))
          (if (i32.eq (local.get 0) (i32.const 1)) (then (br 1)))
          (if (i32.eq (local.get 0) (i32.const 2)) (then (local.set $x (i32.const 7)) (br 1)) (else (br_if 1 (i32.eq (local.get 0) (i32.const 3)))))
          (local.set $x (i32.const 9))))
      (local.get $x)""",
    "br with a value out of else": """(result i32 i64)
      (if (result i32 i64) (local.get 0)
        (then (i32.const 5) (i64.const 6) (br 0))
        (else (i32.const 7) (i64.const 8) (br 0)))""",
    "br_table out of else": """(result i32) (local $x i32)
      (block $out
        (if (i32.eqz (local.get 0)) (then (local.set $x (i32.const 3)))
          (else (br_table 0 $out 0 (i32.sub (local.get 0) (i32.const 1))) (unreachable)))
        (local.set $x (i32.add (local.get $x) (i32.const 100))))
      (local.get $x)""",
    "else inside else": """(result i32)
      (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 1))
        (else (if (result i32) (i32.eq (local.get 0) (i32.const 1)) (then (i32.const 2) (br 1))
          (else (if (result i32) (i32.eq (local.get 0) (i32.const 2)) (then (i32.const 3) (br 2)) (else (i32.const 4) (br 1)))))))""",
    "if with parameters and no else": """(result i32)
      (i32.const 1) (i32.const 2) (if (param i32 i32) (result i32 i32) (local.get 0) (then (i32.mul (i32.const 10)))) (i32.sub)""",
    "values below a call stay": """(result i64)
      (i64.const 1) (i64.add (i64.const 2)) (f64.const 1) (f64.mul (f64.const 2.5))
      (i32.add (local.get 0) (i32.const 1)) (i32.add (call $twice (local.get 0)))
      (f64.convert_i32_s) (f64.add) (i64.trunc_f64_s) (i64.add)""",
    "return of several values from a depth": """(result i32 i64 i32)
      (i32.const 9)
      (block (loop (br_if 1 (i32.eqz (local.get 0)))
        (i32.const 1) (i64.const 2) (i32.const 3) (return)))
      (i64.const 4) (i32.const 5)""",
    "nested loops left by br_table": """(result i32) (local $i i32) (local $j i32) (local $sum i32)
      (block $end (loop $outer
        (local.set $j (i32.const 0))
        (loop $inner
          (local.set $sum (i32.add (local.get $sum) (i32.add (local.get $i) (local.get $j))))
          (local.set $j (i32.add (local.get $j) (i32.const 1)))
          (br_if $inner (i32.lt_s (local.get $j) (local.get 0))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_table $outer $end (i32.ge_s (local.get $i) (local.get 0)))))
      (local.get $sum)""",
}


def module_of(name: str) -> bytes:
    return wat(f'(module (memory 1) {HELPERS} (func (export "f") (param i32) {FUNCTIONS[name]}))')
