//! Whether a message is a clear yes.
//!
//! An **allow-list** over the whole message: at least one phrase is a yes («sí», «dale», "go ahead", «tá bom», 👍)
//! and every other phrase changes nothing («gracias», «por favor», «ya», a laugh). One word that is not listed, one
//! digit, one question mark or one sign that is not listed, and it is no yes: whoever asked asks again. The lists are
//! in `words.rs`, for Spanish, English and Portuguese together: a phrase stands there only if it is harmless in all
//! three.
//!
//! The function knows nothing of what was asked. It decides alone, whatever a parser or an understanding service
//! makes of the message: nothing but a clear yes confirms a payment.

mod words;

#[cfg(test)]
mod tests;

use std::{collections::HashMap, sync::LazyLock};
use unicode_normalization::UnicodeNormalization;
use words::{HARMLESS_PHRASES, HARMLESS_SIGNS, SMILEYS, YES_PHRASES, YES_SIGNS};

/// A yes is short: a longer message says something else too. In characters.
const LENGTH_MAX: usize = 100;

/// Whether the whole message says yes and nothing else.
///
/// Letters count without case and accents; a letter drawn out («siii», "yesss") counts once. Phrases never reach
/// across a sign: «no, hay problema» is not «no hay problema».
#[must_use]
pub fn is_clear_yes(message: &str) -> bool {
    if message.chars().count() > LENGTH_MAX {
        return false;
    }
    let Some(clauses) = read(message) else { return false };
    let explained: Option<Vec<Meaning>> = clauses.iter().map(Clause::meaning).collect();
    explained.is_some_and(|meanings| meanings.contains(&Meaning::Yes))
}

/// What an explained part of a message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Meaning {
    /// Nothing that changes what was asked.
    Harmless,
    /// Yes.
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
    /// Lower case, without accents.
    folded: String,
    has_accent: bool,
}

/// Cuts a message into clauses. `None` when a character is not explained.
fn read(message: &str) -> Option<Vec<Clause>> {
    let mut reader = Reader::default();
    for chunk in message.split(is_space) {
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
    // Two full stops in a row trail off: «sí...».
    (!message.contains("..")).then_some(reader.clauses)
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// A face of signs at the end of a chunk (`:)`, `xD`), taken off.
fn without_smiley(chunk: &str) -> (&str, bool) {
    let lower = chunk.to_lowercase();
    let found = SMILEYS.iter().find(|smiley| lower.ends_with(**smiley) && lower.len() == chunk.len());
    found.and_then(|smiley| chunk.len().checked_sub(smiley.len())).and_then(|end| chunk.get(..end)).map_or(
        (chunk, false),
        // Letters make a face only when they stand alone: no word ends in «xd».
        |rest| if rest.ends_with(char::is_alphabetic) { (chunk, false) } else { (rest, true) },
    )
}

#[derive(Default)]
struct Reader {
    clauses: Vec<Clause>,
    words: Vec<Word>,
    word: Word,
}

impl Reader {
    /// Takes one character of a decomposed text, or refuses it.
    fn take(&mut self, c: char) -> Option<()> {
        match c {
            'a'..='z' => self.word.folded.push(c),
            // Grave, acute, circumflex, tilde, diaeresis, cedilla. A stroke through a letter is not among them.
            '\u{300}'..='\u{303}' | '\u{308}' | '\u{327}' if !self.word.folded.is_empty() => {
                self.word.has_accent = true;
            }
            '\'' | '’' | '´' if !self.word.folded.is_empty() => {}
            '.' | ',' | '!' | '¡' | ':' => self.end_clause(),
            // How an emoji is drawn: its colour, its variant.
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
    /// What the clause says, if phrases of the lists explain it from its first word to its last.
    fn meaning(&self) -> Option<Meaning> {
        match self {
            Self::Sign(meaning) => Some(*meaning),
            Self::Words(words) => explain(words),
        }
    }
}

/// The best reading of the words from each place to the end, from back to front.
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

/// The phrases with which these words begin: how many words each takes, and what it says.
fn phrases_at(words: &[Word]) -> impl Iterator<Item = (usize, Meaning)> {
    let first = words.first();
    let laughs = first.filter(|word| is_laugh(&word.folded)).map(|_| (1, Meaning::Harmless));
    let known = first.and_then(|word| PHRASES.get(squeeze(&word.folded).as_str())).into_iter().flatten();
    let is_condition = is_condition(words);
    let listed = known.filter(move |phrase| !is_condition && phrase.begins(words));
    listed.map(|phrase| (phrase.words.len(), phrase.meaning)).chain(laughs)
}

/// «si no hay problema» sets a condition; «sí, no hay problema» doesn't.
fn is_condition(words: &[Word]) -> bool {
    matches!(words, [si, no, ..] if si.folded == "si" && !si.has_accent && no.folded == "no")
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

/// As it is listed, or with a letter drawn out: three of it in a row, or its last one twice.
fn is_same(listed: &str, word: &Word) -> bool {
    let written = word.folded.as_str();
    if listed == written {
        return true;
    }
    let letters = written.as_bytes();
    let has_run = letters.windows(3).any(|three| matches!(three, [a, b, c] if a == b && b == c));
    let ends_double = matches!(letters, [.., a, b] if a == b);
    (has_run || ends_double) && squeeze(listed) == squeeze(written)
}

/// Each run of a letter as one letter.
fn squeeze(word: &str) -> String {
    let mut squeezed = String::with_capacity(word.len());
    for c in word.chars() {
        if !squeezed.ends_with(c) {
            squeezed.push(c);
        }
    }
    squeezed
}

/// «jaja», "hehehe", «kkkk», «rsrs»: one syllable at least twice, whatever letter it stops at.
fn is_laugh(word: &str) -> bool {
    const SYLLABLES: [&str; 11] = ["ja", "je", "ji", "jo", "ha", "he", "hi", "ka", "rs", "js", "k"];
    SYLLABLES.iter().any(|syllable| {
        let whole = word.strip_suffix(|c| syllable.starts_with(c) && syllable.len() > 1).unwrap_or(word);
        let rest = whole.trim_start_matches(syllable);
        let count = whole.len().saturating_sub(rest.len()).checked_div(syllable.len()).unwrap_or(0);
        rest.is_empty() && count >= 2
    })
}
