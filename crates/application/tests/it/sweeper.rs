//! The sweeper runs at any instant, between and during everything else that can happen to a transfer. What it
//! has ended stays ended, and no money is lost or stays held because of it.

use crate::world::{PHONE, fresh_folder, open_store};
use adapter_sqlite::Store;
use chrono::{DateTime, Duration, Utc};
use domain::{
    ids::{MessageId, TransferId, UserId, VerificationId, WalletId},
    message::Channel,
    money::{
        Currency,
        ledger::clearing_account,
        limits::Limits,
        transfer::{OffUsSettlement, Transfer, TransferStatus},
    },
    operations::idempotency::IdempotencyKey,
    phone::PhoneNumber,
    verification::otp::OtpPolicy,
};
use futures_util::future::join_all;
use ports::{
    accounts::Identities,
    crypto::CodeMac,
    ids_and_random::IdGenerator,
    messaging::{Lane, NewOutbound, message_channel::OutboundMessage},
    money::{ConfirmTransfer, HoldVerdict, Ledger, PostRequest, StepUpChallenge, TransferFilter},
    pagination::PageRequest,
    verification::OwnCode,
};
use std::collections::HashMap;
use tempfile::TempDir;
use testkit::{CountedIds, SeededRandom, actor, at, new_person, posting};

const SEEDS: u64 = 6;
const STEPS: u32 = 100;
const OPENING: i64 = 1_000_000;
const RIGHT: [u8; 32] = [7; 32];

/// Something that happens to a transfer.
#[derive(Clone, Debug)]
enum Deed {
    Pay,
    /// A transfer that waits for its code until that time.
    File(DateTime<Utc>),
    /// A transfer under way, with its money held until that time unless it is handed over.
    Hold(DateTime<Utc>),
    Confirm(TransferId, VerificationId, [u8; 32]),
    Cancel(TransferId),
    Settle(TransferId, HoldVerdict),
    Sweep,
}

/// A ledger with one person in it, and what the test has seen of it.
struct Observed {
    store: Store,
    ids: CountedIds,
    chance: SeededRandom,
    user: UserId,
    wallet: WalletId,
    now: DateTime<Utc>,
    swept: DateTime<Utc>,
    seen: HashMap<TransferId, Transfer>,
    _folder: TempDir,
}

fn is_waiting(status: TransferStatus) -> bool {
    matches!(status, TransferStatus::PendingVerification | TransferStatus::Processing)
}

fn may_change(status: TransferStatus) -> bool {
    is_waiting(status) || status == TransferStatus::Unknown
}

impl Observed {
    async fn new(seed: u64) -> Self {
        let folder = fresh_folder();
        let store = open_store(&folder).await;
        let (ids, now) = (CountedIds::default(), at(0));
        let person = new_person(PhoneNumber::parse_international(PHONE).unwrap());
        let (user, wallet) = (person.id, person.wallet);
        store.get_or_create(&person, now).await.unwrap();
        let chance = SeededRandom::of(seed);
        let till =
            Self { store, ids, chance, user, wallet, now, swept: now, seen: HashMap::new(), _folder: folder };
        let mut opening = till.request(OPENING, TransferStatus::Completed, None);
        let transfer = &mut opening.command.transfer;
        (transfer.from, transfer.to) = (transfer.to, transfer.from);
        till.store.post(&[opening], now).await.unwrap();
        till
    }

    fn request(&self, minor: i64, status: TransferStatus, expires: Option<DateTime<Utc>>) -> PostRequest {
        let mut request = posting(self.user, self.wallet, clearing_account(Currency::MXN), minor, "");
        let transfer = &mut request.command.transfer;
        transfer.id = TransferId(self.ids.new_id());
        (transfer.status, transfer.expires_at, transfer.created_at) = (status, expires, self.now);
        request.command.key = IdempotencyKey::own(transfer.id.0);
        request.command.day = self.now.date_naive();
        request
    }

    /// Adds the step-up code and its message to the request.
    fn with_code(&self, mut request: PostRequest, expires_at: DateTime<Utc>) -> PostRequest {
        let verification = VerificationId(self.ids.new_id());
        request.command.transfer.verification = Some(verification);
        let message =
            OutboundMessage::plain(MessageId(self.ids.new_id()), Channel::Sms, PHONE.into(), "code".into());
        request.step_up_challenge = Some(StepUpChallenge {
            verification,
            phone: PhoneNumber::parse_international(PHONE).unwrap(),
            code: OwnCode {
                salt: [1; 16],
                mac: CodeMac { key_id: "1".into(), mac: RIGHT },
                transaction_digest: [2; 32],
            },
            message: NewOutbound {
                message,
                channel_account: "twilio:sms:+14155238886".parse().unwrap(),
                lane: Lane::Code,
                expires_at,
                client: None,
            },
            expires_at,
            policy: without_limits(),
        });
        request
    }

    /// A time later than any sweep so far.
    fn soon(&self) -> DateTime<Utc> {
        self.now + Duration::seconds(1 + self.chance.below(120))
    }

    /// One of the transfers, mostly one that has not ended.
    fn any(&self) -> Option<&Transfer> {
        let ended_too = self.chance.below(4) == 0;
        let mut all: Vec<_> = self.seen.values().filter(|t| ended_too || may_change(t.status)).collect();
        all.sort_by_key(|transfer| transfer.id.0);
        let bound = i64::try_from(all.len()).unwrap();
        (bound > 0).then(|| all[usize::try_from(self.chance.below(bound)).unwrap()])
    }

    fn draw(&self) -> Deed {
        let verdict = match self.chance.below(6) {
            0 | 1 => HoldVerdict::Submit,
            2 | 3 => HoldVerdict::Capture,
            4 => HoldVerdict::Void { status: TransferStatus::Failed, refusal: None },
            _ => HoldVerdict::Unknown,
        };
        match (self.chance.below(12), self.any()) {
            (0 | 1, _) => Deed::File(self.soon()),
            (2 | 3, _) => Deed::Hold(self.soon()),
            (4, _) | (_, None) => Deed::Pay,
            (5 | 6, _) => Deed::Sweep,
            (7, Some(transfer)) => Deed::Cancel(transfer.id),
            (_, Some(Transfer { id, verification: Some(verification), .. })) => {
                let code = if self.chance.below(4) > 0 { RIGHT } else { [0; 32] };
                Deed::Confirm(*id, *verification, code)
            }
            (_, Some(transfer)) => Deed::Settle(transfer.id, verdict),
        }
    }

    /// Does the deed. The result is read from the ledger afterwards.
    async fn carry_out(&self, deed: &Deed, at: DateTime<Utc>) {
        let amount = 1 + self.chance.below(50);
        let request = match deed {
            Deed::Pay => self.request(amount, TransferStatus::Completed, None),
            Deed::Hold(until) => self.request(amount, TransferStatus::Processing, Some(*until)),
            Deed::File(until) => {
                let filed = self.request(amount, TransferStatus::PendingVerification, Some(*until));
                self.with_code(filed, *until)
            }
            Deed::Confirm(transfer, verification, code) => {
                let request = confirmation(*transfer, *verification, *code, at);
                return drop(self.store.confirm(&request, at).await.unwrap());
            }
            Deed::Cancel(transfer) => return drop(self.store.cancel(*transfer, &actor(), at).await.unwrap()),
            Deed::Settle(transfer, verdict) => {
                return drop(self.store.settle_hold(*transfer, verdict, &actor(), at).await.unwrap());
            }
            Deed::Sweep => {
                self.store.expire(at).await.unwrap();
                return;
            }
        };
        self.store.post(&[request], at).await.unwrap();
    }

    /// Several deeds at once, by machines whose clocks differ a little.
    async fn step(&mut self) {
        self.now += Duration::seconds(self.chance.below(20));
        let deeds: Vec<_> = (0..=self.chance.below(3))
            .map(|_| (self.draw(), self.now - Duration::seconds(self.chance.below(10))))
            .collect();
        // Shown only when the test fails.
        eprintln!("{deeds:?}");
        join_all(deeds.iter().map(|(deed, at)| self.carry_out(deed, *at))).await;
        let sweeps = deeds.iter().filter(|(deed, _)| matches!(deed, Deed::Sweep)).map(|(_, at)| *at);
        self.look(sweeps.max()).await;
    }

    /// Compares the ledger with what was seen of it before.
    async fn look(&mut self, swept: Option<DateTime<Utc>>) {
        let page = PageRequest { limit: 10_000, after: None };
        let all = self.store.transfers(&TransferFilter::default(), &page).await.unwrap();
        let wallet = self.store.find_wallet(self.wallet).await.unwrap().unwrap();
        let sum = |is: fn(TransferStatus) -> bool| -> i64 {
            let of_person = all.iter().filter(|t| t.from == self.wallet && is(t.status));
            of_person.map(|t| t.amount.minor).sum()
        };
        let posted = OPENING - sum(|status| status == TransferStatus::Completed);
        let held = sum(|status| matches!(status, TransferStatus::Processing | TransferStatus::Unknown));
        assert_eq!((wallet.posted.minor, wallet.available.minor), (posted, posted - held));
        for now in &all {
            if let Some(before) = self.seen.get(&now.id) {
                self.may_follow(before, now, swept);
            }
        }
        assert_eq!(self.store.verify().await.unwrap(), []);
        self.swept = self.swept.max(swept.unwrap_or(self.swept));
        let of_person = all.into_iter().filter(|transfer| transfer.from == self.wallet);
        self.seen = of_person.map(|transfer| (transfer.id, transfer)).collect();
    }

    fn may_follow(&self, before: &Transfer, now: &Transfer, swept: Option<DateTime<Utc>>) {
        if !may_change(before.status) {
            assert_eq!(now.status, before.status, "what has ended stays so: {}", now.id);
        }
        // A transfer that was handed over waits without an end.
        let is_due = |transfer: &Transfer, at| {
            is_waiting(transfer.status) && transfer.expires_at.is_some_and(|expires| expires <= at)
        };
        assert!(
            !(is_due(before, self.swept) && now.status == TransferStatus::Completed),
            "a sweep came after its expiry: {}",
            now.id
        );
        if let Some(swept) = swept {
            assert!(!is_due(now, swept), "the sweep did not end it: {}", now.id);
        }
    }
}

fn confirmation(
    transfer: TransferId,
    verification: VerificationId,
    code: [u8; 32],
    at: DateTime<Utc>,
) -> ConfirmTransfer {
    ConfirmTransfer {
        transfer,
        verification,
        mac: Some(code),
        effect_key: None,
        limits: Limits::none(Currency::MXN),
        day: at.date_naive(),
        policy: without_limits(),
        off_us: OffUsSettlement::AtOnce,
        payee: None,
        actor: actor(),
    }
}

/// The database decides the order of deeds that come at once; everything else is decided by the seed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whenever_the_sweeper_runs_what_it_ends_stays_ended_and_no_money_is_lost() {
    let mut ends: HashMap<TransferStatus, usize> = HashMap::new();
    for seed in 0..SEEDS {
        eprintln!("seed {seed}");
        let mut till = Observed::new(seed).await;
        for _ in 0..STEPS {
            till.step().await;
        }
        till.seen.values().for_each(|transfer| *ends.entry(transfer.status).or_default() += 1);
    }
    eprintln!("{ends:?}");
    let kinds = [
        TransferStatus::Completed,
        TransferStatus::Canceled,
        TransferStatus::Expired,
        TransferStatus::Failed,
        TransferStatus::Unknown,
    ];
    assert!(kinds.iter().all(|status| ends.contains_key(status)), "none ended so: {ends:?}");
}

/// A code policy that refuses no code, so that the scripts meet only the limits of money.
fn without_limits() -> OtpPolicy {
    OtpPolicy {
        resend_cooldown: Duration::zero(),
        sends_per_destination_per_day: 10_000,
        sends_per_ip_per_hour: 10_000,
        sends_per_prefix_per_hour: 10_000,
        lock_after_failures: 10_000,
        ..OtpPolicy::default()
    }
}
