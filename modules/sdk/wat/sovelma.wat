;; The system calls of SovelmaOS, ABI version 1.1: generated from firmware/abi.toml by tools/generate/gen_abi.py: do not edit.
;;
;; A result below 0 is an error:
;;    -1 BADCAP: The capability identifier names nothing this task holds, or an object of the wrong kind.
;;    -2 REVOKED: The capability existed and was revoked, dropped or closed.
;;    -3 DENIED: The capability lacks a right the call needs, or policy forbids the call.
;;    -4 INVAL: An argument is outside its range, or has unknown flag bits.
;;    -5 NOTFOUND: No such name.
;;    -6 EXISTS: The name is taken, by an object of another kind.
;;    -7 AGAIN: Nothing to be had at the moment; try later.
;;    -8 TIMEOUT: The time given has passed.
;;    -9 DEAD: The other side has ended.
;;   -10 QUOTA: A quota of the task or of the directory is used up.
;;   -11 NOMEM: The kernel has no memory for this.
;;   -12 IO: A device or the kernel failed; the kernel log knows more.
;;   -13 UNSUPPORTED: This machine or object cannot do that.
;;   -14 BUSY: Another task uses it.
;;   -15 TOOBIG: A name, path or size beyond the limit.
;;   -16 REFUSED: The peer refused the connection.
;;   -17 UNREACHABLE: No way to the peer.
;;   -18 RESET: The peer reset the connection.
;;   -19 NOSPACE: The file system is full.
;;   -20 CLOSED: The connection is closed.
;;
;; Levels of sp_log.
;;   0 LOG_ERROR: The task cannot do its work.
;;   1 LOG_WARNING: Something is odd.
;;   2 LOG_INFO: What a reader of the console wants to see.
;;   3 LOG_DEBUG: Kept in the task's ring, not printed.
;;
;; Clocks of sp_time.
;;   0 CLOCK_MONOTONIC: Microseconds since an arbitrary moment; never set, never goes back.
;;   1 CLOCK_UTC: Microseconds since 1970-01-01 00:00 UTC, where the machine knows them.
;;
;; Flags of sp_fs_open.
;;   1 OPEN_READ: Allow sp_fs_read.
;;   2 OPEN_WRITE: Allow sp_fs_write.
;;   4 OPEN_CREATE: Make the file (with DIRECTORY: the directory) where it does not exist.
;;   8 OPEN_TRUNCATE: Empty the file; needs WRITE.
;;   16 OPEN_APPEND: Every write goes to the end, whatever its offset; needs WRITE.
;;   32 OPEN_DIRECTORY: Open a directory: the result is a directory capability.
;;
;; Flags of sp_net_connect.
;;   1 NET_TLS: Encrypted, and the peer proves its name. UNSUPPORTED on a machine without TLS, and with UDP.
;;   2 NET_UDP: Datagrams instead of a TCP connection.
;;
;; Flags of sp_ipc_call and sp_ipc_receive.
;;   1 IPC_ACCEPT: Take a capability that comes along.

;; Ends the task's slice: every other task of the same or a higher priority that is ready runs before this one
;; goes on. Returns 0.
(import "sovelma" "sp_yield" (func $sp_yield (result i32)))

;; Sleeps for at least that many milliseconds; 0 is the same as sp_yield. The machine sleeps too when every task
;; does. Returns 0.
;; `milliseconds`: How long; at most 2^29-1 (6.2 days).
;; Errors: Invalid.
(import "sovelma" "sp_sleep" (func $sp_sleep (param i32) (result i32)))

;; Appends one line to the task's own log ring. Levels up to INFO are shown on the console with the task's name;
;; control characters are escaped there, so a task cannot forge another one's lines or drive the terminal. Returns
;; the number of bytes taken, which is less than the length where the line is too long, or AGAIN where the task
;; has used up its rate (a burst of 32 lines, then 32 lines a second, or what the manifest says); the console says
;; how many lines were dropped.
;; `level`: LOG_ERROR, LOG_WARNING, LOG_INFO or LOG_DEBUG.
;; `text`: The line, without its end of line. UTF-8 by convention; any bytes are allowed.
;; Errors: Invalid, Again.
(import "sovelma" "sp_log" (func $sp_log (param i32 i32 i32) (result i32)))

;; Ends the task with an exit code. Does not return. Returning from `_start` is the same as sp_exit(0).
;; `code`: 0 for success, by convention.
(import "sovelma" "sp_exit" (func $sp_exit (param i32)))

;; Reads a clock. Returns microseconds, or UNSUPPORTED for CLOCK_UTC on a machine that does not know the time.
;; `clock`: CLOCK_MONOTONIC or CLOCK_UTC.
;; Errors: Invalid, Unsupported.
(import "sovelma" "sp_time" (func $sp_time (param i32) (result i64)))

;; Fills a buffer with random bytes fit for keys, from the machine's generator. Returns the number of bytes
;; filled.
;; `bytes`: Where the bytes go.
;; Errors: Io.
(import "sovelma" "sp_random" (func $sp_random (param i32 i32) (result i32)))

;; Returns the true size of the task's linear memory in bytes. `memory.size` counts pages of 64 KiB, which is too
;; coarse for a machine with a memory of 300 KB. Where the manifest's `memory` is more than the memory has yet, it
;; grows to all of it first.
(import "sovelma" "sp_memory_bytes" (func $sp_memory_bytes (result i32)))

;; Looks up a capability the boot manifest granted to this task, by the name it has there. Returns its identifier,
;; NOTFOUND, or REVOKED where it was granted but is gone.
;; `name`: The name in the manifest.
;; Errors: NotFound, Revoked, TooBig.
(import "sovelma" "sp_cap_find" (func $sp_cap_find (param i32 i32) (result i32)))

;; Opens a file or, with OPEN_DIRECTORY, a directory below a directory capability. The path is relative:
;; components are separated by `/`, each 1 to 63 bytes of any value but 0; a leading `/`, an empty component, `.`
;; and `..` are INVAL, so no path leaves the directory. OPEN_READ needs the right READ on the directory,
;; OPEN_WRITE needs WRITE, making a new file or directory needs CREATE; the new capability has exactly the rights
;; asked for, and GRANT where the directory has it. A component on the way that is a file is NOTFOUND; a file
;; where a directory is wanted, or the reverse, is EXISTS. What is neither, such as a symbolic link on mounted
;; storage, is DENIED. A tree of more than 16 directories is TOOBIG. QUOTA where the task may hold no more
;; capabilities or store no more. Returns the new capability.
;; `path`: The path, not terminated by 0.
;; `flags`: OPEN_READ, OPEN_WRITE or both (with OPEN_DIRECTORY they say which rights the capability passes on),
;; and others.
;; Errors: BadCapability, Revoked, Denied, Invalid, NotFound, Exists, Quota, NoMemory, Io, Busy, TooBig, NoSpace.
(import "sovelma" "sp_fs_open" (func $sp_fs_open (param i32 i32 i32 i32) (result i32)))

;; Reads bytes from a file. Returns how many, which may be fewer than asked for; 0 means the end of the file (or
;; an empty buffer).
;; `bytes`: Where the bytes go.
;; `offset`: Where to read; -1: at the file's own position, which then advances.
;; Errors: BadCapability, Revoked, Denied, Invalid, Io.
(import "sovelma" "sp_fs_read" (func $sp_fs_read (param i32 i32 i32 i32) (result i32)))

;; Writes bytes to a file, which grows as needed; a gap before the offset reads as zeros and counts against the
;; quota. Returns how many bytes were written, which may be fewer than given. A write that finds no room at all
;; changes nothing and is QUOTA (of the task, which the bytes of a file count for that made it, or of a directory)
;; or NOSPACE (of the file system).
;; `bytes`: The bytes.
;; `offset`: Where to write; -1: at the file's own position, which then advances. Ignored with OPEN_APPEND.
;; Errors: BadCapability, Revoked, Denied, Invalid, Quota, NoMemory, Io, NoSpace.
(import "sovelma" "sp_fs_write" (func $sp_fs_write (param i32 i32 i32 i32) (result i32)))

;; Returns the size of a file in bytes.
;; Errors: BadCapability, Revoked, Io.
(import "sovelma" "sp_fs_size" (func $sp_fs_size (param i32) (result i32)))

;; Drops a file or directory capability; its identifier is never valid again. Returns 0.
;; Errors: BadCapability, Revoked.
(import "sovelma" "sp_fs_close" (func $sp_fs_close (param i32) (result i32)))

;; Reads the level of a pin: 1 active, 0 not. Whether active means a high or a low voltage was said when the pin
;; was granted, so a module need not know how a button or a lamp is wired. An output reads what it drives.
;; Errors: BadCapability, Revoked, Denied.
(import "sovelma" "sp_gpio_read" (func $sp_gpio_read (param i32) (result i32)))

;; Drives an output pin: 1 active, 0 not, with the meaning given to the pin when it was granted. An output belongs
;; to one task alone, and goes back to the level it had at the start when that task is over. Returns 0.
;; `level`: 1 active, 0 not.
;; Errors: BadCapability, Revoked, Denied, Invalid.
(import "sovelma" "sp_gpio_write" (func $sp_gpio_write (param i32 i32) (result i32)))

;; Connects to a host, given by name or as an IPv4 address in four decimal numbers. Host, port and protocol must
;; be on the network capability's list (else DENIED); a name that leads to a private, loopback or otherwise
;; special address is DENIED too unless that address is listed itself. The time allowed covers looking the name up
;; (NOTFOUND where it does not exist) and connecting. With timeout 0 only names that are known already are looked
;; up, and a connection that is not there at once is given up with AGAIN. With NET_UDP nothing is sent: the socket
;; exchanges datagrams with that one peer. Returns a new capability with the rights READ and WRITE; QUOTA where
;; the task may hold no more sockets or capabilities.
;; `host`: Name or address of the host, not terminated by 0.
;; `port`: Its port.
;; `flags`: NET_TLS, NET_UDP or 0 for TCP.
;; `timeout`: How long it may take.
;; Errors: BadCapability, Revoked, Denied, Invalid, NotFound, Again, Timeout, Quota, NoMemory, Io, Unsupported,
;; TooBig, Refused, Unreachable, Reset.
(import "sovelma" "sp_net_connect" (func $sp_net_connect (param i32 i32 i32 i32 i32 i32) (result i32)))

;; Sends bytes, waiting until at least one is taken. Returns how many were taken, which may be fewer than given.
;; With UDP the bytes are one datagram; what is beyond 4,096 bytes is not sent. AGAIN where nothing can be sent at
;; the moment and the timeout is 0, TIMEOUT where nothing could be sent in time, CLOSED where the peer takes no
;; more, RESET where it broke the connection off, REFUSED where nothing listens at the peer's UDP port.
;; `bytes`: The bytes.
;; `timeout`: How long to wait until something can be sent.
;; Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout, NoMemory, Io, TooBig, Refused, Unreachable,
;; Reset, Closed.
(import "sovelma" "sp_net_send" (func $sp_net_send (param i32 i32 i32 i32) (result i32)))

;; Receives bytes, waiting until at least one is there. Returns how many, which may be fewer than there is room
;; for; 0 is the end of a TCP connection (or an empty buffer). With UDP it returns one datagram, which may be
;; empty; what does not fit is lost. AGAIN where nothing is there and the timeout is 0, TIMEOUT where nothing came
;; in time, RESET where the peer broke the connection off, REFUSED where nothing listens at the peer's UDP port.
;; `bytes`: Where the bytes go.
;; `timeout`: How long to wait until something is there.
;; Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout, NoMemory, Io, Refused, Unreachable, Reset,
;; Closed.
(import "sovelma" "sp_net_recv" (func $sp_net_recv (param i32 i32 i32 i32) (result i32)))

;; Ends a connection and drops its capability. What was sent already is still delivered. Returns 0.
;; Errors: BadCapability, Revoked.
(import "sovelma" "sp_net_close" (func $sp_net_close (param i32) (result i32)))

;; Lists the capabilities that this task holds: writes their identifiers, 4 bytes each, as many as fit, in the
;; order of their slots. Returns how many there are.
;; `to`: Where the identifiers go.
(import "sovelma" "sp_cap_list" (func $sp_cap_list (param i32 i32) (result i32)))

;; Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
;; the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
;; many bytes there are.
;; `to`: Where it goes.
;; Errors: BadCapability, Revoked.
(import "sovelma" "sp_cap_info" (func $sp_cap_info (param i32 i32 i32) (result i32)))

;; Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
;; DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
;; sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
;; Returns the new capability.
;; `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
;; Errors: BadCapability, Revoked, Invalid, Denied, Quota.
(import "sovelma" "sp_cap_derive" (func $sp_cap_derive (param i32 i32) (result i32)))

;; Ends a capability of any kind; a file or a connection is closed with the last capability to it. What was opened
;; through it or derived from it stays, as if it had been made of what this one was made of. Returns 0.
;; Errors: BadCapability, Revoked, Io.
(import "sovelma" "sp_cap_drop" (func $sp_cap_drop (param i32) (result i32)))

;; Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
;; itself. Returns how many were ended.
;; Errors: BadCapability, Revoked, Io.
(import "sovelma" "sp_cap_revoke" (func $sp_cap_revoke (param i32) (result i32)))

;; Calls the server of an endpoint and waits for its reply. A message, as it is received, begins with 16 bytes:
;; client, badge, capability and bits, 4 bytes each; of a reply only the capability counts. Returns how many bytes
;; of the reply there are, with these 16. Where no task waits for a call, this one waits for a server; with
;; timeout 0 it is AGAIN. DEAD where the server ends, or loses the endpoint, before it has replied. Until then the
;; client lends the server its priority. The capability `pass` needs GRANT, and the server gets one like it that
;; ends with this one; REFUSED where it does not accept one.
;; `request`: The message.
;; `reply`: Where the reply goes: 16 bytes, and the server's message.
;; `pass`: A capability to pass on; 0 is none.
;; `flags`: IPC_ACCEPT: a capability in the reply is taken.
;; `timeout`: For all of it, in milliseconds.
;; Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout, Dead, TooBig, Refused.
(import "sovelma" "sp_ipc_call" (func $sp_ipc_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))

;; Waits for a call to an endpoint, or for bits of the notification that is bound to it. What is received begins
;; with 16 bytes: `client`, the number that sp_ipc_reply wants; `badge`, which the manifest gave to the client's
;; capability; `capability`, one that the client passed on, or 0; `bits` that were signalled, then client is 0.
;; The message follows. Returns how many bytes there are, with these 16. INVAL where the buffer has less than 16.
;; `message`: Where the message goes: 16 bytes, and the client's message.
;; `flags`: IPC_ACCEPT: a capability that comes along is taken. Without it a call that passes one on is REFUSED.
;; `timeout`: In milliseconds.
;; Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
(import "sovelma" "sp_ipc_receive" (func $sp_ipc_receive (param i32 i32 i32 i32 i32) (result i32)))

;; Replies to a call that this task received and has not replied to, once; the client goes on. DEAD where the
;; client waits no longer: its time was over, it has ended, or had its reply. The capability `pass` needs GRANT,
;; and the client gets one like it that ends with this one; REFUSED where it does not accept one, and the call
;; waits on. Returns 0.
;; `client`: Which call: the number that was received with it.
;; `reply`: The message.
;; `pass`: A capability to pass on; 0 is none.
;; Errors: BadCapability, Revoked, Denied, Dead, TooBig, Refused.
(import "sovelma" "sp_ipc_reply" (func $sp_ipc_reply (param i32 i32 i32 i32 i32) (result i32)))

;; Signals bits: they are OR-ed into the notification's word, and who waits for one of them goes on. Never waits.
;; Returns 0.
;; `bits`: At least one of 30.
;; Errors: BadCapability, Revoked, Denied, Invalid.
(import "sovelma" "sp_notify_signal" (func $sp_notify_signal (param i32 i32) (result i32)))

;; Waits until one of the bits of `mask` is signalled, takes those that are, and returns them. Bits that no task
;; waits for stay until they are. AGAIN with timeout 0 where none is signalled.
;; `mask`: The bits to wait for.
;; `timeout`: In milliseconds.
;; Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
(import "sovelma" "sp_notify_wait" (func $sp_notify_wait (param i32 i32 i32) (result i32)))

;; Binds a notification to an endpoint, instead of what either was bound to: sp_ipc_receive there takes all its
;; bits too, so that one wait serves both. Returns 0.
;; `endpoint`: An endpoint with READ, of this task; 0: the notification is bound to none any more.
;; Errors: BadCapability, Revoked, Denied.
(import "sovelma" "sp_notify_bind" (func $sp_notify_bind (param i32 i32) (result i32)))

;; Waits until no task holds the mutex, and holds it until sp_sync_unlock. Meanwhile who waits lends its priority
;; to the holder; the first of the highest priority is next. Returns 0, or 1 where the last holder ended, or lost
;; the mutex, without unlocking it: what it guards may be half done. INVAL where this task holds it already; AGAIN
;; with timeout 0 where another one does.
;; `timeout`: In milliseconds.
;; Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
(import "sovelma" "sp_sync_lock" (func $sp_sync_lock (param i32 i32) (result i32)))

;; Holds the mutex no longer. DENIED where this task does not hold it. Returns 0.
;; Errors: BadCapability, Revoked, Denied.
(import "sovelma" "sp_sync_unlock" (func $sp_sync_unlock (param i32) (result i32)))

;; Waits until the count of the semaphore is not 0, and takes one off it. AGAIN with timeout 0 where it is.
;; Returns 0.
;; `timeout`: In milliseconds.
;; Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
(import "sovelma" "sp_sync_take" (func $sp_sync_take (param i32 i32) (result i32)))

;; Adds to the count; as many as that go on in sp_sync_take, in the order in which they came. Never waits. TOOBIG
;; where the count would be more than 1073741823, and it stays. Returns 0.
;; `count`: How many.
;; Errors: BadCapability, Revoked, Denied, Invalid, TooBig.
(import "sovelma" "sp_sync_give" (func $sp_sync_give (param i32 i32) (result i32)))

;; Sleeps until a moment of CLOCK_MONOTONIC, to the microsecond as far as the machine goes; where that is past it
;; is the same as sp_yield. A slice of a lower priority is cut so that it has ended by then. Returns 0.
;; `when`: When to go on.
(import "sovelma" "sp_sleep_until" (func $sp_sleep_until (param i64) (result i32)))

;; Makes an object that no other task reaches yet, and returns a capability to it with the rights READ, WRITE and
;; GRANT. `kind`: SP_KIND_ENDPOINT, SP_KIND_NOTIFICATION, SP_KIND_MUTEX, SP_KIND_SEMAPHORE, SP_KIND_MEMORY or
;; SP_KIND_TIMER, else INVAL. It counts against the task's quota of `objects`, and a buffer against its `buffers`,
;; until the last capability to it is gone, whoever holds that; QUOTA where one is used up, or the task may hold
;; no more capabilities; NOMEM where the arena has no room for a buffer.
;; `kind`: What to make.
;; `size`: Bytes of a buffer, 1 to 65535; the count that a semaphore begins with; else 0.
;; Errors: Invalid, Quota, NoMemory.
(import "sovelma" "sp_cap_create" (func $sp_cap_create (param i32 i32) (result i32)))

;; Copies bytes of a buffer to the task. Returns how many, fewer than asked for at the end of the buffer; 0 behind
;; it.
;; `to`: Where the bytes go.
;; `offset`: Where to read.
;; Errors: BadCapability, Revoked, Denied, Invalid.
(import "sovelma" "sp_mem_read" (func $sp_mem_read (param i32 i32 i32 i32) (result i32)))

;; Copies bytes of the task to a buffer. Returns how many, fewer than given at the end of the buffer; 0 behind it.
;; `bytes`: The bytes.
;; `offset`: Where to write.
;; Errors: BadCapability, Revoked, Denied, Invalid.
(import "sovelma" "sp_mem_write" (func $sp_mem_write (param i32 i32 i32 i32) (result i32)))

;; Returns how many bytes a buffer has, or the part of one.
;; Errors: BadCapability, Revoked.
(import "sovelma" "sp_mem_size" (func $sp_mem_size (param i32) (result i32)))

;; Makes a capability to a part of a buffer, as sp_cap_derive does to all of it: with fewer rights or as many,
;; ended by sp_cap_drop or with sp_cap_revoke of what it was made of. INVAL where the part does not lie within.
;; Returns the new capability.
;; `offset`: Where the part begins.
;; `length`: Its bytes.
;; `rights`: Its rights: SP_RIGHT_READ and others.
;; Errors: BadCapability, Revoked, Invalid, Denied, Quota.
(import "sovelma" "sp_mem_derive" (func $sp_mem_derive (param i32 i32 i32 i32) (result i32)))

;; Sets a timer: it is due at `first`, and then every `period` microseconds, each from the one before, so that
;; nothing adds up. What it counted is forgotten. Returns 0.
;; `first`: When it is due first; 0: never, it stands still.
;; `period`: Microseconds, at least 100 (else INVAL); 0: it is due once.
;; Errors: BadCapability, Revoked, Denied, Invalid.
(import "sovelma" "sp_timer_set" (func $sp_timer_set (param i32 i64 i32) (result i32)))

;; Waits until a timer has been due, and takes its count: returns how often it was since it was asked last, so
;; what is above 1 was missed. AGAIN with timeout 0 where it was not.
;; `timeout`: In milliseconds.
;; Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
(import "sovelma" "sp_timer_wait" (func $sp_timer_wait (param i32 i32) (result i32)))

;; Binds a timer to a notification: whenever it is due, these bits are signalled there too, as long as this task's
;; capability to the notification is good. Returns 0.
;; `notification`: One of this task's with WRITE; 0: the timer is bound to none any more.
;; `bits`: At least one of 30.
;; Errors: BadCapability, Revoked, Denied, Invalid.
(import "sovelma" "sp_timer_bind" (func $sp_timer_bind (param i32 i32 i32) (result i32)))

;; Waits until an edge of a pin has come, and takes the count: returns how many came since it was asked last, so
;; what is above 1 was missed. Which edges count, and how long it takes a contact to settle, was said when it was
;; granted. AGAIN with timeout 0 where none has come.
;; `timeout`: In milliseconds.
;; Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
(import "sovelma" "sp_irq_wait" (func $sp_irq_wait (param i32 i32) (result i32)))

;; Binds the edges of a pin to a notification, as sp_timer_bind does a timer. Returns 0.
;; `notification`: One of this task's with WRITE; 0: they are bound to none any more.
;; `bits`: At least one of 30.
;; Errors: BadCapability, Revoked, Denied, Invalid.
(import "sovelma" "sp_irq_bind" (func $sp_irq_bind (param i32 i32 i32) (result i32)))

;; Waits until a task has ended - exited, faulted or been stopped - and takes the count: returns how often it has
;; since it was asked last. A task whose fault policy restarts it ends each time too. AGAIN with timeout 0 where
;; it has not.
;; `timeout`: In milliseconds.
;; Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
(import "sovelma" "sp_task_wait" (func $sp_task_wait (param i32 i32) (result i32)))

;; Binds the ends of a task to a notification, as sp_timer_bind does a timer. Returns 0.
;; `notification`: One of this task's with WRITE; 0: they are bound to none any more.
;; `bits`: At least one of 30.
;; Errors: BadCapability, Revoked, Denied, Invalid.
(import "sovelma" "sp_task_bind" (func $sp_task_bind (param i32 i32 i32) (result i32)))

;; Starts a task that is over once more, as its manifest says, 100 ms from now or when its fault policy says: a
;; task that is started again and again takes no more than that of the machine. BUSY where it is not over. Returns
;; 0.
;; Errors: BadCapability, Revoked, Denied, Busy.
(import "sovelma" "sp_task_start" (func $sp_task_start (param i32) (result i32)))

;; Stops a task, whatever its fault policy says; nothing where it is over. Returns 0.
;; Errors: BadCapability, Revoked, Denied.
(import "sovelma" "sp_task_stop" (func $sp_task_stop (param i32) (result i32)))
