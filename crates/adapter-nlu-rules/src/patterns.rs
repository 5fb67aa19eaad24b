//! Patterns over folded words, read from `data/patterns.txt` and compiled once.

use crate::lexicon::sections;
use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

/// One element of a pattern. The syntax is described in `data/patterns.txt`.
enum Element {
    Start,
    End,
    /// Up to [`GAP_MAX`] words of any kind.
    Gap,
    OneOf {
        words: HashSet<&'static str>,
        prefixes: Vec<&'static str>,
        runs: Vec<Vec<&'static str>>,
    },
}

type Pattern = Vec<Element>;

/// The most words that a gap matches.
const GAP_MAX: usize = 3;

struct Patterns {
    by_name: HashMap<&'static str, Vec<Pattern>>,
    classes: HashMap<&'static str, Vec<&'static str>>,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let mut patterns = Patterns { by_name: HashMap::new(), classes: HashMap::new() };
    for (name, lines) in sections(include_str!("../data/patterns.txt")) {
        if name == "classes" {
            for line in lines {
                let mut words = line.split_whitespace();
                if let Some(class) = words.next() {
                    patterns.classes.insert(class, words.collect());
                }
            }
        } else {
            let compiled = lines.into_iter().map(|line| compile(line, &patterns.classes)).collect();
            patterns.by_name.insert(name, compiled);
        }
    }
    patterns
});

fn compile(line: &'static str, classes: &HashMap<&'static str, Vec<&'static str>>) -> Pattern {
    line.split_whitespace()
        .map(|element| match element {
            "^" => Element::Start,
            "$" => Element::End,
            "_" => Element::Gap,
            alternatives => one_of(alternatives, classes),
        })
        .collect()
}

fn one_of(alternatives: &'static str, classes: &HashMap<&'static str, Vec<&'static str>>) -> Element {
    let (mut words, mut prefixes, mut runs) = (HashSet::new(), Vec::new(), Vec::new());
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
    PATTERNS.by_name.values().flatten().flatten().flat_map(|element| match element {
        Element::OneOf { words, .. } => words.iter().copied().collect::<Vec<_>>(),
        _ => Vec::new(),
    })
}

/// True if an element of a pattern of that name fits the word.
pub(crate) fn mentions(name: &str, word: &str) -> bool {
    patterns(name).flatten().any(|element| match element {
        Element::OneOf { words, prefixes, runs } => {
            words.contains(word)
                || prefixes.iter().any(|prefix| word.starts_with(prefix))
                || runs.iter().any(|run| run.contains(&word))
        }
        _ => false,
    })
}

/// True if any pattern of that name matches somewhere in the words.
pub(crate) fn found(name: &str, words: &[&str]) -> bool {
    patterns(name).any(|pattern| (0..=words.len()).any(|at| matches_at(words, at, pattern)))
}

/// The indexes at which a pattern of that name matches.
pub(crate) fn places<'a>(name: &'a str, words: &'a [&'a str]) -> impl Iterator<Item = usize> + 'a {
    patterns(name).flat_map(|pattern| (0..words.len()).filter(|at| matches_at(words, *at, pattern)))
}

fn patterns(name: &str) -> impl Iterator<Item = &'static [Element]> {
    PATTERNS.by_name.get(name).into_iter().flatten().map(Vec::as_slice)
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
            let fits = single.contains(word) || prefixes.iter().any(|prefix| word.starts_with(prefix));
            fits && matches_at(words, at.saturating_add(1), rest)
                || runs.iter().any(|run| {
                    let end = at.saturating_add(run.len());
                    words.get(at..end) == Some(run.as_slice()) && matches_at(words, end, rest)
                })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_do_what_the_file_says() {
        let classes = HashMap::from([("CODE", vec!["codigo", "cod*"])]);
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
        let source = concat!(include_str!("decide.rs"), include_str!("guards.rs"));
        for name in source.split("found(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(patterns(name).next().is_some(), "{name}");
        }
    }
}
