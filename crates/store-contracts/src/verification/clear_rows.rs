//! Rows that an earlier version wrote in the clear.

use crate::{
    Stores,
    examples::{at, challenge, id, outbound, phone, policy},
};
use domain::{
    ids::PageId,
    message::Channel,
    principal::Principal,
    verification::otp::{OtpPolicy, Purpose},
};
use ports::{
    crypto::CodeMac,
    messaging::Lane,
    verification::{
        BeginVerification, NewVerificationPage, OwnCode, OwnSend, StartOutcome, Verifications,
        number_lookup::{LineType, NumberInfo},
    },
};

const ADDRESS: &str = "203.0.113.7";

/// What was written in the clear is sealed and hashed by the next migration, and is found and shown as before: the
/// challenge, its limits and locks, its fallback channel, the page. `run` runs SQL as the owner of the database.
pub async fn old_rows_are_sealed(
    store: &impl Stores,
    mut run: impl FnMut(&str),
    migrate: impl AsyncFn() -> usize,
) {
    let request = write_all(store).await;
    let sent_to = request.own.as_ref().unwrap().fallback[0].message.recipient.clone();
    put_in_the_clear(&mut run, &sent_to);
    assert_eq!(migrate().await, 0);
    look_for_clear_values(&mut run);
    is_found_as_before(store, &request).await;
}

/// A challenge with a fallback channel, a look-up and a page.
async fn write_all(store: &impl Stores) -> BeginVerification {
    let code = OwnCode {
        salt: [1; 16],
        mac: CodeMac { key_id: "1".into(), mac: [2; 32] },
        transaction_digest: [0; 32],
    };
    let fallback = outbound(1, "your code", Lane::Code);
    let mut request = challenge(1, policy());
    request.own =
        Some(OwnSend { code, message: outbound(1, "your code", Lane::Code), fallback: vec![fallback] });
    request.challenge.requester = Principal::Anonymous(Some(ADDRESS.into()));
    (request.challenge.client_ip, request.challenge.origin) = (Some(ADDRESS.into()), Some(ADDRESS.into()));
    let begun = Verifications::begin(store, &request, at(0)).await.unwrap();
    assert!(matches!(begun, StartOutcome::Started(_)), "{begun:?}");
    let facts = NumberInfo { valid: true, line_type: LineType::Ordinary, country: None, carrier: None };
    store.log_lookup(&phone(1), &facts, at(0)).await.unwrap();
    let page = NewVerificationPage {
        id: PageId(id()),
        token_hash: [9; 32],
        owner: Principal::Client("team".into()),
        user: None,
        phone: Some(phone(1)),
        purpose: Purpose::Login,
        return_to: None,
        state: None,
        locale: None,
        expires_at: at(900),
    };
    ports::verification::VerificationPages::open(store, &page, at(0)).await.unwrap();
    request
}

/// Writes the rows as an earlier version did.
fn put_in_the_clear(run: &mut impl FnMut(&str), sent_to: &str) {
    let number = phone(1);
    let (number, prefix) = (number.e164(), number.prefix());
    run(&format!(
        "update verifications set recipient_hash = '{number}', requester = 'anonymous:{ADDRESS}', \
         client_ip_hash = '{ADDRESS}', origin_hash = '{ADDRESS}', contact_id = null, sealed = null; \
         update verification_sends set phone_hash = '{number}', prefix_hash = '{prefix}', \
         client_ip_hash = '{ADDRESS}'; \
         update verification_fallbacks set recipient_hash = '{sent_to}', sealed = null; \
         update number_lookups set phone_hash = '{number}'; \
         insert into code_failures (phone_hash, failures) values ('{number} from anonymous:{ADDRESS}', 4); \
         update verification_pages set phone_hash = '{number}', contact_id = null, sealed = null; \
         delete from sealed_areas where area = 'verification'"
    ));
}

/// Fails if a column of hashes holds anything else.
fn look_for_clear_values(run: &mut impl FnMut(&str)) {
    run("create table hashes (hash text not null check (hash like '1:%')); \
         insert into hashes select recipient_hash from verifications; \
         insert into hashes select client_ip_hash from verifications; \
         insert into hashes select origin_hash from verifications; \
         insert into hashes select phone_hash from verification_sends; \
         insert into hashes select prefix_hash from verification_sends; \
         insert into hashes select client_ip_hash from verification_sends; \
         insert into hashes select recipient_hash from verification_fallbacks; \
         insert into hashes select phone_hash from number_lookups; \
         insert into hashes select phone_hash from code_failures; \
         insert into hashes select phone_hash from verification_pages; \
         insert into hashes select substr(requester, 11) from verifications");
}

async fn is_found_as_before(store: &impl Stores, request: &BeginVerification) {
    let (requester, to) = (&request.challenge.requester, &request.challenge.to);
    let found = store.find_open(requester, to, None, at(1)).await.unwrap().unwrap();
    assert_eq!((&found.to, &found.requester, found.origin.as_deref()), (to, requester, Some(ADDRESS)));
    let from = store.find_open_from(ADDRESS, to, Purpose::Login, at(1)).await.unwrap();
    assert_eq!(from.map(|found| found.id), Some(found.id));
    let shown = ports::verification::VerificationPages::find(store, &[9; 32]).await.unwrap().unwrap();
    assert_eq!(shown.phone, Some(phone(1)));
    // The next wrong code of the caller is the fifth.
    let strict = OtpPolicy { lock_after_failures: 5, ..policy() };
    let wrong = ports::verification::CheckAttempt {
        attempt: ports::verification::AttemptRequest {
            verification: found.id,
            effect_key: None,
            anonymous: Some(ADDRESS.into()),
            seen_open: true,
            typed: Some([3; 32]),
        },
        salt: [1; 16],
        policy: strict,
    };
    store.judge_attempt(&wrong, at(1)).await.unwrap();
    assert!(store.lock_of(requester, to, at(2)).await.unwrap().is_some());
    // The send of before counts for the network address.
    let mut another = challenge(2, OtpPolicy { sends_per_ip_per_hour: 1, ..policy() });
    another.challenge.requester = requester.clone();
    another.challenge.client_ip = Some(ADDRESS.into());
    let refused = Verifications::begin(store, &another, at(3)).await.unwrap();
    assert!(matches!(refused, StartOutcome::Refused(_)), "{refused:?}");
}

/// The code moves to a fallback channel that was stored in the clear.
pub async fn an_old_fallback_is_sent(
    store: &impl Stores,
    mut run: impl FnMut(&str),
    migrate: impl AsyncFn() -> usize,
) {
    let code = OwnCode {
        salt: [1; 16],
        mac: CodeMac { key_id: "1".into(), mac: [2; 32] },
        transaction_digest: [0; 32],
    };
    let mut fallback = outbound(1, "your code", Lane::Code);
    fallback.message.channel = Channel::Sms;
    let (sent_as, sent_to) = (fallback.message.id, fallback.message.recipient.clone());
    let mut request = challenge(1, policy());
    request.own =
        Some(OwnSend { code, message: outbound(1, "your code", Lane::Code), fallback: vec![fallback] });
    Verifications::begin(store, &request, at(0)).await.unwrap();
    run(&format!(
        "update verification_fallbacks set recipient_hash = '{sent_to}', sealed = null; \
         delete from sealed_areas where area = 'verification'"
    ));
    migrate().await;
    assert_eq!(store.take_next_fallbacks(&policy(), at(120)).await.unwrap(), 1);
    let sent = ports::messaging::Outbox::lease(store, at(120), at(130), 9).await.unwrap();
    let sent = sent.iter().find(|sent| sent.message.id == sent_as).unwrap();
    assert_eq!((&sent.message.recipient, sent.message.text.as_str()), (&sent_to, "your code"));
}
