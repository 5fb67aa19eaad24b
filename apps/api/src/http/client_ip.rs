//! The caller's IP address, as limits count it.

use super::problem::ApiError;
use crate::config::Settings;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use ipnet::IpNet;
use std::{
    future::{Ready, ready},
    net::{IpAddr, Ipv6Addr},
};

/// The caller's IP address: the peer's, or behind trusted proxies the rightmost one that is not a proxy's.
pub(crate) struct ClientAddress(pub(crate) String);

impl FromRequest for ClientAddress {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(peer) = request.peer_addr() else {
            return ready(Err(ApiError::unavailable("The caller's IP address is not known.")));
        };
        let trusted = request
            .app_data::<web::Data<Settings>>()
            .map_or(&[][..], |settings| settings.trusted_proxies.as_slice());
        // The caller's own part may be invalid text; what the proxies appended to it still counts.
        let forwarded: Vec<_> = request
            .headers()
            .get_all("X-Forwarded-For")
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .collect();
        let forwarded = forwarded.iter().map(String::as_str);
        ready(Ok(Self(counted(client(peer.ip(), forwarded, trusted)))))
    }
}

fn is_trusted(ip: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|network| network.contains(&ip))
}

/// The first hop from the right that is not ours. Anything to its left can be forged.
fn client<'a>(peer: IpAddr, forwarded: impl Iterator<Item = &'a str>, trusted: &[IpNet]) -> IpAddr {
    let peer = peer.to_canonical();
    if !is_trusted(peer, trusted) {
        return peer;
    }
    let hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut nearest = peer;
    for hop in hops.into_iter().rev() {
        let Ok(ip) = hop.parse::<IpAddr>() else { return nearest };
        nearest = ip.to_canonical();
        if !is_trusted(nearest, trusted) {
            return nearest;
        }
    }
    nearest
}

/// The address as limits count it; IPv6 by /64, because one subscriber has at least that many addresses.
pub(crate) fn counted(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let network = u128::from(ip) & (u128::MAX << 64);
            format!("{}/64", Ipv6Addr::from(network))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let trusted: Vec<IpNet> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        counted(client(peer.parse().unwrap(), forwarded.iter().copied(), &trusted))
    }

    #[test]
    fn a_caller_cannot_name_their_own_address() {
        assert_eq!(of("203.0.113.9", &["10.0.0.1"], &[]), "203.0.113.9");
        assert_eq!(of("203.0.113.9", &["10.0.0.1"], &["127.0.0.0/8"]), "203.0.113.9");
    }

    #[test]
    fn behind_a_proxy_the_rightmost_foreign_address_counts() {
        let proxy = ["127.0.0.1/32", "10.0.0.0/8"];
        assert_eq!(of("127.0.0.1", &["6.6.6.6, 203.0.113.9"], &proxy), "203.0.113.9");
        assert_eq!(of("127.0.0.1", &["6.6.6.6", "203.0.113.9, 10.1.2.3"], &proxy), "203.0.113.9");
        assert_eq!(of("127.0.0.1", &[], &proxy), "127.0.0.1");
        assert_eq!(of("127.0.0.1", &["203.0.113.9, rubbish"], &proxy), "127.0.0.1");
        assert_eq!(of("::ffff:127.0.0.1", &["203.0.113.9"], &proxy), "203.0.113.9", "mapped into IPv6");
    }

    #[test]
    fn an_ipv6_subscriber_counts_once() {
        assert_eq!(of("2001:db8:0:1::5", &[], &[]), of("2001:db8:0:1:ffff::9", &[], &[]));
        assert_ne!(of("2001:db8:0:1::5", &[], &[]), of("2001:db8:0:2::5", &[], &[]));
    }
}
