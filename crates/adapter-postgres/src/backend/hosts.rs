//! The hosts of an address, each with the waits that keep a connection from hanging for ever.

use super::tls;
use rustls::ClientConfig;
use std::time::Duration;
use tokio_postgres::Config;

/// Time for one host to take a connection and to let us in.
pub(super) const CONNECT_DEADLINE: Duration = Duration::from_secs(3);
/// Data that the network does not acknowledge for so long ends the connection.
pub(super) const TCP_USER_TIMEOUT: Duration = Duration::from_secs(6);
/// Quiet time after which the network is asked whether the server is still there, and between two questions.
pub(super) const KEEPALIVE_IDLE: Duration = Duration::from_secs(15);
pub(super) const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
pub(super) const KEEPALIVE_RETRIES: u32 = 3;

/// One host: how it is reached, and how what travels to it is encrypted.
pub(super) struct Host {
    pub(super) config: Config,
    pub(super) tls: ClientConfig,
}

/// The hosts of an address, in its order. Each is an error where the address is malformed.
pub(super) fn hosts(address: &str) -> Vec<Result<Host, String>> {
    each(address).iter().map(|address| host(address)).collect()
}

fn host(address: &str) -> Result<Host, String> {
    let (mut config, tls) = tls::read(address)?;
    let query = address.split_once('?').map_or("", |(_, query)| query);
    let is_set = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
    // What the address says wins.
    if !is_set("connect_timeout") {
        config.connect_timeout(CONNECT_DEADLINE);
    }
    if !is_set("tcp_user_timeout") {
        config.tcp_user_timeout(TCP_USER_TIMEOUT);
    }
    if !is_set("keepalives_idle") {
        config.keepalives_idle(KEEPALIVE_IDLE);
    }
    if !is_set("keepalives_interval") {
        config.keepalives_interval(KEEPALIVE_INTERVAL);
    }
    if !is_set("keepalives_retries") {
        config.keepalives_retries(KEEPALIVE_RETRIES);
    }
    Ok(Host { config, tls })
}

/// The same address once for each of its hosts: one that hangs must not keep the next from being asked.
fn each(address: &str) -> Vec<String> {
    let whole = || vec![address.to_owned()];
    let Some((scheme, rest)) = address.split_once("://") else { return whole() };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let Some((authority, path)) = rest.split_at_checked(end) else { return whole() };
    let (user, hosts) = authority.rsplit_once('@').map_or(("", authority), |(user, hosts)| (user, hosts));
    let at = if user.is_empty() { "" } else { "@" };
    hosts.split(',').map(|host| format!("{scheme}://{user}{at}{host}{path}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_is_asked_by_itself() {
        let address = "postgres://v:p%40w@a:1,b:2/v?target_session_attrs=read-write";
        let apart = each(address);
        assert_eq!(apart[0], "postgres://v:p%40w@a:1/v?target_session_attrs=read-write");
        assert_eq!(apart[1], "postgres://v:p%40w@b:2/v?target_session_attrs=read-write");
        assert_eq!(each("postgres://a,b?sslmode=disable")[1], "postgres://b?sslmode=disable");
        for one in ["postgres://v@db/v", "postgres:///v?host=/run/pg", "postgres://[::1]:5432/v"] {
            assert_eq!(each(one), [one]);
        }
    }

    #[test]
    fn no_wait_is_endless_unless_the_address_says_so() {
        let read = |address: &str| hosts(address).remove(0).unwrap().config;
        let usual = read("postgres://v@db/v");
        assert_eq!(usual.get_connect_timeout(), Some(&Duration::from_secs(3)));
        assert_eq!(usual.get_tcp_user_timeout(), Some(&TCP_USER_TIMEOUT));
        assert_eq!(usual.get_keepalives_idle(), KEEPALIVE_IDLE);
        let own = read("postgres://v@db/v?connect_timeout=7&tcp_user_timeout=9&keepalives_idle=11");
        assert_eq!(own.get_connect_timeout(), Some(&Duration::from_secs(7)));
        assert_eq!(own.get_tcp_user_timeout(), Some(&Duration::from_secs(9)));
        assert_eq!(own.get_keepalives_idle(), Duration::from_secs(11));
    }
}
