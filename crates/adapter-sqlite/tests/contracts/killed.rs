//! The store is killed while it posts: at every point at which its runtime only waits, and at random points.
//! Another store opens the file, repeats the requests under the same keys, and finds each request done
//! exactly once.

use super::fresh_folder;
use adapter_crypto::{AeadSealer, HmacAuditSealer, Keyring, RingRandom};
use adapter_sqlite::Store;
use domain::{
    ids::{TransferId, UserId, WalletId},
    money::{
        Currency,
        ledger::{Decision, Outcome, clearing_account},
        transfer::TransferStatus,
    },
};
use ports::{
    accounts::Identities,
    money::{EntryFilter, HoldOutcome, HoldVerdict, Ledger, PostOutcome, PostRequest},
    pagination::PageRequest,
    store_error::StoreResult,
};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
};
use tempfile::TempDir;
use testkit::{SeededRandom, actor, at, new_person, phone, posting};
use tokio::{runtime::Builder, task::spawn_blocking};
use uuid::Uuid;

const OPENING: i64 = 1_000;
/// The amount of each request.
const MINOR: i64 = 10;
/// Keys of requests that are posted one by one, and of those that are posted in one call.
const ALONE: [&str; 5] = ["a", "b", "c", "d", "e"];
const TOGETHER: [&str; 3] = ["f", "g", "h"];
/// The amount that is held, and then captured.
const HELD: i64 = 100;
/// With fewer points, a part of the work was not run.
const POINTS_MIN: usize = 50;
/// How many rounds end at a random point.
const ROUNDS: u64 = 40;

fn outside() -> WalletId {
    clearing_account(Currency::MXN)
}

/// What becomes of the work that the store waits for when it is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// The database never does it.
    Undone,
    /// The database does it, and nobody gets the answer.
    Unheard,
}

/// How a store ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// It was stopped while it waited.
    Stopped,
    /// It answered everything.
    Answered,
}

/// A file with one person in it, who has money and a transfer under way.
struct LedgerFile {
    _folder: TempDir,
    path: PathBuf,
    user: UserId,
    wallet: WalletId,
    held: TransferId,
    /// How many of the payments that are posted one by one have been answered.
    answered: AtomicU64,
}

/// Opens the store without migrating: that was done when the file was made.
async fn open_store(path: &Path) -> Store {
    let keys = Keyring::parse(&"k".repeat(32)).unwrap();
    let sealer = AeadSealer::new(&keys, Arc::new(RingRandom::default()));
    let audit = HmacAuditSealer::new(&keys);
    Store::connect(path.to_str().unwrap(), Arc::new(sealer), Arc::new(audit)).await.unwrap()
}

impl LedgerFile {
    async fn fresh() -> Self {
        let folder = fresh_folder();
        let path = folder.path().join("stores.db");
        let store = super::open(&path).await;
        let person = new_person(phone(1));
        let (user, wallet) = (person.id, person.wallet);
        store.get_or_create(&person, at(0)).await.unwrap();
        let held = TransferId(Uuid::nil());
        let mut ledger = Self { _folder: folder, path, user, wallet, held, answered: AtomicU64::new(0) };
        let opening = ledger.request(outside(), wallet, OPENING, "opening");
        let mut hold = ledger.request(wallet, outside(), HELD, "hold");
        hold.command.transfer.status = TransferStatus::Processing;
        hold.command.transfer.expires_at = Some(at(300));
        ledger.held = hold.command.transfer.id;
        store.post(&[opening, hold], at(0)).await.unwrap();
        ledger
    }

    /// A new request each time, as from a client that retries: its id differs, its key does not.
    fn payment(&self, key: &str) -> PostRequest {
        self.request(self.wallet, outside(), MINOR, key)
    }

    fn request(&self, from: WalletId, to: WalletId, minor: i64, key: &str) -> PostRequest {
        posting(self.user, from, to, minor, key)
    }

    /// Asks for everything: some payments one after the other, and beside them some in one call, and the
    /// capture.
    async fn ask(&self, store: &Store) -> (Vec<StoreResult<Vec<PostOutcome>>>, StoreResult<HoldOutcome>) {
        let alone = async {
            let mut answers = Vec::new();
            for key in ALONE {
                answers.push(store.post(&[self.payment(key)], at(1)).await);
                self.answered.fetch_add(1, Ordering::Relaxed);
            }
            answers
        };
        let (together, actor) = (TOGETHER.map(|key| self.payment(key)), actor());
        let capture = store.settle_hold(self.held, &HoldVerdict::Capture, &actor, at(1));
        let (mut answers, rest, captured) = tokio::join!(alone, store.post(&together, at(1)), capture);
        answers.push(rest);
        (answers, captured)
    }

    /// Another store asks for everything again: whatever the first one did, each request is done once.
    async fn are_done_once(&self, round: &str) {
        let store = open_store(&self.path).await;
        let (paid, captured) = self.ask(&store).await;
        assert!(matches!(captured, Ok(HoldOutcome::Settled(_))), "{round}: {captured:?}");
        for outcome in paid.into_iter().flat_map(Result::unwrap) {
            let (Decision::Decided(answer) | Decision::Replayed(answer)) = &outcome.decision else {
                panic!("{round}: {outcome:?}");
            };
            assert!(matches!(answer, Outcome::Accepted(_)), "{round}: {answer:?}");
        }
        let sent = MINOR * i64::try_from(ALONE.len() + TOGETHER.len()).unwrap() + HELD;
        let view = store.find_wallet(self.wallet).await.unwrap().unwrap();
        assert_eq!((view.posted.minor, view.available.minor), (OPENING - sent, OPENING - sent), "{round}");
        let page = PageRequest { limit: 100, after: None };
        let entries = store.entries(self.wallet, EntryFilter::default(), &page).await.unwrap();
        assert_eq!(entries.len(), ALONE.len() + TOGETHER.len() + 2, "{round}");
        assert_eq!(store.verify().await.unwrap(), [], "{round}");
    }
}

/// Runs `work` on a runtime that waits for nothing but the store.
fn run<T>(work: impl Future<Output = T>) -> T {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap().block_on(work)
}

/// Lets the database do one thing at a time, and each only when the store waits for it. At a chosen one
/// everything stops.
struct Turnstile {
    fate: Fate,
    /// How many waits pass before the stop.
    after: usize,
    is_armed: Arc<AtomicBool>,
    waits: AtomicUsize,
    open: Sender<()>,
    gate: Arc<Mutex<Receiver<()>>>,
    tell: Sender<End>,
    go_on: Mutex<Receiver<()>>,
}

impl Turnstile {
    /// The store is about to wait. Its request is behind a gate: a new gate is put after it, and the old one
    /// opened.
    fn on_wait(&self) {
        let is_last =
            self.is_armed.load(Ordering::SeqCst) && self.waits.fetch_add(1, Ordering::SeqCst) == self.after;
        if is_last && self.fate == Fate::Undone {
            return self.stop();
        }
        let (tell_done, done) = channel();
        spawn_blocking(move || tell_done.send(()));
        spawn_blocking(gate(&self.gate));
        let _opened = self.open.send(());
        if is_last {
            let _is_done = done.recv();
            self.stop();
        }
    }

    fn stop(&self) {
        let _told = self.tell.send(End::Stopped);
        let _let_go = self.go_on.lock().unwrap().recv();
    }
}

fn gate(gate: &Arc<Mutex<Receiver<()>>>) -> impl FnOnce() + Send + 'static {
    let gate = gate.clone();
    move || {
        let _opened = gate.lock().unwrap().recv();
    }
}

/// Asks for everything on a runtime of its own, which is killed at its n-th wait.
fn ask_and_kill(ledger: &Arc<LedgerFile>, fate: Fate, after: usize) -> End {
    let ((open, opened), (tell, told), (let_go, go_on)) = (channel(), channel(), channel());
    let (is_armed, opened) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(opened)));
    let turnstile = Turnstile {
        fate,
        after,
        is_armed: is_armed.clone(),
        waits: AtomicUsize::new(0),
        open: open.clone(),
        gate: opened.clone(),
        tell: tell.clone(),
        go_on: Mutex::new(go_on),
    };
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .max_blocking_threads(1)
        .enable_all()
        .on_thread_park(move || turnstile.on_wait())
        .build()
        .unwrap();
    runtime.spawn_blocking(gate(&opened));
    let asked = ledger.clone();
    runtime.spawn(async move {
        is_armed.store(true, Ordering::SeqCst);
        let _answers = asked.ask(&open_store(&asked.path).await).await;
        let _told = tell.send(End::Answered);
    });
    let end = told.recv().unwrap();
    runtime.shutdown_background();
    // The gates are not used any more: nothing must wait at them.
    let _opened = open.send(());
    drop(let_go);
    end
}

#[test]
fn each_request_is_done_once_wherever_the_store_is_killed_while_it_waits() {
    let mut points = 0;
    for fate in [Fate::Undone, Fate::Unheard] {
        for after in 0.. {
            let ledger = Arc::new(run(LedgerFile::fresh()));
            let end = ask_and_kill(&ledger, fate, after);
            run(ledger.are_done_once(&format!("{fate:?} after {after} waits")));
            if end == End::Answered {
                break;
            }
            points += 1;
        }
    }
    eprintln!("{points} points were run");
    assert!(points >= POINTS_MIN, "only {points} points were run");
}

/// On several threads, with other work in progress, at a random moment.
#[test]
fn each_request_is_done_once_whenever_the_store_is_killed() {
    for seed in 0..ROUNDS {
        let ledger = Arc::new(run(LedgerFile::fresh()));
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let random = SeededRandom::of(seed);
        let (answers, yields) = (random.draw() % 6, random.draw() % 4_096);
        runtime.block_on(async {
            let store = open_store(&ledger.path).await;
            let asked = ledger.clone();
            let work = tokio::spawn(async move { asked.ask(&store).await });
            while ledger.answered.load(Ordering::Relaxed) < answers && !work.is_finished() {
                tokio::task::yield_now().await;
            }
            for _ in 0..yields {
                tokio::task::yield_now().await;
            }
        });
        runtime.shutdown_background();
        run(ledger.are_done_once(&format!("seed {seed}, killed {yields} yields after answer {answers}")));
    }
}
