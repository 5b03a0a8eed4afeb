//! Formatted lines without a heap.

use core::fmt::{self, Write};

/// A line of at most 256 bytes, what sp_log takes; what does not fit is cut.
pub struct Line {
    bytes: [u8; 256],
    length: usize,
}

impl Line {
    pub const fn new() -> Line {
        Line { bytes: [0; 256], length: 0 }
    }
}

impl AsRef<[u8]> for Line {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            if self.length < self.bytes.len() {
                self.bytes[self.length] = byte;
                self.length += 1;
            }
        }
        Ok(())
    }
}

/// Logs a formatted line; one that the task's rate does not allow is lost.
pub fn log(level: i32, arguments: fmt::Arguments) {
    let mut line = Line::new();
    let _ = line.write_fmt(arguments);
    let _ = crate::log(level, &line);
}
