//! `telegram`: the address that Telegram posts updates to.

use crate::{
    composition::{kernel, providers::telegram_client},
    config::Settings,
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

pub(super) async fn run(settings: &Settings, command: &TelegramCommand) -> Result<ExitCode, String> {
    let missing = "BOT_TOKEN, TELEGRAM_WEBHOOK_SECRET and TELEGRAM_BOT_NAME are missing";
    let named = settings.telegram.as_ref().ok_or(missing)?;
    let client = telegram_client(named, &kernel().clock).map_err(|fault| describe(&fault))?;
    let failed = |fault: SetupError| describe(&fault);
    match command {
        TelegramCommand::SetWebhook { delete: true } => {
            client.delete_webhook().await.map_err(failed)?;
            super::say("updates are posted nowhere")
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
