//! What a sweep ends, wipes and deletes, and at what age.

use super::*;
use domain::operations::audit::BlockHead;
use mockall::{Sequence, predicate::eq};
use ports::{
    accounts::MockUsers,
    clock::MockClock,
    ids_and_random::{MockIdGenerator, MockRandom},
    messaging::MockTurnQueue,
    money::MockLedger,
    operations::{MockAuditLog, MockDeadLetters, MockIdempotencyStore, MockSignedRequests},
    store_error::StoreError,
    verification::{MockVerificationPages, MockVerifications},
};
use testkit::at;

fn now() -> DateTime<Utc> {
    at(0)
}

#[derive(Default)]
struct Mocks {
    ledger: MockLedger,
    users: MockUsers,
    inbox: MockTurnQueue,
    dead_letters: MockDeadLetters,
    verifications: MockVerifications,
    signed_requests: MockSignedRequests,
    pages: MockVerificationPages,
    idempotency: MockIdempotencyStore,
    audit: MockAuditLog,
}

impl Mocks {
    /// Stores that have to be purged exactly once: what is kept for a time before that time, what is valid
    /// until a time as of now.
    fn purged_before(before: DateTime<Utc>) -> Self {
        let mut mocks = Self::default();
        mocks.users.expect_forget_ended().with(eq(before)).times(1).returning(|_| Ok(1));
        mocks.inbox.expect_purge().with(eq(before)).times(1).returning(|_| Ok(1));
        mocks.dead_letters.expect_purge_notices().with(eq(before)).times(1).returning(|_| Ok(1));
        mocks.verifications.expect_wipe_codes().with(eq(now())).times(1).returning(|_| Ok(1));
        mocks.signed_requests.expect_forget_taken().with(eq(now())).times(1).returning(|_| Ok(1));
        let a_day_ago = now() - Duration::days(1);
        let responses = mocks.idempotency.expect_forget_responses();
        responses.with(eq(a_day_ago)).times(1).returning(|_| Ok(1));
        mocks.pages.expect_purge_pages().with(eq(before)).times(1).returning(|_| Ok(1));
        mocks
    }

    fn maintenance(self, policy: RetentionPolicy) -> Maintenance {
        let mut clock = MockClock::new();
        clock.expect_now().returning(now);
        let kernel = Kernel {
            clock: Arc::new(clock),
            ids: Arc::new(MockIdGenerator::new()),
            random: Arc::new(MockRandom::new()),
        };
        let parts = MaintenanceParts {
            ledger: Arc::new(self.ledger),
            users: Arc::new(self.users),
            inbox: Arc::new(self.inbox),
            dead_letters: Arc::new(self.dead_letters),
            verifications: Arc::new(self.verifications),
            signed_requests: Arc::new(self.signed_requests),
            pages: Arc::new(self.pages),
            idempotency: Arc::new(self.idempotency),
            audit: Arc::new(self.audit),
        };
        Maintenance::new(parts, kernel, policy)
    }
}

#[tokio::test]
async fn what_is_kept_for_31_days_is_deleted_after_them_and_codes_at_once() {
    let mut mocks = Mocks::purged_before(now() - Duration::days(31));
    mocks.ledger.expect_expire().returning(|_| Ok(0));
    mocks.maintenance(RetentionPolicy::default()).sweep().await;
}

#[tokio::test]
async fn another_age_can_be_set() {
    let mut mocks = Mocks::purged_before(now() - Duration::days(2));
    mocks.ledger.expect_expire().returning(|_| Ok(0));
    mocks.maintenance(RetentionPolicy { keep: Duration::days(2) }).sweep().await;
}

#[tokio::test]
async fn transfers_are_ended_until_none_is_left() {
    let mut mocks = Mocks::purged_before(now() - Duration::days(31));
    let mut batches = Sequence::new();
    for ended in [1000, 7, 0] {
        let ledger = &mut mocks.ledger;
        ledger.expect_expire().times(1).in_sequence(&mut batches).returning(move |_| Ok(ended));
    }
    mocks.maintenance(RetentionPolicy::default()).sweep().await;
}

#[tokio::test]
async fn a_ledger_that_fails_keeps_nothing_from_being_purged() {
    let mut mocks = Mocks::purged_before(now() - Duration::days(31));
    mocks.ledger.expect_expire().times(1).returning(|_| Err(StoreError::Overloaded));
    mocks.maintenance(RetentionPolicy::default()).sweep().await;
}

#[tokio::test]
async fn sealing_returns_the_newest_head() {
    let mut mocks = Mocks::default();
    let mut blocks = Sequence::new();
    for number in [Some(1), Some(2), None] {
        let head = number.map(|number| BlockHead { number, code: [7; 32] });
        mocks.audit.expect_seal().times(1).in_sequence(&mut blocks).returning(move |_| Ok(head));
    }
    let newest = mocks.maintenance(RetentionPolicy::default()).seal().await.unwrap();
    assert_eq!(newest.map(|head| head.number), Some(2));
}
