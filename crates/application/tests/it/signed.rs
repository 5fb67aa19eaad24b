//! A signed request over its whole window, second by second, while the sweep runs.

use crate::world::{MovableClock, fresh_path, open_store};
use adapter_crypto::{ClientSecrets, sign_request};
use adapter_sqlite::Store;
use application::operations::check_signature::{CheckSignature, CheckSignatureError};
use chrono::Duration;
use domain::operations::signed_request::{SignatureHeaders, SignedRequest};
use ports::{clock::Clock, operations::SignedRequests};
use std::sync::Arc;

const SECRET: &str = "a secret of the treasury, 32 characters or more";
/// When the movable clock begins.
const BEGUN: i64 = 1_800_000_000;

struct House {
    store: Store,
    clock: Arc<MovableClock>,
    check: CheckSignature,
}

impl House {
    async fn new() -> Self {
        let (store, clock) = (open_store(&fresh_path()).await, Arc::new(MovableClock::default()));
        let check = CheckSignature {
            signatures: Arc::new(ClientSecrets::new([("treasury", SECRET)])),
            seen: Arc::new(store.clone()),
            clock: clock.clone(),
        };
        Self { store, clock, check }
    }

    /// What becomes of a request, signed with that secret for that second.
    async fn bring(&self, secret: &str, second: i64, nonce: Option<&str>) -> &'static str {
        let timestamp = (BEGUN + second).to_string();
        let signed = |signature: &str| {
            let headers = SignatureHeaders { client: "treasury", timestamp: &timestamp, nonce, signature };
            SignedRequest::parse("POST", "/api/v1/transfers", &headers).unwrap()
        };
        let base = signed(&"0".repeat(64)).base(b"{}");
        match self.check.run(&signed(&sign_request(secret, &base)), b"{}").await {
            Ok(()) => "taken",
            Err(CheckSignatureError::Stale) => "stale",
            Err(CheckSignatureError::Wrong) => "wrong",
            Err(CheckSignatureError::Replayed) => "replayed",
            Err(CheckSignatureError::Store(fault)) => panic!("{fault}"),
        }
    }

    async fn pass(&self, seconds: i64) {
        self.clock.advance(Duration::seconds(seconds));
        self.store.forget_taken(self.clock.now()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_taken_once_in_its_whole_window_and_never_again() {
    for nonce in [Some("n"), None] {
        let house = House::new().await;
        // Signed by a clock that is as far ahead as it may be: it is good for a minute.
        assert_eq!(house.bring(SECRET, 31, nonce).await, "stale");
        assert_eq!(house.bring(SECRET, 30, nonce).await, "taken");
        for _ in 0..60 {
            assert_eq!(house.bring(SECRET, 30, nonce).await, "replayed");
            house.pass(1).await;
        }
        assert_eq!(house.bring(SECRET, 30, nonce).await, "replayed", "at the window's other edge");
        house.pass(1).await;
        assert_eq!(house.bring(SECRET, 30, nonce).await, "stale", "and after it");
        house.pass(3600).await;
        assert_eq!(house.bring(SECRET, 30, nonce).await, "stale", "when it is long forgotten");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_have_the_secret_uses_up_no_nonce() {
    let house = House::new().await;
    assert_eq!(house.bring("a guess", 0, Some("n")).await, "wrong");
    assert_eq!(house.bring(SECRET, -31, Some("n")).await, "stale");
    assert_eq!(house.bring(SECRET, 0, Some("n")).await, "taken");
}
