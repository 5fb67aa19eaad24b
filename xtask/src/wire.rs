//! A minimal HTTP client: one request for each connection, and the whole answer.

use serde_json::Value;
use std::{
    io::{self, Read, Write},
    net::TcpStream,
    time::Duration,
};

/// Read time-out; longer than any answer here takes.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The status and body of an answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// Sends a request to `address` (`127.0.0.1:8000`) and waits for the whole answer.
pub(crate) fn ask(
    method: &str,
    address: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        for part in [name, ": ", value, "\r\n"] {
            head.push_str(part);
        }
    }
    let head = format!("{head}Content-Length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), body].concat())?;
    let mut whole = Vec::new();
    stream.read_to_end(&mut whole)?;
    read(&whole).ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "the answer was cut short"))
}

/// Sends a request with a JSON body (none for `null`) and returns the status and the JSON answer (`null` if
/// empty).
pub(crate) fn json(method: &str, address: &str, path: &str, body: &Value) -> Result<(u16, Value), String> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let headers = [("Content-Type", "application/json")];
    let answer = ask(method, address, path, &headers, body.as_bytes())
        .map_err(|fault| format!("{method} {path}: {fault}"))?;
    let value = if answer.body.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(&answer.body).map_err(|fault| format!("{method} {path}: {fault}"))?
    };
    Ok((answer.status, value))
}

/// The text at a JSON pointer. Empty if there is none.
pub(crate) fn text<'a>(value: &'a Value, place: &str) -> &'a str {
    value.pointer(place).and_then(Value::as_str).unwrap_or_default()
}

fn read(whole: &[u8]) -> Option<Answer> {
    let end = whole.windows(4).position(|four| four == b"\r\n\r\n")?;
    let (head, body) = whole.split_at_checked(end)?;
    let head = String::from_utf8_lossy(head).to_lowercase();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let body = body.get(4..)?.to_vec();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    // An answer that was cut short is not an answer.
    length.is_none_or(|length: usize| body.len() == length).then_some(Answer { status, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_or_none() {
        let answer = read(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (200, b"ok".as_slice()));
        assert!(read(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok").is_none());
        assert!(read(b"HTTP/1.1 200 OK\r\n").is_none());
    }
}
