//! Where a caller is, as limits count it.

use actix_web::HttpRequest;
use std::net::{IpAddr, Ipv6Addr};

/// The address of whoever calls.
pub(crate) fn peer_address(request: &HttpRequest) -> String {
    request.peer_addr().map_or_else(|| "unknown".to_owned(), |peer| counted(peer.ip().to_canonical()))
}

/// IPv6 by /64: a subscriber has at least that many.
fn counted(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let network = u128::from(ip) & (u128::MAX << 64);
            format!("{}/64", Ipv6Addr::from(network))
        }
    }
}
