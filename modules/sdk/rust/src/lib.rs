//! SovelmaOS for Rust without `std`: capabilities as types, `Result`, a panic that lands in the crash record.
//!
//! ```ignore
//! #![no_std]
//! #![no_main]
//! use sovelma::log;
//!
//! #[no_mangle]
//! extern "C" fn _start() {
//!     log!("Hello");
//! }
//! ```
//!
//! Feature `alloc`: a global allocator over what the task's memory has behind `__heap_base`; it gives nothing back before the task ends.
#![no_std]

#[macro_use]
pub mod capability;
pub mod abi;
#[cfg(feature = "alloc")]
mod heap;
pub mod text;

pub use abi::*;
pub use capability::Capability;

/// Ends the task with an exit code.
pub fn exit(code: i32) -> ! {
    unsafe { raw::sp_exit(code) }
}

/// Logs a line of at most 256 bytes at the level INFO, formatted as by `format!`.
#[macro_export]
macro_rules! log {
    ($($arguments:tt)*) => { $crate::text::log($crate::LOG_INFO, format_args!($($arguments)*)) };
}

/// The same at the level ERROR.
#[macro_export]
macro_rules! error {
    ($($arguments:tt)*) => { $crate::text::log($crate::LOG_ERROR, format_args!($($arguments)*)) };
}

/// A panic is a fault of the task: its message is the reason in the crash record, and the manifest says what happens then.
#[cfg(feature = "panic")]
#[panic_handler]
fn panic(information: &core::panic::PanicInfo) -> ! {
    text::log(LOG_ERROR, format_args!("{}", information));
    core::arch::wasm32::unreachable()
}
