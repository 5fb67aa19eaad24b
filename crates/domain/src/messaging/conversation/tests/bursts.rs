//! Messages of one person that come shortly one after the other.

use super::*;

fn fragment(intent: Intent, entities: Entities) -> Understanding {
    Understanding { intent, entities, explained: true, ..Understanding::unknown() }
}

fn wish() -> Understanding {
    fragment(Intent::Transfer, Entities::default())
}

fn fifty() -> Entities {
    Entities { amount: Some(AmountReading::Exact("50".into())), ..Entities::default() }
}

fn whole() -> Understanding {
    let destination = NamedDestination { kind: DestinationKind::Clabe, value: account().canonical().into() };
    fragment(Intent::Transfer, Entities { destination: Some(destination), ..fifty() })
}

fn understood(text: &str, understanding: Understanding) -> Event {
    Event::Understood { text: text.into(), understanding }
}

/// «hola», held.
fn greeted() -> Conversation {
    let (state, effects) =
        open().step(understood("hola", fragment(Intent::Greeting, Entities::default())), &facts());
    assert_eq!(effects, []);
    state
}

#[test]
fn what_is_held_is_answered_when_its_time_is_over_and_once() {
    let (state, effects) = greeted().step(Event::Received(InboundContent::HoldEnded), &facts());
    assert_eq!(effects, [], "not yet");
    let (state, effects) = state.step(Event::Received(InboundContent::HoldEnded), &held());
    assert_eq!(effects, [Effect::Reply(Reply::Greeting)]);
    assert_eq!(state.step(Event::Received(InboundContent::HoldEnded), &held()).1, []);
}

#[test]
fn parts_of_one_request_get_one_reply() {
    let (state, effects) = greeted().step(understood("quiero mandar", wish()), &facts());
    let [Effect::UnderstandTogether { held: texts, text, alone }] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!((texts.as_slice(), text.as_str()), (["hola".to_owned()].as_slice(), "quiero mandar"));
    let joins = |text: &str, together: Understanding| Event::UnderstoodTogether {
        text: text.into(),
        alone: (**alone).clone(),
        together,
    };
    let (state, effects) = state.step(joins("quiero mandar", wish()), &facts());
    assert_eq!(effects, []);
    assert_eq!(state.held.as_ref().unwrap().texts, ["hola", "quiero mandar"]);
    let (state, effects) = state.step(joins("50 a la 0123", whole()), &facts());
    assert!(matches!(effects.as_slice(), [Effect::Prepare { draft, .. }]
        if draft.amount == Some(Money::new(5_000, Currency::MXN))));
    assert_eq!(state.held, None);
}

#[test]
fn a_complete_message_is_answered_alone_after_what_was_held() {
    let (state, effects) = greeted().step(plainly(Intent::CheckBalance), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::Greeting), Effect::ReadBalance(user())]);
    assert_eq!(state.held, None);
}

#[test]
fn what_makes_no_request_together_is_answered_apart_and_equal_messages_never_join() {
    let thanks = fragment(Intent::Thanks, Entities::default());
    let (state, _) = greeted().step(understood("gracias", thanks.clone()), &facts());
    let apart = Event::UnderstoodTogether {
        text: "gracias".into(),
        alone: thanks,
        together: fragment(Intent::Greeting, Entities::default()),
    };
    let (state, effects) = state.step(apart, &facts());
    assert_eq!(effects, [Effect::Reply(Reply::Greeting)]);
    assert_eq!(state.held.unwrap().texts, ["gracias"]);
    let again = understood("Hola!", fragment(Intent::Greeting, Entities::default()));
    let (state, effects) = greeted().step(again, &facts());
    assert_eq!(effects, [Effect::Reply(Reply::Greeting)]);
    assert_eq!(state.held.unwrap().texts, ["Hola!"]);
}

#[test]
fn nothing_is_held_while_a_question_waits() {
    let (state, prompt) = with_prompt();
    let (_, effects) = state.step(plainly(Intent::Thanks), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::PromptWaits(prompt))]);
}

#[test]
fn stop_and_an_agent_drop_what_is_held() {
    assert_eq!(greeted().step(says("STOP"), &facts()).0.held, None);
    let takes_over = InboundContent::AgentCommand {
        command: AgentCommand::TakeOver,
        by: Principal::Client("agents".into()),
    };
    let (state, effects) = greeted().step(Event::Received(takes_over), &facts());
    assert_eq!((state.held, effects), (None, vec![]));
}
