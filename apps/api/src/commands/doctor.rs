//! `doctor`: checks the settings, the database and the connection to each provider.

use crate::{composition::open_store, config::Settings};
use application::error_chain::describe;
use std::{process::ExitCode, time::Duration};

pub(super) async fn run(settings: &Settings) -> Result<ExitCode, String> {
    let mut checks = vec![("settings".to_owned(), Ok(()))];
    checks.push(("database".into(), database(settings).await));
    let twilio = &settings.twilio;
    let mut providers = vec![
        ("twilio messages", &twilio.api_base),
        ("twilio verify", &twilio.verify_base),
        ("twilio lookup", &twilio.lookups_base),
    ];
    providers.extend(settings.meta.as_ref().map(|meta| ("meta", &meta.graph_base)));
    providers.extend(settings.telegram.as_ref().map(|telegram| ("telegram", &telegram.api_base)));
    for (name, base) in providers {
        checks.push((name.into(), reach(base).await));
    }
    let lines: Vec<_> = checks
        .iter()
        .map(|(name, outcome)| match outcome {
            Ok(()) => format!("ok    {name}"),
            Err(error) => format!("FAIL  {name}: {error}"),
        })
        .collect();
    super::say(&lines.join("\n"))?;
    Ok(if checks.iter().all(|(_, outcome)| outcome.is_ok()) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn database(settings: &Settings) -> Result<(), String> {
    let store = open_store(settings).await.map_err(|fault| describe(&fault))?;
    store.ping().await.map_err(|fault| describe(&fault))
}

/// Any response counts as success: it shows that a server is reachable at the address.
async fn reach(base: &str) -> Result<(), String> {
    // An error means that the same provider was installed before.
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).no_proxy().build();
    let client = client.map_err(|fault| fault.to_string())?;
    client.get(base).send().await.map(|_answer| ()).map_err(|fault| fault.without_url().to_string())
}
