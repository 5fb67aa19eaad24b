//! One token for all calls, renewed before its end.

use async_trait::async_trait;
use secrecy::SecretString;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use thiserror::Error;
use tokio::sync::Mutex as AsyncMutex;

/// The least time before its end at which a token is renewed. A tenth of its life, if that is longer; half of it, if it
/// lives shorter than twice that.
const RENEWAL_MARGIN: Duration = Duration::from_secs(30);
/// A token isn't used in the last tenth of its life, nor in its last so many seconds, so that it is still good when the
/// request arrives.
const USE_MARGIN_MAX: Duration = Duration::from_secs(5);
/// How long no other token is asked for after one could not be got while the old one is good.
const PAUSE: Duration = Duration::from_secs(5);
/// How long no token is asked for after the bank refused our credentials.
const PAUSE_AFTER_REFUSAL: Duration = Duration::from_secs(15);

/// A token as the bank gives it.
pub(crate) struct Grant {
    pub(crate) token: SecretString,
    /// How long it is good.
    pub(crate) life: Duration,
}

/// Why there is no token. The texts are safe to log.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum TokenError {
    /// The bank refuses our credentials.
    #[error("{0}")]
    Refused(String),
    /// The bank gives none now.
    #[error("{0}")]
    Unavailable(String),
}

/// Where tokens come from.
#[async_trait]
pub(crate) trait TokenSource: Send + Sync {
    async fn fetch(&self) -> Result<Grant, TokenError>;
}

/// A token in use.
pub(crate) struct Token {
    pub(crate) value: SecretString,
    renew_at: Instant,
    unused_from: Instant,
}

#[derive(Default)]
struct State {
    current: Option<Arc<Token>>,
    /// How many requests for a token have ended.
    fetched: u64,
    /// Why the last one failed, and until when none is made.
    failure: Option<(TokenError, Instant)>,
}

/// The token in use, and what renews it. One request at a time asks for a token; who needs one waits for it.
pub(crate) struct TokenCache {
    source: Arc<dyn TokenSource>,
    /// Tells a time that only goes forward, whatever is done to the clock.
    elapsed: Box<dyn Fn() -> Instant + Send + Sync>,
    state: Mutex<State>,
    renewal: AsyncMutex<()>,
}

impl TokenCache {
    pub(crate) fn new(source: Arc<dyn TokenSource>) -> Self {
        Self::by(source, Box::new(Instant::now))
    }

    fn by(source: Arc<dyn TokenSource>, elapsed: Box<dyn Fn() -> Instant + Send + Sync>) -> Self {
        Self { source, elapsed, state: Mutex::default(), renewal: AsyncMutex::default() }
    }

    /// A token that is good. One that is near its end is given too, and renewed beside, so that nobody waits for that
    /// and its failure disturbs nobody.
    pub(crate) async fn get(self: &Arc<Self>) -> Result<Arc<Token>, TokenError> {
        let seen = {
            let state = self.state();
            let now = (self.elapsed)();
            let is_quiet = state.failure.as_ref().is_some_and(|(_, until)| now < *until);
            match (&state.current, &state.failure) {
                (Some(token), _) if now < token.unused_from => {
                    if now >= token.renew_at && !is_quiet {
                        self.renew_beside(state.fetched);
                    }
                    return Ok(Arc::clone(token));
                }
                (_, Some((refused @ TokenError::Refused(_), _))) if is_quiet => return Err(refused.clone()),
                _ => state.fetched,
            }
        };
        let _only_one = self.renewal.lock().await;
        self.renew(seen).await
    }

    /// Forgets a token that the bank refused, unless another one is in use already.
    pub(crate) fn forget(&self, refused: &Arc<Token>) {
        let mut state = self.state();
        if state.current.as_ref().is_some_and(|current| Arc::ptr_eq(current, refused)) {
            state.current = None;
        }
    }

    fn renew_beside(self: &Arc<Self>, seen: u64) {
        let cache = Arc::clone(self);
        tokio::spawn(async move {
            let Ok(_only_one) = cache.renewal.try_lock() else { return };
            if let Err(error) = cache.renew(seen).await {
                tracing::warn!(%error, "bank token not renewed; the one in use is still good");
            }
        });
    }

    /// Asks for a token, unless another request ended since `seen` was read: then its outcome counts. The caller holds
    /// the lock.
    async fn renew(&self, seen: u64) -> Result<Arc<Token>, TokenError> {
        {
            let state = self.state();
            if state.fetched != seen {
                match (&state.current, &state.failure) {
                    (Some(token), _) if (self.elapsed)() < token.unused_from => return Ok(Arc::clone(token)),
                    (_, Some((error, _))) => return Err(error.clone()),
                    _ => {}
                }
            }
        }
        // The bank counts from when it made the token, which is later.
        let asked_at = (self.elapsed)();
        let outcome = self.source.fetch().await;
        let mut state = self.state();
        state.fetched = state.fetched.wrapping_add(1);
        match outcome {
            Ok(grant) => {
                let token = Arc::new(Token::new(grant, asked_at));
                state.current = Some(Arc::clone(&token));
                state.failure = None;
                Ok(token)
            }
            Err(error) => {
                let pause = if matches!(error, TokenError::Refused(_)) { PAUSE_AFTER_REFUSAL } else { PAUSE };
                state.failure = Some((error.clone(), (self.elapsed)() + pause));
                Err(error)
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Token {
    fn new(grant: Grant, asked_at: Instant) -> Self {
        let Grant { token, life } = grant;
        let renewal = RENEWAL_MARGIN.max(life / 10).min(life / 2);
        let until = |margin: Duration| asked_at + life.saturating_sub(margin);
        let unused_from = until(USE_MARGIN_MAX.min(life / 10));
        Self { value: token, renew_at: until(renewal), unused_from }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;
    use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

    /// Gives numbered tokens, or fails; neither at once.
    struct Bank {
        asked: AtomicUsize,
        life: Duration,
        failure: Mutex<Option<TokenError>>,
    }

    #[async_trait]
    impl TokenSource for Bank {
        async fn fetch(&self) -> Result<Grant, TokenError> {
            let number = self.asked.fetch_add(1, Ordering::SeqCst);
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
            match self.failure.lock().unwrap().clone() {
                Some(error) => Err(error),
                None => Ok(Grant { token: format!("t{number}").into(), life: self.life }),
            }
        }
    }

    struct World {
        bank: Arc<Bank>,
        cache: Arc<TokenCache>,
        seconds: Arc<AtomicU64>,
    }

    fn world(life_seconds: u64) -> World {
        let life = Duration::from_secs(life_seconds);
        let bank = Arc::new(Bank { asked: AtomicUsize::new(0), life, failure: Mutex::default() });
        let (begin, seconds) = (Instant::now(), Arc::<AtomicU64>::default());
        let passed = Arc::clone(&seconds);
        let elapsed = move || begin + Duration::from_secs(passed.load(Ordering::SeqCst));
        let cache = Arc::new(TokenCache::by(Arc::<Bank>::clone(&bank), Box::new(elapsed)));
        World { bank, cache, seconds }
    }

    impl World {
        async fn get(&self) -> String {
            shown(self.cache.get().await)
        }

        /// Moves the time after what was begun has ended.
        async fn pass(&self, seconds: u64) {
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            self.seconds.fetch_add(seconds, Ordering::SeqCst);
        }

        async fn eight(&self) -> Vec<String> {
            let one = || {
                let cache = Arc::clone(&self.cache);
                tokio::spawn(async move { shown(cache.get().await) })
            };
            let tasks: Vec<_> = (0..8).map(|_| one()).collect();
            let mut tokens = Vec::new();
            for task in tasks {
                tokens.push(task.await.unwrap());
            }
            tokens
        }

        fn asked(&self) -> usize {
            self.bank.asked.load(Ordering::SeqCst)
        }

        fn fails(&self, error: Option<TokenError>) {
            *self.bank.failure.lock().unwrap() = error;
        }
    }

    fn shown(token: Result<Arc<Token>, TokenError>) -> String {
        token.map_or_else(|error| error.to_string(), |token| token.value.expose_secret().to_owned())
    }

    fn refused() -> TokenError {
        TokenError::Refused("invalid_client".into())
    }

    #[tokio::test]
    async fn eight_callers_share_one_request() {
        let world = world(3600);
        assert_eq!(world.eight().await, ["t0"; 8]);
        assert_eq!(world.asked(), 1);
    }

    #[tokio::test]
    async fn a_failure_is_shared_too() {
        let world = world(3600);
        world.fails(Some(TokenError::Unavailable("HTTP 503".into())));
        assert_eq!(world.eight().await, ["HTTP 503"; 8]);
        assert_eq!(world.asked(), 1);
        world.fails(None);
        assert_eq!(world.get().await, "t1", "the next one asks again");
    }

    #[tokio::test]
    async fn is_renewed_beside_when_a_tenth_of_its_life_is_left() {
        let world = world(3600);
        assert_eq!(world.get().await, "t0");
        world.pass(3239).await;
        assert_eq!(world.get().await, "t0");
        world.pass(1).await;
        assert_eq!(world.asked(), 1);
        assert_eq!(world.get().await, "t0", "nobody waits");
        world.pass(1).await;
        assert_eq!((world.get().await.as_str(), world.asked()), ("t1", 2));
    }

    #[tokio::test]
    async fn a_failing_renewal_disturbs_nobody_while_the_old_one_is_good() {
        let world = world(3600);
        assert_eq!(world.get().await, "t0");
        world.fails(Some(TokenError::Unavailable("HTTP 503".into())));
        world.pass(3300).await;
        for _ in 0..60 {
            assert_eq!(world.get().await, "t0");
            world.pass(1).await;
        }
        assert!((10..=14).contains(&world.asked()), "every five seconds: {}", world.asked());
        world.pass(240).await;
        assert_eq!(world.get().await, "HTTP 503", "it is over");
        world.fails(None);
        assert!(world.get().await.starts_with('t'));
    }

    #[tokio::test]
    async fn a_token_is_not_used_near_its_end() {
        let world = world(60);
        assert_eq!(world.get().await, "t0");
        world.fails(Some(TokenError::Unavailable("HTTP 503".into())));
        world.pass(54).await;
        assert_eq!(world.get().await, "t0");
        world.pass(1).await;
        assert_eq!(world.get().await, "HTTP 503");
    }

    #[tokio::test]
    async fn a_refused_token_is_forgotten_only_while_it_is_in_use() {
        let world = world(3600);
        let first = world.cache.get().await.ok().unwrap();
        world.cache.forget(&first);
        assert_eq!(world.get().await, "t1");
        world.cache.forget(&first);
        assert_eq!(world.get().await, "t1");
    }

    #[tokio::test]
    async fn after_a_refusal_the_bank_is_left_alone_for_a_while() {
        let world = world(3600);
        world.fails(Some(refused()));
        for _ in 0..10 {
            assert_eq!(world.get().await, "invalid_client");
        }
        assert_eq!(world.asked(), 1);
        world.fails(None);
        world.pass(15).await;
        assert_eq!(world.get().await, "t1");
    }

    #[tokio::test]
    async fn who_goes_away_leaves_the_request_to_the_next() {
        let world = world(3600);
        tokio::select! {
            biased;
            _ = world.cache.get() => panic!("it is not there at once"),
            () = tokio::task::yield_now() => {}
        }
        assert_eq!(world.asked(), 1);
        assert_eq!(world.get().await, "t1");
    }
}
