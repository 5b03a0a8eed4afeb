//! Blinks the lamp granted as "led": half a period on, half a period off.
const sovelma = @import("sovelma");
pub const panic = sovelma.panic;

fn blink() sovelma.Error!void {
    const led = try sovelma.Pin.find("led");
    while (true) {
        try led.write(!try led.read());
        try sovelma.calls.sleep(100);
    }
}

export fn _start() void {
    blink() catch @panic("the manifest grants no output pin \"led\"");
}
