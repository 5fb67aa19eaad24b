//! A small flow for the tests. Its line numbers are invented: each part has its own.

use crate::messaging::flow::*;

/// A value with a line number.
pub(crate) fn on<T>(line: usize, value: T) -> Lined<T> {
    Lined { line, value }
}

pub(crate) fn word(line: usize, text: &str) -> Lined<String> {
    on(line, text.to_owned())
}

/// A text in Spanish and English.
pub(crate) fn texts(line: usize, es: &str, en: &str) -> DraftTexts {
    DraftTexts {
        line,
        by_language: vec![(word(line, "es"), es.to_owned()), (word(line, "en"), en.to_owned())],
    }
}

pub(crate) fn words(line: usize, es: &[&str], en: &[&str]) -> DraftWords {
    let all = |list: &[&str]| list.iter().map(|text| word(line, text)).collect();
    DraftWords { line, by_language: vec![(word(line, "es"), all(es)), (word(line, "en"), all(en))] }
}

pub(crate) fn step(line: usize, id: &str, kind: &str) -> DraftStep {
    DraftStep {
        line,
        id: word(line, id),
        kind: word(line, kind),
        question: texts(line, &format!("¿{id}?"), &format!("{id}?")),
        retry: texts(line, &format!("otra vez {id}"), &format!("again {id}")),
        options: Vec::new(),
        valid: Vec::new(),
        next: Vec::new(),
    }
}

pub(crate) fn option(line: usize, id: &str, es: &str, en: &str) -> DraftOption {
    DraftOption { id: word(line, id), title: texts(line, es, en), button: None, words: None, action: None }
}

pub(crate) fn go(line: usize, to: &str) -> DraftNext {
    DraftNext { when: None, go: word(line, to) }
}

pub(crate) fn go_when(line: usize, step: &str, is: &str, to: &str) -> DraftNext {
    let when = DraftCondition { step: word(line, step), is: vec![word(line, is)], min: None, max: None };
    DraftNext { when: Some(when), go: word(line, to) }
}

/// Asks what it is for, then how many people if it is for others, then since when.
pub(crate) fn draft() -> FlowDraft {
    let mut what = step(20, "what", "choice");
    what.options = vec![
        option(21, "self", "Para mí", "For me"),
        option(22, "other", "Para otra persona", "For another"),
    ];
    what.next = vec![go_when(23, "what", "other", "many"), go(24, "since")];
    let mut many = step(30, "many", "number");
    many.valid = vec![
        (word(31, "min"), RuleValue::Number(1.into())),
        (word(32, "max"), RuleValue::Number(9.into())),
        (word(33, "whole"), RuleValue::Flag(true)),
    ];
    let mut since = step(40, "since", "date");
    since.valid = vec![(word(41, "not_future"), RuleValue::Flag(true))];
    let mut person = option(51, "person", "hablar con alguien", "talk to someone");
    person.action = Some(word(51, "hand_off"));
    FlowDraft {
        id: word(1, "care"),
        version: on(2, 1),
        languages: on(3, vec![word(3, "es"), word(3, "en")]),
        title: texts(4, "Cuidado", "Care"),
        triggers: words(5, &["cuidado"], &["care"]),
        consent: DraftConsent {
            text: texts(6, "Responde ACEPTO.", "Reply AGREE."),
            accept: words(7, &["acepto"], &["agree"]),
        },
        menu: texts(8, "Ya sé todo.", "I know it all."),
        steps: vec![what, many, since],
        results: None,
        closing: DraftClosing { text: texts(50, "Gracias.", "Thank you."), options: vec![person] },
    }
}

pub(crate) fn flow() -> Flow {
    Flow::check(&draft()).unwrap()
}
