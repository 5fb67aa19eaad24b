//! Requests for the tests with a cut connection. Each is made anew, as by a client that retries: its id
//! differs, its key does not.

use adapter_postgres::Store;
use domain::{
    ids::{MessageId, TransferId, VerificationId, WalletId},
    message::Channel,
    money::{
        Currency,
        ledger::{ReverseTransfer, clearing_account},
        limits::Limits,
        transfer::{OffUsSettlement, TransferStatus},
    },
    operations::idempotency::{Fingerprint, IdempotencyKey},
    principal::Principal,
    verification::otp::OtpPolicy,
};
use ports::{
    accounts::Identities,
    crypto::CodeMac,
    messaging::{Lane, NewOutbound, message_channel::OutboundMessage},
    money::{ConfirmTransfer, Ledger, OpenWallet, PostRequest, ReverseRequest, StepUpChallenge, WalletView},
    verification::OwnCode,
};
use std::sync::atomic::{AtomicU32, Ordering};
use testkit::{folio, id, new_person, phone, posting};

pub(super) use testkit::{actor, at};

static NEXT: AtomicU32 = AtomicU32::new(1);

fn number() -> u32 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

pub(super) fn outside() -> WalletId {
    clearing_account(Currency::MXN)
}

/// A new person with that balance.
pub(super) async fn person(store: &Store, minor: i64) -> WalletView {
    let person = new_person(phone(number()));
    let user = store.get_or_create(&person, at(0)).await.unwrap();
    let wallet = store.first_wallet(user.id, Currency::MXN).await.unwrap().unwrap();
    if minor > 0 {
        let opening = request(&wallet, outside(), wallet.id, minor, "opening");
        store.post(&[opening], at(0)).await.unwrap();
    }
    wallet
}

/// A request of the wallet's owner to send that amount. Keys belong to the owner: another owner's key may be
/// the same.
pub(super) fn transfer(payer: &WalletView, to: WalletId, minor: i64, key: &str) -> PostRequest {
    request(payer, payer.id, to, minor, key)
}

fn request(owner: &WalletView, from: WalletId, to: WalletId, minor: i64, key: &str) -> PostRequest {
    let mut request = posting(owner.user, from, to, minor, key);
    let caller = Principal::Client(owner.user.to_string());
    request.command.transfer.caller = caller.clone();
    request.command.key.caller = caller;
    request
}

pub(super) fn the_right_code() -> [u8; 32] {
    [7; 32]
}

/// A transfer that waits for its code until second 300.
pub(super) async fn filed(store: &Store, payer: &WalletView, minor: i64) -> (TransferId, VerificationId) {
    let verification = VerificationId(id());
    let mut request = transfer(payer, outside(), minor, "filed");
    let transfer = &mut request.command.transfer;
    transfer.status = TransferStatus::PendingVerification;
    transfer.verification = Some(verification);
    transfer.expires_at = Some(at(300));
    let phone = phone(number());
    request.step_up_challenge = Some(StepUpChallenge {
        verification,
        code: OwnCode {
            salt: [1; 16],
            mac: CodeMac { key_id: "1".into(), mac: the_right_code() },
            transaction_digest: [2; 32],
        },
        message: NewOutbound {
            message: OutboundMessage::plain(
                MessageId(id()),
                Channel::Sms,
                phone.e164().to_owned(),
                "code".into(),
            ),
            channel_account: "twilio:sms:+14155238886".parse().unwrap(),
            lane: Lane::Code,
            expires_at: at(300),
            client: None,
        },
        phone,
        expires_at: at(300),
        policy: OtpPolicy::default(),
    });
    let id = request.command.transfer.id;
    store.post(&[request], at(1)).await.unwrap();
    (id, verification)
}

/// A check attempt on the code of a waiting transfer.
pub(super) fn confirmation(
    (transfer, verification): (TransferId, VerificationId),
    mac: Option<[u8; 32]>,
    effect_key: Option<String>,
) -> ConfirmTransfer {
    ConfirmTransfer {
        transfer,
        verification,
        mac,
        effect_key,
        limits: Limits::none(Currency::MXN),
        day: at(0).date_naive(),
        policy: OtpPolicy::default(),
        off_us: OffUsSettlement::AtOnce,
        payee: None,
        actor: actor(),
    }
}

/// A transfer under way, with its money held until second 300.
pub(super) async fn held(store: &Store, payer: &WalletView, minor: i64) -> TransferId {
    let mut request = transfer(payer, outside(), minor, "held");
    request.command.transfer.status = TransferStatus::Processing;
    request.command.transfer.expires_at = Some(at(300));
    let id = request.command.transfer.id;
    store.post(&[request], at(1)).await.unwrap();
    id
}

/// A request to reverse that amount of a transfer.
pub(super) fn reversal(original: TransferId, minor: i64, key: &str) -> ReverseRequest {
    let caller = Principal::Client(original.to_string());
    ReverseRequest {
        original,
        command: ReverseTransfer {
            folio: folio(),
            id: TransferId(id()),
            caller: caller.clone(),
            minor: Some(minor),
            reason: "a mistake".into(),
            key: IdempotencyKey { caller, operation: "reverse".into(), key: key.into() },
            fingerprint: Fingerprint::of(&[("amount", Some(&minor.to_string()))]),
            at: at(20),
        },
        actor: actor(),
    }
}

/// A second wallet for a person who has one.
pub(super) fn wallet_to_open(first: &WalletView) -> OpenWallet {
    OpenWallet {
        id: WalletId(id()),
        user: first.user,
        name: "Ahorro".into(),
        kind: "savings".into(),
        currency: Currency::MXN,
        wallets_max: 1000,
        key: IdempotencyKey {
            caller: Principal::Client(first.user.to_string()),
            operation: "wallet".into(),
            key: "second".into(),
        },
        fingerprint: Fingerprint::of(&[("name", Some("Ahorro"))]),
        actor: actor(),
    }
}
