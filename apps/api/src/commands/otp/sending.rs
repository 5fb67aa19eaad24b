//! `otp send`.

use super::{
    Guesses, SETTINGS_MISSING, answer,
    fallbacks::Ways,
    recipient_of,
    terminal::{ask, ask_or_end, tell},
};
use crate::{
    composition::App, config::Settings, error_chain::describe, wakeups::WorkerWakeups, workers::Workers,
};
use application::verification::verification_service::{SendCodeOutcome, StartRequest, WhenOpen};
use clap::Args;
use domain::{
    ids::VerificationId,
    locale::Locale,
    message::Channel,
    phone::Region,
    verification::otp::{Purpose, Recipient},
};
use ports::verification::{Requester, Verification, code_provider::CodeProviderError};
use std::{process::ExitCode, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep};

/// How long a code of ours is waited for to leave the outbox, and how often it is looked for there: another
/// process may be the one that sends it.
const OUT_WITHIN: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(100);

#[derive(Args)]
pub(in crate::commands) struct SendArgs {
    /// The number, in any usual spelling, or an e-mail address; asked for where it is not given.
    to: Option<String>,
    /// whatsapp, sms, call, email or telegram; asked for where it is not given.
    #[arg(long, value_parser = parse_channel)]
    channel: Option<Channel>,
    /// registration, login, `password_reset` or transfer.
    #[arg(long, default_value = "registration", value_parser = parse_purpose)]
    purpose: Purpose,
    /// es, en or pt; `DEFAULT_LOCALE` where it is not given.
    #[arg(long, value_parser = parse_locale)]
    locale: Option<Locale>,
    /// The team that asks: the verification is its own, here and over HTTP.
    #[arg(long, default_value = "development")]
    client: String,
}

fn parse_channel(name: &str) -> Result<Channel, &'static str> {
    Channel::parse(name).ok_or("must be whatsapp, sms, call, email or telegram")
}

fn parse_purpose(name: &str) -> Result<Purpose, &'static str> {
    Purpose::parse(name).ok_or("must be registration, login, password_reset or transfer")
}

fn parse_locale(tag: &str) -> Result<Locale, &'static str> {
    Locale::parse(tag).ok_or("must be es, en or pt")
}

pub(super) async fn run(settings: Settings, args: &SendArgs) -> Result<ExitCode, String> {
    let fallbacks = Ways::of(&settings);
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
        (Some(channel), _) => return Err(format!("{} does not lead to {to}", channel.name())),
        (None, Some(first)) => ask_channel(*first, &ready).await?,
        (None, None) => return Ok(missing("any channel that leads there", &fallbacks.lacking_to(&to))),
    };
    let request = StartRequest {
        requester: Requester::Client(args.client.clone()),
        to,
        channel,
        fallback: Vec::new(),
        purpose: args.purpose,
        locale: args.locale.unwrap_or(settings.default_locale),
        client_ip: None,
        origin: None,
        page: None,
        effect_key: None,
        when_open: WhenOpen::Resend,
    };
    send_and_ask(settings, request).await
}

/// Says by name what must be set first.
fn missing(fallback: &str, lacks: &[&str]) -> ExitCode {
    tell(&format!("no codes go out by {fallback}: set {}", lacks.join(", ")));
    ExitCode::from(SETTINGS_MISSING)
}

async fn ask_recipient(region: Region) -> Result<Recipient, String> {
    while let Some(typed) = ask("number or e-mail address: ").await? {
        match recipient_of(&typed, region) {
            Ok(to) => return Ok(to),
            Err(complaint) => tell(&complaint),
        }
    }
    Err("no number was given".into())
}

/// Nothing typed means the first.
async fn ask_channel(first: Channel, ready: &[Channel]) -> Result<Channel, String> {
    if ready.len() == 1 {
        return Ok(first);
    }
    let names: Vec<&str> = ready.iter().map(|channel| channel.name()).collect();
    let question = format!("channel ({}; nothing for {}): ", names.join(", "), first.name());
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
    let started = Box::pin(app.verify.start(request)).await.map_err(|fault| describe(&fault))?;
    let verification = sent(&app, started)?;
    let relay = verification.own_code.is_some().then(|| {
        tell(
            "the outbox is sent from here while this runs, whatever waits in it; a server may send beside it",
        );
        Workers::start_relay(&app, &Arc::new(WorkerWakeups::default()))
    });
    let ended = go_on(&Guesses { app: &app, requester }, &verification).await;
    if let Some(relay) = relay {
        relay.stop().await;
    }
    ended
}

/// What was sent; else why not.
fn sent(app: &App, started: SendCodeOutcome) -> Result<Verification, String> {
    Err(match started {
        SendCodeOutcome::Sent(verification) | SendCodeOutcome::StillGood(verification) => {
            return Ok(*verification);
        }
        SendCodeOutcome::TooSoon { verification, at } => format!(
            "the code went out a moment ago, and may again at {}; `ventanilla otp check {verification}` takes it",
            at.to_rfc3339()
        ),
        SendCodeOutcome::TooMany(_, at) => {
            format!("too many codes were sent; the next may be at {}", at.to_rfc3339())
        }
        SendCodeOutcome::Locked(until) => {
            format!("the number is locked after wrong guesses, until {}", until.to_rfc3339())
        }
        SendCodeOutcome::Suspended(at) => format!("no codes are sent until {}", at.to_rfc3339()),
        SendCodeOutcome::OptedOut => "the recipient wants no messages by this channel".into(),
        SendCodeOutcome::NumberRefused => "codes are not sent to this number: see ALLOWED_COUNTRIES".into(),
        SendCodeOutcome::Failed(fault @ CodeProviderError::Unavailable(_)) => {
            format!("the code was not taken: {fault}{}", hint(app))
        }
        SendCodeOutcome::Failed(fault) => format!("the code was not taken: {fault}"),
        SendCodeOutcome::NotFound => "there is no such verification".into(),
    })
}

/// In development the providers are played by the server.
fn hint(app: &App) -> &'static str {
    if app.settings.sandbox { "; the sandbox runs within `ventanilla serve`: is it running?" } else { "" }
}

async fn go_on(attempts: &Guesses<'_>, verification: &Verification) -> Result<ExitCode, String> {
    let id = verification.id;
    if verification.own_code.is_some() {
        until_out(attempts, id).await?;
    }
    let (fallback, to) = (verification.channel.name(), &verification.to);
    let ends = verification.challenge.expires_at.to_rfc3339();
    let tries = verification.challenge.attempts_remaining();
    tell(&format!("sent by {fallback} to {to}: verification {id}, good until {ends}, {tries} tries left"));
    let Some(typed) = ask_or_end("code (nothing to give up): ").await? else {
        // Nobody is there: whoever reads the answer checks later.
        return crate::commands::say(&id.to_string());
    };
    if typed.is_empty() {
        return Guesses::given_up(id);
    }
    match attempts.typed(id, &typed).await? {
        Some(approved) => answer(approved),
        None => attempts.until_settled(id).await,
    }
}

/// Waits until a code of ours has left the outbox.
async fn until_out(attempts: &Guesses<'_>, id: VerificationId) -> Result<(), String> {
    let begun = Instant::now();
    loop {
        let found =
            attempts.app.verify.find(id, &attempts.requester).await.map_err(|fault| describe(&fault))?;
        match found.as_ref().and_then(|found| found.sends.last()).map(|send| send.status.as_str()) {
            Some("failed") => return Err("the code could not be delivered".into()),
            Some("sent" | "delivered" | "read") => return Ok(()),
            _ if begun.elapsed() >= OUT_WITHIN => {
                let hint = hint(attempts.app);
                return Err(format!("the code has not gone out yet, and waits in the outbox{hint}"));
            }
            _ => sleep(LOOK_EVERY).await,
        }
    }
}
