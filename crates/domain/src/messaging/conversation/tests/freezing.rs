//! FREEZE, and other questions that a yes answers without moving money.

use super::*;

fn asked(question: Question) -> Conversation {
    let intent = if question == Question::Freeze { Intent::FreezeAccount } else { Intent::Stop };
    let (state, effects) = with_prompt().0.step(plainly(intent), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::YesOrNo(question))]);
    state
}

#[test]
fn the_word_acts_at_once_in_any_state() {
    let opted_out = StepContext { consent: ConsentStatus::OptedOut, ..facts() };
    let mut handed_off = open();
    handed_off.handed_off_until = Some(later(60).now);
    let strict = StepContext { messages_per_minute: 0, ..facts() };
    for (state, facts) in [
        (open(), facts()),
        (with_prompt().0, facts()),
        (Conversation::default(), opted_out),
        (handed_off, facts()),
        (open(), strict),
    ] {
        for word in ["FREEZE", "¡Congelar!", "bloquear"] {
            assert_eq!(state.clone().step(says(word), &facts).1, [Effect::Freeze], "{word}");
        }
    }
}

#[test]
fn frozen_means_that_nothing_waits_and_nobody_is_signed_in() {
    let (state, effects) = with_prompt().0.step(Event::Frozen(FreezeOutcome::Frozen), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::Frozen { is_opted_out: false })]);
    assert_eq!((state.pending.clone(), &state.session), (None, &Session::Anonymous));
    assert_eq!(state.step(says("sí"), &facts()).1, [Effect::Understand("sí".into())]);
}

#[test]
fn a_session_from_before_the_freeze_is_over_in_every_chat() {
    let freeze = Freeze { last_frozen_at: Some(DateTime::UNIX_EPOCH), ..Freeze::default() };
    let frozen = StepContext { freeze, ..later(1) };
    assert_eq!(open().step(plainly(Intent::CheckBalance), &frozen).1, [Effect::StartVerification]);
    let (state, _) = with_prompt();
    assert_eq!(state.step(says("sí"), &frozen).1, [Effect::StartVerification], "nobody pays");
}

#[test]
fn other_words_ask_for_one_yes_and_void_the_prompt() {
    let state = asked(Question::Freeze);
    assert_eq!(state.clone().step(says("sí, por favor"), &later(1)).1, [Effect::Freeze]);
    let press = |id: &str| Event::Received(InboundContent::Button { id: id.into(), title: "Sí".into() });
    assert_eq!(state.clone().step(press("yes:freeze"), &later(1)).1, [Effect::Freeze]);
    assert_eq!(state.clone().step(press("no:freeze"), &later(1)).1, [Effect::Reply(Reply::AsItWas)]);
    assert_eq!(state.clone().step(press("yes:opt-out"), &later(1)).1, [Effect::Reply(Reply::NothingPending)]);
    assert_eq!(state.step(says("sí"), &later(6)).1, [Effect::Understand("sí".into())], "too late");
}

#[test]
fn only_a_clear_yes_freezes_or_opts_out() {
    for question in [Question::Freeze, Question::OptOut] {
        for text in ["sí, mañana", "sí?", "ok ❌", "no"] {
            let (state, effects) = asked(question.clone()).step(says(text), &later(1));
            assert!(!effects.contains(&Effect::Freeze), "{text}");
            let (_, effects) = state.step(plainly(Intent::Unknown), &later(1));
            assert!(!effects.contains(&Effect::Freeze), "{text}: {effects:?}");
        }
        let (_, effects) = asked(question).step(plainly(Intent::Deny), &later(1));
        assert_eq!(effects, [Effect::Reply(Reply::AsItWas)]);
    }
    let (_, effects) = asked(Question::OptOut).step(says("sí"), &later(1));
    assert_eq!(effects, [Effect::RecordConsent(ConsentStatus::OptedOut), Effect::Reply(Reply::OptedOut)]);
}

#[test]
fn a_yes_from_before_the_question_is_none_to_it() {
    let early = StepContext { message: arrived(DateTime::UNIX_EPOCH), ..later(1) };
    let (state, _) = with_prompt().0.step(plainly(Intent::FreezeAccount), &later(1));
    assert_eq!(state.step(says("sí"), &early).1, [Effect::Reply(Reply::YesOrNo(Question::Freeze))]);
}

#[test]
fn a_request_of_its_own_drops_the_question() {
    let (state, effects) = asked(Question::Freeze).step(plainly(Intent::CheckBalance), &later(1));
    assert_eq!((state.pending, effects), (None, vec![Effect::ReadBalance(user())]));
}
