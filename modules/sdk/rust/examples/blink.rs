//! Blinks the lamp granted as "led": half a period on, half a period off.
#![no_std]
#![no_main]

use sovelma::{sleep, Pin, Result};

fn blink() -> Result<()> {
    let led = Pin::find("led")?;
    loop {
        led.write(!led.read()?)?;
        sleep(100)?;
    }
}

#[no_mangle]
extern "C" fn _start() {
    blink().expect("the manifest grants no output pin \"led\"");
}
