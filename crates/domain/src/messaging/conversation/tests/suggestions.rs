//! «¿Quisiste decir…?»: what a text that wasn't understood was nearest to.

use super::*;

fn near(nearest: &[Intent]) -> Event {
    let understanding = Understanding { nearest: nearest.to_vec(), ..Understanding::unknown() };
    Event::Understood { text: "…".into(), understanding }
}

fn tapped(id: &str) -> Event {
    Event::Received(InboundContent::Button { id: id.into(), title: "…".into() })
}

/// A conversation in which these wishes were suggested.
fn suggested(wishes: &[Intent]) -> Conversation {
    let (state, effects) = open().step(near(wishes), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::DidYouMean(wishes.to_vec()))]);
    state
}

const TWO: [Intent; 2] = [Intent::CheckBalance, Intent::ListTransactions];

#[test]
fn what_was_suggested_is_done_by_its_button_its_number_or_a_yes_to_the_only_one() {
    let shown = [Effect::ReadStatement(user(), FiguresQuery::default())];
    for answer in [tapped("wish:list_transactions"), says("2"), says("2.")] {
        assert_eq!(suggested(&TWO).step(answer.clone(), &facts()).1, shown, "{answer:?}");
    }
    let only = suggested(&[Intent::ListTransactions]);
    assert_eq!(only.step(plainly(Intent::Confirm), &facts()).1, shown);
    let (state, effects) = suggested(&TWO).step(plainly(Intent::Confirm), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::DidYouMean(TWO.to_vec()))], "a yes to two of them picks none");
    assert_eq!(state.step(says("1"), &facts()).1, [Effect::ReadBalance(user())]);
}

#[test]
fn something_else_shows_the_menu() {
    for answer in [tapped("wish:other"), says("3"), says("Otra cosa"), plainly(Intent::Deny)] {
        let (state, effects) = suggested(&TWO).step(answer.clone(), &facts());
        assert_eq!(effects, [Effect::Reply(Reply::Help)], "{answer:?}");
        assert_eq!((state.pending, state.misunderstood), (None, 0));
    }
}

#[test]
fn the_buttons_are_two_wishes_and_something_else() {
    let ids = |wishes: &[Intent]| -> Vec<String> {
        Reply::DidYouMean(wishes.to_vec()).buttons().into_iter().map(|button| button.id).collect()
    };
    assert_eq!(ids(&TWO), ["wish:check_balance", "wish:list_transactions", "wish:other"]);
    let three = [Intent::Help, Intent::Spending, Intent::AskLimits];
    let (_, effects) = open().step(near(&three), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::DidYouMean(three[..SUGGESTED_MAX].to_vec()))]);
}

#[test]
fn nothing_that_moves_money_opts_out_or_freezes_is_suggested_or_done_by_a_button() {
    use Intent::{Confirm, Deny, FreezeAccount, Start, Stop, Transfer, VerifyCode};
    for intent in Intent::ALL.iter().copied().filter(|intent| !intent.can_be_suggested()) {
        let (_, effects) = open().step(near(&[intent]), &facts());
        assert_eq!(effects, [Effect::Reply(Reply::NotUnderstood)], "{intent:?}");
        let (_, effects) = open().step(tapped(&format!("wish:{}", intent.label())), &facts());
        assert_eq!(effects, [Effect::Reply(Reply::NothingPending)], "{intent:?}");
    }
    for never in [Transfer, Stop, Start, FreezeAccount, Confirm, Deny, VerifyCode] {
        assert!(!never.can_be_suggested(), "{never:?}");
    }
}

#[test]
fn another_message_ends_the_suggestion() {
    let (state, _) = suggested(&TWO).step(pay("5", "012345678901234567"), &facts());
    assert!(matches!(state.pending, Some(Pending::Draft(_))));
    let (state, effects) = suggested(&TWO).step(near(&[]), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::NotUnderstood)]);
    assert_eq!(state.step(says("1"), &facts()).1, [Effect::Understand("1".into())]);
    let (_, effects) = suggested(&TWO).step(says("1"), &later(10));
    assert_eq!(effects, [Effect::Understand("1".into())], "it was asked long ago");
}

#[test]
fn suggestions_count_as_misunderstood() {
    let (state, _) = suggested(&TWO).step(near(&TWO), &facts());
    let (state, effects) = state.step(near(&TWO), &facts());
    assert_eq!(effects, [Effect::HandOff, Effect::Reply(Reply::HandedOff)]);
    assert_eq!(state.pending, None, "an agent answers now");
    let (_, effects) = state.step(tapped("wish:list_transactions"), &facts());
    assert_eq!(effects, [], "the agent answers");
}

#[test]
fn nothing_is_suggested_while_a_question_waits() {
    let (state, prompt) = with_prompt();
    let (state, effects) = state.step(near(&TWO), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::PromptWaits(prompt))]);
    assert!(matches!(state.pending, Some(Pending::ConfirmationPrompt(_))));
    let (state, effects) = state.step(tapped("wish:check_balance"), &facts());
    assert_eq!(effects, [Effect::ReadBalance(user())], "an old button still shows the balance");
    assert!(matches!(state.pending, Some(Pending::ConfirmationPrompt(_))), "and the prompt stays");
}

#[test]
fn a_suggestion_that_is_taken_without_a_proof_waits_for_its_code() {
    let (state, _) = Conversation::default().step(near(&TWO), &facts());
    let (state, effects) = state.step(says("1"), &facts());
    assert_eq!(effects, [Effect::StartVerification]);
    let asked = matches!(state.session, Session::AwaitingCode { request: Some(request), .. }
        if request.what == RequestedAction::Balance);
    assert!(asked);
}
