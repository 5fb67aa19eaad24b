//! Checks that the catalogues are complete: every text in every language, with the same values.

use super::*;
use domain::{
    ids::{PromptId, TransferId},
    message::Channel,
    messaging::{
        conversation::{ConfirmationPrompt, Reply, StatementLine, StepUp},
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

#[expect(clippy::too_many_lines, reason = "it lists everything that is said")]
fn everything_content() -> Vec<Reply> {
    let money = Money::new(15_050, Currency::MXN);
    let step = StepUp {
        transfer: TransferId(uuid::Uuid::nil()),
        amount: money,
        destination: "****4567".into(),
        payee: None,
        channel: Channel::Email,
    };
    let prompt = ConfirmationPrompt {
        id: PromptId(uuid::Uuid::nil()),
        amount: money,
        account: AccountNumber::Clabe("012345678901234567".into()),
        payee: None,
        concept: Some("renta".into()),
        contested_from: None,
        expires_at: chrono::DateTime::UNIX_EPOCH,
    };
    let movement =
        StatementLine { at: "01/02 03:04".into(), amount: money, counterpart: "****1".into(), concept: None };
    vec![
        Reply::Greeting,
        Reply::Help,
        Reply::NotUnderstood,
        Reply::UnsupportedKind,
        Reply::EditUnread,
        Reply::TooManyMessages,
        Reply::OptedOut,
        Reply::OptedIn,
        Reply::NothingPending,
        Reply::NoCodePending,
        Reply::HandedOff,
        Reply::ProblemNoted,
        Reply::NumberNeeded,
        Reply::CodeSent,
        Reply::CodeStillGood,
        Reply::ResendTooSoon(40),
        Reply::Locked(5),
        Reply::TooManyCodes(60),
        Reply::NotReachable,
        Reply::CodeUnavailable,
        Reply::CodeWrong(2),
        Reply::CodeGone,
        Reply::CodeRight,
        Reply::Verified,
        Reply::Balance { posted: money, available: Money::new(1, Currency::MXN) },
        Reply::Statement(vec![movement]),
        Reply::Statement(Vec::new()),
        Reply::AskAmount,
        Reply::WhichAmount { thousands: money, decimal: money },
        Reply::BadAmount,
        Reply::AskDestination,
        Reply::AskAccountOf("mamá".into()),
        Reply::BadDestination,
        Reply::ConfirmationPrompt(ConfirmationPrompt { payee: Some("mamá".into()), ..prompt.clone() }),
        Reply::PromptWaits(ConfirmationPrompt { payee: Some("mamá".into()), ..prompt.clone() }),
        Reply::PromptWaits(prompt.clone()),
        Reply::ConfirmationPrompt(prompt),
        Reply::PromptExpired,
        Reply::TransferCanceled,
        Reply::StepUp(step.clone()),
        Reply::StepUp(StepUp { channel: Channel::Sms, ..step.clone() }),
        Reply::StepUpWaits(step),
        Reply::StepUpGone,
        Reply::Receipt { amount: money, destination: "****4567".into(), folio: "1".into(), balance: money },
        Reply::Processing { amount: money, destination: "****4567".into() },
        Reply::InsufficientFunds(money),
        Reply::LimitExceeded(LimitExceeded::PerTransfer),
        Reply::LimitExceeded(LimitExceeded::PerDay),
        Reply::LimitExceeded(LimitExceeded::PerMonth),
        Reply::LimitExceeded(LimitExceeded::NumberReplaced { payable_at: chrono::DateTime::UNIX_EPOCH }),
        Reply::NewPayee(30),
        Reply::NoWallet("USD".into()),
        Reply::TransferRefused,
        Reply::Flow(Prompt {
            text: "¿Y ahora?".into(), buttons: vec![("flow:a:b:c".into(), "Esto".into())]
        }),
        Reply::FlowLeft("registro".into()),
        Reply::FlowGone(None),
        Reply::FlowGone(Some("registro".into())),
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
    for say in everything_content() {
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
        for say in [Reply::CodeSent, Reply::CodeStillGood, Reply::CodeGone, Reply::Help] {
            for text in say.texts() {
                let words = BuiltInTexts.render(locale, &text);
                let longest = words.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
                assert!(longest < Some(4), "{words}");
            }
        }
    }
}
