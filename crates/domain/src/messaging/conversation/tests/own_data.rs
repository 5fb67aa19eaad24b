//! A person's own data in the chat: a copy, the erasure, and what «borra mis datos» may mean.

use super::*;
use crate::privacy::Obstacle;

fn erase_question(facts: &StepContext) -> Conversation {
    let (state, effects) = open().step(Event::ErasureChecked(Vec::new()), facts);
    assert_eq!(effects, [Effect::Reply(Reply::YesOrNo(Question::EraseAccount))]);
    state
}

#[test]
fn a_copy_needs_a_code_of_a_moment_ago() {
    let (_, effects) = open().step(says("exportar mis datos"), &facts());
    assert_eq!(effects, [Effect::AskExport(user())], "the code was right just now");
    let (state, effects) = open().step(says("export my data"), &later(10));
    assert_eq!(effects, [Effect::StartVerification]);
    let (state, effects) = state.step(Event::CodeChecked(CodeChecked::Approved(user())), &later(11));
    assert_eq!(effects, [Effect::Reply(Reply::CodeRight), Effect::AskExport(user())]);
    let (_, effects) = state.step(Event::ExportNoted(Some("https://x/export/y".into())), &later(11));
    assert_eq!(effects, [Effect::Reply(Reply::ExportLink("https://x/export/y".into()))]);
}

#[test]
fn a_stranger_proves_themselves_first_and_once() {
    let (state, effects) = Conversation::default().step(says("exportar mis datos"), &facts());
    assert_eq!(effects, [Effect::StartVerification]);
    let (_, effects) = state.step(Event::CodeChecked(CodeChecked::Approved(user())), &later(1));
    assert_eq!(effects, [Effect::Reply(Reply::CodeRight), Effect::AskExport(user())]);
}

#[test]
fn the_code_must_be_of_the_person_who_asked() {
    let (state, _) = open().step(says("exportar mis datos"), &later(10));
    let other = UserId(Uuid::from_u128(99));
    let (_, effects) = state.step(Event::CodeChecked(CodeChecked::Approved(other)), &later(11));
    assert_eq!(effects, [Effect::Reply(Reply::CodeRight), Effect::Reply(Reply::RequestDropped)]);
}

#[test]
fn a_bound_chat_proves_nothing_by_itself() {
    let bound = StepContext { bound: Some(user()), has_number: false, ..facts() };
    let (_, effects) = Conversation::default().step(says("exportar mis datos"), &bound);
    assert_eq!(effects, [Effect::Reply(Reply::DataNeedsNumber)]);
}

#[test]
fn an_erasure_needs_a_clear_yes_and_a_code() {
    let (_, effects) = open().step(says("borrar mi cuenta"), &later(10));
    assert_eq!(effects, [Effect::CheckErasure(user())]);
    let state = erase_question(&later(10));
    let (state, effects) = state.step(says("sí"), &later(11));
    assert_eq!(effects, [Effect::StartVerification], "the session is older than a moment");
    let (state, effects) = state.step(Event::CodeChecked(CodeChecked::Approved(user())), &later(12));
    assert_eq!(effects, [Effect::Reply(Reply::CodeRight), Effect::AskErasure(user())]);
    let (_, effects) = state.step(Event::ErasureNoted(ErasureNoted::Due("mañana".into())), &later(12));
    assert_eq!(effects, [Effect::Reply(Reply::ErasureDue("mañana".into()))]);
}

#[test]
fn only_a_clear_yes_erases() {
    for text in ["sí, mañana", "sí?", "no", "ok ❌", "mejor no", "¿qué se borra?"] {
        let (state, effects) = erase_question(&facts()).step(says(text), &later(1));
        assert!(!effects.contains(&Effect::AskErasure(user())), "{text}");
        let (_, effects) = state.step(plainly(Intent::Unknown), &later(1));
        assert!(!effects.contains(&Effect::AskErasure(user())), "{text}: {effects:?}");
    }
    let press = |id: &str| Event::Received(InboundContent::Button { id: id.into(), title: "Sí".into() });
    let (_, effects) = erase_question(&facts()).step(press("yes:erase"), &later(1));
    assert_eq!(effects, [Effect::AskErasure(user())]);
    let (_, effects) = erase_question(&facts()).step(press("no:erase"), &later(1));
    assert_eq!(effects, [Effect::Reply(Reply::AsItWas)]);
}

#[test]
fn what_stands_in_the_way_is_told_and_nothing_asked() {
    let obstacles = vec![Obstacle::MoneyLeft, Obstacle::TransfersOpen];
    let (state, effects) = open().step(Event::ErasureChecked(obstacles.clone()), &facts());
    assert_eq!((state.pending, effects), (None, vec![Effect::Reply(Reply::ErasureInTheWay(obstacles))]));
}

#[test]
fn an_erasure_is_taken_back_by_its_words() {
    let (_, effects) = open().step(says("cancelar borrado"), &later(10));
    assert_eq!(effects, [Effect::TakeErasureBack(user())]);
    let (_, effects) = open().step(Event::ErasureTakenBack(true), &later(10));
    assert_eq!(effects, [Effect::Reply(Reply::ErasureTakenBack)]);
    let (_, effects) = open().step(Event::ErasureTakenBack(false), &later(10));
    assert_eq!(effects, [Effect::Reply(Reply::NoErasure)]);
}

#[test]
fn what_may_mean_three_things_does_none_of_them() {
    for text in ["borra mis datos", "delete my data", "apagar meus dados"] {
        let (state, effects) = with_prompt().0.step(says(text), &facts());
        assert_eq!((state.pending, effects), (None, vec![Effect::Reply(Reply::WhichDataWish)]), "{text}");
    }
}

#[test]
fn an_agent_answers_while_they_have_the_conversation() {
    let mut handed_off = open();
    handed_off.handed_off_until = Some(later(60).now);
    let (_, effects) = handed_off.step(says("borrar mi cuenta"), &facts());
    assert_eq!(effects, [Effect::Understand("borrar mi cuenta".into())]);
}
