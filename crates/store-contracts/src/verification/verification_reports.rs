//! The sends of codes can be read for statistics.

use crate::{
    Stores,
    examples::{approved, at, challenge, policy},
};
use domain::{
    message::{DeliveryStatus, SendStatus},
    principal::Principal,
    verification::otp::Purpose,
};
use ports::verification::{ReportedSend, SendFilter, SendResult, StartOutcome, Verifications};

async fn read(store: &dyn Stores, requester: Option<Principal>, after: i64, limit: i64) -> Vec<ReportedSend> {
    let filter = SendFilter { from: at(0), until: at(10), requester };
    store.reported_sends(&filter, after, limit).await.unwrap()
}

/// Sends of a period are read in pages, of all or of one principal, with what became of them.
pub async fn sends_are_read_for_statistics(store: impl Stores) {
    let done = approved(&store, 1, Purpose::Login).await;
    let mut other = challenge(2, policy());
    other.challenge.requester = Principal::Client("another team".into());
    for (request, second) in [(other, 9), (challenge(3, policy()), 10)] {
        let begun = Verifications::begin(&store, &request, at(second)).await.unwrap();
        let StartOutcome::Started(begun) = begun else { panic!("{begun:?}") };
        store.record_send(begun.id, &SendResult::Failed("down".into()), at(second)).await.unwrap();
    }
    let all = read(&store, None, 0, 10).await;
    let [first, second] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((first.verification, first.is_approved, first.at), (done, true, at(0)));
    assert_eq!(first.status, SendStatus::Known(DeliveryStatus::Sent));
    assert_eq!(first.country.as_deref(), Some("MX"));
    assert_eq!((second.is_approved, second.status), (false, SendStatus::Known(DeliveryStatus::Failed)));
    assert_eq!(read(&store, None, 0, 1).await, std::slice::from_ref(first));
    assert_eq!(read(&store, None, first.seq, 10).await, std::slice::from_ref(second));
    let own = read(&store, Some(Principal::Client("team".into())), 0, 10).await;
    assert_eq!(own, std::slice::from_ref(first));
}
