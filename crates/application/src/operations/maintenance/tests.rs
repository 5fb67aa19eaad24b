//! What a sweep ends and wipes.

use super::*;
use domain::operations::audit::BlockHead;
use mockall::{Sequence, predicate::eq};
use ports::{
    clock::MockClock,
    ids_and_random::{MockIdGenerator, MockRandom},
    money::MockLedger,
    operations::MockAuditLog,
    store_error::StoreError,
    verification::MockVerifications,
};
use testkit::at;

fn now() -> DateTime<Utc> {
    at(0)
}

#[derive(Default)]
struct Mocks {
    ledger: MockLedger,
    verifications: MockVerifications,
    audit: MockAuditLog,
}

impl Mocks {
    /// Stores whose codes have to be wiped exactly once, as of now.
    fn wiped_now() -> Self {
        let mut mocks = Self::default();
        mocks.verifications.expect_wipe_codes().with(eq(now())).times(1).returning(|_| Ok(1));
        mocks
    }

    fn maintenance(self) -> Maintenance {
        let mut clock = MockClock::new();
        clock.expect_now().returning(now);
        let kernel = Kernel {
            clock: Arc::new(clock),
            ids: Arc::new(MockIdGenerator::new()),
            random: Arc::new(MockRandom::new()),
        };
        let parts = MaintenanceParts {
            ledger: Arc::new(self.ledger),
            verifications: Arc::new(self.verifications),
            audit: Arc::new(self.audit),
        };
        Maintenance::new(parts, kernel)
    }
}

#[tokio::test]
async fn transfers_are_ended_until_none_is_left() {
    let mut mocks = Mocks::wiped_now();
    let mut batches = Sequence::new();
    for ended in [1000, 7, 0] {
        let ledger = &mut mocks.ledger;
        ledger.expect_expire().times(1).in_sequence(&mut batches).returning(move |_| Ok(ended));
    }
    mocks.maintenance().sweep().await;
}

#[tokio::test]
async fn a_ledger_that_fails_keeps_no_code_from_being_wiped() {
    let mut mocks = Mocks::wiped_now();
    mocks.ledger.expect_expire().times(1).returning(|_| Err(StoreError::Overloaded));
    mocks.maintenance().sweep().await;
}

#[tokio::test]
async fn sealing_returns_the_newest_head() {
    let mut mocks = Mocks::default();
    let mut blocks = Sequence::new();
    for number in [Some(1), Some(2), None] {
        let head = number.map(|number| BlockHead { number, code: [7; 32] });
        mocks.audit.expect_seal().times(1).in_sequence(&mut blocks).returning(move |_| Ok(head));
    }
    let newest = mocks.maintenance().seal().await.unwrap();
    assert_eq!(newest.map(|head| head.number), Some(2));
}
