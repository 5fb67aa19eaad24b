//! Users: what can be used once is used once, however many calls come at the same time.

use crate::operations::retention::purged;
use crate::{
    Stores,
    examples::{
        actor, approved, at, backup_codes, challenge, change_mfa, id, person, phone, policy, registered,
        sign_up,
    },
};
use domain::operations::retention::RetentionCategory;
use domain::{
    accounts::{CHALLENGE_TRIES_MAX, TRY_WINDOW},
    email::EmailAddress,
    ids::{MessageId, SessionId, UserId},
    message::Channel,
    money::Currency,
    principal::Principal,
    verification::{SendRefusal, otp::Purpose},
};
use futures_util::future::join_all;
use ports::{
    accounts::{
        AccountPhone, AccountQuota, AskReset, BindChat, Confirmer, CountedTry, LinkMaker, Mfa, MfaChange,
        MfaChanged, NameChange, NewAccount, NewLinkCode, NewLoginChallenge, NewSession, OpenSession,
        PhoneChange, Profile, ProfileChange, ProfileChanged, Registered, ResetPassword, ResetProof,
        TelegramChat, TryOutcome,
    },
    messaging::{Lane, NewOutbound, message_channel::OutboundMessage},
    pagination::PageRequest,
    verification::{StartOutcome, Verifications},
};

const PAGE: PageRequest = PageRequest { limit: 10, after: None };

fn session() -> NewSession {
    NewSession { id: SessionId(id()), device: Some("a test".into()) }
}

pub(crate) fn email(n: u32) -> EmailAddress {
    EmailAddress::parse(&format!("person{n}@example.com")).unwrap()
}

pub(crate) async fn profile(store: &dyn Stores, user: UserId) -> Profile {
    store.profile(user).await.unwrap().unwrap()
}

async fn live_sessions(store: &dyn Stores, user: UserId) -> usize {
    store.sessions(user, &PAGE, at(1)).await.unwrap().len()
}

/// Binds a chat to a person.
pub(crate) async fn bind(store: &dyn Stores, user: UserId, chat: i64) {
    let hash = [u8::try_from(chat).unwrap(); 32];
    let code = NewLinkCode { hash, maker: LinkMaker::Person(user), session: None, expires_at: at(600) };
    store.keep_link_code(&code, at(0)).await.unwrap();
    assert!(store.bind_chat(&brought(hash, chat, None), at(1)).await.unwrap().is_some());
}

pub(crate) fn brought(hash: [u8; 32], chat: i64, confirmed_by: Option<UserId>) -> BindChat {
    BindChat {
        hashes: vec![hash],
        chat: TelegramChat { id: chat, username: None, first_name: None },
        confirmed_by: confirmed_by.map(|user| Confirmer { user, seen_password: "hash".into() }),
        session: None,
        actor: actor(),
    }
}

/// Ten sign-ups with one address at once: one account.
pub async fn an_address_is_one_account(store: impl Stores) {
    let done = join_all((0..10).map(|_| registered(&store, sign_up(1, None)))).await;
    assert_eq!(done.iter().filter(|done| matches!(done, Registered::Done(_))).count(), 1);
    assert_eq!(done.iter().filter(|done| **done == Registered::EmailTaken).count(), 9);
    let Some(Registered::Done(user)) = done.into_iter().find(|done| matches!(done, Registered::Done(_)))
    else {
        panic!()
    };
    let known = store.find_credentials(&email(1)).await.unwrap().unwrap();
    assert_eq!((known.user, known.password_hash.as_deref()), (user, Some("hash")));
    assert_eq!(live_sessions(&store, user).await, 1);
    assert!(
        store.wallets(Some(user), &PAGE).await.unwrap().is_empty(),
        "without a number there is no wallet"
    );
}

/// A challenge proves its number once, only for its purpose, and only its own number.
pub async fn a_challenge_proves_once(store: impl Stores) {
    let proof = approved(&store, 1, Purpose::Registration).await;
    let done = join_all((1..=5).map(|n| registered(&store, sign_up(n, Some((1, proof)))))).await;
    assert_eq!(done.iter().filter(|done| matches!(done, Registered::Done(_))).count(), 1, "{done:?}");
    let login = approved(&store, 2, Purpose::Login).await;
    assert_eq!(registered(&store, sign_up(6, Some((2, login)))).await, Registered::NoProof);
    let other = approved(&store, 3, Purpose::Registration).await;
    assert_eq!(registered(&store, sign_up(7, Some((4, other)))).await, Registered::NoProof);
    let StartOutcome::Started(open) =
        Verifications::begin(&store, &challenge(5, policy()), at(0)).await.unwrap()
    else {
        panic!()
    };
    assert_eq!(registered(&store, sign_up(8, Some((5, open.id)))).await, Registered::NoProof, "not approved");
    assert!(store.find_credentials(&email(8)).await.unwrap().is_none(), "nothing is left of it");
}

/// A person who is known by their number and has no account yet keeps their id and wallet. One who has an
/// account keeps it.
pub async fn a_known_number_keeps_its_person(store: impl Stores) {
    let wallet = person(&store, 1, 500).await;
    let proof = approved(&store, 1, Purpose::Registration).await;
    assert_eq!(registered(&store, sign_up(1, Some((1, proof)))).await, Registered::Done(wallet.user));
    assert_eq!(store.wallets(Some(wallet.user), &PAGE).await.unwrap().len(), 1);
    let again = approved(&store, 1, Purpose::Registration).await;
    assert_eq!(registered(&store, sign_up(2, Some((1, again)))).await, Registered::PhoneTaken);
    let fresh = approved(&store, 2, Purpose::Registration).await;
    let Registered::Done(new) = registered(&store, sign_up(3, Some((2, fresh)))).await else { panic!() };
    assert!(store.first_wallet(new, Currency::MXN).await.unwrap().is_some());
    assert_eq!(store.find_by_phone(&phone(2)).await.unwrap().unwrap().id, new);
}

/// A number that is only named belongs to nobody: it is not found, and its owner can still sign up with it.
pub async fn a_named_number_is_nobodys(store: impl Stores) {
    let mut claims: NewAccount = sign_up(1, None);
    claims.phone = Some(AccountPhone { number: phone(1), proof: None });
    let Registered::Done(stranger) = registered(&store, claims).await else { panic!() };
    let seen = profile(&store, stranger).await;
    assert_eq!((seen.phone, seen.claimed_phone), (None, Some(phone(1))));
    assert!(store.find_by_phone(&phone(1)).await.unwrap().is_none());
    let proof = approved(&store, 1, Purpose::Registration).await;
    let owner = registered(&store, sign_up(2, Some((1, proof)))).await;
    assert!(matches!(owner, Registered::Done(user) if user != stranger), "{owner:?}");
}

fn mail(n: u32) -> NewOutbound {
    NewOutbound {
        message: OutboundMessage::plain(
            MessageId(id()),
            Channel::Email,
            email(n).as_str().to_owned(),
            "a link".into(),
        ),
        channel_account: "smtp:email:bank@example.com".parse().unwrap(),
        lane: Lane::Code,
        expires_at: at(900),
        client: None,
    }
}

pub(crate) async fn ask(store: &dyn Stores, n: u32, token: u8, second: i64) {
    let asked = AskReset {
        email: email(n),
        token: [token; 32],
        expires_at: at(second + 900),
        mail: Some(mail(n)),
        actor: actor(),
    };
    store.ask_reset(&asked, at(second)).await.unwrap();
}

pub(crate) async fn reset(store: &dyn Stores, proof: ResetProof, second: i64) -> bool {
    let reset = ResetPassword { proof, password_hash: "new".into(), actor: actor() };
    store.reset_password(&reset, at(second)).await.unwrap()
}

pub(crate) async fn account(store: &dyn Stores, n: u32, proved: bool) -> UserId {
    let proof = if proved { Some((n, approved(store, n, Purpose::Registration).await)) } else { None };
    match registered(store, sign_up(n, proof)).await {
        Registered::Done(user) => user,
        refused => panic!("{refused:?}"),
    }
}

/// Five resets with one token at once: one succeeds. It ends all sessions and verifies the address. The first
/// verification removes what a stranger may have added.
pub async fn a_reset_token_is_good_once(store: impl Stores) {
    let user = account(&store, 1, true).await;
    assert_eq!(change_mfa(&store, user, MfaChange::TurnOn, 0).await, MfaChanged::Done);
    assert_eq!(change_mfa(&store, user, backup_codes(&[1]), 0).await, MfaChanged::Done);
    bind(&store, user, 7).await;
    ask(&store, 1, 9, 0).await;
    let by_token = || ResetProof::Token(vec![[8; 32], [9; 32]]);
    assert_eq!(store.find_reset(&[[9; 32]], at(1)).await.unwrap(), Some((user, email(1))));
    let done = join_all((0..5).map(|_| reset(&store, by_token(), 1))).await;
    assert_eq!(done.into_iter().filter(|done| *done).count(), 1);
    assert_eq!(store.find_reset(&[[9; 32]], at(1)).await.unwrap(), None);
    assert_eq!(live_sessions(&store, user).await, 0);
    let seen = profile(&store, user).await;
    assert!(seen.email_verified && !seen.mfa_enabled && seen.phone == Some(phone(1)));
    assert!(store.find_chat_link(7).await.unwrap().is_none());
    assert!(!pass(&store, user, 3, Mfa::Backup(vec![[1; 32]])).await, "the codes are gone too");

    assert_eq!(change_mfa(&store, user, MfaChange::TurnOn, 2).await, MfaChanged::Done);
    ask(&store, 1, 10, 2).await;
    assert!(reset(&store, ResetProof::Token(vec![[10; 32]]), 3).await);
    assert!(profile(&store, user).await.mfa_enabled, "what was added after the proof stays");
}

/// A token expires, and ends when another token is used.
pub async fn a_reset_token_ends(store: impl Stores) {
    account(&store, 1, false).await;
    ask(&store, 1, 1, 0).await;
    ask(&store, 1, 2, 0).await;
    assert!(!reset(&store, ResetProof::Token(vec![[1; 32]]), 900).await, "too late");
    assert!(reset(&store, ResetProof::Token(vec![[2; 32]]), 899).await);
    assert!(!reset(&store, ResetProof::Token(vec![[1; 32]]), 899).await, "ended with the other");
    assert!(!reset(&store, ResetProof::Token(vec![[3; 32]]), 899).await, "never made");
}

/// A mailbox is not flooded, and no answer shows whether an account has the address.
pub async fn few_reset_mails_go_to_one_person(store: impl Stores) {
    let user = account(&store, 1, false).await;
    for token in 0..8 {
        ask(&store, 1, token, i64::from(token)).await;
    }
    ask(&store, 2, 99, 0).await;
    assert_eq!(store.backlog().await.unwrap(), 5);
    let events = store.events(&PageRequest { limit: 50, after: None }).await.unwrap();
    let asked = events.iter().filter(|row| row.record.action == "password.reset_asked");
    let subjects: Vec<_> = asked.map(|row| row.record.subject.as_str()).collect();
    assert_eq!((subjects.len(), subjects[0]), (9, "unknown"), "each leaves a row, without the address");
    assert!(subjects[1..].iter().all(|subject| *subject == user.to_string()));
}

/// A code resets a password once, and only a code that was sent for that.
pub async fn a_reset_code_is_good_once(store: impl Stores) {
    let user = account(&store, 1, true).await;
    let login = approved(&store, 1, Purpose::Login).await;
    assert!(!reset(&store, ResetProof::Code { user, verification: login }, 1).await);
    let verification = approved(&store, 1, Purpose::PasswordReset).await;
    let stranger = account(&store, 2, true).await;
    assert!(!reset(&store, ResetProof::Code { user: stranger, verification }, 1).await, "another's number");
    let done = join_all((0..5).map(|_| reset(&store, ResetProof::Code { user, verification }, 1))).await;
    assert_eq!(done.into_iter().filter(|done| *done).count(), 1);
    assert!(!profile(&store, user).await.email_verified, "a code proves no address");
}

async fn begin(store: &dyn Stores, user: UserId, name: u8) -> bool {
    let challenge = NewLoginChallenge {
        hash: [name; 32],
        user,
        seen_password: store
            .find_credentials(&profile(store, user).await.email.unwrap())
            .await
            .unwrap()
            .and_then(|known| known.password_hash)
            .unwrap(),
        expires_at: at(600),
    };
    store.begin_login_challenge(&challenge, at(0)).await.unwrap()
}

async fn pass(store: &dyn Stores, user: UserId, name: u8, factor: Mfa) -> bool {
    assert!(begin(store, user, name).await);
    store.pass_login_challenge(&[[name; 32]], &factor, &session(), &actor(), at(1)).await.unwrap().is_some()
}

/// Five sign-ins with one backup code at once: one succeeds. A waiting sign-in is completed once.
pub async fn a_backup_code_is_good_once(store: impl Stores) {
    let user = account(&store, 1, true).await;
    assert_eq!(change_mfa(&store, user, backup_codes(&[1, 2]), 0).await, MfaChanged::Done);
    let backup = |n: u8| Mfa::Backup(vec![[n; 32]]);
    let doors = join_all((10..15).map(|name| pass(&store, user, name, backup(1)))).await;
    assert_eq!(doors.into_iter().filter(|passed| *passed).count(), 1);
    assert!(begin(&store, user, 20).await);
    let through = join_all((0..5).map(|_| async {
        store
            .pass_login_challenge(&[[20; 32]], &Mfa::Code, &session(), &actor(), at(1))
            .await
            .unwrap()
            .is_some()
    }))
    .await;
    assert_eq!(through.into_iter().filter(|passed| *passed).count(), 1);
    let stranger = account(&store, 2, true).await;
    assert!(!pass(&store, stranger, 21, backup(2)).await, "another's code");
    assert_eq!(change_mfa(&store, user, backup_codes(&[3]), 1).await, MfaChanged::Done);
    assert!(!pass(&store, user, 22, backup(2)).await, "new ones void the old");
}

/// A waiting sign-in has a limit of tries and of time, and ends when the password changes.
pub async fn a_waiting_sign_in_ends(store: impl Stores) {
    let user = account(&store, 1, true).await;
    assert!(begin(&store, user, 1).await);
    let tries = join_all((0..20).map(|_| store.try_login_challenge(&[[1; 32]], at(1)))).await;
    let taken = tries.into_iter().filter(|tried| matches!(tried, Ok(Some(owner)) if *owner == user)).count();
    assert_eq!(u32::try_from(taken), Ok(CHALLENGE_TRIES_MAX));
    assert!(begin(&store, user, 2).await);
    assert_eq!(store.try_login_challenge(&[[2; 32]], at(600)).await.unwrap(), None, "too late");
    ask(&store, 1, 9, 0).await;
    assert!(reset(&store, ResetProof::Token(vec![[9; 32]]), 1).await);
    assert_eq!(store.try_login_challenge(&[[2; 32]], at(2)).await.unwrap(), None, "another password by now");
    let stale = NewLoginChallenge { hash: [3; 32], user, seen_password: "hash".into(), expires_at: at(600) };
    assert!(!store.begin_login_challenge(&stale, at(2)).await.unwrap());
    let open = OpenSession { session: session(), user, seen_password: "hash".into(), actor: actor() };
    assert!(!store.open_session(&open, at(2)).await.unwrap());
}

/// Tries are counted before the password is checked, however many come at once. Once one name is over its
/// limit nothing is counted, and the window ends clean.
pub async fn tries_are_counted_at_once(store: impl Stores) {
    let tries =
        [CountedTry { name: "both".into(), most: 3 }, CountedTry { name: "address".into(), most: 10 }];
    let counted = join_all((0..12).map(|_| store.count_try(&tries, at(0)))).await;
    let mut counted: Vec<_> = counted.into_iter().map(Result::unwrap).collect();
    counted.sort_by_key(|outcome| match outcome {
        TryOutcome::Counted(counts) => counts[0],
        TryOutcome::TooMany(_) => u32::MAX,
    });
    let ends = at(0) + TRY_WINDOW;
    let (taken, refused) = counted.split_at(3);
    assert_eq!(taken, [1, 2, 3].map(|n| TryOutcome::Counted(vec![n, n])));
    assert!(refused.iter().all(|outcome| *outcome == TryOutcome::TooMany(ends)));
    let elsewhere =
        [CountedTry { name: "elsewhere".into(), most: 3 }, CountedTry { name: "address".into(), most: 10 }];
    let counted = async |tries: &[CountedTry], now| store.count_try(tries, now).await.unwrap();
    assert_eq!(
        counted(&elsewhere, at(1)).await,
        TryOutcome::Counted(vec![1, 4]),
        "a refused try cost nothing"
    );
    store.clear_tries(&["both".into(), "elsewhere".into()]).await.unwrap();
    assert_eq!(counted(&tries, at(1)).await, TryOutcome::Counted(vec![1, 5]));
    assert_eq!(counted(&elsewhere, at(1)).await, TryOutcome::Counted(vec![1, 6]));
    assert_eq!(counted(&tries, ends).await, TryOutcome::Counted(vec![2, 1]));
}

pub(crate) async fn replace(store: &dyn Stores, user: UserId, replaces: u32, by: u32) -> ProfileChanged {
    let proof = approved(store, by, Purpose::Registration).await;
    let change = ProfileChange {
        user,
        first_name: NameChange::Keep,
        last_name: NameChange::Keep,
        locale: None,
        phone: Some(PhoneChange {
            phone: AccountPhone { number: phone(by), proof: Some(proof) },
            replaces: Some(phone(replaces)),
            notice: Some(mail(1)),
        }),
        actor: actor(),
    };
    store.change_profile(&change, at(1)).await.unwrap()
}

/// A verified number is replaced by one that nobody else has. Its owner gets a notice, and the time of the
/// change is kept for the cool-off.
pub async fn a_number_is_replaced_by_a_free_one(store: impl Stores) {
    let user = account(&store, 1, true).await;
    account(&store, 2, true).await;
    assert_eq!(replace(&store, user, 1, 2).await, ProfileChanged::PhoneTaken);
    assert_eq!(replace(&store, user, 3, 4).await, ProfileChanged::Moved, "not the present number");
    assert_eq!(store.backlog().await.unwrap(), 0);
    assert_eq!(replace(&store, user, 1, 5).await, ProfileChanged::Done);
    assert_eq!(store.backlog().await.unwrap(), 1);
    let person = store.find_by_phone(&phone(5)).await.unwrap().unwrap();
    assert_eq!((person.id, person.phone_replaced_at), (user, Some(at(1))));
    assert!(store.find_by_phone(&phone(1)).await.unwrap().is_none());
}

/// Ten accounts at once from one network address that may create three: three. One that is refused uses up no
/// proof. Another address is not counted, and after an hour there is room again.
pub async fn accounts_are_counted_for_their_network_address(store: impl Stores) {
    let from = |n: u32, origin: &str, proof| {
        let mut account = sign_up(n, proof);
        account.quota = AccountQuota { origin: origin.into(), most: 3 };
        account
    };
    let all = join_all((0..10).map(|n| registered(&store, from(n, "one", None)))).await;
    let refused = Registered::TooMany(at(3600));
    let made = all.iter().filter(|outcome| matches!(outcome, Registered::Done(_))).count();
    assert_eq!((made, all.iter().filter(|outcome| **outcome == refused).count()), (3, 7), "{all:?}");
    let proof = approved(&store, 1, Purpose::Registration).await;
    assert_eq!(registered(&store, from(11, "one", Some((1, proof)))).await, refused);
    let quota = |origin: &str| AccountQuota { origin: origin.into(), most: 3 };
    let next = async |origin: &str, now| store.find_next_account(&quota(origin), now).await.unwrap();
    assert_eq!([next("one", at(1)).await, next("one", at(3600)).await], [Some(at(3600)), None]);
    assert_eq!(next("another", at(1)).await, None);
    let other = registered(&store, from(11, "another", Some((1, proof)))).await;
    assert!(matches!(other, Registered::Done(_)), "{other:?}");
    let later = store.register(&from(12, "one", None), at(3600)).await.unwrap();
    assert!(matches!(later, Registered::Done(_)), "{later:?}");
}

/// What ended long ago is removed, and nothing else.
pub async fn what_ended_is_forgotten(store: impl Stores) {
    let user = account(&store, 1, false).await;
    ask(&store, 1, 1, 0).await;
    assert!(begin(&store, user, 1).await);
    assert_eq!(purged(&store, RetentionCategory::SignIns, 0).await, 0);
    assert_eq!(purged(&store, RetentionCategory::SignIns, 1_000).await, 3, "and the count of new accounts");
    assert_eq!(live_sessions(&store, user).await, 1);
}

/// Anonymous callers use up nobody's budget and lock nobody else.
pub async fn anonymous_sends_and_failures_are_counted_apart(store: impl Stores) {
    use domain::verification::otp::OtpPolicy;
    use ports::verification::{AttemptRequest, ReserveAttempt, SendResult};
    let policy = OtpPolicy { sends_per_destination_per_day: 1, lock_after_failures: 1, ..policy() };
    let anonymous = |address: &str| {
        let mut request = challenge(1, policy);
        request.challenge.requester = Principal::Anonymous(Some(address.into()));
        request.challenge.origin = Some(address.into());
        request
    };
    let StartOutcome::Started(first) =
        Verifications::begin(&store, &anonymous("1.1.1.1"), at(0)).await.unwrap()
    else {
        panic!()
    };
    let full = Verifications::begin(&store, &anonymous("2.2.2.2"), at(0)).await.unwrap();
    assert!(
        matches!(full, StartOutcome::Refused(SendRefusal::Limited(..))),
        "one budget for all of them: {full:?}"
    );
    let sent = SendResult::Sent { provider_ref: "VE1".into(), channel: Channel::Sms, send_ref: None };
    store.record_send(first.id, &sent, at(0)).await.unwrap();
    let found = store.find_open_from("1.1.1.1", &phone(1).into(), Purpose::Login, at(1)).await.unwrap();
    assert_eq!(found.map(|found| found.id), Some(first.id));
    assert!(
        store.find_open_from("2.2.2.2", &phone(1).into(), Purpose::Login, at(1)).await.unwrap().is_none()
    );
    assert!(
        store
            .find_open_from("1.1.1.1", &phone(1).into(), Purpose::Registration, at(1))
            .await
            .unwrap()
            .is_none()
    );
    let attempt = AttemptRequest {
        verification: first.id,
        effect_key: None,
        anonymous: Some("1.1.1.1".into()),
        seen_open: false,
        typed: None,
    };
    let ReserveAttempt::Reserved(ticket) = store.take_attempt(&attempt, at(1)).await.unwrap() else {
        panic!()
    };
    assert!(store.settle_attempt(&ticket, false, &policy, at(1)).await.unwrap().locked_until.is_some());
    let again = Verifications::begin(&store, &anonymous("1.1.1.1"), at(2)).await.unwrap();
    assert!(matches!(again, StartOutcome::Refused(SendRefusal::Locked(_))), "{again:?}");
    let team = Verifications::begin(&store, &challenge(1, policy), at(2)).await.unwrap();
    assert!(matches!(team, StartOutcome::Started(_)), "a team goes on: {team:?}");
}
