//! Every word that the chat tells people to write is understood in the language that tells it.

use adapter_nlu_rules::RuleParser;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use domain::{
    accounts::freeze::Freeze,
    ids::{PromptId, UserId},
    locale::Locale,
    messaging::{
        consent::ConsentStatus,
        conversation::{Conversation, Effect, Event, InboundContent, MessageTime, Session, StepContext},
        intent::{Dialogue, Intent},
    },
    money::Currency,
    phone::Region,
};
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
