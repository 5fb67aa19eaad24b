//! The programs of the soak test: the sandbox in its own process, and two replicas behind one address.

use super::balancer;
use crate::{root, run, wire};
use serde_json::Value;
use std::{
    fs::{self, File},
    net::{Ipv4Addr, TcpListener},
    ops::Range,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The secrets with which webhooks are signed.
pub(super) const META_SECRET: &str = "mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm";
pub(super) const TWILIO_TOKEN: &str = "tttttttttttttttttttttttttttttttt";
pub(super) const TELEGRAM_SECRET: &str = "telegram-secret-of-the-soak";
/// The bank's own numbers and accounts.
pub(super) const PHONE_NUMBER_ID: &str = "106540352242922";
pub(super) const TWILIO_NUMBER: &str = "whatsapp:+14155238886";
pub(super) const TWILIO_ACCOUNT: &str = "AC00000000000000000000000000000000";

const LOWEST_PORT: u16 = 24_000;
/// The first port that Linux uses for outgoing connections.
const EPHEMERAL_PORTS: u16 = 32_768;
const READY: Duration = Duration::from_mins(1);

/// A running program. Dropping it kills it, as `kill -9` does.
pub(super) struct Process(Child);

impl Process {
    pub(super) const fn of(child: Child) -> Self {
        Self(child)
    }

    /// Its number.
    pub(super) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Asks it to end, and waits until it has.
    pub(super) fn terminate(&mut self) -> Result<(), String> {
        run(Command::new("kill").arg("-TERM").arg(self.id().to_string()))?;
        let ended = self.0.wait().map_err(|fault| fault.to_string())?;
        if ended.success() { Ok(()) } else { Err(format!("the replica ended with {ended}")) }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The process may have ended by itself.
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

/// All programs of the soak test and their settings.
pub(super) struct Platform {
    logs: PathBuf,
    env: Vec<(String, String)>,
    /// The address of the sandbox.
    pub(super) sandbox: String,
    /// The addresses of the replicas.
    pub(super) replicas: [String; 2],
    /// The address that providers call.
    pub(super) public: String,
    world: Option<Process>,
}

impl Platform {
    /// Builds the programs and starts the sandbox, but no replica.
    pub(super) fn open(database: &str) -> Result<Self, String> {
        run(crate::shell_env::cargo().args(["build", "--workspace", "--bins"]))?;
        let logs = root()?.join("target/soak");
        // Remove the logs of the last run, if there are any.
        let _gone = fs::remove_dir_all(&logs);
        fs::create_dir_all(&logs).map_err(|fault| format!("{}: {fault}", logs.display()))?;
        let mut ports = LOWEST_PORT..EPHEMERAL_PORTS;
        let mut address = || free_address(&mut ports).ok_or("no free port");
        let (sandbox, mail, replicas) = (address()?, address()?, [address()?, address()?]);
        let public = balancer::start(replicas.clone())
            .map_err(|fault| format!("the load balancer did not start: {fault}"))?;
        let env = settings(&sandbox, &mail, &public, database);
        let mut platform = Self { logs, env, sandbox, replicas, public, world: None };
        let world = platform.spawn("ventanilla-sandbox", &[], &[], "sandbox")?;
        platform.world = Some(world);
        wait_for(&platform.sandbox, "/sandbox/requests")?;
        Ok(platform)
    }

    /// Starts a replica and waits until it is ready.
    pub(super) fn replica(&self, index: usize) -> Result<Process, String> {
        self.replica_with(index, &[])
    }

    /// The same, with more settings.
    pub(super) fn replica_with(&self, index: usize, more: &[(&str, &str)]) -> Result<Process, String> {
        let address = self.replicas.get(index).ok_or("there are only two replicas")?;
        let env: Vec<_> = more.iter().copied().chain([("BIND_ADDRESS", address.as_str())]).collect();
        let process = self.spawn("ventanilla", &["serve"], &env, &format!("replica-{index}"))?;
        wait_for(address, "/health/ready")?;
        Ok(process)
    }

    /// Issues a token for the API, valid for an hour.
    pub(super) fn token(&self) -> Result<String, String> {
        let mut command = self.program("ventanilla")?;
        let said = command.args(["token", "--ttl", "3600"]).output().map_err(|fault| fault.to_string())?;
        Ok(String::from_utf8_lossy(&said.stdout).trim().to_owned())
    }

    /// Sends a request to the sandbox.
    pub(super) fn world(&self, method: &str, path: &str, body: &Value) -> Result<(u16, Value), String> {
        wire::json(method, &self.sandbox, path, body)
    }

    fn program(&self, name: &str) -> Result<Command, String> {
        let mut command = Command::new(root()?.join("target/debug").join(name));
        command.current_dir(&self.logs).envs(self.env.iter().cloned()).stdin(Stdio::null());
        Ok(command)
    }

    fn spawn(&self, name: &str, words: &[&str], more: &[(&str, &str)], log: &str) -> Result<Process, String> {
        let path = self.logs.join(format!("{log}.log"));
        let log = File::options().create(true).append(true).open(&path);
        let log = log.map_err(|fault| format!("{}: {fault}", path.display()))?;
        let mut command = self.program(name)?;
        command.args(words).envs(more.iter().copied()).stdout(Stdio::null()).stderr(log);
        command.spawn().map(Process).map_err(|fault| format!("{name} could not be started: {fault}"))
    }
}

fn settings(sandbox: &str, mail: &str, public: &str, database: &str) -> Vec<(String, String)> {
    let world = format!("http://{sandbox}");
    let fixed = [
        ("APP_ENV", "development"),
        ("DEMO_DATA", "off"),
        ("SANDBOX", "off"),
        ("LOG_LEVEL", "info"),
        ("LOG_FORMAT", "json"),
        ("RATE_LIMIT_WHATSAPP_PER_MINUTE", "100000"),
        ("TWILIO_ACCOUNT_SID", TWILIO_ACCOUNT),
        ("TWILIO_AUTH_TOKEN", TWILIO_TOKEN),
        ("VERIFY_SERVICE_SID", "VA00000000000000000000000000000000"),
        ("TWILIO_WHATSAPP_FROM", TWILIO_NUMBER),
        ("TWILIO_SMS_FROM", "+14155238887"),
        ("META_APP_SECRET", META_SECRET),
        ("WHATSAPP_VERIFY_TOKEN", "verify-token-of-the-soak"),
        ("WHATSAPP_PHONE_NUMBER_ID", PHONE_NUMBER_ID),
        ("WHATSAPP_BUSINESS_ACCOUNT_ID", "102290129340398"),
        ("WHATSAPP_ACCESS_TOKEN", "EAAsoak"),
        ("BOT_TOKEN", "123456:SOAK"),
        ("TELEGRAM_WEBHOOK_SECRET", TELEGRAM_SECRET),
        ("TELEGRAM_BOT_NAME", "ventanilla_bot"),
    ];
    let mut env: Vec<_> = fixed.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let mut put = |name: &str, value: String| env.push((name.to_owned(), value));
    put("DATABASE_URL", database.to_owned());
    put("PUBLIC_BASE_URL", format!("http://{public}"));
    put("SANDBOX_BIND_ADDRESS", sandbox.to_owned());
    put("SANDBOX_SMTP_ADDRESS", mail.to_owned());
    put("SANDBOX_STRANGERS", "allow".to_owned());
    put("SMTP_URL", format!("smtp://{mail}"));
    for name in ["TWILIO_API_BASE_URL", "TWILIO_VERIFY_BASE_URL", "TWILIO_LOOKUPS_BASE_URL"] {
        put(name, format!("{world}/twilio"));
    }
    put("META_GRAPH_BASE_URL", format!("{world}/meta"));
    put("TELEGRAM_API_BASE_URL", format!("{world}/telegram"));
    // Test secrets that are long enough for the keys.
    for name in ["JWT_SECRET", "HMAC_SECRET", "ENCRYPTION_KEY"] {
        put(name, name.repeat(6));
    }
    env
}

fn wait_for(address: &str, path: &str) -> Result<(), String> {
    let begun = Instant::now();
    while !wire::ask("GET", address, path, &[], b"").is_ok_and(|answer| answer.status == 200) {
        if begun.elapsed() > READY {
            return Err(format!("{address}{path} did not become ready; its log is in target/soak"));
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// A free address below the ports of outgoing connections, so that no connection takes the port of a killed
/// replica.
fn free_address(ports: &mut Range<u16>) -> Option<String> {
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    ports.find(is_free).map(|port| format!("127.0.0.1:{port}"))
}
