//! Encryption at rest, and the keyed hashes of codes and secrets.

use crate::subject_keys::{LookupKind, SubjectKeyId};
use async_trait::async_trait;
use domain::accounts::Password;
use std::sync::Arc;
use thiserror::Error;

/// The sealed bytes were changed, belong to another row, or their key is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the sealed bytes can't be opened")]
pub struct DecryptError;

/// Encrypts bodies and texts at rest (AEAD).
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Sealer: Send + Sync {
    /// Seals under the newest key. The same `bound_to` (the row's id) must be given to open.
    fn seal(&self, bound_to: &[u8], plain: &[u8]) -> Vec<u8>;

    /// Opens what any known key sealed.
    ///
    /// # Errors
    /// When a byte was changed, `bound_to` differs, or the key is unknown.
    fn open(&self, bound_to: &[u8], sealed: &[u8]) -> Result<Vec<u8>, DecryptError>;

    /// The id of the key that sealed these bytes. The first 18 bytes are enough. `None` when they are no sealed
    /// bytes.
    fn key_of(&self, sealed: &[u8]) -> Option<String>;

    /// The id of the key that seals now.
    fn newest_key(&self) -> String;

    /// A new random key of a subject, sealed under the newest key.
    fn new_subject_key(&self, id: SubjectKeyId) -> Vec<u8>;

    /// Opens a subject's key.
    ///
    /// # Errors
    /// When it is another subject's, was changed, or the key that sealed it is unknown.
    fn subject_key(&self, id: SubjectKeyId, sealed: &[u8]) -> Result<Arc<dyn SubjectKey>, DecryptError>;

    /// A subject's key, sealed anew under the newest key.
    ///
    /// # Errors
    /// As [`Sealer::subject_key`].
    fn reseal_subject_key(&self, id: SubjectKeyId, sealed: &[u8]) -> Result<Vec<u8>, DecryptError>;

    /// The keyed hash that a row is found by: a version, a colon and 24 characters of base64. The owner of the database
    /// alone can't make it, so it can't be reversed by trying all numbers.
    fn lookup(&self, kind: LookupKind, canonical: &str) -> String;

    /// The key of the hashes, to be kept: it outlives the secret it came from.
    fn lookup_key(&self) -> [u8; 32];

    /// Makes the hashes with this key from now on: the one that was kept.
    fn use_lookup_key(&self, key: [u8; 32]);
}

/// A subject's key, opened. Its memory is wiped when the last reference is dropped.
pub trait SubjectKey: Send + Sync {
    /// Seals, bound to a place: the same `bound_to` must be given to open.
    fn seal(&self, bound_to: &[u8], plain: &[u8]) -> Vec<u8>;

    /// Opens what this key sealed.
    ///
    /// # Errors
    /// When a byte was changed, `bound_to` differs, or another key sealed it.
    fn open(&self, bound_to: &[u8], sealed: &[u8]) -> Result<Vec<u8>, DecryptError>;

    /// A commitment to a value, for the audit log: it can be checked while the key lives, and means nothing afterwards.
    /// 32 hexadecimal digits.
    fn commitment(&self, label: &str, value: &str) -> String;
}

/// The facts that go into a code's hash besides the code.
#[derive(Clone, Debug)]
pub struct CodeContext {
    /// The challenge's id.
    pub verification: domain::ids::VerificationId,
    /// Random bytes, new for each code.
    pub salt: [u8; 16],
    /// What the code is for.
    pub purpose: domain::verification::otp::Purpose,
    /// The canonical number or e-mail address that the code went to.
    pub destination: String,
    /// The digest of the payment it is bound to; zeros when there is none.
    pub transaction_digest: [u8; 32],
}

/// A keyed hash, with the key's id so that keys can rotate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeMac {
    /// The id of the key.
    pub key_id: String,
    /// The HMAC-SHA256 value.
    pub mac: [u8; 32],
}

/// Makes the keyed hashes under which codes are stored.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait CodeHasher: Send + Sync {
    /// The hash under the newest key.
    fn hash(&self, context: &CodeContext, code: &str) -> CodeMac;

    /// The hash under the key with that id; `None` when the key is gone.
    fn hash_with(&self, key_id: &str, context: &CodeContext, code: &str) -> Option<CodeMac>;
}

/// Makes the keyed hashes of the audit log. The owner of the database alone can't make them.
pub trait AuditSealer: Send + Sync {
    /// The hash of these bytes under the current signing key.
    fn code(&self, bytes: &[u8]) -> CodeMac;

    /// The hash of these bytes under the key with that id; `None` when the key is gone.
    fn code_under(&self, key_id: &str, bytes: &[u8]) -> Option<[u8; 32]>;
}

/// Why a password was not hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HashRefused {
    /// Too many passwords are waiting. Hashing is slow on purpose.
    #[error("too many passwords are being hashed")]
    Busy,
    /// The hash function failed.
    #[error("the password can't be hashed")]
    Failed,
}

/// For whom a password is hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashFor {
    /// The network address that asks. Addresses take turns, so that one that asks often delays nobody else.
    pub address: String,
    /// A wait before the password waits for its turn: the account had many tries lately.
    pub pause: std::time::Duration,
}

impl HashFor {
    /// Without a wait.
    #[must_use]
    pub fn address(address: &str) -> Self {
        Self { address: address.to_owned(), pause: std::time::Duration::ZERO }
    }
}

/// Hashes passwords slowly, a few at a time.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// The hash to store: a PHC string, which includes its salt and cost.
    ///
    /// # Errors
    /// `Busy` when too many passwords wait, `Failed` when the hash function fails.
    async fn hash(&self, password: &Password, whom: &HashFor) -> Result<String, HashRefused>;

    /// Whether the password matches the hash. Without a hash (no such user, or no password set) it takes as
    /// long and returns false.
    ///
    /// # Errors
    /// `Busy` when too many passwords wait, `Failed` when the hash function fails.
    async fn verify(
        &self,
        password: &Password,
        hash: Option<String>,
        whom: &HashFor,
    ) -> Result<bool, HashRefused>;
}

/// What a random secret is for. A secret of one kind is never accepted as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// The id of a sign-in that waits for its MFA code.
    LoginChallenge,
    /// The token in a reset e-mail's link.
    ResetToken,
    /// A backup code of this user.
    BackupCode(domain::ids::UserId),
    /// A code that binds a chat.
    LinkCode,
    /// The secret in a link that downloads an export.
    ExportLink,
}

/// Makes the keyed hashes under which random secrets are stored and found.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait SecretHasher: Send + Sync {
    /// The hash under the newest key, to store.
    fn hash(&self, kind: SecretKind, secret: &str) -> [u8; 32];

    /// The hashes under every known key, to search for.
    fn hashes(&self, kind: SecretKind, secret: &str) -> Vec<[u8; 32]>;
}

/// Checks the signatures of internal clients.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait RequestSignatures: Send + Sync {
    /// Whether `tag` is this client's HMAC-SHA256 over the base, under any of the client's secrets. For an
    /// unknown client it returns false and takes as long.
    fn is_by(&self, client: &str, base: &str, tag: &[u8; 32]) -> bool;
}
