//! What people wrote is sealed under keys of their own: each side of a transfer has its copy, and without a key its part
//! is gone and nothing else.

use super::{
    ledger::{balance, is_accepted, is_sound, outside, post},
    payees::to,
};
use crate::{
    Stores,
    examples::{actor, at, folio, id, person, transfer},
};
use domain::{
    ids::{TransferId, UserId, WalletId},
    money::{
        Currency, Money,
        account_number::AccountNumber,
        ledger::{Decision, Outcome, Refusal, ReverseTransfer},
        transfer::{Destination, TransferStatus},
    },
    operations::idempotency::{Fingerprint, IdempotencyKey},
    principal::Principal,
};
use ports::{
    money::{
        EntryFilter, EntryView, OpenOutcome, OpenWallet, PostRequest, ReverseRequest, SentFilter,
        TransferFilter, WalletView,
    },
    pagination::PageRequest,
};

const CONCEPT: &str = "renta de marzo";
const REASON: &str = "persona equivocada";
const PAYEE: &str = "Doña Rosa";
const WALLET: &str = "Viaje a Oaxaca";
const KIND: &str = "luna de miel";
const ALIAS: &str = "@rosa.panadera";

fn page() -> PageRequest {
    PageRequest { limit: 50, after: None }
}

fn alias() -> AccountNumber {
    AccountNumber::Alias(ALIAS.into())
}

/// A payment between two people by an alias, with a concept.
fn gift(from: &WalletView, to: &WalletView, minor: i64) -> PostRequest {
    let mut request = transfer(from.user, from.id, to.id, minor, None);
    request.command.transfer.destination = Destination::Wallet { id: to.id, found_by: Some(alias()) };
    request.command.transfer.concept = Some(CONCEPT.into());
    request
}

async fn entries(store: &dyn Stores, wallet: WalletId) -> Vec<EntryView> {
    store.entries(wallet, EntryFilter::default(), &page()).await.unwrap()
}

fn reversal(original: TransferId) -> ReverseRequest {
    let command = ReverseTransfer {
        id: TransferId(id()),
        folio: folio(),
        caller: Principal::Client("test".into()),
        minor: Some(1),
        reason: REASON.into(),
        key: IdempotencyKey::own(id()),
        fingerprint: Fingerprint::of(&[]),
        at: at(70),
    };
    ReverseRequest { original, command, actor: actor() }
}

async fn another_wallet(store: &dyn Stores, user: UserId) -> WalletView {
    let request = OpenWallet {
        id: WalletId(id()),
        user,
        name: WALLET.into(),
        kind: KIND.into(),
        currency: Currency::MXN,
        wallets_max: 10,
        key: IdempotencyKey::own(id()),
        fingerprint: Fingerprint::of(&[]),
        actor: actor(),
    };
    match store.open_wallet(&request, at(5)).await.unwrap() {
        OpenOutcome::Opened(wallet) => wallet,
        other => panic!("{other:?}"),
    }
}

/// The payer reads the destination as they wrote it; the payee sees their own wallet. Both read the concept, and the
/// reason of a reversal.
pub async fn each_side_reads_its_own_copy(store: impl Stores) {
    let (ana, bea) = (person(&store, 1, 1_000).await, person(&store, 2, 0).await);
    let gift = gift(&ana, &bea, 40);
    assert!(is_accepted(&post(&store, gift.clone()).await));
    let sent = gift.command.transfer;
    assert_eq!(store.find_transfer(sent.id).await.unwrap(), Some(sent.clone()));
    assert_eq!(entries(&store, ana.id).await[0].transfer, sent);
    let received = &entries(&store, bea.id).await[0].transfer;
    assert_eq!(received.destination, Destination::Wallet { id: bea.id, found_by: None });
    assert_eq!(received.concept.as_deref(), Some(CONCEPT));
    store.reverse(&reversal(sent.id), at(70)).await.unwrap();
    for wallet in [&ana, &bea] {
        assert_eq!(entries(&store, wallet.id).await[0].transfer.concept.as_deref(), Some(REASON));
    }
    let savings = another_wallet(&store, ana.user).await;
    let mut own = transfer(ana.user, ana.id, savings.id, 5, None);
    own.command.transfer.concept = Some(CONCEPT.into());
    post(&store, own).await;
    assert_eq!(entries(&store, savings.id).await[0].transfer.concept.as_deref(), Some(CONCEPT));
    assert_eq!((savings.name.as_str(), savings.kind.as_str()), (WALLET, KIND));
    let listed = store.wallets(Some(ana.user), &page()).await.unwrap();
    assert_eq!(listed.iter().map(|wallet| wallet.name.as_str()).collect::<Vec<_>>(), ["Principal", WALLET]);
}

/// The audit rows of a payee say which account it is to those who know it, and to nobody else.
pub async fn a_payees_audit_rows_bear_a_commitment(store: impl Stores) {
    let ana = person(&store, 1, 1_000).await;
    store.post(&[to(&ana, 1, Some(PAYEE), 10)], at(10)).await.unwrap();
    let payee = store.payees_of(ana.user).await.unwrap().remove(0);
    store.rename_payee(payee.id, "Rosa", &actor(), at(20)).await.unwrap();
    store.forget_payee(payee.id, &actor(), at(30)).await.unwrap();
    let rows = store.events(&PageRequest { limit: 2, after: None }).await.unwrap();
    let after: Vec<String> = rows.into_iter().filter_map(|row| row.record.after).collect();
    assert_eq!(after[0], after[1], "it is the same account");
    let digits = after[0].strip_prefix("account=c:").unwrap();
    assert!(digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()), "{digits}");
}

/// `dump` returns all that the database keeps.
pub async fn nothing_is_in_the_clear(store: &impl Stores, dump: impl AsyncFn() -> Vec<u8>) {
    let (ana, bea) = (person(store, 1, 1_000).await, person(store, 2, 0).await);
    let gift = gift(&ana, &bea, 40);
    assert!(is_accepted(&post(store, gift.clone()).await));
    let foreign = "032180000118359719";
    let mut out = to(&ana, 1, Some(PAYEE), 10);
    out.command.transfer.destination = Destination::Account(AccountNumber::Clabe(foreign.into()));
    assert!(is_accepted(&post(store, out).await));
    let mut refused = to(&ana, 1, Some(PAYEE), 10);
    refused.command.transfer.destination = Destination::Account(AccountNumber::Clabe(foreign.into()));
    refused.command.transfer.amount.minor = 1_000_000;
    post(store, refused).await;
    store.reverse(&reversal(gift.command.transfer.id), at(70)).await.unwrap();
    let payee = store.payees_of(ana.user).await.unwrap().remove(0);
    store.rename_payee(payee.id, "Panadería Rosa", &actor(), at(20)).await.unwrap();
    another_wallet(store, ana.user).await;
    let own = store.receiving(ana.id).await.unwrap().unwrap().clabe.unwrap();
    let kept = dump().await;
    let has = |wanted: &[u8]| kept.windows(wanted.len()).any(|bytes| bytes == wanted);
    assert!(has(b"transfer.completed"), "the rows are there");
    let words = [CONCEPT, REASON, PAYEE, "Rosa", WALLET, KIND, ALIAS, foreign, "****9719", own.canonical()];
    for word in words {
        let utf16: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let hex = word.bytes().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        assert!(!has(word.as_bytes()) && !has(&utf16) && !has(hex.as_bytes()), "{word}");
    }
}

/// `run` executes SQL; `reopened` opens the same database anew. A person whose money key is blocked or destroyed is shown
/// without what they wrote, pays and receives nothing, and everybody else notices nothing.
pub async fn readers_live_without_keys<S: Stores>(
    store: S,
    mut run: impl FnMut(&str),
    reopened: impl AsyncFnOnce() -> S,
    state: &str,
) {
    let (ana, bea) = (person(&store, 1, 1_000).await, person(&store, 2, 1_000).await);
    let gifts = [gift(&ana, &bea, 41), gift(&bea, &ana, 42)];
    for gift in &gifts {
        assert!(is_accepted(&post(&store, gift.clone()).await));
    }
    assert!(is_accepted(&post(&store, to(&ana, 1, Some(PAYEE), 10)).await));
    let mut waiting = to(&ana, 1, None, 10);
    waiting.command.transfer.status = TransferStatus::PendingVerification;
    assert!(is_accepted(&post(&store, waiting.clone()).await));
    let (seen, theirs) = (entries(&store, bea.id).await, store.receiving(bea.id).await.unwrap());
    let sealed = if state == "destroyed" { "null" } else { "sealed" };
    run(&format!(
        "update subject_keys set sealed = {sealed}, state = '{state}' where purpose = 'money' and subject_id = \
         (select owner from transfers where minor = 41)"
    ));
    let store = reopened().await;
    // Others notice nothing.
    assert_eq!(entries(&store, bea.id).await, seen);
    assert_eq!(store.receiving(bea.id).await.unwrap(), theirs);
    // What the person wrote is gone; amounts and times stay, and so does the payee's copy of a concept.
    let sent = store.find_transfer(gifts[0].command.transfer.id).await.unwrap().unwrap();
    assert_eq!((&sent.destination, sent.concept.as_deref()), (&Destination::Erased, Some(CONCEPT)));
    assert_eq!((sent.amount, sent.destination.masked().as_str()), (Money::new(41, Currency::MXN), "****"));
    let own = entries(&store, ana.id).await;
    assert_eq!(own.iter().map(|entry| entry.amount.minor).collect::<Vec<_>>(), [-10, 42, -41, 1_000]);
    assert!(own.iter().all(|entry| entry.transfer.concept.is_none()));
    let all = store.transfers(&TransferFilter::default(), &page()).await.unwrap();
    assert_eq!(all.iter().filter(|transfer| transfer.destination == Destination::Erased).count(), 4);
    assert_eq!(store.payees_of(ana.user).await.unwrap(), []);
    assert_eq!(store.payees(None, &page()).await.unwrap(), []);
    let wallet = store.find_wallet(ana.id).await.unwrap().unwrap();
    assert_eq!((wallet.name.as_str(), wallet.posted.minor), ("", 991));
    assert_eq!(store.receiving(ana.id).await.unwrap().unwrap().clabe, None);
    assert!(!store.last_sent(ana.user, &SentFilter::default(), 9).await.unwrap().is_empty());
    // Nothing is paid to or by them, in a batch with others.
    let pays = [gift(&bea, &ana, 1), to(&ana, 1, None, 20), to(&bea, 1, None, 20)];
    let outcomes = store.post(&pays, at(20)).await.unwrap();
    let nobody = Decision::Decided(Outcome::Refused(Refusal::NoSuchAccount));
    assert_eq!((&outcomes[0].decision, &outcomes[1].decision), (&nobody, &nobody));
    assert!(is_accepted(&outcomes[2].decision));
    let back = store.reverse(&reversal(gifts[0].command.transfer.id), at(21)).await.unwrap().unwrap();
    assert_eq!(back.decision, nobody);
    let canceled = store.cancel(waiting.command.transfer.id, &actor(), at(22)).await.unwrap().unwrap();
    assert_eq!(canceled.status, TransferStatus::Canceled);
    let topped = transfer(ana.user, outside(), ana.id, 5, None);
    assert_eq!(post(&store, topped).await, nobody);
    assert_eq!(balance(&store, ana.id).await, 991);
    is_sound(&store).await;
}
