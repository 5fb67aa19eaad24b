//! What the rules say about words that another has quoted.

use crate::RuleParser;
use domain::{
    messaging::intent::{Dialogue, Intent},
    phone::Region,
};
use ports::messaging::intent_parser::TextRules;

fn rules() -> RuleParser {
    RuleParser::new(Region::MEXICO)
}

fn amounts(text: &str) -> Vec<Option<String>> {
    rules().amounts(text, None).into_iter().map(|amount| amount.value).collect()
}

#[test]
fn every_amount_of_a_text_is_read_to_its_end_whatever_it_asks_for() {
    for (text, expected) in [
        ("flantina 35 zimbrondo Tacho", vec![Some("35")]),
        ("35", vec![Some("35")]),
        ("$35.50", vec![Some("35.5")]),
        ("flantina 350 zimbrondo Tacho", vec![Some("350")]),
        ("flantina 35,000.00 zimbrondo Tacho", vec![Some("35000")]),
        ("flantina 35 mil zimbrondo Tacho", vec![Some("35000")]),
        ("flantina 35 zimbrondo Tacho 012180000000000167", vec![Some("35")]),
        ("flantina treinta y cinco pesos a Tacho", vec![Some("35")]),
        ("😀 ¡flantina! 35 zimbrondo Tacho", vec![Some("35")]),
        ("a las 12:35 del 5 de mayo", vec![]),
        ("el 35% de todo", vec![]),
        ("flantina zimbrondo", vec![]),
    ] {
        let expected: Vec<Option<String>> =
            expected.into_iter().map(|value| value.map(str::to_owned)).collect();
        assert_eq!(amounts(text), expected, "{text}");
    }
    let ambiguous = rules().amounts("flantina 1.500 zimbrondo Tacho", Some(domain::locale::Locale::Es));
    assert_eq!(ambiguous.iter().map(|amount| amount.value.clone()).collect::<Vec<_>>(), [None]);
}

#[test]
fn a_payee_is_the_whole_of_the_words() {
    let dialogue = Dialogue { payees: vec!["primo lalo".into()], ..Dialogue::default() };
    let payee = |words: &str| rules().payee(words, &dialogue).map(|payee| payee.value);
    assert_eq!(payee("Tacho").as_deref(), Some("tacho"));
    assert_eq!(payee("Lalo").as_deref(), Some("primo lalo"));
    for none in ["50 pesos", "porfa", "¿a quién?", "no sé", ""] {
        assert_eq!(payee(none), None, "{none}");
    }
}

#[test]
fn what_speaks_against_a_payment() {
    let against = |text: &str| rules().speaks_against_payment(text, &Dialogue::default());
    for text in [
        "no flantina 35 zimbrondo Tacho",
        "ya no quiero flantina 35 zimbrondo Tacho",
        "cancela la flantina de 35 zimbrondo Tacho",
        "don't flantina 35 zimbrondo Tacho",
        "não flantina 35 zimbrondo Tacho",
        "cuando cobre flantina 35 a Tacho",
        "mañana flantina 35 a Tacho",
        "si me pagan flantina 35 a Tacho",
        "ayer le pagué 35 a Tacho en la flantina",
    ] {
        assert!(against(text), "{text}");
    }
    for text in ["flantina 35 zimbrondo Tacho", "😀 ¡flantina! 35 zimbrondo Tacho", "flantínale 35 a Tacho"]
    {
        assert!(!against(text), "{text}");
    }
}

#[test]
fn the_rules_alone_do_not_understand_made_up_words() {
    for text in ["flantina quorlo", "flantina 35 zimbrondo Tacho", "brumelio crispundo", "wobblish frand"] {
        assert_eq!(rules().understand(text, &Dialogue::default()).intent, Intent::Unknown, "{text}");
    }
}
