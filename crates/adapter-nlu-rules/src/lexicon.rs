//! The word lists, read once from `data/`.

use crate::hashing::{WordMap, WordSet};
use std::sync::LazyLock;

type Words = WordSet<&'static str>;

/// The `[name]` sections of a file and their lines. A line that starts with `#` is a comment.
pub(crate) fn sections(source: &'static str) -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    let mut all: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(name) => all.push((name, Vec::new())),
            None => {
                if let Some((_, lines)) = all.last_mut() {
                    lines.push(line);
                }
            }
        }
    }
    all.into_iter()
}

macro_rules! lexicon {
    ($($name:ident),* $(,)?) => {
        /// The word lists of `data/words.txt`, by name.
        #[derive(Default)]
        pub(crate) struct Lexicon { $(pub(crate) $name: Words,)* }

        impl Lexicon {
            fn list(&mut self, name: &str) -> Option<&mut Words> {
                match name { $(stringify!($name) => Some(&mut self.$name),)* _ => None }
            }

            /// All words of all lists.
            pub(crate) fn all(&self) -> impl Iterator<Item = &'static str> {
                [$(&self.$name),*].into_iter().flatten().copied()
            }
        }

        #[cfg(test)]
        pub(crate) const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

lexicon! {
    spanish, english, portuguese, spanish_strong, english_strong, portuguese_strong, dot_thousands_cues,
    number_articles, half, number_and, decimal_point, cents, glued_multipliers, time_units, reference_words,
    months, account_cues, phone_cues, transfer_nouns, money_nouns, negations, fillers, typo_targets, yes,
    yes_fillers, deny_words, greeting, greeting_heads, greeting_core, name_prepositions,
    prepositions, determiners, name_stops, never_names, role_nouns, shops, lands, titles, request_words, request_gaps,
    english_no_command_before, correction_markers, correction_fillers, concepts, future_words, state_verbs,
    condition_next, code_fillers, to_me_verbs, after_amount, no_money_objects, strong_verb_stems, never_repaired, neutral,
    banks, relations, word_names, answer_words,
}

pub(crate) static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon::default();
    for (name, lines) in sections(include_str!("../data/words.txt")) {
        if let Some(list) = lexicon.list(name) {
            list.extend(lines.iter().flat_map(|line| line.split_whitespace()));
        }
    }
    lexicon
});

/// The names of currencies.
#[derive(Default)]
pub(crate) struct Currencies {
    /// Currency code by word; `None` for a word that names money but no currency.
    pub(crate) words: WordMap<&'static str, Option<&'static str>>,
    symbols: WordMap<&'static str, Option<&'static str>>,
    adjectives: Vec<(&'static str, &'static str, &'static str)>,
}

impl Currencies {
    /// The currency code of a symbol. `None` for `$` and others that several currencies share.
    pub(crate) fn symbol(&self, symbol: &str) -> Option<&'static str> {
        let compact: String = symbol.chars().filter(|c| *c != ' ').collect();
        self.symbols.get(compact.as_str()).copied().flatten()
    }

    /// The code of a currency with an adjective, such as «pesos colombianos».
    pub(crate) fn adjective(&self, code: Option<&str>, adjective: &str) -> Option<&'static str> {
        self.adjectives.iter().find_map(|(base, stem, precise)| {
            let base_code = self.words.get(base).copied().flatten();
            let stem = stem.get(..stem.len().saturating_sub(1))?;
            let ending = adjective.strip_prefix(stem)?;
            (base_code == code && matches!(ending, "o" | "a" | "os" | "as" | "e" | "es")).then_some(*precise)
        })
    }

    pub(crate) fn is_word(&self, word: &str) -> bool {
        self.words.contains_key(word)
    }
}

pub(crate) static CURRENCIES: LazyLock<Currencies> = LazyLock::new(|| {
    let mut currencies = Currencies::default();
    for (name, lines) in sections(include_str!("../data/currencies.txt")) {
        for line in lines {
            let mut parts = line.split_whitespace();
            let Some(head) = parts.next() else { continue };
            let code = (head != "-").then_some(head);
            match name {
                "words" => currencies.words.extend(parts.map(|word| (word, code))),
                "symbols" => currencies.symbols.extend(parts.map(|symbol| (symbol, code))),
                _ => {
                    let pairs = parts.filter_map(|pair| pair.split_once('='));
                    currencies.adjectives.extend(pairs.map(|(stem, precise)| (head, stem, precise)));
                }
            }
        }
    }
    currencies
});

/// Shorthand and contractions, with the words that they stand for.
pub(crate) static SHORTHAND: LazyLock<WordMap<&'static str, &'static str>> = LazyLock::new(|| {
    include_str!("../data/shorthand.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_has_words_and_every_section_is_a_list() {
        let mut lexicon = Lexicon::default();
        for (name, lines) in sections(include_str!("../data/words.txt")) {
            assert!(lexicon.list(name).is_some() && !lines.is_empty(), "{name}");
        }
        let named = sections(include_str!("../data/words.txt")).count();
        assert_eq!(named, NAMES.len());
    }
}
