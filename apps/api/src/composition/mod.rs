//! Puts the program together: which adapter implements which port. Each feature is built in its own file.

mod accounts;
pub(crate) mod bank;
mod keys;
mod messaging;
mod money;
mod operations;
mod privacy;
pub(crate) mod providers;
pub(crate) mod understanding;
mod verification;

use crate::{
    config::{AppEnv, Capacity, Purpose, Settings},
    flows::{self, FlowsError},
    stores::{self, DatabaseError, Opening, Stores},
    system::SystemClock,
};
use adapter_bank_http::InvalidBankConfig;
use adapter_crypto::{
    AeadSealer, HmacAuditSealer, HmacSecretHasher, RingRandom, Tokens, UuidV7, clabe_issuer,
};
use application::kernel::Kernel;
use domain::channel_account::{ChannelAccount, InvalidChannelAccount};
use ports::{ids_and_random::Random, operations::SchemaState, store_error::StoreError};
use std::sync::Arc;
use thiserror::Error;

pub(crate) use self::{
    accounts::{Accounts, import_people},
    bank::outside_bank,
    keys::KeysError,
    messaging::Messaging,
    money::{Money, OutsideBank, deposits},
    operations::{Operations, retention},
    privacy::{Privacy, PrivacyCommands},
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
    pub(crate) privacy: Arc<Privacy>,
    pub(crate) operations: Arc<Operations>,
}

/// What every feature is built on.
struct Foundation {
    settings: Arc<Settings>,
    store: Arc<dyn Stores>,
    kernel: Kernel,
    /// Hashes secrets such as backup codes, also under keys whose secret is gone.
    secrets: Arc<HmacSecretHasher>,
}

/// Why the program can't be put together.
#[derive(Debug, Error)]
pub(crate) enum WiringError {
    /// The database can't be opened or migrated.
    #[error(transparent)]
    Connect(#[from] DatabaseError),
    /// The tables are not those of this version.
    #[error("{0}")]
    Schema(String),
    /// The keys are not those that stored rows need.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The database is a copy whose keys of people were not brought back.
    #[error(
        "the database is a copy without the keys of people: bring them back with `ventanilla privacy reapply`, which \
         also erases again who was erased since"
    )]
    KeysAway,
    /// Keys were brought back, and people who were erased since the copy was made may be here yet.
    #[error(
        "a restore is not finished, so people who were erased may be here yet: run `ventanilla privacy reapply` again, \
         with the same copy of the keys"
    )]
    RestoreOpen,
    /// The state of the tables can't be read.
    #[error("the state of the tables can't be read")]
    Store(#[from] StoreError),
    /// The flows can't be used.
    #[error(transparent)]
    Flows(#[from] FlowsError),
    /// `DEFAULT_FLOW` names a number or bot that isn't ours.
    #[error("DEFAULT_FLOW: {0} is no channel account of this server; there are {1}")]
    NoDefaultAccount(String, String),
    /// An HTTP client can't be built.
    #[error("the HTTP client can't be set up")]
    Client(#[from] reqwest::Error),
    /// `BOT_TOKEN` is malformed. It would become part of addresses, so it is not shown.
    #[error("BOT_TOKEN is malformed: it must be the bot's number, a colon and its secret")]
    BotToken,
    /// `SMTP_URL` or `MAIL_FROM` is malformed. The URL may contain a password, so it is not shown.
    #[error("SMTP_URL or MAIL_FROM is malformed")]
    MailServer,
    /// The outside bank's certificates or client can't be used.
    #[error("the outside bank can't be set up")]
    Bank(#[from] InvalidBankConfig),
    /// A number or id of ours names no channel account.
    #[error(
        "TWILIO_WHATSAPP_FROM, TWILIO_SMS_FROM or WHATSAPP_PHONE_NUMBER_ID is no address on a known channel"
    )]
    ChannelAccount(#[from] InvalidChannelAccount),
}

/// The store, and what seals its audit log.
struct Opened {
    store: Arc<dyn Stores>,
    audit: Arc<HmacAuditSealer>,
}

async fn open(settings: &Settings, must_exist: bool, serves: bool) -> Result<Opened, DatabaseError> {
    let random: Arc<dyn Random> = Arc::new(RingRandom::default());
    let sealer = Arc::new(AeadSealer::new(&settings.encryption_key, random));
    let audit = Arc::new(HmacAuditSealer::new(&settings.encryption_key));
    let prefix = settings.clabe_prefix.clone();
    let clabes = prefix.and_then(|prefix| clabe_issuer(&settings.hmac_secret, prefix));
    let Capacity { pool_size, statement_cache, .. } = settings.capacity;
    let opening = Opening { must_exist, pool_size, statement_cache, serves };
    let store = stores::open(&settings.database, opening, sealer, audit.clone(), clabes).await?;
    Ok(Opened { store, audit })
}

/// Opens only the store, for commands that need nothing else. A command that looks makes no database.
pub(crate) async fn open_store(
    settings: &Settings,
    purpose: Purpose,
) -> Result<Arc<dyn Stores>, DatabaseError> {
    Ok(open(settings, purpose == Purpose::Look, false).await?.store)
}

/// Opens the store to read what is sealed, or to change what is not: the tables and the keys must be those that the rows need.
pub(crate) async fn open_to_read(settings: &Settings) -> Result<Arc<dyn Stores>, WiringError> {
    let Opened { store, audit } = open(settings, true, false).await?;
    expect_tables(store.as_ref()).await?;
    keys::look(settings, store.as_ref(), &audit).await?;
    Ok(store)
}

/// Fails unless the tables are those of this version.
async fn expect_tables(store: &dyn Stores) -> Result<(), WiringError> {
    let state = store.schema().await?;
    if state.is_current() { Ok(()) } else { Err(WiringError::Schema(schema_complaint(&state))) }
}

/// Fails while a restore is not finished, and in production if the keys of people are away. In development a copy can be
/// looked at without them: nothing that is sealed is shown, and nothing new is stored of those people.
async fn expect_subject_keys(settings: &Settings, store: &dyn Stores) -> Result<(), WiringError> {
    if store.is_restore_open().await? {
        return Err(WiringError::RestoreOpen);
    }
    if !store.are_keys_away().await? {
        return Ok(());
    }
    if settings.env == AppEnv::Production {
        return Err(WiringError::KeysAway);
    }
    tracing::warn!("{}", WiringError::KeysAway);
    Ok(())
}

/// What is wrong with the tables, and what to do.
pub(crate) fn schema_complaint(state: &SchemaState) -> String {
    let mut complaints = Vec::new();
    let mut tell = |versions: &[String], what: &str| {
        if !versions.is_empty() {
            complaints.push(format!("{what}: {}", versions.join(", ")));
        }
    };
    tell(&state.missing, "migrations did not run, so run `ventanilla migrate`");
    tell(&state.newer, "the database is newer than this program, by the migrations");
    tell(&state.changed, "migrations ran in another form than this program has");
    tell(&state.unsealed, "rows of an earlier version are not sealed yet, so run `ventanilla migrate`");
    complaints.join("; ")
}

/// Signs and reads service and access tokens.
pub(crate) fn tokens(settings: &Settings) -> Tokens {
    Tokens::new(&settings.jwt_secret, Arc::new(SystemClock), Arc::new(UuidV7))
}

/// The clock of this machine, ids that sort by time, and random bytes of the operating system.
pub(crate) fn kernel() -> Kernel {
    Kernel { clock: Arc::new(SystemClock), ids: Arc::new(UuidV7), random: Arc::new(RingRandom::default()) }
}

impl App {
    /// Builds everything, and runs the migrations in development. No worker runs yet.
    pub(crate) async fn build(settings: Settings) -> Result<Self, WiringError> {
        let library = flows::read(&settings)?;
        // In production only `migrate` makes a database.
        let Opened { store, audit } = open(&settings, settings.env == AppEnv::Production, true).await?;
        if settings.env == AppEnv::Development {
            store.migrate().await?;
        }
        expect_tables(store.as_ref()).await?;
        expect_subject_keys(&settings, store.as_ref()).await?;
        let kernel = kernel();
        let kept = keys::prepare(&settings, store.as_ref(), &audit, kernel.now()).await?;
        let secrets = Arc::new(HmacSecretHasher::with_kept(&settings.hmac_secret, &kept));
        let flows = flows::open(library, store.as_ref(), kernel.now()).await?;
        let providers = providers::build(&settings, &kernel)?;
        let is_foreign = |account: &&ChannelAccount| !providers.channels.contains_key(*account);
        if let Some(foreign) = settings.default_flows.accounts().find(is_foreign) {
            let mut ours: Vec<String> = providers.channels.keys().map(ToString::to_string).collect();
            ours.sort();
            return Err(WiringError::NoDefaultAccount(foreign.to_string(), ours.join(", ")));
        }
        let parser = understanding::parser(&settings.nlu, settings.default_region, &kernel)?;
        let bank = bank::connect(&settings, &kernel)?;
        let base = Foundation { settings: Arc::new(settings), store, kernel, secrets };
        let sms_account = providers.sms_account.clone();
        let verification = Arc::new(Verification::build(&base, &providers));
        let money = Arc::new(Money::build(&base, sms_account.clone(), bank));
        let accounts = Arc::new(Accounts::build(&base, &verification, sms_account));
        let privacy = Arc::new(Privacy::build(&base, &accounts));
        let messaging =
            Arc::new(Messaging::build(&base, providers, flows, &money, &verification, &privacy, parser));
        let operations = Arc::new(Operations::build(&base));
        let Foundation { settings, kernel, .. } = base;
        Ok(Self { settings, kernel, money, verification, messaging, accounts, privacy, operations })
    }
}
