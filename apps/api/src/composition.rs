//! Puts the program together: which adapter implements which port.

mod people;
mod providers;

use self::{
    people::{Parts, People},
    providers::Providers,
};
use crate::{
    config::{AppEnv, Settings, VerifyProvider},
    flows::{self, FlowsError},
    stores::{self, DatabaseError, Stores},
    system::SystemClock,
};
use adapter_crypto::{
    AeadSealer, ClientSecrets, HmacAuditSealer, HmacCodeHasher, HmacSecretHasher, RingRandom, Tokens, UuidV7,
};
use adapter_locales::BuiltInTexts;
use adapter_nlu_rules::RuleParser;
use adapter_twilio::{TwilioLookup, TwilioVerify};
use application::{
    accounts::chat_owners::ChatOwners,
    messaging::{
        accept_webhook::AcceptWebhook,
        agent_handoff::AgentHandoff,
        flow_answers::FlowAnswers,
        handle_message::{ConversationPolicy, HandleMessage},
        relay_outbox::RelayOutbox,
        send_message::SendMessage,
    },
    money::{
        cancel_transfer::CancelTransfer,
        confirm_transfer::ConfirmTransfer,
        open_demo::open_demo,
        open_wallet::OpenWallet,
        prepare_transfer::PrepareTransfer,
        reverse_transfer::ReverseTransfer,
        statement::Statements,
        submit_transfer::{SubmitTransfer, TransferRules},
        wallets::Wallets,
    },
    operations::{audit_trail::AuditTrail, check_signature::CheckSignature},
    verification::{
        verification_page::HostedVerification,
        verification_service::{OwnCodes, VerificationService},
    },
};
use chrono::Duration;
use domain::{message::Channel, phone::PhoneNumber};
use ports::{
    clock::Clock,
    ids_and_random::{IdGenerator, Random},
    messaging::{inbound_webhook::InboundWebhook, intent_parser::IntentParser},
    operations::ReplayOutcome,
    store_error::StoreResult,
    verification::code_provider::CodeProvider,
};
use secrecy::ExposeSecret;
use std::{collections::HashMap, sync::Arc};
use thiserror::Error;
use uuid::Uuid;

pub(crate) use self::providers::Meta;

/// The demo person's number.
const DEMO_PHONE: &str = "+521234567890";

/// The use cases and adapters of the program.
pub(crate) struct App {
    pub(crate) settings: Settings,
    pub(crate) store: Arc<dyn Stores>,
    pub(crate) tokens: Tokens,
    pub(crate) signatures: CheckSignature,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdGenerator>,
    pub(crate) parser: Arc<dyn IntentParser>,
    pub(crate) webhooks: HashMap<&'static str, Arc<dyn InboundWebhook>>,
    pub(crate) meta: Option<Meta>,
    pub(crate) accept: AcceptWebhook,
    pub(crate) send_message: SendMessage,
    pub(crate) agent: AgentHandoff,
    pub(crate) accounts: Wallets,
    pub(crate) verify: Arc<VerificationService>,
    pub(crate) pages: Arc<HostedVerification>,
    pub(crate) submit: Arc<SubmitTransfer>,
    pub(crate) confirm: Arc<ConfirmTransfer>,
    pub(crate) cancel: Arc<CancelTransfer>,
    pub(crate) reverse: Arc<ReverseTransfer>,
    pub(crate) open_wallet: Arc<OpenWallet>,
    pub(crate) statements: Statements,
    pub(crate) audit: AuditTrail,
    pub(crate) flows: FlowAnswers,
    pub(crate) people: People,
    pub(crate) handle: HandleMessage,
    pub(crate) relay: RelayOutbox,
    rules: Arc<TransferRules>,
}

/// Why the program can't be put together.
#[derive(Debug, Error)]
pub(crate) enum WiringError {
    /// The database can't be opened or migrated.
    #[error(transparent)]
    Connect(#[from] DatabaseError),
    /// The flows can't be used.
    #[error(transparent)]
    Flows(#[from] FlowsError),
    /// An HTTP client can't be built.
    #[error("the HTTP client can't be set up")]
    Client(#[from] reqwest::Error),
    /// `BOT_TOKEN` is malformed. It would become part of addresses, so it is not shown.
    #[error("BOT_TOKEN is malformed: it must be the bot's number, a colon and its secret")]
    BotToken,
    /// `SMTP_URL` or `MAIL_FROM` is malformed. The URL may contain a password, so it is not shown.
    #[error("SMTP_URL or MAIL_FROM is malformed")]
    MailServer,
}

/// Opens only the store, for commands that need nothing else.
pub(crate) async fn open_store(settings: &Settings) -> Result<Arc<dyn Stores>, DatabaseError> {
    let random: Arc<dyn Random> = Arc::new(RingRandom::default());
    let sealer = Arc::new(AeadSealer::new(&settings.encryption_key, random));
    let audit_sealer = Arc::new(HmacAuditSealer::new(&settings.encryption_key));
    stores::open(&settings.database, sealer, audit_sealer).await
}

/// Signs and reads service and access tokens.
pub(crate) fn tokens(settings: &Settings) -> Tokens {
    Tokens::new(&settings.jwt_secret, Arc::new(SystemClock), Arc::new(UuidV7))
}

/// Checks signed requests: by the clients' secrets, and each only once.
fn signatures(settings: &Settings, store: &Arc<dyn Stores>, clock: &Arc<dyn Clock>) -> CheckSignature {
    let pairs = settings
        .clients
        .iter()
        .flat_map(|client| client.secrets.iter().map(|secret| (client.id.as_str(), secret.expose_secret())));
    CheckSignature {
        signatures: Arc::new(ClientSecrets::new(pairs)),
        seen: store.clone(),
        clock: clock.clone(),
    }
}

impl App {
    /// Builds everything, and runs the migrations in development. No worker runs yet.
    pub(crate) async fn build(settings: Settings) -> Result<Self, WiringError> {
        let library = flows::read(&settings)?;
        let store = open_store(&settings).await?;
        if settings.env == AppEnv::Development {
            store.migrate().await?;
        }
        let book = flows::open(library, store.as_ref(), SystemClock.now()).await?;
        let shared = store.clone();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let ids: Arc<dyn IdGenerator> = Arc::new(UuidV7);
        let random: Arc<dyn Random> = Arc::new(RingRandom::default());
        let hasher = Arc::new(HmacCodeHasher::new(&settings.hmac_secret));
        let texts = Arc::new(BuiltInTexts);
        let parser: Arc<dyn IntentParser> = Arc::new(RuleParser::new(settings.default_region));
        let Providers { twilio, addresses, channels, webhooks, meta, whatsapp_accounts, code_accounts } =
            providers::build(&settings, &clock, &random)?;
        let rules = Arc::new(TransferRules {
            second_step_from: settings.transfer_2fa_threshold,
            limits: settings.limits,
            zone: settings.default_time_zone,
            code_policy: settings.otp,
            code_account: addresses.sms_account(),
            default_locale: settings.default_locale,
        });
        let hosted: Option<Arc<dyn CodeProvider>> = match settings.verify_provider {
            VerifyProvider::Own => None,
            VerifyProvider::Twilio => Some(Arc::new(TwilioVerify {
                client: twilio.clone(),
                service_sid: settings.twilio.verify_service_sid.clone(),
            })),
        };
        let verify = Arc::new(VerificationService {
            verifications: shared.clone(),
            hosted,
            own: Some(OwnCodes {
                hasher: hasher.clone(),
                random: random.clone(),
                ids: ids.clone(),
                texts: texts.clone(),
                chats: shared.clone(),
                accounts: code_accounts,
            }),
            consents: shared.clone(),
            lookup: Arc::new(TwilioLookup { client: twilio }),
            ids: ids.clone(),
            clock: clock.clone(),
            policy: settings.otp,
            allowed: settings.allowed_countries.clone(),
        });
        let pages = Arc::new(HostedVerification {
            pages: shared.clone(),
            verify: verify.clone(),
            accounts: shared.clone(),
            random: random.clone(),
            ids: ids.clone(),
            clock: clock.clone(),
            public_base_url: settings.public_base_url.clone(),
            channels: [Channel::Whatsapp, Channel::Sms, Channel::Call]
                .into_iter()
                .filter(|channel| verify.sends_by(*channel))
                .collect(),
        });
        let submit = Arc::new(SubmitTransfer {
            ledger: shared.clone(),
            identities: shared.clone(),
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
            owners: Arc::new(ChatOwners {
                links: shared.clone(),
                accounts: shared.clone(),
                secrets: Arc::new(HmacSecretHasher::new(&settings.hmac_secret)),
                clock: clock.clone(),
                cool_off: settings.limits.new_payee_cooloff,
            }),
            cancel: cancel.clone(),
            ledger: shared.clone(),
            identities: shared.clone(),
            flows: book.clone(),
            ids: ids.clone(),
            clock: clock.clone(),
            rules: ConversationPolicy {
                default_locale: settings.default_locale,
                default_currency: settings.default_currency,
                session_ttl: Duration::minutes(settings.chat_session_minutes.min(1_000_000)),
                messages_per_minute: settings.rate_limit_whatsapp_per_minute,
                handoff_for: Duration::hours(settings.handoff_hours.min(10_000)),
                zone: settings.default_time_zone,
                home: settings.default_region,
            },
        };
        let people = People::build(Parts {
            settings: &settings,
            store: store.clone(),
            verify: verify.clone(),
            pages: pages.clone(),
            texts: Arc::new(BuiltInTexts),
            clock: clock.clone(),
            ids: ids.clone(),
            random: random.clone(),
            sms_account: addresses.sms_account(),
        });
        Ok(Self {
            relay: RelayOutbox { outbox: shared.clone(), channels, random, clock: clock.clone() },
            send_message: SendMessage {
                conversations: shared.clone(),
                consents: shared.clone(),
                outbox: shared.clone(),
                accounts: whatsapp_accounts,
                ids: ids.clone(),
                clock: clock.clone(),
            },
            agent: AgentHandoff {
                conversations: shared.clone(),
                inbox: shared.clone(),
                ids: ids.clone(),
                clock: clock.clone(),
            },
            accept: AcceptWebhook {
                inbox: shared.clone(),
                outbox: shared.clone(),
                consents: shared.clone(),
                dead_letters: shared.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            statements: Statements {
                ledger: shared.clone(),
                clock: clock.clone(),
                zone: settings.default_time_zone,
            },
            flows: FlowAnswers { store: shared.clone(), book },
            people,
            audit: AuditTrail { log: shared.clone(), clock: clock.clone() },
            accounts: Wallets { ledger: shared, default_currency: settings.default_currency },
            webhooks,
            meta,
            tokens: tokens(&settings),
            signatures: signatures(&settings, &store, &clock),
            settings,
            store,
            clock,
            ids,
            parser,
            verify,
            pages,
            submit,
            confirm,
            cancel,
            reverse,
            open_wallet,
            handle,
            rules,
        })
    }

    /// Tries a dead letter again: `queued`, `taken` or `unreadable`. None if no dead letter has this id.
    pub(crate) async fn replay(&self, id: Uuid) -> StoreResult<Option<&'static str>> {
        let kept = match self.store.revive(id, self.clock.now()).await? {
            None => return Ok(None),
            Some(ReplayOutcome::Queued) => return Ok(Some("queued")),
            Some(ReplayOutcome::Unreadable(kept)) => kept,
        };
        let Some(webhook) = self.webhooks.get(kept.webhook.as_str()) else { return Ok(Some("unreadable")) };
        let taken = self.accept.run_again(webhook.as_ref(), kept).await?;
        Ok(Some(if taken.is_some() { "taken" } else { "unreadable" }))
    }

    /// Creates the demo person, if there is none yet.
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
