//! The SMTP server: listens and reads lines and emails.

use super::{
    faults::{Outcome, accept},
    mail::Mail,
    session::{SIZE_MAX, Session, Step},
};
use crate::world::{Shared, World};
use std::{io, net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};

/// Longest command line, in bytes. Lines with credentials are the longest.
const LINE_LENGTH_MAX: u64 = 12_288;
/// The most bytes of an email that are read at once.
const CHUNK_LENGTH_MAX: u64 = 65_536;
/// How long the server waits for a silent client (RFC 5321 §4.5.3.2.7).
const SILENCE_MAX: Duration = Duration::from_mins(5);

/// A running mail server. Dropping it stops the server.
pub(crate) struct MailServer {
    pub(crate) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) fn listen(address: &str, world: Shared) -> io::Result<MailServer> {
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let address = listener.local_addr()?;
    let task = tokio::spawn(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    let world = world.clone();
                    tokio::spawn(async move {
                        // A client may disconnect in the middle; that is not an error of the server.
                        let _ended = serve(&world, stream).await;
                    });
                }
                // Out of file descriptors: wait until some are free.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    });
    Ok(MailServer { address, task })
}

async fn serve(world: &World, stream: TcpStream) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut session = Session::default();
    write_reply(&mut stream, "220 sandbox ESMTP").await?;
    loop {
        let Some(line) = read_line(&mut stream, LINE_LENGTH_MAX).await? else { return Ok(()) };
        if !line.ends_with(b"\n") {
            return write_reply(&mut stream, "500 5.5.2 Line too long").await;
        }
        match session.line(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n'])) {
            Step::Reply(text) => write_reply(&mut stream, &text).await?,
            Step::Quit => return write_reply(&mut stream, "221 2.0.0 Bye").await,
            Step::ReadMail(envelope) => {
                write_reply(&mut stream, "354 End data with <CR><LF>.<CR><LF>").await?;
                match read_mail(&mut stream).await? {
                    MailBody::Whole(bytes) => match accept(world, &Mail::read(envelope, &bytes)).await {
                        Outcome::Reply(text) => write_reply(&mut stream, &text).await?,
                        Outcome::HangUp => return Ok(()),
                    },
                    MailBody::TooLarge => {
                        write_reply(&mut stream, "552 5.3.4 Message size exceeds fixed limit").await?;
                    }
                    MailBody::Broken => return Ok(()),
                }
            }
        }
    }
}

enum MailBody {
    Whole(Vec<u8>),
    TooLarge,
    Broken,
}

/// Reads an email up to the line with a single dot, and removes the dot that a client adds to lines that
/// start with one. Only CR LF ends a line, so that nothing can be smuggled in after a bare LF.
async fn read_mail(stream: &mut BufReader<TcpStream>) -> io::Result<MailBody> {
    let (mut mail, mut size, mut at_start) = (Vec::new(), 0_usize, true);
    while let Some(chunk) = read_line(stream, CHUNK_LENGTH_MAX).await? {
        if at_start && chunk == b".\r\n" {
            return Ok(if size > SIZE_MAX { MailBody::TooLarge } else { MailBody::Whole(mail) });
        }
        let text = if at_start { chunk.strip_prefix(b".").unwrap_or(&chunk) } else { &chunk };
        size = size.saturating_add(text.len());
        // An email that is too large is read to its end, so that the client gets the refusal, but not kept.
        if size <= SIZE_MAX {
            mail.extend_from_slice(text);
        }
        at_start = chunk.ends_with(b"\r\n");
    }
    Ok(MailBody::Broken)
}

/// Reads a line with its end, or its first `length_max` bytes. `None` if the client has disconnected.
async fn read_line(stream: &mut BufReader<TcpStream>, length_max: u64) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let mut limited = stream.take(length_max);
    match timeout(SILENCE_MAX, limited.read_until(b'\n', &mut line)).await {
        Ok(read) => read.map(|length| (length > 0).then_some(line)),
        Err(_) => Ok(None),
    }
}

async fn write_reply(stream: &mut BufReader<TcpStream>, text: &str) -> io::Result<()> {
    stream.write_all(format!("{text}\r\n").as_bytes()).await?;
    stream.flush().await
}
