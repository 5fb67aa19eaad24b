//! A message is read in the light of what waits: a code, a missing part, an open prompt, a refusal.

use super::*;
use crate::messaging::intent::{AskedFor, Choice, RelativeAmount, Topic};

fn awaiting_code(what: RequestedAction) -> Conversation {
    let request = Some(DeferredRequest { what, at: DateTime::UNIX_EPOCH });
    let session = Session::AwaitingCode { verification: challenge(), request };
    Conversation { session, ..Conversation::default() }
}

fn about(topic: Topic) -> Event {
    means(Intent::Help, Entities { topic: Some(topic), ..Entities::default() })
}

fn step_up() -> (Conversation, StepUp) {
    let step = StepUp {
        transfer: TransferId(Uuid::from_u128(4)),
        amount: Money::new(15_050, Currency::MXN),
        destination: "****4567".into(),
        payee: None,
        channel: Channel::Sms,
    };
    (with_prompt().0.step(Event::Paid(Paid::CodeNeeded(step.clone())), &facts()).0, step)
}

#[test]
fn while_a_code_is_awaited_every_answer_says_so() {
    let state = awaiting_code(RequestedAction::Balance);
    assert_eq!(state.asked_for(&facts()), Some(AskedFor::Code));
    for intent in [Intent::Confirm, Intent::Unknown, Intent::Thanks] {
        assert_eq!(state.clone().step(plainly(intent), &facts()).1, [Effect::Reply(Reply::CodeWaits)]);
    }
    for topic in [Topic::Codes, Topic::Reason] {
        assert_eq!(state.clone().step(about(topic), &facts()).1, [Effect::Reply(Reply::CodeReason)]);
    }
    let (_, effects) = state.clone().step(says("cancelar"), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::RequestDropped)], "there was no transfer");
    let (_, effects) =
        awaiting_code(RequestedAction::Transfer(Draft::default())).step(says("cancelar"), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::TransferCanceled)]);
    let (_, effects) = state.step(plainly(Intent::Unknown), &later(11));
    assert_eq!(effects, [Effect::Reply(Reply::NotUnderstood)], "the request was asked for long ago");
}

#[test]
fn a_payment_that_waits_for_its_code_is_explained_and_its_code_sent_again() {
    let (state, step) = step_up();
    for event in [plainly(Intent::Unknown), plainly(Intent::Confirm), plainly(Intent::Thanks)] {
        assert_eq!(state.clone().step(event, &facts()).1, [Effect::Reply(Reply::StepUpWaits(step.clone()))]);
    }
    let (state, effects) = state.step(plainly(Intent::ResendCode), &facts());
    assert_eq!(effects, [Effect::ResendPaymentCode(step.transfer)]);
    let sent = CodeSent::Sent(challenge(), Channel::Sms);
    let (state, effects) = state.step(Event::PaymentCodeSent(sent), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::StepUp(step))]);
    let soon = CodeSent::TooSoon { verification: challenge(), seconds: 40 };
    let (_, effects) = state.step(Event::PaymentCodeSent(soon), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::ResendTooSoon(40))]);
}

#[test]
fn questions_about_the_prompt_are_answered_from_it_and_it_stays() {
    for topic in [Topic::Payee, Topic::Amount, Topic::Bank, Topic::Reason] {
        let (state, prompt) = with_prompt();
        let (state, effects) = state.step(about(topic), &facts());
        assert_eq!(effects, [Effect::Reply(Reply::AboutPrompt { prompt: prompt.clone(), topic })]);
        assert_eq!(state.pending, Some(Pending::ConfirmationPrompt(prompt)));
    }
    let (state, prompt) = with_prompt();
    let (state, effects) = state.step(about(Topic::Fees), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::Answer(Answer::Fees))]);
    assert_eq!(state.pending, Some(Pending::ConfirmationPrompt(prompt)));
}

#[test]
fn an_amount_told_by_another_one_is_computed_from_the_prompts() {
    let shown = |relative: RelativeAmount| {
        let entities = Entities { relative: Some(relative), ..Entities::default() };
        let (_, effects) = with_prompt().0.step(means(Intent::Transfer, entities), &facts());
        match effects.as_slice() {
            [Effect::Prepare { draft, .. }] => draft.amount.map(|amount| amount.minor),
            [Effect::Reply(Reply::BadAmount)] => Some(0),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(shown(RelativeAmount::Plus("5".into())), Some(15_550));
    assert_eq!(shown(RelativeAmount::Minus("50.50".into())), Some(10_000));
    assert_eq!(shown(RelativeAmount::Minus("151".into())), Some(0), "nothing is left to send");
    assert_eq!(shown(RelativeAmount::Double), Some(30_100));
    assert_eq!(shown(RelativeAmount::Half), Some(7_525));
    assert_eq!(shown(RelativeAmount::All), None, "the balance decides");
}

#[test]
fn a_word_that_nothing_explains_changes_no_prompt() {
    let (state, prompt) = with_prompt();
    let entities = Entities { amount: Some(AmountReading::Exact("60".into())), ..Entities::default() };
    for intent in [Intent::Transfer, Intent::Unknown, Intent::Confirm] {
        let understanding = Understanding { intent, entities: entities.clone(), ..Understanding::unknown() };
        let event = Event::Understood { text: "60 tal vez".into(), understanding };
        let (_, effects) = state.clone().step(event, &facts());
        assert_eq!(effects, [Effect::Reply(Reply::PromptWaits(prompt.clone()))], "{intent:?}");
    }
}

#[test]
fn a_refused_payment_can_be_put_right_for_ten_minutes() {
    let (state, _) = with_prompt();
    let available = Money::new(5_000, Currency::MXN);
    let (state, _) = state.step(Event::Paid(Paid::InsufficientFunds { available }), &facts());
    assert_eq!(state.asked_for(&facts()), Some(AskedFor::AfterRefusal));
    let then = || {
        means(
            Intent::Transfer,
            Entities { amount: Some(AmountReading::Exact("40".into())), ..Entities::default() },
        )
    };
    let (state, effects) = state.step(then(), &facts());
    assert_eq!(effects, [], "held: more may follow");
    let (state, effects) = state.step(Event::Received(InboundContent::HoldEnded), &held());
    let [Effect::Prepare { draft, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(draft.amount, Some(Money::new(4_000, Currency::MXN)));
    assert_eq!(draft.destination.as_ref().unwrap().value, account().canonical());
    assert_eq!(state.refused, None);
}

#[test]
fn an_answer_that_is_none_is_asked_again_and_a_draft_ends() {
    let named = Entities {
        amount: Some(AmountReading::Exact("150".into())),
        destination: Some(NamedDestination { kind: DestinationKind::Name, value: "luis".into() }),
        ..Entities::default()
    };
    let (state, _) = open().step(means(Intent::Transfer, named), &facts());
    let (state, _) = state.step(Event::Prepared(Prepared::UnknownPayee { name: "luis".into() }), &facts());
    assert_eq!(state.asked_for(&facts()), Some(AskedFor::Destination));
    let again = [Effect::Reply(Reply::AskAccountOf("luis".into()))];
    for intent in [Intent::Unknown, Intent::Thanks, Intent::Confirm] {
        assert_eq!(state.clone().step(plainly(intent), &facts()).1, again, "{intent:?}");
    }
    let unexplained_slots = Entities {
        amount: Some(AmountReading::Exact("2".into())),
        destination: Some(NamedDestination { kind: DestinationKind::Name, value: "mi hermano".into() }),
        ..Entities::default()
    };
    let unexplained = Event::Understood {
        text: "pídele 2 a mi hermano".into(),
        understanding: Understanding { entities: unexplained_slots, ..Understanding::unknown() },
    };
    assert_eq!(state.clone().step(unexplained, &facts()).1, again, "what is not explained fills nothing");
    assert_eq!(state.step(plainly(Intent::Unknown), &later(10)).0.pending, None);
}

#[test]
fn several_payees_are_chosen_from_by_name_number_or_button() {
    let option = |name: &str, last: &str| PayeeOption {
        name: name.into(),
        account: AccountNumber::Clabe(format!("01234567890123456{last}")),
    };
    let options = vec![option("Ana López", "7"), option("Ana Ruiz", "8")];
    let amount = Entities { amount: Some(AmountReading::Exact("5".into())), ..Entities::default() };
    let destination = Some(NamedDestination { kind: DestinationKind::Name, value: "ana".into() });
    let (state, _) = open().step(means(Intent::Transfer, Entities { destination, ..amount }), &facts());
    let (state, effects) =
        state.step(Event::Prepared(Prepared::WhichPayee { options: options.clone() }), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::WhichPayee(options.clone()))]);
    let picked = |event: Event| match state.clone().step(event, &facts()).1.as_slice() {
        [Effect::Prepare { draft, .. }] => draft.payee.clone(),
        other => panic!("{other:?}"),
    };
    let says_name = Event::Understood { text: "la Ruiz".into(), understanding: Understanding::unknown() };
    assert_eq!(picked(says_name).as_deref(), Some("Ana Ruiz"));
    let second = Entities { choice: Some(Choice::At(1)), ..Entities::default() };
    assert_eq!(picked(means(Intent::Unknown, second)).as_deref(), Some("Ana Ruiz"));
    let button = Reply::WhichPayee(options).buttons()[0].id.clone();
    let press = Event::Received(InboundContent::Button { id: button, title: "Ana López".into() });
    assert_eq!(picked(press).as_deref(), Some("Ana López"));
    let both = Event::Understood { text: "Ana".into(), understanding: Understanding::unknown() };
    assert!(matches!(state.step(both, &facts()).1.as_slice(), [Effect::Reply(Reply::WhichPayee(_))]));
}

#[test]
fn a_kept_ambiguous_amount_is_asked_after_the_code() {
    let reading = AmountReading::Ambiguous { thousands: "1500".into(), decimal: "1.50".into() };
    let destination =
        Some(NamedDestination { kind: DestinationKind::Clabe, value: account().canonical().into() });
    let entities = Entities { amount: Some(reading), destination, ..Entities::default() };
    let (state, effects) = Conversation::default().step(means(Intent::Transfer, entities), &facts());
    assert_eq!(effects, [Effect::StartVerification]);
    let (_, effects) = state.step(Event::CodeChecked(CodeChecked::Approved(user())), &facts());
    assert!(matches!(
        effects.as_slice(),
        [Effect::Reply(Reply::CodeRight), Effect::Reply(Reply::WhichAmount { .. })]
    ));
}

#[test]
fn two_wishes_are_both_heard_and_the_payment_comes_last() {
    let destination =
        Some(NamedDestination { kind: DestinationKind::Clabe, value: account().canonical().into() });
    let amount = Some(AmountReading::Exact("5".into()));
    let understanding = Understanding {
        intent: Intent::Transfer,
        also: vec![Intent::CheckBalance],
        entities: Entities { amount, destination, ..Entities::default() },
        explained: true,
        ..Understanding::unknown()
    };
    let (_, effects) = open().step(Event::Understood { text: "…".into(), understanding }, &facts());
    assert!(matches!(effects.as_slice(), [Effect::ReadBalance(_), Effect::Prepare { .. }]), "{effects:?}");
    let both = Understanding {
        intent: Intent::CheckBalance,
        also: vec![Intent::ListTransactions],
        ..Understanding::unknown()
    };
    let (_, effects) = open().step(Event::Understood { text: "…".into(), understanding: both }, &facts());
    assert!(matches!(effects.as_slice(), [Effect::ReadBalance(_), Effect::ReadStatement(..)]), "{effects:?}");
}

#[test]
fn the_language_changes_after_two_messages_in_another_one() {
    let in_english = || Event::Understood {
        text: "…".into(),
        understanding: Understanding {
            intent: Intent::CheckBalance,
            locale: Some(Locale::En),
            ..Understanding::unknown()
        },
    };
    let (state, _) = open().step(plainly(Intent::CheckBalance), &facts());
    assert_eq!(state.locale, Some(Locale::Es));
    let (state, _) = state.step(in_english(), &facts());
    assert_eq!(state.locale, Some(Locale::Es));
    let (state, _) = state.step(in_english(), &facts());
    assert_eq!(state.locale, Some(Locale::En));
}
