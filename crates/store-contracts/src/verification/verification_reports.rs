//! The sends of codes can be read for statistics.

use crate::{
    Stores,
    examples::{approved, at, challenge, policy},
};
use domain::{
    message::{Channel, DeliveryStatus, SendStatus},
    messaging::price::MessagePrice,
    principal::Principal,
    verification::otp::Purpose,
};
use ports::{
    messaging::PriceAnswer,
    verification::{ReportedSend, SendFilter, SendResult, StartOutcome, Verifications},
};

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

/// What a provider charged for a send is asked by its id of the send, by one worker at a time, and kept once; it is shown with
/// the challenge and in the statistics. A send that it names no id for is not asked about.
pub async fn a_sends_price_is_asked_and_kept_once(store: impl Stores) {
    let store: &dyn Stores = &store;
    approved(store, 1, Purpose::Login).await;
    let begun = Verifications::begin(store, &challenge(2, policy()), at(1)).await.unwrap();
    let StartOutcome::Started(begun) = begun else { panic!("{begun:?}") };
    let sent = SendResult::Sent {
        provider_ref: "VE2".into(),
        channel: Channel::Whatsapp,
        send_ref: Some("VL2".into()),
    };
    store.record_send(begun.id, &sent, at(1)).await.unwrap();
    let ask = async |second| store.lease_unpriced_sends(at(second), at(second + 60), 10).await.unwrap();
    assert!(ask(2).await.is_empty(), "not yet");
    let first = ask(3).await;
    let [asked] = first.as_slice() else { panic!("{first:?}") };
    assert_eq!((asked.send_ref.as_str(), asked.asks), ("VL2", 1));
    assert!(ask(4).await.is_empty(), "another worker has it");
    store.settle_send_price(asked, &PriceAnswer::AskAt(at(10))).await.unwrap();
    let again = ask(10).await.remove(0);
    assert_eq!(again.asks, 2);
    store.settle_send_price(asked, &PriceAnswer::GivenUp).await.unwrap();
    let price = MessagePrice::read("0.05", "USD").unwrap();
    store.settle_send_price(&again, &PriceAnswer::Told(price.clone())).await.unwrap();
    store.settle_send_price(&again, &PriceAnswer::GivenUp).await.unwrap();
    assert!(ask(1_000).await.is_empty());
    let sends = Verifications::find(store, begun.id).await.unwrap().unwrap().sends;
    assert_eq!(sends[0].price.as_ref(), Some(&price));
    let prices: Vec<_> = read(store, None, 0, 10).await.into_iter().map(|send| send.price).collect();
    assert_eq!(prices, [None, Some(price)]);
}
