//! Counts lines, words and bytes of the file granted as "input", as `wc` does with ASCII text.
#![no_std]
#![no_main]

use sovelma::{log, File, Result};

fn count() -> Result<()> {
    let input = File::find("input")?;
    let (mut lines, mut words, mut bytes, mut in_word) = (0u32, 0u32, 0u32, false);
    let mut buffer = [0; 512];
    loop {
        let piece = &mut buffer[..];
        let count = input.read(piece, None)?;
        if count == 0 {
            break;
        }
        bytes += count as u32;
        for byte in &buffer[..count] {
            lines += (*byte == b'\n') as u32;
            let space = byte.is_ascii_whitespace() || *byte == 0x0b;
            words += (!space && !in_word) as u32;
            in_word = !space;
        }
    }
    log!("{} lines, {} words, {} bytes", lines, words, bytes);
    Ok(())
}

#[no_mangle]
extern "C" fn _start() {
    count().expect("wordcount");
}
