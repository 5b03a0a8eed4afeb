//! What all capabilities have in common, and what every call does with its answer.

use crate::abi::{Error, Result};
use core::time::Duration;

/// A handle to one object with certain rights. A value that was opened, made or derived gives its capability back when it goes; one
/// that the manifest granted (`find`) stays granted.
pub trait Capability {
    /// The number that the kernel knows it by.
    fn id(&self) -> i32;
}

/// The answer of a call: a number that is not negative, or an error.
pub fn check(code: i32) -> Result<i32> {
    if code < 0 {
        Err(Error::of(code))
    } else {
        Ok(code)
    }
}

/// `None`: for ever. A part of a millisecond counts as a whole one. What is longer than the kernel counts is cut: 6 days.
pub fn milliseconds(time: Option<Duration>) -> i32 {
    match time {
        None => -1,
        Some(time) => core::cmp::min((time.as_nanos() + 999_999) / 1_000_000, (1 << 29) - 1) as i32,
    }
}

/// The type of one kind of object.
macro_rules! capability {
    ($(#[$text:meta])* $name:ident, $close:ident) => {
        $(#[$text])*
        pub struct $name {
            id: i32,
            owned: bool,
        }
        impl $name {
            /// The one that the manifest grants under this name.
            pub fn find(name: impl AsRef<[u8]>) -> Result<$name> {
                let name = name.as_ref();
                let id = check(unsafe { raw::sp_cap_find(name.as_ptr(), name.len() as u32) })?;
                Ok($name { id, owned: false })
            }
            /// Takes over a capability that came with a message; the caller knows its kind (`info`).
            pub fn owned(id: i32) -> $name {
                $name { id, owned: true }
            }
        }
        impl Capability for $name {
            fn id(&self) -> i32 {
                self.id
            }
        }
        impl Drop for $name {
            fn drop(&mut self) {
                if self.owned {
                    unsafe { raw::$close(self.id) };
                }
            }
        }
    };
}
