;; memory.copy and memory.fill: all or nothing, as if through a buffer, bounds checked even for no bytes.
(module
  (memory (export "memory") 1 1)
  (data (i32.const 0) "abcdefgh")
  (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (export "load8") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "load64") (param i32) (result i64) (i64.load (local.get 0))))

(assert_return (invoke "load64" (i32.const 0)) (i64.const 0x6867666564636261))
(invoke "copy" (i32.const 2) (i32.const 0) (i32.const 4))   ;; overlapping, upwards
(assert_return (invoke "load64" (i32.const 0)) (i64.const 0x6867646362616261))
(invoke "copy" (i32.const 0) (i32.const 2) (i32.const 6))   ;; overlapping, downwards
(assert_return (invoke "load64" (i32.const 0)) (i64.const 0x6867686764636261))
(invoke "copy" (i32.const 3) (i32.const 3) (i32.const 5))   ;; onto itself
(assert_return (invoke "load64" (i32.const 0)) (i64.const 0x6867686764636261))
(invoke "copy" (i32.const 65528) (i32.const 0) (i32.const 8))
(assert_return (invoke "load64" (i32.const 65528)) (i64.const 0x6867686764636261))
(assert_return (invoke "copy" (i32.const 65536) (i32.const 0) (i32.const 0)))
(assert_return (invoke "copy" (i32.const 0) (i32.const 65536) (i32.const 0)))
(assert_return (invoke "copy" (i32.const 65536) (i32.const 65536) (i32.const 0)))
(assert_trap (invoke "copy" (i32.const 65537) (i32.const 0) (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "copy" (i32.const 0) (i32.const 65537) (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "copy" (i32.const 65530) (i32.const 0) (i32.const 7)) "out of bounds memory access")
(assert_return (invoke "load8" (i32.const 65530)) (i32.const 0x63))   ;; nothing was written
(assert_trap (invoke "copy" (i32.const 0) (i32.const 65530) (i32.const 7)) "out of bounds memory access")
(assert_return (invoke "load64" (i32.const 0)) (i64.const 0x6867686764636261))
(assert_trap (invoke "copy" (i32.const 0) (i32.const 1) (i32.const -1)) "out of bounds memory access")
(assert_trap (invoke "copy" (i32.const -1) (i32.const 0) (i32.const 1)) "out of bounds memory access")
(assert_trap (invoke "copy" (i32.const 0) (i32.const -1) (i32.const 2)) "out of bounds memory access")
(assert_trap (invoke "copy" (i32.const 0x80000000) (i32.const 0x80000000) (i32.const 0x80000000)) "out of bounds memory access")

(invoke "fill" (i32.const 1) (i32.const 0x1ff) (i32.const 3))          ;; the value modulo 256
(assert_return (invoke "load64" (i32.const 0)) (i64.const 0x68676867ffffff61))
(assert_return (invoke "fill" (i32.const 65536) (i32.const 1) (i32.const 0)))
(assert_trap (invoke "fill" (i32.const 65537) (i32.const 1) (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "fill" (i32.const 65535) (i32.const 0) (i32.const 2)) "out of bounds memory access")
(assert_return (invoke "load8" (i32.const 65535)) (i32.const 0x68))
(assert_trap (invoke "fill" (i32.const 0xffffffff) (i32.const 0) (i32.const 0xffffffff)) "out of bounds memory access")
(invoke "fill" (i32.const 0) (i32.const 0) (i32.const 65536))
(assert_return (invoke "load64" (i32.const 65528)) (i64.const 0))

(module (memory 0 0)
  (func (export "copy") (param i32) (memory.copy (i32.const 0) (i32.const 0) (local.get 0)))
  (func (export "fill") (param i32) (memory.fill (i32.const 0) (i32.const 0) (local.get 0))))
(assert_return (invoke "copy" (i32.const 0)))
(assert_return (invoke "fill" (i32.const 0)))
(assert_trap (invoke "copy" (i32.const 1)) "out of bounds memory access")
(assert_trap (invoke "fill" (i32.const 1)) "out of bounds memory access")

(assert_invalid (module (func (memory.copy (i32.const 0) (i32.const 0) (i32.const 0)))) "unknown memory 0")
(assert_invalid (module (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))) "unknown memory 0")
(assert_invalid (module (memory 1) (func (memory.copy (i64.const 0) (i32.const 0) (i32.const 0)))) "type mismatch")
(assert_invalid (module (memory 1) (func (memory.copy (i32.const 0) (f32.const 0) (i32.const 0)))) "type mismatch")
(assert_invalid (module (memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (f64.const 0)))) "type mismatch")
(assert_invalid (module (memory 1) (func (memory.fill (i32.const 0) (i32.const 0)))) "type mismatch")
(assert_invalid (module (memory 1) (func (result i32) (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))) "type mismatch")
