//! `DATABASE_URL`: which database it names, and whether what travels to it is encrypted.

use super::DatabaseAddress;
use secrecy::SecretString;
use std::net::IpAddr;

const DEFAULT_PATH: &str = "data/ventanilla.db";
const MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/// What `DATABASE_URL` names.
pub(super) struct Named {
    pub(super) address: DatabaseAddress,
    /// True if it is reached over a network, and encryption is neither demanded nor ruled out by `sslmode`.
    pub(super) may_be_overheard: bool,
}

/// Reads `sqlite://path` or `postgres://…`. None if the address is malformed.
pub(super) fn read(address: Option<&str>) -> Option<Named> {
    let address = address.unwrap_or("sqlite://data/ventanilla.db");
    if address.starts_with("postgres://") || address.starts_with("postgresql://") {
        return postgres(address);
    }
    let path = address.strip_prefix("sqlite://").or_else(|| address.strip_prefix("sqlite:"))?;
    let path = if path.is_empty() { DEFAULT_PATH } else { path };
    Some(Named { address: DatabaseAddress::Sqlite(path.to_owned()), may_be_overheard: false })
}

/// `postgres://user:password@host:port,host:port/database?sslmode=…`
fn postgres(address: &str) -> Option<Named> {
    let (_, rest) = address.split_once("://")?;
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, _database) = place.split_once('/').unwrap_or((place, ""));
    let authority = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    let of = |name: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(key, _)| *key == name).map(|(_, value)| value).next_back()
    };
    let hosts: Vec<&str> = if authority.is_empty() {
        of("host")?.split(',').collect()
    } else {
        authority.split(',').map(host).collect::<Option<_>>()?
    };
    let mode = of("sslmode");
    if hosts.iter().any(|host| host.is_empty()) || mode.is_some_and(|mode| !MODES.contains(&mode)) {
        return None;
    }
    let is_decided = mode.is_some_and(|mode| !["allow", "prefer"].contains(&mode));
    Some(Named {
        address: DatabaseAddress::Postgres(SecretString::from(address)),
        may_be_overheard: !is_decided && hosts.iter().any(|host| !is_here(host)),
    })
}

/// The host of `host:port` or `[::1]:port`. None if the port is no port.
fn host(text: &str) -> Option<&str> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']')?;
            (host, if after.is_empty() { None } else { Some(after.strip_prefix(':')?) })
        }
        None => text.rsplit_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    port.is_none_or(|port| port.parse::<u16>().is_ok()).then_some(host)
}

/// True for loopback and for the folder of a socket.
fn is_here(host: &str) -> bool {
    host == "localhost"
        || host.starts_with('/')
        || host.to_ascii_lowercase().starts_with("%2f")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_names_no_database_is_refused() {
        for wrong in [
            "mysql://root@db/x",
            "postgres:///x",
            "postgres://v@db:port/x",
            "postgres://v@a,,b/x",
            "postgres://v@db/x?sslmode=maybe",
            "nowhere",
        ] {
            assert!(read(Some(wrong)).is_none(), "{wrong}");
        }
        for right in ["sqlite:x.db", "postgres://db", "postgres://v@a:1,b:2/x", "postgres:///x?host=/run/pg"]
        {
            assert!(read(Some(right)).is_some(), "{right}");
        }
    }

    #[test]
    fn only_a_network_can_be_overheard_and_only_where_sslmode_leaves_it_open() {
        let may = |address: &str| read(Some(address)).unwrap().may_be_overheard;
        for open in [
            "postgres://v@db.example.com/v",
            "postgres://v@db.example.com/v?sslmode=prefer",
            "postgres://v@db.example.com/v?sslmode=allow",
            "postgresql://v@127.0.0.1,db.example.com/v",
            "postgres://10.0.0.1:5432/v",
        ] {
            assert!(may(open), "{open}");
        }
        for closed in [
            "postgres://v@db.example.com/v?sslmode=disable",
            "postgres://v@db.example.com/v?connect_timeout=3&sslmode=require",
            "postgres://v@a.example.com,b.example.com/v?sslmode=verify-full&sslrootcert=/etc/ca.pem",
            "postgres://v@127.0.0.1:5432/v",
            "postgres://v:p%40w@localhost/v",
            "postgres://[::1]:5432/v",
            "postgres://v@%2Frun%2Fpostgresql/v",
            "sqlite://data/v.db",
        ] {
            assert!(!may(closed), "{closed}");
        }
    }
}
