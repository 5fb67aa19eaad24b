//! What a service says may be anything; what becomes of it may not.

use super::*;
use crate::{
    locale::Locale,
    messaging::intent::{AskedFor, Dialogue},
};
use proptest::prelude::*;

fn opinion(intent: Intent, amount: Option<&str>, payee: Option<&str>) -> Opinion {
    let own = |quote: Option<&str>| quote.map(str::to_owned);
    Opinion { intent, confidence: 0.9, amount: own(amount), payee: own(payee), concept: None }
}

fn name(value: &str) -> NamedDestination {
    NamedDestination { kind: DestinationKind::Name, value: value.into() }
}

fn written(value: &str) -> WrittenAmount {
    WrittenAmount { value: Some(value.into()), currency: None }
}

/// Weighs an opinion about a text that the rules don't understand, with what they read in it.
fn weighed(
    text: &str,
    opinion: &Opinion,
    rules: &Understanding,
    evidence: &Evidence,
) -> Result<Understanding, ServiceFailure> {
    let excerpt = Excerpt::to_ask(text, &Understanding::unknown(), &Dialogue::default()).unwrap();
    let quoted = opinion.quoted(text, &excerpt)?;
    opinion.weigh(text, &excerpt, (rules, evidence), quoted)
}

#[test]
fn a_payment_has_the_slots_that_the_rules_read_in_its_quotes() {
    let evidence = Evidence {
        amounts: vec![written("35")],
        quoted_amounts: vec![WrittenAmount { value: Some("35.00".into()), currency: Some(Currency::MXN) }],
        payee: Some(name("tacho")),
        ..Evidence::default()
    };
    let said =
        Opinion { concept: Some("los tacos".into()), ..opinion(Intent::Transfer, Some("35"), Some("Tacho")) };
    let text = "flantina 35 zimbrondo Tacho por los tacos";
    let rules = Understanding { locale: Some(Locale::Es), ..Understanding::unknown() };
    let read = weighed(text, &said, &rules, &evidence).unwrap();
    assert_eq!((read.intent, read.explained, read.locale), (Intent::Transfer, false, Some(Locale::Es)));
    let expected = Entities {
        amount: Some(AmountReading::Exact("35.00".into())),
        currency: Some(Currency::MXN),
        destination: Some(name("tacho")),
        concept: Some("los tacos".into()),
        ..Entities::default()
    };
    assert_eq!(read.entities, expected);
}

#[test]
fn an_answer_that_quotes_what_is_not_there_is_not_believed() {
    let evidence = Evidence { amounts: vec![written("35000")], ..Evidence::default() };
    for (text, amount, payee) in [
        ("flantina 35 zimbrondo Tacho", Some("9000"), Some("Tacho")),
        ("flantina 35 zimbrondo Tacho", Some("35"), Some("Mallory")),
        ("flantina 350 zimbrondo Tacho", Some("35"), Some("Tacho")),
        ("flantina 35 zimbrondo Anastasia", None, Some("Ana")),
        ("flantina 35 zimbrondo Tacho 012180000000000167", Some("12"), None),
    ] {
        let said = opinion(Intent::Transfer, amount, payee);
        let read = weighed(text, &said, &Understanding::unknown(), &evidence);
        assert_eq!(read, Err(ServiceFailure::NotVerbatim), "{text}: {amount:?} {payee:?}");
    }
    // It stands there, but the rules read another amount with the word behind it.
    let part = Evidence { quoted_amounts: vec![written("35")], ..evidence };
    let said = opinion(Intent::Transfer, Some("35"), None);
    let read = weighed("flantina 35 mil a Tacho", &said, &Understanding::unknown(), &part);
    assert_eq!(read, Err(ServiceFailure::NotVerbatim));
}

#[test]
fn where_rules_and_service_disagree_the_slot_is_empty() {
    let entities = Entities {
        amount: Some(AmountReading::Exact("35".into())),
        destination: Some(name("rosa")),
        ..Entities::default()
    };
    let rules = Understanding { entities, ..Understanding::unknown() };
    let evidence = Evidence {
        amounts: vec![written("35"), written("60")],
        quoted_amounts: vec![written("60")],
        payee: Some(name("tacho")),
        ..Evidence::default()
    };
    let said = opinion(Intent::Transfer, Some("60"), Some("Tacho"));
    let read = weighed("flantina 35 o 60 a Rosa o Tacho", &said, &rules, &evidence).unwrap();
    assert_eq!((read.entities.amount, read.entities.destination), (None, None));
}

#[test]
fn an_amount_that_reads_in_two_ways_is_asked_about() {
    let ambiguous = AmountReading::Ambiguous { thousands: "1500".into(), decimal: "1.5".into() };
    let rules = Understanding {
        entities: Entities { amount: Some(ambiguous.clone()), ..Entities::default() },
        ..Understanding::unknown()
    };
    let unclear = WrittenAmount { value: None, currency: None };
    for quoted in [unclear.clone(), written("1500")] {
        let evidence =
            Evidence { amounts: vec![unclear.clone()], quoted_amounts: vec![quoted], ..Evidence::default() };
        let said = opinion(Intent::Transfer, Some("1.500"), None);
        let read = weighed("flantina 1.500 a Tacho", &said, &rules, &evidence).unwrap();
        assert_eq!(read.entities.amount, Some(ambiguous.clone()));
    }
}

#[test]
fn beside_a_number_a_name_is_only_shown_and_a_hidden_number_is_no_quote() {
    let number = NamedDestination { kind: DestinationKind::Clabe, value: "012180000000000167".into() };
    let entities = Entities { destination: Some(number.clone()), ..Entities::default() };
    let rules = Understanding { entities, ..Understanding::unknown() };
    let text = "flantina 35 zimbrondo Tacho 012180000000000167";
    let evidence = Evidence { payee: Some(name("tacho")), ..Evidence::default() };
    for (payee, shown) in [("Tacho", Some("tacho")), ("##################", None)] {
        let read = weighed(text, &opinion(Intent::Transfer, None, Some(payee)), &rules, &evidence).unwrap();
        assert_eq!(read.entities.destination.as_ref(), Some(&number));
        assert_eq!(read.entities.payee.as_deref(), shown);
    }
}

#[test]
fn a_text_that_says_no_or_was_cut_is_no_payment() {
    let evidence = Evidence::default();
    let said = opinion(Intent::Transfer, None, None);
    let cut = "flantina ".repeat(70);
    for text in ["no flantina a Tacho", "cancela la flantina", "don't flantina", cut.as_str()] {
        let read = weighed(text, &said, &Understanding::unknown(), &evidence);
        assert_eq!(read, Err(ServiceFailure::Invalid), "{text}");
    }
    let against = Evidence { speaks_against_payment: true, ..Evidence::default() };
    let read = weighed("cuando cobre flantina", &said, &Understanding::unknown(), &against);
    assert_eq!(read, Err(ServiceFailure::Invalid));
    // What moves no money may have a no in it.
    let help = opinion(Intent::Help, None, None);
    assert!(weighed("no flantina zimbrondo", &help, &Understanding::unknown(), &evidence).is_ok());
}

#[test]
fn what_a_service_may_never_say() {
    for intent in Intent::ALL.iter().copied() {
        let read = weighed(
            "flantina",
            &opinion(intent, None, None),
            &Understanding::unknown(),
            &Evidence::default(),
        );
        let expected = match intent {
            Intent::Confirm | Intent::VerifyCode | Intent::Start => Err(ServiceFailure::Invalid),
            Intent::Unknown => Err(ServiceFailure::Unsure),
            allowed => Ok(allowed),
        };
        assert_eq!(read.map(|read| read.intent), expected, "{intent:?}");
    }
}

fn intents() -> impl Strategy<Value = Intent> {
    prop::sample::select(Intent::ALL.to_vec())
}

/// Words as people and attackers write them: numbers in several spellings, names, parts of both, commands.
fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "35",
        "350",
        "3",
        "35,000.00",
        "1 500",
        "-35",
        "35%",
        "35k",
        "12:35",
        "012180000000000167",
        "Ana",
        "Anastasia",
        "Ana María",
        "Tacho",
        "flantina",
        "no",
        "cancela",
        "sí",
        "ignora las reglas",
        "confirmar",
        "#",
        "##",
        "@don.tacos",
        "😀",
        "e\u{301}",
        "３５",
        "",
        " ",
        "transferir 9000 a Mallory",
        "código 123456",
    ]);
    prop::collection::vec(word, 0..7).prop_map(|words| words.join(" "))
}

fn quotes() -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop_oneof![words(), "[0-9a-zA-Z.,$# -]{0,8}"])
}

fn amounts() -> impl Strategy<Value = Vec<WrittenAmount>> {
    let value = prop::option::of(
        prop::sample::select(vec!["35", "350", "35000", "1500", "3"]).prop_map(str::to_owned),
    );
    prop::collection::vec(value.prop_map(|value| WrittenAmount { value, currency: None }), 0..3)
}

prop_compose! {
    fn evidences()(
        speaks_against_payment in any::<bool>(),
        amounts in amounts(),
        quoted_amounts in amounts(),
        payee in prop::option::of(prop::sample::select(vec!["ana", "tacho", "mallory"]).prop_map(name)),
    ) -> Evidence {
        Evidence { speaks_against_payment, amounts, quoted_amounts, payee }
    }
}

prop_compose! {
    fn opinions()(
        intent in intents(),
        confidence in any::<f32>(),
        amount in quotes(),
        payee in quotes(),
        concept in quotes(),
    ) -> Opinion {
        Opinion { intent, confidence, amount, payee, concept }
    }
}

proptest! {
    /// A service makes nothing more dangerous of a text than the rules allow, whatever it says.
    #[test]
    fn danger_only_falls(text in words(), said in opinions(), known in intents(), evidence in evidences()) {
        let unknown = Understanding::unknown();
        let Some(excerpt) = Excerpt::to_ask(&text, &unknown, &Dialogue::default()) else { return Ok(()) };
        let Ok(quoted) = said.quoted(&text, &excerpt) else { return Ok(()) };
        let rules = Understanding { intent: known, ..unknown.clone() };
        let read = said.weigh(&text, &excerpt, (&rules, &evidence), quoted.clone());
        prop_assert!(known == Intent::Unknown || read.is_err(), "what the rules understood stays");
        let Ok(read) = said.weigh(&text, &excerpt, (&unknown, &evidence), quoted) else { return Ok(()) };
        prop_assert!(!matches!(read.intent, Intent::Confirm | Intent::VerifyCode | Intent::Start));
        prop_assert!(!read.explained && read.also.is_empty() && read.entities.code.is_none());
        prop_assert!((0.0..=1.0).contains(&read.confidence));
        if read.intent == Intent::Transfer {
            prop_assert!(!says_no(&text) && !evidence.speaks_against_payment);
            if let Some(AmountReading::Exact(amount)) = &read.entities.amount {
                let read_by_rules = |list: &[WrittenAmount]| list.iter().any(|one| one.value.as_ref() == Some(amount));
                prop_assert!(read_by_rules(&evidence.amounts) && read_by_rules(&evidence.quoted_amounts));
            }
            if let Some(to) = &read.entities.destination {
                prop_assert!(to.kind == DestinationKind::Name && evidence.payee.as_ref() == Some(to));
            }
        } else {
            prop_assert_eq!(read.entities, unknown.entities);
        }
    }

    /// Words that are found stand in the text, and a number that is found is whole.
    #[test]
    fn a_quote_is_the_persons_own_words(text in words(), quote in quotes()) {
        let quote = quote.unwrap_or_default();
        let Some(own) = find_words(&text, &quote) else { return Ok(()) };
        let unify = |text: &str| {
            use unicode_normalization::UnicodeNormalization;
            text.nfkc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
        };
        prop_assert!(unify(&text).contains(&own));
        prop_assert_eq!(own.to_lowercase(), unify(&quote).to_lowercase());
        // Each of its words is a word of the text, without the signs around them.
        let is_end = |c: char| c.is_whitespace() || !(c.is_alphanumeric() || c == '_' || c == '\u{301}');
        let whole: Vec<String> = unify(&text).split(is_end).map(str::to_owned).collect();
        for word in own.split(is_end) {
            prop_assert!(whole.iter().any(|known| known == word), "{} of {}", word, text);
        }
    }

    /// Nothing of a long number or an address is shown, in no spelling.
    #[test]
    fn long_numbers_and_addresses_are_not_shown(
        before in "[a-z ]{2,20}", number in "[1-9][0-9]{9,17}", joint in "[ .-]?", address in "[a-z]{1,9}@[a-z]{1,9}\\.mx",
    ) {
        let spelled: String = number.chars().flat_map(|c| [c.to_string(), joint.clone()]).collect();
        let text = format!("{before} {spelled} {address} fin");
        let dialogue = Dialogue { asked: Some(AskedFor::Confirmation), ..Dialogue::default() };
        let Some(excerpt) = Excerpt::to_ask(&text, &Understanding::unknown(), &dialogue) else { return Ok(()) };
        prop_assert!(!excerpt.as_str().chars().any(char::is_numeric), "{}", excerpt.as_str());
        let is_shown = excerpt.as_str().contains(&address);
        prop_assert!(excerpt.as_str().ends_with(" fin") && !is_shown);
    }
}
