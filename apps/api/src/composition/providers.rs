//! Builds the providers that are set up: message channels, webhooks, Meta's account.

use super::WiringError;
use crate::config::{
    MetaSettings, Settings, TelegramMode, TelegramSettings, TwilioSettings, WhatsappProvider,
};
use adapter_meta_whatsapp::{AppSecrets, MetaAccount, MetaClient, MetaConfig, MetaMessages, MetaWebhook};
use adapter_smtp::SmtpMailer;
use adapter_telegram::{
    BotToken, TelegramClient, TelegramConfig, TelegramMessages, TelegramUpdates, TelegramWebhook,
    WebhookSecrets,
};
use adapter_twilio::{
    SignatureKeys, TwilioAddresses, TwilioClient, TwilioConfig, TwilioMessages, TwilioStatusWebhook,
    TwilioWebhook,
};
use application::{
    kernel::Kernel, messaging::mail_channel::MailChannel, verification::verification_service::CodeAccount,
};
use domain::{
    channel_account::{ChannelAccount, InvalidChannelAccount},
    message::Channel,
};
use ports::{
    clock::Clock,
    messaging::{
        inbound_webhook::InboundWebhook, message_channel::MessageChannel, update_source::UpdateSource,
    },
};
use std::{collections::HashMap, sync::Arc};

type Channels = HashMap<ChannelAccount, Arc<dyn MessageChannel>>;
type Webhooks = HashMap<&'static str, Arc<dyn InboundWebhook>>;

/// The providers that are set up.
pub(super) struct Providers {
    /// None where others do Twilio's work.
    pub(super) twilio: Option<Arc<TwilioClient>>,
    /// The channel account that SMS go out from, if there is one.
    pub(super) sms_account: Option<ChannelAccount>,
    /// Message channels, by channel account.
    pub(super) channels: Channels,
    /// Webhook decoders, by the name of their endpoint.
    pub(super) webhooks: Webhooks,
    pub(super) meta: Option<Meta>,
    /// Our WhatsApp channel accounts. The first one writes to people without a conversation.
    pub(super) whatsapp_accounts: Vec<ChannelAccount>,
    /// The code senders for codes of our own, by channel.
    pub(super) code_accounts: HashMap<Channel, CodeAccount>,
    /// The bot whose updates are fetched: its channel account, its updates, and what reads them.
    pub(super) polled: Option<Polled>,
}

type Polled = (ChannelAccount, Arc<dyn UpdateSource>, Arc<dyn InboundWebhook>);

/// The parts of Meta that routes use.
pub(crate) struct Meta {
    pub(crate) webhook: Arc<MetaWebhook>,
    pub(crate) account: MetaAccount,
}

/// Builds the providers that the settings name.
pub(super) fn build(settings: &Settings, kernel: &Kernel) -> Result<Providers, WiringError> {
    let mut channels = Channels::new();
    let mut webhooks = Webhooks::new();
    let mut whatsapp_accounts = Vec::new();
    let (mut twilio, mut sms_account) = (None, None);
    if let Some(named) = &settings.twilio {
        let parts = twilio_parts(settings, named, kernel)?;
        whatsapp_accounts.extend(parts.addresses.whatsapp_account()?);
        sms_account = parts.addresses.sms_account()?;
        channels.extend(parts.channels);
        webhooks.extend(parts.webhooks);
        twilio = Some(parts.client);
    }
    let meta = match &settings.meta {
        None => None,
        Some(named) => {
            let client = Arc::new(meta_client(named, &kernel.clock)?);
            let messages = MetaMessages::new(client.clone(), "Opciones".into())?;
            let goes_first = settings.whatsapp_provider == WhatsappProvider::Meta;
            let at = if goes_first { 0 } else { whatsapp_accounts.len() };
            whatsapp_accounts.insert(at, messages.channel_account().clone());
            channels.insert(messages.channel_account().clone(), Arc::new(messages));
            let meta = meta(named, client);
            webhooks.insert("meta", meta.webhook.clone());
            Some(meta)
        }
    };
    let (mut chats, mut polled) = (None, None);
    if let Some(named) = &settings.telegram {
        let (account, channel, webhook) = telegram(named, &kernel.clock)?;
        channels.insert(account.clone(), channel);
        if named.mode == TelegramMode::Polling {
            let client = Arc::new(telegram_client(named, &kernel.clock)?);
            let source: Arc<dyn UpdateSource> = Arc::new(TelegramUpdates { client });
            polled = Some((account.clone(), source, webhook.clone()));
        }
        webhooks.insert("telegram", webhook);
        chats = Some(account);
    }
    if let Some(named) = &settings.smtp {
        let mailer =
            SmtpMailer::new(&named.url, &named.from).map_err(|_unreadable| WiringError::MailServer)?;
        channels.insert(ChannelAccount::of_mail(&named.from), Arc::new(MailChannel::new(Arc::new(mailer))));
    }
    let code_accounts = code_accounts(settings, whatsapp_accounts.first(), sms_account.clone(), chats);
    Ok(Providers { twilio, sms_account, channels, webhooks, meta, whatsapp_accounts, code_accounts, polled })
}

/// Over WhatsApp a code goes out as a template, because the person may not have written within 24 hours. Twilio has
/// templates by their ids (`HX…`); without one the code goes out as a text, which only reaches those who wrote.
fn code_accounts(
    settings: &Settings,
    whatsapp: Option<&ChannelAccount>,
    sms: Option<ChannelAccount>,
    chats: Option<ChannelAccount>,
) -> HashMap<Channel, CodeAccount> {
    let plain = |channel_account| CodeAccount { channel_account, template: None };
    let by_meta = settings.whatsapp_provider == WhatsappProvider::Meta;
    let name = &settings.whatsapp_code_template;
    let template = (by_meta || name.starts_with("HX")).then(|| name.clone());
    let whatsapp = whatsapp.map(|account| CodeAccount { channel_account: account.clone(), template });
    let mail = settings.smtp.as_ref().map(|smtp| plain(ChannelAccount::of_mail(&smtp.from)));
    let all = [
        (Channel::Whatsapp, whatsapp),
        (Channel::Sms, sms.map(plain)),
        (Channel::Email, mail),
        (Channel::Telegram, chats.map(plain)),
    ];
    all.into_iter().filter_map(|(channel, account)| Some((channel, account?))).collect()
}

pub(crate) fn meta_client(
    named: &MetaSettings,
    clock: &Arc<dyn Clock>,
) -> Result<MetaClient, reqwest::Error> {
    let config = MetaConfig {
        graph_base: named.graph_base.clone(),
        version: named.graph_version.clone(),
        access_token: named.access_token.clone(),
        phone_number_id: named.phone_number_id.clone(),
        business_account_id: named.business_account_id.clone(),
    };
    MetaClient::new(config, clock.clone())
}

fn meta(named: &MetaSettings, client: Arc<MetaClient>) -> Meta {
    Meta {
        webhook: Arc::new(MetaWebhook {
            secrets: AppSecrets::new(&named.app_secrets),
            verify_token: named.verify_token.clone(),
            phone_number_ids: vec![named.phone_number_id.clone()],
        }),
        account: MetaAccount { client },
    }
}

/// The client of the bot.
pub(crate) fn telegram_client(
    named: &TelegramSettings,
    clock: &Arc<dyn Clock>,
) -> Result<TelegramClient, WiringError> {
    let token = BotToken::parse(&named.bot_token).map_err(|_malformed| WiringError::BotToken)?;
    Ok(TelegramClient::new(TelegramConfig { token, api_base: named.api_base.clone() }, clock.clone())?)
}

type TelegramParts = (ChannelAccount, Arc<dyn MessageChannel>, Arc<dyn InboundWebhook>);

fn telegram(named: &TelegramSettings, clock: &Arc<dyn Clock>) -> Result<TelegramParts, WiringError> {
    let token = BotToken::parse(&named.bot_token).map_err(|_malformed| WiringError::BotToken)?;
    let account = token.channel_account();
    let client = Arc::new(telegram_client(named, clock)?);
    let webhook = TelegramWebhook {
        secrets: WebhookSecrets::new(&named.webhook_secrets),
        channel_account: account.clone(),
    };
    Ok((account, Arc::new(TelegramMessages { client }), Arc::new(webhook)))
}

/// Twilio's client, our addresses there, and what carries messages and reads webhooks.
struct TwilioParts {
    client: Arc<TwilioClient>,
    addresses: TwilioAddresses,
    channels: Channels,
    webhooks: Webhooks,
}

fn twilio_parts(
    settings: &Settings,
    named: &TwilioSettings,
    kernel: &Kernel,
) -> Result<TwilioParts, WiringError> {
    let client = Arc::new(twilio_client(named, kernel)?);
    let addresses = TwilioAddresses {
        account_sid: named.account_sid.clone(),
        whatsapp_from: named.whatsapp_from.clone(),
        sms_from: named.sms_from.clone(),
    };
    let channels = twilio_channels(settings, &addresses, &client)?;
    let keys = SignatureKeys::new(named.auth_tokens.clone());
    let mut webhooks = Webhooks::new();
    webhooks.insert("twilio_status", Arc::new(TwilioStatusWebhook { keys: keys.clone() }));
    webhooks.insert("twilio", Arc::new(TwilioWebhook { keys, addresses: addresses.clone() }));
    Ok(TwilioParts { client, addresses, channels, webhooks })
}

pub(crate) fn twilio_client(
    twilio: &TwilioSettings,
    kernel: &Kernel,
) -> Result<TwilioClient, reqwest::Error> {
    let (user, password) = twilio.api_key.clone().unwrap_or_else(|| {
        (twilio.account_sid.clone(), twilio.auth_tokens.first().cloned().unwrap_or_default())
    });
    let config = TwilioConfig {
        account_sid: twilio.account_sid.clone(),
        user,
        password,
        api_base: twilio.api_base.clone(),
        verify_base: twilio.verify_base.clone(),
        lookups_base: twilio.lookups_base.clone(),
    };
    TwilioClient::new(config, kernel.clock.clone(), kernel.random.clone())
}

fn twilio_channels(
    settings: &Settings,
    addresses: &TwilioAddresses,
    client: &Arc<TwilioClient>,
) -> Result<Channels, InvalidChannelAccount> {
    let status_callback = format!("{}/webhooks/twilio/status", settings.public_base_url);
    let channel = |from: &str| -> Arc<dyn MessageChannel> {
        Arc::new(TwilioMessages {
            client: client.clone(),
            from: from.to_owned(),
            status_callback: status_callback.clone(),
        })
    };
    let senders = [
        (addresses.whatsapp_account()?, &addresses.whatsapp_from),
        (addresses.sms_account()?, &addresses.sms_from),
    ];
    let senders = senders.into_iter().filter_map(|(account, from)| Some((account?, channel(from.as_ref()?))));
    Ok(senders.collect())
}
