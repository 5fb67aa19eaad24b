//! Random dialogues: whatever was said, every message is answered, and every state has a way out.

use super::*;
use crate::messaging::intent::{Choice, RelativeAmount, Topic};

/// Slots as a parser might read them, sensible or not.
fn any_entities() -> impl Strategy<Value = Entities> {
    let amount = prop::sample::select(vec![
        None,
        Some(AmountReading::Exact("50".into())),
        Some(AmountReading::Exact("0".into())),
        Some(AmountReading::Ambiguous { thousands: "1500".into(), decimal: "1.50".into() }),
    ]);
    let destination = prop::sample::select(vec![
        None,
        Some(NamedDestination { kind: DestinationKind::Name, value: "luis".into() }),
        Some(NamedDestination { kind: DestinationKind::Clabe, value: "012345678901234567".into() }),
    ]);
    let relative = prop::sample::select(vec![
        None,
        Some(RelativeAmount::All),
        Some(RelativeAmount::Half),
        Some(RelativeAmount::Plus("5".into())),
        Some(RelativeAmount::Minus("9999".into())),
    ]);
    let topic = prop::sample::select(vec![None, Some(Topic::Payee), Some(Topic::Reason), Some(Topic::Fees)]);
    let choice = prop::sample::select(vec![None, Some(Choice::At(1)), Some(Choice::Last)]);
    (amount, destination, relative, topic, choice).prop_map(
        |(amount, destination, relative, topic, choice)| Entities {
            amount,
            destination,
            relative,
            choice,
            topic,
            ..Entities::default()
        },
    )
}

fn any_understanding() -> impl Strategy<Value = Understanding> {
    let intents = || prop::sample::select(Intent::ALL.to_vec());
    (intents(), prop::collection::vec(intents(), 0..2), any_entities(), any::<bool>()).prop_map(
        |(intent, also, entities, explained)| Understanding {
            intent,
            also,
            entities,
            explained,
            ..Understanding::unknown()
        },
    )
}

/// What a person does, and how a parser reads it.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there are thirty of them")]
enum Turn {
    Writes(&'static str, Understanding),
    Waits(i64),
    IsAnswered(Event),
}

fn any_turn() -> impl Strategy<Value = Turn> {
    let texts = prop::sample::select(vec![
        "hola",
        "sí",
        "no",
        "50",
        "a mi mamá",
        "cancelar",
        "menú",
        "123456",
        "gracias",
        "¿por qué?",
        "la Ruiz",
    ]);
    let option = |name: &str| PayeeOption { name: name.into(), account: account() };
    let answers = prop::sample::select(vec![
        Event::Prepared(ready(account())),
        Event::Prepared(Prepared::UnknownPayee { name: "luis".into() }),
        Event::Prepared(Prepared::WhichPayee { options: vec![option("Ana Ruiz"), option("Ana Paz")] }),
        Event::Prepared(Prepared::RecipientNotFound),
        Event::Prepared(Prepared::OwnAccount),
        Event::Prepared(Prepared::InsufficientFunds { available: Money::new(1, Currency::MXN) }),
        Event::CodeSent(CodeSent::Sent(challenge(), Channel::Whatsapp)),
        Event::CodeChecked(CodeChecked::Approved(user())),
        Event::Paid(Paid::CodeNeeded(StepUp {
            transfer: TransferId(Uuid::nil()),
            amount: Money::new(1, Currency::MXN),
            destination: String::new(),
            payee: None,
            channel: Channel::Sms,
        })),
        Event::Paid(Paid::Gone),
        Event::Frozen(FreezeOutcome::Frozen),
    ]);
    prop_oneof![
        6 => (texts, any_understanding()).prop_map(|(text, read)| Turn::Writes(text, read)),
        1 => (0_i64..900).prop_map(Turn::Waits),
        3 => answers.prop_map(Turn::IsAnswered),
    ]
}

/// One message, and its reading when one is asked for. Returns all effects.
fn write(
    state: Conversation,
    text: &str,
    read: &Understanding,
    facts: &StepContext,
) -> (Conversation, Vec<Effect>) {
    let (mut state, mut effects) = state.step(says(text), facts);
    if effects.contains(&Effect::Understand(text.into())) {
        let event = Event::Understood { text: text.into(), understanding: read.clone() };
        let more;
        (state, more) = state.step(event, facts);
        effects.extend(more);
    }
    let together = effects.iter().any(|effect| matches!(effect, Effect::UnderstandTogether { .. }));
    if together {
        let event = Event::UnderstoodTogether {
            text: text.into(),
            alone: read.clone(),
            together: Understanding::unknown(),
        };
        let more;
        (state, more) = state.step(event, facts);
        effects.extend(more);
    }
    (state, effects)
}

fn balance() -> Understanding {
    Understanding { intent: Intent::CheckBalance, explained: true, ..Understanding::unknown() }
}

proptest! {
    #[test]
    fn every_message_is_answered_and_every_state_has_a_way_out(turns in prop::collection::vec(any_turn(), 0..30)) {
        let (mut state, mut now) = (open(), DateTime::UNIX_EPOCH);
        for turn in turns {
            let facts = StepContext { messages_per_minute: u32::MAX, ..at(now) };
            match turn {
                Turn::Writes(text, read) => {
                    let is_handed_off = state.handed_off_until.is_some_and(|until| now < until);
                    let (next, effects) = write(state, text, &read, &facts);
                    let is_held = next.held.is_some();
                    let answers = effects.iter().any(|effect| {
                        !matches!(effect, Effect::Understand(_) | Effect::UnderstandTogether { .. })
                    });
                    prop_assert!(answers || is_held || is_handed_off, "{:?} {:?}", text, read);
                    state = next;
                }
                Turn::Waits(seconds) => now += Duration::seconds(seconds),
                Turn::IsAnswered(event) => state = state.step(event, &facts).0,
            }
        }
        let facts = StepContext { messages_per_minute: u32::MAX, ..at(now + HOLD) };
        for text in ["menú", "cancelar", "cancelar"] {
            state = write(state, text, &Understanding::unknown(), &facts).0;
        }
        let (_, effects) = write(state, "saldo", &balance(), &facts);
        let is_served = effects.iter().any(|effect| {
            matches!(effect, Effect::ReadBalance(_) | Effect::StartVerification)
        });
        prop_assert!(is_served, "{:?}", effects);
    }
}
