//! Counts lines, words and bytes of the file granted as "input", as `wc` does with ASCII text.
const std = @import("std");
const sovelma = @import("sovelma");
pub const panic = sovelma.panic;

fn count() sovelma.Error!void {
    const input = try sovelma.File.find("input");
    var lines: u32 = 0;
    var words: u32 = 0;
    var bytes: u32 = 0;
    var in_word = false;
    var buffer: [512]u8 = undefined;
    while (true) {
        const got = try input.read(&buffer, null);
        if (got == 0) break;
        bytes += @intCast(got);
        for (buffer[0..got]) |byte| {
            if (byte == '\n') lines += 1;
            const space = std.ascii.isWhitespace(byte);
            if (!space and !in_word) words += 1;
            in_word = !space;
        }
    }
    sovelma.print("{d} lines, {d} words, {d} bytes", .{ lines, words, bytes });
}

export fn _start() void {
    count() catch @panic("wordcount");
}
