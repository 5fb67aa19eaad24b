//! Puts the program together: which adapter implements which port. Each feature is built in its own file.

mod accounts;
mod messaging;
mod money;
mod operations;
mod providers;
mod verification;

use crate::{
    config::{AppEnv, Settings},
    flows::{self, FlowsError},
    stores::{self, DatabaseError, Stores},
    system::SystemClock,
};
use adapter_crypto::{AeadSealer, HmacAuditSealer, RingRandom, Tokens, UuidV7, clabe_issuer};
use application::kernel::Kernel;
use domain::channel_account::InvalidChannelAccount;
use ports::ids_and_random::Random;
use std::sync::Arc;
use thiserror::Error;

pub(crate) use self::{
    accounts::Accounts, messaging::Messaging, money::Money, operations::Operations,
    verification::Verification,
};

/// The program: its features, and what they share.
pub(crate) struct App {
    pub(crate) settings: Arc<Settings>,
    pub(crate) kernel: Kernel,
    pub(crate) money: Arc<Money>,
    pub(crate) verification: Arc<Verification>,
    pub(crate) messaging: Arc<Messaging>,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) operations: Arc<Operations>,
}

/// What every feature is built on.
struct Foundation {
    settings: Arc<Settings>,
    store: Arc<dyn Stores>,
    kernel: Kernel,
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
    /// A number or id of ours names no channel account.
    #[error(
        "TWILIO_WHATSAPP_FROM, TWILIO_SMS_FROM or WHATSAPP_PHONE_NUMBER_ID is no address on a known channel"
    )]
    ChannelAccount(#[from] InvalidChannelAccount),
}

/// Opens only the store, for commands that need nothing else.
pub(crate) async fn open_store(settings: &Settings) -> Result<Arc<dyn Stores>, DatabaseError> {
    let random: Arc<dyn Random> = Arc::new(RingRandom::default());
    let sealer = Arc::new(AeadSealer::new(&settings.encryption_key, random));
    let audit_sealer = Arc::new(HmacAuditSealer::new(&settings.encryption_key));
    let prefix = settings.clabe_prefix.clone();
    let clabes = prefix.and_then(|prefix| clabe_issuer(&settings.hmac_secret, prefix));
    stores::open(&settings.database, sealer, audit_sealer, clabes).await
}

/// Signs and reads service and access tokens.
pub(crate) fn tokens(settings: &Settings) -> Tokens {
    Tokens::new(&settings.jwt_secret, Arc::new(SystemClock), Arc::new(UuidV7))
}

/// The clock of this machine, ids that sort by time, and random bytes of the operating system.
fn kernel() -> Kernel {
    Kernel { clock: Arc::new(SystemClock), ids: Arc::new(UuidV7), random: Arc::new(RingRandom::default()) }
}

impl App {
    /// Builds everything, and runs the migrations in development. No worker runs yet.
    pub(crate) async fn build(settings: Settings) -> Result<Self, WiringError> {
        let library = flows::read(&settings)?;
        let store = open_store(&settings).await?;
        if settings.env == AppEnv::Development {
            store.migrate().await?;
        }
        let kernel = kernel();
        let flows = flows::open(library, store.as_ref(), kernel.now()).await?;
        let providers = providers::build(&settings, &kernel)?;
        let base = Foundation { settings: Arc::new(settings), store, kernel };
        let sms_account = providers.addresses.sms_account()?;
        let verification = Arc::new(Verification::build(&base, &providers));
        let money = Arc::new(Money::build(&base, sms_account.clone()));
        let accounts = Arc::new(Accounts::build(&base, &verification, sms_account));
        let messaging = Arc::new(Messaging::build(&base, providers, flows, &money, &verification));
        let operations = Arc::new(Operations::build(&base));
        let Foundation { settings, kernel, .. } = base;
        Ok(Self { settings, kernel, money, verification, messaging, accounts, operations })
    }
}
