//! A running `ventanilla serve`, started as in production.

use super::children;
use std::{
    fs::File,
    io::{self, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The longest time until the server is ready.
const READY: Duration = Duration::from_secs(30);

/// The server's process. Dropping it kills the process.
pub(super) struct Server {
    child: Child,
    address: String,
    world: String,
    program: String,
    env: Vec<(&'static str, String)>,
}

impl Server {
    /// The secret with which Twilio webhooks are signed.
    pub(super) const AUTH_TOKEN: &str = "tttttttttttttttttttttttttttttttt";
    /// The server's own WhatsApp number.
    pub(super) const NUMBER: &str = "whatsapp:+14155238886";

    /// Starts the server on a database and waits until it is ready. With `plays_world` the sandbox runs
    /// inside it and answers in place of the providers; otherwise no provider answers.
    pub(super) fn start(
        program: &str,
        folder: &Path,
        database: &str,
        plays_world: bool,
    ) -> Result<Self, String> {
        Self::start_with(program, folder, database, plays_world, &[])
    }

    /// Like [`Self::start`], with more settings.
    pub(super) fn start_with(
        program: &str,
        folder: &Path,
        database: &str,
        plays_world: bool,
        more: &[(&'static str, &str)],
    ) -> Result<Self, String> {
        let address = free_address().map_err(|fault| format!("no free port: {fault}"))?;
        let world = free_address().map_err(|fault| format!("no free port: {fault}"))?;
        let mut env = settings(&address, &world, database, plays_world);
        env.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let log = File::create(folder.join("server.log")).map_err(|fault| fault.to_string())?;
        let mut command = Command::new(program);
        command.arg("serve").current_dir(folder).envs(env.iter().cloned());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let child = command.spawn().map_err(|fault| format!("{program} could not be started: {fault}"))?;
        let server = Self { child, address, world, program: program.to_owned(), env };
        let begun = Instant::now();
        while !is_ready(&server.address) {
            if begun.elapsed() > READY {
                let log = std::fs::read_to_string(folder.join("server.log")).unwrap_or_default();
                return Err(format!("the server did not become ready:\n{log}"));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// The address of the server.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// The number of its process.
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The address of the sandbox.
    pub(super) fn world(&self) -> &str {
        &self.world
    }

    /// Issues a token for the API.
    pub(super) fn token(&self) -> Result<String, String> {
        let mut command = Command::new(&self.program);
        command.args(["token", "--ttl", "86400"]).envs(self.env.iter().cloned());
        Ok(children::output(&mut command, READY)?.trim().to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        children::stop(&mut self.child);
    }
}

fn settings(address: &str, world: &str, database: &str, plays_world: bool) -> Vec<(&'static str, String)> {
    let mut env: Vec<_> = [
        ("APP_ENV", "development"),
        ("DEMO_DATA", "off"),
        ("SANDBOX", if plays_world { "on" } else { "off" }),
        // Webhooks are posted past the sandbox, so to it everybody is a stranger.
        ("SANDBOX_STRANGERS", "allow"),
        ("LOG_LEVEL", "warn"),
        ("LOG_FORMAT", "json"),
        ("TRANSFER_2FA_THRESHOLD", "1000000"),
        ("TWILIO_AUTH_TOKEN", Server::AUTH_TOKEN),
        ("TWILIO_WHATSAPP_FROM", Server::NUMBER),
        ("TWILIO_SMS_FROM", "+14155238887"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into();
    env.push(("BIND_ADDRESS", address.to_owned()));
    env.push(("PUBLIC_BASE_URL", format!("http://{address}")));
    env.push(("SANDBOX_BIND_ADDRESS", world.to_owned()));
    env.push(("DATABASE_URL", database.to_owned()));
    // Test secrets that are long enough for the keys.
    env.extend(["JWT_SECRET", "HMAC_SECRET", "ENCRYPTION_KEY"].map(|name| (name, name.repeat(6))));
    env
}

/// An address of this machine at which nobody listens.
pub(super) fn free_address() -> io::Result<String> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.to_string())
}

fn is_ready(address: &str) -> bool {
    let answer = TcpStream::connect(address).and_then(|mut stream| {
        stream.set_read_timeout(Some(READY))?;
        write!(stream, "GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map(|_length| answer)
    });
    answer.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}
