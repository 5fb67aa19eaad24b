//! HTTP/1.1 for the load programs, by hand: a client would take more of the cores than the requests themselves.

use tokio::{io::AsyncReadExt, net::TcpStream};

/// A request: its head, without the empty line, and its body.
pub(crate) fn with_body(head: &str, body: &str) -> Vec<u8> {
    format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Reads one complete response and returns its status. `None` where the connection ends before.
pub(crate) async fn read_answer(stream: &mut TcpStream, answer: &mut Vec<u8>) -> Option<u16> {
    read_message(stream, answer).await?;
    std::str::from_utf8(answer.get(9..12)?).ok()?.parse().ok()
}

/// Reads one complete request or response with a Content-Length (none is a length of 0), and returns where its body
/// begins. `None` where the connection ends before.
pub(crate) async fn read_message(stream: &mut TcpStream, message: &mut Vec<u8>) -> Option<usize> {
    message.clear();
    loop {
        if stream.read_buf(message).await.ok()? == 0 {
            return None;
        }
        let Some(head) = message.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let length = content_length(std::str::from_utf8(&message[..head]).unwrap());
        while message.len() < head + 4 + length {
            if stream.read_buf(message).await.ok()? == 0 {
                return None;
            }
        }
        return Some(head + 4);
    }
}

fn content_length(head: &str) -> usize {
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse().unwrap())
    });
    length.unwrap_or(0)
}
