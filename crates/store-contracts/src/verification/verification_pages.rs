//! The hosted pages on which people verify their numbers.

use crate::operations::retention::purged;
use crate::{
    Stores,
    examples::{at, challenge, id, phone, policy},
};
use chrono::Duration;
use domain::operations::retention::RetentionCategory;
use domain::{
    ids::{PageId, UserId, VerificationId},
    locale::Locale,
    principal::Principal,
    verification::{
        SendRefusal,
        otp::{OtpPolicy, Purpose, SendLimit},
    },
};
use futures_util::future::join_all;
use ports::verification::{
    BeginVerification, NewVerificationPage, StartOutcome, VerificationPages, Verifications,
};

fn page(hash: u8, number: Option<u32>) -> NewVerificationPage {
    NewVerificationPage {
        id: PageId(id()),
        token_hash: [hash; 32],
        owner: Principal::Client("team".into()),
        user: Some(UserId(id())),
        phone: number.map(phone),
        purpose: Purpose::Registration,
        return_to: Some("https://app.example.com/menu".into()),
        state: Some("s".into()),
        locale: Some(Locale::Pt),
        expires_at: at(900),
    }
}

async fn begun(store: &impl Stores, number: u32) -> VerificationId {
    let request = challenge(number, policy());
    Verifications::begin(store, &request, at(0)).await.unwrap();
    request.challenge.id
}

/// The token alone finds the page, with everything that was stored for it.
pub async fn a_page_is_found_by_its_token_alone(store: impl Stores) {
    let new = page(1, Some(1));
    store.open(&new, at(0)).await.unwrap();
    let found = VerificationPages::find(&store, &[1; 32]).await.unwrap().unwrap();
    assert_eq!((found.id, found.user, found.phone), (new.id, new.user, new.phone));
    assert_eq!((found.owner, found.purpose, found.locale), (new.owner, new.purpose, new.locale));
    assert_eq!((found.return_to, found.state), (new.return_to, new.state));
    assert_eq!((found.expires_at, found.is_phone_fixed), (at(900), true));
    assert_eq!((found.verification, found.finished_at), (None, None));
    assert!(VerificationPages::find(&store, &[2; 32]).await.unwrap().is_none());
    assert!(store.open(&page(1, None), at(0)).await.is_err(), "a token is one page's");
}

/// The number of a page that was opened for a number can't be changed.
pub async fn a_fixed_number_stays(store: impl Stores) {
    let new = page(1, Some(1));
    store.open(&new, at(0)).await.unwrap();
    assert!(!store.name_phone(new.id, &phone(2), 3).await.unwrap());
    let found = VerificationPages::find(&store, &[1; 32]).await.unwrap().unwrap();
    assert_eq!(found.phone, Some(phone(1)));
}

/// A page can't be used to write to many people, also not by many requests at once.
pub async fn only_so_many_numbers_are_named_on_a_page(store: impl Stores) {
    let new = page(1, None);
    store.open(&new, at(0)).await.unwrap();
    let numbers: Vec<_> = (1..=12).map(phone).collect();
    let named = join_all(numbers.iter().map(|number| store.name_phone(new.id, number, 3))).await;
    assert_eq!(named.iter().filter(|named| matches!(named, Ok(true))).count(), 3);
    let found = VerificationPages::find(&store, &[1; 32]).await.unwrap().unwrap();
    let last = found.phone.unwrap();
    assert!(!found.is_phone_fixed);
    assert!(store.name_phone(new.id, &last, 3).await.unwrap(), "the same again is no other");
}

/// A challenge for one number is not accepted for another number that was named meanwhile.
pub async fn a_code_belongs_to_the_number_it_was_sent_to(store: impl Stores) {
    let new = page(1, None);
    store.open(&new, at(0)).await.unwrap();
    store.name_phone(new.id, &phone(1), 3).await.unwrap();
    let first = begun(&store, 1).await;
    assert!(VerificationPages::begin(&store, new.id, &phone(1), first).await.unwrap());
    store.name_phone(new.id, &phone(2), 3).await.unwrap();
    let found = VerificationPages::find(&store, &[1; 32]).await.unwrap().unwrap();
    assert_eq!((found.phone, found.verification), (Some(phone(2)), None));
    assert!(!VerificationPages::begin(&store, new.id, &phone(1), first).await.unwrap());
    assert!(!store.finish(new.id, first, at(1)).await.unwrap());
}

/// The number is verified once; then the page does not change.
pub async fn a_finished_page_takes_nothing_more(store: impl Stores) {
    let new = page(1, None);
    store.open(&new, at(0)).await.unwrap();
    store.name_phone(new.id, &phone(1), 3).await.unwrap();
    let challenge = begun(&store, 1).await;
    VerificationPages::begin(&store, new.id, &phone(1), challenge).await.unwrap();
    let finished = join_all((0..8).map(|_| store.finish(new.id, challenge, at(5)))).await;
    assert_eq!(finished.iter().filter(|first| matches!(first, Ok(true))).count(), 1);
    assert!(!store.name_phone(new.id, &phone(2), 3).await.unwrap());
    assert!(!VerificationPages::begin(&store, new.id, &phone(1), challenge).await.unwrap());
    let found = VerificationPages::find(&store, &[1; 32]).await.unwrap().unwrap();
    assert_eq!((found.finished_at, found.verification), (Some(at(5)), Some(challenge)));
}

/// A page that closed long ago is removed.
pub async fn old_pages_are_forgotten(store: impl Stores) {
    store.open(&page(1, None), at(0)).await.unwrap();
    let later = NewVerificationPage { expires_at: at(5000), ..page(2, None) };
    store.open(&later, at(0)).await.unwrap();
    assert_eq!(purged(&store, RetentionCategory::Codes, 4000).await, 1);
    assert!(VerificationPages::find(&store, &[1; 32]).await.unwrap().is_none());
    assert!(VerificationPages::find(&store, &[2; 32]).await.unwrap().is_some());
}

/// Two pages of one team for one number have a challenge each, and neither sees a challenge that was started
/// without a page.
pub async fn a_pages_challenge_is_its_own(store: impl Stores) {
    let of = |page: Option<PageId>| {
        let policy = OtpPolicy { resend_cooldown: Duration::seconds(60), ..policy() };
        let mut request = challenge(1, policy);
        request.challenge.page = page;
        request
    };
    let begin = async |request: &BeginVerification, second| {
        Verifications::begin(&store, request, at(second)).await.unwrap()
    };
    let (one, other) = (of(Some(PageId(id()))), of(Some(PageId(id()))));
    assert!(matches!(begin(&one, 0).await, StartOutcome::Started(_)));
    assert!(matches!(begin(&one, 1).await, StartOutcome::Open(open) if open.id == one.challenge.id));
    // A page for each code does not avoid the cooldown.
    let soon = begin(&other, 1).await;
    assert!(
        matches!(soon, StartOutcome::Refused(SendRefusal::Limited(SendLimit::Cooldown, until)) if until == at(60)),
        "{soon:?}"
    );
    assert!(
        matches!(begin(&other, 60).await, StartOutcome::Started(begun) if begun.id == other.challenge.id)
    );
    let call = of(None);
    assert!(matches!(begin(&call, 61).await, StartOutcome::Started(begun) if begun.id == call.challenge.id));
    let team = Principal::Client("team".into());
    let found = store.find_open(&team, &phone(1).into(), None, at(62)).await.unwrap();
    assert_eq!(found.map(|found| found.id), Some(call.challenge.id));
}

/// An open challenge is found by its purpose, even if a newer one for another purpose exists.
pub async fn a_newer_challenge_for_something_else_hides_none(store: impl Stores) {
    let first = begun(&store, 1).await;
    let mut another = challenge(1, policy());
    another.challenge.purpose = Purpose::PasswordReset;
    Verifications::begin(&store, &another, at(1)).await.unwrap();
    let team = Principal::Client("team".into());
    for (purpose, expected) in [
        (Some(Purpose::Login), Some(first)),
        (Some(Purpose::PasswordReset), Some(another.challenge.id)),
        (Some(Purpose::Registration), None),
        (None, Some(another.challenge.id)),
    ] {
        let found = store.find_open(&team, &phone(1).into(), purpose, at(2)).await.unwrap();
        assert_eq!(found.map(|found| found.id), expected, "{purpose:?}");
    }
}
