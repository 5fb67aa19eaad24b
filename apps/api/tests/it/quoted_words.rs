//! Every word that the chat tells people to write is understood in the language that tells it.

use adapter_locales::BuiltInTexts;
use adapter_nlu_rules::RuleParser;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use domain::{
    accounts::freeze::Freeze,
    ids::{PromptId, UserId},
    locale::Locale,
    messaging::{
        consent::ConsentStatus,
        conversation::{
            Conversation, Effect, Event, InboundContent, MessageTime, PayeeLine, PayeeList, PayeeOption,
            Reply, Session, StepContext,
        },
        flow::BUTTON_LENGTH_MAX,
        intent::{Dialogue, Intent, PayeeChange},
    },
    money::{Currency, account_number::AccountNumber},
    phone::Region,
};
use ports::messaging::texts::Texts;
use std::{collections::BTreeSet, fs, path::Path, sync::Arc};
use uuid::Uuid;

/// Written in capitals, but no order to the chat.
const NAMES: [&str; 3] = ["CLABE", "WhatsApp", "SMS"];

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + Duration::days(1)
}

fn facts(consent: ConsentStatus) -> StepContext {
    StepContext {
        now: now(),
        message: MessageTime { dated: None, received_at: now() },
        consent,
        has_number: true,
        bound: None,
        default_currency: Currency::MXN,
        session_ttl: Duration::hours(12),
        freeze: Freeze::default(),
        messages_per_minute: 1_000,
        handoff_for: Duration::hours(4),
        new_prompt: PromptId(Uuid::from_u128(1)),
        today: NaiveDate::from_ymd_opt(1970, 1, 2).unwrap(),
        region: Region::MEXICO,
        flows: Arc::default(),
        default_flow: None,
    }
}

/// What the chat's catalogue quotes, and its words in capitals.
fn quoted(locale: Locale) -> BTreeSet<String> {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../locales").join(locale.tag()).join("chat.ftl");
    let texts = fs::read_to_string(file).unwrap();
    let lines = texts.lines().filter(|line| !line.starts_with('#'));
    let mut words = BTreeSet::new();
    for line in lines {
        for (open, close) in [('«', '»'), ('“', '”')] {
            let parts = line.split(open).skip(1).filter_map(|part| part.split_once(close));
            words.extend(parts.map(|(word, _)| word.to_owned()));
        }
        let capitals = line.split(|c: char| !c.is_alphabetic());
        let is_order = |word: &&str| word.chars().count() >= 4 && word.chars().all(char::is_uppercase);
        words.extend(capitals.filter(is_order).map(str::to_owned));
    }
    words.retain(|word| !word.contains('{') && !NAMES.contains(&word.as_str()));
    words
}

/// Whether a person who is signed in gets something else than "I didn't understand".
fn is_understood(word: &str, locale: Locale, consent: ConsentStatus) -> bool {
    let state = Conversation {
        locale: Some(locale),
        session: Session::Open { user: UserId(Uuid::from_u128(7)), since: now() },
        ..Conversation::default()
    };
    let (_, effects) = state.step(Event::Received(InboundContent::Text(word.to_owned())), &facts(consent));
    match effects.as_slice() {
        [Effect::Understand(text)] => {
            let parser = RuleParser::new(Region::MEXICO);
            parser.understand(text, &Dialogue::new(Some(locale))).intent != Intent::Unknown
        }
        effects => !effects.is_empty(),
    }
}

/// The phrases that a reply quotes, with the names that it names.
fn phrases_of(reply: &Reply, locale: Locale) -> Vec<String> {
    let rendered = reply.texts().iter().map(|text| BuiltInTexts.render(locale, text)).collect::<Vec<_>>();
    let all = rendered.join("\n");
    let within = |open, close| {
        all.split(open)
            .skip(1)
            .filter_map(move |part| part.split_once(close))
            .map(|(words, _)| words.to_owned())
    };
    within('«', '»').chain(within('“', '”')).collect()
}

#[test]
fn what_is_said_about_payees_can_be_written_back() {
    let option = PayeeOption { name: "Anita".into(), account: AccountNumber::Plain("1234567890".into()) };
    let line = PayeeLine { name: "Ana López".into(), account: "****7890".into(), bank: None };
    let rename =
        |name: &str, to: Option<&str>| PayeeChange::Rename { name: name.into(), to: to.map(str::to_owned) };
    for locale in Locale::ALL {
        let changes = |reply: Reply| -> Vec<PayeeChange> {
            let parser = RuleParser::new(Region::MEXICO);
            let read = |words: &String| parser.understand(words, &Dialogue::new(Some(locale)));
            let phrases = phrases_of(&reply, locale);
            phrases.iter().filter_map(|words| read(words).entities.payee_change).collect()
        };
        let renamed = Reply::PayeeRenamed { before: "Ana".into(), payee: option.clone() };
        assert_eq!(changes(renamed), [rename("Anita", Some("Ana"))], "{locale:?}: how it is undone");
        assert_eq!(changes(Reply::AskNewName("Ana".into())), [rename("Ana", None)], "{locale:?}");
        let list = PayeeList { lines: vec![line.clone()], more: 1 };
        let forget = PayeeChange::Forget { name: "Ana López".into() };
        assert_eq!(changes(Reply::Payees(list)), [rename("Ana López", None), forget], "{locale:?}");
    }
}

#[test]
fn the_title_of_a_suggestion_asks_for_it() {
    let wishes: Vec<Intent> = Intent::ALL.iter().copied().filter(|wish| wish.can_be_suggested()).collect();
    for locale in Locale::ALL {
        let buttons = Reply::DidYouMean(wishes.clone()).buttons();
        for (wish, button) in wishes.iter().zip(&buttons) {
            let title = BuiltInTexts.render(locale, &button.title);
            let read = RuleParser::new(Region::MEXICO).understand(&title, &Dialogue::new(Some(locale)));
            assert_eq!(read.intent, *wish, "{locale:?}: {title}");
            assert!(title.chars().count() <= BUTTON_LENGTH_MAX, "{title}");
        }
    }
}

#[test]
fn every_word_that_is_quoted_is_understood_in_its_language() {
    for locale in Locale::ALL {
        let words = quoted(locale);
        assert!(words.len() >= 10, "{locale:?}: {words:?}");
        for word in words {
            let is_heard = is_understood(&word, locale, ConsentStatus::OptedIn)
                || is_understood(&word, locale, ConsentStatus::OptedOut);
            assert!(is_heard, "{locale:?}: {word}");
        }
    }
}
