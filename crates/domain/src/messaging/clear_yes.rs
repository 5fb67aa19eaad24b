//! Whether a message is a clear yes.
//!
//! An **allow-list** over the whole message: at least one phrase says yes («sí», «dale», "go ahead", «tá
//! bom», 👍), and every other phrase changes nothing («gracias», «por favor», «ya», a laugh). One word that is
//! not listed, one digit, one question mark or one sign that is not listed, and the message is no clear yes.
//! The question is then asked again. The lists are in `words.rs`, for Spanish, English and Portuguese
//! together: a phrase is listed only if it is harmless in all three.
//!
//! The function doesn't know the question. It decides alone, whatever a parser or an understanding service
//! reads in the message: only a clear yes confirms a payment.

mod order;
mod words;

#[cfg(test)]
mod tests;

use std::{collections::HashMap, sync::LazyLock};
use unicode_normalization::UnicodeNormalization;
use words::{HARMLESS_PHRASES, HARMLESS_SIGNS, SMILEYS, YES_PHRASES, YES_SIGNS};

/// The longest clear yes, in characters: a longer message also says something else.
const LENGTH_MAX: usize = 100;

/// Whether the whole message says yes and nothing else.
///
/// Case and accents don't matter; a repeated letter («siii», "yesss") counts once. A phrase never crosses a
/// sign or a line: «no, hay problema» is not «no hay problema».
#[must_use]
pub fn is_clear_yes(message: &str) -> bool {
    if message.chars().count() > LENGTH_MAX {
        return false;
    }
    let Some(clauses) = read(message) else { return false };
    let clauses = match clauses.as_slice() {
        // "Right, all correct" opens an answer; "yeah, right" closes a doubtful one.
        [Clause::Words(opener), rest @ ..] if is_words(opener, &["right"]) => rest,
        all => all,
    };
    let explained: Option<Vec<Meaning>> = clauses.iter().map(Clause::meaning).collect();
    explained.is_some_and(|meanings| meanings.contains(&Meaning::Yes))
}

/// The meaning of a part of a message that the lists explain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Meaning {
    /// Nothing that changes the question.
    Harmless,
    /// It says yes.
    Yes,
}

/// A part of a message between two signs.
#[derive(Debug, PartialEq, Eq)]
enum Clause {
    Words(Vec<Word>),
    Sign(Meaning),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Word {
    /// In lower case, without accents.
    folded: String,
    has_accent: bool,
}

/// Cuts a message into clauses. `None` when the lists don't explain a character.
fn read(message: &str) -> Option<Vec<Clause>> {
    let mut reader = Reader::default();
    for line in message.lines() {
        for chunk in line.split(is_space) {
            let (chunk, has_smiley) = without_smiley(chunk);
            for c in chunk.chars().flat_map(char::to_lowercase).nfd() {
                reader.take(c)?;
            }
            reader.end_word();
            if has_smiley {
                reader.sign(Meaning::Harmless);
            }
        }
        reader.end_clause();
    }
    // Two full stops in a row show doubt, with spaces between them too: «sí...», «sí. . .».
    let without_spaces: String = message.chars().filter(|c| !is_space(*c)).collect();
    (!without_spaces.contains("..")).then_some(reader.clauses)
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// Removes a smiley of signs (`:)`, `xD`) from the end of a chunk.
fn without_smiley(chunk: &str) -> (&str, bool) {
    let lower = chunk.to_lowercase();
    let found = SMILEYS.iter().find(|smiley| lower.ends_with(**smiley) && lower.len() == chunk.len());
    found.and_then(|smiley| chunk.len().checked_sub(smiley.len())).and_then(|end| chunk.get(..end)).map_or(
        (chunk, false),
        // A smiley that begins with a letter must be alone: no word ends in «xd».
        |rest| {
            let begins_with_letter = found.is_some_and(|smiley| smiley.starts_with(char::is_alphabetic));
            if begins_with_letter && !rest.is_empty() { (chunk, false) } else { (rest, true) }
        },
    )
}

#[derive(Default)]
struct Reader {
    clauses: Vec<Clause>,
    words: Vec<Word>,
    word: Word,
}

impl Reader {
    /// Reads one character of a decomposed text. `None` when the lists don't explain it.
    fn take(&mut self, c: char) -> Option<()> {
        match c {
            'a'..='z' => self.word.folded.push(c),
            // Grave, acute, circumflex, tilde, diaeresis, cedilla. A stroke through a letter is not allowed.
            '\u{300}'..='\u{303}' | '\u{308}' | '\u{327}' if !self.word.folded.is_empty() => {
                self.word.has_accent = true;
            }
            '\'' | '’' | '´' if !self.word.folded.is_empty() => {}
            '.' | ',' | '!' | '¡' | ':' => self.end_clause(),
            // Variants of an emoji: colour, style.
            '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' if self.word.folded.is_empty() => {}
            _ if YES_SIGNS.contains(&c) => self.sign(Meaning::Yes),
            _ if HARMLESS_SIGNS.contains(&c) => self.sign(Meaning::Harmless),
            _ => return None,
        }
        Some(())
    }

    fn end_word(&mut self) {
        if !self.word.folded.is_empty() {
            self.words.push(std::mem::take(&mut self.word));
        }
    }

    fn end_clause(&mut self) {
        self.end_word();
        if !self.words.is_empty() {
            self.clauses.push(Clause::Words(std::mem::take(&mut self.words)));
        }
    }

    fn sign(&mut self, meaning: Meaning) {
        self.end_clause();
        self.clauses.push(Clause::Sign(meaning));
    }
}

impl Clause {
    /// The meaning of the clause, if listed phrases explain every word of it.
    fn meaning(&self) -> Option<Meaning> {
        match self {
            Self::Sign(meaning) => Some(*meaning),
            // «cómo no» is a yes alone and a negation before anything else.
            Self::Words(words) if is_words(words, &["como", "no"]) => Some(Meaning::Yes),
            Self::Words(words) if !order::is_in_order(words) => None,
            Self::Words(words) => explain(words),
        }
    }
}

/// The strongest meaning of the words, if listed phrases explain all of them. It is computed from the last
/// word to the first.
fn explain(words: &[Word]) -> Option<Meaning> {
    let mut best: Vec<Option<Meaning>> = vec![None; words.len()];
    best.push(Some(Meaning::Harmless));
    for at in (0..words.len()).rev() {
        let rest = words.get(at..).unwrap_or_default();
        let readings = phrases_at(rest).filter_map(|(length, meaning)| {
            let after = best.get(at.saturating_add(length)).copied().flatten()?;
            Some(after.max(meaning))
        });
        let reading = readings.max();
        if let Some(place) = best.get_mut(at) {
            *place = reading;
        }
    }
    best.first().copied().flatten()
}

/// The phrases that match the first of these words, with their length in words and their meaning.
fn phrases_at(words: &[Word]) -> impl Iterator<Item = (usize, Meaning)> {
    let first = words.first();
    let laughs = first.filter(|word| is_laugh(&word.folded)).map(|_| (1, Meaning::Harmless));
    let known = first.and_then(|word| PHRASES.get(squeeze(&word.folded).as_str())).into_iter().flatten();
    let listed = known.filter(|phrase| phrase.begins(words));
    listed.map(|phrase| (phrase.words.len(), phrase.meaning)).chain(laughs)
}

struct Phrase {
    words: Vec<&'static str>,
    meaning: Meaning,
}

impl Phrase {
    fn begins(&self, words: &[Word]) -> bool {
        words.len() >= self.words.len() && self.words.iter().zip(words).all(|(own, word)| is_same(own, word))
    }
}

/// The phrases by the squeezed form of their first word.
static PHRASES: LazyLock<HashMap<String, Vec<Phrase>>> = LazyLock::new(|| {
    let mut phrases: HashMap<String, Vec<Phrase>> = HashMap::new();
    for (list, meaning) in [(YES_PHRASES, Meaning::Yes), (HARMLESS_PHRASES, Meaning::Harmless)] {
        for line in list.lines().filter(|line| !line.starts_with('#')) {
            for phrase in line.split(" / ").map(str::trim).filter(|phrase| !phrase.is_empty()) {
                let words: Vec<&str> = phrase.split(' ').collect();
                let first = words.first().map_or(String::new(), |word| squeeze(word));
                phrases.entry(first).or_default().push(Phrase { words, meaning });
            }
        }
    }
    phrases
});

/// Whether a word is the listed one, also with a repeated letter: three of it in a row, or the last one
/// twice.
fn is_same(listed: &str, word: &Word) -> bool {
    let written = word.folded.as_str();
    if listed == written {
        return true;
    }
    // «nooo hay problema» denies.
    if listed == "no" {
        return false;
    }
    let letters = written.as_bytes();
    let has_run = letters.windows(3).any(|three| matches!(three, [a, b, c] if a == b && b == c));
    let ends_double = matches!(letters, [.., a, b] if a == b);
    (has_run || ends_double) && squeeze(listed) == squeeze(written)
}

fn is_words(words: &[Word], expected: &[&str]) -> bool {
    words.iter().map(|word| word.folded.as_str()).eq(expected.iter().copied())
}

/// The word with each run of a letter as one letter.
fn squeeze(word: &str) -> String {
    let mut squeezed = String::with_capacity(word.len());
    for c in word.chars() {
        if !squeezed.ends_with(c) {
            squeezed.push(c);
        }
    }
    squeezed
}

/// Whether a word is a laugh: «jaja», "hehehe», «kkkk», «rsrs». One syllable at least twice, also cut off at
/// the end.
fn is_laugh(word: &str) -> bool {
    const SYLLABLES: [&str; 10] = ["ja", "je", "ji", "ha", "he", "hi", "ka", "rs", "js", "k"];
    SYLLABLES.iter().any(|syllable| {
        let whole = word.strip_suffix(|c| syllable.starts_with(c) && syllable.len() > 1).unwrap_or(word);
        let rest = whole.trim_start_matches(syllable);
        let count = whole.len().saturating_sub(rest.len()).checked_div(syllable.len()).unwrap_or(0);
        rest.is_empty() && count >= 2
    })
}
