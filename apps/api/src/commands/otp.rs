//! `otp send|check`: verifies a number from a terminal, with the same settings as the server.
//!
//! Questions and messages go to standard error; standard output carries only the result.

mod fallbacks;
mod sending;
mod terminal;

use self::terminal::{ask, tell};
use crate::{composition::App, config::Settings};
use application::{error_chain::describe, verification::verification_service::CheckResult};
use clap::{Args, Subcommand};
use domain::{
    ids::VerificationId,
    phone::Region,
    principal::Principal,
    verification::otp::{OtpCode, Recipient},
};
use std::process::ExitCode;

/// The exit code if settings are missing; nothing was sent or checked.
pub(super) const SETTINGS_MISSING: u8 = 2;

#[derive(Subcommand)]
pub(super) enum OtpCommand {
    /// Check the settings, send a code, ask for it and check it. Exits with 0 if the code was approved, or
    /// was sent while standard input is closed; with 1 if not; with 2 if settings are missing.
    Send(sending::SendArgs),
    /// Check the code of a verification that was started before. Exits as `send` does.
    Check(CheckArgs),
}

#[derive(Args)]
pub(super) struct CheckArgs {
    /// The verification's id; or a number or e-mail address, for its newest open verification.
    which: String,
    /// The code. If it is left out, the command asks for it.
    code: Option<String>,
    /// The team that started the verification.
    #[arg(long, default_value = "development")]
    client: String,
}

pub(super) async fn run(settings: Settings, command: &OtpCommand) -> Result<ExitCode, String> {
    match command {
        OtpCommand::Send(args) => sending::run(settings, args).await,
        OtpCommand::Check(args) => check(settings, args).await,
    }
}

async fn check(settings: Settings, args: &CheckArgs) -> Result<ExitCode, String> {
    let region = settings.default_region;
    let app = App::build(settings).await.map_err(|fault| describe(&fault))?;
    let attempts = CheckAttempts { app: &app, requester: Principal::Client(args.client.clone()) };
    let id = attempts.named(&args.which, region).await?;
    let Some(code) = &args.code else { return attempts.until_settled(id).await };
    let code = OtpCode::parse(code).map_err(|fault| format!("the code {fault}"))?;
    let verdict = attempts.take(id, &code).await?;
    tell(&verdict.words);
    answer(verdict.end == Some(true))
}

/// Writes the result, and returns its exit code.
fn answer(approved: bool) -> Result<ExitCode, String> {
    super::say(if approved { "approved" } else { "not approved" })?;
    Ok(if approved { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn recipient_of(text: &str, region: Region) -> Result<Recipient, String> {
    Recipient::parse(text, region).map_err(|fault| format!("the recipient {fault}"))
}

/// The result of a check attempt.
struct Verdict {
    /// The message to the person at the terminal.
    words: String,
    /// Whether the code was approved; None if another check attempt can follow.
    end: Option<bool>,
}

/// Check attempts on one team's codes.
struct CheckAttempts<'a> {
    app: &'a App,
    requester: Principal,
}

impl CheckAttempts<'_> {
    /// The verification with that id, or the newest open one of that recipient.
    async fn named(&self, which: &str, region: Region) -> Result<VerificationId, String> {
        let verify = &self.app.verification.verify;
        let found = match which.parse::<VerificationId>() {
            Ok(id) => verify.find(id, &self.requester).await,
            Err(_) => verify.find_open(&self.requester, &recipient_of(which, region)?, None).await,
        };
        let found = found.map_err(|fault| describe(&fault))?;
        found.map(|found| found.id).ok_or_else(|| {
            "no such verification of this team; check the id or recipient, and --client".to_owned()
        })
    }

    /// Asks for codes until one is approved, no check attempt is left, or the line is empty.
    async fn until_settled(&self, id: VerificationId) -> Result<ExitCode, String> {
        while let Some(typed) = ask("code (empty to stop): ").await? {
            if let Some(approved) = self.typed(id, &typed).await? {
                return answer(approved);
            }
        }
        Self::given_up(id)
    }

    fn given_up(id: VerificationId) -> Result<ExitCode, String> {
        tell(&format!("stopped; until it expires, `ventanilla otp check {id}` checks the code"));
        answer(false)
    }

    /// Checks what was typed. Some(approved) if the verification has ended, None if another code can follow.
    async fn typed(&self, id: VerificationId, typed: &str) -> Result<Option<bool>, String> {
        let Ok(code) = OtpCode::parse(typed) else {
            tell("a code has 4 to 10 digits");
            return Ok(None);
        };
        let verdict = self.take(id, &code).await?;
        tell(&verdict.words);
        Ok(verdict.end)
    }

    async fn take(&self, id: VerificationId, code: &OtpCode) -> Result<Verdict, String> {
        let checked = Box::pin(self.app.verification.verify.check(id, &self.requester, code, None)).await;
        let verdict = |end, words: String| Verdict { words, end };
        Ok(match checked.map_err(|fault| describe(&fault))? {
            CheckResult::Judged(checked) if checked.approved => {
                verdict(Some(true), "the code is correct".into())
            }
            CheckResult::Judged(checked) => match (checked.locked_until, checked.attempts_remaining) {
                (Some(until), _) => verdict(
                    Some(false),
                    format!("wrong code; the number is locked until {}", until.to_rfc3339()),
                ),
                (None, 0) => verdict(Some(false), "wrong code; no check attempts left".into()),
                (None, 1) => verdict(None, "wrong code; 1 check attempt left".into()),
                (None, left) => verdict(None, format!("wrong code; {left} check attempts left")),
            },
            CheckResult::Gone => verdict(
                Some(false),
                "the verification has ended: approved before, expired, or no check attempts left".into(),
            ),
            CheckResult::Locked(until) => {
                verdict(Some(false), format!("the number is locked until {}", until.to_rfc3339()))
            }
            CheckResult::Failed(fault) => {
                verdict(None, format!("the code was not checked, and no check attempt was used: {fault}"))
            }
        })
    }
}
