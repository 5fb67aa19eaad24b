//! `otp send`: sends a code, asks for it and checks it.

use super::{
    CheckAttempts, SETTINGS_MISSING, answer,
    fallbacks::ReadyChannels,
    recipient_of,
    terminal::{ask, ask_or_end, tell},
};
use crate::{composition::App, config::Settings, wakeups::WorkerWakeups, workers::Workers};
use application::{
    error_chain::describe,
    verification::verification_service::{SendCodeOutcome, StartRequest},
};
use clap::Args;
use domain::{
    ids::VerificationId,
    locale::Locale,
    message::Channel,
    phone::Region,
    principal::Principal,
    verification::otp::{Purpose, Recipient},
};
use ports::verification::{Verification, code_provider::CodeProviderError};
use std::{process::ExitCode, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep};

/// How long to wait until a code of ours has left the outbox, and how often to look: another process may be
/// the one that sends it.
const OUT_WITHIN: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(100);

#[derive(Args)]
pub(in crate::commands) struct SendArgs {
    /// The number, in any usual spelling, or an e-mail address. If it is left out, the command asks for it.
    to: Option<String>,
    /// whatsapp, sms, call, email or telegram. If it is left out, the command asks for it.
    #[arg(long, value_parser = parse_channel)]
    channel: Option<Channel>,
    /// registration, login, `password_reset` or transfer.
    #[arg(long, default_value = "registration", value_parser = parse_purpose)]
    purpose: Purpose,
    /// es, en or pt; the default is `DEFAULT_LOCALE`.
    #[arg(long, value_parser = parse_locale)]
    locale: Option<Locale>,
    /// The team that starts the verification. Only this team can check it, here and over HTTP.
    #[arg(long, default_value = "development")]
    client: String,
}

fn parse_channel(name: &str) -> Result<Channel, &'static str> {
    Channel::parse(name).ok_or("must be whatsapp, sms, call, email or telegram")
}

fn parse_purpose(name: &str) -> Result<Purpose, &'static str> {
    Purpose::parse_for_teams(name).ok_or("must be registration, login, password_reset or transfer")
}

fn parse_locale(tag: &str) -> Result<Locale, &'static str> {
    Locale::parse(tag).ok_or("must be es, en or pt")
}

pub(super) async fn run(settings: Settings, args: &SendArgs) -> Result<ExitCode, String> {
    let fallbacks = ReadyChannels::of(&settings);
    tell(&fallbacks.report());
    if let Some(channel) = args.channel
        && !fallbacks.lacking(channel).is_empty()
    {
        return Ok(missing(channel.name(), fallbacks.lacking(channel)));
    }
    let to = match &args.to {
        Some(text) => recipient_of(text, settings.default_region)?,
        None => ask_recipient(settings.default_region).await?,
    };
    let ready = fallbacks.to(&to);
    let channel = match (args.channel, ready.first()) {
        (Some(channel), _) if ready.contains(&channel) => channel,
        (Some(channel), _) => return Err(format!("{} can't reach {to}", channel.name())),
        (None, Some(first)) => ask_channel(*first, &ready).await?,
        (None, None) => {
            return Ok(missing("any channel that reaches this recipient", &fallbacks.lacking_to(&to)));
        }
    };
    let requester = Principal::Client(args.client.clone());
    let locale = args.locale.unwrap_or(settings.default_locale);
    let request = StartRequest::to(to, requester, channel, args.purpose, locale);
    send_and_ask(settings, request).await
}

/// Names the settings that must be set first.
fn missing(channel: &str, lacks: &[&str]) -> ExitCode {
    tell(&format!("codes can't be sent by {channel}: set {}", lacks.join(", ")));
    ExitCode::from(SETTINGS_MISSING)
}

async fn ask_recipient(region: Region) -> Result<Recipient, String> {
    while let Some(typed) = ask("number or e-mail address: ").await? {
        match recipient_of(&typed, region) {
            Ok(to) => return Ok(to),
            Err(complaint) => tell(&complaint),
        }
    }
    Err("no number or e-mail address was given".into())
}

/// Asks for a channel; an empty line means the first one.
async fn ask_channel(first: Channel, ready: &[Channel]) -> Result<Channel, String> {
    if ready.len() == 1 {
        return Ok(first);
    }
    let names: Vec<&str> = ready.iter().map(|channel| channel.name()).collect();
    let question = format!("channel ({}; empty for {}): ", names.join(", "), first.name());
    while let Some(typed) = ask(&question).await? {
        match Channel::parse(&typed).filter(|channel| ready.contains(channel)) {
            Some(channel) => return Ok(channel),
            None => tell(&format!("must be one of: {}", names.join(", "))),
        }
    }
    Ok(first)
}

async fn send_and_ask(settings: Settings, request: StartRequest) -> Result<ExitCode, String> {
    let app = Arc::new(App::build(settings).await.map_err(|fault| describe(&fault))?);
    let requester = request.requester.clone();
    let started = Box::pin(app.verification.verify.start(request)).await.map_err(|fault| describe(&fault))?;
    let verification = sent(&app, started)?;
    let relay = verification.own_code.is_some().then(|| {
        tell("while this command runs, it sends all that waits in the outbox; a server may send beside it");
        Workers::start_relay(&app, &Arc::new(WorkerWakeups::default()))
    });
    let ended = go_on(&CheckAttempts { app: &app, requester }, &verification).await;
    if let Some(relay) = relay {
        relay.stop().await;
    }
    ended
}

/// The verification whose code was sent, or why it was not sent.
fn sent(app: &App, started: SendCodeOutcome) -> Result<Verification, String> {
    Err(match started {
        SendCodeOutcome::Sent(verification) | SendCodeOutcome::StillGood(verification) => {
            return Ok(*verification);
        }
        SendCodeOutcome::TooSoon { verification, at } => format!(
            "a code was sent just now; check it with `ventanilla otp check {verification}`, or resend at {}",
            at.to_rfc3339()
        ),
        SendCodeOutcome::TooMany(_, at) => {
            format!("too many codes were sent; the next can be sent at {}", at.to_rfc3339())
        }
        SendCodeOutcome::Locked(until) => {
            format!("the number is locked after too many wrong codes, until {}", until.to_rfc3339())
        }
        SendCodeOutcome::Suspended(at) => format!("no codes are sent until {}", at.to_rfc3339()),
        SendCodeOutcome::OptedOut => "the recipient has opted out of messages on this channel".into(),
        SendCodeOutcome::NumberRefused => "codes are not sent to this number; see ALLOWED_COUNTRIES".into(),
        SendCodeOutcome::Failed(fault @ CodeProviderError::Unavailable(_)) => {
            format!("the provider did not accept the code: {fault}{}", hint(app))
        }
        SendCodeOutcome::Failed(fault) => format!("the provider did not accept the code: {fault}"),
        SendCodeOutcome::NotFound => "the verification was not found".into(),
    })
}

/// In development the sandbox plays the providers, inside the server.
fn hint(app: &App) -> &'static str {
    if app.settings.sandbox { "; the sandbox runs inside `ventanilla serve`: is it running?" } else { "" }
}

async fn go_on(attempts: &CheckAttempts<'_>, verification: &Verification) -> Result<ExitCode, String> {
    let id = verification.id;
    if verification.own_code.is_some() {
        until_out(attempts, id).await?;
    }
    let (channel, to) = (verification.channel.name(), &verification.to);
    let ends = verification.challenge.expires_at.to_rfc3339();
    let left = verification.challenge.attempts_remaining();
    tell(&format!(
        "sent by {channel} to {to}: verification {id}, valid until {ends}, {left} check attempts left"
    ));
    let Some(typed) = ask_or_end("code (empty to stop): ").await? else {
        // Standard input is closed: the answer is the id, for a later check.
        return crate::commands::say(&id.to_string());
    };
    if typed.is_empty() {
        return CheckAttempts::given_up(id);
    }
    match attempts.typed(id, &typed).await? {
        Some(approved) => answer(approved),
        None => attempts.until_settled(id).await,
    }
}

/// Waits until a code of ours has left the outbox.
async fn until_out(attempts: &CheckAttempts<'_>, id: VerificationId) -> Result<(), String> {
    let begun = Instant::now();
    loop {
        let found = attempts
            .app
            .verification
            .verify
            .find(id, &attempts.requester)
            .await
            .map_err(|fault| describe(&fault))?;
        match found.as_ref().and_then(|found| found.sends.last()).map(|send| send.status.name()) {
            Some("failed") => return Err("the code could not be delivered".into()),
            Some("sent" | "delivered" | "read") => return Ok(()),
            _ if begun.elapsed() >= OUT_WITHIN => {
                let hint = hint(attempts.app);
                return Err(format!("the code was not sent yet, and waits in the outbox{hint}"));
            }
            _ => sleep(LOOK_EVERY).await,
        }
    }
}
