//! Keeps other sites out: the sandbox answers only a Host of this machine, and its control routes take JSON only
//! as JSON, which no page of another site can send unasked.

use crate::control::PREFIX;
use actix_web::{
    Error, HttpResponse, HttpResponseBuilder,
    body::BoxBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{Method, header, uri::Authority},
    middleware::Next,
};
use serde_json::json;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

/// The middleware in front of every route.
pub(crate) async fn guard(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(Authority::as_str));
    if !host.is_some_and(is_this_machine) {
        return Ok(refuse(
            request,
            HttpResponse::Forbidden(),
            "the Host must be localhost, 127.0.0.1 or [::1]",
        ));
    }
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_json = kind.is_some_and(is_json);
    if request.method() == Method::POST && request.path().starts_with(PREFIX) && !is_json {
        return Ok(refuse(
            request,
            HttpResponse::UnsupportedMediaType(),
            "the Content-Type must be application/json",
        ));
    }
    next.call(request).await
}

fn refuse(request: ServiceRequest, mut answer: HttpResponseBuilder, why: &str) -> ServiceResponse<BoxBody> {
    request.into_response(answer.json(json!({"error": why})))
}

/// True for the media type of JSON, with or without parameters.
fn is_json(kind: &str) -> bool {
    let essence = kind.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

/// True for a Host that can only be this machine, with or without a port.
fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    if let Some(address) = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        return address.parse().is_ok_and(|ip: Ipv6Addr| ip.is_loopback());
    }
    name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(|ip: Ipv4Addr| ip.is_loopback())
}

/// True for an address to listen on that only this machine reaches.
pub(crate) fn is_loopback(address: &str) -> bool {
    match address.parse::<SocketAddr>() {
        Ok(address) => address.ip().is_loopback(),
        Err(_name) => is_this_machine(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for host in ["127.0.0.1:8001", "localhost", "LOCALHOST:8001", "[::1]:8001", "[::1]", "127.0.0.2:1"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in [
            "",
            "example.com",
            "localhost.example.com",
            "127.0.0.1.example.com:8001",
            "127.0.0.1@example.com",
            "192.168.0.2:8001",
            "0.0.0.0:8001",
            "[::]:1",
            "[127.0.0.1]",
            "[localhost",
        ] {
            assert!(!is_this_machine(host), "{host}");
        }
    }

    #[test]
    fn json_is_told_by_its_whole_name() {
        assert!(
            ["application/json", "Application/JSON; charset=utf-8", " application/json "]
                .into_iter()
                .all(is_json)
        );
        assert!(
            !["", "text/plain;application/json", "application/jsonp", "application/json-seq", "json"]
                .into_iter()
                .any(is_json)
        );
    }

    #[test]
    fn it_listens_where_only_this_machine_reaches_it() {
        assert!(["127.0.0.1:0", "[::1]:8001", "localhost:8001"].into_iter().all(is_loopback));
        assert!(
            !["0.0.0.0:8001", "[::]:8001", "10.0.0.1:8001", "example.com:1"].into_iter().any(is_loopback)
        );
    }
}
