//! Cryptography over ring: seals at rest, hashes of codes, tokens, randomness. Nothing of our own
//! making but the way the pieces are put together.

mod audit_sealer;
mod code_hasher;
mod jwt_provider;
mod keyring;
mod random;
mod sealer;
mod secrets;
mod tokens;

pub use audit_sealer::HmacAuditSealer;
pub use code_hasher::HmacCodeHasher;
pub use keyring::{Keyring, KeyringError, SECRET_LENGTH_MIN};
pub use random::{RingRandom, UuidV7};
pub use sealer::AeadSealer;
pub use secrets::is_same_secret;
pub use tokens::{Claims, TokenError, TokenKind, Tokens};
