//! Checks that the catalogues are complete: every text in every language, with the same values.

use super::*;
use domain::{
    ids::{CardId, TransferId},
    message::Channel,
    messaging::{
        conversation::{Card, Movement, Say, StepUp},
        flow::Prompt,
    },
    money::{Currency, Money, account_number::AccountNumber, limits::LimitExceeded},
};
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

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

fn everything_said() -> Vec<Say> {
    let money = Money::new(15_050, Currency::MXN);
    let step = StepUp {
        transfer: TransferId(uuid::Uuid::nil()),
        amount: money,
        destination: "****4567".into(),
        payee: None,
        channel: Channel::Email,
    };
    let card = Card {
        id: CardId(uuid::Uuid::nil()),
        amount: money,
        account: AccountNumber::Clabe("012345678901234567".into()),
        payee: None,
        concept: Some("renta".into()),
        contested_from: None,
        expires_at: chrono::DateTime::UNIX_EPOCH,
    };
    let movement =
        Movement { at: "01/02 03:04".into(), amount: money, counterpart: "****1".into(), concept: None };
    vec![
        Say::Greeting,
        Say::Help,
        Say::NotUnderstood,
        Say::UnsupportedKind,
        Say::TooManyMessages,
        Say::OptedOut,
        Say::OptedIn,
        Say::NothingPending,
        Say::NoCodePending,
        Say::HandedOff,
        Say::ProblemNoted,
        Say::NumberNeeded,
        Say::CodeSent,
        Say::CodeStillGood,
        Say::ResendTooSoon(40),
        Say::Locked(5),
        Say::TooManyCodes(60),
        Say::NotReachable,
        Say::CodeUnavailable,
        Say::CodeWrong(2),
        Say::CodeGone,
        Say::CodeRight,
        Say::Verified,
        Say::Balance { posted: money, available: Money::new(1, Currency::MXN) },
        Say::Movements(vec![movement]),
        Say::Movements(Vec::new()),
        Say::AskAmount,
        Say::WhichAmount { thousands: money, decimal: money },
        Say::BadAmount,
        Say::AskDestination,
        Say::AskAccountOf("mamá".into()),
        Say::BadDestination,
        Say::Card(Card { payee: Some("mamá".into()), ..card.clone() }),
        Say::PromptWaits(Card { payee: Some("mamá".into()), ..card.clone() }),
        Say::PromptWaits(card.clone()),
        Say::Card(card),
        Say::CardExpired,
        Say::TransferCanceled,
        Say::StepUp(step.clone()),
        Say::StepUp(StepUp { channel: Channel::Sms, ..step.clone() }),
        Say::StepUpWaits(step),
        Say::StepUpGone,
        Say::Receipt { amount: money, destination: "****4567".into(), folio: "1".into(), balance: money },
        Say::Processing { amount: money, destination: "****4567".into() },
        Say::InsufficientFunds(money),
        Say::LimitExceeded(LimitExceeded::PerTransfer),
        Say::LimitExceeded(LimitExceeded::PerDay),
        Say::LimitExceeded(LimitExceeded::PerMonth),
        Say::LimitExceeded(LimitExceeded::NumberReplaced { payable_at: chrono::DateTime::UNIX_EPOCH }),
        Say::NewPayee(30),
        Say::NoWallet("USD".into()),
        Say::TransferRefused,
        Say::Flow(Prompt { text: "¿Y ahora?".into(), buttons: vec![("flow:a:b:c".into(), "Esto".into())] }),
        Say::FlowLeft("registro".into()),
        Say::FlowGone(None),
        Say::FlowGone(Some("registro".into())),
    ]
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
    for say in everything_said() {
        let texts = say.texts().into_iter().chain(say.buttons().into_iter().map(|button| button.title));
        for text in texts {
            let given: BTreeSet<_> = text.args.iter().map(|(name, _)| (*name).to_owned()).collect();
            assert_eq!(known.get(text.id), Some(&given), "{}", text.id);
        }
    }
}

#[test]
fn amounts_are_written_plainly_and_plurals_agree() {
    let say = |say: Say, locale| BuiltInTexts.render(locale, &say.texts()[0]);
    let money = Money::new(100_000, Currency::MXN);
    assert_eq!(say(Say::Balance { posted: money, available: money }, Locale::Es), "Tu saldo es: 1000.00 MXN");
    assert!(say(Say::CodeWrong(1), Locale::Es).contains("queda 1 intento."));
    assert!(say(Say::CodeWrong(2), Locale::Es).contains("quedan 2 intentos."));
}

#[test]
fn no_prompt_shows_digits_that_look_like_a_code() {
    for locale in Locale::ALL {
        for say in [Say::CodeSent, Say::CodeStillGood, Say::CodeGone, Say::Help] {
            for text in say.texts() {
                let words = BuiltInTexts.render(locale, &text);
                let longest = words.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
                assert!(longest < Some(4), "{words}");
            }
        }
    }
}
