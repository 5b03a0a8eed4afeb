;; Fetches a page by HTTP; its arguments are host, port and path. Tells the status line and how many bytes came.
;;
;; Memory: 0 names and texts, 64 the arguments, 192 the request or the line to log, 512 what comes.
(module
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 1024))
  (data (i32.const 0) "args") (data (i32.const 4) "net") (data (i32.const 8) "GET ") (data (i32.const 12) " HTTP/1.0\0d\0aHost: ")
  (data (i32.const 29) "\0d\0a\0d\0a") (data (i32.const 33) " bytes")
  (global $end (mut i32) (i32.const 192)) ;; of the text at 192
  (global $next (mut i32) (i32.const 64)) ;; the next argument
  (func $fail (unreachable))
  (func $must (param $code i32) (result i32)
    (if (i32.lt_s (local.get $code) (i32.const 0)) (then (call $fail)))
    (local.get $code))
  (func $put (param $from i32) (param $length i32)
    (memory.copy (global.get $end) (local.get $from) (local.get $length))
    (global.set $end (i32.add (global.get $end) (local.get $length))))
  (func $put_number (param $value i32)
    (if (i32.ge_u (local.get $value) (i32.const 10)) (then (call $put_number (i32.div_u (local.get $value) (i32.const 10)))))
    (i32.store8 (global.get $end) (i32.add (i32.const 48) (i32.rem_u (local.get $value) (i32.const 10))))
    (global.set $end (i32.add (global.get $end) (i32.const 1))))
  ;; How many bytes a word has, and a line
  (func $span (param $at i32) (result i32) (local $first i32)
    (local.set $first (local.get $at))
    (loop $more
      (if (i32.gt_u (i32.load8_u (local.get $at)) (i32.const 32))
        (then (local.set $at (i32.add (local.get $at) (i32.const 1))) (br $more))))
    (i32.sub (local.get $at) (local.get $first)))
  (func $line (param $at i32) (result i32) (local $first i32)
    (local.set $first (local.get $at))
    (loop $more
      (if (i32.ge_u (i32.load8_u (local.get $at)) (i32.const 32))
        (then (local.set $at (i32.add (local.get $at) (i32.const 1))) (br $more))))
    (i32.sub (local.get $at) (local.get $first)))
  (func $word (result i32 i32) (local $at i32) (local $length i32) ;; where the next argument is, and its length
    (local.set $at (global.get $next))
    (local.set $length (call $span (local.get $at)))
    (global.set $next (i32.add (i32.add (local.get $at) (local.get $length)) (i32.const 1)))
    (local.get $at) (local.get $length))
  (func $number (param $at i32) (param $length i32) (result i32) (local $value i32)
    (loop $more
      (if (local.get $length)
        (then
          (local.set $value (i32.add (i32.mul (local.get $value) (i32.const 10)) (i32.sub (i32.load8_u (local.get $at)) (i32.const 48))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (local.set $length (i32.sub (local.get $length) (i32.const 1)))
          (br $more))))
    (local.get $value))
  (func (export "_start") (local $host i32) (local $host_length i32) (local $port i32) (local $path i32) (local $path_length i32)
    (local $socket i32) (local $sent i32) (local $count i32) (local $total i32)
    (drop (call $must (call $sp_fs_read (call $must (call $sp_cap_find (i32.const 0) (i32.const 4))) (i32.const 64) (i32.const 127) (i32.const 0))))
    (call $word) (local.set $host_length) (local.set $host)
    (local.set $port (call $number (call $word)))
    (call $word) (local.set $path_length) (local.set $path)
    (local.set $socket (call $must (call $sp_net_connect (call $must (call $sp_cap_find (i32.const 4) (i32.const 3)))
      (local.get $host) (local.get $host_length) (local.get $port) (i32.const 0) (i32.const 10000))))
    (call $put (i32.const 8) (i32.const 4)) (call $put (local.get $path) (local.get $path_length)) (call $put (i32.const 12) (i32.const 17))
    (call $put (local.get $host) (local.get $host_length)) (call $put (i32.const 29) (i32.const 4))
    (local.set $sent (i32.const 192))
    (loop $send
      (local.set $sent (i32.add (local.get $sent) (call $must (call $sp_net_send (local.get $socket) (local.get $sent)
        (i32.sub (global.get $end) (local.get $sent)) (i32.const 10000)))))
      (br_if $send (i32.lt_u (local.get $sent) (global.get $end))))
    (block $done
      (loop $more
        (local.set $count (call $must (call $sp_net_recv (local.get $socket) (i32.const 512) (i32.const 511) (i32.const 10000))))
        (br_if $done (i32.eqz (local.get $count)))
        (if (i32.eqz (local.get $total)) (then (drop (call $sp_log (i32.const 2) (i32.const 512) (call $line (i32.const 512))))))
        (local.set $total (i32.add (local.get $total) (local.get $count)))
        (br $more)))
    (drop (call $must (call $sp_net_close (local.get $socket))))
    (global.set $end (i32.const 192))
    (call $put_number (local.get $total)) (call $put (i32.const 33) (i32.const 6))
    (drop (call $sp_log (i32.const 2) (i32.const 192) (i32.sub (global.get $end) (i32.const 192))))))
