//! Where a caller is, as limits count it.

use super::problem::ApiError;
use crate::composition::App;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use ipnet::IpNet;
use std::{
    future::{Ready, ready},
    net::{IpAddr, Ipv6Addr},
};

/// The address of whoever calls: the peer's, or behind trusted proxies the rightmost that is none of theirs.
pub(crate) struct ClientAddress(pub(crate) String);

impl FromRequest for ClientAddress {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(peer) = request.peer_addr() else {
            return ready(Err(ApiError::unavailable("The caller has no address.")));
        };
        let trusted = request
            .app_data::<web::Data<App>>()
            .map_or(&[][..], |app| app.settings.trusted_proxies.as_slice());
        // What a caller wrote there may be no text: what the proxies put behind it counts all the same.
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

/// What stands left of the first hop that is not ours was written by anybody.
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

/// IPv6 by /64: a subscriber has at least that many.
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
    fn nobody_names_his_own_address() {
        assert_eq!(of("203.0.113.9", &["10.0.0.1"], &[]), "203.0.113.9");
        assert_eq!(of("203.0.113.9", &["10.0.0.1"], &["127.0.0.0/8"]), "203.0.113.9");
    }

    #[test]
    fn behind_a_proxy_the_rightmost_stranger_counts() {
        let proxy = ["127.0.0.1/32", "10.0.0.0/8"];
        assert_eq!(of("127.0.0.1", &["6.6.6.6, 203.0.113.9"], &proxy), "203.0.113.9");
        assert_eq!(of("127.0.0.1", &["6.6.6.6", "203.0.113.9, 10.1.2.3"], &proxy), "203.0.113.9");
        assert_eq!(of("127.0.0.1", &[], &proxy), "127.0.0.1");
        assert_eq!(of("127.0.0.1", &["203.0.113.9, rubbish"], &proxy), "127.0.0.1");
        assert_eq!(of("::ffff:127.0.0.1", &["203.0.113.9"], &proxy), "203.0.113.9", "mapped into IPv6");
    }

    #[test]
    fn a_subscriber_of_ipv6_is_one() {
        assert_eq!(of("2001:db8:0:1::5", &[], &[]), of("2001:db8:0:1:ffff::9", &[], &[]));
        assert_ne!(of("2001:db8:0:1::5", &[], &[]), of("2001:db8:0:2::5", &[], &[]));
    }
}
