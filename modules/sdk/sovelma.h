/* The system calls of SovelmaOS, ABI version 1.1: generated from firmware/abi.toml by tools/generate/gen_abi.py: do not edit.
 *
 * A call returns a value >= 0 or one of the negative SP_ERR_ codes. A pointer outside the module's memory is a
 * fault: it ends the task. Buffers belong to the caller and are only used during the call. */
#ifndef SOVELMA_H
#define SOVELMA_H

#include <stdint.h>

/* A capability: a handle to one object with certain rights, valid in this task alone; 0 is none. */
typedef int32_t sp_cap_t;

#define SP_CALL(name) __attribute__((import_module("sovelma"), import_name(#name))) name

enum {
    SP_ERR_BADCAP = -1,          /* The capability identifier names nothing this task holds, or an object of the wrong kind. */
    SP_ERR_REVOKED = -2,         /* The capability existed and was revoked, dropped or closed. */
    SP_ERR_DENIED = -3,          /* The capability lacks a right the call needs, or policy forbids the call. */
    SP_ERR_INVAL = -4,           /* An argument is outside its range, or has unknown flag bits. */
    SP_ERR_NOTFOUND = -5,        /* No such name. */
    SP_ERR_EXISTS = -6,          /* The name is taken, by an object of another kind. */
    SP_ERR_AGAIN = -7,           /* Nothing to be had at the moment; try later. */
    SP_ERR_TIMEOUT = -8,         /* The time given has passed. */
    SP_ERR_DEAD = -9,            /* The other side has ended. */
    SP_ERR_QUOTA = -10,          /* A quota of the task or of the directory is used up. */
    SP_ERR_NOMEM = -11,          /* The kernel has no memory for this. */
    SP_ERR_IO = -12,             /* A device or the kernel failed; the kernel log knows more. */
    SP_ERR_UNSUPPORTED = -13,    /* This machine or object cannot do that. */
    SP_ERR_BUSY = -14,           /* Another task uses it. */
    SP_ERR_TOOBIG = -15,         /* A name, path or size beyond the limit. */
    SP_ERR_REFUSED = -16,        /* The peer refused the connection. */
    SP_ERR_UNREACHABLE = -17,    /* No way to the peer. */
    SP_ERR_RESET = -18,          /* The peer reset the connection. */
    SP_ERR_NOSPACE = -19,        /* The file system is full. */
    SP_ERR_CLOSED = -20,         /* The connection is closed. */
};

/* Kinds of object, as sp_cap_info tells them. */
enum {
    SP_KIND_DIRECTORY = 1,       /* A directory of the file system; paths are relative to it and never leave it. */
    SP_KIND_FILE = 2,            /* An open file with a position of its own. */
    SP_KIND_NETWORK = 4,         /* Leave to reach certain hosts, ports and protocols. */
    SP_KIND_SOCKET = 8,          /* A connection to one peer: TCP, or UDP datagrams. */
    SP_KIND_PIN = 16,            /* One pin of the machine, as input or as output. */
    SP_KIND_ENDPOINT = 32,       /* Where a server receives calls of other tasks. */
    SP_KIND_NOTIFICATION = 64,   /* A word into which tasks signal bits, and others wait for them. */
    SP_KIND_MUTEX = 128,         /* What one task holds at a time. */
    SP_KIND_SEMAPHORE = 256,     /* A count that tasks give to and take from. */
    SP_KIND_MEMORY = 512,        /* A buffer that tasks share, or a part of one: read and written by copying. */
    SP_KIND_TIMER = 1024,        /* What happens once or again and again at a time, and counts how often. */
    SP_KIND_IRQ = 2048,          /* The edges of one pin, counted as they come. */
    SP_KIND_TASK = 4096,         /* Another task: told when it has ended, started and stopped. */
};

/* Rights of a capability: a mask. */
enum {
    SP_RIGHT_READ = 1,           /* Read bytes, open for reading, receive, read a level, serve an endpoint, wait for a notification, a timer, edges or the end of a task, take from a semaphore. */
    SP_RIGHT_WRITE = 2,          /* Write bytes, open for writing, truncate, send, set a level, call an endpoint, signal a notification, lock a mutex, give to a semaphore, set a timer, start and stop a task. */
    SP_RIGHT_CREATE = 4,         /* Make new files and directories. */
    SP_RIGHT_GRANT = 8,          /* Pass the capability on to another task. */
};

/* Levels of sp_log. */
enum {
    SP_LOG_ERROR = 0,            /* The task cannot do its work. */
    SP_LOG_WARNING = 1,          /* Something is odd. */
    SP_LOG_INFO = 2,             /* What a reader of the console wants to see. */
    SP_LOG_DEBUG = 3,            /* Kept in the task's ring, not printed. */
};

/* Clocks of sp_time. */
enum {
    SP_CLOCK_MONOTONIC = 0,      /* Microseconds since an arbitrary moment; never set, never goes back. */
    SP_CLOCK_UTC = 1,            /* Microseconds since 1970-01-01 00:00 UTC, where the machine knows them. */
};

/* Flags of sp_fs_open. */
enum {
    SP_OPEN_READ = 1,            /* Allow sp_fs_read. */
    SP_OPEN_WRITE = 2,           /* Allow sp_fs_write. */
    SP_OPEN_CREATE = 4,          /* Make the file (with DIRECTORY: the directory) where it does not exist. */
    SP_OPEN_TRUNCATE = 8,        /* Empty the file; needs WRITE. */
    SP_OPEN_APPEND = 16,         /* Every write goes to the end, whatever its offset; needs WRITE. */
    SP_OPEN_DIRECTORY = 32,      /* Open a directory: the result is a directory capability. */
};

/* Flags of sp_net_connect. */
enum {
    SP_NET_TLS = 1,              /* Encrypted, and the peer proves its name. UNSUPPORTED on a machine without TLS, and with UDP. */
    SP_NET_UDP = 2,              /* Datagrams instead of a TCP connection. */
};

/* Flags of sp_ipc_call and sp_ipc_receive. */
enum {
    SP_IPC_ACCEPT = 1,           /* Take a capability that comes along. */
};

/* Ends the task's slice: every other task of the same or a higher priority that is ready runs before this one goes
 * on. Returns 0. */
int32_t SP_CALL(sp_yield)(void);

/* Sleeps for at least that many milliseconds; 0 is the same as sp_yield. The machine sleeps too when every task
 * does. Returns 0.
 *   milliseconds: How long; at most 2^29-1 (6.2 days).
 * Errors: INVAL. */
int32_t SP_CALL(sp_sleep)(int32_t milliseconds);

/* Appends one line to the task's own log ring. Levels up to INFO are shown on the console with the task's name;
 * control characters are escaped there, so a task cannot forge another one's lines or drive the terminal. Returns
 * the number of bytes taken, which is less than the length where the line is too long, or AGAIN where the task has
 * used up its rate (a burst of 32 lines, then 32 lines a second, or what the manifest says); the console says how
 * many lines were dropped.
 *   level: LOG_ERROR, LOG_WARNING, LOG_INFO or LOG_DEBUG.
 *   text: The line, without its end of line. UTF-8 by convention; any bytes are allowed.
 * Errors: INVAL, AGAIN. */
int32_t SP_CALL(sp_log)(int32_t level, const void *text, uint32_t text_length);

/* Ends the task with an exit code. Does not return. Returning from `_start` is the same as sp_exit(0).
 *   code: 0 for success, by convention. */
__attribute__((noreturn)) void SP_CALL(sp_exit)(int32_t code);

/* Reads a clock. Returns microseconds, or UNSUPPORTED for CLOCK_UTC on a machine that does not know the time.
 *   clock: CLOCK_MONOTONIC or CLOCK_UTC.
 * Errors: INVAL, UNSUPPORTED. */
int64_t SP_CALL(sp_time)(int32_t clock);

/* Fills a buffer with random bytes fit for keys, from the machine's generator. Returns the number of bytes filled.
 *   bytes: Where the bytes go.
 * Errors: IO. */
int32_t SP_CALL(sp_random)(void *bytes, uint32_t bytes_length);

/* Returns the true size of the task's linear memory in bytes. `memory.size` counts pages of 64 KiB, which is too
 * coarse for a machine with a memory of 300 KB. Where the manifest's `memory` is more than the memory has yet, it
 * grows to all of it first. */
int32_t SP_CALL(sp_memory_bytes)(void);

/* Looks up a capability the boot manifest granted to this task, by the name it has there. Returns its identifier,
 * NOTFOUND, or REVOKED where it was granted but is gone.
 *   name: The name in the manifest.
 * Errors: NOTFOUND, REVOKED, TOOBIG. */
sp_cap_t SP_CALL(sp_cap_find)(const void *name, uint32_t name_length);

/* Opens a file or, with OPEN_DIRECTORY, a directory below a directory capability. The path is relative: components
 * are separated by `/`, each 1 to 63 bytes of any value but 0; a leading `/`, an empty component, `.` and `..` are
 * INVAL, so no path leaves the directory. OPEN_READ needs the right READ on the directory, OPEN_WRITE needs WRITE,
 * making a new file or directory needs CREATE; the new capability has exactly the rights asked for, and GRANT where
 * the directory has it. A component on the way that is a file is NOTFOUND; a file where a directory is wanted, or
 * the reverse, is EXISTS. What is neither, such as a symbolic link on mounted storage, is DENIED. A tree of more
 * than 16 directories is TOOBIG. QUOTA where the task may hold no more capabilities or store no more. Returns the
 * new capability.
 *   directory: Where the path starts.
 *   path: The path, not terminated by 0.
 *   flags: OPEN_READ, OPEN_WRITE or both (with OPEN_DIRECTORY they say which rights the capability passes on), and
 *     others.
 * Errors: BADCAP, REVOKED, DENIED, INVAL, NOTFOUND, EXISTS, QUOTA, NOMEM, IO, BUSY, TOOBIG, NOSPACE. */
sp_cap_t SP_CALL(sp_fs_open)(sp_cap_t directory, const void *path, uint32_t path_length, uint32_t flags);

/* Reads bytes from a file. Returns how many, which may be fewer than asked for; 0 means the end of the file (or an
 * empty buffer).
 *   file: The file.
 *   bytes: Where the bytes go.
 *   offset: Where to read; -1: at the file's own position, which then advances.
 * Errors: BADCAP, REVOKED, DENIED, INVAL, IO. */
int32_t SP_CALL(sp_fs_read)(sp_cap_t file, void *bytes, uint32_t bytes_length, int32_t offset);

/* Writes bytes to a file, which grows as needed; a gap before the offset reads as zeros and counts against the
 * quota. Returns how many bytes were written, which may be fewer than given. A write that finds no room at all
 * changes nothing and is QUOTA (of the task, which the bytes of a file count for that made it, or of a directory)
 * or NOSPACE (of the file system).
 *   file: The file.
 *   bytes: The bytes.
 *   offset: Where to write; -1: at the file's own position, which then advances. Ignored with OPEN_APPEND.
 * Errors: BADCAP, REVOKED, DENIED, INVAL, QUOTA, NOMEM, IO, NOSPACE. */
int32_t SP_CALL(sp_fs_write)(sp_cap_t file, const void *bytes, uint32_t bytes_length, int32_t offset);

/* Returns the size of a file in bytes.
 *   file: The file.
 * Errors: BADCAP, REVOKED, IO. */
int32_t SP_CALL(sp_fs_size)(sp_cap_t file);

/* Drops a file or directory capability; its identifier is never valid again. Returns 0.
 *   file: The file or directory.
 * Errors: BADCAP, REVOKED. */
int32_t SP_CALL(sp_fs_close)(sp_cap_t file);

/* Reads the level of a pin: 1 active, 0 not. Whether active means a high or a low voltage was said when the pin was
 * granted, so a module need not know how a button or a lamp is wired. An output reads what it drives.
 *   pin: The pin.
 * Errors: BADCAP, REVOKED, DENIED. */
int32_t SP_CALL(sp_gpio_read)(sp_cap_t pin);

/* Drives an output pin: 1 active, 0 not, with the meaning given to the pin when it was granted. An output belongs
 * to one task alone, and goes back to the level it had at the start when that task is over. Returns 0.
 *   pin: The pin.
 *   level: 1 active, 0 not.
 * Errors: BADCAP, REVOKED, DENIED, INVAL. */
int32_t SP_CALL(sp_gpio_write)(sp_cap_t pin, int32_t level);

/* Connects to a host, given by name or as an IPv4 address in four decimal numbers. Host, port and protocol must be
 * on the network capability's list (else DENIED); a name that leads to a private, loopback or otherwise special
 * address is DENIED too unless that address is listed itself. The time allowed covers looking the name up (NOTFOUND
 * where it does not exist) and connecting. With timeout 0 only names that are known already are looked up, and a
 * connection that is not there at once is given up with AGAIN. With NET_UDP nothing is sent: the socket exchanges
 * datagrams with that one peer. Returns a new capability with the rights READ and WRITE; QUOTA where the task may
 * hold no more sockets or capabilities.
 *   network: What may be reached.
 *   host: Name or address of the host, not terminated by 0.
 *   port: Its port.
 *   flags: NET_TLS, NET_UDP or 0 for TCP.
 *   timeout: How long it may take.
 * Errors: BADCAP, REVOKED, DENIED, INVAL, NOTFOUND, AGAIN, TIMEOUT, QUOTA, NOMEM, IO, UNSUPPORTED, TOOBIG, REFUSED,
 *   UNREACHABLE, RESET. */
sp_cap_t SP_CALL(sp_net_connect)(sp_cap_t network, const void *host, uint32_t host_length, int32_t port, uint32_t flags, int32_t timeout);

/* Sends bytes, waiting until at least one is taken. Returns how many were taken, which may be fewer than given.
 * With UDP the bytes are one datagram; what is beyond 4,096 bytes is not sent. AGAIN where nothing can be sent at
 * the moment and the timeout is 0, TIMEOUT where nothing could be sent in time, CLOSED where the peer takes no
 * more, RESET where it broke the connection off, REFUSED where nothing listens at the peer's UDP port.
 *   socket: The connection.
 *   bytes: The bytes.
 *   timeout: How long to wait until something can be sent.
 * Errors: BADCAP, REVOKED, DENIED, INVAL, AGAIN, TIMEOUT, NOMEM, IO, TOOBIG, REFUSED, UNREACHABLE, RESET, CLOSED. */
int32_t SP_CALL(sp_net_send)(sp_cap_t socket, const void *bytes, uint32_t bytes_length, int32_t timeout);

/* Receives bytes, waiting until at least one is there. Returns how many, which may be fewer than there is room for;
 * 0 is the end of a TCP connection (or an empty buffer). With UDP it returns one datagram, which may be empty; what
 * does not fit is lost. AGAIN where nothing is there and the timeout is 0, TIMEOUT where nothing came in time,
 * RESET where the peer broke the connection off, REFUSED where nothing listens at the peer's UDP port.
 *   socket: The connection.
 *   bytes: Where the bytes go.
 *   timeout: How long to wait until something is there.
 * Errors: BADCAP, REVOKED, DENIED, INVAL, AGAIN, TIMEOUT, NOMEM, IO, REFUSED, UNREACHABLE, RESET, CLOSED. */
int32_t SP_CALL(sp_net_recv)(sp_cap_t socket, void *bytes, uint32_t bytes_length, int32_t timeout);

/* Ends a connection and drops its capability. What was sent already is still delivered. Returns 0.
 *   socket: The connection.
 * Errors: BADCAP, REVOKED. */
int32_t SP_CALL(sp_net_close)(sp_cap_t socket);

/* Lists the capabilities that this task holds: writes their identifiers, 4 bytes each, as many as fit, in the order
 * of their slots. Returns how many there are.
 *   to: Where the identifiers go. */
int32_t SP_CALL(sp_cap_list)(void *to, uint32_t to_length);

/* Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
 * the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
 * many bytes there are.
 *   which: Any capability of the task.
 *   to: Where it goes.
 * Errors: BADCAP, REVOKED. */
int32_t SP_CALL(sp_cap_info)(sp_cap_t which, void *to, uint32_t to_length);

/* Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
 * DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
 * sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it. Returns
 * the new capability.
 *   from: Any capability of the task.
 *   rights: Its rights: SP_RIGHT_READ and others. 0 is none.
 * Errors: BADCAP, REVOKED, INVAL, DENIED, QUOTA. */
sp_cap_t SP_CALL(sp_cap_derive)(sp_cap_t from, uint32_t rights);

/* Ends a capability of any kind; a file or a connection is closed with the last capability to it. What was opened
 * through it or derived from it stays, as if it had been made of what this one was made of. Returns 0.
 *   which: Any capability of the task.
 * Errors: BADCAP, REVOKED, IO. */
int32_t SP_CALL(sp_cap_drop)(sp_cap_t which);

/* Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
 * itself. Returns how many were ended.
 *   which: Any capability of the task.
 * Errors: BADCAP, REVOKED, IO. */
int32_t SP_CALL(sp_cap_revoke)(sp_cap_t which);

/* Calls the server of an endpoint and waits for its reply. A message, as it is received, begins with 16 bytes:
 * client, badge, capability and bits, 4 bytes each; of a reply only the capability counts. Returns how many bytes
 * of the reply there are, with these 16. Where no task waits for a call, this one waits for a server; with timeout
 * 0 it is AGAIN. DEAD where the server ends, or loses the endpoint, before it has replied. Until then the client
 * lends the server its priority. The capability `pass` needs GRANT, and the server gets one like it that ends with
 * this one; REFUSED where it does not accept one.
 *   endpoint: Whom to call.
 *   request: The message.
 *   reply: Where the reply goes: 16 bytes, and the server's message.
 *   pass: A capability to pass on; 0 is none.
 *   flags: IPC_ACCEPT: a capability in the reply is taken.
 *   timeout: For all of it, in milliseconds.
 * Errors: BADCAP, REVOKED, DENIED, INVAL, AGAIN, TIMEOUT, DEAD, TOOBIG, REFUSED. */
int32_t SP_CALL(sp_ipc_call)(sp_cap_t endpoint, const void *request, uint32_t request_length, void *reply, uint32_t reply_length, int32_t
    pass, uint32_t flags, int32_t timeout);

/* Waits for a call to an endpoint, or for bits of the notification that is bound to it. What is received begins
 * with 16 bytes: `client`, the number that sp_ipc_reply wants; `badge`, which the manifest gave to the client's
 * capability; `capability`, one that the client passed on, or 0; `bits` that were signalled, then client is 0. The
 * message follows. Returns how many bytes there are, with these 16. INVAL where the buffer has less than 16.
 *   endpoint: Whose calls.
 *   message: Where the message goes: 16 bytes, and the client's message.
 *   flags: IPC_ACCEPT: a capability that comes along is taken. Without it a call that passes one on is REFUSED.
 *   timeout: In milliseconds.
 * Errors: BADCAP, REVOKED, DENIED, INVAL, AGAIN, TIMEOUT. */
int32_t SP_CALL(sp_ipc_receive)(sp_cap_t endpoint, void *message, uint32_t message_length, uint32_t flags, int32_t timeout);

/* Replies to a call that this task received and has not replied to, once; the client goes on. DEAD where the client
 * waits no longer: its time was over, it has ended, or had its reply. The capability `pass` needs GRANT, and the
 * client gets one like it that ends with this one; REFUSED where it does not accept one, and the call waits on.
 * Returns 0.
 *   endpoint: Where the call was received.
 *   client: Which call: the number that was received with it.
 *   reply: The message.
 *   pass: A capability to pass on; 0 is none.
 * Errors: BADCAP, REVOKED, DENIED, DEAD, TOOBIG, REFUSED. */
int32_t SP_CALL(sp_ipc_reply)(sp_cap_t endpoint, int32_t client, const void *reply, uint32_t reply_length, int32_t pass);

/* Signals bits: they are OR-ed into the notification's word, and who waits for one of them goes on. Never waits.
 * Returns 0.
 *   notification: Which one.
 *   bits: At least one of 30.
 * Errors: BADCAP, REVOKED, DENIED, INVAL. */
int32_t SP_CALL(sp_notify_signal)(sp_cap_t notification, int32_t bits);

/* Waits until one of the bits of `mask` is signalled, takes those that are, and returns them. Bits that no task
 * waits for stay until they are. AGAIN with timeout 0 where none is signalled.
 *   notification: Which one.
 *   mask: The bits to wait for.
 *   timeout: In milliseconds.
 * Errors: BADCAP, REVOKED, DENIED, INVAL, AGAIN, TIMEOUT. */
int32_t SP_CALL(sp_notify_wait)(sp_cap_t notification, int32_t mask, int32_t timeout);

/* Binds a notification to an endpoint, instead of what either was bound to: sp_ipc_receive there takes all its bits
 * too, so that one wait serves both. Returns 0.
 *   notification: Which one.
 *   endpoint: An endpoint with READ, of this task; 0: the notification is bound to none any more.
 * Errors: BADCAP, REVOKED, DENIED. */
int32_t SP_CALL(sp_notify_bind)(sp_cap_t notification, int32_t endpoint);

/* Waits until no task holds the mutex, and holds it until sp_sync_unlock. Meanwhile who waits lends its priority to
 * the holder; the first of the highest priority is next. Returns 0, or 1 where the last holder ended, or lost the
 * mutex, without unlocking it: what it guards may be half done. INVAL where this task holds it already; AGAIN with
 * timeout 0 where another one does.
 *   mutex: Which one.
 *   timeout: In milliseconds.
 * Errors: BADCAP, REVOKED, DENIED, INVAL, AGAIN, TIMEOUT. */
int32_t SP_CALL(sp_sync_lock)(sp_cap_t mutex, int32_t timeout);

/* Holds the mutex no longer. DENIED where this task does not hold it. Returns 0.
 *   mutex: Which one.
 * Errors: BADCAP, REVOKED, DENIED. */
int32_t SP_CALL(sp_sync_unlock)(sp_cap_t mutex);

/* Waits until the count of the semaphore is not 0, and takes one off it. AGAIN with timeout 0 where it is. Returns
 * 0.
 *   semaphore: Which one.
 *   timeout: In milliseconds.
 * Errors: BADCAP, REVOKED, DENIED, INVAL, AGAIN, TIMEOUT. */
int32_t SP_CALL(sp_sync_take)(sp_cap_t semaphore, int32_t timeout);

/* Adds to the count; as many as that go on in sp_sync_take, in the order in which they came. Never waits. TOOBIG
 * where the count would be more than 1073741823, and it stays. Returns 0.
 *   semaphore: Which one.
 *   count: How many.
 * Errors: BADCAP, REVOKED, DENIED, INVAL, TOOBIG. */
int32_t SP_CALL(sp_sync_give)(sp_cap_t semaphore, int32_t count);

/* Sleeps until a moment of CLOCK_MONOTONIC, to the microsecond as far as the machine goes; where that is past it is
 * the same as sp_yield. A slice of a lower priority is cut so that it has ended by then. Returns 0.
 *   when: When to go on. */
int32_t SP_CALL(sp_sleep_until)(int64_t when);

/* Makes an object that no other task reaches yet, and returns a capability to it with the rights READ, WRITE and
 * GRANT. `kind`: SP_KIND_ENDPOINT, SP_KIND_NOTIFICATION, SP_KIND_MUTEX, SP_KIND_SEMAPHORE, SP_KIND_MEMORY or
 * SP_KIND_TIMER, else INVAL. It counts against the task's quota of `objects`, and a buffer against its `buffers`,
 * until the last capability to it is gone, whoever holds that; QUOTA where one is used up, or the task may hold no
 * more capabilities; NOMEM where the arena has no room for a buffer.
 *   kind: What to make.
 *   size: Bytes of a buffer, 1 to 65535; the count that a semaphore begins with; else 0.
 * Errors: INVAL, QUOTA, NOMEM. */
sp_cap_t SP_CALL(sp_cap_create)(int32_t kind, int32_t size);

/* Copies bytes of a buffer to the task. Returns how many, fewer than asked for at the end of the buffer; 0 behind
 * it.
 *   memory: The buffer, or the part of one.
 *   to: Where the bytes go.
 *   offset: Where to read.
 * Errors: BADCAP, REVOKED, DENIED, INVAL. */
int32_t SP_CALL(sp_mem_read)(sp_cap_t memory, void *to, uint32_t to_length, int32_t offset);

/* Copies bytes of the task to a buffer. Returns how many, fewer than given at the end of the buffer; 0 behind it.
 *   memory: The buffer, or the part of one.
 *   bytes: The bytes.
 *   offset: Where to write.
 * Errors: BADCAP, REVOKED, DENIED, INVAL. */
int32_t SP_CALL(sp_mem_write)(sp_cap_t memory, const void *bytes, uint32_t bytes_length, int32_t offset);

/* Returns how many bytes a buffer has, or the part of one.
 *   memory: Which one.
 * Errors: BADCAP, REVOKED. */
int32_t SP_CALL(sp_mem_size)(sp_cap_t memory);

/* Makes a capability to a part of a buffer, as sp_cap_derive does to all of it: with fewer rights or as many, ended
 * by sp_cap_drop or with sp_cap_revoke of what it was made of. INVAL where the part does not lie within. Returns
 * the new capability.
 *   memory: The buffer, or the part of one.
 *   offset: Where the part begins.
 *   length: Its bytes.
 *   rights: Its rights: SP_RIGHT_READ and others.
 * Errors: BADCAP, REVOKED, INVAL, DENIED, QUOTA. */
sp_cap_t SP_CALL(sp_mem_derive)(sp_cap_t memory, int32_t offset, int32_t length, uint32_t rights);

/* Sets a timer: it is due at `first`, and then every `period` microseconds, each from the one before, so that
 * nothing adds up. What it counted is forgotten. Returns 0.
 *   timer: Which one.
 *   first: When it is due first; 0: never, it stands still.
 *   period: Microseconds, at least 100 (else INVAL); 0: it is due once.
 * Errors: BADCAP, REVOKED, DENIED, INVAL. */
int32_t SP_CALL(sp_timer_set)(sp_cap_t timer, int64_t first, int32_t period);

/* Waits until a timer has been due, and takes its count: returns how often it was since it was asked last, so what
 * is above 1 was missed. AGAIN with timeout 0 where it was not.
 *   timer: Which one.
 *   timeout: In milliseconds.
 * Errors: BADCAP, REVOKED, DENIED, INVAL, AGAIN, TIMEOUT. */
int32_t SP_CALL(sp_timer_wait)(sp_cap_t timer, int32_t timeout);

/* Binds a timer to a notification: whenever it is due, these bits are signalled there too, as long as this task's
 * capability to the notification is good. Returns 0.
 *   timer: Which one.
 *   notification: One of this task's with WRITE; 0: the timer is bound to none any more.
 *   bits: At least one of 30.
 * Errors: BADCAP, REVOKED, DENIED, INVAL. */
int32_t SP_CALL(sp_timer_bind)(sp_cap_t timer, int32_t notification, int32_t bits);

/* Waits until an edge of a pin has come, and takes the count: returns how many came since it was asked last, so
 * what is above 1 was missed. Which edges count, and how long it takes a contact to settle, was said when it was
 * granted. AGAIN with timeout 0 where none has come.
 *   irq: Whose edges.
 *   timeout: In milliseconds.
 * Errors: BADCAP, REVOKED, DENIED, INVAL, AGAIN, TIMEOUT. */
int32_t SP_CALL(sp_irq_wait)(sp_cap_t irq, int32_t timeout);

/* Binds the edges of a pin to a notification, as sp_timer_bind does a timer. Returns 0.
 *   irq: Whose edges.
 *   notification: One of this task's with WRITE; 0: they are bound to none any more.
 *   bits: At least one of 30.
 * Errors: BADCAP, REVOKED, DENIED, INVAL. */
int32_t SP_CALL(sp_irq_bind)(sp_cap_t irq, int32_t notification, int32_t bits);

/* Waits until a task has ended - exited, faulted or been stopped - and takes the count: returns how often it has
 * since it was asked last. A task whose fault policy restarts it ends each time too. AGAIN with timeout 0 where it
 * has not.
 *   task: Which one.
 *   timeout: In milliseconds.
 * Errors: BADCAP, REVOKED, DENIED, INVAL, AGAIN, TIMEOUT. */
int32_t SP_CALL(sp_task_wait)(sp_cap_t task, int32_t timeout);

/* Binds the ends of a task to a notification, as sp_timer_bind does a timer. Returns 0.
 *   task: Which one.
 *   notification: One of this task's with WRITE; 0: they are bound to none any more.
 *   bits: At least one of 30.
 * Errors: BADCAP, REVOKED, DENIED, INVAL. */
int32_t SP_CALL(sp_task_bind)(sp_cap_t task, int32_t notification, int32_t bits);

/* Starts a task that is over once more, as its manifest says, 100 ms from now or when its fault policy says: a task
 * that is started again and again takes no more than that of the machine. BUSY where it is not over. Returns 0.
 *   task: Which one.
 * Errors: BADCAP, REVOKED, DENIED, BUSY. */
int32_t SP_CALL(sp_task_start)(sp_cap_t task);

/* Stops a task, whatever its fault policy says; nothing where it is over. Returns 0.
 *   task: Which one.
 * Errors: BADCAP, REVOKED, DENIED. */
int32_t SP_CALL(sp_task_stop)(sp_cap_t task);

#endif
