//! Payees in the chat: which of several is meant, another name, and forgetting one after a clear yes.

use super::*;
use crate::messaging::intent::{AskedFor, Choice, PayeeChange, Topic};

fn option(name: &str, clabe: &str) -> PayeeOption {
    PayeeOption { name: name.into(), account: AccountNumber::Clabe(clabe.into()) }
}

fn ruiz() -> PayeeOption {
    option("Ana Ruiz", "012345678901234567")
}

fn lopez() -> PayeeOption {
    option("Ana López", "072345678901234560")
}

fn sought(name: &str) -> SoughtPayee {
    SoughtPayee { name: name.into(), account: None }
}

fn chosen(option: &PayeeOption) -> SoughtPayee {
    SoughtPayee { name: option.name.clone(), account: Some(option.account.clone()) }
}

fn asks_for(change: PayeeChange) -> Event {
    let entities = Entities { topic: Some(Topic::Payees), payee_change: Some(change), ..Entities::default() };
    means(Intent::Help, entities)
}

fn forget(name: &str) -> Event {
    asks_for(PayeeChange::Forget { name: name.into() })
}

fn named(name: &str) -> Entities {
    let value = name.to_lowercase();
    let destination = Some(NamedDestination { kind: DestinationKind::Name, value });
    Entities { destination, ..Entities::default() }
}

fn reads(text: &str, intent: Intent, entities: Entities) -> Event {
    let understanding = Understanding { intent, entities, explained: true, ..Understanding::unknown() };
    Event::Understood { text: text.into(), understanding }
}

fn tapped(id: String) -> Event {
    Event::Received(InboundContent::Button { id, title: "…".into() })
}

/// A conversation that asks which Ana the question «¿cuánto le he mandado a Ana?» is about.
fn which_ana() -> Conversation {
    let (state, effects) = open().step(means(Intent::Spending, named("Ana")), &facts());
    let [Effect::ReadSpending(_, query)] = effects.as_slice() else { panic!("{effects:?}") };
    let request = RequestedAction::Spending(query.clone());
    let options = vec![lopez(), ruiz()];
    let (state, effects) = state.step(Event::WhichPayee { request, options: options.clone() }, &facts());
    assert_eq!(effects, [Effect::Reply(Reply::WhichPayee(options))]);
    assert_eq!(state.asked_for(&facts()), Some(AskedFor::Choice));
    state
}

/// A conversation that asks whether to forget Ana Ruiz.
fn asked_to_forget() -> Conversation {
    let (state, effects) = open().step(forget("Ana"), &facts());
    assert_eq!(effects, [Effect::FindPayeeToForget { user: user(), payee: sought("Ana") }]);
    let (state, effects) = state.step(Event::PayeeChanged(PayeeOutcome::ToForget(ruiz())), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::YesOrNo(Question::ForgetPayee(ruiz())))]);
    state
}

#[test]
fn a_question_that_fits_several_payees_gets_its_answer_once_one_is_chosen() {
    let second = Entities { choice: Some(Choice::At(1)), ..Entities::default() };
    let answers = [
        reads("la Ruiz", Intent::Transfer, named("ruiz")),
        reads("2", Intent::Transfer, second),
        reads("la ruiz porfa", Intent::Unknown, Entities::default()),
        tapped("payee:ana ruiz ****4567".into()),
    ];
    for answer in answers {
        let (state, effects) = which_ana().step(answer.clone(), &facts());
        let [Effect::ReadSpending(_, query)] = effects.as_slice() else { panic!("{answer:?}: {effects:?}") };
        assert_eq!((&query.payee, &query.account), (&Some("Ana Ruiz".into()), &Some(ruiz().account)));
        assert_eq!((state.pending, state.misunderstood), (None, 0));
    }
}

#[test]
fn what_picks_no_payee_is_asked_again_and_another_wish_ends_the_question() {
    let asked = [Effect::Reply(Reply::WhichPayee(vec![lopez(), ruiz()]))];
    for answer in [
        reads("mmm", Intent::Unknown, Entities::default()),
        reads("Pedro", Intent::Transfer, named("Pedro")),
        reads("Ana", Intent::Transfer, named("Ana")),
        plainly(Intent::Confirm),
    ] {
        let (state, effects) = which_ana().step(answer.clone(), &facts());
        assert_eq!(effects, asked, "{answer:?}");
        assert!(matches!(state.pending, Some(Pending::WhichPayee(_))));
    }
    let (state, effects) = which_ana().step(plainly(Intent::CheckBalance), &facts());
    assert_eq!((effects, state.pending), (vec![Effect::ReadBalance(user())], None));
    let (state, effects) = which_ana().step(pay("5", "012345678901234567"), &facts());
    assert!(
        matches!(effects.as_slice(), [Effect::Prepare { .. }]),
        "a payment is none of these: {effects:?}"
    );
    assert!(matches!(state.pending, Some(Pending::Draft(_))));
    for no in [says("cancelar"), plainly(Intent::Deny)] {
        let (state, effects) = which_ana().step(no, &facts());
        assert_eq!((effects, state.pending), (vec![Effect::Reply(Reply::AsItWas)], None));
    }
    let (_, effects) = which_ana().step(tapped("payee:ana ruiz ****4567".into()), &later(10));
    assert_eq!(effects, [Effect::Reply(Reply::NothingPending)], "it was asked long ago");
}

#[test]
fn a_payment_that_waits_keeps_its_question() {
    let (state, prompt) = with_prompt();
    let request = RequestedAction::Spending(FiguresQuery::default());
    let (state, _) = state.step(Event::WhichPayee { request, options: vec![ruiz()] }, &facts());
    assert_eq!(state.pending, Some(Pending::ConfirmationPrompt(prompt)));
}

#[test]
fn a_prompt_that_is_over_keeps_no_question_waiting() {
    let (state, _) = with_prompt();
    let request = RequestedAction::Spending(FiguresQuery::default());
    let (state, _) = state.step(Event::WhichPayee { request, options: vec![lopez(), ruiz()] }, &later(6));
    let (_, effects) = state.step(reads("la Ruiz", Intent::Transfer, named("ruiz")), &later(6));
    assert!(matches!(effects.as_slice(), [Effect::ReadSpending(..)]), "{effects:?}");
}

#[test]
fn a_change_to_a_payee_picks_none_for_a_payment() {
    let (state, _) = open().step(pay("5", "012345678901234567"), &facts());
    let (state, _) =
        state.step(Event::Prepared(Prepared::WhichPayee { options: vec![lopez(), ruiz()] }), &facts());
    let change = PayeeChange::Forget { name: "Ana Ruiz".into() };
    let entities = Entities { topic: Some(Topic::Payees), payee_change: Some(change), ..Entities::default() };
    let (_, effects) = state.step(reads("borra a Ana Ruiz", Intent::Help, entities), &facts());
    assert_eq!(effects, [Effect::FindPayeeToForget { user: user(), payee: sought("Ana Ruiz") }]);
}

#[test]
fn a_payee_is_renamed_at_once_and_told_how_to_undo_it() {
    let change = PayeeChange::Rename { name: "Ana".into(), to: Some("Anita".into()) };
    let (state, effects) = open().step(asks_for(change), &facts());
    assert_eq!(effects, [Effect::RenamePayee { user: user(), payee: sought("Ana"), to: "Anita".into() }]);
    let payee = option("Anita", "012345678901234567");
    let outcome = PayeeOutcome::Renamed { before: "Ana".into(), payee: payee.clone() };
    let (state, effects) = state.step(Event::PayeeChanged(outcome), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::PayeeRenamed { before: "Ana".into(), payee })]);
    let (_, effects) = state.step(asks_for(PayeeChange::Rename { name: "Ana".into(), to: None }), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::AskNewName("Ana".into()))]);
}

#[test]
fn of_two_payees_the_one_that_is_chosen_is_renamed() {
    let request = RequestedAction::RenamePayee { payee: sought("Ana"), to: "Anita".into() };
    let options = vec![lopez(), ruiz()];
    let (state, _) = open().step(Event::WhichPayee { request, options }, &facts());
    let (_, effects) = state.step(reads("la López", Intent::Transfer, named("lópez")), &facts());
    assert_eq!(effects, [Effect::RenamePayee { user: user(), payee: chosen(&lopez()), to: "Anita".into() }]);
}

#[test]
fn only_a_clear_yes_to_its_question_forgets_a_payee() {
    let forgets = [Effect::ForgetPayee { user: user(), payee: ruiz() }];
    for yes in [says("sí"), says("👍"), tapped("yes:forget ana ruiz ****4567".into())] {
        let (state, effects) = asked_to_forget().step(yes.clone(), &later(1));
        assert_eq!(effects, forgets, "{yes:?}");
        assert_eq!(state.pending, None);
    }
    for other in ["sí, pero mañana", "sí?", "ok ❌", "borra", "sí a la otra"] {
        let (_, effects) = asked_to_forget().step(says(other), &later(1));
        assert_eq!(effects, [Effect::Understand(other.into())], "{other}");
    }
    let (state, effects) =
        asked_to_forget().step(reads("mmm", Intent::Unknown, Entities::default()), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::YesOrNo(Question::ForgetPayee(ruiz())))]);
    assert!(matches!(state.pending, Some(Pending::YesOrNo(_))));
    for no in [plainly(Intent::Deny), tapped("no:forget ana ruiz ****4567".into()), says("cancelar")] {
        let (state, effects) = asked_to_forget().step(no, &facts());
        assert_eq!((effects, state.pending), (vec![Effect::Reply(Reply::AsItWas)], None));
    }
}

#[test]
fn a_yes_that_is_late_early_or_of_another_question_forgets_nobody() {
    let (_, effects) = asked_to_forget().step(says("sí"), &later(5));
    assert_eq!(effects, [Effect::Understand("sí".into())]);
    let early = StepContext { message: arrived(DateTime::UNIX_EPOCH - Duration::seconds(5)), ..later(1) };
    let (_, effects) = asked_to_forget().step(says("sí"), &early);
    assert_eq!(effects, [Effect::Reply(Reply::YesOrNo(Question::ForgetPayee(ruiz())))]);
    for id in ["yes:forget ana lopez ****4560", "yes:freeze", "yes:opt-out"] {
        let (_, effects) = asked_to_forget().step(tapped(id.into()), &facts());
        assert_eq!(effects, [Effect::Reply(Reply::NothingPending)], "{id}");
    }
    let (state, _) = asked_to_forget().step(plainly(Intent::TalkToHuman), &facts());
    let (_, effects) = state.step(says("sí"), &facts());
    assert_eq!(effects, [Effect::Understand("sí".into())], "the yes may answer the agent");
}

#[test]
fn nobody_is_forgotten_while_a_payment_waits_for_its_yes() {
    let (state, prompt) = with_prompt();
    let (state, effects) = state.step(forget("Ana"), &facts());
    assert_eq!(effects, [Effect::FindPayeeToForget { user: user(), payee: sought("Ana") }]);
    let (state, effects) = state.step(Event::PayeeChanged(PayeeOutcome::ToForget(ruiz())), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::PromptWaits(prompt.clone()))]);
    assert_eq!(state.pending, Some(Pending::ConfirmationPrompt(prompt)));
}

#[test]
fn a_name_that_nobody_has_is_said_and_the_nearest_can_be_chosen() {
    let request = RequestedAction::ForgetPayee(sought("Anna"));
    let unknown = |nearest: Vec<PayeeOption>| {
        let (request, name) = (request.clone(), "Anna".into());
        Event::PayeeChanged(PayeeOutcome::Unknown { request, name, nearest })
    };
    let (state, effects) = open().step(unknown(Vec::new()), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::UnknownPayee { name: "Anna".into(), nearest: Vec::new() })]);
    assert_eq!(state.pending, None);
    let (state, effects) = open().step(unknown(vec![ruiz()]), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::UnknownPayee { name: "Anna".into(), nearest: vec![ruiz()] })]);
    let first = Entities { choice: Some(Choice::At(0)), ..Entities::default() };
    let (_, effects) = state.step(reads("1", Intent::Transfer, first), &facts());
    assert_eq!(effects, [Effect::FindPayeeToForget { user: user(), payee: chosen(&ruiz()) }]);
}

#[test]
fn a_change_without_a_proof_waits_for_its_code_and_still_asks() {
    let (state, effects) = Conversation::default().step(forget("Ana"), &facts());
    assert_eq!(effects, [Effect::StartVerification]);
    let (_, effects) = state.step(Event::CodeChecked(CodeChecked::Approved(user())), &facts());
    let looked_for = Effect::FindPayeeToForget { user: user(), payee: sought("Ana") };
    assert_eq!(effects, [Effect::Reply(Reply::CodeRight), looked_for]);
    let expired = StepContext { session_ttl: Duration::seconds(1), ..later(1) };
    let (_, effects) = asked_to_forget().step(says("sí"), &expired);
    assert_eq!(effects, [Effect::StartVerification], "the session is over: nobody is forgotten yet");
}
