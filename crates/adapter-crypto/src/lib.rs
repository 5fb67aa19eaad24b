//! Cryptography with ring, and argon2 for passwords: sealing at rest, keyed hashes, tokens, randomness.
//! No algorithm is our own; only the way in which they are combined is.

mod audit_sealer;
mod clabe_key;
mod code_hasher;
mod fair_queue;
mod jwt_provider;
mod keyring;
mod password_hasher;
mod random;
mod request_signatures;
mod sealer;
mod secret_hasher;
mod secrets;
mod session_tokens;
mod subject_key;
mod tokens;

pub use audit_sealer::HmacAuditSealer;
pub use clabe_key::clabe_issuer;
pub use code_hasher::HmacCodeHasher;
pub use keyring::{Keyring, KeyringError, SECRET_LENGTH_MIN};
pub use password_hasher::{Argon2Hasher, PASSWORD_QUEUE_MAX};
pub use random::{RingRandom, UuidV7};
pub use request_signatures::{ClientSecrets, sign_request};
pub use sealer::AeadSealer;
pub use secret_hasher::HmacSecretHasher;
pub use secrets::is_same_secret;
pub use session_tokens::KeyedSessionTokens;
pub use tokens::{Claims, TokenError, TokenKind, Tokens};

/// The example of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
