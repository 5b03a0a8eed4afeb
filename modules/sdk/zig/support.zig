//! What every call does with its answer.

const abi = @import("abi.zig");

/// The answer of a call: a number that is not negative, or an error.
pub fn check(code: i32) abi.Error!i32 {
    return if (code < 0) abi.errorOf(code) else code;
}

pub fn check64(code: i64) abi.Error!i64 {
    return if (code < 0) abi.errorOf(@intCast(code)) else code;
}

var nothing: [1]u8 = .{0};

/// Where the bytes begin. An empty slice may begin anywhere, even outside of memory, which would be a fault.
pub fn first(bytes: []const u8) [*]const u8 {
    return if (bytes.len == 0) &nothing else bytes.ptr;
}

/// The same, of bytes that are written.
pub fn firstMutable(bytes: []u8) [*]u8 {
    return if (bytes.len == 0) &nothing else bytes.ptr;
}

/// null: for ever. What is longer than the kernel counts is cut: 6 days.
pub fn milliseconds(time: ?u32) i32 {
    return if (time) |each| @intCast(@min(each, (1 << 29) - 1)) else -1;
}
