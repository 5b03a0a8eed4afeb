//! Fetches a page by HTTP; its arguments are host, port and path. Tells the status line and how many bytes came.
#![no_std]
#![no_main]

use core::fmt::Write;
use core::time::Duration;
use sovelma::{log, text::Line, File, Network, Result, Socket};

const SECONDS: Option<Duration> = Some(Duration::from_secs(10));

fn send(socket: &Socket, mut bytes: &[u8]) -> Result<()> {
    while !bytes.is_empty() {
        let sent = socket.send(bytes, SECONDS)?;
        bytes = &bytes[sent..];
    }
    Ok(())
}

fn fetch() -> Result<()> {
    let mut arguments = [0; 128];
    let count = File::find("args")?.read(&mut arguments, None)?;
    let arguments = core::str::from_utf8(&arguments[..count]).expect("UTF-8");
    let mut words = arguments.split('\0'); // each argument has a zero byte behind it
    let (host, port, path) = (words.next().expect("host"), words.next().expect("port"), words.next().expect("path"));

    let socket = Network::find("net")?.connect(host, port.parse().expect("a port"), 0, SECONDS)?;
    let mut request = Line::new();
    write!(request, "GET {} HTTP/1.0\r\nHost: {}\r\n\r\n", path, host).expect("no room");
    send(&socket, request.as_ref())?;

    let (mut buffer, mut total, mut told) = ([0; 512], 0, false);
    loop {
        let count = socket.recv(&mut buffer, SECONDS)?;
        if count == 0 {
            break;
        }
        if !told {
            let line = buffer[..count].split(|byte| *byte == b'\r').next().unwrap_or(b"");
            log!("{}", core::str::from_utf8(line).unwrap_or("?"));
            told = true;
        }
        total += count;
    }
    log!("{} bytes", total);
    Ok(())
}

#[no_mangle]
extern "C" fn _start() {
    fetch().expect("fetch");
}
