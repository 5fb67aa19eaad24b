//! Checks that the catalogues are complete: every text in every language, with the same values.

use super::*;
use domain::{
    message::Channel,
    messaging::conversation::Reply,
    money::{Currency, Money},
};
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

mod replies;
use replies::everything;

type Catalogue = BTreeMap<String, BTreeSet<String>>;

fn variables(pattern: &Pattern<&str>, found: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else { continue };
        match expression {
            Expression::Inline(inline) => variable(inline, found),
            Expression::Select { selector, variants } => {
                variable(selector, found);
                for variant in variants {
                    variables(&variant.value, found);
                }
            }
        }
    }
}

fn variable(inline: &InlineExpression<&str>, found: &mut BTreeSet<String>) {
    if let InlineExpression::VariableReference { id } = inline {
        found.insert(id.name.to_owned());
    }
}

fn catalogue(locale: Locale) -> Catalogue {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(locale.tag());
    let mut texts = Catalogue::new();
    for file in fs::read_dir(folder).unwrap() {
        let source = fs::read_to_string(file.unwrap().path()).unwrap();
        for entry in fluent_syntax::parser::parse(source.as_str()).expect("valid Fluent").body {
            if let Entry::Message(message) = entry {
                let mut found = BTreeSet::new();
                variables(message.value.as_ref().expect("a message with a value"), &mut found);
                texts.insert(message.id.name.to_owned(), found);
            }
        }
    }
    texts
}

#[test]
fn each_language_has_the_same_texts_with_the_same_values() {
    let spanish = catalogue(Locale::Es);
    for locale in [Locale::En, Locale::Pt] {
        assert_eq!(spanish, catalogue(locale), "{locale:?}");
    }
}

#[test]
fn everything_that_can_be_said_has_words() {
    let known = catalogue(Locale::Es);
    for say in everything() {
        let texts = say.texts().into_iter().chain(say.buttons().into_iter().map(|button| button.title));
        for text in texts {
            let given: BTreeSet<_> = text.args.iter().map(|(name, _)| (*name).to_owned()).collect();
            assert_eq!(known.get(text.id), Some(&given), "{}", text.id);
        }
    }
}

#[test]
fn amounts_are_written_plainly_and_plurals_agree() {
    let say = |say: Reply, locale| BuiltInTexts.render(locale, &say.texts()[0]);
    let money = Money::new(100_000, Currency::MXN);
    assert_eq!(
        say(Reply::Balance { posted: money, available: money }, Locale::Es),
        "Tu saldo es: 1000.00 MXN"
    );
    assert!(say(Reply::CodeWrong(1), Locale::Es).contains("queda 1 intento."));
    assert!(say(Reply::CodeWrong(2), Locale::Es).contains("quedan 2 intentos."));
}

#[test]
fn no_prompt_shows_digits_that_look_like_a_code() {
    for locale in Locale::ALL {
        for say in [
            Reply::CodeSent(Channel::Sms),
            Reply::CodeStillGood,
            Reply::CodeWaits,
            Reply::CodeGone,
            Reply::Help,
        ] {
            for text in say.texts() {
                let words = BuiltInTexts.render(locale, &text);
                let longest = words.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
                assert!(longest < Some(4), "{words}");
            }
        }
    }
}

/// Words of one language only, by which a text of another one would be found out.
const MARKS: [(Locale, [&str; 7]); 3] = [
    (Locale::Es, [" tu ", " el ", " y ", " con ", "Escribe", " puedes ", " cuenta"]),
    (Locale::En, [" your ", " the ", " and ", " you ", "Type", " can ", " account"]),
    (Locale::Pt, [" seu ", " você ", " não ", " com ", "Escreva", " uma ", " conta"]),
];

#[test]
fn no_text_speaks_another_language() {
    for (locale, _) in MARKS {
        for text in everything().iter().flat_map(Reply::texts) {
            let words = format!(" {} ", BuiltInTexts.render(locale, &text));
            let count = |of: Locale| {
                let marks = MARKS.iter().find(|(language, _)| *language == of).map(|(_, marks)| marks);
                marks.into_iter().flatten().filter(|mark| words.contains(**mark)).count()
            };
            for other in Locale::ALL.into_iter().filter(|other| *other != locale) {
                assert!(count(other) <= count(locale) + 1, "{locale:?}, not {other:?}: {words}");
            }
        }
    }
}

#[test]
fn a_text_for_people_has_no_empty_line_and_no_id() {
    for locale in Locale::ALL {
        for text in everything().iter().flat_map(Reply::texts) {
            let words = BuiltInTexts.render(locale, &text);
            assert!(!words.trim().is_empty(), "{}", text.id);
            assert!(!words.contains("0000-0000"), "{words}");
        }
    }
}
