//! The words that each intent and each language uses, taken from the sentences in `data/sentences/`.
//!
//! A word explains a reading when the sentences of that intent use it. A word that the sentences of one language
//! use, and those of no other, is evidence for that language.

use crate::hashing::{WordMap, WordSet};
use crate::lexicon::{LEXICON, SHORTHAND, sections};
use crate::tokens::fold;
use domain::{locale::Locale, messaging::intent::Intent};
use std::{collections::HashMap, sync::LazyLock};

const SOURCES: [(Locale, &str); 9] = [
    (Locale::Es, include_str!("../data/sentences/es.txt")),
    (Locale::Es, include_str!("../data/sentences/es_situations.txt")),
    (Locale::Es, include_str!("../data/sentences/es_payments.txt")),
    (Locale::En, include_str!("../data/sentences/en.txt")),
    (Locale::En, include_str!("../data/sentences/en_situations.txt")),
    (Locale::En, include_str!("../data/sentences/en_payments.txt")),
    (Locale::Pt, include_str!("../data/sentences/pt.txt")),
    (Locale::Pt, include_str!("../data/sentences/pt_situations.txt")),
    (Locale::Pt, include_str!("../data/sentences/pt_payments.txt")),
];

/// Which intents and languages use a word, as bits.
#[derive(Clone, Copy, Debug, Default)]
struct Uses {
    intents: u32,
    /// How often each language uses it, outside the lists of things.
    languages: [u16; 3],
}

/// How many times as often as the others together one language must use a word to be told by it.
const TELLS: u16 = 12;

static USES: LazyLock<WordMap<String, Uses>> = LazyLock::new(|| {
    let mut uses = WordMap::default();
    for (locale, source) in SOURCES {
        read(locale, source, &mut uses);
    }
    uses
});

fn bit(intent: Intent) -> u32 {
    let place = Intent::ALL.iter().position(|known| *known == intent).unwrap_or_default();
    u32::try_from(place).map_or(0, |place| 1_u32.wrapping_shl(place))
}

const LOCALES: [Locale; 3] = [Locale::Es, Locale::En, Locale::Pt];

fn read(locale: Locale, source: &'static str, uses: &mut WordMap<String, Uses>) {
    let mut sets: HashMap<&str, &str> = HashMap::new();
    for line in source.lines() {
        if let Some((name, members)) = line.strip_prefix('@').and_then(|line| line.split_once('=')) {
            sets.insert(name.trim(), members);
        }
    }
    for (name, lines) in sections(source) {
        let Some(intent) = Intent::ALL.iter().copied().find(|intent| intent.label() == name) else {
            continue;
        };
        let mut add = |text: &str, language: Option<Locale>| {
            for word in fold(text).split(|c: char| !(c.is_alphanumeric() || c == '<' || c == '>')) {
                let written = SHORTHAND.get(word).copied().unwrap_or(word);
                for word in written.split(' ').filter(|word| !word.is_empty()) {
                    let known: &mut Uses = uses.entry(word.to_owned()).or_default();
                    known.intents |= bit(intent);
                    for (_, count) in
                        LOCALES.iter().zip(&mut known.languages).filter(|(of, _)| Some(**of) == language)
                    {
                        *count = count.saturating_add(1);
                    }
                }
            }
        };
        for line in lines {
            // Names, in the sets that begin with an n, are words of no intent. What a set lists (shops, trades) is
            // no evidence for a language.
            for piece in line.split('{').enumerate() {
                let text = match piece {
                    (0, text) => text,
                    (_, piece) => {
                        let (set, rest) = piece.split_once('}').unwrap_or(("", piece));
                        if !set.starts_with('n') {
                            add(sets.get(set).copied().unwrap_or_default(), None);
                        }
                        rest
                    }
                };
                add(text, Some(locale));
            }
        }
    }
}

/// Whether the sentences of any language use the word, outside the lists of things.
pub(crate) fn is_of_a_language(word: &str) -> bool {
    USES.get(word).is_some_and(|uses| uses.languages != [0; 3])
}

/// All words of the sentences.
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    USES.keys().map(String::as_str)
}

/// Whether the sentences of an intent use the word.
pub(crate) fn explains(intent: Intent, word: &str) -> bool {
    USES.get(word).is_some_and(|uses| uses.intents & bit(intent) != 0)
}

/// The language whose sentences use the word, while the others hardly do.
pub(crate) fn only_language(word: &str) -> Option<Locale> {
    let counts = USES.get(word)?.languages;
    let all: u16 = counts.iter().fold(0, |sum, count| sum.saturating_add(*count));
    let tells = |count: u16| count > 0 && all.saturating_sub(count).saturating_mul(TELLS) <= count;
    LOCALES.into_iter().zip(counts).find(|(_, count)| tells(*count)).map(|(locale, _)| locale)
}

/// Whether a word changes nothing in any reading: a courtesy, a greeting, a laugh, an article.
pub(crate) fn is_neutral(word: &str) -> bool {
    LEXICON.neutral.contains(word) || is_laugh(word)
}

/// «jaja», "haha", «kkkk», «rsrs».
pub(crate) fn is_laugh(word: &str) -> bool {
    const LAUGHS: [&[u8]; 6] = [b"ja", b"je", b"ji", b"ha", b"he", b"rs"];
    let bytes = word.as_bytes();
    let only = |letters: &[u8]| bytes.iter().all(|byte| letters.contains(byte));
    bytes.len() >= 4 && LAUGHS.iter().any(|laugh| only(laugh) && bytes.windows(2).any(|pair| pair == *laugh))
        || bytes.len() >= 2 && only(b"k")
        || matches!(word, "lol" | "lmao" | "rofl" | "xd" | "rs" | "jsjs" | "jajs" | "hehe" | "smh" | "haha")
}

/// Which intents use each word of a text that isn't neutral.
#[derive(Clone, Debug)]
pub(crate) struct Explained(Vec<u32>);

impl Explained {
    /// Looks the words up.
    pub(crate) fn of(words: &[&str]) -> Self {
        let uses = |word: &&&str| !is_neutral(word);
        Self(words.iter().filter(uses).map(|word| USES.get(*word).map_or(0, |uses| uses.intents)).collect())
    }

    /// How much of the text the words of an intent explain, 0 to 1. Neutral words don't count.
    pub(crate) fn share(&self, intent: Intent) -> f32 {
        let bit = bit(intent);
        let (mut all, mut explained) = (0_u16, 0_u16);
        for intents in &self.0 {
            all = all.saturating_add(1);
            explained = explained.saturating_add(u16::from(intents & bit != 0));
        }
        if all == 0 { 1.0 } else { f32::from(explained) / f32::from(all) }
    }
}

/// The words of no list that are common enough to be no name.
pub(crate) fn ordinary() -> &'static WordSet<&'static str> {
    static ORDINARY: LazyLock<WordSet<&'static str>> = LazyLock::new(|| LEXICON.all().chain(all()).collect());
    &ORDINARY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_tells_its_language_only_if_one_has_it() {
        for (word, only) in [
            ("cuanto", Some(Locale::Es)),
            ("how", Some(Locale::En)),
            ("quanto", Some(Locale::Pt)),
            ("saldo", None),
            ("claro", None),
        ] {
            assert_eq!(only_language(word), only, "{word}");
        }
    }

    #[test]
    fn laughs_are_neutral() {
        for laugh in ["jaja", "jajajja", "kkkk", "haha", "lol", "rsrs"] {
            assert!(is_neutral(laugh), "{laugh}");
        }
        assert!(!is_neutral("jaime") && !is_neutral("hehemia"));
    }
}
