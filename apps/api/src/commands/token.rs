//! `token`: a service token, signed as the server reads it.

use crate::{
    composition::tokens,
    config::{AppEnv, Settings},
    scopes::ALL_SCOPES,
};
use adapter_crypto::TokenKind;
use chrono::Duration;
use clap::Args;
use domain::operations::signed_request::is_client_id;
use std::process::ExitCode;

/// What the token shall say.
#[derive(Args)]
pub(super) struct TokenArgs {
    /// The team's id.
    #[arg(long, default_value = "development")]
    client: String,
    /// What it may do, comma-separated; in development all, in production it must be said.
    #[arg(long, value_delimiter = ',')]
    scopes: Option<Vec<String>>,
    /// How long it is good, in seconds.
    #[arg(long, default_value_t = 3600, value_parser = clap::value_parser!(i64).range(1..=31_536_000))]
    ttl: i64,
}

pub(super) fn run(settings: &Settings, args: &TokenArgs) -> Result<ExitCode, String> {
    let scopes = match (&args.scopes, settings.env) {
        (Some(scopes), _) => scopes.clone(),
        (None, AppEnv::Development) => ALL_SCOPES.iter().map(|scope| (*scope).to_owned()).collect(),
        (None, AppEnv::Production) => return Err("--scopes must be given in production".into()),
    };
    if let Some(unknown) = scopes.iter().find(|scope| !ALL_SCOPES.contains(&scope.as_str())) {
        return Err(format!("there is no scope {unknown}; there are {}", ALL_SCOPES.join(", ")));
    }
    if !is_client_id(&args.client) {
        return Err("--client must be 1 to 64 letters, digits, dots, hyphens or underscores".into());
    }
    let token = tokens(settings)
        .issue(TokenKind::Service, &args.client, &scopes, Duration::seconds(args.ttl))
        .map_err(|fault| fault.to_string())?;
    super::say(&token)
}
