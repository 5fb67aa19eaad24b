//! `telegram`: the address that Telegram posts updates to.

use crate::{
    composition::{kernel, providers::telegram_client},
    config::{Settings, TelegramMode},
};
use adapter_telegram::SetupError;
use application::error_chain::describe;
use clap::Subcommand;
use std::process::ExitCode;

#[derive(Subcommand)]
pub(super) enum TelegramCommand {
    /// Have updates posted to this server, under its public address.
    SetWebhook {
        /// Have them posted nowhere instead.
        #[arg(long)]
        delete: bool,
    },
    /// Show the bot, where its updates are posted, how many wait, and the last error.
    Show,
}

/// Where this server takes updates.
pub(super) fn webhook_url(settings: &Settings) -> String {
    format!("{}/webhooks/telegram", settings.public_base_url)
}

/// Where updates are polled, none may be posted: Telegram gives them to one of the two only. Telegram that doesn't
/// answer stops no start: the poll asks it again.
///
/// # Errors
/// If a webhook is registered at Telegram.
pub(super) async fn refuse_a_webhook(settings: &Settings) -> Result<(), String> {
    let polled = settings.telegram.as_ref().filter(|named| named.mode == TelegramMode::Polling);
    let Some(named) = polled else { return Ok(()) };
    let client = telegram_client(named, &kernel().clock).map_err(|fault| describe(&fault))?;
    match client.webhook().await {
        Ok(hook) if hook.url.is_empty() => Ok(()),
        Ok(_registered) => {
            Err("TELEGRAM_MODE is polling, but Telegram posts the bot's updates to a webhook: run \
                                `ventanilla telegram set-webhook --delete` first"
                .into())
        }
        Err(fault) => {
            tracing::warn!(error = %describe(&fault), "whether the bot has a webhook could not be asked");
            Ok(())
        }
    }
}

pub(super) async fn run(settings: &Settings, command: &TelegramCommand) -> Result<ExitCode, String> {
    let missing = "BOT_TOKEN and TELEGRAM_BOT_NAME are missing";
    let named = settings.telegram.as_ref().ok_or(missing)?;
    let client = telegram_client(named, &kernel().clock).map_err(|fault| describe(&fault))?;
    let failed = |fault: SetupError| describe(&fault);
    match command {
        TelegramCommand::SetWebhook { delete: true } => {
            client.delete_webhook().await.map_err(failed)?;
            super::say("updates are posted nowhere")
        }
        TelegramCommand::SetWebhook { delete: false } if named.mode == TelegramMode::Polling => {
            Err("TELEGRAM_MODE is polling: with a webhook the server would not start".into())
        }
        TelegramCommand::SetWebhook { delete: false } => {
            let (url, secret) = (webhook_url(settings), named.webhook_secrets.first());
            let secret = secret.ok_or("TELEGRAM_WEBHOOK_SECRET is missing")?;
            client.set_webhook(&url, secret).await.map_err(failed)?;
            super::say(&format!("updates are posted to {url}"))
        }
        TelegramCommand::Show => {
            let (bot, hook) =
                (client.get_me().await.map_err(failed)?, client.webhook().await.map_err(failed)?);
            let url = if hook.url.is_empty() { "nowhere" } else { &hook.url };
            let mut lines = vec![
                format!("bot       @{}", bot.username),
                format!("posted to {url}"),
                format!("waiting   {}", hook.pending_update_count),
            ];
            lines.extend(hook.last_error_message.map(|error| format!("error     {error}")));
            super::say(&lines.join("\n"))
        }
    }
}
