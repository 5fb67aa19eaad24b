//! The conversation as a specification: reply and effects in every state.

use super::*;
use crate::{
    ids::{TransferId, VerificationId},
    locale::Locale,
    message::Channel,
    messaging::{
        clear_yes::is_clear_yes,
        intent::{AmountReading, DestinationKind, Entities, Intent, NamedDestination, Understanding},
    },
    money::{Money, account_number::AccountNumber},
    phone::PhoneNumber,
    principal::Principal,
};
use proptest::prelude::*;
use uuid::Uuid;

mod bursts;
mod dialogues;
mod flows;
mod freezing;
mod own_data;
mod payees;
mod random;
mod suggestions;
mod unread;
mod ways_out;
mod what_waits;

fn user() -> UserId {
    UserId(Uuid::from_u128(7))
}

fn challenge() -> VerificationId {
    VerificationId(Uuid::from_u128(8))
}

fn facts() -> StepContext {
    StepContext {
        now: DateTime::UNIX_EPOCH,
        message: arrived(DateTime::UNIX_EPOCH),
        consent: ConsentStatus::OptedIn,
        has_number: true,
        bound: None,
        default_currency: Currency::MXN,
        session_ttl: Duration::hours(12),
        freeze: Freeze::default(),
        messages_per_minute: 30,
        handoff_for: Duration::hours(4),
        new_prompt: PromptId(Uuid::from_u128(9)),
        today: NaiveDate::from_ymd_opt(2026, 11, 21).unwrap(),
        region: Region::parse("MX").unwrap(),
        flows: Arc::default(),
        default_flow: None,
    }
}

/// The time at which what was held at the beginning is answered.
fn held() -> StepContext {
    at(DateTime::UNIX_EPOCH + HOLD)
}

fn later(minutes: i64) -> StepContext {
    at(DateTime::UNIX_EPOCH + Duration::minutes(minutes))
}

/// A message that is handled when it arrives, from a provider that sends no time.
fn at(now: DateTime<Utc>) -> StepContext {
    StepContext { now, message: arrived(now), ..facts() }
}

const fn arrived(received_at: DateTime<Utc>) -> MessageTime {
    MessageTime { dated: None, received_at }
}

fn open() -> Conversation {
    Conversation {
        session: Session::Open { user: user(), since: DateTime::UNIX_EPOCH },
        ..Conversation::default()
    }
}

fn says(text: &str) -> Event {
    Event::Received(InboundContent::Text(text.into()))
}

fn means(intent: Intent, entities: Entities) -> Event {
    let understanding = Understanding {
        intent,
        confidence: 1.0,
        locale: Some(Locale::Es),
        entities,
        explained: true,
        ..Understanding::unknown()
    };
    Event::Understood { text: "…".into(), understanding }
}

fn plainly(intent: Intent) -> Event {
    means(intent, Entities::default())
}

fn pay(amount: &str, account: &str) -> Event {
    means(
        Intent::Transfer,
        Entities {
            amount: Some(AmountReading::Exact(amount.into())),
            destination: Some(NamedDestination { kind: DestinationKind::Clabe, value: account.into() }),
            ..Entities::default()
        },
    )
}

/// A draft of 150.50 MXN that was checked and can be shown.
fn ready(account: AccountNumber) -> Prepared {
    ready_with(Money::new(15_050, Currency::MXN), account)
}

fn ready_with(amount: Money, account: AccountNumber) -> Prepared {
    Prepared::Ready(Box::new(CheckedDraft::new(amount, account)))
}

fn account() -> AccountNumber {
    AccountNumber::Clabe("012345678901234567".into())
}

fn with_prompt() -> (Conversation, ConfirmationPrompt) {
    let (state, _) = open().step(pay("150.50", "012345678901234567"), &facts());
    let (state, effects) = state.step(Event::Prepared(ready(account())), &facts());
    let [Effect::Reply(Reply::ConfirmationPrompt(prompt))] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    (state, prompt.clone())
}

#[test]
fn a_deferred_request_runs_once_the_code_is_right() {
    let (state, effects) = Conversation::default().step(plainly(Intent::CheckBalance), &facts());
    assert_eq!(effects, [Effect::StartVerification]);
    let (state, effects) =
        state.step(Event::CodeSent(CodeSent::Sent(challenge(), Channel::Whatsapp)), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::CodeSent(Channel::Whatsapp))]);
    for text in ["CONFIRMAR 123456", "123456", "mi código es 123 456", "code 123456"] {
        let (_, effects) = state.clone().step(says(text), &facts());
        assert_eq!(
            effects,
            [Effect::CheckCode { verification: challenge(), code: "123456".into() }],
            "{text}"
        );
    }
    let (_, effects) = state.step(Event::CodeChecked(CodeChecked::Approved(user())), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::CodeRight), Effect::ReadBalance(user())]);
}

#[test]
fn the_newest_request_replaces_the_one_before_and_old_ones_expire() {
    let (state, _) = Conversation::default().step(pay("5", "012345678901234567"), &facts());
    let (state, _) = state.step(Event::CodeSent(CodeSent::Sent(challenge(), Channel::Whatsapp)), &facts());
    let (state, _) = state.step(plainly(Intent::CheckBalance), &facts());
    let right = Event::CodeChecked(CodeChecked::Approved(user()));
    let (_, effects) = state.clone().step(right.clone(), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::CodeRight), Effect::ReadBalance(user())]);
    let (_, effects) = state.step(right, &later(11));
    assert_eq!(effects, [Effect::Reply(Reply::Verified)]);
}

#[test]
fn a_deferred_transfer_shows_its_prompt_and_never_pays() {
    let (state, _) = Conversation::default().step(pay("5", "012345678901234567"), &facts());
    let (state, effects) = state.step(Event::CodeChecked(CodeChecked::Approved(user())), &facts());
    assert!(
        matches!(effects.as_slice(), [Effect::Reply(Reply::CodeRight), Effect::Prepare { .. }]),
        "{effects:?}"
    );
    let (_, effects) = state.step(Event::Prepared(ready(account())), &facts());
    assert!(matches!(effects.as_slice(), [Effect::Reply(Reply::ConfirmationPrompt(_))]));
}

#[test]
fn a_session_ends_with_its_time() {
    let (_, effects) = open().step(plainly(Intent::CheckBalance), &later(12 * 60 - 1));
    assert_eq!(effects, [Effect::ReadBalance(user())]);
    let (_, effects) = open().step(plainly(Intent::CheckBalance), &later(12 * 60));
    assert_eq!(effects, [Effect::StartVerification]);
}

#[test]
fn a_yes_pays_its_prompt_and_a_no_cancels_it() {
    let (state, prompt) = with_prompt();
    let (_, effects) = state.clone().step(says("sí"), &facts());
    assert_eq!(effects, [Effect::Pay { user: user(), prompt: prompt.clone() }]);
    let (state, effects) = state.step(plainly(Intent::Deny), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::TransferCanceled)]);
    let (_, effects) = state.step(plainly(Intent::Confirm), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::NothingPending)]);
}

#[test]
fn a_button_counts_for_its_own_prompt_only() {
    let (state, prompt) = with_prompt();
    let press = |id: String| Event::Received(InboundContent::Button { id, title: "Sí".into() });
    for older in ["yes", "no"] {
        let (kept, effects) =
            state.clone().step(press(format!("{older}:{}", PromptId(Uuid::max()))), &facts());
        assert_eq!(
            effects,
            [Effect::Reply(Reply::PromptWaits(prompt.clone()))],
            "the newer prompt is not forgotten"
        );
        assert_eq!(kept.pending, state.pending);
    }
    let (_, effects) = state.step(press(format!("yes:{}", prompt.id)), &facts());
    assert_eq!(effects, [Effect::Pay { user: user(), prompt }]);
}

#[test]
fn a_late_yes_pays_nothing() {
    let (state, _) = with_prompt();
    let (state, effects) = state.step(says("sí"), &later(5));
    assert_eq!((effects, state.pending), (vec![Effect::Reply(Reply::PromptExpired)], None));
}

#[test]
fn a_yes_with_a_change_makes_a_new_prompt() {
    let (state, _) = with_prompt();
    let change = Entities { amount: Some(AmountReading::Exact("450".into())), ..Entities::default() };
    let (_, effects) = state.step(means(Intent::Unknown, change), &facts());
    let [Effect::Prepare { draft, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(draft.amount, Some(Money::new(45_000, Currency::MXN)));
    assert_eq!(draft.destination.as_ref().unwrap().value, account().canonical());
}

#[test]
fn asks_only_for_what_is_missing_and_keeps_the_rest() {
    let amount = Entities { amount: Some(AmountReading::Exact("20".into())), ..Entities::default() };
    let (state, effects) = open().step(means(Intent::Transfer, amount), &facts());
    assert_eq!(effects, [], "more may follow");
    let (state, effects) = state.step(Event::Received(InboundContent::HoldEnded), &held());
    assert_eq!(effects, [Effect::Reply(Reply::AskDestination)]);
    let to = NamedDestination { kind: DestinationKind::Clabe, value: account().canonical().into() };
    let (_, effects) = state
        .step(means(Intent::Unknown, Entities { destination: Some(to), ..Entities::default() }), &facts());
    let [Effect::Prepare { draft, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(draft.amount, Some(Money::new(2_000, Currency::MXN)));
}

#[test]
fn an_unknown_name_asks_for_its_account_and_is_kept() {
    let named = Entities {
        amount: Some(AmountReading::Exact("150".into())),
        destination: Some(NamedDestination { kind: DestinationKind::Name, value: "mamá".into() }),
        ..Entities::default()
    };
    let (state, _) = open().step(means(Intent::Transfer, named), &facts());
    let unknown = Event::Prepared(Prepared::UnknownPayee { name: "mamá".into() });
    let (state, effects) = state.step(unknown, &facts());
    assert_eq!(effects, [Effect::Reply(Reply::AskAccountOf("mamá".into()))]);
    let to = NamedDestination { kind: DestinationKind::Clabe, value: account().canonical().into() };
    let (_, effects) = state
        .step(means(Intent::Unknown, Entities { destination: Some(to), ..Entities::default() }), &facts());
    let [Effect::Prepare { draft, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(draft.payee.as_deref(), Some("mamá"));
}

#[test]
fn two_readings_are_asked_with_two_buttons() {
    let reading = AmountReading::Ambiguous { thousands: "1500".into(), decimal: "1.50".into() };
    let event = means(Intent::Transfer, Entities { amount: Some(reading), ..Entities::default() });
    let (state, _) = open().step(event, &facts());
    let (state, effects) = state.step(Event::Received(InboundContent::HoldEnded), &held());
    let [Effect::Reply(say)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(say.buttons().len(), 2);
    let press = Event::Received(InboundContent::Button {
        id: say.buttons()[0].id.clone(),
        title: "1500.00 MXN".into(),
    });
    let (state, effects) = state.step(press, &facts());
    assert_eq!(effects, [Effect::Reply(Reply::AskDestination)]);
    let Some(Pending::Draft(draft)) = state.pending else { panic!() };
    assert_eq!(draft.amount, Some(Money::new(150_000, Currency::MXN)));
}

#[test]
fn a_payment_waits_for_its_code_and_a_yes_is_none() {
    let (state, prompt) = with_prompt();
    let step = StepUp {
        transfer: TransferId(Uuid::from_u128(4)),
        amount: prompt.amount,
        destination: "****4567".into(),
        payee: Some("mamá".into()),
        channel: Channel::Sms,
    };
    let (state, _) = state.step(Event::Paid(Paid::CodeNeeded(step.clone())), &facts());
    let (state, effects) = state.step(plainly(Intent::Confirm), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::StepUpWaits(step.clone()))]);
    let (state, effects) = state.step(says("CONFIRMAR 654321"), &facts());
    let confirm =
        Effect::ConfirmPayment { transfer: step.transfer, code: "654321".into(), payee: step.payee.clone() };
    assert_eq!(effects, [confirm]);
    let (state, effects) = state.step(Event::Paid(Paid::WrongCode { attempts_remaining: 2 }), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::CodeWrong(2))]);
    let (state, effects) = state.step(Event::Paid(Paid::Locked { minutes: 15 }), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::Locked(15))]);
    let (_, effects) = state.step(says("STOP"), &facts());
    assert!(effects.contains(&Effect::CancelPayment(step.transfer)), "{effects:?}");
}

#[test]
fn stop_is_obeyed_then_silence_then_start_with_the_state_kept() {
    let (state, effects) = open().step(says("Stop!"), &facts());
    assert_eq!(effects, [Effect::RecordConsent(ConsentStatus::OptedOut), Effect::Reply(Reply::OptedOut)]);
    let out = StepContext { consent: ConsentStatus::OptedOut, ..facts() };
    for text in ["saldo", "AYUDA", "stop"] {
        assert_eq!(state.clone().step(says(text), &out).1, [], "{text}");
    }
    let (state, effects) = state.step(says("alta"), &out);
    assert_eq!(effects, [Effect::RecordConsent(ConsentStatus::OptedIn), Effect::Reply(Reply::OptedIn)]);
    assert_eq!(state.user(&facts()), Some(user()));
}

#[test]
fn a_sender_without_a_number_is_asked_for_it() {
    let nameless = StepContext { has_number: false, ..facts() };
    let (state, effects) = Conversation::default().step(plainly(Intent::CheckBalance), &nameless);
    assert_eq!(effects, [Effect::Reply(Reply::NumberNeeded)]);
    let number = PhoneNumber::parse_international("+525512345678").unwrap();
    let (state, effects) = state.step(Event::Received(InboundContent::OwnNumber(number.clone())), &nameless);
    assert_eq!(effects, [Effect::StartVerification], "the request goes on");
    assert_eq!(state.number, Some(number));
    let (_, effects) = state.step(plainly(Intent::CheckBalance), &nameless);
    assert_eq!(effects, [Effect::StartVerification], "it is remembered");
}

#[test]
fn a_bound_chat_needs_no_code() {
    let bound = StepContext { has_number: false, bound: Some(user()), ..facts() };
    let (_, effects) = Conversation::default().step(plainly(Intent::CheckBalance), &bound);
    assert_eq!(effects, [Effect::ReadBalance(user())]);
}

#[test]
fn a_link_binds_its_chat_and_opts_in_again() {
    let link = || Event::Received(InboundContent::LinkCode("abc".into()));
    assert_eq!(Conversation::default().step(link(), &facts()).1, [Effect::BindChat("abc".into())]);
    let out = StepContext { consent: ConsentStatus::OptedOut, ..facts() };
    let (_, effects) = Conversation::default().step(link(), &out);
    assert_eq!(effects, [Effect::RecordConsent(ConsentStatus::OptedIn), Effect::BindChat("abc".into())]);
}

#[test]
fn misunderstandings_count_only_in_a_row() {
    for understood in ["ayuda", "CONFIRMAR 123456", "menú"] {
        let mut state = open();
        for _ in 0..3 {
            let (next, effects) = state.step(plainly(Intent::Unknown), &facts());
            assert_eq!(effects, [Effect::Reply(Reply::NotUnderstood)], "{understood}");
            state = next.step(says(understood), &facts()).0;
        }
    }
}

#[test]
fn a_person_who_opens_the_chat_is_greeted_and_asked_for_nothing() {
    let nameless = StepContext { has_number: false, ..facts() };
    assert_eq!(Conversation::default().step(says("/start"), &nameless).1, [Effect::Reply(Reply::Greeting)]);
}

#[test]
fn an_agent_takes_over_without_a_reply_and_the_release_is_told() {
    let (state, effects) = open().step(
        Event::Received(InboundContent::AgentCommand {
            command: AgentCommand::TakeOver,
            by: Principal::Client("agents".into()),
        }),
        &facts(),
    );
    assert_eq!(effects, []);
    assert_eq!(state.clone().step(plainly(Intent::Greeting), &facts()).1, [], "they answer");
    let release = Event::Received(InboundContent::AgentCommand {
        command: AgentCommand::Release,
        by: Principal::Client("agents".into()),
    });
    let (state, effects) = state.step(release.clone(), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::Released)]);
    assert_eq!(state.clone().step(release, &facts()).1, [], "told once");
    assert_eq!(state.step(says("menú"), &facts()).1, [Effect::Reply(Reply::Help)]);
}

#[test]
fn three_misunderstandings_hand_the_conversation_to_an_agent() {
    let mut state = open();
    let mut last = Vec::new();
    for _ in 0..3 {
        (state, last) = state.step(plainly(Intent::Unknown), &facts());
    }
    assert_eq!(last, [Effect::HandOff, Effect::Reply(Reply::HandedOff)]);
    assert_eq!(state.clone().step(plainly(Intent::Greeting), &facts()).1, []);
    assert_eq!(state.clone().step(plainly(Intent::CheckBalance), &facts()).1, [Effect::ReadBalance(user())]);
    assert_eq!(state.clone().step(says("menú"), &facts()).1, [Effect::Reply(Reply::BotIsBack)]);
    let (state, _) = state.step(plainly(Intent::Greeting), &later(241));
    let (_, effects) = state.step(Event::Received(InboundContent::HoldEnded), &later(242));
    assert_eq!(effects, [Effect::Reply(Reply::Greeting)]);
}

#[test]
fn too_many_messages_get_one_notice_but_stop_and_help_are_heard() {
    let strict = StepContext { messages_per_minute: 2, ..facts() };
    let mut state = Conversation::default();
    let mut all = Vec::new();
    for _ in 0..5 {
        let (next, effects) = state.step(says("hola"), &strict);
        state = next;
        all.extend(effects);
    }
    let hola = || Effect::Understand("hola".into());
    assert_eq!(all, [hola(), hola(), Effect::Reply(Reply::TooManyMessages)]);
    assert_eq!(state.clone().step(says("ayuda"), &strict).1, [Effect::Reply(Reply::Help)]);
    assert_eq!(state.step(says("STOP"), &strict).1.last(), Some(&Effect::Reply(Reply::OptedOut)));
}

#[test]
fn the_stored_form_is_read_back() {
    let (state, _) = with_prompt();
    let json = serde_json::to_string(&state).unwrap();
    assert_eq!(serde_json::from_str::<Conversation>(&json).unwrap(), state);
    assert_eq!(
        serde_json::to_value(RequestedAction::Statement).unwrap(),
        "movements",
        "stored under that name"
    );
}
