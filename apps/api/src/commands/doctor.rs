//! `doctor`: are the settings sound, does the database open, can each provider be reached.

use crate::{composition::open_store, config::Settings, error_chain::describe};
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
            Err(why) => format!("FAIL  {name}: {why}"),
        })
        .collect();
    super::say(&lines.join("\n"))?;
    Ok(if checks.iter().all(|(_, outcome)| outcome.is_ok()) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn database(settings: &Settings) -> Result<(), String> {
    let store = open_store(settings).await.map_err(|fault| describe(&fault))?;
    store.ping().await.map_err(|fault| describe(&fault))
}

/// Any answer will do: the address leads to a server.
async fn reach(base: &str) -> Result<(), String> {
    // Installed before by somebody else it is the same one.
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).no_proxy().build();
    let client = client.map_err(|fault| fault.to_string())?;
    client.get(base).send().await.map(|_answer| ()).map_err(|fault| fault.without_url().to_string())
}
