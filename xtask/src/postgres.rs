//! A temporary PostgreSQL server. Dropping its guard stops it and removes its data.

use crate::{
    account::Account,
    needs, root,
    throwaway::{self, Throwaway},
};
use std::{
    env, fs,
    fs::OpenOptions,
    io::{self, Write},
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::Command,
};

/// The purpose of the server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Fast and not durable: its data is needed only during the tests.
    Tests,
    /// As durable as in production and on a real disk, so that the measured times are realistic.
    Bench,
}

impl Kind {
    const fn settings(self) -> &'static str {
        match self {
            Self::Tests => {
                "fsync = off
                synchronous_commit = off
                full_page_writes = off
                max_connections = 300
                shared_buffers = 128MB"
            }
            Self::Bench => {
                "fsync = on
                synchronous_commit = on
                full_page_writes = on
                shared_buffers = 4GB
                max_wal_size = 8GB
                checkpoint_timeout = 15min
                max_connections = 300"
            }
        }
    }

    /// The parent of the server's folder. For benchmarks not /tmp, which may be memory.
    fn base(self) -> Result<PathBuf, String> {
        match self {
            Self::Tests => Ok(env::temp_dir()),
            Self::Bench => Ok(root()?.join("target")),
        }
    }
}

/// A running server. Dropping it stops the server and removes its data.
pub(crate) struct Postgres {
    bin: PathBuf,
    port: u16,
    owner: Account,
    folder: Throwaway,
}

impl Postgres {
    pub(crate) fn start(kind: Kind) -> Result<Self, String> {
        let bin = needs::postgres()?;
        let owner = Account::of_server()?;
        for kind in [Kind::Tests, Kind::Bench] {
            throwaway::sweep(&kind.base()?, owner);
        }
        let folder = Throwaway::below(&kind.base()?, owner)?;
        let mut server = Self { bin, port: 0, owner, folder };
        server.make_cluster(kind)?;
        // Choose the port as late as possible: another process may take it.
        server.port = free_port().map_err(|fault| format!("no free port: {fault}"))?;
        server.configure(kind).map_err(|fault| format!("postgresql.conf: {fault}"))?;
        server.launch()?;
        Ok(server)
    }

    /// The URL of its database `postgres`, as the superuser.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Its port on this machine.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The number of its first process, the parent of all others.
    pub(crate) fn pid(&self) -> Result<u32, String> {
        let lock = self.data().join("postmaster.pid");
        let text = fs::read_to_string(&lock).map_err(|fault| format!("{}: {fault}", lock.display()))?;
        let first = text.lines().next().and_then(|line| line.trim().parse().ok());
        first.ok_or_else(|| format!("{} names no process", lock.display()))
    }

    /// A folder that its account may read, removed with it.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of the PostgreSQL programs.
    pub(crate) fn bin_dir(&self) -> &Path {
        &self.bin
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A PostgreSQL program on this server's data, run by its account in a folder that the account may enter.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin.join(name));
        self.owner.runs(&mut command).current_dir(self.folder.path()).env("LC_ALL", "C");
        command.arg("-D").arg(self.data());
        command
    }

    fn make_cluster(&self, kind: Kind) -> Result<(), String> {
        // Not every system has C.UTF-8. Plain C differs only in the case of letters beyond ASCII.
        self.initdb(kind, "C.UTF-8").or_else(|_unknown| self.initdb(kind, "C"))
    }

    fn initdb(&self, kind: Kind, locale: &str) -> Result<(), String> {
        let mut initdb = self.program("initdb");
        initdb.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale", locale]);
        if kind == Kind::Tests {
            initdb.arg("--no-sync");
        }
        complete(&mut initdb)
    }

    fn configure(&self, kind: Kind) -> io::Result<()> {
        let mut file = OpenOptions::new().append(true).open(self.data().join("postgresql.conf"))?;
        let sockets = self.folder.path().display().to_string().replace('\'', "''");
        writeln!(file, "listen_addresses = '127.0.0.1'\nport = {}", self.port)?;
        writeln!(file, "unix_socket_directories = '{sockets}'\n{}", kind.settings())
    }

    /// Starts the server with `pg_ctl`, in its own session, and waits until it accepts connections.
    fn launch(&self) -> Result<(), String> {
        let log = self.folder.path().join("log");
        let mut pg_ctl = self.program("pg_ctl");
        pg_ctl.args(["start", "--wait", "--timeout", "30", "--silent", "--log"]).arg(&log);
        complete(&mut pg_ctl).map_err(|fault| {
            let lines = fs::read_to_string(&log).unwrap_or_default();
            format!("PostgreSQL did not start: {fault}\n{}", lines.trim_end())
        })
    }
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Runs a command to its end. Shows its output only if it fails.
fn complete(command: &mut Command) -> Result<(), String> {
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let complaint = String::from_utf8_lossy(&output.stderr);
            Err(format!("{command:?} ended with {}: {}", output.status, complaint.trim_end()))
        }
        Err(fault) => Err(format!("{command:?} could not be started: {fault}")),
    }
}
