//! Fetches a page by HTTP; its arguments are host, port and path. Tells the status line and how many bytes came.
const std = @import("std");
const sovelma = @import("sovelma");
pub const panic = sovelma.panic;

const ms: ?u32 = 10_000;

fn sendAll(socket: sovelma.Socket, bytes: []const u8) !void {
    var sent: usize = 0;
    while (sent < bytes.len) sent += try socket.send(bytes[sent..], ms);
}

fn fetch() !void {
    var buffer: [512]u8 = undefined;
    var arguments: [128]u8 = undefined;
    const count = try (try sovelma.File.find("args")).read(&arguments, null);
    var words = std.mem.tokenizeScalar(u8, arguments[0..count], 0); // each argument has a zero byte behind it
    const host = words.next() orelse return error.Host;
    const port = try std.fmt.parseInt(u16, words.next() orelse return error.Port, 10);
    const path = words.next() orelse return error.Path;

    const socket = try (try sovelma.Network.find("net")).connect(host, port, 0, ms);
    defer socket.close() catch {};
    try sendAll(socket, try std.fmt.bufPrint(&buffer, "GET {s} HTTP/1.0\r\nHost: {s}\r\n\r\n", .{ path, host }));

    var total: usize = 0;
    while (true) {
        const got = try socket.recv(&buffer, ms);
        if (got == 0) break;
        if (total == 0) sovelma.print("{s}", .{std.mem.sliceTo(buffer[0..got], '\r')});
        total += got;
    }
    sovelma.print("{d} bytes", .{total});
}

export fn _start() void {
    fetch() catch |wrong| {
        sovelma.printError("fetch: {s}", .{@errorName(wrong)});
        sovelma.exit(1);
    };
}
