//! What every call does with its answer.

const abi = @import("abi.zig");

/// The answer of a call: a number that is not negative, or an error.
pub fn check(code: i32) abi.Error!i32 {
    return if (code < 0) abi.errorOf(code) else code;
}

pub fn check64(code: i64) abi.Error!i64 {
    return if (code < 0) abi.errorOf(@intCast(code)) else code;
}

/// null: for ever. What is longer than the kernel counts is cut: 6 days.
pub fn milliseconds(time: ?u32) i32 {
    return if (time) |each| @intCast(@min(each, (1 << 29) - 1)) else -1;
}
