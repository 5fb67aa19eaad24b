//! Notes: the message after a step, as a word in the address, so that it survives the redirect. The word
//! contains no secret, and an address can make the page show only these messages.

use super::words::Words;
use application::verification::verification_page::PageSend;
use application::verification::verification_service::{CheckResult, SendCodeOutcome};
use chrono::{DateTime, Utc};
use domain::verification::otp::SendLimit;
use ports::verification::code_provider::CodeProviderError;
use serde::Deserialize;

/// The word of a note, and its number if it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) word: &'static str,
    n: Option<i64>,
}

/// A note in an address, before it is checked.
#[derive(Debug, Default, Deserialize)]
pub(super) struct NoteQuery {
    note: Option<String>,
    wait: Option<String>,
}

fn read_wait(query: &NoteQuery) -> Option<u16> {
    query.wait.as_deref()?.parse().ok()
}

/// A note as the page shows it.
pub(super) struct RenderedNote {
    /// `good` or `bad`.
    pub(super) tone: &'static str,
    pub(super) text: String,
}

/// All notes: the word, its text, and whether it takes a number.
const NOTES: [(&str, &str, bool); 17] = [
    ("sent", "page-note-sent", false),
    ("wrong", "page-note-wrong", true),
    ("spent", "page-note-spent", false),
    ("gone", "page-note-gone", false),
    ("malformed", "page-note-malformed", false),
    ("tries", "page-note-tries", true),
    ("soon", "page-note-soon", false),
    ("later", "page-note-later", true),
    ("locked", "page-note-locked", true),
    ("many", "page-note-many", true),
    ("failed", "page-note-failed", false),
    ("stopped", "page-note-stopped", false),
    ("paused", "page-note-paused", true),
    ("refused", "page-note-refused", false),
    ("number", "page-note-number", false),
    ("kept", "page-note-kept", false),
    ("unavailable", "page-note-unavailable", false),
];

impl Note {
    pub(super) const fn plain(word: &'static str) -> Self {
        Self { word, n: None }
    }

    const fn of(word: &'static str, n: i64) -> Self {
        Self { word, n: Some(n) }
    }

    /// Too many codes were requested; the next in so many minutes.
    pub(super) const fn many(minutes: i64) -> Self {
        Self::of("many", minutes)
    }

    /// Too many check attempts in a row; the next in so many minutes.
    pub(super) const fn tries(minutes: i64) -> Self {
        Self::of("tries", minutes)
    }

    /// True if the note is about the value in the field.
    pub(super) fn marks_field(self) -> bool {
        ["wrong", "malformed", "number", "refused"].contains(&self.word)
    }

    /// True if the page asks for the number again, when one was typed.
    pub(super) fn keeps_asking(self) -> bool {
        ["number", "refused", "many", "failed", "kept"].contains(&self.word)
    }

    /// Seconds until a code may be requested, on a page that has sent none.
    pub(super) fn later_seconds(self) -> Option<i64> {
        self.n.filter(|_| self.word == "later")
    }

    /// The note in an address; None if there is none, or an unknown one.
    pub(super) fn read(query: &NoteQuery) -> Option<Self> {
        let (word, _, takes) = NOTES.into_iter().find(|(word, _, _)| query.note.as_deref() == Some(word))?;
        Some(Self { word, n: takes.then(|| read_wait(query).map_or(1, i64::from)) })
    }

    /// The note as part of an address.
    pub(super) fn query(self) -> String {
        match self.n {
            Some(n) => format!("note={}&wait={n}", self.word),
            None => format!("note={}", self.word),
        }
    }

    /// The note in the page's language.
    pub(super) fn said(self, words: &Words) -> RenderedNote {
        let known = NOTES.into_iter().find(|(word, _, _)| *word == self.word);
        let text = match known {
            Some((_, id, true)) => words.count(id, self.n.unwrap_or(1)),
            Some((_, id, false)) => words.say(id),
            None => String::new(),
        };
        RenderedNote {
            tone: if ["sent", "soon", "later"].contains(&self.word) { "good" } else { "bad" },
            text,
        }
    }

    /// The note after a send; None if the page itself says enough.
    pub(super) fn of_send(send: &PageSend, now: DateTime<Utc>) -> Option<Self> {
        let started = match send {
            PageSend::SendCodeOutcome(started) => started,
            PageSend::NumberNeeded => return Some(Self::plain("number")),
            PageSend::NumberKept => return Some(Self::plain("kept")),
            PageSend::Finished => return None,
        };
        let seconds = |until: &DateTime<Utc>| until.signed_duration_since(now).num_seconds().max(1);
        let minutes = |until: &DateTime<Utc>| seconds(until).saturating_add(59) / 60;
        Some(match started {
            SendCodeOutcome::Sent(_) | SendCodeOutcome::StillGood(_) => Self::plain("sent"),
            SendCodeOutcome::TooSoon { .. } => Self::plain("soon"),
            SendCodeOutcome::OptedOut => Self::plain("stopped"),
            SendCodeOutcome::Suspended(until) => Self::of("paused", minutes(until)),
            SendCodeOutcome::Locked(until) => Self::of("locked", minutes(until)),
            // The cooldown is that of another page's code, which this page does not accept.
            SendCodeOutcome::TooMany(SendLimit::Cooldown, until) => Self::of("later", seconds(until)),
            SendCodeOutcome::TooMany(_, until) => Self::many(minutes(until)),
            SendCodeOutcome::Failed(CodeProviderError::TooMany(_)) => Self::many(10),
            SendCodeOutcome::NumberRefused | SendCodeOutcome::Failed(CodeProviderError::NumberRefused(_)) => {
                Self::plain("refused")
            }
            SendCodeOutcome::Failed(_) | SendCodeOutcome::NotFound => Self::plain("failed"),
        })
    }

    /// The note after a check attempt; None if the code was right.
    pub(super) fn of_check(result: &CheckResult, now: DateTime<Utc>) -> Option<Self> {
        let locked = |until: &DateTime<Utc>| {
            let seconds = until.signed_duration_since(now).num_seconds().max(1);
            Self::of("locked", seconds.saturating_add(59) / 60)
        };
        Some(match result {
            CheckResult::Judged(checked) if checked.approved => return None,
            CheckResult::Judged(checked) => match (&checked.locked_until, checked.attempts_remaining) {
                (Some(until), _) => locked(until),
                (None, 0) => Self::plain("spent"),
                (None, left) => Self::of("wrong", i64::from(left)),
            },
            CheckResult::Gone => Self::plain("gone"),
            CheckResult::Locked(until) => locked(until),
            CheckResult::Failed(_) => Self::plain("unavailable"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::locale::Locale;
    use domain::verification::AttemptResult;

    fn spanish() -> Words {
        Words::choose(Some("es"), None, None, Locale::Es)
    }

    #[test]
    fn a_wrong_code_says_how_many_attempts_are_left() {
        let now = DateTime::UNIX_EPOCH;
        let judged = |left, locked_until| {
            let checked = AttemptResult { approved: false, attempts_remaining: left, locked_until };
            Note::of_check(&CheckResult::Judged(checked), now).unwrap().said(&spanish()).text
        };
        assert_eq!(judged(2, None), "Ese código no es. Te quedan 2 intentos.");
        assert_eq!(judged(1, None), "Ese código no es. Te queda 1 intento.");
        assert!(judged(0, None).contains("último intento"));
        assert!(judged(1, Some(now + chrono::Duration::seconds(61))).contains("2 minutos"));
    }

    #[test]
    fn an_address_can_make_the_page_show_only_known_notes() {
        let query = |note: &str, wait: Option<&str>| NoteQuery {
            note: Some(note.into()),
            wait: wait.map(str::to_owned),
        };
        assert_eq!(Note::read(&query("<b>hola</b>", None)), None);
        let many = Note::read(&query("many", Some("42"))).unwrap();
        assert_eq!((many.query().as_str(), many.said(&spanish()).tone), ("note=many&wait=42", "bad"));
        assert!(many.said(&spanish()).text.contains("42 minutos"));
        let plain = Note::read(&query("gone", Some("42"))).unwrap();
        assert_eq!(plain, Note::plain("gone"));
    }
}
