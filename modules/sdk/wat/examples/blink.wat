;; Blinks the lamp granted as "led": half a period on, half a period off.
(module
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 64))
  (data (i32.const 0) "led") (data (i32.const 8) "the manifest grants no output pin \22led\22")
  (func (export "_start") (local $led i32)
    (local.set $led (call $sp_cap_find (i32.const 0) (i32.const 3)))
    (loop $again
      (if (i32.ge_s (call $sp_gpio_write (local.get $led) (i32.eqz (call $sp_gpio_read (local.get $led)))) (i32.const 0))
        (then (drop (call $sp_sleep (i32.const 100))) (br $again))))
    (drop (call $sp_log (i32.const 0) (i32.const 8) (i32.const 39)))
    (unreachable)))
