//! Password hashes: argon2id at the cost that OWASP names (19 MiB, two passes, one lane), a few at a time.

use crate::fair_queue::FairQueue;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier, phc::PasswordHash},
};
use async_trait::async_trait;
use domain::accounts::Password;
use ports::{
    crypto::{HashFor, HashRefused, PasswordHasher},
    ids_and_random::Random,
};
use std::sync::Arc;

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Bytes of salt (RFC 9106, 3.1).
const SALT_LENGTH: usize = 16;
/// Most passwords that wait. At about 20 ms each, the last one waits one or two seconds.
pub const PASSWORD_QUEUE_MAX: usize = 64;

/// Hashes and verifies passwords with argon2id.
pub struct Argon2Hasher {
    argon2: Argon2<'static>,
    random: Arc<dyn Random>,
    queue: Arc<FairQueue>,
    /// Hash that a password is compared with when there is no user: the same work, and never a match.
    nobodys: String,
}

impl Argon2Hasher {
    /// Hashes at most `at_once` passwords in parallel; each takes 19 MiB and one core.
    #[must_use]
    pub fn new(random: Arc<dyn Random>, at_once: usize) -> Self {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).unwrap_or_default();
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut secret = [0; 16];
        random.fill(&mut secret);
        let mut hasher = Self {
            argon2,
            random,
            queue: FairQueue::new(at_once, PASSWORD_QUEUE_MAX),
            nobodys: String::new(),
        };
        hasher.nobodys = hash(&hasher.argon2, &secret, hasher.salt()).unwrap_or_default();
        hasher
    }

    fn salt(&self) -> [u8; SALT_LENGTH] {
        let mut salt = [0; SALT_LENGTH];
        self.random.fill(&mut salt);
        salt
    }

    /// Waits for its turn, then runs `work` on a thread for blocking work.
    async fn in_turn<T: Send + 'static>(
        &self,
        whom: &HashFor,
        work: impl FnOnce(Argon2<'static>) -> Option<T> + Send + 'static,
    ) -> Result<T, HashRefused> {
        if !whom.pause.is_zero() {
            tokio::time::sleep(whom.pause).await;
        }
        let turn = self.queue.turn(&whom.address).await.map_err(|_full| {
            tracing::warn!("password refused: too many passwords wait to be hashed");
            HashRefused::Busy
        })?;
        let argon2 = self.argon2.clone();
        // The turn lasts as long as the work, also when its caller has gone.
        let working = move || {
            let _turn = turn;
            work(argon2)
        };
        let done = tokio::task::spawn_blocking(working).await;
        done.ok().flatten().ok_or(HashRefused::Failed)
    }
}

fn hash(argon2: &Argon2<'_>, password: &[u8], salt: [u8; SALT_LENGTH]) -> Option<String> {
    Some(argon2.hash_password_with_salt(password, &salt).ok()?.to_string())
}

#[async_trait]
impl PasswordHasher for Argon2Hasher {
    async fn hash(&self, password: &Password, whom: &HashFor) -> Result<String, HashRefused> {
        let (password, salt) = (password.clone(), self.salt());
        self.in_turn(whom, move |argon2| hash(&argon2, password.reveal().as_bytes(), salt)).await
    }

    async fn verify(
        &self,
        password: &Password,
        hash: Option<String>,
        whom: &HashFor,
    ) -> Result<bool, HashRefused> {
        let password = password.clone();
        let is_somebodys = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobodys.clone());
        let is_right = self
            .in_turn(whom, move |argon2| {
                let parsed = PasswordHash::new(&hash).ok()?;
                Some(argon2.verify_password(password.reveal().as_bytes(), &parsed).is_ok())
            })
            .await?;
        Ok(is_right && is_somebodys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RingRandom;

    fn hasher(at_once: usize) -> Argon2Hasher {
        Argon2Hasher::new(Arc::new(RingRandom::default()), at_once)
    }

    fn password(text: &str) -> Password {
        Password::typed(text).unwrap()
    }

    fn anyone() -> HashFor {
        HashFor::address("192.0.2.1")
    }

    async fn is_right(hasher: &Argon2Hasher, typed: &str, kept: Option<&str>) -> Result<bool, HashRefused> {
        hasher.verify(&password(typed), kept.map(str::to_owned), &anyone()).await
    }

    #[tokio::test]
    async fn only_the_password_itself_is_right() {
        let hasher = hasher(2);
        let kept = hasher.hash(&password("una clave bien larga"), &anyone()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_eq!(is_right(&hasher, "una clave bien larga", Some(&kept)).await, Ok(true));
        assert_eq!(is_right(&hasher, "una clave bien larga ", Some(&kept)).await, Ok(false));
        let again = hasher.hash(&password("una clave bien larga"), &anyone()).await;
        assert_ne!(again, Ok(kept), "each has a salt of its own");
    }

    #[tokio::test]
    async fn without_a_user_every_password_is_wrong() {
        assert_eq!(is_right(&hasher(1), "", None).await, Ok(false));
    }

    #[tokio::test]
    async fn a_hash_that_cannot_be_read_is_an_error() {
        assert_eq!(is_right(&hasher(1), "x", Some("x")).await, Err(HashRefused::Failed));
    }

    #[tokio::test]
    async fn a_full_queue_refuses_callers() {
        let mut hasher = hasher(1);
        hasher.queue = FairQueue::new(1, 0);
        let working = hasher.queue.turn("192.0.2.1").await;
        assert_eq!(is_right(&hasher, "x", None).await, Err(HashRefused::Busy));
        drop(working);
        assert_eq!(is_right(&hasher, "x", None).await, Ok(false));
    }
}
