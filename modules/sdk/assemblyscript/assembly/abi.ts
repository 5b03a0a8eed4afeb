// The system calls of SovelmaOS, ABI version 1.1: generated from firmware/abi.toml by tools/generate/gen_abi.py: do not edit.

/** The imports as they are. */
export namespace raw {
  @external("sovelma", "sp_yield")
  export declare function sp_yield(): i32;
  @external("sovelma", "sp_sleep")
  export declare function sp_sleep(milliseconds: i32): i32;
  @external("sovelma", "sp_log")
  export declare function sp_log(level: i32, text: usize, text1: u32): i32;
  @external("sovelma", "sp_exit")
  export declare function sp_exit(code: i32): void;
  @external("sovelma", "sp_time")
  export declare function sp_time(clock: i32): i64;
  @external("sovelma", "sp_random")
  export declare function sp_random(bytes: usize, bytes1: u32): i32;
  @external("sovelma", "sp_memory_bytes")
  export declare function sp_memory_bytes(): i32;
  @external("sovelma", "sp_cap_find")
  export declare function sp_cap_find(name: usize, name1: u32): i32;
  @external("sovelma", "sp_fs_open")
  export declare function sp_fs_open(directory: i32, path: usize, path1: u32, flags: u32): i32;
  @external("sovelma", "sp_fs_read")
  export declare function sp_fs_read(file: i32, bytes: usize, bytes1: u32, offset: i32): i32;
  @external("sovelma", "sp_fs_write")
  export declare function sp_fs_write(file: i32, bytes: usize, bytes1: u32, offset: i32): i32;
  @external("sovelma", "sp_fs_size")
  export declare function sp_fs_size(file: i32): i32;
  @external("sovelma", "sp_fs_close")
  export declare function sp_fs_close(file: i32): i32;
  @external("sovelma", "sp_gpio_read")
  export declare function sp_gpio_read(pin: i32): i32;
  @external("sovelma", "sp_gpio_write")
  export declare function sp_gpio_write(pin: i32, level: i32): i32;
  @external("sovelma", "sp_net_connect")
  export declare function sp_net_connect(network: i32, host: usize, host1: u32, port: i32, flags: u32, timeout: i32): i32;
  @external("sovelma", "sp_net_send")
  export declare function sp_net_send(socket: i32, bytes: usize, bytes1: u32, timeout: i32): i32;
  @external("sovelma", "sp_net_recv")
  export declare function sp_net_recv(socket: i32, bytes: usize, bytes1: u32, timeout: i32): i32;
  @external("sovelma", "sp_net_close")
  export declare function sp_net_close(socket: i32): i32;
  @external("sovelma", "sp_cap_list")
  export declare function sp_cap_list(to: usize, to1: u32): i32;
  @external("sovelma", "sp_cap_info")
  export declare function sp_cap_info(which: i32, to: usize, to1: u32): i32;
  @external("sovelma", "sp_cap_derive")
  export declare function sp_cap_derive(from: i32, rights: u32): i32;
  @external("sovelma", "sp_cap_drop")
  export declare function sp_cap_drop(which: i32): i32;
  @external("sovelma", "sp_cap_revoke")
  export declare function sp_cap_revoke(which: i32): i32;
  @external("sovelma", "sp_ipc_call")
  export declare function sp_ipc_call(endpoint: i32, request: usize, request1: u32, reply: usize, reply1: u32, pass: i32, flags: u32, timeout: i32): i32;
  @external("sovelma", "sp_ipc_receive")
  export declare function sp_ipc_receive(endpoint: i32, message: usize, message1: u32, flags: u32, timeout: i32): i32;
  @external("sovelma", "sp_ipc_reply")
  export declare function sp_ipc_reply(endpoint: i32, client: i32, reply: usize, reply1: u32, pass: i32): i32;
  @external("sovelma", "sp_notify_signal")
  export declare function sp_notify_signal(notification: i32, bits: i32): i32;
  @external("sovelma", "sp_notify_wait")
  export declare function sp_notify_wait(notification: i32, mask: i32, timeout: i32): i32;
  @external("sovelma", "sp_notify_bind")
  export declare function sp_notify_bind(notification: i32, endpoint: i32): i32;
  @external("sovelma", "sp_sync_lock")
  export declare function sp_sync_lock(mutex: i32, timeout: i32): i32;
  @external("sovelma", "sp_sync_unlock")
  export declare function sp_sync_unlock(mutex: i32): i32;
  @external("sovelma", "sp_sync_take")
  export declare function sp_sync_take(semaphore: i32, timeout: i32): i32;
  @external("sovelma", "sp_sync_give")
  export declare function sp_sync_give(semaphore: i32, count: i32): i32;
  @external("sovelma", "sp_sleep_until")
  export declare function sp_sleep_until(when: i64): i32;
  @external("sovelma", "sp_cap_create")
  export declare function sp_cap_create(kind: i32, size: i32): i32;
  @external("sovelma", "sp_mem_read")
  export declare function sp_mem_read(memory: i32, to: usize, to1: u32, offset: i32): i32;
  @external("sovelma", "sp_mem_write")
  export declare function sp_mem_write(memory: i32, bytes: usize, bytes1: u32, offset: i32): i32;
  @external("sovelma", "sp_mem_size")
  export declare function sp_mem_size(memory: i32): i32;
  @external("sovelma", "sp_mem_derive")
  export declare function sp_mem_derive(memory: i32, offset: i32, length: i32, rights: u32): i32;
  @external("sovelma", "sp_timer_set")
  export declare function sp_timer_set(timer: i32, first: i64, period: i32): i32;
  @external("sovelma", "sp_timer_wait")
  export declare function sp_timer_wait(timer: i32, timeout: i32): i32;
  @external("sovelma", "sp_timer_bind")
  export declare function sp_timer_bind(timer: i32, notification: i32, bits: i32): i32;
  @external("sovelma", "sp_irq_wait")
  export declare function sp_irq_wait(irq: i32, timeout: i32): i32;
  @external("sovelma", "sp_irq_bind")
  export declare function sp_irq_bind(irq: i32, notification: i32, bits: i32): i32;
  @external("sovelma", "sp_task_wait")
  export declare function sp_task_wait(task: i32, timeout: i32): i32;
  @external("sovelma", "sp_task_bind")
  export declare function sp_task_bind(task: i32, notification: i32, bits: i32): i32;
  @external("sovelma", "sp_task_start")
  export declare function sp_task_start(task: i32): i32;
  @external("sovelma", "sp_task_stop")
  export declare function sp_task_stop(task: i32): i32;
}

/** Results below 0: why a call did not do what it was asked for. AssemblyScript has no exceptions that can be caught. */
export namespace Err {
  /** The capability identifier names nothing this task holds, or an object of the wrong kind. */
  export const BADCAP: i32 = -1;
  /** The capability existed and was revoked, dropped or closed. */
  export const REVOKED: i32 = -2;
  /** The capability lacks a right the call needs, or policy forbids the call. */
  export const DENIED: i32 = -3;
  /** An argument is outside its range, or has unknown flag bits. */
  export const INVAL: i32 = -4;
  /** No such name. */
  export const NOTFOUND: i32 = -5;
  /** The name is taken, by an object of another kind. */
  export const EXISTS: i32 = -6;
  /** Nothing to be had at the moment; try later. */
  export const AGAIN: i32 = -7;
  /** The time given has passed. */
  export const TIMEOUT: i32 = -8;
  /** The other side has ended. */
  export const DEAD: i32 = -9;
  /** A quota of the task or of the directory is used up. */
  export const QUOTA: i32 = -10;
  /** The kernel has no memory for this. */
  export const NOMEM: i32 = -11;
  /** A device or the kernel failed; the kernel log knows more. */
  export const IO: i32 = -12;
  /** This machine or object cannot do that. */
  export const UNSUPPORTED: i32 = -13;
  /** Another task uses it. */
  export const BUSY: i32 = -14;
  /** A name, path or size beyond the limit. */
  export const TOOBIG: i32 = -15;
  /** The peer refused the connection. */
  export const REFUSED: i32 = -16;
  /** No way to the peer. */
  export const UNREACHABLE: i32 = -17;
  /** The peer reset the connection. */
  export const RESET: i32 = -18;
  /** The file system is full. */
  export const NOSPACE: i32 = -19;
  /** The connection is closed. */
  export const CLOSED: i32 = -20;
}

export namespace Kind {
  /** A directory of the file system; paths are relative to it and never leave it. */
  export const DIRECTORY: i32 = 1;
  /** An open file with a position of its own. */
  export const FILE: i32 = 2;
  /** Leave to reach certain hosts, ports and protocols. */
  export const NETWORK: i32 = 4;
  /** A connection to one peer: TCP, or UDP datagrams. */
  export const SOCKET: i32 = 8;
  /** One pin of the machine, as input or as output. */
  export const PIN: i32 = 16;
  /** Where a server receives calls of other tasks. */
  export const ENDPOINT: i32 = 32;
  /** A word into which tasks signal bits, and others wait for them. */
  export const NOTIFICATION: i32 = 64;
  /** What one task holds at a time. */
  export const MUTEX: i32 = 128;
  /** A count that tasks give to and take from. */
  export const SEMAPHORE: i32 = 256;
  /** A buffer that tasks share, or a part of one: read and written by copying. */
  export const MEMORY: i32 = 512;
  /** What happens once or again and again at a time, and counts how often. */
  export const TIMER: i32 = 1024;
  /** The edges of one pin, counted as they come. */
  export const IRQ: i32 = 2048;
  /** Another task: told when it has ended, started and stopped. */
  export const TASK: i32 = 4096;
}

export namespace Right {
  /** Read bytes, open for reading, receive, read a level, serve an endpoint, wait for a notification, a timer, edges or the end of a task, take from a semaphore. */
  export const READ: i32 = 1;
  /** Write bytes, open for writing, truncate, send, set a level, call an endpoint, signal a notification, lock a mutex, give to a semaphore, set a timer, start and stop a task. */
  export const WRITE: i32 = 2;
  /** Make new files and directories. */
  export const CREATE: i32 = 4;
  /** Pass the capability on to another task. */
  export const GRANT: i32 = 8;
}

export namespace Log {
  /** The task cannot do its work. */
  export const ERROR: i32 = 0;
  /** Something is odd. */
  export const WARNING: i32 = 1;
  /** What a reader of the console wants to see. */
  export const INFO: i32 = 2;
  /** Kept in the task's ring, not printed. */
  export const DEBUG: i32 = 3;
}

export namespace Clock {
  /** Microseconds since an arbitrary moment; never set, never goes back. */
  export const MONOTONIC: i32 = 0;
  /** Microseconds since 1970-01-01 00:00 UTC, where the machine knows them. */
  export const UTC: i32 = 1;
}

export namespace Open {
  /** Allow sp_fs_read. */
  export const READ: i32 = 1;
  /** Allow sp_fs_write. */
  export const WRITE: i32 = 2;
  /** Make the file (with DIRECTORY: the directory) where it does not exist. */
  export const CREATE: i32 = 4;
  /** Empty the file; needs WRITE. */
  export const TRUNCATE: i32 = 8;
  /** Every write goes to the end, whatever its offset; needs WRITE. */
  export const APPEND: i32 = 16;
  /** Open a directory: the result is a directory capability. */
  export const DIRECTORY: i32 = 32;
}

export namespace Net {
  /** Encrypted, and the peer proves its name. UNSUPPORTED on a machine without TLS, and with UDP. */
  export const TLS: i32 = 1;
  /** Datagrams instead of a TCP connection. */
  export const UDP: i32 = 2;
}

export namespace Ipc {
  /** Take a capability that comes along. */
  export const ACCEPT: i32 = 1;
}

/** A handle to one object with certain rights; an id below 0 is the error that finding or making it had. */
export class Capability {
  constructor(public readonly id: i32) {}

  /** Is there an object? */
  get ok(): bool {
    return this.id > 0;
  }
  /**
   * Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
   * the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
   * many bytes there are.
   * `to`: Where it goes.
   * Errors: BadCapability, Revoked.
   */
  info(to: Uint8Array): i32 {
    return raw.sp_cap_info(this.id, to.dataStart, to.length);
  }
  /**
   * Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
   * DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
   * sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
   * Returns the new capability.
   * `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
   * Errors: BadCapability, Revoked, Invalid, Denied, Quota.
   */
  derive(rights: u32): i32 {
    return raw.sp_cap_derive(this.id, rights);
  }
  /**
   * Ends a capability of any kind; a file or a connection is closed with the last capability to it. What was opened
   * through it or derived from it stays, as if it had been made of what this one was made of. Returns 0.
   * Errors: BadCapability, Revoked, Io.
   */
  drop(): i32 {
    return raw.sp_cap_drop(this.id);
  }
  /**
   * Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
   * itself. Returns how many were ended.
   * Errors: BadCapability, Revoked, Io.
   */
  revoke(): i32 {
    return raw.sp_cap_revoke(this.id);
  }
}

/** A directory of the file system; paths are relative to it and never leave it. */
export class Directory extends Capability {
  /** The one that the manifest grants under this name. */
  static find(name: string): Directory {
    const text = String.UTF8.encode(name);
    return new Directory(raw.sp_cap_find(changetype<usize>(text), text.byteLength));
  }
  /**
   * Opens a file or, with OPEN_DIRECTORY, a directory below a directory capability. The path is relative:
   * components are separated by `/`, each 1 to 63 bytes of any value but 0; a leading `/`, an empty component, `.`
   * and `..` are INVAL, so no path leaves the directory. OPEN_READ needs the right READ on the directory,
   * OPEN_WRITE needs WRITE, making a new file or directory needs CREATE; the new capability has exactly the rights
   * asked for, and GRANT where the directory has it. A component on the way that is a file is NOTFOUND; a file
   * where a directory is wanted, or the reverse, is EXISTS. What is neither, such as a symbolic link on mounted
   * storage, is DENIED. A tree of more than 16 directories is TOOBIG. QUOTA where the task may hold no more
   * capabilities or store no more. Returns the new capability.
   * `path`: The path, not terminated by 0.
   * `flags`: OPEN_READ, OPEN_WRITE or both (with OPEN_DIRECTORY they say which rights the capability passes on),
   * and others.
   * Errors: BadCapability, Revoked, Denied, Invalid, NotFound, Exists, Quota, NoMemory, Io, Busy, TooBig, NoSpace.
   */
  open(path: Uint8Array, flags: u32): File {
    return new File(raw.sp_fs_open(this.id, path.dataStart, path.length, flags));
  }
  /**
   * Drops a file or directory capability; its identifier is never valid again. Returns 0.
   * Errors: BadCapability, Revoked.
   */
  close(): i32 {
    return raw.sp_fs_close(this.id);
  }
}

/** An open file with a position of its own. */
export class File extends Capability {
  /** The one that the manifest grants under this name. */
  static find(name: string): File {
    const text = String.UTF8.encode(name);
    return new File(raw.sp_cap_find(changetype<usize>(text), text.byteLength));
  }
  /**
   * Reads bytes from a file. Returns how many, which may be fewer than asked for; 0 means the end of the file (or
   * an empty buffer).
   * `bytes`: Where the bytes go.
   * `offset`: Where to read; -1: at the file's own position, which then advances.
   * Errors: BadCapability, Revoked, Denied, Invalid, Io.
   */
  read(bytes: Uint8Array, offset: i32 = -1): i32 {
    return raw.sp_fs_read(this.id, bytes.dataStart, bytes.length, offset);
  }
  /**
   * Writes bytes to a file, which grows as needed; a gap before the offset reads as zeros and counts against the
   * quota. Returns how many bytes were written, which may be fewer than given. A write that finds no room at all
   * changes nothing and is QUOTA (of the task, which the bytes of a file count for that made it, or of a directory)
   * or NOSPACE (of the file system).
   * `bytes`: The bytes.
   * `offset`: Where to write; -1: at the file's own position, which then advances. Ignored with OPEN_APPEND.
   * Errors: BadCapability, Revoked, Denied, Invalid, Quota, NoMemory, Io, NoSpace.
   */
  write(bytes: Uint8Array, offset: i32 = -1): i32 {
    return raw.sp_fs_write(this.id, bytes.dataStart, bytes.length, offset);
  }
  /**
   * Returns the size of a file in bytes.
   * Errors: BadCapability, Revoked, Io.
   */
  size(): i32 {
    return raw.sp_fs_size(this.id);
  }
  /**
   * Drops a file or directory capability; its identifier is never valid again. Returns 0.
   * Errors: BadCapability, Revoked.
   */
  close(): i32 {
    return raw.sp_fs_close(this.id);
  }
}

/** Leave to reach certain hosts, ports and protocols. */
export class Network extends Capability {
  /** The one that the manifest grants under this name. */
  static find(name: string): Network {
    const text = String.UTF8.encode(name);
    return new Network(raw.sp_cap_find(changetype<usize>(text), text.byteLength));
  }
  /**
   * Connects to a host, given by name or as an IPv4 address in four decimal numbers. Host, port and protocol must
   * be on the network capability's list (else DENIED); a name that leads to a private, loopback or otherwise
   * special address is DENIED too unless that address is listed itself. The time allowed covers looking the name up
   * (NOTFOUND where it does not exist) and connecting. With timeout 0 only names that are known already are looked
   * up, and a connection that is not there at once is given up with AGAIN. With NET_UDP nothing is sent: the socket
   * exchanges datagrams with that one peer. Returns a new capability with the rights READ and WRITE; QUOTA where
   * the task may hold no more sockets or capabilities.
   * `host`: Name or address of the host, not terminated by 0.
   * `port`: Its port.
   * `flags`: NET_TLS, NET_UDP or 0 for TCP.
   * `timeout`: How long it may take.
   * Errors: BadCapability, Revoked, Denied, Invalid, NotFound, Again, Timeout, Quota, NoMemory, Io, Unsupported,
   * TooBig, Refused, Unreachable, Reset.
   */
  connect(host: Uint8Array, port: i32, flags: u32, timeout: i32 = -1): Socket {
    return new Socket(raw.sp_net_connect(this.id, host.dataStart, host.length, port, flags, timeout));
  }
}

/** A connection to one peer: TCP, or UDP datagrams. */
export class Socket extends Capability {
  /** The one that the manifest grants under this name. */
  static find(name: string): Socket {
    const text = String.UTF8.encode(name);
    return new Socket(raw.sp_cap_find(changetype<usize>(text), text.byteLength));
  }
  /**
   * Sends bytes, waiting until at least one is taken. Returns how many were taken, which may be fewer than given.
   * With UDP the bytes are one datagram; what is beyond 4,096 bytes is not sent. AGAIN where nothing can be sent at
   * the moment and the timeout is 0, TIMEOUT where nothing could be sent in time, CLOSED where the peer takes no
   * more, RESET where it broke the connection off, REFUSED where nothing listens at the peer's UDP port.
   * `bytes`: The bytes.
   * `timeout`: How long to wait until something can be sent.
   * Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout, NoMemory, Io, TooBig, Refused, Unreachable,
   * Reset, Closed.
   */
  send(bytes: Uint8Array, timeout: i32 = -1): i32 {
    return raw.sp_net_send(this.id, bytes.dataStart, bytes.length, timeout);
  }
  /**
   * Receives bytes, waiting until at least one is there. Returns how many, which may be fewer than there is room
   * for; 0 is the end of a TCP connection (or an empty buffer). With UDP it returns one datagram, which may be
   * empty; what does not fit is lost. AGAIN where nothing is there and the timeout is 0, TIMEOUT where nothing came
   * in time, RESET where the peer broke the connection off, REFUSED where nothing listens at the peer's UDP port.
   * `bytes`: Where the bytes go.
   * `timeout`: How long to wait until something is there.
   * Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout, NoMemory, Io, Refused, Unreachable, Reset,
   * Closed.
   */
  recv(bytes: Uint8Array, timeout: i32 = -1): i32 {
    return raw.sp_net_recv(this.id, bytes.dataStart, bytes.length, timeout);
  }
  /**
   * Ends a connection and drops its capability. What was sent already is still delivered. Returns 0.
   * Errors: BadCapability, Revoked.
   */
  close(): i32 {
    return raw.sp_net_close(this.id);
  }
}

/** One pin of the machine, as input or as output. */
export class Pin extends Capability {
  /** The one that the manifest grants under this name. */
  static find(name: string): Pin {
    const text = String.UTF8.encode(name);
    return new Pin(raw.sp_cap_find(changetype<usize>(text), text.byteLength));
  }
  /**
   * Reads the level of a pin: 1 active, 0 not. Whether active means a high or a low voltage was said when the pin
   * was granted, so a module need not know how a button or a lamp is wired. An output reads what it drives.
   * Errors: BadCapability, Revoked, Denied.
   */
  read(): i32 {
    return raw.sp_gpio_read(this.id);
  }
  /**
   * Drives an output pin: 1 active, 0 not, with the meaning given to the pin when it was granted. An output belongs
   * to one task alone, and goes back to the level it had at the start when that task is over. Returns 0.
   * `level`: 1 active, 0 not.
   * Errors: BadCapability, Revoked, Denied, Invalid.
   */
  write(level: i32): i32 {
    return raw.sp_gpio_write(this.id, level);
  }
}

/** Where a server receives calls of other tasks. */
export class Endpoint extends Capability {
  /** The one that the manifest grants under this name. */
  static find(name: string): Endpoint {
    const text = String.UTF8.encode(name);
    return new Endpoint(raw.sp_cap_find(changetype<usize>(text), text.byteLength));
  }
  /** Makes one that nobody else reaches yet; see `sp_cap_create` in docs/ABI.md for what `size` means. */
  static create(size: i32): Endpoint {
    return new Endpoint(raw.sp_cap_create(Kind.ENDPOINT, size));
  }
  /**
   * Calls the server of an endpoint and waits for its reply. A message, as it is received, begins with 16 bytes:
   * client, badge, capability and bits, 4 bytes each; of a reply only the capability counts. Returns how many bytes
   * of the reply there are, with these 16. Where no task waits for a call, this one waits for a server; with
   * timeout 0 it is AGAIN. DEAD where the server ends, or loses the endpoint, before it has replied. Until then the
   * client lends the server its priority. The capability `pass` needs GRANT, and the server gets one like it that
   * ends with this one; REFUSED where it does not accept one.
   * `request`: The message.
   * `reply`: Where the reply goes: 16 bytes, and the server's message.
   * `pass`: A capability to pass on; 0 is none.
   * `flags`: IPC_ACCEPT: a capability in the reply is taken.
   * `timeout`: For all of it, in milliseconds.
   * Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout, Dead, TooBig, Refused.
   */
  call(request: Uint8Array, reply: Uint8Array, pass: i32, flags: u32, timeout: i32 = -1): i32 {
    return raw.sp_ipc_call(this.id, request.dataStart, request.length, reply.dataStart, reply.length, pass, flags, timeout);
  }
  /**
   * Waits for a call to an endpoint, or for bits of the notification that is bound to it. What is received begins
   * with 16 bytes: `client`, the number that sp_ipc_reply wants; `badge`, which the manifest gave to the client's
   * capability; `capability`, one that the client passed on, or 0; `bits` that were signalled, then client is 0.
   * The message follows. Returns how many bytes there are, with these 16. INVAL where the buffer has less than 16.
   * `message`: Where the message goes: 16 bytes, and the client's message.
   * `flags`: IPC_ACCEPT: a capability that comes along is taken. Without it a call that passes one on is REFUSED.
   * `timeout`: In milliseconds.
   * Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
   */
  receive(message: Uint8Array, flags: u32, timeout: i32 = -1): i32 {
    return raw.sp_ipc_receive(this.id, message.dataStart, message.length, flags, timeout);
  }
  /**
   * Replies to a call that this task received and has not replied to, once; the client goes on. DEAD where the
   * client waits no longer: its time was over, it has ended, or had its reply. The capability `pass` needs GRANT,
   * and the client gets one like it that ends with this one; REFUSED where it does not accept one, and the call
   * waits on. Returns 0.
   * `client`: Which call: the number that was received with it.
   * `reply`: The message.
   * `pass`: A capability to pass on; 0 is none.
   * Errors: BadCapability, Revoked, Denied, Dead, TooBig, Refused.
   */
  reply(client: i32, reply: Uint8Array, pass: i32): i32 {
    return raw.sp_ipc_reply(this.id, client, reply.dataStart, reply.length, pass);
  }
}

/** A word into which tasks signal bits, and others wait for them. */
export class Notification extends Capability {
  /** The one that the manifest grants under this name. */
  static find(name: string): Notification {
    const text = String.UTF8.encode(name);
    return new Notification(raw.sp_cap_find(changetype<usize>(text), text.byteLength));
  }
  /** Makes one that nobody else reaches yet; see `sp_cap_create` in docs/ABI.md for what `size` means. */
  static create(size: i32): Notification {
    return new Notification(raw.sp_cap_create(Kind.NOTIFICATION, size));
  }
  /**
   * Signals bits: they are OR-ed into the notification's word, and who waits for one of them goes on. Never waits.
   * Returns 0.
   * `bits`: At least one of 30.
   * Errors: BadCapability, Revoked, Denied, Invalid.
   */
  signal(bits: i32): i32 {
    return raw.sp_notify_signal(this.id, bits);
  }
  /**
   * Waits until one of the bits of `mask` is signalled, takes those that are, and returns them. Bits that no task
   * waits for stay until they are. AGAIN with timeout 0 where none is signalled.
   * `mask`: The bits to wait for.
   * `timeout`: In milliseconds.
   * Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
   */
  wait(mask: i32, timeout: i32 = -1): i32 {
    return raw.sp_notify_wait(this.id, mask, timeout);
  }
  /**
   * Binds a notification to an endpoint, instead of what either was bound to: sp_ipc_receive there takes all its
   * bits too, so that one wait serves both. Returns 0.
   * `endpoint`: An endpoint with READ, of this task; 0: the notification is bound to none any more.
   * Errors: BadCapability, Revoked, Denied.
   */
  bind(endpoint: Endpoint): i32 {
    return raw.sp_notify_bind(this.id, endpoint.id);
  }
}

/** What one task holds at a time. */
export class Mutex extends Capability {
  /** The one that the manifest grants under this name. */
  static find(name: string): Mutex {
    const text = String.UTF8.encode(name);
    return new Mutex(raw.sp_cap_find(changetype<usize>(text), text.byteLength));
  }
  /** Makes one that nobody else reaches yet; see `sp_cap_create` in docs/ABI.md for what `size` means. */
  static create(size: i32): Mutex {
    return new Mutex(raw.sp_cap_create(Kind.MUTEX, size));
  }
  /**
   * Waits until no task holds the mutex, and holds it until sp_sync_unlock. Meanwhile who waits lends its priority
   * to the holder; the first of the highest priority is next. Returns 0, or 1 where the last holder ended, or lost
   * the mutex, without unlocking it: what it guards may be half done. INVAL where this task holds it already; AGAIN
   * with timeout 0 where another one does.
   * `timeout`: In milliseconds.
   * Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
   */
  lock(timeout: i32 = -1): i32 {
    return raw.sp_sync_lock(this.id, timeout);
  }
  /**
   * Holds the mutex no longer. DENIED where this task does not hold it. Returns 0.
   * Errors: BadCapability, Revoked, Denied.
   */
  unlock(): i32 {
    return raw.sp_sync_unlock(this.id);
  }
}

/** A count that tasks give to and take from. */
export class Semaphore extends Capability {
  /** The one that the manifest grants under this name. */
  static find(name: string): Semaphore {
    const text = String.UTF8.encode(name);
    return new Semaphore(raw.sp_cap_find(changetype<usize>(text), text.byteLength));
  }
  /** Makes one that nobody else reaches yet; see `sp_cap_create` in docs/ABI.md for what `size` means. */
  static create(size: i32): Semaphore {
    return new Semaphore(raw.sp_cap_create(Kind.SEMAPHORE, size));
  }
  /**
   * Waits until the count of the semaphore is not 0, and takes one off it. AGAIN with timeout 0 where it is.
   * Returns 0.
   * `timeout`: In milliseconds.
   * Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
   */
  take(timeout: i32 = -1): i32 {
    return raw.sp_sync_take(this.id, timeout);
  }
  /**
   * Adds to the count; as many as that go on in sp_sync_take, in the order in which they came. Never waits. TOOBIG
   * where the count would be more than 1073741823, and it stays. Returns 0.
   * `count`: How many.
   * Errors: BadCapability, Revoked, Denied, Invalid, TooBig.
   */
  give(count: i32): i32 {
    return raw.sp_sync_give(this.id, count);
  }
}

/** A buffer that tasks share, or a part of one: read and written by copying. */
export class Memory extends Capability {
  /** The one that the manifest grants under this name. */
  static find(name: string): Memory {
    const text = String.UTF8.encode(name);
    return new Memory(raw.sp_cap_find(changetype<usize>(text), text.byteLength));
  }
  /** Makes one that nobody else reaches yet; see `sp_cap_create` in docs/ABI.md for what `size` means. */
  static create(size: i32): Memory {
    return new Memory(raw.sp_cap_create(Kind.MEMORY, size));
  }
  /**
   * Copies bytes of a buffer to the task. Returns how many, fewer than asked for at the end of the buffer; 0 behind
   * it.
   * `to`: Where the bytes go.
   * `offset`: Where to read.
   * Errors: BadCapability, Revoked, Denied, Invalid.
   */
  read(to: Uint8Array, offset: i32): i32 {
    return raw.sp_mem_read(this.id, to.dataStart, to.length, offset);
  }
  /**
   * Copies bytes of the task to a buffer. Returns how many, fewer than given at the end of the buffer; 0 behind it.
   * `bytes`: The bytes.
   * `offset`: Where to write.
   * Errors: BadCapability, Revoked, Denied, Invalid.
   */
  write(bytes: Uint8Array, offset: i32): i32 {
    return raw.sp_mem_write(this.id, bytes.dataStart, bytes.length, offset);
  }
  /**
   * Returns how many bytes a buffer has, or the part of one.
   * Errors: BadCapability, Revoked.
   */
  size(): i32 {
    return raw.sp_mem_size(this.id);
  }
  /**
   * Makes a capability to a part of a buffer, as sp_cap_derive does to all of it: with fewer rights or as many,
   * ended by sp_cap_drop or with sp_cap_revoke of what it was made of. INVAL where the part does not lie within.
   * Returns the new capability.
   * `offset`: Where the part begins.
   * `length`: Its bytes.
   * `rights`: Its rights: SP_RIGHT_READ and others.
   * Errors: BadCapability, Revoked, Invalid, Denied, Quota.
   */
  part(offset: i32, length: i32, rights: u32): Memory {
    return new Memory(raw.sp_mem_derive(this.id, offset, length, rights));
  }
}

/** What happens once or again and again at a time, and counts how often. */
export class Timer extends Capability {
  /** The one that the manifest grants under this name. */
  static find(name: string): Timer {
    const text = String.UTF8.encode(name);
    return new Timer(raw.sp_cap_find(changetype<usize>(text), text.byteLength));
  }
  /** Makes one that nobody else reaches yet; see `sp_cap_create` in docs/ABI.md for what `size` means. */
  static create(size: i32): Timer {
    return new Timer(raw.sp_cap_create(Kind.TIMER, size));
  }
  /**
   * Sets a timer: it is due at `first`, and then every `period` microseconds, each from the one before, so that
   * nothing adds up. What it counted is forgotten. Returns 0.
   * `first`: When it is due first; 0: never, it stands still.
   * `period`: Microseconds, at least 100 (else INVAL); 0: it is due once.
   * Errors: BadCapability, Revoked, Denied, Invalid.
   */
  set(first: i64, period: i32): i32 {
    return raw.sp_timer_set(this.id, first, period);
  }
  /**
   * Waits until a timer has been due, and takes its count: returns how often it was since it was asked last, so
   * what is above 1 was missed. AGAIN with timeout 0 where it was not.
   * `timeout`: In milliseconds.
   * Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
   */
  wait(timeout: i32 = -1): i32 {
    return raw.sp_timer_wait(this.id, timeout);
  }
  /**
   * Binds a timer to a notification: whenever it is due, these bits are signalled there too, as long as this task's
   * capability to the notification is good. Returns 0.
   * `notification`: One of this task's with WRITE; 0: the timer is bound to none any more.
   * `bits`: At least one of 30.
   * Errors: BadCapability, Revoked, Denied, Invalid.
   */
  bind(notification: Notification, bits: i32): i32 {
    return raw.sp_timer_bind(this.id, notification.id, bits);
  }
}

/** The edges of one pin, counted as they come. */
export class Irq extends Capability {
  /** The one that the manifest grants under this name. */
  static find(name: string): Irq {
    const text = String.UTF8.encode(name);
    return new Irq(raw.sp_cap_find(changetype<usize>(text), text.byteLength));
  }
  /**
   * Waits until an edge of a pin has come, and takes the count: returns how many came since it was asked last, so
   * what is above 1 was missed. Which edges count, and how long it takes a contact to settle, was said when it was
   * granted. AGAIN with timeout 0 where none has come.
   * `timeout`: In milliseconds.
   * Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
   */
  wait(timeout: i32 = -1): i32 {
    return raw.sp_irq_wait(this.id, timeout);
  }
  /**
   * Binds the edges of a pin to a notification, as sp_timer_bind does a timer. Returns 0.
   * `notification`: One of this task's with WRITE; 0: they are bound to none any more.
   * `bits`: At least one of 30.
   * Errors: BadCapability, Revoked, Denied, Invalid.
   */
  bind(notification: Notification, bits: i32): i32 {
    return raw.sp_irq_bind(this.id, notification.id, bits);
  }
}

/** Another task: told when it has ended, started and stopped. */
export class Task extends Capability {
  /** The one that the manifest grants under this name. */
  static find(name: string): Task {
    const text = String.UTF8.encode(name);
    return new Task(raw.sp_cap_find(changetype<usize>(text), text.byteLength));
  }
  /**
   * Waits until a task has ended - exited, faulted or been stopped - and takes the count: returns how often it has
   * since it was asked last. A task whose fault policy restarts it ends each time too. AGAIN with timeout 0 where
   * it has not.
   * `timeout`: In milliseconds.
   * Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
   */
  wait(timeout: i32 = -1): i32 {
    return raw.sp_task_wait(this.id, timeout);
  }
  /**
   * Binds the ends of a task to a notification, as sp_timer_bind does a timer. Returns 0.
   * `notification`: One of this task's with WRITE; 0: they are bound to none any more.
   * `bits`: At least one of 30.
   * Errors: BadCapability, Revoked, Denied, Invalid.
   */
  bind(notification: Notification, bits: i32): i32 {
    return raw.sp_task_bind(this.id, notification.id, bits);
  }
  /**
   * Starts a task that is over once more, as its manifest says, 100 ms from now or when its fault policy says: a
   * task that is started again and again takes no more than that of the machine. BUSY where it is not over. Returns
   * 0.
   * Errors: BadCapability, Revoked, Denied, Busy.
   */
  start(): i32 {
    return raw.sp_task_start(this.id);
  }
  /**
   * Stops a task, whatever its fault policy says; nothing where it is over. Returns 0.
   * Errors: BadCapability, Revoked, Denied.
   */
  stop(): i32 {
    return raw.sp_task_stop(this.id);
  }
}

/**
 * Ends the task's slice: every other task of the same or a higher priority that is ready runs before this one
 * goes on. Returns 0.
 */
export function yieldNow(): i32 {
  return raw.sp_yield();
}

/**
 * Sleeps for at least that many milliseconds; 0 is the same as sp_yield. The machine sleeps too when every task
 * does. Returns 0.
 * `milliseconds`: How long; at most 2^29-1 (6.2 days).
 * Errors: Invalid.
 */
export function sleep(milliseconds: i32): i32 {
  return raw.sp_sleep(milliseconds);
}

/**
 * Appends one line to the task's own log ring. Levels up to INFO are shown on the console with the task's name;
 * control characters are escaped there, so a task cannot forge another one's lines or drive the terminal. Returns
 * the number of bytes taken, which is less than the length where the line is too long, or AGAIN where the task
 * has used up its rate (a burst of 32 lines, then 32 lines a second, or what the manifest says); the console says
 * how many lines were dropped.
 * `level`: LOG_ERROR, LOG_WARNING, LOG_INFO or LOG_DEBUG.
 * `text`: The line, without its end of line. UTF-8 by convention; any bytes are allowed.
 * Errors: Invalid, Again.
 */
export function log(level: i32, text: Uint8Array): i32 {
  return raw.sp_log(level, text.dataStart, text.length);
}

/**
 * Reads a clock. Returns microseconds, or UNSUPPORTED for CLOCK_UTC on a machine that does not know the time.
 * `clock`: CLOCK_MONOTONIC or CLOCK_UTC.
 * Errors: Invalid, Unsupported.
 */
export function time(clock: i32): i64 {
  return raw.sp_time(clock);
}

/**
 * Fills a buffer with random bytes fit for keys, from the machine's generator. Returns the number of bytes
 * filled.
 * `bytes`: Where the bytes go.
 * Errors: Io.
 */
export function random(bytes: Uint8Array): i32 {
  return raw.sp_random(bytes.dataStart, bytes.length);
}

/**
 * Returns the true size of the task's linear memory in bytes. `memory.size` counts pages of 64 KiB, which is too
 * coarse for a machine with a memory of 300 KB. Where the manifest's `memory` is more than the memory has yet, it
 * grows to all of it first.
 */
export function memoryBytes(): i32 {
  return raw.sp_memory_bytes();
}

/**
 * Lists the capabilities that this task holds: writes their identifiers, 4 bytes each, as many as fit, in the
 * order of their slots. Returns how many there are.
 * `to`: Where the identifiers go.
 */
export function capList(to: Uint8Array): i32 {
  return raw.sp_cap_list(to.dataStart, to.length);
}

/**
 * Sleeps until a moment of CLOCK_MONOTONIC, to the microsecond as far as the machine goes; where that is past it
 * is the same as sp_yield. A slice of a lower priority is cut so that it has ended by then. Returns 0.
 * `when`: When to go on.
 */
export function sleepUntil(when: i64): i32 {
  return raw.sp_sleep_until(when);
}
