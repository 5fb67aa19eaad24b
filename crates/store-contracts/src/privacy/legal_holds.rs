//! Legal holds.

use crate::{
    Stores,
    examples::{actor, at, id, person},
};
use domain::ids::UserId;
use ports::privacy::HoldChanged;

/// A hold is ordered once and ended once, and only of people who exist.
pub async fn a_hold_is_ordered_and_ended(store: impl Stores) {
    let user = person(&store, 1, 0).await.user;
    assert_eq!(store.hold_data(user, "a trial", &actor(), at(1)).await.unwrap(), HoldChanged::Done);
    assert_eq!(store.hold_data(user, "another", &actor(), at(2)).await.unwrap(), HoldChanged::Unchanged);
    let hold = store.find_legal_hold(user).await.unwrap().unwrap();
    assert_eq!((hold.reason.as_str(), hold.since), ("a trial", at(1)));
    assert_eq!(store.release_data(user, &actor(), at(3)).await.unwrap(), HoldChanged::Done);
    assert_eq!(store.release_data(user, &actor(), at(4)).await.unwrap(), HoldChanged::Unchanged);
    assert_eq!(store.find_legal_hold(user).await.unwrap(), None);
    let nobody = UserId(id());
    assert_eq!(store.hold_data(nobody, "x", &actor(), at(1)).await.unwrap(), HoldChanged::NoSuchPerson);
}
