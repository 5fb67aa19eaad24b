//! Patterns over folded words, read from `data/patterns.txt` and compiled once. A text is matched against all of
//! them in one go: an index by the first word of each pattern leaves few to try.

use crate::{
    hashing::{WordMap, WordSet},
    lexicon::sections,
};
use std::sync::LazyLock;

/// One element of a pattern. The syntax is described in `data/patterns.txt`.
enum Element {
    Start,
    End,
    /// Up to [`GAP_MAX`] words of any kind.
    Gap,
    OneOf {
        words: WordSet<&'static str>,
        prefixes: Vec<&'static str>,
        runs: Vec<Vec<&'static str>>,
    },
}

/// The most words that a gap matches.
const GAP_MAX: usize = 3;

/// Shortest prefix, in bytes.
const PREFIX_MIN: usize = 2;

struct Pattern {
    section: u32,
    elements: Vec<Element>,
}

/// The words and prefixes that the patterns of a section use.
#[derive(Default)]
struct Mentioned {
    words: WordSet<&'static str>,
    prefixes: Vec<&'static str>,
}

#[derive(Default)]
struct Patterns {
    all: Vec<Pattern>,
    /// The number of each section, by name.
    numbers: WordMap<&'static str, u32>,
    mentioned: Vec<Mentioned>,
    /// The patterns that begin with a word, or with a prefix of it.
    by_word: WordMap<&'static str, Vec<usize>>,
    by_prefix: WordMap<&'static str, Vec<usize>>,
    classes: WordMap<&'static str, Vec<&'static str>>,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let mut patterns = Patterns::default();
    for (name, lines) in sections(include_str!("../data/patterns.txt")) {
        if name == "classes" {
            for line in lines {
                let mut words = line.split_whitespace();
                if let Some(class) = words.next() {
                    patterns.classes.insert(class, words.collect());
                }
            }
        } else {
            for line in lines {
                patterns.add(name, line);
            }
        }
    }
    patterns
});

impl Patterns {
    fn add(&mut self, name: &'static str, line: &'static str) {
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        let section = *self.numbers.entry(name).or_insert(next);
        let elements = compile(line, &self.classes);
        let number = self.all.len();
        let place = usize::try_from(section).unwrap_or_default();
        if self.mentioned.len() <= place {
            self.mentioned.resize_with(place.saturating_add(1), Mentioned::default);
        }
        let first = elements.iter().find(|element| matches!(element, Element::OneOf { .. }));
        if let Some(Element::OneOf { words, prefixes, runs }) = first {
            let heads = words.iter().copied().chain(runs.iter().filter_map(|run| run.first().copied()));
            for head in heads {
                self.by_word.entry(head).or_default().push(number);
            }
            for prefix in prefixes {
                self.by_prefix.entry(prefix).or_default().push(number);
            }
        }
        if let Some(mentioned) = self.mentioned.get_mut(place) {
            for element in &elements {
                if let Element::OneOf { words, prefixes, runs } = element {
                    mentioned.words.extend(words.iter().copied().chain(runs.iter().flatten().copied()));
                    mentioned.prefixes.extend(prefixes.iter().copied());
                }
            }
        }
        self.all.push(Pattern { section, elements });
    }
}

fn compile(line: &'static str, classes: &WordMap<&'static str, Vec<&'static str>>) -> Vec<Element> {
    line.split_whitespace()
        .map(|element| match element {
            "^" => Element::Start,
            "$" => Element::End,
            "_" => Element::Gap,
            alternatives => one_of(alternatives, classes),
        })
        .collect()
}

fn one_of(alternatives: &'static str, classes: &WordMap<&'static str, Vec<&'static str>>) -> Element {
    let (mut words, mut prefixes, mut runs) = (WordSet::default(), Vec::new(), Vec::new());
    let mut take = |word: &'static str| match word.strip_suffix('*') {
        Some(prefix) => prefixes.push(prefix),
        None if word.contains('+') => runs.push(word.split('+').collect()),
        None => {
            words.insert(word);
        }
    };
    for word in alternatives.split('|') {
        let class =
            word.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).and_then(|name| classes.get(name));
        match class {
            Some(members) => members.iter().for_each(|member| take(member)),
            None => take(word),
        }
    }
    Element::OneOf { words, prefixes, runs }
}

/// The sections of which a pattern is found in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sections(u128);

impl Sections {
    /// Matches words against all patterns.
    pub(crate) fn of(words: &[&str]) -> Self {
        let patterns = &*PATTERNS;
        let mut found = Self::default();
        for (at, word) in words.iter().enumerate() {
            if let Some(candidates) = patterns.by_word.get(word) {
                found.try_all(words, at, candidates);
            }
            for end in PREFIX_MIN..=word.len() {
                if let Some(candidates) = word.get(..end).and_then(|prefix| patterns.by_prefix.get(prefix)) {
                    found.try_all(words, at, candidates);
                }
            }
        }
        found
    }

    fn try_all(&mut self, words: &[&str], at: usize, candidates: &[usize]) {
        for pattern in candidates.iter().filter_map(|number| PATTERNS.all.get(*number)) {
            let bit = 1_u128.wrapping_shl(pattern.section);
            if self.0 & bit == 0 && matches_at(words, at, &pattern.elements) {
                self.0 |= bit;
            }
        }
    }

    /// True if a pattern of that section is found.
    pub(crate) fn holds(self, name: &str) -> bool {
        PATTERNS.numbers.get(name).is_some_and(|number| self.0 & 1_u128.wrapping_shl(*number) != 0)
    }
}

/// True if a class of `data/patterns.txt` contains the word.
pub(crate) fn is_in_class(class: &str, word: &str) -> bool {
    PATTERNS.classes.get(class).is_some_and(|members| {
        members
            .iter()
            .any(|member| member.strip_suffix('*').map_or(*member == word, |prefix| word.starts_with(prefix)))
    })
}

/// Every whole word that any pattern contains.
pub(crate) fn all_words() -> impl Iterator<Item = &'static str> {
    PATTERNS.all.iter().flat_map(|pattern| &pattern.elements).flat_map(|element| match element {
        Element::OneOf { words, .. } => words.iter().copied().collect::<Vec<_>>(),
        _ => Vec::new(),
    })
}

/// True if an element of a pattern of that section fits the word.
pub(crate) fn mentions(name: &str, word: &str) -> bool {
    let place = PATTERNS.numbers.get(name).and_then(|number| usize::try_from(*number).ok());
    place
        .and_then(|place| PATTERNS.mentioned.get(place))
        .is_some_and(|mentioned| mentioned.words.contains(word) || begins_with_any(word, &mentioned.prefixes))
}

/// The indexes at which a pattern of that section matches.
pub(crate) fn places<'a>(name: &str, words: &'a [&'a str]) -> impl Iterator<Item = usize> + 'a {
    let section = PATTERNS.numbers.get(name).copied();
    PATTERNS
        .all
        .iter()
        .filter(move |pattern| Some(pattern.section) == section)
        .flat_map(|pattern| (0..words.len()).filter(|at| matches_at(words, *at, &pattern.elements)))
}

/// Whether a word begins with one of the prefixes. The first byte rules most of them out.
fn begins_with_any(word: &str, prefixes: &[&str]) -> bool {
    let head = word.as_bytes().first();
    prefixes.iter().any(|prefix| prefix.as_bytes().first() == head && word.starts_with(prefix))
}

fn matches_at(words: &[&str], at: usize, pattern: &[Element]) -> bool {
    let Some((element, rest)) = pattern.split_first() else { return true };
    match element {
        Element::Start => at == 0 && matches_at(words, at, rest),
        Element::End => at == words.len(),
        Element::Gap => (0..=GAP_MAX).any(|gap| {
            let next = at.saturating_add(gap);
            next <= words.len() && matches_at(words, next, rest)
        }),
        Element::OneOf { words: single, prefixes, runs } => {
            let Some(word) = words.get(at) else { return false };
            let fits = single.contains(word) || begins_with_any(word, prefixes);
            let next = at.saturating_add(1);
            fits && matches_at(words, next, rest)
                || runs.iter().filter(|run| run.first() == Some(word)).any(|run| {
                    let end = at.saturating_add(run.len());
                    words.get(at..end).is_some_and(|found| found == run.as_slice())
                        && matches_at(words, end, rest)
                })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_the_sections_whose_patterns_it_holds() {
        let found = Sections::of(&["cuanto", "me", "queda"]);
        assert!(found.holds("balance") && !found.holds("human") && !found.holds("no such section"));
        assert!(Sections::of(&["cancelarlo"]).holds("cancel"));
        assert!(!Sections::of(&[]).holds("cancel"));
    }

    #[test]
    fn elements_do_what_the_file_says() {
        let classes = WordMap::from_iter([("CODE", vec!["codigo", "cod*"])]);
        let holds = |pattern: &'static str, text: &str| {
            let words: Vec<&str> = text.split(' ').collect();
            let compiled = compile(pattern, &classes);
            (0..=words.len()).any(|at| matches_at(&words, at, &compiled))
        };
        assert!(holds("otro|nuevo <CODE>", "manda otro codigos"));
        assert!(holds("no _ llego", "no me ha llego"));
        assert!(!holds("no _ llego", "no a b c d llego"));
        assert!(holds("^ stop $", "stop"));
        assert!(!holds("^ stop $", "stop motion"));
        assert!(holds("de+verdad persona", "una de verdad persona"));
    }

    #[test]
    fn every_name_used_has_patterns() {
        let source = concat!(
            include_str!("decide.rs"),
            include_str!("guards.rs"),
            include_str!("decide/scores.rs"),
            include_str!("decide/transfers.rs"),
            include_str!("decide/yes_no.rs"),
        );
        for name in source.split("holds(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(PATTERNS.numbers.contains_key(name), "{name}");
        }
    }

    #[test]
    fn there_are_no_more_sections_than_bits() {
        assert!(PATTERNS.numbers.len() <= 64, "{}", PATTERNS.numbers.len());
    }
}
