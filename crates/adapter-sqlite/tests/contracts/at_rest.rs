//! What the database itself holds of people, and what is left after an erasure.

use super::{fresh_path, open};
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use domain::ids::UserId;
use ports::{
    accounts::Identities,
    privacy::{Advanced, BeginErasure, Begun, ErasureTerms, Erasures, KeyCopies},
    subject_keys::SubjectKeyId,
};
use std::{fs, path::Path};
use store_contracts::messaging::{clear_rows, privacy, retired_contacts};
use testkit::{actor, at, new_person, phone};

/// Runs SQL as the owner of the file.
fn owner(path: &Path) -> impl FnMut(&str) + use<> {
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    conn.batch_execute("pragma busy_timeout = 5000").unwrap();
    move |sql| conn.batch_execute(sql).unwrap()
}

fn bytes_of(path: &Path) -> Vec<u8> {
    let mut bytes = fs::read(path).unwrap();
    bytes.extend(fs::read(path.with_extension("db-wal")).unwrap_or_default());
    bytes
}

fn blob(bytes: &[u8]) -> String {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>();
    format!("x'{}'", digits.concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_in_the_file_in_the_clear() {
    let path = fresh_path();
    let store = open(&path).await;
    privacy::store_one_of_each(&store).await;
    privacy::no_secret_is_in(&bytes_of(&path));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_sender_begins_anew() {
    let path = fresh_path();
    let (store, fresh) = (open(&path).await, open(&path).await);
    privacy::an_erased_sender_begins_anew(&store, owner(&path), &fresh).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_person_before_wrote_is_not_handled() {
    let path = fresh_path();
    let store = open(&path).await;
    privacy::what_the_person_before_wrote_is_not_handled(&store, owner(&path)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overtaken_answer_goes_to_its_address() {
    let path = fresh_path();
    let store = open(&path).await;
    retired_contacts::an_overtaken_answer_goes_to_its_address(&store, owner(&path)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overtaken_answer_is_not_for_the_next_person() {
    let path = fresh_path();
    let store = open(&path).await;
    retired_contacts::an_overtaken_answer_is_not_for_the_next_person(&store, owner(&path)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overtaken_answer_is_not_for_who_is_being_erased() {
    let path = fresh_path();
    let store = open(&path).await;
    retired_contacts::an_overtaken_answer_is_not_for_who_is_being_erased(&store, owner(&path)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wiped_text_is_no_turn() {
    let path = fresh_path();
    let store = open(&path).await;
    privacy::a_wiped_text_is_no_turn(&store, owner(&path), "x''").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhooks_body_is_kept_apart() {
    let path = fresh_path();
    let store = open(&path).await;
    privacy::a_webhooks_body_is_kept_apart(&store, owner(&path)).await;
}

/// Rows as an earlier version wrote them are found, read and handled like any other, and are in the clear no more.
#[tokio::test(flavor = "multi_thread")]
async fn rows_of_an_earlier_version_are_sealed() {
    let path = fresh_path();
    let old = clear_rows::write(&open(&path).await, super::sealer().as_ref(), owner(&path), blob).await;
    let store = open(&path).await;
    privacy::no_secret_is_in(&bytes_of(&path));
    clear_rows::are_like_any_other(&store, &old).await;
}

/// The bytes of a destroyed key are in no free part of the file.
#[tokio::test(flavor = "multi_thread")]
async fn a_destroyed_key_leaves_no_bytes() {
    let path = fresh_path();
    let store = open(&path).await;
    let mut people = Vec::new();
    for n in 1..=20 {
        people.push(store.get_or_create(&new_person(phone(n)), at(0)).await.unwrap().id);
    }
    let checkpoint = || owner(&path)("pragma wal_checkpoint(truncate)");
    checkpoint();
    let keys = store.copy_keys(None).await.unwrap();
    let of = |user: UserId| {
        let chat = keys.iter().find(|key| key.id == SubjectKeyId::chat(user.0)).unwrap();
        chat.sealed.clone().unwrap()
    };
    let holds = |key: &[u8]| bytes_of(&path).windows(key.len()).any(|window| window == key);
    assert!(holds(&of(people[3])), "it is there while it lives");
    let begin = BeginErasure { user: people[3], terms: ErasureTerms::AtOnce, actor: actor() };
    assert_eq!(store.begin_erasure(&begin, at(1)).await.unwrap(), Begun::Begun);
    while let Advanced::Part(_) = store.advance_erasure(people[3], &actor(), at(2)).await.unwrap() {}
    checkpoint();
    assert!(!holds(&of(people[3])));
    assert!(holds(&of(people[4])));
}
