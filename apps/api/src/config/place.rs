//! Where the program listens, where it is seen from outside, where its data is, and where the sandbox listens.

use super::{
    AppEnv, Capacity, DatabaseAddress, SandboxStrangers, database,
    defaults::{
        CONNECTIONS_MAX, DRAIN_SECONDS, POOL_SIZE, RELAY_WORKERS, SANDBOX_ADDRESS, SANDBOX_SMTP_ADDRESS,
        TURN_WORKERS, is_production,
    },
    reader::Reader,
};
use domain::verification::return_to::WebOrigin;
use ipnet::IpNet;
use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};
use url::{Host, Url};

/// The environment, and where the program listens and keeps its data.
pub(super) struct Place {
    pub(super) env: AppEnv,
    pub(super) bind_address: Option<SocketAddr>,
    pub(super) metrics_bind_address: Option<SocketAddr>,
    pub(super) public_base_url: String,
    pub(super) trusted_proxies: Option<Vec<IpNet>>,
    pub(super) database: Option<DatabaseAddress>,
    pub(super) demo_data: bool,
}

/// The sandbox inside this process.
pub(super) struct SandboxPlace {
    pub(super) is_on: bool,
    pub(super) bind_address: Option<SocketAddr>,
    pub(super) smtp_address: Option<SocketAddr>,
    pub(super) strangers: SandboxStrangers,
}

pub(super) fn place(r: &mut Reader<'_>) -> Place {
    let env = app_env(r);
    let bind_address = r.read("BIND_ADDRESS", "127.0.0.1:8000", "an address and port", address);
    if env == AppEnv::Development && bind_address.is_some_and(|address| !address.ip().is_loopback()) {
        r.fault("BIND_ADDRESS", "must be a loopback address in development");
    }
    let metrics_bind_address = r.optional("METRICS_BIND_ADDRESS", "an address and port", address);
    let is_open = metrics_bind_address.is_some_and(|address| !address.ip().is_loopback());
    if env == AppEnv::Development && is_open {
        r.fault("METRICS_BIND_ADDRESS", "must be a loopback address in development");
    }
    let demo_data = r.on_off("DEMO_DATA", in_development(env));
    if env == AppEnv::Production && demo_data {
        r.fault("DEMO_DATA", "must be off in production");
    }
    Place {
        env,
        bind_address,
        metrics_bind_address,
        public_base_url: public_base_url(r, env, bind_address),
        trusted_proxies: r.read("TRUSTED_PROXIES", "", "addresses or networks, comma-separated", networks),
        database: database_address(r, env),
        demo_data,
    }
}

fn address(text: &str) -> Option<SocketAddr> {
    text.parse().ok()
}

const fn in_development(env: AppEnv) -> &'static str {
    match env {
        AppEnv::Development => "on",
        AppEnv::Production => "off",
    }
}

fn app_env(r: &mut Reader<'_>) -> AppEnv {
    if r.get("APP_ENV").is_some_and(|env| env != "production" && env != "development") {
        r.fault("APP_ENV", "must be production or development");
    }
    if is_production(r.values) { AppEnv::Production } else { AppEnv::Development }
}

/// Webhook signatures and links are made over this address, so production can't make it up.
fn public_base_url(r: &mut Reader<'_>, env: AppEnv, bind_address: Option<SocketAddr>) -> String {
    const NAME: &str = "PUBLIC_BASE_URL";
    if env == AppEnv::Production && r.get(NAME).is_none() {
        r.fault(NAME, "is missing: it is the https address under which this server is seen from outside");
        return String::new();
    }
    let default = bind_address.map_or_else(String::new, |address| format!("http://{address}"));
    let url = r.base_url(NAME, &default);
    let parsed = Url::parse(&url).ok();
    if let Some(parsed) = parsed.filter(|_| env == AppEnv::Production) {
        if parsed.scheme() != "https" {
            r.fault(NAME, "must be https in production");
        } else if is_loopback(&parsed) {
            r.fault(NAME, "must not be a loopback address in production: nobody outside can reach it");
        }
    }
    url
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback() || ip.is_unspecified(),
        Some(Host::Ipv6(ip)) => {
            ip.is_loopback() || ip.is_unspecified() || ip.to_ipv4_mapped().is_some_and(|ip| ip.is_loopback())
        }
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        None => true,
    }
}

fn database_address(r: &mut Reader<'_>, env: AppEnv) -> Option<DatabaseAddress> {
    const NAME: &str = "DATABASE_URL";
    let Some(named) = database::read(r.get(NAME)) else {
        r.fault(NAME, "must be sqlite://<path> or postgres://<user>@<host>/<database>");
        return None;
    };
    if env == AppEnv::Production && named.may_be_overheard {
        r.fault(
            NAME,
            "leads over the network, where others can read it: add sslmode=require or verify-full, or \
             sslmode=disable if the network is yours alone",
        );
    }
    Some(named.address)
}

pub(super) fn sandbox(r: &mut Reader<'_>, env: AppEnv) -> SandboxPlace {
    let default = if cfg!(feature = "sandbox") { in_development(env) } else { "off" };
    let is_on = r.on_off("SANDBOX", default);
    if env == AppEnv::Production && is_on {
        r.fault("SANDBOX", "must be off in production");
    } else if is_on && !cfg!(feature = "sandbox") {
        r.fault("SANDBOX", "must be off: this program was built without the sandbox");
    }
    let loopback = |text: &str| address(text).filter(|address| address.ip().is_loopback());
    let expected = "a loopback address and port";
    let bind_address = r.read("SANDBOX_BIND_ADDRESS", SANDBOX_ADDRESS, expected, loopback);
    let smtp_address = r.read("SANDBOX_SMTP_ADDRESS", SANDBOX_SMTP_ADDRESS, expected, loopback);
    let strangers = r.read("SANDBOX_STRANGERS", "refuse", "refuse or allow", SandboxStrangers::parse);
    let strangers = strangers.unwrap_or(SandboxStrangers::Refuse);
    SandboxPlace { is_on, bind_address, smtp_address, strangers }
}

pub(super) fn capacity(r: &mut Reader<'_>, env: AppEnv) -> Capacity {
    let drain = if env == AppEnv::Production { DRAIN_SECONDS } else { 0 };
    Capacity {
        connections_max: r.within("MAX_CONNECTIONS", CONNECTIONS_MAX, 1..=1_000_000),
        shutdown_drain: Duration::from_secs(r.within("SHUTDOWN_DRAIN_SECONDS", drain, 0..=3_600)),
        pool_size: r.within("DATABASE_POOL_SIZE", POOL_SIZE, 1..=1_000),
        statement_cache: r.on_off("DATABASE_STATEMENT_CACHE", "on"),
        turn_workers: r.within("TURN_WORKERS", TURN_WORKERS, 1..=1_000),
        relay_workers: r.within("RELAY_WORKERS", RELAY_WORKERS, 1..=1_000),
    }
}

/// Origins of other sites. In production only encrypted ones (https) are accepted.
pub(super) fn origins(r: &mut Reader<'_>, name: &str, env: AppEnv) -> Vec<WebOrigin> {
    let Some(text) = r.get(name).map(str::to_owned) else { return Vec::new() };
    let mut origins = Vec::new();
    for part in text.split(',').map(str::trim) {
        match WebOrigin::parse(part) {
            Some(origin) if origin.is_encrypted() || env == AppEnv::Development => origins.push(origin),
            _ => {
                r.fault(name, "must be origins such as https://app.example.com, comma-separated");
                return Vec::new();
            }
        }
    }
    origins
}

/// Addresses or networks, comma-separated; empty for an empty text. None if one is malformed.
fn networks(text: &str) -> Option<Vec<IpNet>> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let network =
        |part: &str| part.parse::<IpNet>().ok().or_else(|| Some(part.parse::<IpAddr>().ok()?.into()));
    parts.map(network).collect()
}
