//! A signed request over its whole window, second by second, while the sweep runs.

use crate::world::{fresh_folder, kernel, open_store};
use adapter_crypto::{ClientSecrets, sign_request};
use adapter_sqlite::Store;
use application::operations::check_signature::{CheckSignature, CheckSignatureError};
use chrono::Duration;
use domain::operations::retention::RetentionCategory;
use domain::operations::signed_request::{SignatureHeaders, SignedRequest};
use ports::clock::Clock;
use ports::operations::{Retention as _, RetentionPosition};
use std::sync::Arc;
use tempfile::TempDir;
use testkit::MovableClock;

const SECRET: &str = "a secret of the treasury, 32 characters or more";
/// The second at which the movable clock starts.
const BEGUN: i64 = 1_800_000_000;

struct Checker {
    store: Store,
    clock: Arc<MovableClock>,
    check: CheckSignature,
    _folder: TempDir,
}

impl Checker {
    async fn new() -> Self {
        let (folder, clock) = (fresh_folder(), Arc::<MovableClock>::default());
        let store = open_store(&folder).await;
        let check = CheckSignature::new(
            Arc::new(ClientSecrets::new([("treasury", SECRET)])),
            Arc::new(store.clone()),
            kernel(&clock, &Arc::default(), 0),
        );
        Self { store, clock, check, _folder: folder }
    }

    /// The result of a request that is signed with that secret for that second.
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
            Err(CheckSignatureError::Store(error)) => panic!("{error}"),
        }
    }

    async fn pass(&self, seconds: i64) {
        self.clock.advance(Duration::seconds(seconds));
        let (requests, from) = (RetentionCategory::Requests, RetentionPosition::default());
        self.store.delete_old(requests, from, self.clock.now(), 1_000).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_taken_once_in_its_whole_window_and_never_again() {
    for nonce in [Some("n"), None] {
        let checker = Checker::new().await;
        // Signed by a clock that is as far ahead as is allowed: the request is valid for a minute.
        assert_eq!(checker.bring(SECRET, 31, nonce).await, "stale");
        assert_eq!(checker.bring(SECRET, 30, nonce).await, "taken");
        for _ in 0..60 {
            assert_eq!(checker.bring(SECRET, 30, nonce).await, "replayed");
            checker.pass(1).await;
        }
        assert_eq!(checker.bring(SECRET, 30, nonce).await, "replayed", "at the window's other edge");
        checker.pass(1).await;
        assert_eq!(checker.bring(SECRET, 30, nonce).await, "stale", "and after it");
        checker.pass(3600).await;
        assert_eq!(checker.bring(SECRET, 30, nonce).await, "stale", "when it is long forgotten");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_secret_uses_up_no_nonce() {
    let checker = Checker::new().await;
    assert_eq!(checker.bring("a wrong secret", 0, Some("n")).await, "wrong");
    assert_eq!(checker.bring(SECRET, -31, Some("n")).await, "stale");
    assert_eq!(checker.bring(SECRET, 0, Some("n")).await, "taken");
}
