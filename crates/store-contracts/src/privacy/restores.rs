//! Restores: older books with newer keys and a newer journal show what the books would show that were never restored.

use super::erasures::{ask, begin, converse, erase, finish, first};
use crate::{
    Stores,
    examples::{actor, at, person, phone, transfer},
    money::ledger::{balance, is_accepted, is_sound, post},
};
use domain::{
    ids::UserId,
    message::Channel,
    messaging::consent::{ConsentScope, ConsentStatus},
};
use ports::{
    messaging::{ConsentChange, MessageBody},
    money::{EntryFilter, WalletView},
    privacy::{BeginErasure, ErasureTerms, JournalEntry, KeptNameCopy, KeyCopy, TakenBack},
};
use std::{collections::BTreeMap, fmt::Write};
use testkit::SeededRandom;

/// People of the random books. The first one is never erased and gets what the others have left.
const PEOPLE: u32 = 9;
const PAYMENTS: i64 = 40;
/// When the newer copy of the keys is made, and when it is applied.
const COPIED: i64 = 40;
const RESTORED: i64 = 50;

/// What becomes of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Stays,
    /// Erased before the backup.
    ErasedBefore,
    /// Erased between the backup and the copy of the keys.
    Erased,
    /// In the middle of it when the keys are copied.
    Begun,
    /// Asked for it after the backup.
    Asks,
    /// Asked before the backup, and took it back after it.
    TakesBack,
}

const FATES: [Fate; 6] =
    [Fate::Stays, Fate::ErasedBefore, Fate::Erased, Fate::Begun, Fate::Asks, Fate::TakesBack];

/// What is copied apart from the books.
struct Copied {
    keys: Vec<KeyCopy>,
    journal: Vec<JournalEntry>,
    names: Vec<KeptNameCopy>,
}

async fn copied(store: &dyn Stores) -> Copied {
    let mut keys: Vec<KeyCopy> = Vec::new();
    loop {
        let page = store.copy_keys(keys.last().map(|key| key.id)).await.unwrap();
        if page.is_empty() {
            break;
        }
        keys.extend(page);
    }
    let mut names: Vec<KeptNameCopy> = Vec::new();
    loop {
        let page = store.copy_kept_names(names.last().map(|name| (name.viewer, name.other))).await.unwrap();
        if page.is_empty() {
            break;
        }
        names.extend(page);
    }
    Copied { keys, journal: store.erasure_journal(None).await.unwrap(), names }
}

/// Applies a copy, as `privacy reapply` does.
async fn apply(store: &dyn Stores, copied: &Copied) {
    store.begin_restore(at(COPIED), at(RESTORED)).await.unwrap();
    assert!(store.is_restore_open().await.unwrap());
    store.put_keys(&copied.keys, at(RESTORED)).await.unwrap();
    store.put_kept_names(&copied.names).await.unwrap();
    let (begun, asked): (Vec<_>, Vec<_>) = copied.journal.iter().cloned().partition(|entry| entry.has_begun);
    let users: Vec<_> = begun.iter().map(|entry| entry.user).collect();
    store.restore_wishes(&asked, &users, at(COPIED), &actor(), at(RESTORED)).await.unwrap();
    for entry in begun {
        let user = entry.user;
        let request = BeginErasure { user, terms: ErasureTerms::Again(Box::new(entry)), actor: actor() };
        store.begin_erasure(&request, at(RESTORED)).await.unwrap();
        finish(store, user, RESTORED).await;
    }
    store.end_missing(at(COPIED), at(RESTORED)).await.unwrap();
    store.finish_restore(at(RESTORED)).await.unwrap();
    assert!(!store.is_restore_open().await.unwrap());
}

/// People who paid each other, wrote, and some of whom stopped messages.
async fn random_books(store: &dyn Stores, random: &SeededRandom, fates: &[Fate]) -> Vec<WalletView> {
    let mut people = Vec::new();
    for n in 1..=PEOPLE {
        // Some never move money.
        let opening = if random.below(4) == 0 { 0 } else { 100 + random.below(400) };
        people.push(person(store, n, opening).await);
        if random.below(2) == 0 {
            converse(store, n, &format!("SM{n}")).await;
        }
        if random.below(3) == 0 {
            let stop = ConsentChange {
                channel: Channel::Whatsapp,
                recipient: phone(n).e164().to_owned(),
                scope: ConsentScope::All,
                consent: ConsentStatus::OptedOut,
                source: "message".into(),
            };
            store.record_consent(&stop, at(2)).await.unwrap();
        }
    }
    let pick = || &people[usize::try_from(random.below(i64::from(PEOPLE))).unwrap()];
    for n in 0..PAYMENTS {
        let (payer, payee) = (pick(), pick());
        let mut payment = transfer(payer.user, payer.id, payee.id, 1 + random.below(60), None);
        payment.command.transfer.concept = Some(format!("pago {n}"));
        post(store, payment).await;
    }
    for (wallet, fate) in people.iter().zip(fates).filter(|(_, fate)| **fate != Fate::Stays) {
        let left = balance(store, wallet.id).await;
        if left > 0 {
            let rest = transfer(wallet.user, wallet.id, people[0].id, left, None);
            assert!(is_accepted(&post(store, rest).await), "{fate:?}");
        }
    }
    people
}

/// Whatever happens before the backup, or after it, to people of that fate.
async fn befall(store: &dyn Stores, random: &SeededRandom, user: UserId, fate: Fate, is_before: bool) {
    match (fate, is_before) {
        (Fate::ErasedBefore, true) => drop(erase(store, user, 10).await),
        (Fate::Erased, false) => drop(erase(store, user, 20).await),
        (Fate::Begun, false) => {
            begin(store, user, 30).await;
            for _ in 0..random.below(3) {
                store.advance_erasure(user, &actor(), at(31)).await.unwrap();
            }
        }
        (Fate::Asks, false) => drop(ask(store, user, 32).await),
        (Fate::TakesBack, true) => drop(ask(store, user, 9).await),
        (Fate::TakesBack, false) => {
            assert_eq!(store.take_erasure_back(user, &actor(), at(33)).await.unwrap(), TakenBack::Done);
        }
        _ => {}
    }
}

/// All that people, others and staff see.
async fn seen(store: &dyn Stores, people: &[WalletView]) -> String {
    let mut seen = String::new();
    for wallet in people {
        let user = wallet.user;
        let entries = store.entries(wallet.id, EntryFilter::default(), &first(200)).await.unwrap();
        let profile = store.profile(user).await.unwrap();
        let shown = profile.map(|profile| (profile.phone, profile.email, profile.first_name));
        let names: Vec<_> =
            store.wallets(Some(user), &first(9)).await.unwrap().into_iter().map(|one| one.name).collect();
        let erasure = store.find_erasure(user).await.unwrap();
        writeln!(seen, "{user} {shown:?} {names:?} {erasure:?}").unwrap();
        for entry in entries {
            writeln!(seen, "  {entry:?}").unwrap();
        }
        let opened = store.open_blocked(user, "an order of the court", &actor(), at(60)).await.unwrap();
        writeln!(seen, "  kept: {opened:?}").unwrap();
    }
    for entry in store.erasure_journal(None).await.unwrap() {
        let JournalEntry { user, has_begun, asked_at, execute_at, made } = entry;
        let until = made.kept_until;
        writeln!(seen, "{user} {has_begun} {asked_at:?} {execute_at} {:?} {until:?}", made.begun_at).unwrap();
    }
    for consent in store.consents(&first(50)).await.unwrap() {
        let shown = (consent.channel, consent.recipient, consent.consent, consent.at);
        writeln!(seen, "{shown:?}").unwrap();
    }
    for conversation in store.conversations(&first(50)).await.unwrap() {
        writeln!(seen, "{} {:?}", conversation.id, conversation.sender_key).unwrap();
        for line in store.lines(conversation.id, &first(50)).await.unwrap() {
            let text = match line.saying {
                MessageBody::Inbound(content) => format!("{content:?}"),
                MessageBody::Outbound { text, .. } => text.unwrap_or_default(),
                MessageBody::Unreadable { .. } => "unreadable".into(),
            };
            writeln!(seen, "  {text}").unwrap();
        }
    }
    seen
}

/// The receipts in the audit log, by their people: one each.
async fn receipts_in_the_log(store: &dyn Stores) -> BTreeMap<String, String> {
    let mut receipts = BTreeMap::new();
    for row in store.events(&first(100_000)).await.unwrap() {
        if row.record.action == "person.erased" {
            let before = receipts.insert(row.record.subject, row.record.after.unwrap());
            assert_eq!(before, None, "a person is erased once");
        }
    }
    receipts
}

/// People were erased, were about to be, or took it back: after a restore of an older backup everybody sees what they would
/// see without it. `copy` takes a store and gives it back, with a restored backup of it whose keys are away.
pub async fn a_restore_is_as_if_there_was_none<S: Stores>(
    seed: u64,
    store: S,
    copy: impl AsyncFnOnce(S) -> (S, S),
) {
    let random = SeededRandom::of(seed);
    let mut fates = vec![Fate::Stays];
    for _ in 1..PEOPLE {
        fates.push(FATES[usize::try_from(random.below(6)).unwrap()]);
    }
    let people = random_books(&store, &random, &fates).await;
    let befalls = async |store: &dyn Stores, is_before| {
        for (wallet, fate) in people.iter().zip(&fates) {
            befall(store, &random, wallet.user, *fate, is_before).await;
        }
    };
    befalls(&store, true).await;
    let (original, restored) = copy(store).await;
    befalls(&original, false).await;
    let copied = copied(&original).await;
    for (wallet, fate) in people.iter().zip(&fates) {
        if *fate == Fate::Begun {
            finish(&original, wallet.user, RESTORED).await;
        }
    }
    let expected = seen(&original, &people).await;
    for round in ["applied", "applied again"] {
        apply(&restored, &copied).await;
        assert_eq!(seen(&restored, &people).await, expected, "seed {seed}, {round}: {fates:?}");
        assert_eq!(receipts_in_the_log(&restored).await, receipts_in_the_log(&original).await);
    }
    assert!(!restored.are_keys_away().await.unwrap());
    is_sound(&restored).await;
    while restored.seal(at(70)).await.unwrap().is_some() {}
    assert_eq!(restored.verify_chain(None).await.unwrap().faults, []);
}

/// A copy that is applied once more, or after a newer one, brings back no wish that was taken back after it was made.
pub async fn a_wish_that_was_taken_back_stays_so(store: impl Stores) {
    let store: &dyn Stores = &store;
    let (one, two) = (person(store, 1, 0).await.user, person(store, 2, 0).await.user);
    ask(store, one, 1).await;
    let older = store.erasure_journal(None).await.unwrap();
    assert_eq!(store.take_erasure_back(one, &actor(), at(6)).await.unwrap(), TakenBack::Done);
    let restore = async |journal: &[JournalEntry], made_at, second| {
        store.begin_restore(at(made_at), at(second)).await.unwrap();
        store.restore_wishes(journal, &[], at(made_at), &actor(), at(second)).await.unwrap();
        store.finish_restore(at(second)).await.unwrap();
        store.erasure_journal(None).await.unwrap()
    };
    assert_eq!(restore(&older, 5, 10).await, [], "it was taken back after the copy");
    ask(store, two, 11).await;
    let newer = store.erasure_journal(None).await.unwrap();
    assert_eq!(restore(&newer, 12, 13).await, newer);
    // The newer copy says that nobody but the second person wants it.
    let mut of_both = older.clone();
    of_both[0].asked_at = Some(at(2));
    assert_eq!(restore(&of_both, 5, 14).await, newer, "an older copy changes nothing");
    ask(store, one, 20).await;
    assert_eq!(restore(&newer, 12, 21).await.len(), 2, "a wish that is newer than the copy stays");
}
