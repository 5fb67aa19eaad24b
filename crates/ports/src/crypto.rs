//! Keys in use: sealing at rest and the keyed hashes of codes.

use async_trait::async_trait;
use domain::accounts::Password;
use thiserror::Error;

/// A sealed text was changed, belongs elsewhere, or its key is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the sealed bytes can't be opened")]
pub struct DecryptError;

/// Seals bodies and texts at rest (AEAD).
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Sealer: Send + Sync {
    /// Seals under the newest key. `bound_to` (the row's id) must be given again to open.
    fn seal(&self, bound_to: &[u8], plain: &[u8]) -> Vec<u8>;

    /// Opens what any known key sealed.
    ///
    /// # Errors
    /// When a byte was changed, `bound_to` differs, or the key is not known.
    fn open(&self, bound_to: &[u8], sealed: &[u8]) -> Result<Vec<u8>, DecryptError>;
}

/// What a code's hash is made over, besides the code.
#[derive(Clone, Debug)]
pub struct CodeContext {
    /// The challenge.
    pub verification: domain::ids::VerificationId,
    /// Random per challenge.
    pub salt: [u8; 16],
    /// What it is for.
    pub purpose: domain::verification::otp::Purpose,
    /// The number or address it went to, canonical.
    pub destination: String,
    /// The payment it is bound to; zeros where there is none.
    pub transaction_digest: [u8; 32],
}

/// A keyed hash, with the key's name so that keys can rotate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeMac {
    /// Which key.
    pub key_id: String,
    /// HMAC-SHA256.
    pub mac: [u8; 32],
}

/// Makes the keyed hashes under which codes are stored.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait CodeHasher: Send + Sync {
    /// Under the newest key.
    fn hash(&self, context: &CodeContext, code: &str) -> CodeMac;

    /// Under the key that was used before; `None` when that key is gone.
    fn hash_with(&self, key_id: &str, context: &CodeContext, code: &str) -> Option<CodeMac>;
}

/// Makes the keyed codes of the audit log, which the owner of the database alone can't.
pub trait AuditSealer: Send + Sync {
    /// The code over these bytes under the key that signs now.
    fn code(&self, bytes: &[u8]) -> CodeMac;

    /// The code over these bytes under a key by its id; `None` when that key is gone.
    fn code_under(&self, key_id: &str, bytes: &[u8]) -> Option<[u8; 32]>;
}

/// Why a password was not hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HashRefused {
    /// More passwords wait than can be hashed soon: hashing is dear on purpose.
    #[error("too many passwords are being hashed")]
    Busy,
    /// The hasher failed.
    #[error("the password can't be hashed")]
    Failed,
}

/// Hashes passwords, slowly, a few at a time.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// The hash to keep: a PHC string, which bears its salt and its cost.
    ///
    /// # Errors
    /// When too many wait.
    async fn hash(&self, password: &Password) -> Result<String, HashRefused>;

    /// Whether the password is the one behind the hash. Without a hash (there is no such person, or he has
    /// no password) it takes as long and is wrong.
    ///
    /// # Errors
    /// When too many wait.
    async fn verify(&self, password: &Password, hash: Option<String>) -> Result<bool, HashRefused>;
}

/// What a random secret is for: one for a chat is worth nothing as a reset token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// A right password that waits for its second factor.
    LoginChallenge,
    /// The token in a reset mail's link.
    ResetToken,
    /// A backup code of this person's.
    BackupCode(domain::ids::UserId),
    /// A code that binds a chat.
    LinkCode,
}

/// Makes the keyed hashes under which random secrets are stored and found.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait SecretHasher: Send + Sync {
    /// Under the newest key: the one to keep.
    fn hash(&self, kind: SecretKind, secret: &str) -> [u8; 32];

    /// Under every known key: those to look for.
    fn hashes(&self, kind: SecretKind, secret: &str) -> Vec<[u8; 32]>;
}

/// Knows the secrets of internal clients.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait RequestSignatures: Send + Sync {
    /// Whether `tag` is this client's HMAC-SHA256 over the base, under any secret of his. A client that is not
    /// known is refused, and it takes as long.
    fn is_by(&self, client: &str, base: &str, tag: &[u8; 32]) -> bool;
}
