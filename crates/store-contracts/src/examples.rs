//! Examples that the contract tests use.

use crate::Stores;
use chrono::{Duration, NaiveDate};
use domain::{
    email::EmailAddress,
    ids::{EventId, MessageId, SessionId, UserId, VerificationId, WalletId},
    message::Channel,
    messaging::conversation::InboundContent,
    money::{Currency, ledger::clearing_account},
    principal::Principal,
    verification::otp::{OtpPolicy, Purpose},
};
use ports::{
    accounts::{
        AccountPhone, AccountQuota, ChangeMfa, FirstWallet, MfaChange, MfaChanged, MfaProof, NewAccount,
        NewSession, Registered,
    },
    messaging::{
        Lane, NewOutbound,
        inbound_webhook::InboundMessage,
        message_channel::{MessageForm, OutboundMessage},
    },
    money::{PostRequest, WalletView},
    verification::{
        AttemptRequest, BeginVerification, NewChallenge, ReserveAttempt, SendResult, StartOutcome,
        Verifications,
    },
};
use testkit::{new_person, posting};

pub(crate) use testkit::{actor, at, folio, id, phone};

pub(crate) fn day() -> NaiveDate {
    at(0).date_naive()
}

pub(crate) fn inbound(sender: u32, event: &str, text: &str) -> (EventId, InboundMessage) {
    let phone = phone(sender);
    let message = InboundMessage {
        channel_account: "twilio:whatsapp:+14155238886".parse().unwrap(),
        provider_event_id: event.into(),
        sender: format!("whatsapp:{}", phone.e164()),
        phone: Some(phone),
        profile_name: None,
        content: InboundContent::Text(text.into()),
        is_ours: true,
        sent_at: None,
        raw: text.as_bytes().to_vec(),
    };
    (EventId(id()), message)
}

pub(crate) fn outbound(recipient: u32, text: &str, lane: Lane) -> NewOutbound {
    NewOutbound {
        message: OutboundMessage {
            id: MessageId(id()),
            channel: Channel::Whatsapp,
            recipient: format!("whatsapp:{}", phone(recipient).e164()),
            text: text.into(),
            form: MessageForm::Buttons(vec![("yes".into(), "Sí".into())]),
        },
        channel_account: "twilio:whatsapp:+14155238886".parse().unwrap(),
        lane,
        expires_at: at(3600),
        client: None,
    }
}

pub(crate) fn policy() -> OtpPolicy {
    OtpPolicy {
        ttl: Duration::minutes(10),
        attempts_max: 3,
        resend_cooldown: Duration::seconds(0),
        sends_per_destination_per_day: 1000,
        sends_per_ip_per_hour: 1000,
        sends_per_prefix_per_hour: 1000,
        sends_per_country_per_hour: 1000,
        sends_per_hour: 1000,
        lock_after_failures: 1000,
        lock_for: Duration::minutes(5),
    }
}

pub(crate) fn challenge(number: u32, policy: OtpPolicy) -> BeginVerification {
    BeginVerification {
        challenge: NewChallenge {
            id: VerificationId(id()),
            requester: Principal::Client("team".into()),
            to: phone(number).into(),
            channel: Channel::Sms,
            purpose: Purpose::Login,
            client_ip: None,
            origin: None,
            page: None,
            locale: None,
            fallback: Vec::new(),
        },
        effect_key: None,
        own: None,
        policy,
    }
}

/// An approved challenge for that number.
pub(crate) async fn approved(store: &dyn Stores, number: u32, purpose: Purpose) -> VerificationId {
    let mut request = challenge(number, policy());
    request.challenge.purpose = purpose;
    let StartOutcome::Started(begun) = Verifications::begin(store, &request, at(0)).await.unwrap() else {
        panic!()
    };
    let sent =
        SendResult::Sent { provider_ref: format!("VE{}", begun.id), channel: Channel::Sms, send_ref: None };
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

/// The account of person `n`, with a number and what proves it.
pub(crate) fn sign_up(n: u32, proved: Option<(u32, VerificationId)>) -> NewAccount {
    NewAccount {
        id: UserId(id()),
        email: EmailAddress::parse(&format!("person{n}@example.com")).unwrap(),
        password_hash: "hash".into(),
        phone: proved.map(|(number, proof)| AccountPhone { number: phone(number), proof: Some(proof) }),
        first_name: None,
        last_name: None,
        wallet: FirstWallet { id: WalletId(id()), name: "Principal".into(), currency: Currency::MXN },
        session: NewSession { id: SessionId(id()), device: None },
        quota: AccountQuota { origin: "an address".into(), most: 1000 },
        actor: actor(),
    }
}

pub(crate) async fn registered(store: &dyn Stores, account: NewAccount) -> Registered {
    store.register(&account, at(0)).await.unwrap()
}

/// A person with a wallet that has this balance.
pub(crate) async fn person(store: &dyn Stores, number: u32, minor: i64) -> WalletView {
    let person = new_person(phone(number));
    let user = store.get_or_create(&person, at(0)).await.unwrap();
    let wallet = store.first_wallet(user.id, Currency::MXN).await.unwrap().unwrap();
    if minor > 0 {
        let opening = transfer(user.id, clearing_account(Currency::MXN), wallet.id, minor, None);
        store.post(&[opening], at(0)).await.unwrap();
    }
    store.find_wallet(wallet.id).await.unwrap().unwrap()
}

/// A request to transfer that amount at once.
pub(crate) fn transfer(
    owner: UserId,
    from: WalletId,
    to: WalletId,
    minor: i64,
    key: Option<&str>,
) -> PostRequest {
    let mut request = posting(owner, from, to, minor, "");
    let transfer = &mut request.command.transfer;
    transfer.client_tx_id = key.map(str::to_owned);
    request.command.key.key = key.map_or_else(|| format!("id:{}", transfer.id), str::to_owned);
    request
}

/// Changes the MFA settings by the user's password.
pub(crate) async fn change_mfa(
    store: &dyn Stores,
    user: UserId,
    change: MfaChange,
    second: i64,
) -> MfaChanged {
    let email = store.profile(user).await.unwrap().and_then(|profile| profile.email).unwrap();
    let known = store.find_credentials(&email).await.unwrap();
    let seen = known.and_then(|known| known.password_hash).unwrap();
    let request = ChangeMfa { user, change, proof: MfaProof::Password { seen }, actor: actor() };
    store.change_mfa(&request, at(second)).await.unwrap()
}

pub(crate) fn backup_codes(hashes: &[u8]) -> MfaChange {
    MfaChange::NewBackupCodes(hashes.iter().map(|n| [*n; 32]).collect())
}
