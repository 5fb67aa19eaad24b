//! Random events: nothing personal before the number is proved, and nothing paid by a parser.

use super::*;

fn any_event() -> impl Strategy<Value = Event> {
    let intent = prop::sample::select(Intent::ALL.to_vec());
    prop_oneof![
        "\\PC{0,24}".prop_map(|text| says(&text)),
        intent.prop_map(plainly),
        Just(pay("150", "012345678901234567")),
        Just(says("123456")),
        Just(Event::CodeSent(CodeSent::Sent(challenge(), Channel::Whatsapp))),
        Just(Event::CodeChecked(CodeChecked::Wrong { attempts_remaining: 1 })),
        Just(Event::Prepared(ready(account()))),
        Just(Event::Paid(Paid::Gone)),
    ]
}

proptest! {
    #[test]
    fn nothing_personal_happens_before_the_number_is_proved(events in prop::collection::vec(any_event(), 0..40)) {
        let mut state = Conversation::default();
        for event in events {
            let (next, effects) = state.step(event, &facts());
            for effect in &effects {
                let personal =
                    matches!(effect, Effect::ReadBalance(_) | Effect::ReadStatement(..) | Effect::Prepare { .. } | Effect::Pay { .. });
                prop_assert!(!personal, "{:?}", effect);
            }
            state = next;
        }
    }

    #[test]
    fn what_a_parser_makes_of_a_message_pays_nothing(events in prop::collection::vec(any_event(), 0..40)) {
        let mut state = open();
        for event in events {
            let is_yes = matches!(&event, Event::Received(InboundContent::Text(text)) if is_clear_yes(text));
            let (next, effects) = state.step(event, &facts());
            let pays = effects.iter().any(|e| matches!(e, Effect::Pay { .. }));
            prop_assert!(is_yes || !pays);
            state = next;
        }
    }
}
