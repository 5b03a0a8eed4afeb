;; Logs a line and ends.
(module
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 64))
  (data (i32.const 0) "Hello from WebAssembly text.")
  (func (export "_start")
    (drop (call $sp_log (i32.const 2) (i32.const 0) (i32.const 28)))))
