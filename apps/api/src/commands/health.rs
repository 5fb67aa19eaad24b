//! `health`: asks the server on this machine whether it runs, for the health check of a container.

use crate::config::Settings;
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    process::ExitCode,
    time::Duration,
};

const PATIENCE: Duration = Duration::from_secs(3);

pub(super) async fn run(settings: &Settings) -> Result<ExitCode, String> {
    let address = reachable(settings.bind_address);
    let client = super::doctor::client(PATIENCE)?;
    let answer = client.get(format!("http://{address}/health/live")).send().await;
    let status = answer
        .map_err(|fault| format!("nothing answers at {address}: {}", super::doctor::cause(fault)))?
        .status();
    if status.is_success() { super::say("ok") } else { Err(format!("{address} answers {status}")) }
}

/// The address to ask: a server that listens on all addresses answers on loopback.
fn reachable(bound: SocketAddr) -> SocketAddr {
    let ip = match bound.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, bound.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_all_addresses_is_asked_on_loopback() {
        for (bound, asked) in
            [("0.0.0.0:8000", "127.0.0.1:8000"), ("[::]:8000", "[::1]:8000"), ("10.0.0.7:80", "10.0.0.7:80")]
        {
            assert_eq!(reachable(bound.parse().unwrap()).to_string(), asked);
        }
    }
}
