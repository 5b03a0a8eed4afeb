// The system calls of SovelmaOS, ABI version 1.1: generated from firmware/abi.toml by tools/generate/gen_abi.py: do not edit.

use crate::capability::{check, milliseconds, Capability};
use core::time::Duration;

/// The imports as they are.
pub mod raw {
    #[link(wasm_import_module = "sovelma")]
    extern "C" {
        pub fn sp_yield() -> i32;
        pub fn sp_sleep(milliseconds: i32) -> i32;
        pub fn sp_log(level: i32, text: *const u8, text1: u32) -> i32;
        pub fn sp_exit(code: i32) -> !;
        pub fn sp_time(clock: i32) -> i64;
        pub fn sp_random(bytes: *mut u8, bytes1: u32) -> i32;
        pub fn sp_memory_bytes() -> i32;
        pub fn sp_cap_find(name: *const u8, name1: u32) -> i32;
        pub fn sp_fs_open(directory: i32, path: *const u8, path1: u32, flags: u32) -> i32;
        pub fn sp_fs_read(file: i32, bytes: *mut u8, bytes1: u32, offset: i32) -> i32;
        pub fn sp_fs_write(file: i32, bytes: *const u8, bytes1: u32, offset: i32) -> i32;
        pub fn sp_fs_size(file: i32) -> i32;
        pub fn sp_fs_close(file: i32) -> i32;
        pub fn sp_gpio_read(pin: i32) -> i32;
        pub fn sp_gpio_write(pin: i32, level: i32) -> i32;
        pub fn sp_net_connect(network: i32, host: *const u8, host1: u32, port: i32, flags: u32, timeout: i32) -> i32;
        pub fn sp_net_send(socket: i32, bytes: *const u8, bytes1: u32, timeout: i32) -> i32;
        pub fn sp_net_recv(socket: i32, bytes: *mut u8, bytes1: u32, timeout: i32) -> i32;
        pub fn sp_net_close(socket: i32) -> i32;
        pub fn sp_cap_list(to: *mut u8, to1: u32) -> i32;
        pub fn sp_cap_info(which: i32, to: *mut u8, to1: u32) -> i32;
        pub fn sp_cap_derive(from: i32, rights: u32) -> i32;
        pub fn sp_cap_drop(which: i32) -> i32;
        pub fn sp_cap_revoke(which: i32) -> i32;
        pub fn sp_ipc_call(endpoint: i32, request: *const u8, request1: u32, reply: *mut u8, reply1: u32, pass: i32, flags: u32, timeout: i32) -> i32;
        pub fn sp_ipc_receive(endpoint: i32, message: *mut u8, message1: u32, flags: u32, timeout: i32) -> i32;
        pub fn sp_ipc_reply(endpoint: i32, client: i32, reply: *const u8, reply1: u32, pass: i32) -> i32;
        pub fn sp_notify_signal(notification: i32, bits: i32) -> i32;
        pub fn sp_notify_wait(notification: i32, mask: i32, timeout: i32) -> i32;
        pub fn sp_notify_bind(notification: i32, endpoint: i32) -> i32;
        pub fn sp_sync_lock(mutex: i32, timeout: i32) -> i32;
        pub fn sp_sync_unlock(mutex: i32) -> i32;
        pub fn sp_sync_take(semaphore: i32, timeout: i32) -> i32;
        pub fn sp_sync_give(semaphore: i32, count: i32) -> i32;
        pub fn sp_sleep_until(when: i64) -> i32;
        pub fn sp_cap_create(kind: i32, size: i32) -> i32;
        pub fn sp_mem_read(memory: i32, to: *mut u8, to1: u32, offset: i32) -> i32;
        pub fn sp_mem_write(memory: i32, bytes: *const u8, bytes1: u32, offset: i32) -> i32;
        pub fn sp_mem_size(memory: i32) -> i32;
        pub fn sp_mem_derive(memory: i32, offset: i32, length: i32, rights: u32) -> i32;
        pub fn sp_timer_set(timer: i32, first: i64, period: i32) -> i32;
        pub fn sp_timer_wait(timer: i32, timeout: i32) -> i32;
        pub fn sp_timer_bind(timer: i32, notification: i32, bits: i32) -> i32;
        pub fn sp_irq_wait(irq: i32, timeout: i32) -> i32;
        pub fn sp_irq_bind(irq: i32, notification: i32, bits: i32) -> i32;
        pub fn sp_task_wait(task: i32, timeout: i32) -> i32;
        pub fn sp_task_bind(task: i32, notification: i32, bits: i32) -> i32;
        pub fn sp_task_start(task: i32) -> i32;
        pub fn sp_task_stop(task: i32) -> i32;
    }
}

/// Why a call did not do what it was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(i32)]
pub enum Error {
    /// The capability identifier names nothing this task holds, or an object of the wrong kind.
    BadCapability = -1,
    /// The capability existed and was revoked, dropped or closed.
    Revoked = -2,
    /// The capability lacks a right the call needs, or policy forbids the call.
    Denied = -3,
    /// An argument is outside its range, or has unknown flag bits.
    Invalid = -4,
    /// No such name.
    NotFound = -5,
    /// The name is taken, by an object of another kind.
    Exists = -6,
    /// Nothing to be had at the moment; try later.
    Again = -7,
    /// The time given has passed.
    Timeout = -8,
    /// The other side has ended.
    Dead = -9,
    /// A quota of the task or of the directory is used up.
    Quota = -10,
    /// The kernel has no memory for this.
    NoMemory = -11,
    /// A device or the kernel failed; the kernel log knows more.
    Io = -12,
    /// This machine or object cannot do that.
    Unsupported = -13,
    /// Another task uses it.
    Busy = -14,
    /// A name, path or size beyond the limit.
    TooBig = -15,
    /// The peer refused the connection.
    Refused = -16,
    /// No way to the peer.
    Unreachable = -17,
    /// The peer reset the connection.
    Reset = -18,
    /// The file system is full.
    NoSpace = -19,
    /// The connection is closed.
    Closed = -20,
    /// A newer kernel's word.
    Unknown = -128,
}

pub type Result<T> = core::result::Result<T, Error>;

impl Error {
    pub fn of(code: i32) -> Error {
        match code {
            -1 => Error::BadCapability,
            -2 => Error::Revoked,
            -3 => Error::Denied,
            -4 => Error::Invalid,
            -5 => Error::NotFound,
            -6 => Error::Exists,
            -7 => Error::Again,
            -8 => Error::Timeout,
            -9 => Error::Dead,
            -10 => Error::Quota,
            -11 => Error::NoMemory,
            -12 => Error::Io,
            -13 => Error::Unsupported,
            -14 => Error::Busy,
            -15 => Error::TooBig,
            -16 => Error::Refused,
            -17 => Error::Unreachable,
            -18 => Error::Reset,
            -19 => Error::NoSpace,
            -20 => Error::Closed,
            _ => Error::Unknown,
        }
    }
}

/// A directory of the file system; paths are relative to it and never leave it.
pub const KIND_DIRECTORY: i32 = 1;
/// An open file with a position of its own.
pub const KIND_FILE: i32 = 2;
/// Leave to reach certain hosts, ports and protocols.
pub const KIND_NETWORK: i32 = 4;
/// A connection to one peer: TCP, or UDP datagrams.
pub const KIND_SOCKET: i32 = 8;
/// One pin of the machine, as input or as output.
pub const KIND_PIN: i32 = 16;
/// Where a server receives calls of other tasks.
pub const KIND_ENDPOINT: i32 = 32;
/// A word into which tasks signal bits, and others wait for them.
pub const KIND_NOTIFICATION: i32 = 64;
/// What one task holds at a time.
pub const KIND_MUTEX: i32 = 128;
/// A count that tasks give to and take from.
pub const KIND_SEMAPHORE: i32 = 256;
/// A buffer that tasks share, or a part of one: read and written by copying.
pub const KIND_MEMORY: i32 = 512;
/// What happens once or again and again at a time, and counts how often.
pub const KIND_TIMER: i32 = 1024;
/// The edges of one pin, counted as they come.
pub const KIND_IRQ: i32 = 2048;
/// Another task: told when it has ended, started and stopped.
pub const KIND_TASK: i32 = 4096;
/// Read bytes, open for reading, receive, read a level, serve an endpoint, wait for a notification, a timer, edges or the end of a task, take from a semaphore.
pub const RIGHT_READ: u32 = 1;
/// Write bytes, open for writing, truncate, send, set a level, call an endpoint, signal a notification, lock a mutex, give to a semaphore, set a timer, start and stop a task.
pub const RIGHT_WRITE: u32 = 2;
/// Make new files and directories.
pub const RIGHT_CREATE: u32 = 4;
/// Pass the capability on to another task.
pub const RIGHT_GRANT: u32 = 8;
/// The task cannot do its work.
pub const LOG_ERROR: i32 = 0;
/// Something is odd.
pub const LOG_WARNING: i32 = 1;
/// What a reader of the console wants to see.
pub const LOG_INFO: i32 = 2;
/// Kept in the task's ring, not printed.
pub const LOG_DEBUG: i32 = 3;
/// Microseconds since an arbitrary moment; never set, never goes back.
pub const CLOCK_MONOTONIC: i32 = 0;
/// Microseconds since 1970-01-01 00:00 UTC, where the machine knows them.
pub const CLOCK_UTC: i32 = 1;
/// Allow sp_fs_read.
pub const OPEN_READ: u32 = 1;
/// Allow sp_fs_write.
pub const OPEN_WRITE: u32 = 2;
/// Make the file (with DIRECTORY: the directory) where it does not exist.
pub const OPEN_CREATE: u32 = 4;
/// Empty the file; needs WRITE.
pub const OPEN_TRUNCATE: u32 = 8;
/// Every write goes to the end, whatever its offset; needs WRITE.
pub const OPEN_APPEND: u32 = 16;
/// Open a directory: the result is a directory capability.
pub const OPEN_DIRECTORY: u32 = 32;
/// Encrypted, and the peer proves its name. UNSUPPORTED on a machine without TLS, and with UDP.
pub const NET_TLS: u32 = 1;
/// Datagrams instead of a TCP connection.
pub const NET_UDP: u32 = 2;
/// Take a capability that comes along.
pub const IPC_ACCEPT: u32 = 1;

capability!(
    /// A directory of the file system; paths are relative to it and never leave it.
    Directory,
    sp_fs_close
);
impl Directory {
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
    pub fn open(&self, path: impl AsRef<[u8]>, flags: u32) -> Result<File> {
        let path = path.as_ref();
        let code = unsafe { raw::sp_fs_open(self.id, path.as_ptr(), path.len() as u32, flags) };
        check(code).map(|id| File::owned(id))
    }
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(&self, to: &mut [u8]) -> Result<usize> {
        let code = unsafe { raw::sp_cap_info(self.id, to.as_mut_ptr(), to.len() as u32) };
        check(code).map(|count| count as usize)
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(&self, rights: u32) -> Result<Self> {
        let code = unsafe { raw::sp_cap_derive(self.id, rights) };
        check(code).map(|id| Self::owned(id))
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(&self) -> Result<usize> {
        let code = unsafe { raw::sp_cap_revoke(self.id) };
        check(code).map(|count| count as usize)
    }
}

capability!(
    /// An open file with a position of its own.
    File,
    sp_fs_close
);
impl File {
    /// Reads bytes from a file. Returns how many, which may be fewer than asked for; 0 means the end of the file (or
    /// an empty buffer).
    /// `bytes`: Where the bytes go.
    /// `offset`: Where to read; -1: at the file's own position, which then advances.
    /// Errors: BadCapability, Revoked, Denied, Invalid, Io.
    pub fn read(&self, bytes: &mut [u8], offset: Option<u32>) -> Result<usize> {
        let code = unsafe { raw::sp_fs_read(self.id, bytes.as_mut_ptr(), bytes.len() as u32, offset.map_or(-1, |each| i32::try_from(each).unwrap_or(i32::MAX))) };
        check(code).map(|count| count as usize)
    }
    /// Writes bytes to a file, which grows as needed; a gap before the offset reads as zeros and counts against the
    /// quota. Returns how many bytes were written, which may be fewer than given. A write that finds no room at all
    /// changes nothing and is QUOTA (of the task, which the bytes of a file count for that made it, or of a directory)
    /// or NOSPACE (of the file system).
    /// `bytes`: The bytes.
    /// `offset`: Where to write; -1: at the file's own position, which then advances. Ignored with OPEN_APPEND.
    /// Errors: BadCapability, Revoked, Denied, Invalid, Quota, NoMemory, Io, NoSpace.
    pub fn write(&self, bytes: impl AsRef<[u8]>, offset: Option<u32>) -> Result<usize> {
        let bytes = bytes.as_ref();
        let code = unsafe { raw::sp_fs_write(self.id, bytes.as_ptr(), bytes.len() as u32, offset.map_or(-1, |each| i32::try_from(each).unwrap_or(i32::MAX))) };
        check(code).map(|count| count as usize)
    }
    /// Returns the size of a file in bytes.
    /// Errors: BadCapability, Revoked, Io.
    pub fn size(&self) -> Result<usize> {
        let code = unsafe { raw::sp_fs_size(self.id) };
        check(code).map(|count| count as usize)
    }
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(&self, to: &mut [u8]) -> Result<usize> {
        let code = unsafe { raw::sp_cap_info(self.id, to.as_mut_ptr(), to.len() as u32) };
        check(code).map(|count| count as usize)
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(&self, rights: u32) -> Result<Self> {
        let code = unsafe { raw::sp_cap_derive(self.id, rights) };
        check(code).map(|id| Self::owned(id))
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(&self) -> Result<usize> {
        let code = unsafe { raw::sp_cap_revoke(self.id) };
        check(code).map(|count| count as usize)
    }
}

capability!(
    /// Leave to reach certain hosts, ports and protocols.
    Network,
    sp_cap_drop
);
impl Network {
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
    pub fn connect(&self, host: impl AsRef<[u8]>, port: i32, flags: u32, timeout: Option<Duration>) -> Result<Socket> {
        let host = host.as_ref();
        let code = unsafe { raw::sp_net_connect(self.id, host.as_ptr(), host.len() as u32, port, flags, milliseconds(timeout)) };
        check(code).map(|id| Socket::owned(id))
    }
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(&self, to: &mut [u8]) -> Result<usize> {
        let code = unsafe { raw::sp_cap_info(self.id, to.as_mut_ptr(), to.len() as u32) };
        check(code).map(|count| count as usize)
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(&self, rights: u32) -> Result<Self> {
        let code = unsafe { raw::sp_cap_derive(self.id, rights) };
        check(code).map(|id| Self::owned(id))
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(&self) -> Result<usize> {
        let code = unsafe { raw::sp_cap_revoke(self.id) };
        check(code).map(|count| count as usize)
    }
}

capability!(
    /// A connection to one peer: TCP, or UDP datagrams.
    Socket,
    sp_net_close
);
impl Socket {
    /// Sends bytes, waiting until at least one is taken. Returns how many were taken, which may be fewer than given.
    /// With UDP the bytes are one datagram; what is beyond 4,096 bytes is not sent. AGAIN where nothing can be sent at
    /// the moment and the timeout is 0, TIMEOUT where nothing could be sent in time, CLOSED where the peer takes no
    /// more, RESET where it broke the connection off, REFUSED where nothing listens at the peer's UDP port.
    /// `bytes`: The bytes.
    /// `timeout`: How long to wait until something can be sent.
    /// Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout, NoMemory, Io, TooBig, Refused, Unreachable,
    /// Reset, Closed.
    pub fn send(&self, bytes: impl AsRef<[u8]>, timeout: Option<Duration>) -> Result<usize> {
        let bytes = bytes.as_ref();
        let code = unsafe { raw::sp_net_send(self.id, bytes.as_ptr(), bytes.len() as u32, milliseconds(timeout)) };
        check(code).map(|count| count as usize)
    }
    /// Receives bytes, waiting until at least one is there. Returns how many, which may be fewer than there is room
    /// for; 0 is the end of a TCP connection (or an empty buffer). With UDP it returns one datagram, which may be
    /// empty; what does not fit is lost. AGAIN where nothing is there and the timeout is 0, TIMEOUT where nothing came
    /// in time, RESET where the peer broke the connection off, REFUSED where nothing listens at the peer's UDP port.
    /// `bytes`: Where the bytes go.
    /// `timeout`: How long to wait until something is there.
    /// Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout, NoMemory, Io, Refused, Unreachable, Reset,
    /// Closed.
    pub fn recv(&self, bytes: &mut [u8], timeout: Option<Duration>) -> Result<usize> {
        let code = unsafe { raw::sp_net_recv(self.id, bytes.as_mut_ptr(), bytes.len() as u32, milliseconds(timeout)) };
        check(code).map(|count| count as usize)
    }
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(&self, to: &mut [u8]) -> Result<usize> {
        let code = unsafe { raw::sp_cap_info(self.id, to.as_mut_ptr(), to.len() as u32) };
        check(code).map(|count| count as usize)
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(&self, rights: u32) -> Result<Self> {
        let code = unsafe { raw::sp_cap_derive(self.id, rights) };
        check(code).map(|id| Self::owned(id))
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(&self) -> Result<usize> {
        let code = unsafe { raw::sp_cap_revoke(self.id) };
        check(code).map(|count| count as usize)
    }
}

capability!(
    /// One pin of the machine, as input or as output.
    Pin,
    sp_cap_drop
);
impl Pin {
    /// Reads the level of a pin: 1 active, 0 not. Whether active means a high or a low voltage was said when the pin
    /// was granted, so a module need not know how a button or a lamp is wired. An output reads what it drives.
    /// Errors: BadCapability, Revoked, Denied.
    pub fn read(&self) -> Result<bool> {
        let code = unsafe { raw::sp_gpio_read(self.id) };
        check(code).map(|level| level != 0)
    }
    /// Drives an output pin: 1 active, 0 not, with the meaning given to the pin when it was granted. An output belongs
    /// to one task alone, and goes back to the level it had at the start when that task is over. Returns 0.
    /// `level`: 1 active, 0 not.
    /// Errors: BadCapability, Revoked, Denied, Invalid.
    pub fn write(&self, level: bool) -> Result<()> {
        let code = unsafe { raw::sp_gpio_write(self.id, level as i32) };
        check(code).map(|_| ())
    }
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(&self, to: &mut [u8]) -> Result<usize> {
        let code = unsafe { raw::sp_cap_info(self.id, to.as_mut_ptr(), to.len() as u32) };
        check(code).map(|count| count as usize)
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(&self, rights: u32) -> Result<Self> {
        let code = unsafe { raw::sp_cap_derive(self.id, rights) };
        check(code).map(|id| Self::owned(id))
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(&self) -> Result<usize> {
        let code = unsafe { raw::sp_cap_revoke(self.id) };
        check(code).map(|count| count as usize)
    }
}

capability!(
    /// Where a server receives calls of other tasks.
    Endpoint,
    sp_cap_drop
);
impl Endpoint {
    /// Makes one that nobody else reaches yet; see `sp_cap_create` in docs/ABI.md for what `size` means.
    pub fn create(size: i32) -> Result<Endpoint> {
        check(unsafe { raw::sp_cap_create(KIND_ENDPOINT, size) }).map(Endpoint::owned)
    }
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(&self, to: &mut [u8]) -> Result<usize> {
        let code = unsafe { raw::sp_cap_info(self.id, to.as_mut_ptr(), to.len() as u32) };
        check(code).map(|count| count as usize)
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(&self, rights: u32) -> Result<Self> {
        let code = unsafe { raw::sp_cap_derive(self.id, rights) };
        check(code).map(|id| Self::owned(id))
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(&self) -> Result<usize> {
        let code = unsafe { raw::sp_cap_revoke(self.id) };
        check(code).map(|count| count as usize)
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
    pub fn call(&self, request: impl AsRef<[u8]>, reply: &mut [u8], pass: Option<&dyn Capability>, flags: u32, timeout: Option<Duration>) -> Result<usize> {
        let request = request.as_ref();
        let code = unsafe { raw::sp_ipc_call(self.id, request.as_ptr(), request.len() as u32, reply.as_mut_ptr(), reply.len() as u32, pass.map_or(0, |each| each.id()), flags, milliseconds(timeout)) };
        check(code).map(|count| count as usize)
    }
    /// Waits for a call to an endpoint, or for bits of the notification that is bound to it. What is received begins
    /// with 16 bytes: `client`, the number that sp_ipc_reply wants; `badge`, which the manifest gave to the client's
    /// capability; `capability`, one that the client passed on, or 0; `bits` that were signalled, then client is 0.
    /// The message follows. Returns how many bytes there are, with these 16. INVAL where the buffer has less than 16.
    /// `message`: Where the message goes: 16 bytes, and the client's message.
    /// `flags`: IPC_ACCEPT: a capability that comes along is taken. Without it a call that passes one on is REFUSED.
    /// `timeout`: In milliseconds.
    /// Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
    pub fn receive(&self, message: &mut [u8], flags: u32, timeout: Option<Duration>) -> Result<usize> {
        let code = unsafe { raw::sp_ipc_receive(self.id, message.as_mut_ptr(), message.len() as u32, flags, milliseconds(timeout)) };
        check(code).map(|count| count as usize)
    }
    /// Replies to a call that this task received and has not replied to, once; the client goes on. DEAD where the
    /// client waits no longer: its time was over, it has ended, or had its reply. The capability `pass` needs GRANT,
    /// and the client gets one like it that ends with this one; REFUSED where it does not accept one, and the call
    /// waits on. Returns 0.
    /// `client`: Which call: the number that was received with it.
    /// `reply`: The message.
    /// `pass`: A capability to pass on; 0 is none.
    /// Errors: BadCapability, Revoked, Denied, Dead, TooBig, Refused.
    pub fn reply(&self, client: i32, reply: impl AsRef<[u8]>, pass: Option<&dyn Capability>) -> Result<()> {
        let reply = reply.as_ref();
        let code = unsafe { raw::sp_ipc_reply(self.id, client, reply.as_ptr(), reply.len() as u32, pass.map_or(0, |each| each.id())) };
        check(code).map(|_| ())
    }
}

capability!(
    /// A word into which tasks signal bits, and others wait for them.
    Notification,
    sp_cap_drop
);
impl Notification {
    /// Makes one that nobody else reaches yet; see `sp_cap_create` in docs/ABI.md for what `size` means.
    pub fn create(size: i32) -> Result<Notification> {
        check(unsafe { raw::sp_cap_create(KIND_NOTIFICATION, size) }).map(Notification::owned)
    }
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(&self, to: &mut [u8]) -> Result<usize> {
        let code = unsafe { raw::sp_cap_info(self.id, to.as_mut_ptr(), to.len() as u32) };
        check(code).map(|count| count as usize)
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(&self, rights: u32) -> Result<Self> {
        let code = unsafe { raw::sp_cap_derive(self.id, rights) };
        check(code).map(|id| Self::owned(id))
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(&self) -> Result<usize> {
        let code = unsafe { raw::sp_cap_revoke(self.id) };
        check(code).map(|count| count as usize)
    }
    /// Signals bits: they are OR-ed into the notification's word, and who waits for one of them goes on. Never waits.
    /// Returns 0.
    /// `bits`: At least one of 30.
    /// Errors: BadCapability, Revoked, Denied, Invalid.
    pub fn signal(&self, bits: i32) -> Result<()> {
        let code = unsafe { raw::sp_notify_signal(self.id, bits) };
        check(code).map(|_| ())
    }
    /// Waits until one of the bits of `mask` is signalled, takes those that are, and returns them. Bits that no task
    /// waits for stay until they are. AGAIN with timeout 0 where none is signalled.
    /// `mask`: The bits to wait for.
    /// `timeout`: In milliseconds.
    /// Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
    pub fn wait(&self, mask: i32, timeout: Option<Duration>) -> Result<usize> {
        let code = unsafe { raw::sp_notify_wait(self.id, mask, milliseconds(timeout)) };
        check(code).map(|count| count as usize)
    }
    /// Binds a notification to an endpoint, instead of what either was bound to: sp_ipc_receive there takes all its
    /// bits too, so that one wait serves both. Returns 0.
    /// `endpoint`: An endpoint with READ, of this task; 0: the notification is bound to none any more.
    /// Errors: BadCapability, Revoked, Denied.
    pub fn bind(&self, endpoint: &Endpoint) -> Result<()> {
        let code = unsafe { raw::sp_notify_bind(self.id, endpoint.id()) };
        check(code).map(|_| ())
    }
}

capability!(
    /// What one task holds at a time.
    Mutex,
    sp_cap_drop
);
impl Mutex {
    /// Makes one that nobody else reaches yet; see `sp_cap_create` in docs/ABI.md for what `size` means.
    pub fn create(size: i32) -> Result<Mutex> {
        check(unsafe { raw::sp_cap_create(KIND_MUTEX, size) }).map(Mutex::owned)
    }
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(&self, to: &mut [u8]) -> Result<usize> {
        let code = unsafe { raw::sp_cap_info(self.id, to.as_mut_ptr(), to.len() as u32) };
        check(code).map(|count| count as usize)
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(&self, rights: u32) -> Result<Self> {
        let code = unsafe { raw::sp_cap_derive(self.id, rights) };
        check(code).map(|id| Self::owned(id))
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(&self) -> Result<usize> {
        let code = unsafe { raw::sp_cap_revoke(self.id) };
        check(code).map(|count| count as usize)
    }
    /// Waits until no task holds the mutex, and holds it until sp_sync_unlock. Meanwhile who waits lends its priority
    /// to the holder; the first of the highest priority is next. Returns 0, or 1 where the last holder ended, or lost
    /// the mutex, without unlocking it: what it guards may be half done. INVAL where this task holds it already; AGAIN
    /// with timeout 0 where another one does.
    /// `timeout`: In milliseconds.
    /// Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
    pub fn lock(&self, timeout: Option<Duration>) -> Result<usize> {
        let code = unsafe { raw::sp_sync_lock(self.id, milliseconds(timeout)) };
        check(code).map(|count| count as usize)
    }
    /// Holds the mutex no longer. DENIED where this task does not hold it. Returns 0.
    /// Errors: BadCapability, Revoked, Denied.
    pub fn unlock(&self) -> Result<()> {
        let code = unsafe { raw::sp_sync_unlock(self.id) };
        check(code).map(|_| ())
    }
}

capability!(
    /// A count that tasks give to and take from.
    Semaphore,
    sp_cap_drop
);
impl Semaphore {
    /// Makes one that nobody else reaches yet; see `sp_cap_create` in docs/ABI.md for what `size` means.
    pub fn create(size: i32) -> Result<Semaphore> {
        check(unsafe { raw::sp_cap_create(KIND_SEMAPHORE, size) }).map(Semaphore::owned)
    }
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(&self, to: &mut [u8]) -> Result<usize> {
        let code = unsafe { raw::sp_cap_info(self.id, to.as_mut_ptr(), to.len() as u32) };
        check(code).map(|count| count as usize)
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(&self, rights: u32) -> Result<Self> {
        let code = unsafe { raw::sp_cap_derive(self.id, rights) };
        check(code).map(|id| Self::owned(id))
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(&self) -> Result<usize> {
        let code = unsafe { raw::sp_cap_revoke(self.id) };
        check(code).map(|count| count as usize)
    }
    /// Waits until the count of the semaphore is not 0, and takes one off it. AGAIN with timeout 0 where it is.
    /// Returns 0.
    /// `timeout`: In milliseconds.
    /// Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
    pub fn take(&self, timeout: Option<Duration>) -> Result<()> {
        let code = unsafe { raw::sp_sync_take(self.id, milliseconds(timeout)) };
        check(code).map(|_| ())
    }
    /// Adds to the count; as many as that go on in sp_sync_take, in the order in which they came. Never waits. TOOBIG
    /// where the count would be more than 1073741823, and it stays. Returns 0.
    /// `count`: How many.
    /// Errors: BadCapability, Revoked, Denied, Invalid, TooBig.
    pub fn give(&self, count: i32) -> Result<()> {
        let code = unsafe { raw::sp_sync_give(self.id, count) };
        check(code).map(|_| ())
    }
}

capability!(
    /// A buffer that tasks share, or a part of one: read and written by copying.
    Memory,
    sp_cap_drop
);
impl Memory {
    /// Makes one that nobody else reaches yet; see `sp_cap_create` in docs/ABI.md for what `size` means.
    pub fn create(size: i32) -> Result<Memory> {
        check(unsafe { raw::sp_cap_create(KIND_MEMORY, size) }).map(Memory::owned)
    }
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(&self, to: &mut [u8]) -> Result<usize> {
        let code = unsafe { raw::sp_cap_info(self.id, to.as_mut_ptr(), to.len() as u32) };
        check(code).map(|count| count as usize)
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(&self, rights: u32) -> Result<Self> {
        let code = unsafe { raw::sp_cap_derive(self.id, rights) };
        check(code).map(|id| Self::owned(id))
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(&self) -> Result<usize> {
        let code = unsafe { raw::sp_cap_revoke(self.id) };
        check(code).map(|count| count as usize)
    }
    /// Copies bytes of a buffer to the task. Returns how many, fewer than asked for at the end of the buffer; 0 behind
    /// it.
    /// `to`: Where the bytes go.
    /// `offset`: Where to read.
    /// Errors: BadCapability, Revoked, Denied, Invalid.
    pub fn read(&self, to: &mut [u8], offset: i32) -> Result<usize> {
        let code = unsafe { raw::sp_mem_read(self.id, to.as_mut_ptr(), to.len() as u32, offset) };
        check(code).map(|count| count as usize)
    }
    /// Copies bytes of the task to a buffer. Returns how many, fewer than given at the end of the buffer; 0 behind it.
    /// `bytes`: The bytes.
    /// `offset`: Where to write.
    /// Errors: BadCapability, Revoked, Denied, Invalid.
    pub fn write(&self, bytes: impl AsRef<[u8]>, offset: i32) -> Result<usize> {
        let bytes = bytes.as_ref();
        let code = unsafe { raw::sp_mem_write(self.id, bytes.as_ptr(), bytes.len() as u32, offset) };
        check(code).map(|count| count as usize)
    }
    /// Returns how many bytes a buffer has, or the part of one.
    /// Errors: BadCapability, Revoked.
    pub fn size(&self) -> Result<usize> {
        let code = unsafe { raw::sp_mem_size(self.id) };
        check(code).map(|count| count as usize)
    }
    /// Makes a capability to a part of a buffer, as sp_cap_derive does to all of it: with fewer rights or as many,
    /// ended by sp_cap_drop or with sp_cap_revoke of what it was made of. INVAL where the part does not lie within.
    /// Returns the new capability.
    /// `offset`: Where the part begins.
    /// `length`: Its bytes.
    /// `rights`: Its rights: SP_RIGHT_READ and others.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn part(&self, offset: i32, length: i32, rights: u32) -> Result<Memory> {
        let code = unsafe { raw::sp_mem_derive(self.id, offset, length, rights) };
        check(code).map(|id| Memory::owned(id))
    }
}

capability!(
    /// What happens once or again and again at a time, and counts how often.
    Timer,
    sp_cap_drop
);
impl Timer {
    /// Makes one that nobody else reaches yet; see `sp_cap_create` in docs/ABI.md for what `size` means.
    pub fn create(size: i32) -> Result<Timer> {
        check(unsafe { raw::sp_cap_create(KIND_TIMER, size) }).map(Timer::owned)
    }
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(&self, to: &mut [u8]) -> Result<usize> {
        let code = unsafe { raw::sp_cap_info(self.id, to.as_mut_ptr(), to.len() as u32) };
        check(code).map(|count| count as usize)
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(&self, rights: u32) -> Result<Self> {
        let code = unsafe { raw::sp_cap_derive(self.id, rights) };
        check(code).map(|id| Self::owned(id))
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(&self) -> Result<usize> {
        let code = unsafe { raw::sp_cap_revoke(self.id) };
        check(code).map(|count| count as usize)
    }
    /// Sets a timer: it is due at `first`, and then every `period` microseconds, each from the one before, so that
    /// nothing adds up. What it counted is forgotten. Returns 0.
    /// `first`: When it is due first; 0: never, it stands still.
    /// `period`: Microseconds, at least 100 (else INVAL); 0: it is due once.
    /// Errors: BadCapability, Revoked, Denied, Invalid.
    pub fn set(&self, first: i64, period: i32) -> Result<()> {
        let code = unsafe { raw::sp_timer_set(self.id, first, period) };
        check(code).map(|_| ())
    }
    /// Waits until a timer has been due, and takes its count: returns how often it was since it was asked last, so
    /// what is above 1 was missed. AGAIN with timeout 0 where it was not.
    /// `timeout`: In milliseconds.
    /// Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
    pub fn wait(&self, timeout: Option<Duration>) -> Result<usize> {
        let code = unsafe { raw::sp_timer_wait(self.id, milliseconds(timeout)) };
        check(code).map(|count| count as usize)
    }
    /// Binds a timer to a notification: whenever it is due, these bits are signalled there too, as long as this task's
    /// capability to the notification is good. Returns 0.
    /// `notification`: One of this task's with WRITE; 0: the timer is bound to none any more.
    /// `bits`: At least one of 30.
    /// Errors: BadCapability, Revoked, Denied, Invalid.
    pub fn bind(&self, notification: &Notification, bits: i32) -> Result<()> {
        let code = unsafe { raw::sp_timer_bind(self.id, notification.id(), bits) };
        check(code).map(|_| ())
    }
}

capability!(
    /// The edges of one pin, counted as they come.
    Irq,
    sp_cap_drop
);
impl Irq {
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(&self, to: &mut [u8]) -> Result<usize> {
        let code = unsafe { raw::sp_cap_info(self.id, to.as_mut_ptr(), to.len() as u32) };
        check(code).map(|count| count as usize)
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(&self, rights: u32) -> Result<Self> {
        let code = unsafe { raw::sp_cap_derive(self.id, rights) };
        check(code).map(|id| Self::owned(id))
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(&self) -> Result<usize> {
        let code = unsafe { raw::sp_cap_revoke(self.id) };
        check(code).map(|count| count as usize)
    }
    /// Waits until an edge of a pin has come, and takes the count: returns how many came since it was asked last, so
    /// what is above 1 was missed. Which edges count, and how long it takes a contact to settle, was said when it was
    /// granted. AGAIN with timeout 0 where none has come.
    /// `timeout`: In milliseconds.
    /// Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
    pub fn wait(&self, timeout: Option<Duration>) -> Result<usize> {
        let code = unsafe { raw::sp_irq_wait(self.id, milliseconds(timeout)) };
        check(code).map(|count| count as usize)
    }
    /// Binds the edges of a pin to a notification, as sp_timer_bind does a timer. Returns 0.
    /// `notification`: One of this task's with WRITE; 0: they are bound to none any more.
    /// `bits`: At least one of 30.
    /// Errors: BadCapability, Revoked, Denied, Invalid.
    pub fn bind(&self, notification: &Notification, bits: i32) -> Result<()> {
        let code = unsafe { raw::sp_irq_bind(self.id, notification.id(), bits) };
        check(code).map(|_| ())
    }
}

capability!(
    /// Another task: told when it has ended, started and stopped.
    Task,
    sp_cap_drop
);
impl Task {
    /// Tells what a capability is: writes its kind (4 bytes, one of SP_KIND_), its rights (4 bytes, of SP_RIGHT_), and
    /// the name under which the manifest granted it, none where it was opened or derived; as much as fits. Returns how
    /// many bytes there are.
    /// `to`: Where it goes.
    /// Errors: BadCapability, Revoked.
    pub fn info(&self, to: &mut [u8]) -> Result<usize> {
        let code = unsafe { raw::sp_cap_info(self.id, to.as_mut_ptr(), to.len() as u32) };
        check(code).map(|count| count as usize)
    }
    /// Makes a further capability to the same object, with fewer rights or as many: a file keeps its one position.
    /// DENIED where a right is wanted that the capability has not, QUOTA where the task may hold no more. It ends with
    /// sp_cap_drop or with sp_cap_revoke of what it was made of; the object goes with the last capability to it.
    /// Returns the new capability.
    /// `rights`: Its rights: SP_RIGHT_READ and others. 0 is none.
    /// Errors: BadCapability, Revoked, Invalid, Denied, Quota.
    pub fn derive(&self, rights: u32) -> Result<Self> {
        let code = unsafe { raw::sp_cap_derive(self.id, rights) };
        check(code).map(|id| Self::owned(id))
    }
    /// Ends everything that was opened through a capability or derived from it, however deep, and keeps the capability
    /// itself. Returns how many were ended.
    /// Errors: BadCapability, Revoked, Io.
    pub fn revoke(&self) -> Result<usize> {
        let code = unsafe { raw::sp_cap_revoke(self.id) };
        check(code).map(|count| count as usize)
    }
    /// Waits until a task has ended - exited, faulted or been stopped - and takes the count: returns how often it has
    /// since it was asked last. A task whose fault policy restarts it ends each time too. AGAIN with timeout 0 where
    /// it has not.
    /// `timeout`: In milliseconds.
    /// Errors: BadCapability, Revoked, Denied, Invalid, Again, Timeout.
    pub fn wait(&self, timeout: Option<Duration>) -> Result<usize> {
        let code = unsafe { raw::sp_task_wait(self.id, milliseconds(timeout)) };
        check(code).map(|count| count as usize)
    }
    /// Binds the ends of a task to a notification, as sp_timer_bind does a timer. Returns 0.
    /// `notification`: One of this task's with WRITE; 0: they are bound to none any more.
    /// `bits`: At least one of 30.
    /// Errors: BadCapability, Revoked, Denied, Invalid.
    pub fn bind(&self, notification: &Notification, bits: i32) -> Result<()> {
        let code = unsafe { raw::sp_task_bind(self.id, notification.id(), bits) };
        check(code).map(|_| ())
    }
    /// Starts a task that is over once more, as its manifest says, 100 ms from now or when its fault policy says: a
    /// task that is started again and again takes no more than that of the machine. BUSY where it is not over. Returns
    /// 0.
    /// Errors: BadCapability, Revoked, Denied, Busy.
    pub fn start(&self) -> Result<()> {
        let code = unsafe { raw::sp_task_start(self.id) };
        check(code).map(|_| ())
    }
    /// Stops a task, whatever its fault policy says; nothing where it is over. Returns 0.
    /// Errors: BadCapability, Revoked, Denied.
    pub fn stop(&self) -> Result<()> {
        let code = unsafe { raw::sp_task_stop(self.id) };
        check(code).map(|_| ())
    }
}

/// Ends the task's slice: every other task of the same or a higher priority that is ready runs before this one
/// goes on. Returns 0.
pub fn yield_now() -> Result<()> {
    let code = unsafe { raw::sp_yield() };
    check(code).map(|_| ())
}

/// Sleeps for at least that many milliseconds; 0 is the same as sp_yield. The machine sleeps too when every task
/// does. Returns 0.
/// `milliseconds`: How long; at most 2^29-1 (6.2 days).
/// Errors: Invalid.
pub fn sleep(milliseconds: i32) -> Result<()> {
    let code = unsafe { raw::sp_sleep(milliseconds) };
    check(code).map(|_| ())
}

/// Appends one line to the task's own log ring. Levels up to INFO are shown on the console with the task's name;
/// control characters are escaped there, so a task cannot forge another one's lines or drive the terminal. Returns
/// the number of bytes taken, which is less than the length where the line is too long, or AGAIN where the task
/// has used up its rate (a burst of 32 lines, then 32 lines a second, or what the manifest says); the console says
/// how many lines were dropped.
/// `level`: LOG_ERROR, LOG_WARNING, LOG_INFO or LOG_DEBUG.
/// `text`: The line, without its end of line. UTF-8 by convention; any bytes are allowed.
/// Errors: Invalid, Again.
pub fn log(level: i32, text: impl AsRef<[u8]>) -> Result<usize> {
    let text = text.as_ref();
    let code = unsafe { raw::sp_log(level, text.as_ptr(), text.len() as u32) };
    check(code).map(|count| count as usize)
}

/// Reads a clock. Returns microseconds, or UNSUPPORTED for CLOCK_UTC on a machine that does not know the time.
/// `clock`: CLOCK_MONOTONIC or CLOCK_UTC.
/// Errors: Invalid, Unsupported.
pub fn time(clock: i32) -> Result<i64> {
    let code = unsafe { raw::sp_time(clock) };
    if code < 0 { Err(Error::of(code as i32)) } else { Ok(code) }
}

/// Fills a buffer with random bytes fit for keys, from the machine's generator. Returns the number of bytes
/// filled.
/// `bytes`: Where the bytes go.
/// Errors: Io.
pub fn random(bytes: &mut [u8]) -> Result<usize> {
    let code = unsafe { raw::sp_random(bytes.as_mut_ptr(), bytes.len() as u32) };
    check(code).map(|count| count as usize)
}

/// Returns the true size of the task's linear memory in bytes. `memory.size` counts pages of 64 KiB, which is too
/// coarse for a machine with a memory of 300 KB. Where the manifest's `memory` is more than the memory has yet, it
/// grows to all of it first.
pub fn memory_bytes() -> Result<usize> {
    let code = unsafe { raw::sp_memory_bytes() };
    check(code).map(|count| count as usize)
}

/// Lists the capabilities that this task holds: writes their identifiers, 4 bytes each, as many as fit, in the
/// order of their slots. Returns how many there are.
/// `to`: Where the identifiers go.
pub fn cap_list(to: &mut [u8]) -> Result<usize> {
    let code = unsafe { raw::sp_cap_list(to.as_mut_ptr(), to.len() as u32) };
    check(code).map(|count| count as usize)
}

/// Sleeps until a moment of CLOCK_MONOTONIC, to the microsecond as far as the machine goes; where that is past it
/// is the same as sp_yield. A slice of a lower priority is cut so that it has ended by then. Returns 0.
/// `when`: When to go on.
pub fn sleep_until(when: i64) -> Result<()> {
    let code = unsafe { raw::sp_sleep_until(when) };
    check(code).map(|_| ())
}
