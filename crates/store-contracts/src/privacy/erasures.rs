//! Erasures: nothing stands in the way of one that begins, it ends in any case, and others see what they saw.

use crate::{
    Stores,
    accounts::users::bind,
    examples::{actor, at, id, inbound, outbound, person, phone, transfer},
    messaging::inbox::{done, lease},
    money::{
        ledger::{balance, is_accepted, is_sound, outside, post},
        step_up::filed_request,
    },
};
use domain::{
    ids::{FlowResponseId, UserId, WalletId},
    message::Channel,
    messaging::{
        consent::{ConsentScope, ConsentStatus},
        flow::{Answer, CompletedFlow, Slug},
    },
    money::{
        Currency,
        ledger::{Decision, Outcome, Refusal},
    },
    operations::idempotency::{Fingerprint, IdempotencyKey},
    privacy::{Category, Obstacle, Receipt},
};
use ports::{
    messaging::{Accepted, Committed, ConsentChange, Lane, NewFlowResponse},
    money::{EntryFilter, OpenOutcome, OpenWallet, WalletView},
    pagination::PageRequest,
    privacy::{
        Advanced, AskErasure, BeginErasure, Begun, ErasureAsked, ErasurePhase, ErasureTerms, TakenBack,
    },
};

pub(super) fn first(limit: i64) -> PageRequest {
    PageRequest { limit, after: None }
}

pub(super) async fn ask(store: &dyn Stores, user: UserId, second: i64) -> ErasureAsked {
    let request = AskErasure { user, proof: None, execute_at: at(second + 1000), actor: actor() };
    store.ask_erasure(&request, at(second)).await.unwrap()
}

pub(crate) async fn begin(store: &dyn Stores, user: UserId, second: i64) -> Begun {
    let request = BeginErasure { user, terms: ErasureTerms::AtOnce, actor: actor() };
    store.begin_erasure(&request, at(second)).await.unwrap()
}

/// Carries out what has begun.
pub(super) async fn finish(store: &dyn Stores, user: UserId, second: i64) -> Receipt {
    loop {
        match store.advance_erasure(user, &actor(), at(second)).await.unwrap() {
            Advanced::Part(_) => {}
            Advanced::Done(receipt) => return receipt,
            Advanced::NotBegun => panic!("it has begun"),
        }
    }
}

pub(crate) async fn erase(store: &dyn Stores, user: UserId, second: i64) -> Receipt {
    assert_eq!(begin(store, user, second).await, Begun::Begun);
    finish(store, user, second).await
}

/// A wallet's statement, as its owner sees it.
async fn statement(store: &dyn Stores, wallet: &WalletView) -> String {
    let all = EntryFilter { from: None, until: None };
    let entries = store.entries(wallet.id, all, &first(200)).await.unwrap();
    let line = |entry: &ports::money::EntryView| {
        format!(
            "{} {} {} {:?} {}",
            entry.version, entry.amount, entry.counterpart, entry.transfer.concept, entry.at
        )
    };
    entries.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Person `n` wrote, was answered, and answered a flow.
pub(super) async fn converse(store: &dyn Stores, n: u32, event: &str) -> domain::ids::ConversationId {
    assert_eq!(store.accept(&[inbound(n, event, "clavicordio")], at(1)).await.unwrap(), [Accepted::New]);
    let turn = lease(store, 2).await.unwrap();
    let mut end = done(&turn);
    end.replies = vec![outbound(n, "te contesto", Lane::Conversation)];
    end.flow_response = Some(NewFlowResponse {
        id: FlowResponseId(crate::examples::id()),
        completed: CompletedFlow {
            flow: Slug::parse("intake").unwrap(),
            version: 1,
            answers: vec![(Slug::parse("what").unwrap(), Answer::Text("papiloscopia".into()))],
        },
        respondent: phone(n).e164().into(),
    });
    assert_eq!(store.commit_turn(&end, at(3)).await.unwrap(), Committed::Done);
    turn.conversation
}

/// A worker erases only whose time has come: not one who took it back while others were erased, or asked anew.
pub async fn a_wish_that_was_taken_back_is_not_carried_out(store: impl Stores) {
    let user = person(&store, 1, 0).await.user;
    let begin = async |second: i64| {
        let request = BeginErasure { user, terms: ErasureTerms::Due, actor: actor() };
        store.begin_erasure(&request, at(second)).await.unwrap()
    };
    assert_eq!(begin(1).await, Begun::NotDue);
    assert_eq!(ask(&store, user, 1).await, ErasureAsked::Due(at(1001)));
    assert_eq!(store.due_erasures(9, at(1001)).await.unwrap(), [user]);
    assert_eq!(begin(1000).await, Begun::NotDue);
    assert_eq!(store.take_erasure_back(user, &actor(), at(1001)).await.unwrap(), TakenBack::Done);
    assert_eq!(begin(1001).await, Begun::NotDue);
    assert_eq!(ask(&store, user, 1002).await, ErasureAsked::Due(at(2002)));
    assert_eq!(begin(1003).await, Begun::NotDue);
    assert_eq!(begin(2002).await, Begun::Begun);
    let held = store.hold_data(user, "a trial", &actor(), at(2003)).await.unwrap();
    assert_eq!(held, ports::privacy::HoldChanged::ErasureBegan);
    finish(&store, user, 2004).await;
}

/// Money, open transfers and a legal hold stand in the way, each by its name; nothing is lost by asking.
pub async fn what_stands_in_the_way_is_named(store: impl Stores) {
    let payer = person(&store, 1, 500).await;
    assert_eq!(ask(&store, payer.user, 1).await, ErasureAsked::InTheWay(vec![Obstacle::MoneyLeft]));
    let waiting = filed_request(&payer, outside(), 100);
    assert!(is_accepted(&post(&store, waiting.clone()).await));
    let both = vec![Obstacle::MoneyLeft, Obstacle::TransfersOpen];
    assert_eq!(begin(&store, payer.user, 2).await, Begun::InTheWay(both.clone()));
    assert_eq!(store.erasure_obstacles(payer.user).await.unwrap(), both);
    assert_eq!(balance(&store, payer.id).await, 500);
    assert!(store.profile(payer.user).await.unwrap().unwrap().phone.is_some());
    store.cancel(waiting.command.transfer.id, &actor(), at(3)).await.unwrap();
    let other = person(&store, 2, 0).await;
    assert!(is_accepted(&post(&store, transfer(payer.user, payer.id, other.id, 500, None)).await));
    store.hold_data(payer.user, "a trial", &actor(), at(4)).await.unwrap();
    assert_eq!(begin(&store, payer.user, 5).await, Begun::InTheWay(vec![Obstacle::LegalHold]));
    store.release_data(payer.user, &actor(), at(6)).await.unwrap();
    assert_eq!(begin(&store, payer.user, 7).await, Begun::Begun);
    let nobody = UserId(crate::examples::id());
    assert_eq!(ask(&store, nobody, 1).await, ErasureAsked::NoSuchPerson);
    assert_eq!(begin(&store, nobody, 1).await, Begun::NoSuchPerson);
}

/// Who asks again gets the first time; what was taken back is not carried out.
pub async fn a_wish_can_be_taken_back_until_it_is_due(store: impl Stores) {
    let wallet = person(&store, 1, 0).await;
    let user = wallet.user;
    assert_eq!(store.take_erasure_back(user, &actor(), at(1)).await.unwrap(), TakenBack::NothingToTakeBack);
    assert_eq!(ask(&store, user, 1).await, ErasureAsked::Due(at(1001)));
    assert_eq!(ask(&store, user, 50).await, ErasureAsked::Due(at(1001)));
    assert_eq!(store.due_erasures(9, at(1000)).await.unwrap(), []);
    assert_eq!(store.due_erasures(9, at(1001)).await.unwrap(), [user]);
    assert_eq!(store.take_erasure_back(user, &actor(), at(900)).await.unwrap(), TakenBack::Done);
    assert_eq!(store.due_erasures(9, at(2000)).await.unwrap(), []);
    assert_eq!(store.find_erasure(user).await.unwrap(), None);
    assert_eq!(ask(&store, user, 60).await, ErasureAsked::Due(at(1060)));
    assert_eq!(begin(&store, user, 1060).await, Begun::Begun);
    assert_eq!(
        store.take_erasure_back(user, &actor(), at(1061)).await.unwrap(),
        TakenBack::NothingToTakeBack
    );
    // It goes on, whenever it was to begin.
    assert_eq!(store.due_erasures(9, at(0)).await.unwrap(), [user]);
    finish(&store, user, 1062).await;
    assert_eq!(store.due_erasures(9, at(9999)).await.unwrap(), []);
}

/// A wish that is due while money is left is withdrawn.
pub async fn a_due_wish_that_can_not_begin_is_withdrawn(store: impl Stores) {
    let wallet = person(&store, 1, 0).await;
    ask(&store, wallet.user, 1).await;
    let payer = person(&store, 2, 100).await;
    assert!(is_accepted(&post(&store, transfer(payer.user, payer.id, wallet.id, 100, None)).await));
    let in_the_way = Begun::InTheWay(vec![Obstacle::MoneyLeft]);
    assert_eq!(begin(&store, wallet.user, 500).await, in_the_way);
    assert!(store.find_erasure(wallet.user).await.unwrap().is_some(), "it is not due yet");
    assert_eq!(begin(&store, wallet.user, 1001).await, in_the_way);
    assert_eq!(store.find_erasure(wallet.user).await.unwrap(), None);
    assert_eq!(balance(&store, wallet.id).await, 100);
}

/// An erased person is found by nothing; their texts, answers and names can't be read; books and seals are sound.
pub async fn an_erased_person_is_found_by_nothing(store: impl Stores) {
    let wallet = person(&store, 1, 300).await;
    let user = wallet.user;
    let other = person(&store, 2, 0).await;
    let mut paid = transfer(user, wallet.id, other.id, 300, None);
    paid.command.transfer.concept = Some("pianola".into());
    assert!(is_accepted(&post(&store, paid).await));
    let conversation = converse(&store, 1, "SM1").await;
    bind(&store, user, 77).await;
    let receipt = erase(&store, user, 10).await;
    assert!(receipt.erased.iter().any(|(category, rows)| *category == Category::Messages && *rows >= 2));
    assert!(receipt.kept.iter().any(|kept| kept.category == Category::Payments && kept.is_blocked));
    assert_eq!(store.find_by_phone(&phone(1)).await.unwrap(), None);
    assert_eq!(store.find_chat_link(77).await.unwrap().map(|link| link.user), None);
    let profile = store.profile(user).await.unwrap();
    assert!(profile.is_none_or(|profile| profile.phone.is_none() && profile.email.is_none()));
    for line in store.lines(conversation, &first(50)).await.unwrap() {
        let shown = match line.saying {
            ports::messaging::MessageBody::Inbound(content) => format!("{content:?}"),
            ports::messaging::MessageBody::Outbound { text, .. } => text.unwrap_or_default(),
            ports::messaging::MessageBody::Unreadable { .. } => String::new(),
        };
        assert!(!shown.contains("clavicordio") && !shown.contains("contesto"), "{shown}");
    }
    assert!(store.responses(&Slug::parse("intake").unwrap(), &first(50)).await.unwrap().is_empty());
    let erasure = store.find_erasure(user).await.unwrap().unwrap();
    assert_eq!((erasure.phase, erasure.receipt), (ErasurePhase::Done, Some(receipt.clone())));
    assert_eq!(begin(&store, user, 11).await, Begun::Done(receipt));
    assert_eq!(ask(&store, user, 12).await, ErasureAsked::NoSuchPerson);
    is_sound(&store).await;
    while store.seal(at(20)).await.unwrap().is_some() {}
    assert_eq!(store.verify_chain(None).await.unwrap().faults, []);
    // The number is free: a new person, who has nothing of the first.
    let again = person(&store, 1, 0).await;
    assert_ne!(again.user, user);
}

/// Another person's statement is the same to the last byte, names and concepts included.
pub async fn others_see_what_they_saw(store: impl Stores) {
    let (one, two) = (person(&store, 1, 500).await, person(&store, 2, 100).await);
    let mut there = transfer(one.user, one.id, two.id, 500, None);
    there.command.transfer.concept = Some("pianola rota".into());
    let mut back = transfer(two.user, two.id, one.id, 50, None);
    back.command.transfer.concept = Some("acordeón".into());
    assert!(is_accepted(&post(&store, there).await) && is_accepted(&post(&store, back).await));
    assert!(is_accepted(&post(&store, transfer(one.user, one.id, two.id, 50, None)).await));
    let before = statement(&store, &two).await;
    assert!(before.contains("pianola rota"), "{before}");
    erase(&store, one.user, 10).await;
    assert_eq!(statement(&store, &two).await, before);
}

/// No money reaches an erased person, and none is lost on the way to them.
pub async fn nobody_pays_an_erased_person(store: impl Stores) {
    let gone = person(&store, 1, 0).await;
    let payer = person(&store, 2, 100).await;
    erase(&store, gone.user, 10).await;
    let refused = post(&store, transfer(payer.user, payer.id, gone.id, 60, None)).await;
    assert!(
        matches!(
            refused,
            Decision::Decided(Outcome::Refused(Refusal::NoSuchAccount | Refusal::RecipientNotFound))
        ),
        "{refused:?}"
    );
    assert_eq!((balance(&store, payer.id).await, balance(&store, gone.id).await), (100, 0));
    let wallet = WalletId(id());
    let opened = OpenWallet {
        id: wallet,
        user: gone.user,
        name: "Ahorro".into(),
        kind: "savings".into(),
        currency: Currency::MXN,
        wallets_max: 1000,
        key: IdempotencyKey::own(wallet.0),
        fingerprint: Fingerprint::of(&[]),
        actor: actor(),
    };
    assert_eq!(store.open_wallet(&opened, at(20)).await.unwrap(), OpenOutcome::NoSuchUser);
}

/// A redelivered message of an erased person stores nothing, and a new one finds a conversation without a past.
pub async fn a_redelivery_after_an_erasure_stores_nothing(store: impl Stores) {
    let wallet = person(&store, 1, 0).await;
    let conversation = converse(&store, 1, "SM1").await;
    erase(&store, wallet.user, 10).await;
    let before = store.conversations(&first(50)).await.unwrap().len();
    let again = store.accept(&[inbound(1, "SM1", "clavicordio")], at(20)).await.unwrap();
    assert_eq!(again, [Accepted::Duplicate]);
    assert!(lease(&store, 21).await.is_none());
    assert_eq!(store.conversations(&first(50)).await.unwrap().len(), before);
    let new = store.accept(&[inbound(1, "SM2", "hola")], at(30)).await.unwrap();
    assert_eq!(new, [Accepted::New]);
    let turn = lease(&store, 31).await.unwrap();
    assert_eq!(turn.state, domain::messaging::conversation::Conversation::default());
    let _ = conversation;
}

/// That the person wants no messages outlives them; nothing else about their consent does.
pub async fn an_opt_out_outlives_the_person(store: impl Stores) {
    let wallet = person(&store, 1, 0).await;
    let change = |channel, consent| ConsentChange {
        channel,
        recipient: phone(1).e164().to_owned(),
        scope: ConsentScope::All,
        consent,
        source: "message".into(),
    };
    store.record_consent(&change(Channel::Whatsapp, ConsentStatus::OptedOut), at(1)).await.unwrap();
    store.record_consent(&change(Channel::Sms, ConsentStatus::OptedIn), at(1)).await.unwrap();
    let receipt = erase(&store, wallet.user, 10).await;
    assert!(receipt.kept.iter().any(|kept| kept.category == Category::OptOuts));
    let consent = store.consent_of(Channel::Whatsapp, phone(1).e164()).await.unwrap();
    assert_eq!(consent, ConsentStatus::OptedOut);
    let listed = store.consents(&first(50)).await.unwrap();
    assert!(listed.iter().all(|consent| consent.recipient.as_deref() != Some(phone(1).e164())));
    assert!(listed.iter().all(|consent| consent.channel != Channel::Sms));
}

/// Who they were is opened only while the law keeps it, and the audit log says why.
pub async fn a_blocked_identity_is_opened_with_a_reason(store: impl Stores) {
    let wallet = person(&store, 1, 300).await;
    let other = person(&store, 2, 0).await;
    assert!(is_accepted(&post(&store, transfer(wallet.user, wallet.id, other.id, 300, None)).await));
    let poor = person(&store, 3, 0).await;
    let receipt = erase(&store, wallet.user, 10).await;
    erase(&store, poor.user, 10).await;
    let open =
        async |user, second| store.open_blocked(user, "an order of the court", &actor(), at(second)).await;
    let opened = open(wallet.user, 11).await.unwrap().unwrap();
    assert!(opened.contains(phone(1).e164()), "{opened}");
    assert_eq!(open(poor.user, 11).await.unwrap(), None, "nothing is kept of who never moved money");
    let rows = store.events(&first(10)).await.unwrap();
    let noted = rows.iter().find(|row| row.record.action == "person.identity_opened").unwrap();
    assert_eq!(noted.record.after.as_deref(), Some("an order of the court"));
    let until = receipt.kept.iter().find_map(|kept| kept.until).unwrap();
    assert_eq!(store.end_kept(until - chrono::Duration::seconds(1)).await.unwrap(), 0);
    assert_eq!(store.end_kept(until).await.unwrap(), 1);
    assert_eq!(open(wallet.user, 12).await.unwrap(), None);
    is_sound(&store).await;
}
