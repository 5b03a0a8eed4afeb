//! Logs a line and ends.
const sovelma = @import("sovelma");
pub const panic = sovelma.panic;

export fn _start() void {
    sovelma.print("Hello from Zig.", .{});
}
