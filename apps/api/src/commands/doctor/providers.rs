//! The providers: is each reachable, does it accept our credentials, and does it post webhooks to this server.

use super::Report;
use crate::{
    commands::telegram::webhook_url,
    composition::{
        kernel,
        providers::{meta_client, telegram_client, twilio_client},
    },
    config::{
        MetaSettings, NluSettings, Settings, TelegramMode, TelegramSettings, TwilioSettings, VerifyProvider,
        WhatsappProvider,
    },
};
use adapter_meta_whatsapp::MetaAccount;
use adapter_nlu_openai::OpenAiService;
use adapter_nlu_rasa::RasaService;
use adapter_smtp::SmtpMailer;
use application::error_chain::describe;
use domain::phone::PhoneNumber;
use std::sync::Arc;

/// The languages that people are written to in, by Meta's tags.
const LANGUAGES: [&str; 3] = ["es", "en", "pt_BR"];

pub(super) async fn check(settings: &Settings, report: &mut Report) {
    match &settings.twilio {
        Some(named) => twilio(settings, named, report).await,
        None => report.skip("twilio", "not set up; others do its work"),
    }
    match &settings.meta {
        Some(named) => meta(settings, named, report).await,
        None => report.skip("meta whatsapp", "not set up"),
    }
    match &settings.telegram {
        Some(named) => telegram(settings, named, report).await,
        None => report.skip("telegram", "not set up"),
    }
    match &settings.smtp {
        None => report.skip("mail", "not set up: no codes and no links for new passwords go out by mail"),
        Some(smtp) => {
            let outcome = match SmtpMailer::new(&smtp.url, &smtp.from) {
                Ok(mailer) => mailer.confirm().await.map(|()| String::new()),
                Err(fault) => Err(fault.to_string()),
            };
            report.note("mail (SMTP)", outcome);
        }
    }
    understanding(settings, report).await;
}

/// Whether the understanding service is there, takes our key, and has the model.
async fn understanding(settings: &Settings, report: &mut Report) {
    let clock = kernel().clock;
    let (name, base) = match &settings.nlu {
        NluSettings::Rules => {
            return report.skip("understanding", "by the rules alone; no service is set up");
        }
        NluSettings::OpenAi(config) => ("understanding (openai)", &config.api_base),
        NluSettings::Rasa(config) => ("understanding (rasa)", &config.base),
    };
    if let Err(cause) = report.reach(base).await {
        return report.note(name, Err(cause));
    }
    let confirmed = match &settings.nlu {
        NluSettings::Rules => Ok(()),
        NluSettings::OpenAi(config) => match OpenAiService::new(config.clone(), clock) {
            Ok(service) => service.confirm().await.map_err(|fault| fault.to_string()),
            Err(fault) => Err(describe(&fault)),
        },
        NluSettings::Rasa(config) => match RasaService::new(config.clone(), clock) {
            Ok(service) => service.confirm().await.map_err(|fault| fault.to_string()),
            Err(fault) => Err(describe(&fault)),
        },
    };
    report.note(name, confirmed.map(|()| String::new()));
}

async fn twilio(settings: &Settings, named: &TwilioSettings, report: &mut Report) {
    let client = match twilio_client(named, &kernel()) {
        Ok(client) => client,
        Err(fault) => return report.note("twilio", Err(describe(&fault))),
    };
    let said = |outcome: Result<(), adapter_twilio::NotConfirmed>| {
        outcome.map(|()| String::new()).map_err(|fault| fault.to_string())
    };
    match report.reach(&named.api_base).await {
        Err(cause) => report.note("twilio messages", Err(cause)),
        Ok(()) => report.note("twilio messages", said(client.confirm_account().await)),
    }
    if settings.verify_provider == VerifyProvider::Twilio {
        match report.reach(&named.verify_base).await {
            Err(cause) => report.note("twilio verify", Err(cause)),
            Ok(()) => {
                let confirmed = client.confirm_verify_service(&named.verify_service_sid).await;
                report.note("twilio verify", said(confirmed));
            }
        }
    }
    let ours = named.sms_from.as_deref().or(named.whatsapp_from.as_deref()).unwrap_or_default();
    let Ok(number) = PhoneNumber::parse_international(ours.trim_start_matches("whatsapp:")) else {
        return report.skip("twilio lookup", "there is no number of ours to look up");
    };
    match report.reach(&named.lookups_base).await {
        Err(cause) => report.note("twilio lookup", Err(cause)),
        Ok(()) => report.note("twilio lookup", said(client.confirm_lookup(&number).await)),
    }
}

async fn meta(settings: &Settings, named: &MetaSettings, report: &mut Report) {
    let client = match meta_client(named, &kernel().clock) {
        Ok(client) => client,
        Err(fault) => return report.note("meta whatsapp", Err(describe(&fault))),
    };
    if let Err(cause) = report.reach(&named.graph_base).await {
        return report.note("meta whatsapp", Err(cause));
    }
    let account = MetaAccount { client: Arc::new(client) };
    let found = account.waba().await;
    report.note(
        "meta whatsapp account",
        found.map(|found| found.name.unwrap_or_default()).map_err(|fault| fault.to_string()),
    );
    match account.number().await {
        Err(fault) => report.note("meta whatsapp number", Err(fault.to_string())),
        Ok(number) => {
            report.note("meta whatsapp number", Ok(number.name.unwrap_or_default()));
            let expected = format!("{}/webhooks/meta", settings.public_base_url);
            report.note("meta whatsapp webhook", posted_to(number.webhook.as_deref(), &expected));
        }
    }
    for name in templates(settings) {
        let approved = account.templates(name).await.map_err(|fault| fault.to_string()).and_then(|known| {
            let is_approved = |language: &&str| {
                known.iter().any(|one| one.language == **language && one.status == "APPROVED")
            };
            let missing: Vec<_> =
                LANGUAGES.iter().filter(|language| !is_approved(language)).copied().collect();
            let complaint = || format!("{name} is not approved in {}", missing.join(", "));
            if missing.is_empty() { Ok(name.to_owned()) } else { Err(complaint()) }
        });
        report.note("meta whatsapp template", approved);
    }
}

/// The templates that messages of ours go out with over Meta.
fn templates(settings: &Settings) -> Vec<&str> {
    if settings.whatsapp_provider != WhatsappProvider::Meta {
        return Vec::new();
    }
    let codes = settings.verify_provider == VerifyProvider::Own;
    let codes = codes.then_some(settings.whatsapp_code_template.as_str());
    codes.into_iter().chain(settings.received_template.as_deref()).collect()
}

async fn telegram(settings: &Settings, named: &TelegramSettings, report: &mut Report) {
    let client = match telegram_client(named, &kernel().clock) {
        Ok(client) => client,
        Err(fault) => return report.note("telegram", Err(describe(&fault))),
    };
    if let Err(cause) = report.reach(&named.api_base).await {
        return report.note("telegram", Err(cause));
    }
    let bot = match client.get_me().await {
        Ok(bot) => bot,
        Err(fault) => return report.note("telegram bot", Err(fault.to_string())),
    };
    let is_ours = bot.username.eq_ignore_ascii_case(&named.bot_name);
    report.note(
        "telegram bot",
        if is_ours {
            Ok(format!("@{}", bot.username))
        } else {
            Err(format!("the token is of @{}, and TELEGRAM_BOT_NAME says another", bot.username))
        },
    );
    let hook = client.webhook().await.map_err(|fault| fault.to_string());
    let hook = hook.and_then(|hook| {
        if named.mode == TelegramMode::Polling {
            return if hook.url.is_empty() {
                Ok("none: updates are polled".to_owned())
            } else {
                Err("one is registered, and TELEGRAM_MODE is polling; `ventanilla telegram set-webhook --delete` \
                     removes it"
                    .to_owned())
            };
        }
        let posted = posted_to(
            Some(&hook.url).filter(|url| !url.is_empty()).map(String::as_str),
            &webhook_url(settings),
        );
        posted.map_err(|cause| format!("{cause}; `ventanilla telegram set-webhook` sets it"))
    });
    report.note("telegram webhook", hook);
}

fn posted_to(registered: Option<&str>, expected: &str) -> Result<String, String> {
    match registered {
        Some(url) if url == expected => Ok(url.to_owned()),
        Some(url) => Err(format!("messages are posted to {url} instead of {expected}")),
        None => Err(format!("no address is registered; it must be {expected}")),
    }
}
