//! A server for one test: the real binary, a fresh database, free ports; it stops when it is dropped.

use reqwest::{Client, Response};
use serde_json::{Value, json};
use std::{
    fs,
    io::Write,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    time::{Duration, Instant},
};

/// How long anything may take before a test fails. Nothing waits that long if all is well.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
pub(crate) const DEMO: &str = "+521234567890";
pub(crate) const AUTH_TOKEN: &str = "an auth token of the tests and long enough";

const SECRETS: [(&str, &str); 3] = [
    ("JWT_SECRET", "a secret of the tests that signs tokens"),
    ("HMAC_SECRET", "a secret of the tests that hashes codes"),
    ("ENCRYPTION_KEY", "a secret of the tests that seals bodies"),
];

pub(crate) struct Server {
    process: Child,
    folder: PathBuf,
    settings: Vec<(String, String)>,
    pub(crate) base: String,
    pub(crate) sandbox: String,
    pub(crate) token: String,
    pub(crate) client: Client,
}

/// A port that stays free until the server takes it: below the ports that Linux uses for outgoing
/// connections, and from a range of ten that no other test process begins with.
fn free_port() -> u16 {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let own = u16::try_from(std::process::id() % 1_000).unwrap() * 10;
    loop {
        let port = 20_000 + (own + TAKEN.fetch_add(1, Ordering::Relaxed)) % 12_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// An address on this machine that nobody listens on.
pub(crate) fn free_address() -> String {
    format!("127.0.0.1:{}", free_port())
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts it on a new database of the PostgreSQL server that `TEST_PG_URL` names.
    pub(crate) async fn start_on_postgres(settings: &[(&str, &str)]) -> Self {
        let server = std::env::var("TEST_PG_URL").expect("TEST_PG_URL must name a PostgreSQL server");
        let name = format!("it_{}_{}", std::process::id(), free_port());
        let made = Command::new("psql").args([&server, "-qc", &format!("create database {name}")]).status();
        assert!(made.expect("psql is there").success());
        let (host, _) = server.rsplit_once('/').unwrap();
        let address = format!("{host}/{name}");
        // Processes over one database share their secrets.
        Self::start_with(&[SECRETS.as_slice(), settings, &[("DATABASE_URL", &address)]].concat()).await
    }

    /// Starts another process over the same database, which must be PostgreSQL.
    pub(crate) async fn start_beside(&self) -> Self {
        self.start_beside_with(&[]).await
    }

    /// Starts another process over the same database, with other settings.
    pub(crate) async fn start_beside_with(&self, more: &[(&str, &str)]) -> Self {
        // It listens on addresses of its own.
        let shared = self.settings.iter().filter(|(name, _)| !name.ends_with("_ADDRESS"));
        let settings: Vec<_> = shared.map(|(name, value)| (&**name, &**value)).collect();
        Self::start_with(&[&settings, more].concat()).await
    }

    pub(crate) async fn start_with(settings: &[(&str, &str)]) -> Self {
        let (port, sandbox_port, mail_port) = (free_port(), free_port(), free_port());
        let folder = std::env::temp_dir().join(format!("ventanilla-it-{port}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let log = fs::File::create(folder.join("log")).unwrap();
        let own = [
            ("APP_ENV", "development".to_owned()),
            ("BIND_ADDRESS", format!("127.0.0.1:{port}")),
            ("SANDBOX_BIND_ADDRESS", format!("127.0.0.1:{sandbox_port}")),
            ("SANDBOX_SMTP_ADDRESS", format!("127.0.0.1:{mail_port}")),
            ("TWILIO_AUTH_TOKEN", AUTH_TOKEN.to_owned()),
            ("LOG_FORMAT", "json".to_owned()),
            ("LOG_LEVEL", "debug".to_owned()),
            // Most tests write to people who never wrote.
            ("SANDBOX_STRANGERS", "allow".to_owned()),
        ];
        let named = settings.iter().map(|(name, value)| (*name, (*value).to_owned()));
        let settings: Vec<(String, String)> =
            own.into_iter().chain(named).map(|(name, value)| (name.to_owned(), value)).collect();
        let process = Command::new(env!("CARGO_BIN_EXE_ventanilla"))
            .current_dir(&folder)
            .env_clear()
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(fs::File::create(folder.join("out")).unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut server = Self {
            process,
            folder,
            settings,
            base: format!("http://127.0.0.1:{port}"),
            sandbox: format!("http://127.0.0.1:{sandbox_port}"),
            token: String::new(),
            client: Client::builder().no_proxy().timeout(PATIENCE).build().unwrap(),
        };
        server.until_ready().await;
        server
    }

    async fn until_ready(&mut self) {
        let address = format!("{}/health/ready", self.base);
        let begun = Instant::now();
        while !self.client.get(&address).send().await.is_ok_and(|answer| answer.status() == 200) {
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none() && begun.elapsed() < PATIENCE, "not ready: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let printed = fs::read_to_string(self.folder.join("out")).unwrap();
        let line = printed.lines().find_map(|line| line.strip_prefix("Service token"));
        line.expect("a token is printed").trim().clone_into(&mut self.token);
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.base)).bearer_auth(&self.token).send().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Response {
        self.client
            .post(format!("{}{path}", self.base))
            .bearer_auth(&self.token)
            .json(&body)
            .send()
            .await
            .unwrap()
    }

    /// Runs a command of the binary on the same database: whether it succeeded, and what it said.
    pub(crate) fn command(&self, arguments: &[&str]) -> (bool, String) {
        let output = self.program(arguments).output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    }

    /// Runs a command with other settings: whether it succeeded, and what it said on standard error.
    pub(crate) fn attempt(&self, arguments: &[&str], settings: &[(&str, &str)]) -> (bool, String) {
        let output = self.program(arguments).envs(settings.iter().copied()).output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    }

    fn program(&self, arguments: &[&str]) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_ventanilla"));
        let settings = self.settings.iter().map(|(name, value)| (name, value));
        program.current_dir(&self.folder).env_clear().envs(settings).args(arguments);
        program
    }

    /// Starts a command of the binary that asks questions, with the server's settings, changed by `settings`.
    pub(crate) fn dialogue(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Dialogue {
        let mut program = self.program(arguments);
        Dialogue::begin(program.envs(settings.iter().copied()))
    }

    /// Whether a file or folder is in the server's folder.
    /// Writes a file into the server's folder, where commands run.
    pub(crate) fn write_file(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).unwrap();
    }

    pub(crate) fn has_file(&self, name: &str) -> bool {
        self.folder.join(name).exists()
    }

    /// Ends the process and starts it again on the same database and addresses, with other settings.
    pub(crate) async fn restart(&mut self, settings: &[(&str, &str)]) {
        let _stopped = self.process.kill();
        let _ended = self.process.wait();
        for (name, value) in settings {
            self.settings.retain(|(known, _)| known != name);
            self.settings.push(((*name).to_owned(), (*value).to_owned()));
        }
        let log = fs::OpenOptions::new().append(true).open(self.folder.join("log")).unwrap();
        let mut program = self.program(&["serve"]);
        let out = fs::File::create(self.folder.join("out")).unwrap();
        self.process = program.stdin(Stdio::null()).stdout(out).stderr(log).spawn().unwrap();
        self.until_ready().await;
    }

    /// All that the database holds, as bytes: the file with its log, or what PostgreSQL's own tool writes.
    pub(crate) fn database_bytes(&self) -> Vec<u8> {
        let named = self.settings.iter().find(|(name, _)| name == "DATABASE_URL");
        if let Some((_, address)) = named {
            let dump = Command::new("pg_dump").arg(address).output().expect("pg_dump is there");
            assert!(dump.status.success());
            return dump.stdout;
        }
        let files = fs::read_dir(self.folder.join("data")).unwrap();
        let files = files.map(|file| file.unwrap().path()).filter(|path| path.is_file());
        files.flat_map(|path| fs::read(path).unwrap()).collect()
    }

    /// Runs SQL as the owner of the server's PostgreSQL database.
    pub(crate) fn sql(&self, statement: &str) {
        let (_, address) = self.settings.iter().find(|(name, _)| name == "DATABASE_URL").unwrap();
        let done = Command::new("psql").args([address, "-qc", statement]).status();
        assert!(done.expect("psql is there").success());
    }

    /// The digits of the newest code on a phone that is newer than `since`.
    pub(crate) async fn code(&self, phone: &str, channel: &str, since: u64) -> String {
        let begun = Instant::now();
        loop {
            let inbox = self.inbox(phone, since).await;
            // The notice that a code was sent may come after the code, on the same channel.
            let mut newest_first = inbox.iter().rev().filter(|message| message["channel"] == channel);
            let digits = newest_first.find_map(|message| {
                let body = message["body"].as_str().unwrap();
                body.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6).map(str::to_owned)
            });
            if let Some(code) = digits {
                return code;
            }
            assert!(begun.elapsed() < PATIENCE, "no code by {channel}: {inbox:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Lets a person write a message over a provider.
    pub(crate) async fn say_by(&self, provider: &str, phone: &str, text: &str) {
        let body = json!({"provider": provider, "body": text});
        let answer = self.play(&format!("/phones/{phone}/messages"), body).await;
        assert_eq!(answer["webhook_status"], 200, "{answer}");
    }

    /// Posts a command to the sandbox.
    pub(crate) async fn play(&self, path: &str, body: Value) -> Value {
        let address = format!("{}/sandbox{path}", self.sandbox);
        self.client.post(address).json(&body).send().await.unwrap().json().await.unwrap()
    }

    /// What a phone shows that is newer than `since`.
    pub(crate) async fn inbox(&self, phone: &str, since: u64) -> Vec<Value> {
        let address = format!("{}/sandbox/phones/{phone}/messages?since={since}", self.sandbox);
        self.client.get(address).send().await.unwrap().json().await.unwrap()
    }

    /// Writes a message and waits for the answer that contains `expected`.
    pub(crate) async fn ask(&self, phone: &str, text: &str, expected: &str) -> String {
        self.ask_by("twilio", phone, text, expected).await
    }

    /// Writes a message over a provider and waits for the answer that contains `expected`.
    pub(crate) async fn ask_by(&self, provider: &str, phone: &str, text: &str, expected: &str) -> String {
        let since = self.inbox(phone, 0).await.last().map_or(0, |m| m["seq"].as_u64().unwrap());
        self.say_by(provider, phone, text).await;
        let begun = Instant::now();
        loop {
            let bodies: Vec<String> = self
                .inbox(phone, since)
                .await
                .iter()
                .map(|m| m["body"].as_str().unwrap().to_owned())
                .collect();
            if let Some(found) = bodies.iter().find(|body| body.contains(expected)) {
                return found.clone();
            }
            assert!(begun.elapsed() < PATIENCE, "«{text}» was not answered with «{expected}» but {bodies:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// A running command that waits for input.
pub(crate) struct Dialogue(Child);

/// How a command ended, and what it said.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) told: String,
}

impl Dialogue {
    pub(crate) fn begin(program: &mut Command) -> Self {
        let piped = program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(piped.spawn().unwrap())
    }

    /// Types a line, with its end.
    pub(crate) fn type_line(&mut self, line: &str) {
        writeln!(self.0.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    /// Closes the input and waits until the command ends.
    pub(crate) fn end(self) -> Ended {
        let output = self.0.wait_with_output().unwrap();
        Ended {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            told: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _stopped = self.process.kill();
        let _ended = self.process.wait();
        let _removed = fs::remove_dir_all(&self.folder);
    }
}
