//! Logs a line and ends.
#![no_std]
#![no_main]

use sovelma::log;

#[no_mangle]
extern "C" fn _start() {
    log!("Hello from Rust.");
}
