//! `operator`: the accounts of operators, and tokens for them.

use crate::{
    composition::{kernel, open_to_read, tokens},
    config::Settings,
};
use adapter_crypto::TokenKind;
use application::error_chain::describe;
use chrono::Duration;
use clap::{Args, Subcommand};
use domain::{
    email::{EmailAddress, InvalidEmail},
    ids::OperatorId,
    operations::{
        audit::Actor,
        operators::{OperatorRole, UnknownRole},
    },
    principal::Principal,
};
use ports::{
    operations::{NewOperator, OperatorAdded, OperatorView, Operators},
    pagination::PageRequest,
};
use std::process::ExitCode;

/// Accounts that are read at once.
const PAGE: i64 = 200;

#[derive(Subcommand)]
pub(super) enum OperatorCommand {
    /// Add an account. Prints its id.
    Add {
        #[command(flatten)]
        who: Address,
        /// What they may do: look, answer, investigate, decide or admin. Each includes those before it.
        #[arg(long, value_parser = role)]
        role: OperatorRole,
    },
    /// List the accounts: address, role, since when, and whether it is disabled.
    List,
    /// Disable an account. Its tokens stop working at once.
    Disable(Address),
    /// End all tokens of an account. A disabled account can be used again.
    Reset(Address),
    /// Make a token with which the operator calls the API.
    Token {
        #[command(flatten)]
        who: Address,
        /// Lifetime in seconds, eight hours at most.
        #[arg(long, default_value_t = 3600, value_parser = clap::value_parser!(i64).range(1..=28_800))]
        ttl: i64,
    },
}

/// An operator's address.
#[derive(Args)]
pub(super) struct Address {
    /// The operator's e-mail address.
    #[arg(value_parser = email)]
    email: EmailAddress,
}

fn email(text: &str) -> Result<EmailAddress, InvalidEmail> {
    EmailAddress::parse(text)
}

fn role(text: &str) -> Result<OperatorRole, UnknownRole> {
    OperatorRole::parse(text)
}

pub(super) async fn run(settings: &Settings, command: &OperatorCommand) -> Result<ExitCode, String> {
    let store = open_to_read(settings).await.map_err(|fault| describe(&fault))?;
    match command {
        OperatorCommand::Add { who, role } => add(store.as_ref(), &who.email, *role).await,
        OperatorCommand::List => list(store.as_ref()).await,
        OperatorCommand::Disable(Address { email }) => {
            let disabled = store.disable_operator(email, &actor("disable"), kernel().now()).await;
            let operator = known(disabled.map_err(|fault| describe(&fault))?)?;
            super::say(&format!("{} is disabled", operator.email.as_str()))
        }
        OperatorCommand::Reset(Address { email }) => {
            let kernel = kernel();
            let reset = store.reset_operator(email, kernel.new_id(), &actor("reset"), kernel.now()).await;
            let operator = known(reset.map_err(|fault| describe(&fault))?)?;
            super::say(&format!("the tokens of {} have ended", operator.email.as_str()))
        }
        OperatorCommand::Token { who, ttl } => token(settings, store.as_ref(), &who.email, *ttl).await,
    }
}

fn actor(what: &str) -> Actor {
    Actor { who: Principal::System, channel: "command".into(), request_id: format!("operator {what}") }
}

fn known(found: Option<OperatorView>) -> Result<OperatorView, String> {
    found.ok_or_else(|| "no operator has that address; `ventanilla operator list` shows them".into())
}

async fn add(
    store: &(impl Operators + ?Sized),
    email: &EmailAddress,
    role: OperatorRole,
) -> Result<ExitCode, String> {
    let kernel = kernel();
    let new = NewOperator {
        id: OperatorId(kernel.new_id()),
        email: email.clone(),
        role,
        token_series: kernel.new_id(),
    };
    match store.add_operator(&new, &actor("add"), kernel.now()).await.map_err(|fault| describe(&fault))? {
        OperatorAdded::Added => super::say(&new.id.to_string()),
        OperatorAdded::AddressTaken => Err("an operator has that address; `operator reset` ends their \
                                            tokens, and lets a disabled one in again"
            .into()),
    }
}

async fn list(store: &(impl Operators + ?Sized)) -> Result<ExitCode, String> {
    let mut page = PageRequest { limit: PAGE, after: None };
    loop {
        let found = store.operators(&page).await.map_err(|fault| describe(&fault))?;
        let Some(last) = found.last() else { return Ok(ExitCode::SUCCESS) };
        page.after = Some(last.id.to_string());
        let lines: Vec<_> = found.iter().map(line).collect();
        super::say(&lines.join("\n"))?;
    }
}

fn line(operator: &OperatorView) -> String {
    let OperatorView { email, role, created_at, disabled_at, .. } = operator;
    let state = disabled_at.map_or_else(String::new, |at| format!("  disabled {}", at.to_rfc3339()));
    format!("{}  {}  {}{state}", email.as_str(), role.name(), created_at.to_rfc3339())
}

async fn token(
    settings: &Settings,
    store: &(impl Operators + ?Sized),
    email: &EmailAddress,
    ttl: i64,
) -> Result<ExitCode, String> {
    let operator = known(store.find_operator(email).await.map_err(|fault| describe(&fault))?)?;
    if operator.disabled_at.is_some() {
        return Err("the operator is disabled; `operator reset` lets them in again".into());
    }
    let (id, series) = (operator.id.to_string(), operator.token_series.to_string());
    let token = tokens(settings)
        .issue_for_session(TokenKind::Operator, &id, &series, Duration::seconds(ttl))
        .map_err(|fault| fault.to_string())?;
    super::say(&token)
}
