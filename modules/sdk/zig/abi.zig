//! The system calls of SovelmaOS, ABI version 1.1: generated from firmware/abi.toml by tools/generate/gen_abi.py: do not edit.

const support = @import("support.zig");
const first = support.first;
const firstMutable = support.firstMutable;
const milliseconds = support.milliseconds;
const check64 = support.check64;
const check = support.check;

/// The imports as they are.
pub const raw = struct {
    pub extern "sovelma" fn sp_yield() i32;
    pub extern "sovelma" fn sp_sleep(i32) i32;
    pub extern "sovelma" fn sp_log(i32, [*]const u8, usize) i32;
    pub extern "sovelma" fn sp_exit(i32) noreturn;
    pub extern "sovelma" fn sp_time(i32) i64;
    pub extern "sovelma" fn sp_random([*]u8, usize) i32;
    pub extern "sovelma" fn sp_memory_bytes() i32;
    pub extern "sovelma" fn sp_cap_find([*]const u8, usize) i32;
    pub extern "sovelma" fn sp_fs_open(i32, [*]const u8, usize, u32) i32;
    pub extern "sovelma" fn sp_fs_read(i32, [*]u8, usize, i32) i32;
    pub extern "sovelma" fn sp_fs_write(i32, [*]const u8, usize, i32) i32;
    pub extern "sovelma" fn sp_fs_size(i32) i32;
    pub extern "sovelma" fn sp_fs_close(i32) i32;
    pub extern "sovelma" fn sp_gpio_read(i32) i32;
    pub extern "sovelma" fn sp_gpio_write(i32, i32) i32;
    pub extern "sovelma" fn sp_net_connect(i32, [*]const u8, usize, i32, u32, i32) i32;
    pub extern "sovelma" fn sp_net_send(i32, [*]const u8, usize, i32) i32;
    pub extern "sovelma" fn sp_net_recv(i32, [*]u8, usize, i32) i32;
    pub extern "sovelma" fn sp_net_close(i32) i32;
    pub extern "sovelma" fn sp_cap_list([*]u8, usize) i32;
    pub extern "sovelma" fn sp_cap_info(i32, [*]u8, usize) i32;
    pub extern "sovelma" fn sp_cap_derive(i32, u32) i32;
    pub extern "sovelma" fn sp_cap_drop(i32) i32;
    pub extern "sovelma" fn sp_cap_revoke(i32) i32;
    pub extern "sovelma" fn sp_ipc_call(i32, [*]const u8, usize, [*]u8, usize, i32, u32, i32) i32;
    pub extern "sovelma" fn sp_ipc_receive(i32, [*]u8, usize, u32, i32) i32;
    pub extern "sovelma" fn sp_ipc_reply(i32, i32, [*]const u8, usize, i32) i32;
    pub extern "sovelma" fn sp_notify_signal(i32, i32) i32;
    pub extern "sovelma" fn sp_notify_wait(i32, i32, i32) i32;
    pub extern "sovelma" fn sp_notify_bind(i32, i32) i32;
    pub extern "sovelma" fn sp_sync_lock(i32, i32) i32;
    pub extern "sovelma" fn sp_sync_unlock(i32) i32;
    pub extern "sovelma" fn sp_sync_take(i32, i32) i32;
    pub extern "sovelma" fn sp_sync_give(i32, i32) i32;
    pub extern "sovelma" fn sp_sleep_until(i64) i32;
    pub extern "sovelma" fn sp_cap_create(i32, i32) i32;
    pub extern "sovelma" fn sp_mem_read(i32, [*]u8, usize, i32) i32;
    pub extern "sovelma" fn sp_mem_write(i32, [*]const u8, usize, i32) i32;
    pub extern "sovelma" fn sp_mem_size(i32) i32;
    pub extern "sovelma" fn sp_mem_derive(i32, i32, i32, u32) i32;
    pub extern "sovelma" fn sp_timer_set(i32, i64, i32) i32;
    pub extern "sovelma" fn sp_timer_wait(i32, i32) i32;
    pub extern "sovelma" fn sp_timer_bind(i32, i32, i32) i32;
    pub extern "sovelma" fn sp_irq_wait(i32, i32) i32;
    pub extern "sovelma" fn sp_irq_bind(i32, i32, i32) i32;
    pub extern "sovelma" fn sp_task_wait(i32, i32) i32;
    pub extern "sovelma" fn sp_task_bind(i32, i32, i32) i32;
    pub extern "sovelma" fn sp_task_start(i32) i32;
    pub extern "sovelma" fn sp_task_stop(i32) i32;
};

/// Why a call did not do what it was asked for.
pub const Error = error{
    /// The capability identifier names nothing this task holds, or an object of the wrong kind.
    BadCapability,
    /// The capability existed and was revoked, dropped or closed.
    Revoked,
    /// The capability lacks a right the call needs, or policy forbids the call.
    Denied,
    /// An argument is outside its range, or has unknown flag bits.
    Invalid,
    /// No such name.
    NotFound,
    /// The name is taken, by an object of another kind.
    Exists,
    /// Nothing to be had at the moment; try later.
    Again,
    /// The time given has passed.
    Timeout,
    /// The other side has ended.
    Dead,
    /// A quota of the task or of the directory is used up.
    Quota,
    /// The kernel has no memory for this.
    NoMemory,
    /// A device or the kernel failed; the kernel log knows more.
    Io,
    /// This machine or object cannot do that.
    Unsupported,
    /// Another task uses it.
    Busy,
    /// A name, path or size beyond the limit.
    TooBig,
    /// The peer refused the connection.
    Refused,
    /// No way to the peer.
    Unreachable,
    /// The peer reset the connection.
    Reset,
    /// The file system is full.
    NoSpace,
    /// The connection is closed.
    Closed,
    /// A newer kernel's word.
    Unknown,
};

/// The error of a code below 0.
pub fn errorOf(code: i32) Error {
    return switch (code) {
        -1 => Error.BadCapability,
        -2 => Error.Revoked,
        -3 => Error.Denied,
        -4 => Error.Invalid,
        -5 => Error.NotFound,
        -6 => Error.Exists,
        -7 => Error.Again,
        -8 => Error.Timeout,
        -9 => Error.Dead,
        -10 => Error.Quota,
        -11 => Error.NoMemory,
        -12 => Error.Io,
        -13 => Error.Unsupported,
        -14 => Error.Busy,
        -15 => Error.TooBig,
        -16 => Error.Refused,
        -17 => Error.Unreachable,
        -18 => Error.Reset,
        -19 => Error.NoSpace,
        -20 => Error.Closed,
        else => Error.Unknown,
    };
}

/// A directory of the file system; paths are relative to it and never leave it.
pub const kind_directory: i32 = 1;
/// An open file with a position of its own.
pub const kind_file: i32 = 2;
/// Leave to reach certain hosts, ports and protocols.
pub const kind_network: i32 = 4;
/// A connection to one peer: TCP, or UDP datagrams.
pub const kind_socket: i32 = 8;
/// One pin of the machine, as input or as output.
pub const kind_pin: i32 = 16;
/// Where a server receives calls of other tasks.
pub const kind_endpoint: i32 = 32;
/// A word into which tasks signal bits, and others wait for them.
pub const kind_notification: i32 = 64;
/// What one task holds at a time.
pub const kind_mutex: i32 = 128;
/// A count that tasks give to and take from.
pub const kind_semaphore: i32 = 256;
/// A buffer that tasks share, or a part of one: read and written by copying.
pub const kind_memory: i32 = 512;
/// What happens once or again and again at a time, and counts how often.
pub const kind_timer: i32 = 1024;
/// The edges of one pin, counted as they come.
pub const kind_irq: i32 = 2048;
/// Another task: told when it has ended, started and stopped.
pub const kind_task: i32 = 4096;
/// Read bytes, open for reading, receive, read a level, serve an endpoint, wait for a notification, a timer, edges or the end of a task, take from a semaphore.
pub const right_read: u32 = 1;
/// Write bytes, open for writing, truncate, send, set a level, call an endpoint, signal a notification, lock a mutex, give to a semaphore, set a timer, start and stop a task.
pub const right_write: u32 = 2;
/// Make new files and directories.
pub const right_create: u32 = 4;
/// Pass the capability on to another task.
pub const right_grant: u32 = 8;
/// The task cannot do its work.
pub const log_error: i32 = 0;
/// Something is odd.
pub const log_warning: i32 = 1;
/// What a reader of the console wants to see.
pub const log_info: i32 = 2;
/// Kept in the task's ring, not printed.
pub const log_debug: i32 = 3;
/// Microseconds since an arbitrary moment; never set, never goes back.
pub const clock_monotonic: i32 = 0;
/// Microseconds since 1970-01-01 00:00 UTC, where the machine knows them.
pub const clock_utc: i32 = 1;
/// Allow sp_fs_read.
pub const open_read: u32 = 1;
/// Allow sp_fs_write.
pub const open_write: u32 = 2;
/// Make the file (with DIRECTORY: the directory) where it does not exist.
pub const open_create: u32 = 4;
/// Empty the file; needs WRITE.
pub const open_truncate: u32 = 8;
/// Every write goes to the end, whatever its offset; needs WRITE.
pub const open_append: u32 = 16;
/// Open a directory: the result is a directory capability.
pub const open_directory: u32 = 32;
/// Encrypted, and the peer proves its name. UNSUPPORTED on a machine without TLS, and with UDP.
pub const net_tls: u32 = 1;
/// Datagrams instead of a TCP connection.
pub const net_udp: u32 = 2;
/// Take a capability that comes along.
pub const ipc_accept: u32 = 1;

/// A directory of the file system; paths are relative to it and never leave it.
pub const Directory = struct {
    id: i32,

    /// The one that the manifest grants under this name.
    pub fn find(name: []const u8) Error!Directory {
        return .{ .id = try check(raw.sp_cap_find(name.ptr, name.len)) };
    }
    /// Opens a file or, with OPEN_DIRECTORY, a directory below a directory capability. The path is relative:
    /// components are separated by `/`, each 1 to 63 bytes of any value but 0; a leading `/`, an empty component, `.`
    /// and `..` are INVAL, so no path leaves the directory. OPEN_READ needs the right READ on the directory,
    /// OPEN_WRITE needs WRITE, making a new file or directory needs CREATE; the new capability has exactly the rights
    /// asked for, and GRANT where the directory has it. A component on the way that is a file is NOTFOUND; a file
    /// where a directory is wanted, or the reverse, is EXISTS. What is neither, such as a symbolic link on mounted
    /// storage, is DENIED. A tree of more than 16 directories is TOOBIG. QUOTA where the task may hold no more
    /// capabilities or store no more. Returns the new capability.
    /// `path`: The path, not terminated by 0.
    /// `flags`: OPEN_READ, OPEN_WRITE or both (with OPEN_DIRECTORY they say which rights the capability passes on),
    /// and others.
    /// Errors: BadCapability, Revoked, Denied, Invalid, NotFound, Exists, Quota, NoMemory, Io, Busy, TooBig, NoSpace.
    pub fn open(self: Directory, path_: []const u8, flags_: u32) Error!File {
        return .{ .id = try check(raw.sp_fs_open(self.id, first(path_), path_.len, flags_)) };
    }
    /// Drops a file or directory capability; its identifier is never valid again. Returns 0.
    /// Errors: BadCapability, Revoked.
    pub fn close(self: Directory) Error!void {
        _ = try check(raw.sp_fs_close(self.id));
    }
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(self: Directory, to_: []u8) Error!usize {
        return @intCast(try check(raw.sp_cap_info(self.id, firstMutable(to_), to_.len)));
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(self: Directory, rights_: u32) Error!Directory {
        return .{ .id = try check(raw.sp_cap_derive(self.id, rights_)) };
    }
    /// Ends a capability of any kind; a file or a connection is closed with the last capability to it. What was opened
    /// through it or derived from it stays, as if it had been made of what this one was made of. Returns 0.
    /// Errors: BadCapability, Revoked, Io.
    pub fn drop(self: Directory) Error!void {
        _ = try check(raw.sp_cap_drop(self.id));
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(self: Directory) Error!usize {
        return @intCast(try check(raw.sp_cap_revoke(self.id)));
    }
};

/// An open file with a position of its own.
pub const File = struct {
    id: i32,

    /// The one that the manifest grants under this name.
    pub fn find(name: []const u8) Error!File {
        return .{ .id = try check(raw.sp_cap_find(name.ptr, name.len)) };
    }
    /// Reads bytes from a file. Returns how many, which may be fewer than asked for; 0 means the end of the file (or
    /// an empty buffer).
    /// `bytes`: Where the bytes go.
    /// `offset`: Where to read; -1: at the file's own position, which then advances.
    /// Errors: BadCapability, Revoked, Denied, Invalid, Io.
    pub fn read(self: File, bytes_: []u8, offset_: ?u31) Error!usize {
        return @intCast(try check(raw.sp_fs_read(self.id, firstMutable(bytes_), bytes_.len, if (offset_) |each| @as(i32, each) else -1)));
    }
    /// Writes bytes to a file, which grows as needed; a gap before the offset reads as zeros and counts against the
    /// quota. Returns how many bytes were written, which may be fewer than given. A write that finds no room at all
    /// changes nothing and is QUOTA (of the task, which the bytes of a file count for that made it, or of a directory)
    /// or NOSPACE (of the file system).
    /// `bytes`: The bytes.
    /// `offset`: Where to write; -1: at the file's own position, which then advances. Ignored with OPEN_APPEND.
    /// Errors: BadCapability, Revoked, Denied, Invalid, Quota, NoMemory, Io, NoSpace.
    pub fn write(self: File, bytes_: []const u8, offset_: ?u31) Error!usize {
        return @intCast(try check(raw.sp_fs_write(self.id, first(bytes_), bytes_.len, if (offset_) |each| @as(i32, each) else -1)));
    }
    /// Returns the size of a file in bytes.
    /// Errors: BadCapability, Revoked, Io.
    pub fn size(self: File) Error!usize {
        return @intCast(try check(raw.sp_fs_size(self.id)));
    }
    /// Drops a file or directory capability; its identifier is never valid again. Returns 0.
    /// Errors: BadCapability, Revoked.
    pub fn close(self: File) Error!void {
        _ = try check(raw.sp_fs_close(self.id));
    }
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(self: File, to_: []u8) Error!usize {
        return @intCast(try check(raw.sp_cap_info(self.id, firstMutable(to_), to_.len)));
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(self: File, rights_: u32) Error!File {
        return .{ .id = try check(raw.sp_cap_derive(self.id, rights_)) };
    }
    /// Ends a capability of any kind; a file or a connection is closed with the last capability to it. What was opened
    /// through it or derived from it stays, as if it had been made of what this one was made of. Returns 0.
    /// Errors: BadCapability, Revoked, Io.
    pub fn drop(self: File) Error!void {
        _ = try check(raw.sp_cap_drop(self.id));
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(self: File) Error!usize {
        return @intCast(try check(raw.sp_cap_revoke(self.id)));
    }
};

/// Leave to reach certain hosts, ports and protocols.
pub const Network = struct {
    id: i32,

    /// The one that the manifest grants under this name.
    pub fn find(name: []const u8) Error!Network {
        return .{ .id = try check(raw.sp_cap_find(name.ptr, name.len)) };
    }
    /// Connects to a host, given by name or as an IPv4 address in four decimal numbers. Host, port and protocol must
    /// be on the network capability's list (else DENIED); a name that leads to a private, loopback or otherwise
    /// special address is DENIED too unless that address is listed itself. The time allowed covers looking the name up
    /// (NOTFOUND where it does not exist) and connecting. With timeout 0 only names that are known already are looked
    /// up, and a connection that is not there at once is given up with AGAIN. With NET_UDP nothing is sent: the socket
    /// exchanges datagrams with that one peer. Returns a new capability with the rights READ and WRITE; QUOTA where
    /// the task may hold no more sockets or capabilities.
    /// `host`: Name or address of the host, not terminated by 0.
    /// `port`: Its port.
    /// `flags`: NET_TLS, NET_UDP or 0 for TCP.
    /// `timeout`: How long it may take.
    /// Errors: BadCapability, Revoked, Denied, Invalid, NotFound, Again, Timeout, Quota, NoMemory, Io, Unsupported,
    /// TooBig, Refused, Unreachable, Reset.
    pub fn connect(self: Network, host_: []const u8, port_: i32, flags_: u32, timeout_: ?u32) Error!Socket {
        return .{ .id = try check(raw.sp_net_connect(self.id, first(host_), host_.len, port_, flags_, milliseconds(timeout_))) };
    }
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(self: Network, to_: []u8) Error!usize {
        return @intCast(try check(raw.sp_cap_info(self.id, firstMutable(to_), to_.len)));
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(self: Network, rights_: u32) Error!Network {
        return .{ .id = try check(raw.sp_cap_derive(self.id, rights_)) };
    }
    /// Ends a capability of any kind; a file or a connection is closed with the last capability to it. What was opened
    /// through it or derived from it stays, as if it had been made of what this one was made of. Returns 0.
    /// Errors: BadCapability, Revoked, Io.
    pub fn drop(self: Network) Error!void {
        _ = try check(raw.sp_cap_drop(self.id));
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(self: Network) Error!usize {
        return @intCast(try check(raw.sp_cap_revoke(self.id)));
    }
};

/// A connection to one peer: TCP, or UDP datagrams.
pub const Socket = struct {
    id: i32,

    /// The one that the manifest grants under this name.
    pub fn find(name: []const u8) Error!Socket {
        return .{ .id = try check(raw.sp_cap_find(name.ptr, name.len)) };
    }
    /// Sends bytes, waiting until at least one is taken. Returns how many were taken, which may be fewer than given.
    /// With UDP the bytes are one datagram; what is beyond 4,096 bytes is not sent. AGAIN where nothing can be sent at
    /// the moment and the timeout is 0, TIMEOUT where nothing could be sent in time, CLOSED where the peer takes no
    /// more, RESET where it broke the connection off, REFUSED where nothing listens at the peer's UDP port.
    /// `bytes`: The bytes.
    /// `timeout`: How long to wait until something can be sent.
    /// Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout, NoMemory, Io, TooBig, Refused, Unreachable,
    /// Reset, Closed.
    pub fn send(self: Socket, bytes_: []const u8, timeout_: ?u32) Error!usize {
        return @intCast(try check(raw.sp_net_send(self.id, first(bytes_), bytes_.len, milliseconds(timeout_))));
    }
    /// Receives bytes, waiting until at least one is there. Returns how many, which may be fewer than there is room
    /// for; 0 is the end of a TCP connection (or an empty buffer). With UDP it returns one datagram, which may be
    /// empty; what does not fit is lost. AGAIN where nothing is there and the timeout is 0, TIMEOUT where nothing came
    /// in time, RESET where the peer broke the connection off, REFUSED where nothing listens at the peer's UDP port.
    /// `bytes`: Where the bytes go.
    /// `timeout`: How long to wait until something is there.
    /// Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout, NoMemory, Io, Refused, Unreachable, Reset,
    /// Closed.
    pub fn recv(self: Socket, bytes_: []u8, timeout_: ?u32) Error!usize {
        return @intCast(try check(raw.sp_net_recv(self.id, firstMutable(bytes_), bytes_.len, milliseconds(timeout_))));
    }
    /// Ends a connection and drops its capability. What was sent already is still delivered. Returns 0.
    /// Errors: BadCapability, Revoked.
    pub fn close(self: Socket) Error!void {
        _ = try check(raw.sp_net_close(self.id));
    }
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(self: Socket, to_: []u8) Error!usize {
        return @intCast(try check(raw.sp_cap_info(self.id, firstMutable(to_), to_.len)));
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(self: Socket, rights_: u32) Error!Socket {
        return .{ .id = try check(raw.sp_cap_derive(self.id, rights_)) };
    }
    /// Ends a capability of any kind; a file or a connection is closed with the last capability to it. What was opened
    /// through it or derived from it stays, as if it had been made of what this one was made of. Returns 0.
    /// Errors: BadCapability, Revoked, Io.
    pub fn drop(self: Socket) Error!void {
        _ = try check(raw.sp_cap_drop(self.id));
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(self: Socket) Error!usize {
        return @intCast(try check(raw.sp_cap_revoke(self.id)));
    }
};

/// One pin of the machine, as input or as output.
pub const Pin = struct {
    id: i32,

    /// The one that the manifest grants under this name.
    pub fn find(name: []const u8) Error!Pin {
        return .{ .id = try check(raw.sp_cap_find(name.ptr, name.len)) };
    }
    /// Reads the level of a pin: 1 active, 0 not. Whether active means a high or a low voltage was said when the pin
    /// was granted, so a module need not know how a button or a lamp is wired. An output reads what it drives.
    /// Errors: BadCapability, Revoked, Denied.
    pub fn read(self: Pin) Error!bool {
        return try check(raw.sp_gpio_read(self.id)) != 0;
    }
    /// Drives an output pin: 1 active, 0 not, with the meaning given to the pin when it was granted. An output belongs
    /// to one task alone, and goes back to the level it had at the start when that task is over. Returns 0.
    /// `level`: 1 active, 0 not.
    /// Errors: BadCapability, Revoked, Denied, Invalid.
    pub fn write(self: Pin, level_: bool) Error!void {
        _ = try check(raw.sp_gpio_write(self.id, @intFromBool(level_)));
    }
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(self: Pin, to_: []u8) Error!usize {
        return @intCast(try check(raw.sp_cap_info(self.id, firstMutable(to_), to_.len)));
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(self: Pin, rights_: u32) Error!Pin {
        return .{ .id = try check(raw.sp_cap_derive(self.id, rights_)) };
    }
    /// Ends a capability of any kind; a file or a connection is closed with the last capability to it. What was opened
    /// through it or derived from it stays, as if it had been made of what this one was made of. Returns 0.
    /// Errors: BadCapability, Revoked, Io.
    pub fn drop(self: Pin) Error!void {
        _ = try check(raw.sp_cap_drop(self.id));
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(self: Pin) Error!usize {
        return @intCast(try check(raw.sp_cap_revoke(self.id)));
    }
};

/// Where a server receives calls of other tasks.
pub const Endpoint = struct {
    id: i32,

    /// The one that the manifest grants under this name.
    pub fn find(name: []const u8) Error!Endpoint {
        return .{ .id = try check(raw.sp_cap_find(name.ptr, name.len)) };
    }
    /// Makes one that nobody else reaches yet; see `sp_cap_create` in docs/ABI.md for what `size` means.
    pub fn create(size_: i32) Error!Endpoint {
        return .{ .id = try check(raw.sp_cap_create(kind_endpoint, size_)) };
    }
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(self: Endpoint, to_: []u8) Error!usize {
        return @intCast(try check(raw.sp_cap_info(self.id, firstMutable(to_), to_.len)));
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(self: Endpoint, rights_: u32) Error!Endpoint {
        return .{ .id = try check(raw.sp_cap_derive(self.id, rights_)) };
    }
    /// Ends a capability of any kind; a file or a connection is closed with the last capability to it. What was opened
    /// through it or derived from it stays, as if it had been made of what this one was made of. Returns 0.
    /// Errors: BadCapability, Revoked, Io.
    pub fn drop(self: Endpoint) Error!void {
        _ = try check(raw.sp_cap_drop(self.id));
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(self: Endpoint) Error!usize {
        return @intCast(try check(raw.sp_cap_revoke(self.id)));
    }
    /// Calls the server of an endpoint and waits for its reply. A message, as it is received, begins with 16 bytes:
    /// client, badge, capability and bits, 4 bytes each; of a reply only the capability counts. Returns how many bytes
    /// of the reply there are, with these 16. Where no task waits for a call, this one waits for a server; with
    /// timeout 0 it is AGAIN. DEAD where the server ends, or loses the endpoint, before it has replied. Until then the
    /// client lends the server its priority. The capability `pass` needs GRANT, and the server gets one like it that
    /// ends with this one; REFUSED where it does not accept one.
    /// `request`: The message.
    /// `reply`: Where the reply goes: 16 bytes, and the server's message.
    /// `pass`: A capability to pass on; 0 is none.
    /// `flags`: IPC_ACCEPT: a capability in the reply is taken.
    /// `timeout`: For all of it, in milliseconds.
    /// Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout, Dead, TooBig, Refused.
    pub fn call(self: Endpoint, request_: []const u8, reply_: []u8, pass_: i32, flags_: u32, timeout_: ?u32) Error!usize {
        return @intCast(try check(raw.sp_ipc_call(self.id, first(request_), request_.len, firstMutable(reply_), reply_.len, pass_, flags_, milliseconds(timeout_))));
    }
    /// Waits for a call to an endpoint, or for bits of the notification that is bound to it. What is received begins
    /// with 16 bytes: `client`, the number that sp_ipc_reply wants; `badge`, which the manifest gave to the client's
    /// capability; `capability`, one that the client passed on, or 0; `bits` that were signalled, then client is 0.
    /// The message follows. Returns how many bytes there are, with these 16. INVAL where the buffer has less than 16.
    /// `message`: Where the message goes: 16 bytes, and the client's message.
    /// `flags`: IPC_ACCEPT: a capability that comes along is taken. Without it a call that passes one on is REFUSED.
    /// `timeout`: In milliseconds.
    /// Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
    pub fn receive(self: Endpoint, message_: []u8, flags_: u32, timeout_: ?u32) Error!usize {
        return @intCast(try check(raw.sp_ipc_receive(self.id, firstMutable(message_), message_.len, flags_, milliseconds(timeout_))));
    }
    /// Replies to a call that this task received and has not replied to, once; the client goes on. DEAD where the
    /// client waits no longer: its time was over, it has ended, or had its reply. The capability `pass` needs GRANT,
    /// and the client gets one like it that ends with this one; REFUSED where it does not accept one, and the call
    /// waits on. Returns 0.
    /// `client`: Which call: the number that was received with it.
    /// `reply`: The message.
    /// `pass`: A capability to pass on; 0 is none.
    /// Errors: BadCapability, Revoked, Denied, Dead, TooBig, Refused.
    pub fn reply(self: Endpoint, client_: i32, reply_: []const u8, pass_: i32) Error!void {
        _ = try check(raw.sp_ipc_reply(self.id, client_, first(reply_), reply_.len, pass_));
    }
};

/// A word into which tasks signal bits, and others wait for them.
pub const Notification = struct {
    id: i32,

    /// The one that the manifest grants under this name.
    pub fn find(name: []const u8) Error!Notification {
        return .{ .id = try check(raw.sp_cap_find(name.ptr, name.len)) };
    }
    /// Makes one that nobody else reaches yet; see `sp_cap_create` in docs/ABI.md for what `size` means.
    pub fn create(size_: i32) Error!Notification {
        return .{ .id = try check(raw.sp_cap_create(kind_notification, size_)) };
    }
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(self: Notification, to_: []u8) Error!usize {
        return @intCast(try check(raw.sp_cap_info(self.id, firstMutable(to_), to_.len)));
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(self: Notification, rights_: u32) Error!Notification {
        return .{ .id = try check(raw.sp_cap_derive(self.id, rights_)) };
    }
    /// Ends a capability of any kind; a file or a connection is closed with the last capability to it. What was opened
    /// through it or derived from it stays, as if it had been made of what this one was made of. Returns 0.
    /// Errors: BadCapability, Revoked, Io.
    pub fn drop(self: Notification) Error!void {
        _ = try check(raw.sp_cap_drop(self.id));
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(self: Notification) Error!usize {
        return @intCast(try check(raw.sp_cap_revoke(self.id)));
    }
    /// Signals bits: they are OR-ed into the notification's word, and who waits for one of them goes on. Never waits.
    /// Returns 0.
    /// `bits`: At least one of 30.
    /// Errors: BadCapability, Revoked, Denied, Invalid.
    pub fn signal(self: Notification, bits_: i32) Error!void {
        _ = try check(raw.sp_notify_signal(self.id, bits_));
    }
    /// Waits until one of the bits of `mask` is signalled, takes those that are, and returns them. Bits that no task
    /// waits for stay until they are. AGAIN with timeout 0 where none is signalled.
    /// `mask`: The bits to wait for.
    /// `timeout`: In milliseconds.
    /// Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
    pub fn wait(self: Notification, mask_: i32, timeout_: ?u32) Error!usize {
        return @intCast(try check(raw.sp_notify_wait(self.id, mask_, milliseconds(timeout_))));
    }
    /// Binds a notification to an endpoint, instead of what either was bound to: sp_ipc_receive there takes all its
    /// bits too, so that one wait serves both. Returns 0.
    /// `endpoint`: An endpoint with READ, of this task; 0: the notification is bound to none any more.
    /// Errors: BadCapability, Revoked, Denied.
    pub fn bind(self: Notification, endpoint_: Endpoint) Error!void {
        _ = try check(raw.sp_notify_bind(self.id, endpoint_.id));
    }
};

/// What one task holds at a time.
pub const Mutex = struct {
    id: i32,

    /// The one that the manifest grants under this name.
    pub fn find(name: []const u8) Error!Mutex {
        return .{ .id = try check(raw.sp_cap_find(name.ptr, name.len)) };
    }
    /// Makes one that nobody else reaches yet; see `sp_cap_create` in docs/ABI.md for what `size` means.
    pub fn create(size_: i32) Error!Mutex {
        return .{ .id = try check(raw.sp_cap_create(kind_mutex, size_)) };
    }
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(self: Mutex, to_: []u8) Error!usize {
        return @intCast(try check(raw.sp_cap_info(self.id, firstMutable(to_), to_.len)));
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(self: Mutex, rights_: u32) Error!Mutex {
        return .{ .id = try check(raw.sp_cap_derive(self.id, rights_)) };
    }
    /// Ends a capability of any kind; a file or a connection is closed with the last capability to it. What was opened
    /// through it or derived from it stays, as if it had been made of what this one was made of. Returns 0.
    /// Errors: BadCapability, Revoked, Io.
    pub fn drop(self: Mutex) Error!void {
        _ = try check(raw.sp_cap_drop(self.id));
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(self: Mutex) Error!usize {
        return @intCast(try check(raw.sp_cap_revoke(self.id)));
    }
    /// Waits until no task holds the mutex, and holds it until sp_sync_unlock. Meanwhile who waits lends its priority
    /// to the holder; the first of the highest priority is next. Returns 0, or 1 where the last holder ended, or lost
    /// the mutex, without unlocking it: what it guards may be half done. INVAL where this task holds it already; AGAIN
    /// with timeout 0 where another one does.
    /// `timeout`: In milliseconds.
    /// Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
    pub fn lock(self: Mutex, timeout_: ?u32) Error!usize {
        return @intCast(try check(raw.sp_sync_lock(self.id, milliseconds(timeout_))));
    }
    /// Holds the mutex no longer. DENIED where this task does not hold it. Returns 0.
    /// Errors: BadCapability, Revoked, Denied.
    pub fn unlock(self: Mutex) Error!void {
        _ = try check(raw.sp_sync_unlock(self.id));
    }
};

/// A count that tasks give to and take from.
pub const Semaphore = struct {
    id: i32,

    /// The one that the manifest grants under this name.
    pub fn find(name: []const u8) Error!Semaphore {
        return .{ .id = try check(raw.sp_cap_find(name.ptr, name.len)) };
    }
    /// Makes one that nobody else reaches yet; see `sp_cap_create` in docs/ABI.md for what `size` means.
    pub fn create(size_: i32) Error!Semaphore {
        return .{ .id = try check(raw.sp_cap_create(kind_semaphore, size_)) };
    }
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(self: Semaphore, to_: []u8) Error!usize {
        return @intCast(try check(raw.sp_cap_info(self.id, firstMutable(to_), to_.len)));
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(self: Semaphore, rights_: u32) Error!Semaphore {
        return .{ .id = try check(raw.sp_cap_derive(self.id, rights_)) };
    }
    /// Ends a capability of any kind; a file or a connection is closed with the last capability to it. What was opened
    /// through it or derived from it stays, as if it had been made of what this one was made of. Returns 0.
    /// Errors: BadCapability, Revoked, Io.
    pub fn drop(self: Semaphore) Error!void {
        _ = try check(raw.sp_cap_drop(self.id));
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(self: Semaphore) Error!usize {
        return @intCast(try check(raw.sp_cap_revoke(self.id)));
    }
    /// Waits until the count of the semaphore is not 0, and takes one off it. AGAIN with timeout 0 where it is.
    /// Returns 0.
    /// `timeout`: In milliseconds.
    /// Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
    pub fn take(self: Semaphore, timeout_: ?u32) Error!void {
        _ = try check(raw.sp_sync_take(self.id, milliseconds(timeout_)));
    }
    /// Adds to the count; as many as that go on in sp_sync_take, in the order in which they came. Never waits. TOOBIG
    /// where the count would be more than 1073741823, and it stays. Returns 0.
    /// `count`: How many.
    /// Errors: BadCapability, Revoked, Denied, Invalid, TooBig.
    pub fn give(self: Semaphore, count_: i32) Error!void {
        _ = try check(raw.sp_sync_give(self.id, count_));
    }
};

/// A buffer that tasks share, or a part of one: read and written by copying.
pub const Memory = struct {
    id: i32,

    /// The one that the manifest grants under this name.
    pub fn find(name: []const u8) Error!Memory {
        return .{ .id = try check(raw.sp_cap_find(name.ptr, name.len)) };
    }
    /// Makes one that nobody else reaches yet; see `sp_cap_create` in docs/ABI.md for what `size` means.
    pub fn create(size_: i32) Error!Memory {
        return .{ .id = try check(raw.sp_cap_create(kind_memory, size_)) };
    }
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(self: Memory, to_: []u8) Error!usize {
        return @intCast(try check(raw.sp_cap_info(self.id, firstMutable(to_), to_.len)));
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(self: Memory, rights_: u32) Error!Memory {
        return .{ .id = try check(raw.sp_cap_derive(self.id, rights_)) };
    }
    /// Ends a capability of any kind; a file or a connection is closed with the last capability to it. What was opened
    /// through it or derived from it stays, as if it had been made of what this one was made of. Returns 0.
    /// Errors: BadCapability, Revoked, Io.
    pub fn drop(self: Memory) Error!void {
        _ = try check(raw.sp_cap_drop(self.id));
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(self: Memory) Error!usize {
        return @intCast(try check(raw.sp_cap_revoke(self.id)));
    }
    /// Copies bytes of a buffer to the task. Returns how many, fewer than asked for at the end of the buffer; 0 behind
    /// it.
    /// `to`: Where the bytes go.
    /// `offset`: Where to read.
    /// Errors: BadCapability, Revoked, Denied, Invalid.
    pub fn read(self: Memory, to_: []u8, offset_: i32) Error!usize {
        return @intCast(try check(raw.sp_mem_read(self.id, firstMutable(to_), to_.len, offset_)));
    }
    /// Copies bytes of the task to a buffer. Returns how many, fewer than given at the end of the buffer; 0 behind it.
    /// `bytes`: The bytes.
    /// `offset`: Where to write.
    /// Errors: BadCapability, Revoked, Denied, Invalid.
    pub fn write(self: Memory, bytes_: []const u8, offset_: i32) Error!usize {
        return @intCast(try check(raw.sp_mem_write(self.id, first(bytes_), bytes_.len, offset_)));
    }
    /// Returns how many bytes a buffer has, or the part of one.
    /// Errors: BadCapability, Revoked.
    pub fn size(self: Memory) Error!usize {
        return @intCast(try check(raw.sp_mem_size(self.id)));
    }
    /// Makes a capability to a part of a buffer, as sp_cap_derive does to all of it: with fewer rights or as many,
    /// ended by sp_cap_drop or with sp_cap_revoke of what it was made of. INVAL where the part does not lie within.
    /// Returns the new capability.
    /// `offset`: Where the part begins.
    /// `length`: Its bytes.
    /// `rights`: Its rights: SP_RIGHT_READ and others.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn part(self: Memory, offset_: i32, length_: i32, rights_: u32) Error!Memory {
        return .{ .id = try check(raw.sp_mem_derive(self.id, offset_, length_, rights_)) };
    }
};

/// What happens once or again and again at a time, and counts how often.
pub const Timer = struct {
    id: i32,

    /// The one that the manifest grants under this name.
    pub fn find(name: []const u8) Error!Timer {
        return .{ .id = try check(raw.sp_cap_find(name.ptr, name.len)) };
    }
    /// Makes one that nobody else reaches yet; see `sp_cap_create` in docs/ABI.md for what `size` means.
    pub fn create(size_: i32) Error!Timer {
        return .{ .id = try check(raw.sp_cap_create(kind_timer, size_)) };
    }
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(self: Timer, to_: []u8) Error!usize {
        return @intCast(try check(raw.sp_cap_info(self.id, firstMutable(to_), to_.len)));
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(self: Timer, rights_: u32) Error!Timer {
        return .{ .id = try check(raw.sp_cap_derive(self.id, rights_)) };
    }
    /// Ends a capability of any kind; a file or a connection is closed with the last capability to it. What was opened
    /// through it or derived from it stays, as if it had been made of what this one was made of. Returns 0.
    /// Errors: BadCapability, Revoked, Io.
    pub fn drop(self: Timer) Error!void {
        _ = try check(raw.sp_cap_drop(self.id));
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(self: Timer) Error!usize {
        return @intCast(try check(raw.sp_cap_revoke(self.id)));
    }
    /// Sets a timer: it is due at `first`, and then every `period` microseconds, each from the one before, so that
    /// nothing adds up. What it counted is forgotten. Returns 0.
    /// `first`: When it is due first; 0: never, it stands still.
    /// `period`: Microseconds, at least 100 (else INVAL); 0: it is due once.
    /// Errors: BadCapability, Revoked, Denied, Invalid.
    pub fn set(self: Timer, first_: i64, period_: i32) Error!void {
        _ = try check(raw.sp_timer_set(self.id, first_, period_));
    }
    /// Waits until a timer has been due, and takes its count: returns how often it was since it was asked last, so
    /// what is above 1 was missed. AGAIN with timeout 0 where it was not.
    /// `timeout`: In milliseconds.
    /// Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
    pub fn wait(self: Timer, timeout_: ?u32) Error!usize {
        return @intCast(try check(raw.sp_timer_wait(self.id, milliseconds(timeout_))));
    }
    /// Binds a timer to a notification: whenever it is due, these bits are signalled there too, as long as this task's
    /// capability to the notification is good. Returns 0.
    /// `notification`: One of this task's with WRITE; 0: the timer is bound to none any more.
    /// `bits`: At least one of 30.
    /// Errors: BadCapability, Revoked, Denied, Invalid.
    pub fn bind(self: Timer, notification_: Notification, bits_: i32) Error!void {
        _ = try check(raw.sp_timer_bind(self.id, notification_.id, bits_));
    }
};

/// The edges of one pin, counted as they come.
pub const Irq = struct {
    id: i32,

    /// The one that the manifest grants under this name.
    pub fn find(name: []const u8) Error!Irq {
        return .{ .id = try check(raw.sp_cap_find(name.ptr, name.len)) };
    }
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(self: Irq, to_: []u8) Error!usize {
        return @intCast(try check(raw.sp_cap_info(self.id, firstMutable(to_), to_.len)));
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(self: Irq, rights_: u32) Error!Irq {
        return .{ .id = try check(raw.sp_cap_derive(self.id, rights_)) };
    }
    /// Ends a capability of any kind; a file or a connection is closed with the last capability to it. What was opened
    /// through it or derived from it stays, as if it had been made of what this one was made of. Returns 0.
    /// Errors: BadCapability, Revoked, Io.
    pub fn drop(self: Irq) Error!void {
        _ = try check(raw.sp_cap_drop(self.id));
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(self: Irq) Error!usize {
        return @intCast(try check(raw.sp_cap_revoke(self.id)));
    }
    /// Waits until an edge of a pin has come, and takes the count: returns how many came since it was asked last, so
    /// what is above 1 was missed. Which edges count, and how long it takes a contact to settle, was said when it was
    /// granted. AGAIN with timeout 0 where none has come.
    /// `timeout`: In milliseconds.
    /// Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
    pub fn wait(self: Irq, timeout_: ?u32) Error!usize {
        return @intCast(try check(raw.sp_irq_wait(self.id, milliseconds(timeout_))));
    }
    /// Binds the edges of a pin to a notification, as sp_timer_bind does a timer. Returns 0.
    /// `notification`: One of this task's with WRITE; 0: they are bound to none any more.
    /// `bits`: At least one of 30.
    /// Errors: BadCapability, Revoked, Denied, Invalid.
    pub fn bind(self: Irq, notification_: Notification, bits_: i32) Error!void {
        _ = try check(raw.sp_irq_bind(self.id, notification_.id, bits_));
    }
};

/// Another task: told when it has ended, started and stopped.
pub const Task = struct {
    id: i32,

    /// The one that the manifest grants under this name.
    pub fn find(name: []const u8) Error!Task {
        return .{ .id = try check(raw.sp_cap_find(name.ptr, name.len)) };
    }
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(self: Task, to_: []u8) Error!usize {
        return @intCast(try check(raw.sp_cap_info(self.id, firstMutable(to_), to_.len)));
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(self: Task, rights_: u32) Error!Task {
        return .{ .id = try check(raw.sp_cap_derive(self.id, rights_)) };
    }
    /// Ends a capability of any kind; a file or a connection is closed with the last capability to it. What was opened
    /// through it or derived from it stays, as if it had been made of what this one was made of. Returns 0.
    /// Errors: BadCapability, Revoked, Io.
    pub fn drop(self: Task) Error!void {
        _ = try check(raw.sp_cap_drop(self.id));
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(self: Task) Error!usize {
        return @intCast(try check(raw.sp_cap_revoke(self.id)));
    }
    /// Waits until a task has ended - exited, faulted or been stopped - and takes the count: returns how often it has
    /// since it was asked last. A task whose fault policy restarts it ends each time too. AGAIN with timeout 0 where
    /// it has not.
    /// `timeout`: In milliseconds.
    /// Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
    pub fn wait(self: Task, timeout_: ?u32) Error!usize {
        return @intCast(try check(raw.sp_task_wait(self.id, milliseconds(timeout_))));
    }
    /// Binds the ends of a task to a notification, as sp_timer_bind does a timer. Returns 0.
    /// `notification`: One of this task's with WRITE; 0: they are bound to none any more.
    /// `bits`: At least one of 30.
    /// Errors: BadCapability, Revoked, Denied, Invalid.
    pub fn bind(self: Task, notification_: Notification, bits_: i32) Error!void {
        _ = try check(raw.sp_task_bind(self.id, notification_.id, bits_));
    }
    /// Starts a task that is over once more, as its manifest says, 100 ms from now or when its fault policy says: a
    /// task that is started again and again takes no more than that of the machine. BUSY where it is not over. Returns
    /// 0.
    /// Errors: BadCapability, Revoked, Denied, Busy.
    pub fn start(self: Task) Error!void {
        _ = try check(raw.sp_task_start(self.id));
    }
    /// Stops a task, whatever its fault policy says; nothing where it is over. Returns 0.
    /// Errors: BadCapability, Revoked, Denied.
    pub fn stop(self: Task) Error!void {
        _ = try check(raw.sp_task_stop(self.id));
    }
};

/// Ends the task's slice: every other task of the same or a higher priority that is ready runs before this one
/// goes on. Returns 0.
pub fn yieldNow() Error!void {
    _ = try check(raw.sp_yield());
}

/// Sleeps for at least that many milliseconds; 0 is the same as sp_yield. The machine sleeps too when every task
/// does. Returns 0.
/// `milliseconds`: How long; at most 2^29-1 (6.2 days).
/// Errors: Invalid.
pub fn sleep(milliseconds_: i32) Error!void {
    _ = try check(raw.sp_sleep(milliseconds_));
}

/// Appends one line to the task's own log ring. Levels up to INFO are shown on the console with the task's name;
/// control characters are escaped there, so a task cannot forge another one's lines or drive the terminal. Returns
/// the number of bytes taken, which is less than the length where the line is too long, or AGAIN where the task
/// has used up its rate (a burst of 32 lines, then 32 lines a second, or what the manifest says); the console says
/// how many lines were dropped.
/// `level`: LOG_ERROR, LOG_WARNING, LOG_INFO or LOG_DEBUG.
/// `text`: The line, without its end of line. UTF-8 by convention; any bytes are allowed.
/// Errors: Invalid, Again.
pub fn log(level_: i32, text_: []const u8) Error!usize {
    return @intCast(try check(raw.sp_log(level_, first(text_), text_.len)));
}

/// Reads a clock. Returns microseconds, or UNSUPPORTED for CLOCK_UTC on a machine that does not know the time.
/// `clock`: CLOCK_MONOTONIC or CLOCK_UTC.
/// Errors: Invalid, Unsupported.
pub fn time(clock_: i32) Error!i64 {
    return check64(raw.sp_time(clock_));
}

/// Fills a buffer with random bytes fit for keys, from the machine's generator. Returns the number of bytes
/// filled.
/// `bytes`: Where the bytes go.
/// Errors: Io.
pub fn random(bytes_: []u8) Error!usize {
    return @intCast(try check(raw.sp_random(firstMutable(bytes_), bytes_.len)));
}

/// Returns the true size of the task's linear memory in bytes. `memory.size` counts pages of 64 KiB, which is too
/// coarse for a machine with a memory of 300 KB. Where the manifest's `memory` is more than the memory has yet, it
/// grows to all of it first.
pub fn memoryBytes() Error!usize {
    return @intCast(try check(raw.sp_memory_bytes()));
}

/// Lists the capabilities that this task holds: writes their identifiers, 4 bytes each, as many as fit, in the
/// order of their slots. Returns how many there are.
/// `to`: Where the identifiers go.
pub fn capList(to_: []u8) Error!usize {
    return @intCast(try check(raw.sp_cap_list(firstMutable(to_), to_.len)));
}

/// Sleeps until a moment of CLOCK_MONOTONIC, to the microsecond as far as the machine goes; where that is past it
/// is the same as sp_yield. A slice of a lower priority is cut so that it has ended by then. Returns 0.
/// `when`: When to go on.
pub fn sleepUntil(when_: i64) Error!void {
    _ = try check(raw.sp_sleep_until(when_));
}
