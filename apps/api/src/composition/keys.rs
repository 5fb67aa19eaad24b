//! The keys that stored rows need: a start without one of them is refused, and derived keys that must outlive
//! their secret are kept.

use crate::{config::Settings, stores::Stores};
use adapter_crypto::{HmacAuditSealer, HmacSecretHasher};
use chrono::{DateTime, Utc};
use ports::{operations::KeptKey, store_error::StoreError};
use thiserror::Error;

/// Why the program can't start with its keys.
#[derive(Debug, Error)]
pub(crate) enum KeysError {
    /// Rows were sealed under keys that are not set.
    #[error(
        "ENCRYPTION_KEY lacks the key {0}, and stored rows are sealed under it: set it behind the first one, as \
         kid:secret, and run `ventanilla keys reseal` before it is removed"
    )]
    Missing(String),
    /// A secret was exchanged under the id of another.
    #[error(
        "{setting} has another secret under the id {key_id} than the database was made with: give the new secret an \
         id of its own, as kid:secret, in front"
    )]
    Another {
        /// The name of the setting whose secret was exchanged.
        setting: &'static str,
        /// The id under which the database knows another secret.
        key_id: String,
    },
    /// The keys can't be read.
    #[error("the keys of the database can't be read")]
    Store(#[from] StoreError),
}

/// The keys that are kept, and the setting that each is derived from.
fn to_keep(settings: &Settings) -> [(&'static str, Vec<KeptKey>); 2] {
    [
        ("ENCRYPTION_KEY", HmacAuditSealer::to_keep(&settings.encryption_key)),
        ("HMAC_SECRET", HmacSecretHasher::to_keep(&settings.hmac_secret)),
    ]
}

/// Checks the keys, and gives the audit log those that were kept. Writes nothing.
pub(super) async fn look(
    settings: &Settings,
    store: &dyn Stores,
    audit: &HmacAuditSealer,
) -> Result<Vec<KeptKey>, KeysError> {
    let mut missing = store.keys_in_use().await?;
    missing.retain(|used| !settings.encryption_key.ids().any(|set| set == used));
    if !missing.is_empty() {
        return Err(KeysError::Missing(missing.join(", ")));
    }
    let kept = store.kept_keys().await?;
    for (setting, ours) in to_keep(settings) {
        let differs = |key: &&KeptKey| {
            kept.iter().any(|kept| {
                (&kept.purpose, &kept.key_id) == (&key.purpose, &key.key_id) && kept.key != key.key
            })
        };
        if let Some(key) = ours.iter().find(differs) {
            return Err(KeysError::Another { setting, key_id: key.key_id.clone() });
        }
    }
    audit.learn(&kept);
    Ok(kept)
}

/// The same, and notes that rows will need the key that seals, and keeps the keys that are new.
pub(super) async fn prepare(
    settings: &Settings,
    store: &dyn Stores,
    audit: &HmacAuditSealer,
    now: DateTime<Utc>,
) -> Result<Vec<KeptKey>, KeysError> {
    if store.keys_in_use().await?.is_empty() {
        // The rows are older than this note.
        for used in store.key_uses().await?.iter().filter(|used| used.key_id != UNREADABLE) {
            store.use_key(&used.key_id, now).await?;
        }
    }
    let mut kept = look(settings, store, audit).await?;
    if let Some(newest) = settings.encryption_key.ids().next() {
        store.use_key(newest, now).await?;
    }
    for key in to_keep(settings).into_iter().flat_map(|(_, keys)| keys) {
        if !kept.iter().any(|known| (&known.purpose, &known.key_id) == (&key.purpose, &key.key_id)) {
            store.keep_key(&key).await?;
            kept.push(key);
        }
    }
    Ok(kept)
}

/// What the store calls the key of a row that it can't read.
const UNREADABLE: &str = "unreadable";
