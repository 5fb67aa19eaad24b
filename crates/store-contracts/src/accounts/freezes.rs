//! Freezes: from one commit on no money leaves a person's wallets, whatever runs at the same time.

use crate::{
    Stores,
    accounts::users::{account, bind},
    examples::{actor, at, challenge, id, person, phone, policy, transfer},
    money::{
        ledger::{balance, is_accepted, outside, post},
        step_up::{filed_request, right_code},
    },
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    accounts::freeze::Freeze,
    email::EmailAddress,
    ids::{TransferId, UserId, VerificationId, WalletId},
    message::Channel,
    money::{
        Currency,
        ledger::{Decision, Outcome, Refusal, ReverseTransfer},
        limits::LimitExceeded,
        transfer::TransferStatus,
    },
    operations::idempotency::{Fingerprint, IdempotencyKey},
    principal::Principal,
    verification::otp::{ChallengeStatus, Purpose},
};
use futures_util::future::join_all;
use ports::{
    accounts::{FreezeRequest, Identities, LiftProof, LiftRequest, Lifted},
    money::{ConfirmOutcome, OpenOutcome, OpenWallet, PostRequest, ReverseRequest, WalletView},
    verification::{AttemptRequest, ReserveAttempt, SendResult, StartOutcome, Verifications},
};

fn order(user: UserId, key: Option<&str>) -> FreezeRequest {
    FreezeRequest {
        user,
        ordered_on: Some(Channel::Whatsapp),
        reason: Some("stolen".into()),
        key: key.map(str::to_owned),
        actor: actor(),
    }
}

async fn freeze(store: &dyn Stores, user: UserId, now: DateTime<Utc>) -> Freeze {
    store.freeze(&order(user, None), now).await.unwrap().unwrap()
}

fn frozen() -> Decision {
    Decision::Decided(Outcome::Refused(Refusal::Frozen))
}

fn waiting(wallet: &WalletView, minor: i64) -> PostRequest {
    filed_request(wallet, outside(), minor)
}

fn give_back(original: TransferId) -> ReverseRequest {
    let own = TransferId(id());
    ReverseRequest {
        original,
        command: ReverseTransfer {
            id: own,
            folio: crate::examples::folio(),
            caller: Principal::Client("test".into()),
            minor: None,
            reason: "a mistake".into(),
            key: IdempotencyKey::own(own.0),
            fingerprint: Fingerprint::of(&[]),
            at: at(20),
        },
        actor: actor(),
    }
}

async fn open(store: &dyn Stores, user: UserId) -> WalletView {
    let wallet = WalletId(id());
    let request = OpenWallet {
        id: wallet,
        user,
        name: "Ahorro".into(),
        kind: "savings".into(),
        currency: Currency::MXN,
        wallets_max: 1000,
        key: IdempotencyKey::own(wallet.0),
        fingerprint: Fingerprint::of(&[]),
        actor: actor(),
    };
    match store.open_wallet(&request, at(6)).await.unwrap() {
        OpenOutcome::Opened(wallet) => wallet,
        other => panic!("{other:?}"),
    }
}

/// No transfer leaves any wallet of a frozen person, one that waits for its code is canceled with it, and a
/// payment to them is not given back. Money that comes in does come in.
pub async fn a_frozen_person_pays_nothing_and_is_still_paid(store: impl Stores) {
    let (wallet, other) = (person(&store, 1, 1_000).await, person(&store, 2, 1_000).await);
    let gift = transfer(other.user, other.id, wallet.id, 100, None);
    assert!(is_accepted(&post(&store, gift.clone()).await));
    let filed = waiting(&wallet, 300);
    assert!(is_accepted(&post(&store, filed.clone()).await));

    let state = freeze(&store, wallet.user, at(5)).await;
    assert_eq!((state.frozen_at, state.last_frozen_at), (Some(at(5)), Some(at(5))));
    assert_eq!(freeze(&store, wallet.user, at(6)).await, state, "a second freeze answers the same");
    let canceled = store.find_transfer(filed.command.transfer.id).await.unwrap().unwrap();
    assert_eq!(canceled.status, TransferStatus::Canceled);
    let code = Verifications::find(&store, filed.command.transfer.verification.unwrap()).await.unwrap();
    assert_eq!(code.unwrap().challenge.status, ChallengeStatus::Canceled);
    let late = store.confirm(&right_code(&filed), at(7)).await.unwrap();
    assert!(matches!(late, ConfirmOutcome::NotWaiting(_)), "{late:?}");

    let refused = transfer(wallet.user, wallet.id, outside(), 10, Some("k"));
    assert_eq!(post(&store, refused.clone()).await, frozen());
    let again = Decision::Replayed(Outcome::Refused(Refusal::Frozen));
    assert_eq!(post(&store, refused).await, again, "the refusal is kept under its key");
    assert_eq!(post(&store, waiting(&wallet, 10)).await, frozen(), "nor is one filed");
    let savings = open(&store, wallet.user).await;
    let in_between = transfer(wallet.user, wallet.id, savings.id, 10, None);
    assert_eq!(post(&store, in_between).await, frozen(), "nor between their own wallets");
    let back = store.reverse(&give_back(gift.command.transfer.id), at(8)).await.unwrap().unwrap();
    assert_eq!(back.decision, frozen(), "nor given back");

    for to in [wallet.id, savings.id] {
        assert!(is_accepted(&post(&store, transfer(other.user, other.id, to, 50, None)).await));
    }
    assert_eq!(post(&store, transfer(wallet.user, savings.id, outside(), 10, None)).await, frozen());
    assert_eq!(balance(&store, wallet.id).await, 1_150);
    assert_eq!(balance(&store, savings.id).await, 50);
    assert_eq!(store.verify().await.unwrap(), []);
}

/// Payments, codes and a freeze at once: what is in the wallets when the freeze answers stays in them.
pub async fn no_payment_gets_past_a_freeze(store: impl Stores) {
    let wallet = person(&store, 1, 10_000).await;
    let savings = open(&store, wallet.user).await;
    post(&store, transfer(wallet.user, wallet.id, savings.id, 5_000, None)).await;
    let filed: Vec<PostRequest> = (0..4).map(|_| waiting(&wallet, 7)).collect();
    for request in &filed {
        assert!(is_accepted(&post(&store, request.clone()).await));
    }
    let (store, sum) =
        (&store, || async { balance(&store, wallet.id).await + balance(&store, savings.id).await });
    let payments = join_all((0..24).map(|n| async move {
        let from = if n % 2 == 0 { wallet.id } else { savings.id };
        post(store, transfer(wallet.user, from, outside(), 11, None)).await
    }));
    let codes = join_all(
        filed.iter().map(|request| async move { store.confirm(&right_code(request), at(7)).await.unwrap() }),
    );
    let more = join_all((0..4).map(|_| post(store, waiting(&wallet, 7))));
    let freezing = async {
        freeze(store, wallet.user, at(7)).await;
        sum().await
    };
    let (_, _, after_freeze, more) = tokio::join!(payments, codes, freezing, more);
    assert_eq!(sum().await, after_freeze);
    drop(more);
    for request in &filed {
        let end = store.find_transfer(request.command.transfer.id).await.unwrap().unwrap();
        let ended = [TransferStatus::Completed, TransferStatus::Failed, TransferStatus::Canceled];
        assert!(ended.contains(&end.status), "{:?}", end.status);
    }
    assert_eq!(store.verify().await.unwrap(), []);
}

/// The person's chats are bound no more, and a link code that is under way binds none.
pub async fn a_freeze_takes_bound_chats_away(store: impl Stores) {
    let user = account(&store, 1, true).await;
    bind(&store, user, 9).await;
    freeze(&store, user, at(5)).await;
    assert_eq!(store.find_chat_link(9).await.unwrap(), None);
    assert_eq!(store.find_chat_of(&phone(1)).await.unwrap(), None);
    assert_eq!(Identities::find(&store, user).await.unwrap().unwrap().freeze.frozen_at, Some(at(5)));
    assert_eq!(store.profile(user).await.unwrap().unwrap().freeze.frozen_at, Some(at(5)));
}

/// A repeated key freezes nobody again, also after the freeze was lifted. An unknown user is not frozen.
pub async fn a_freeze_is_ordered_once_for_its_key(store: impl Stores) {
    let wallet = person(&store, 1, 100).await;
    let ordered = store.freeze(&order(wallet.user, Some("turn:1")), at(1)).await.unwrap().unwrap();
    assert_eq!(ordered.frozen_at, Some(at(1)));
    let lift = LiftRequest { user: wallet.user, proof: None, actor: actor() };
    store.lift(&lift, at(2)).await.unwrap();
    let again = store.freeze(&order(wallet.user, Some("turn:1")), at(3)).await.unwrap().unwrap();
    assert_eq!((again.frozen_at, again.last_frozen_at), (None, Some(at(1))));
    let next = store.freeze(&order(wallet.user, Some("turn:2")), at(4)).await.unwrap().unwrap();
    assert_eq!(next.frozen_at, Some(at(4)));
    assert_eq!(store.freeze(&order(UserId(id()), None), at(5)).await.unwrap(), None);
    assert_eq!(store.find_freeze(UserId(id())).await.unwrap(), None);
}

/// Staff lift a freeze without a wait.
pub async fn staff_lift_a_freeze_at_once(store: impl Stores) {
    let wallet = person(&store, 1, 100).await;
    freeze(&store, wallet.user, at(1)).await;
    let lift = LiftRequest { user: wallet.user, proof: None, actor: actor() };
    let lifted = Freeze { last_frozen_at: Some(at(1)), ..Freeze::default() };
    assert_eq!(store.lift(&lift, at(2)).await.unwrap(), Lifted::Done(lifted));
    assert_eq!(store.lift(&lift, at(3)).await.unwrap(), Lifted::Done(lifted), "lifted already");
    assert!(is_accepted(&post(&store, transfer(wallet.user, wallet.id, outside(), 10, None)).await));
    let unknown = LiftRequest { user: UserId(id()), ..lift };
    assert_eq!(store.lift(&unknown, at(3)).await.unwrap(), Lifted::NoSuchUser);
    assert_eq!(store.verify().await.unwrap(), []);
}

/// An approved challenge to the address of person `n`.
async fn approved_by_mail(store: &dyn Stores, n: u32, purpose: Purpose) -> VerificationId {
    let mut request = challenge(n, policy());
    request.challenge.to = EmailAddress::parse(&format!("person{n}@example.com")).unwrap().into();
    request.challenge.channel = Channel::Email;
    request.challenge.purpose = purpose;
    let StartOutcome::Started(begun) = Verifications::begin(store, &request, at(0)).await.unwrap() else {
        panic!()
    };
    let sent =
        SendResult::Sent { provider_ref: format!("VE{}", begun.id), channel: Channel::Email, send_ref: None };
    store.record_send(begun.id, &sent, at(0)).await.unwrap();
    let attempt = AttemptRequest {
        verification: begun.id,
        effect_key: None,
        anonymous: None,
        seen_open: false,
        typed: None,
    };
    let ReserveAttempt::Reserved(ticket) = store.take_attempt(&attempt, at(0)).await.unwrap() else {
        panic!()
    };
    assert!(store.settle_attempt(&ticket, true, &policy(), at(0)).await.unwrap().approved);
    begun.id
}

/// The owner needs their password and a code to their address, once. Then their payments wait for a day.
pub async fn owners_lift_their_freeze_and_wait(store: impl Stores) {
    let user = account(&store, 1, true).await;
    let wallet = store.first_wallet(user, Currency::MXN).await.unwrap().unwrap();
    let deposit = transfer(user, outside(), wallet.id, 100, None);
    assert!(is_accepted(&post(&store, deposit).await));
    freeze(&store, user, at(1)).await;
    let lift = |verification, password: &str| LiftRequest {
        user,
        proof: Some(LiftProof { verification, seen_password: password.into() }),
        actor: actor(),
    };
    let login = approved_by_mail(&store, 1, Purpose::Login).await;
    assert_eq!(store.lift(&lift(login, "hash"), at(2)).await.unwrap(), Lifted::NoProof, "for something else");
    let code = approved_by_mail(&store, 1, Purpose::Unfreeze).await;
    assert_eq!(store.lift(&lift(code, "other"), at(2)).await.unwrap(), Lifted::NoProof, "old password");
    let others = approved_by_mail(&store, 2, Purpose::Unfreeze).await;
    assert_eq!(store.lift(&lift(others, "hash"), at(2)).await.unwrap(), Lifted::NoProof, "another address");
    let payable_at = at(2) + Duration::hours(24);
    let lifted = Freeze { frozen_at: None, last_frozen_at: Some(at(1)), payable_at: Some(payable_at) };
    assert_eq!(store.lift(&lift(code, "hash"), at(2)).await.unwrap(), Lifted::Done(lifted));
    assert_eq!(store.lift(&lift(code, "hash"), at(3)).await.unwrap(), Lifted::NoProof, "used");
    let pay = |at: DateTime<Utc>| {
        let mut request = transfer(user, wallet.id, outside(), 10, None);
        request.command.transfer.created_at = at;
        post(&store, request)
    };
    let limit = LimitExceeded::Unfrozen { payable_at };
    let cools = Decision::Decided(Outcome::Refused(Refusal::LimitExceeded { limit }));
    assert_eq!(pay(at(100)).await, cools);
    assert!(is_accepted(&pay(payable_at).await));
    assert_eq!(store.verify().await.unwrap(), []);
}
