//! Finds what a question is about.

use crate::patterns::Sections;
use domain::messaging::intent::{Intent, Topic};

/// The topics of a question for help, in the order of how narrow they are.
const HELP: [(&str, Topic); 10] = [
    ("topic_payees", Topic::Payees),
    ("topic_optout", Topic::OptOut),
    ("topic_freezing", Topic::Freezing),
    ("topic_arrival", Topic::Arrival),
    ("topic_fees", Topic::Fees),
    ("topic_currencies", Topic::Currencies),
    ("topic_codes", Topic::Codes),
    ("topic_clabe", Topic::Clabe),
    ("topic_sending", Topic::Sending),
    ("topic_reason", Topic::Reason),
];

/// The topic of a text with that intent.
pub(crate) fn topic(intent: Intent, sections: Sections) -> Option<Topic> {
    let first = |topics: &[(&str, Topic)]| {
        topics.iter().find(|(name, _)| sections.holds(name)).map(|(_, topic)| *topic)
    };
    match intent {
        Intent::Help => first(&HELP),
        Intent::Thanks => first(&[("topic_bot", Topic::Bot), ("topic_goodbye", Topic::Goodbye)]),
        Intent::ListTransactions => first(&[("topic_receipt", Topic::Receipt)]),
        _ => None,
    }
}

/// The topic of a short question about the payment that waits: «¿a quién?», «¿qué banco es?».
pub(crate) fn of_prompt(words: &[&str], sections: Sections) -> Option<Topic> {
    const QUESTIONS: [(&str, Topic); 5] = [
        ("ask_code", Topic::Codes),
        ("ask_bank", Topic::Bank),
        ("ask_payee", Topic::Payee),
        ("ask_amount", Topic::Amount),
        ("topic_reason", Topic::Reason),
    ];
    if words.len() > 7 || words.iter().any(|word| word.starts_with("<amt") || word.starts_with("<dst")) {
        return None;
    }
    QUESTIONS.iter().find(|(name, _)| sections.holds(name)).map(|(_, topic)| *topic)
}
