//! MFA settings change by a proof; imported people prove nothing.

use crate::{
    Stores,
    accounts::users::{account, ask, email, profile, reset},
    examples::{actor, approved, at, backup_codes, change_mfa, id, phone},
};
use domain::{accounts::PersonName, ids::UserId, verification::otp::Purpose};
use futures_util::future::join_all;
use ports::{
    accounts::{ChangeMfa, Imported, ImportedPerson, MfaChange, MfaChanged, MfaProof, ResetProof},
    messaging::AlertKind,
};

/// MFA can't be turned on without a number to send codes to.
pub async fn mfa_needs_a_number(store: impl Stores) {
    let user = account(&store, 1, false).await;
    assert_eq!(change_mfa(&store, user, MfaChange::TurnOn, 0).await, MfaChanged::NoNumber);
    assert_eq!(change_mfa(&store, user, MfaChange::TurnOff, 0).await, MfaChanged::Done);
}

/// The MFA settings change by a proof, which is used up, and each change is told once.
pub async fn mfa_changes_by_a_proof_and_is_told(store: impl Stores) {
    let user = account(&store, 1, true).await;
    let change = async |change, proof| {
        let request = ChangeMfa { user, change, proof, actor: actor() };
        store.change_mfa(&request, at(1)).await.unwrap()
    };
    let old = MfaProof::Password { seen: "another hash".into() };
    assert_eq!(change(MfaChange::TurnOn, old).await, MfaChanged::NoProof);
    assert!(!profile(&store, user).await.mfa_enabled);
    let for_reset = MfaProof::Code(approved(&store, 1, Purpose::PasswordReset).await);
    assert_eq!(change(MfaChange::TurnOn, for_reset).await, MfaChanged::NoProof, "sent for something else");
    let others = MfaProof::Code(approved(&store, 2, Purpose::Login).await);
    assert_eq!(change(MfaChange::TurnOn, others).await, MfaChanged::NoProof, "another's number");
    let code = MfaProof::Code(approved(&store, 1, Purpose::Login).await);
    assert_eq!(change(MfaChange::TurnOn, code.clone()).await, MfaChanged::Done);
    assert!(profile(&store, user).await.mfa_enabled);
    assert_eq!(change(backup_codes(&[1, 2]), code).await, MfaChanged::NoProof, "used");
    assert_eq!(change_mfa(&store, user, MfaChange::TurnOn, 1).await, MfaChanged::Done, "on already");
    assert_eq!(change_mfa(&store, user, backup_codes(&[1, 2]), 1).await, MfaChanged::Done);
    let backup = |n: u8| MfaProof::Backup(vec![[n; 32], [9; 32]]);
    assert_eq!(change(MfaChange::TurnOff, backup(3)).await, MfaChanged::NoProof);
    let tries = join_all((0..5).map(|_| change(MfaChange::TurnOff, backup(1)))).await;
    assert_eq!(tries.into_iter().filter(|done| *done == MfaChanged::Done).count(), 1);
    assert!(!profile(&store, user).await.mfa_enabled);
    let told: Vec<_> =
        store.lease_alerts(at(9), at(19), 100).await.unwrap().iter().map(|alert| alert.kind).collect();
    assert_eq!(told, [AlertKind::MfaTurnedOn, AlertKind::BackupCodesMade, AlertKind::MfaTurnedOff]);
}

/// Ten imports of one address at once make one account, which proves nothing and has no password until a reset. A
/// known account stays as it is.
pub async fn a_person_is_imported_once(store: impl Stores) {
    let person = || ImportedPerson {
        id: UserId(id()),
        email: email(1),
        phone: Some(phone(1)),
        first_name: Some(PersonName::parse("Ana").unwrap()),
        last_name: None,
        actor: actor(),
    };
    let people: Vec<_> = (0..10).map(|_| person()).collect();
    let all = join_all(people.iter().map(|person| store.import_person(person, at(0)))).await;
    let made: Vec<_> = all
        .into_iter()
        .filter_map(|imported| match imported.unwrap() {
            Imported::Created(user) => Some(user),
            Imported::Known(_) => None,
        })
        .collect();
    let &[user] = made.as_slice() else { panic!("{made:?}") };
    let seen = profile(&store, user).await;
    assert_eq!((seen.phone, seen.claimed_phone, seen.email_verified), (None, Some(phone(1)), false));
    assert_eq!(seen.first_name.as_deref(), Some("Ana"));
    assert_eq!(store.find_credentials(&email(1)).await.unwrap().unwrap().password_hash, None);
    let again = ImportedPerson { first_name: None, ..person() };
    assert_eq!(store.import_person(&again, at(1)).await.unwrap(), Imported::Known(user));
    assert_eq!(profile(&store, user).await.first_name.as_deref(), Some("Ana"));
    ask(&store, 1, 9, 1).await;
    assert!(reset(&store, ResetProof::Token(vec![[9; 32]]), 2).await, "a reset link sets the first password");
    assert!(store.find_credentials(&email(1)).await.unwrap().unwrap().password_hash.is_some());
}
