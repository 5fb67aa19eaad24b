//! Load on a ledger through its port, for benchmarks: how many postings a second, and how long each caller
//! waits.
//!
//! Each adapter's benchmark makes the accounts. Their ids are numbered, so nobody needs to pass them around.
#![allow(clippy::disallowed_methods, reason = "what is measured is real time, with ids as callers make them")]

pub mod acks;

use chrono::Utc;
use domain::{
    ids::{TransferId, UserId, WalletId},
    money::{
        Currency, Money,
        account_number::AccountNumber,
        folio::Folio,
        ledger::{Decision, Outcome, PostTransfer, clearing_account},
        limits::Limits,
        transfer::{Destination, Transfer, TransferStatus},
    },
    operations::{
        audit::Actor,
        idempotency::{Fingerprint, IdempotencyKey},
        retention::RetentionCategory,
    },
    principal::Principal,
};
use ports::operations::RetentionPosition;
use ports::{
    money::{Ledger, PostRequest},
    operations::Retention,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;
use uuid::Uuid;

/// How many accounts pay.
pub const ACCOUNTS: u64 = 10_000;
/// What a caller pays: one centavo, off-us.
const MINOR: i64 = 1;
const PAYEE: &str = "012345678901234567";
const CALLER: &str = "bench";

/// The id of the n-th account and wallet.
#[must_use]
pub fn wallet(n: u64) -> WalletId {
    WalletId(counted(0x0bec_0001, n))
}

/// The id of the n-th wallet's owner.
#[must_use]
pub fn owner(n: u64) -> UserId {
    UserId(counted(0x0bec_0002, n))
}

fn counted(family: u128, n: u64) -> Uuid {
    Uuid::from_u128(family << 96 | 0x4000_8000 << 48 | u128::from(n))
}

/// Which accounts pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payers {
    /// A random account for each payment.
    Random,
    /// The same account for each payment.
    Hot,
}

impl Payers {
    /// Reads the command-line word: `random` or `hot`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "random" => Some(Self::Random),
            "hot" => Some(Self::Hot),
            _ => None,
        }
    }
}

/// The result of a load test.
pub struct Measured {
    /// Requests completed per second.
    pub per_second: f64,
    /// The median wait of a caller, in milliseconds.
    pub p50_ms: f64,
    /// The wait that 99 of 100 callers stay below, in milliseconds.
    pub p99_ms: f64,
}

impl Measured {
    /// Computes the result from the latencies (in microseconds) of requests that completed within `time`.
    #[must_use]
    pub fn of(mut micros: Vec<u32>, time: Duration) -> Self {
        micros.sort_unstable();
        let at = |percent: usize| micros.get(micros.len() * percent / 100).copied().unwrap_or_default();
        Self {
            per_second: f64::from(u32::try_from(micros.len()).unwrap()) / time.as_secs_f64(),
            p50_ms: f64::from(at(50)) / 1000.0,
            p99_ms: f64::from(at(99)) / 1000.0,
        }
    }

    /// The result as one line of JSON, for the program that collects the figures.
    #[must_use]
    pub fn line(&self, name: &str) -> String {
        let Self { per_second, p50_ms, p99_ms } = self;
        format!(
            "{{\"{name}\": {per_second:.1}, \"{name}_p50_ms\": {p50_ms:.3}, \"{name}_p99_ms\": {p99_ms:.3}}}\n"
        )
    }
}

/// Numbers that look random (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    /// The next number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    /// A number that is nowhere near the one before, as providers' ids are.
    pub fn number(&mut self) -> u64 {
        self.below(u64::MAX)
    }
}

/// The time in which requests are counted.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    begin: Instant,
    end: Instant,
}

impl Window {
    /// A window that begins after `warm_up` and lasts for `time`.
    #[must_use]
    pub fn after(warm_up: Duration, time: Duration) -> Self {
        let begin = Instant::now() + warm_up;
        Self { begin, end: begin + time }
    }

    /// True while there is time for another request.
    #[must_use]
    pub fn is_open(&self) -> bool {
        Instant::now() < self.end
    }

    /// Records a request that was made at `asked` and is done now, if it counts.
    pub fn count(&self, asked: Instant, micros: &mut Vec<u32>) {
        let now = Instant::now();
        if now >= self.begin && now < self.end {
            micros.push(u32::try_from((now - asked).as_micros()).unwrap_or(u32::MAX));
        }
    }
}

/// One payment of each account, so that everybody has a key, as people have who paid before.
pub async fn pay_once_each(ledger: &dyn Ledger) {
    let payers: Vec<u64> = (0..ACCOUNTS).collect();
    for payers in payers.chunks(500) {
        let requests: Vec<PostRequest> = payers.iter().map(|payer| request(*payer)).collect();
        let answers = ledger.post(&requests, Utc::now()).await.unwrap();
        assert!(answers.iter().all(|answer| is_accepted(&answer.decision)), "{answers:?}");
    }
}

fn is_accepted(decision: &Decision) -> bool {
    matches!(decision, Decision::Decided(Outcome::Accepted(_)))
}

/// Runs that many callers, each with one request at a time, for `time` after `warm_up`.
pub async fn run(
    ledger: Arc<dyn Ledger>,
    payers: Payers,
    callers: u64,
    warm_up: Duration,
    time: Duration,
) -> Measured {
    let window = Window::after(warm_up, time);
    let mut tasks = JoinSet::new();
    for n in 0..callers {
        tasks.spawn(call(ledger.clone(), payers, Dice(n), window));
    }
    Measured::of(tasks.join_all().await.concat(), time)
}

/// How fast old rows are deleted beside the load.
#[derive(Clone, Copy, Debug)]
pub struct Purging {
    /// Rows of one batch.
    pub batch: u32,
    /// The pause after each batch.
    pub pause: Duration,
}

/// Runs the same while old codes and contacts are deleted. Returns how many rows were; there must be enough, so that the
/// deletion lasts as long as the load.
pub async fn run_beside_a_purge<S: Ledger + Retention + 'static>(
    store: Arc<S>,
    purging: Purging,
    callers: u64,
    warm_up: Duration,
    time: Duration,
) -> (Measured, u32) {
    let stores = store.clone();
    let purge = tokio::spawn(async move {
        let (mut deleted, mut from) = (0, RetentionPosition::default());
        loop {
            let batch =
                stores.delete_old(RetentionCategory::Codes, from, Utc::now(), purging.batch).await.unwrap();
            from = batch.next.unwrap();
            deleted += batch.deleted;
            tokio::time::sleep(purging.pause).await;
            // The sum is known when the load ends it.
            DELETED.store(deleted, Ordering::Relaxed);
        }
    });
    let measured = run(store, Payers::Random, callers, warm_up, time).await;
    purge.abort();
    assert!(purge.await.is_err_and(|end| end.is_cancelled()), "the deletion lasted as long as the load");
    (measured, DELETED.load(Ordering::Relaxed))
}

/// Rows that the deletion beside a load has deleted.
static DELETED: AtomicU32 = AtomicU32::new(0);

async fn call(ledger: Arc<dyn Ledger>, payers: Payers, mut dice: Dice, window: Window) -> Vec<u32> {
    let mut micros = Vec::new();
    while window.is_open() {
        let payer = if payers == Payers::Random { dice.below(ACCOUNTS) } else { 0 };
        let request = request(payer);
        let asked = Instant::now();
        let answers = ledger.post(std::slice::from_ref(&request), Utc::now()).await.unwrap();
        assert!(is_accepted(&answers[0].decision), "{answers:?}");
        window.count(asked, &mut micros);
    }
    micros
}

/// A request as the REST API makes it.
fn request(payer: u64) -> PostRequest {
    let amount = Money::new(MINOR, Currency::MXN);
    let now = Utc::now();
    let key = Uuid::now_v7().to_string();
    let from = wallet(payer);
    let (decimal, wallet) = (amount.decimal(), from.to_string());
    let fields = [
        ("from_wallet_id", Some(wallet.as_str())),
        ("amount", Some(&decimal)),
        ("destination", Some(PAYEE)),
        ("client_tx_id", Some(&key)),
    ];
    let command = PostTransfer {
        fingerprint: Fingerprint::of(&fields),
        key: IdempotencyKey {
            caller: Principal::Client(CALLER.into()),
            operation: "transfer".into(),
            key: key.clone(),
        },
        transfer: Transfer {
            id: TransferId(Uuid::now_v7()),
            folio: Folio::of_random(Uuid::now_v7().as_u64_pair().1),
            caller: Principal::Client(CALLER.into()),
            client_tx_id: Some(key),
            owner: owner(payer),
            from,
            to: clearing_account(Currency::MXN),
            destination: Destination::Account(AccountNumber::Clabe(PAYEE.into())),
            amount,
            concept: None,
            status: TransferStatus::Completed,
            verification: None,
            reverses: None,
            reversed_minor: 0,
            refusal: None,
            expires_at: None,
            created_at: now,
        },
        second_key: None,
        limits: Limits::none(Currency::MXN),
        day: now.date_naive(),
    };
    let actor = Actor {
        who: Principal::Client(CALLER.into()),
        channel: "rest".into(),
        request_id: Uuid::now_v7().to_string(),
    };
    PostRequest { command, step_up_challenge: None, payee: None, actor }
}
