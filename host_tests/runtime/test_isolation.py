"""Tasks do not disturb each other: in random systems with kills and faults each survivor does what it does alone.

Issue 2, bar 8, for the C module: what a task does is a function of its module and the answers it gets. The answers
here are a function of the task and the count of its calls, so a run alone and a run among others must be the same
to the last bit: calls with their arguments and bytes, results, fault, fuel, state.
"""

from script_files import script
from wasm_text import wat
from random_programs import MEMORY_BYTES, Program
from setups import RUN
from abi_definition import NUMBERS

SYSTEMS = 300
TASKS = 8  # of one system, at the start; more are created while it runs


def chatty(seed, calls):
    """Computes in memory and globals, asks the kernel in between and lets the answers steer it."""
    return wat(f"""(module
      (import "sovelma" "sp_sleep" (func $sleep (param i32) (result i32)))
      (import "sovelma" "sp_fs_write" (func $write (param i32 i32 i32 i32) (result i32)))
      (import "sovelma" "sp_time" (func $time (param i32) (result i64)))
      (memory 1)
      (global $state (mut i32) (i32.const {seed}))
      (func $next (result i32)
        (global.set $state (i32.add (i32.mul (global.get $state) (i32.const 1664525)) (i32.const 1013904223)))
        (i32.shr_u (global.get $state) (i32.const 8)))
      (func $scramble (param $n i32) (result i32)
        (loop
          (i32.store (i32.and (call $next) (i32.const 0x1fc)) (i32.xor (call $next) (local.get $n)))
          (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (if (result i32) (i32.and (call $next) (i32.const 1))
          (then (call $scramble_less (i32.and (call $next) (i32.const 7)))) (else (i32.load (i32.const 64)))))
      (func $scramble_less (param i32) (result i32)
        (if (result i32) (local.get 0) (then (call $scramble (local.get 0))) (else (i32.const 1))))
      (func (export "_start") (result i32) (local $calls i32) (local $answer i32)
        (loop
          (drop (call $scramble (i32.add (i32.and (call $next) (i32.const 15)) (i32.const 1))))
          (local.set $answer (call $write (i32.and (call $next) (i32.const 0x2ff)) (i32.and (call $next) (i32.const 0xff))
            (i32.and (call $next) (i32.const 0xff)) (i32.const -1)))
          (global.set $state (i32.xor (global.get $state) (local.get $answer)))
          (if (i32.and (local.get $answer) (i32.const 1)) (then (drop (call $sleep (i32.and (call $next) (i32.const 1023))))))
          (if (i32.and (local.get $answer) (i32.const 2)) (then
            (i64.store (i32.const 512) (i64.add (i64.load (i32.const 512)) (call $time (i32.const 0))))))
          (br_if 0 (i32.lt_s (local.tee $calls (i32.add (local.get $calls) (i32.const 1))) (i32.const {calls}))))
        (if (i32.eq (i32.and (global.get $state) (i32.const 15)) (i32.const 3)) (then (unreachable)))
        (global.get $state)))""")


SYSTEM = RUN + script(__file__, "isolation")


def test_survivors_do_what_they_do_alone(firmware):
    systems = firmware.share(SYSTEMS)
    modules = {f"chatty {seed}": chatty(seed, 3 + seed % 20) for seed in range(8)}
    modules.update({f"random {seed}": wat(Program(seed).wat()) for seed in range(12)})
    totals, different, calls, trapped = firmware.script(
        SYSTEM, wasm=modules, memory=MEMORY_BYTES, tasks=TASKS, write=NUMBERS["sp_fs_write"], first=0, systems=systems)
    kills, faults, survivors, _ = totals
    print(f"{survivors} survivors, {kills} killed, {faults} faulted, {different} different runs, {calls} calls")
    assert survivors > 5 * systems and kills > systems and faults > systems / 4
    assert different > firmware.share(100) and calls > firmware.share(500) and trapped > firmware.share(5)  # the runs compared say something
