//! `token`: makes a service token, signed with the server's key.

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

/// The contents of the token.
#[derive(Args)]
pub(super) struct TokenArgs {
    /// The team's client id.
    #[arg(long, default_value = "development")]
    client: String,
    /// Scopes, comma-separated. The default in development is all; in production they are required.
    #[arg(long, value_delimiter = ',')]
    scopes: Option<Vec<String>>,
    /// Lifetime in seconds, a year at most.
    #[arg(long, default_value_t = 3600, value_parser = clap::value_parser!(i64).range(1..=31_536_000))]
    ttl: i64,
}

pub(super) fn run(settings: &Settings, args: &TokenArgs) -> Result<ExitCode, String> {
    let scopes = match (&args.scopes, settings.env) {
        (Some(scopes), _) => scopes.clone(),
        (None, AppEnv::Development) => ALL_SCOPES.iter().map(|scope| (*scope).to_owned()).collect(),
        (None, AppEnv::Production) => return Err("--scopes is required in production".into()),
    };
    if let Some(unknown) = scopes.iter().find(|scope| !ALL_SCOPES.contains(&scope.as_str())) {
        return Err(format!("unknown scope {unknown}; the scopes are {}", ALL_SCOPES.join(", ")));
    }
    if !is_client_id(&args.client) {
        return Err("--client must be 1 to 64 letters, digits, dots, hyphens or underscores".into());
    }
    let token = tokens(settings)
        .issue(TokenKind::Service, &args.client, &scopes, Duration::seconds(args.ttl))
        .map_err(|fault| fault.to_string())?;
    super::say(&token)
}
