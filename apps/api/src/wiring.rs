//! Which adapter stands behind which port.

mod people;

use self::people::{Parts, People};
use crate::{
    settings::Settings,
    stores::{self, DatabaseError, Stores},
    system::SystemClock,
};
use adapter_crypto::{AeadSealer, HmacAuditSealer, HmacCodeHasher, RingRandom, Tokens, UuidV7};
use adapter_locales::BuiltInTexts;
use adapter_nlu_rules::RuleParser;
use adapter_twilio::{
    SignatureKeys, TwilioAddresses, TwilioClient, TwilioConfig, TwilioLookup, TwilioMessages,
    TwilioStatusWebhook, TwilioVerify, TwilioWebhook,
};
use application::{
    accept_webhook::AcceptWebhook,
    accounts::Accounts,
    audit_trail::AuditTrail,
    cancel_transfer::CancelTransfer,
    confirm_transfer::ConfirmTransfer,
    handle_message::{HandleMessage, TalkRules},
    open_demo::open_demo,
    open_wallet::OpenWallet,
    prepare_transfer::PrepareTransfer,
    relay_outbox::RelayOutbox,
    reverse_transfer::ReverseTransfer,
    statement::Statements,
    submit_transfer::{SubmitTransfer, TransferRules},
    verify_number::VerifyNumber,
};
use chrono::Duration;
use domain::phone::PhoneNumber;
use ports::{
    clock::Clock,
    intent_parser::IntentParser,
    message_channel::MessageChannel,
    random::{IdGenerator, Random},
};
use std::{collections::HashMap, sync::Arc};
use thiserror::Error;

/// The demo person's number.
const DEMO_PHONE: &str = "+521234567890";

/// Everything, put together.
pub(crate) struct App {
    pub(crate) settings: Settings,
    pub(crate) store: Arc<dyn Stores>,
    pub(crate) tokens: Tokens,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdGenerator>,
    pub(crate) parser: Arc<dyn IntentParser>,
    pub(crate) twilio_webhook: TwilioWebhook,
    pub(crate) twilio_status_webhook: TwilioStatusWebhook,
    pub(crate) accept: AcceptWebhook,
    pub(crate) accounts: Accounts,
    pub(crate) verify: Arc<VerifyNumber>,
    pub(crate) submit: Arc<SubmitTransfer>,
    pub(crate) confirm: Arc<ConfirmTransfer>,
    pub(crate) cancel: Arc<CancelTransfer>,
    pub(crate) reverse: Arc<ReverseTransfer>,
    pub(crate) open_wallet: Arc<OpenWallet>,
    pub(crate) statements: Statements,
    pub(crate) audit: AuditTrail,
    pub(crate) people: People,
    pub(crate) handle: HandleMessage,
    pub(crate) relay: RelayOutbox,
    rules: Arc<TransferRules>,
}

/// Why it can't be put together.
#[derive(Debug, Error)]
pub(crate) enum WiringError {
    /// The database.
    #[error(transparent)]
    Connect(#[from] DatabaseError),
    /// The HTTP client.
    #[error("the HTTP client can't be set up")]
    Client(#[from] reqwest::Error),
}

/// Opens the stores alone, for commands that need nothing else.
pub(crate) async fn open_store(settings: &Settings) -> Result<Arc<dyn Stores>, DatabaseError> {
    let random: Arc<dyn Random> = Arc::new(RingRandom::default());
    let sealer = Arc::new(AeadSealer::new(&settings.encryption_key, random));
    let audit_sealer = Arc::new(HmacAuditSealer::new(&settings.encryption_key));
    stores::open(&settings.database, sealer, audit_sealer).await
}

/// The tokens alone.
pub(crate) fn tokens(settings: &Settings) -> Tokens {
    Tokens::new(&settings.jwt_secret, Arc::new(SystemClock), Arc::new(UuidV7))
}

impl App {
    /// Puts everything together; nothing runs yet.
    pub(crate) async fn build(settings: Settings) -> Result<Self, WiringError> {
        let store = open_store(&settings).await?;
        let shared = store.clone();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let ids: Arc<dyn IdGenerator> = Arc::new(UuidV7);
        let random: Arc<dyn Random> = Arc::new(RingRandom::default());
        let hasher = Arc::new(HmacCodeHasher::new(&settings.hmac_secret));
        let texts = Arc::new(BuiltInTexts);
        let parser: Arc<dyn IntentParser> = Arc::new(RuleParser::new(settings.default_region));
        let client = Arc::new(twilio_client(&settings, &clock, &random)?);
        let addresses = TwilioAddresses {
            account_sid: settings.twilio.account_sid.clone(),
            whatsapp_from: settings.twilio.whatsapp_from.clone(),
            sms_from: settings.twilio.sms_from.clone(),
        };
        let rules = Arc::new(TransferRules {
            second_step_from: settings.transfer_2fa_threshold,
            limits: settings.limits,
            zone: settings.default_time_zone,
            code_policy: settings.otp,
            code_account: addresses.sms_account(),
            default_locale: settings.default_locale,
        });
        let verify = Arc::new(VerifyNumber {
            verifications: shared.clone(),
            verifier: Arc::new(TwilioVerify {
                client: client.clone(),
                service_sid: settings.twilio.verify_service_sid.clone(),
            }),
            lookup: Arc::new(TwilioLookup { client: client.clone() }),
            ids: ids.clone(),
            clock: clock.clone(),
            policy: settings.otp,
            allowed: settings.allowed_countries.clone(),
        });
        let submit = Arc::new(SubmitTransfer {
            ledger: shared.clone(),
            identities: shared.clone(),
            verifications: shared.clone(),
            hasher: hasher.clone(),
            random: random.clone(),
            ids: ids.clone(),
            texts: texts.clone(),
            clock: clock.clone(),
            rules: rules.clone(),
        });
        let confirm = Arc::new(ConfirmTransfer {
            ledger: shared.clone(),
            verifications: shared.clone(),
            hasher,
            clock: clock.clone(),
            rules: rules.clone(),
        });
        let reverse =
            Arc::new(ReverseTransfer { ledger: shared.clone(), ids: ids.clone(), clock: clock.clone() });
        let open_wallet =
            Arc::new(OpenWallet { ledger: shared.clone(), ids: ids.clone(), clock: clock.clone() });
        let cancel = Arc::new(CancelTransfer { ledger: shared.clone(), clock: clock.clone() });
        let handle = HandleMessage {
            parser: parser.clone(),
            texts,
            verify: verify.clone(),
            prepare: Arc::new(PrepareTransfer {
                ledger: shared.clone(),
                identities: shared.clone(),
                region: settings.default_region,
                clock: clock.clone(),
                rules: rules.clone(),
            }),
            submit: submit.clone(),
            confirm: confirm.clone(),
            cancel: cancel.clone(),
            ledger: shared.clone(),
            identities: shared.clone(),
            ids: ids.clone(),
            clock: clock.clone(),
            rules: TalkRules {
                default_locale: settings.default_locale,
                default_currency: settings.default_currency,
                session_ttl: Duration::minutes(settings.chat_session_minutes.min(1_000_000)),
                messages_per_minute: settings.rate_limit_whatsapp_per_minute,
                handoff_for: Duration::hours(settings.handoff_hours.min(10_000)),
                zone: settings.default_time_zone,
            },
        };
        let people = People::build(Parts {
            settings: &settings,
            store: store.clone(),
            verify: verify.clone(),
            texts: Arc::new(BuiltInTexts),
            clock: clock.clone(),
            ids: ids.clone(),
            random: random.clone(),
            sms_account: addresses.sms_account(),
        });
        let keys = SignatureKeys::new(settings.twilio.auth_tokens.clone());
        Ok(Self {
            relay: RelayOutbox {
                outbox: shared.clone(),
                channels: channels(&settings, &addresses, &client),
                random,
                clock: clock.clone(),
            },
            accept: AcceptWebhook {
                inbox: shared.clone(),
                outbox: shared.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            statements: Statements {
                ledger: shared.clone(),
                clock: clock.clone(),
                zone: settings.default_time_zone,
            },
            people,
            audit: AuditTrail { log: shared.clone(), clock: clock.clone() },
            accounts: Accounts { ledger: shared, default_currency: settings.default_currency },
            twilio_status_webhook: TwilioStatusWebhook { keys: keys.clone() },
            twilio_webhook: TwilioWebhook { keys, addresses },
            tokens: tokens(&settings),
            settings,
            store,
            clock,
            ids,
            parser,
            verify,
            submit,
            confirm,
            cancel,
            reverse,
            open_wallet,
            handle,
            rules,
        })
    }

    /// Makes the demo person, once.
    pub(crate) async fn open_demo(&self) -> Result<(), String> {
        let phone = PhoneNumber::parse_international(DEMO_PHONE).map_err(|fault| fault.to_string())?;
        open_demo(
            self.store.as_ref(),
            self.store.as_ref(),
            self.ids.as_ref(),
            self.clock.as_ref(),
            &self.rules,
            phone,
        )
        .await
        .map_err(|fault| fault.to_string())
    }
}

fn twilio_client(
    settings: &Settings,
    clock: &Arc<dyn Clock>,
    random: &Arc<dyn Random>,
) -> Result<TwilioClient, reqwest::Error> {
    let twilio = &settings.twilio;
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
    TwilioClient::new(config, clock.clone(), random.clone())
}

/// The ways to send, by channel account.
fn channels(
    settings: &Settings,
    addresses: &TwilioAddresses,
    client: &Arc<TwilioClient>,
) -> HashMap<String, Arc<dyn MessageChannel>> {
    let status_callback = format!("{}/webhooks/twilio/status", settings.public_base_url);
    let channel = |from: &str| -> Arc<dyn MessageChannel> {
        Arc::new(TwilioMessages {
            client: client.clone(),
            from: from.to_owned(),
            status_callback: status_callback.clone(),
        })
    };
    let mut channels = HashMap::from([(addresses.whatsapp_account(), channel(&addresses.whatsapp_from))]);
    if let (Some(account), Some(from)) = (addresses.sms_account(), &addresses.sms_from) {
        channels.insert(account, channel(from));
    }
    channels
}
