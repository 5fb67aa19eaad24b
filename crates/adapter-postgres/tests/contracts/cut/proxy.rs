//! A proxy that reads PostgreSQL's messages and cuts the connection at one of them.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::JoinHandle,
};

/// The side of a message at which the connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The client's message never reaches the server.
    Unsent,
    /// The message arrives, and the server does what it asks; the reply is lost.
    Unanswered,
    /// The server's message still reaches the client.
    Answered,
}

/// The point at which the connection is cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    pub(super) side: Side,
    /// How many messages of that side pass before the cut.
    pub(super) after: usize,
}

/// The cut that waits for its message; shared by all connections.
#[derive(Default)]
struct Scissors(Mutex<Option<Cut>>);

impl Scissors {
    /// True when this message is the one to cut at. That happens once; later connections are not cut.
    fn cut_at(&self, sides: &[Side]) -> Option<Side> {
        let mut armed = self.0.lock().unwrap();
        let cut = armed.as_mut().filter(|cut| sides.contains(&cut.side))?;
        match cut.after.checked_sub(1) {
            Some(left) => {
                cut.after = left;
                None
            }
            None => armed.take().map(|cut| cut.side),
        }
    }
}

/// A proxy to a server. Dropping it closes it, but not the connections that exist.
pub(super) struct Proxy {
    pub(super) port: u16,
    scissors: Arc<Scissors>,
    doorman: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.doorman.abort();
    }
}

impl Proxy {
    pub(super) async fn to(server: SocketAddr) -> Self {
        let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = door.local_addr().unwrap().port();
        let scissors = Arc::<Scissors>::default();
        let shared = scissors.clone();
        let doorman = tokio::spawn(async move {
            while let Ok((client, _)) = door.accept().await {
                let server = TcpStream::connect(server).await.unwrap();
                tokio::spawn(carry(client, server, shared.clone()));
            }
        });
        Self { port, scissors, doorman }
    }

    /// Cuts at the next message that fits.
    pub(super) fn arm(&self, cut: Cut) {
        *self.scissors.0.lock().unwrap() = Some(cut);
    }

    /// Disarms the proxy. True when the cut was made.
    pub(super) fn disarm(&self) -> bool {
        self.scissors.0.lock().unwrap().take().is_none()
    }
}

/// Carries messages in both directions until one end closes or the connection is cut. The client sees the cut
/// after the server has released all that the connection held, so what it finds next does not depend on
/// timing.
async fn carry(client: TcpStream, server: TcpStream, scissors: Arc<Scissors>) {
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    // A failed read or write on either side is a closed connection.
    let _hung_up = tokio::select! {
        end = forth(&mut from_client, &mut to_server, &scissors) => end,
        end = back(&mut from_server, &mut to_client, &scissors) => end,
    };
    let _gone = to_server.shutdown().await;
    let mut rest = Vec::new();
    let _ended = from_server.read_to_end(&mut rest).await;
}

async fn forth(from: &mut OwnedReadHalf, to: &mut OwnedWriteHalf, scissors: &Scissors) -> io::Result<()> {
    let mut message = read(from, 0).await?;
    loop {
        match scissors.cut_at(&[Side::Unsent, Side::Unanswered]) {
            Some(Side::Unsent) => return Ok(()),
            Some(_) => return to.write_all(&message).await,
            None => to.write_all(&message).await?,
        }
        message = read(from, 1).await?;
    }
}

async fn back(from: &mut OwnedReadHalf, to: &mut OwnedWriteHalf, scissors: &Scissors) -> io::Result<()> {
    loop {
        let message = read(from, 1).await?;
        let is_last = scissors.cut_at(&[Side::Answered]).is_some();
        to.write_all(&message).await?;
        if is_last {
            return Ok(());
        }
    }
}

/// One message: its type (the first message of a client has none), its length including itself, its body.
async fn read(from: &mut OwnedReadHalf, type_bytes: usize) -> io::Result<Vec<u8>> {
    let mut message = vec![0; type_bytes + 4];
    from.read_exact(&mut message).await?;
    let length = u32::from_be_bytes(message[type_bytes..].try_into().unwrap());
    message.resize(type_bytes + usize::try_from(length).unwrap(), 0);
    from.read_exact(&mut message[type_bytes + 4..]).await?;
    Ok(message)
}
