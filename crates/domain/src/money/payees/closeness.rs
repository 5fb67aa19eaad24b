//! Which payees a name means.
//!
//! Accents, case, articles and possessives don't count. All words that are said must be words of the payee's
//! name; the best of three fits decides: the whole name, a part of it, a part with one mistyped letter. Where
//! several payees have the best fit, the payer must be asked.

use super::{Payee, name_words::NameWords};

/// The shortest word in which a letter may be mistyped, in letters.
const TYPO_LENGTH_MIN: usize = 5;

/// What a name means among a person's payees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closest<'a> {
    /// No payee has a name like this.
    Nobody,
    /// One payee fits, and no other fits as well.
    One(&'a Payee),
    /// Several payees fit equally well, in the order of the list.
    Several(Vec<&'a Payee>),
}

/// How well a payee's name fits what was said; the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// All of the name is said: «mi amigo Juan» for «Juan».
    Whole,
    /// A part of the name is said: «Lalo» or «mi primo» for «primo Lalo».
    Part,
    /// A part of the name is said, with one letter that differs in a word.
    Mistyped,
}

/// The payees that a name means. A relation that is said must not contradict the name: «mi tío Lalo» is not
/// «primo Lalo».
#[must_use]
pub fn closest<'a>(name: &str, payees: &'a [Payee]) -> Closest<'a> {
    let said = NameWords::of(name);
    let fits = payees.iter().filter_map(|payee| Some((fit(&said, &NameWords::of(&payee.name))?, payee)));
    let fits: Vec<(Fit, &Payee)> = fits.collect();
    let best = fits.iter().map(|(fit, _)| *fit).min();
    let found: Vec<&Payee> =
        fits.into_iter().filter(|(fit, _)| Some(*fit) == best).map(|(_, payee)| payee).collect();
    match found.as_slice() {
        [] => Closest::Nobody,
        [one] => Closest::One(one),
        _ => Closest::Several(found),
    }
}

fn fit(said: &NameWords, known: &NameWords) -> Option<Fit> {
    if said.whole == known.whole {
        return (!said.whole.is_empty()).then_some(Fit::Whole);
    }
    if said.say_nobody() || known.say_nobody() {
        return None;
    }
    let has = |words: &[String], word: &String| words.contains(word);
    let shares_a_relation = said.relations.iter().any(|word| has(&known.relations, word));
    if !said.relations.is_empty() && !known.relations.is_empty() && !shares_a_relation {
        return None;
    }
    if said.own.is_empty() {
        // «mi primo» names nobody who is not known as one.
        let is_whole = known.own.is_empty() && known.relations.iter().all(|word| has(&said.relations, word));
        return shares_a_relation.then_some(if is_whole { Fit::Whole } else { Fit::Part });
    }
    if said.own.iter().all(|word| has(&known.own, word)) {
        let is_whole = known.own.iter().all(|word| has(&said.own, word))
            && known.relations.iter().all(|word| has(&said.relations, word));
        return Some(if is_whole { Fit::Whole } else { Fit::Part });
    }
    let nearly = |word: &String| known.own.iter().any(|other| word == other || is_mistyped(word, other));
    said.own.iter().all(nearly).then_some(Fit::Mistyped)
}

/// Whether `said` is `known` with one letter more, less, changed, or two neighbours swapped. A last letter that
/// makes another name of it is no typo: Mario and María, Daniel and Daniela.
fn is_mistyped(said: &str, known: &str) -> bool {
    let (said, known): (Vec<char>, Vec<char>) = (said.chars().collect(), known.chars().collect());
    if said.len() < TYPO_LENGTH_MIN || known.len() < TYPO_LENGTH_MIN {
        return false;
    }
    let prefix = said.iter().zip(&known).take_while(|(one, other)| one == other).count();
    let (said, known) = (said.get(prefix..).unwrap_or_default(), known.get(prefix..).unwrap_or_default());
    let suffix = said.iter().rev().zip(known.iter().rev()).take_while(|(one, other)| one == other).count();
    let cut = |word: &[char]| word.get(..word.len().saturating_sub(suffix)).unwrap_or_default().to_vec();
    let is_vowel = |letters: &[char]| letters.iter().any(|letter| matches!(letter, 'a' | 'e' | 'o'));
    match (cut(said).as_slice(), cut(known).as_slice()) {
        (one @ ([] | [_]), other @ ([] | [_])) if one != other => {
            suffix > 0 || !(is_vowel(one) || is_vowel(other))
        }
        ([one, two], [three, four]) => one == four && two == three,
        _ => false,
    }
}
