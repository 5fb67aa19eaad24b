//! Exports: made in parts, downloaded once, and gone with their person.

use super::erasures::erase;
use crate::{
    Stores,
    examples::{actor, at, id, person},
};
use domain::{
    ids::{ExportId, UserId},
    locale::Locale,
    privacy::ExportState,
};
use ports::privacy::{AskExport, ExportAsked};

const DAY: i64 = 86_400;

async fn ask(store: &dyn Stores, user: UserId, link: Option<[u8; 32]>) -> (ExportId, ExportAsked) {
    let id = ExportId(id());
    let request = AskExport { id, user, proof: None, link, locale: Locale::Es, actor: actor() };
    (id, store.ask_export(&request, at(1)).await.unwrap())
}

/// An export of two parts.
async fn made(store: &dyn Stores, user: UserId, link: Option<[u8; 32]>) -> ExportId {
    let (id, asked) = ask(store, user, link).await;
    assert_eq!(asked, ExportAsked::Accepted);
    let job = store.next_export().await.unwrap().unwrap();
    assert_eq!((job.id, job.user, job.locale), (id, user, Locale::Es));
    assert!(store.put_export_part(id, 0, b"one".to_vec(), at(2)).await.unwrap());
    assert!(store.put_export_part(id, 1, b"two".to_vec(), at(2)).await.unwrap());
    store.finish_export(id, 2, at(3)).await.unwrap();
    id
}

async fn state(store: &dyn Stores, id: ExportId, second: i64) -> Option<ExportState> {
    store.find_export(id, at(second)).await.unwrap().map(|export| export.state)
}

/// A file is made, downloaded once, and deleted.
pub async fn an_export_is_downloaded_once(store: impl Stores) {
    let user = person(&store, 1, 0).await.user;
    let (early, _) = ask(&store, user, None).await;
    assert_eq!(state(&store, early, 2).await, Some(ExportState::Making));
    assert!(!store.take_export(early, &actor(), at(2)).await.unwrap(), "it is not made yet");
    store.finish_export(early, 0, at(2)).await.unwrap();
    let id = made(&store, user, None).await;
    assert_eq!(store.next_export().await.unwrap(), None);
    assert_eq!(state(&store, id, 4).await, Some(ExportState::Ready(at(3 + DAY))));
    assert!(store.take_export(id, &actor(), at(4)).await.unwrap());
    assert!(!store.take_export(id, &actor(), at(4)).await.unwrap());
    assert_eq!(store.export_part(id, 0).await.unwrap().as_deref(), Some(&b"one"[..]));
    assert_eq!(store.export_part(id, 1).await.unwrap().as_deref(), Some(&b"two"[..]));
    assert_eq!(store.export_part(id, 2).await.unwrap(), None);
    assert!(!store.are_exports_due(at(4), at(5)).await.unwrap());
    assert!(store.are_exports_due(at(5), at(6)).await.unwrap());
    assert_eq!(store.forget_exports(at(5), at(6)).await.unwrap(), 1);
    assert_eq!(state(&store, id, 6).await, None);
}

/// Nobody downloads a file after a day.
pub async fn an_export_ends_after_a_day(store: impl Stores) {
    let user = person(&store, 1, 0).await.user;
    let link = [7; 32];
    let id = made(&store, user, Some(link)).await;
    let found = store.find_export_link(&[[1; 32], link], at(4)).await.unwrap().unwrap();
    assert_eq!((found.id, found.user), (id, user));
    assert_eq!(store.find_export_link(&[[1; 32]], at(4)).await.unwrap(), None);
    assert_eq!(state(&store, id, 3 + DAY).await, Some(ExportState::Gone));
    assert!(!store.take_export(id, &actor(), at(3 + DAY)).await.unwrap());
    assert_eq!(store.forget_exports(at(0), at(3 + DAY)).await.unwrap(), 1);
    assert_eq!(store.export_part(id, 0).await.unwrap(), None);
}

/// A try that broke off begins anew, and one that fails lets others pass.
pub async fn an_export_that_broke_off_begins_anew(store: impl Stores) {
    let user = person(&store, 1, 0).await.user;
    let (first, _) = ask(&store, user, None).await;
    let (second, _) = ask(&store, user, None).await;
    assert!(store.put_export_part(first, 0, b"half".to_vec(), at(2)).await.unwrap());
    assert_eq!(store.next_export().await.unwrap().map(|job| job.id), Some(first));
    assert_eq!(store.export_part(first, 0).await.unwrap(), None);
    assert!(store.put_export_part(first, 0, b"whole".to_vec(), at(2)).await.unwrap());
    store.put_export_off(first, at(9)).await.unwrap();
    assert_eq!(store.next_export().await.unwrap().map(|job| job.id), Some(second));
}

/// An erasure takes exports with it, and nobody makes one of an erased person.
pub async fn exports_go_with_their_person(store: impl Stores) {
    let user = person(&store, 1, 0).await.user;
    let id = made(&store, user, None).await;
    let (waiting, _) = ask(&store, user, None).await;
    erase(&store, user, 10).await;
    assert_eq!((state(&store, id, 11).await, state(&store, waiting, 11).await), (None, None));
    assert!(!store.put_export_part(waiting, 0, b"late".to_vec(), at(11)).await.unwrap());
    assert_eq!(ask(&store, user, None).await.1, ExportAsked::NoSuchPerson);
    assert_eq!(ask(&store, UserId(crate::examples::id()), None).await.1, ExportAsked::NoSuchPerson);
}
