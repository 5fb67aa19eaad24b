//! A private PostgreSQL server, gone without a trace when its guard is dropped.

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

/// What the server is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Fast and forgetful: nothing in it outlives the tests.
    Tests,
    /// As durable as in production, on a real disk, so that measured times mean something.
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

    /// Where its folder lies: /tmp may be memory.
    fn base(self) -> Result<PathBuf, String> {
        match self {
            Self::Tests => Ok(env::temp_dir()),
            Self::Bench => Ok(root()?.join("target")),
        }
    }
}

/// A running server; dropping it stops it and removes its data.
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
        // As late as can be: the port stays free only until somebody else takes it.
        server.port = free_port().map_err(|fault| format!("no free port: {fault}"))?;
        server.configure(kind).map_err(|fault| format!("postgresql.conf: {fault}"))?;
        server.launch()?;
        Ok(server)
    }

    /// Where its one database `postgres` is reached, by its superuser.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// The folder of its programs.
    pub(crate) fn bin_dir(&self) -> &Path {
        &self.bin
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// One of its programs, on its data, by its account and from a folder which that account may enter.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin.join(name));
        self.owner.runs(&mut command).current_dir(self.folder.path()).env("LC_ALL", "C");
        command.arg("-D").arg(self.data());
        command
    }

    fn make_cluster(&self, kind: Kind) -> Result<(), String> {
        // Not every system has C.UTF-8; plain C differs in the case of letters beyond ASCII only.
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

    /// Starts it in a session of its own, as `pg_ctl` does, and waits until it takes connections.
    fn launch(&self) -> Result<(), String> {
        let log = self.folder.path().join("log");
        let mut pg_ctl = self.program("pg_ctl");
        pg_ctl.args(["start", "--wait", "--timeout", "30", "--silent", "--log"]).arg(&log);
        complete(&mut pg_ctl).map_err(|fault| {
            let lines = fs::read_to_string(&log).unwrap_or_default();
            format!("PostgreSQL did not come up: {fault}\n{}", lines.trim_end())
        })
    }
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Runs a command to its end, quietly unless it fails.
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
