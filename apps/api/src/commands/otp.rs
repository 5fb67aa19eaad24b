//! `otp send|check`: prove a number from a terminal, by the very settings that the server runs on.
//!
//! Questions and news go to standard error; standard output bears the word at the end alone.

mod fallbacks;
mod sending;
mod terminal;

use self::terminal::{ask, tell};
use crate::{composition::App, config::Settings, error_chain::describe};
use application::verification::verification_service::CheckResult;
use clap::{Args, Subcommand};
use domain::{
    ids::VerificationId,
    phone::Region,
    verification::otp::{OtpCode, Recipient},
};
use ports::verification::Requester;
use std::process::ExitCode;

/// What is missing is settings: nothing was tried.
pub(super) const SETTINGS_MISSING: u8 = 2;

#[derive(Subcommand)]
pub(super) enum OtpCommand {
    /// Look over the settings, send a code, ask for it and check it. Exits with 0 when it was approved, or sent
    /// where nobody is there to type it; with 1 when not; with 2 when settings are missing.
    Send(sending::SendArgs),
    /// Check the code of a verification that was begun before; exits as `send` does.
    Check(CheckArgs),
}

#[derive(Args)]
pub(super) struct CheckArgs {
    /// The verification's id, or the number or address whose newest one is meant.
    which: String,
    /// The code; asked for where it is not given.
    code: Option<String>,
    /// The team that began it.
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
    let attempts = Guesses { app: &app, requester: Requester::Client(args.client.clone()) };
    let id = attempts.named(&args.which, region).await?;
    let Some(code) = &args.code else { return attempts.until_settled(id).await };
    let code = OtpCode::parse(code).map_err(|fault| format!("the code {fault}"))?;
    let verdict = attempts.take(id, &code).await?;
    tell(&verdict.words);
    answer(verdict.end == Some(true))
}

/// The word at the end.
fn answer(approved: bool) -> Result<ExitCode, String> {
    super::say(if approved { "approved" } else { "not approved" })?;
    Ok(if approved { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn recipient_of(text: &str, region: Region) -> Result<Recipient, String> {
    Recipient::parse(text, region).map_err(|fault| format!("it {fault}"))
}

/// What came of a guess.
struct Verdict {
    /// For whoever typed it.
    words: String,
    /// Whether it was right, where no other can follow it.
    end: Option<bool>,
}

/// Guesses at a team's codes.
struct Guesses<'a> {
    app: &'a App,
    requester: Requester,
}

impl Guesses<'_> {
    /// The verification that is meant.
    async fn named(&self, which: &str, region: Region) -> Result<VerificationId, String> {
        let verify = &self.app.verify;
        let found = match which.parse::<VerificationId>() {
            Ok(id) => verify.find(id, &self.requester).await,
            Err(_) => verify.find_open(&self.requester, &recipient_of(which, region)?, None).await,
        };
        let found = found.map_err(|fault| describe(&fault))?;
        found.map(|found| found.id).ok_or_else(|| "there is no such verification of this team".to_owned())
    }

    /// Asks for codes until one is right, none can be any more, or nobody types one.
    async fn until_settled(&self, id: VerificationId) -> Result<ExitCode, String> {
        while let Some(typed) = ask("code (nothing to give up): ").await? {
            if let Some(approved) = self.typed(id, &typed).await? {
                return answer(approved);
            }
        }
        Self::given_up(id)
    }

    fn given_up(id: VerificationId) -> Result<ExitCode, String> {
        tell(&format!("given up; while it lasts, `ventanilla otp check {id}` takes its code"));
        answer(false)
    }

    /// Whether what was typed ends it, and how.
    async fn typed(&self, id: VerificationId, typed: &str) -> Result<Option<bool>, String> {
        let Ok(code) = OtpCode::parse(typed) else {
            tell("a code is 4 to 10 digits");
            return Ok(None);
        };
        let verdict = self.take(id, &code).await?;
        tell(&verdict.words);
        Ok(verdict.end)
    }

    async fn take(&self, id: VerificationId, code: &OtpCode) -> Result<Verdict, String> {
        let checked = Box::pin(self.app.verify.check(id, &self.requester, code, None)).await;
        let verdict = |end, words: String| Verdict { words, end };
        Ok(match checked.map_err(|fault| describe(&fault))? {
            CheckResult::Judged(checked) if checked.approved => {
                verdict(Some(true), "the code is right".into())
            }
            CheckResult::Judged(checked) => match (checked.locked_until, checked.attempts_remaining) {
                (Some(until), _) => {
                    verdict(Some(false), format!("wrong; the number is locked until {}", until.to_rfc3339()))
                }
                (None, 0) => verdict(Some(false), "wrong; no tries left".into()),
                (None, 1) => verdict(None, "wrong; 1 try left".into()),
                (None, left) => verdict(None, format!("wrong; {left} tries left")),
            },
            CheckResult::Gone => verdict(
                Some(false),
                "it can't be approved any more: approved before, expired or out of tries".into(),
            ),
            CheckResult::Locked(until) => {
                verdict(Some(false), format!("the number is locked until {}", until.to_rfc3339()))
            }
            CheckResult::Failed(fault) => verdict(None, format!("not checked, no try was used: {fault}")),
        })
    }
}
