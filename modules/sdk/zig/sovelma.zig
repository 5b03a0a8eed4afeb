//! SovelmaOS for Zig: capabilities as types, error sets, a panic that lands in the crash record, an allocator.
//!
//!     const sovelma = @import("sovelma");
//!     pub const panic = sovelma.panic;
//!
//!     export fn _start() void {
//!         sovelma.print("Hello", .{});
//!     }

const std = @import("std");
const abi = @import("abi.zig");

pub const raw = abi.raw;
pub const Error = abi.Error;
pub const errorOf = abi.errorOf;
pub const Directory = abi.Directory;
pub const File = abi.File;
pub const Network = abi.Network;
pub const Socket = abi.Socket;
pub const Pin = abi.Pin;
pub const Endpoint = abi.Endpoint;
pub const Notification = abi.Notification;
pub const Mutex = abi.Mutex;
pub const Semaphore = abi.Semaphore;
pub const Memory = abi.Memory;
pub const Timer = abi.Timer;
pub const Irq = abi.Irq;
pub const Task = abi.Task;

/// The calls on nothing, and all constants: `sovelma.calls.sleep(100)`.
pub const calls = abi;

/// Ends the task with an exit code.
pub fn exit(code: i32) noreturn {
    raw.sp_exit(code);
}

fn line(level: i32, comptime format: []const u8, arguments: anytype) void {
    var buffer: [256]u8 = undefined; // what sp_log takes
    const text = std.fmt.bufPrint(&buffer, format, arguments) catch &buffer;
    _ = abi.log(level, text) catch {}; // a line that the task's rate does not allow is lost
}

/// Logs a line of at most 256 bytes at the level INFO.
pub fn print(comptime format: []const u8, arguments: anytype) void {
    line(abi.log_info, format, arguments);
}

/// The same at the level ERROR.
pub fn printError(comptime format: []const u8, arguments: anytype) void {
    line(abi.log_error, format, arguments);
}

/// A panic is a fault of the task: its message is the reason in the crash record, and the manifest says what happens then.
pub const panic = std.debug.FullPanic(struct {
    fn call(message: []const u8, _: ?usize) noreturn {
        _ = abi.log(abi.log_error, message) catch {};
        @trap();
    }
}.call);

extern const __heap_base: u8;
var heap: ?std.heap.FixedBufferAllocator = null;

/// An allocator over what the task's memory has behind `__heap_base`; it gives back what was taken last.
pub fn allocator() std.mem.Allocator {
    if (heap == null) {
        const start = @intFromPtr(&__heap_base);
        const end: usize = @intCast(raw.sp_memory_bytes());
        heap = std.heap.FixedBufferAllocator.init(@as([*]u8, @ptrFromInt(start))[0 .. end - start]);
    }
    return heap.?.allocator();
}
