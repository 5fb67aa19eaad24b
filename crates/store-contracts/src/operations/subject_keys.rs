//! The keys of subjects when `ENCRYPTION_KEY` changes.

use crate::{
    Stores,
    accounts::{
        personal::filled,
        users::{email, profile},
    },
    examples::{at, phone},
};
use ports::{operations::KeyUse, pagination::PageRequest};
use testkit::new_person;

/// Two stores over one database: `old` seals under the key `old`; `both` seals under `new` and opens both. `new` opens a
/// third that has only `new`. Subjects' keys are counted with the rows and sealed anew, once; what they sealed stays as
/// it was, and is found and read without the old key.
pub async fn subjects_keys_are_sealed_anew<S: Stores>(
    old: impl Stores,
    both: impl Stores,
    new: impl AsyncFn() -> S,
) {
    let uses = async |store: &dyn Stores, key_id: &str| {
        let uses = store.key_uses().await.unwrap();
        uses.iter().find(|used: &&KeyUse| used.key_id == key_id).map_or(0, |used| used.rows)
    };
    let before = uses(&old, "old").await;
    let ana = filled(&old).await;
    let ben = old.get_or_create(&new_person(phone(7)), at(0)).await.unwrap().id;
    // Keys of Ana, of her chat and of Ben at least.
    let needed = uses(&old, "old").await;
    assert!(needed >= before + 3, "{before} and then {needed}");
    assert_eq!(uses(&both, "new").await, 0);
    assert_eq!(both.reseal().await.unwrap(), needed);
    assert_eq!(both.reseal().await.unwrap(), 0);
    assert_eq!((uses(&both, "old").await, uses(&both, "new").await), (0, needed));
    let new = new().await;
    assert_eq!(profile(&new, ana).await.first_name.as_deref(), Some("Anastasia"));
    assert_eq!(new.find_credentials(&email(1)).await.unwrap().unwrap().user, ana);
    assert_eq!(new.find_by_phone(&phone(7)).await.unwrap().unwrap().id, ben);
    let page = PageRequest { limit: 10, after: None };
    assert_eq!(new.sessions(ana, &page, at(2)).await.unwrap()[0].device.as_deref(), Some("Firefox"));
}
