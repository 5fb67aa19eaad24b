//! Finds the name of a person as a destination: «a mi comadre Lupe», "pay Katy Parrow $40".

mod clauses;
mod places;
mod words;

use crate::{
    commands::form_of,
    lexicon::{CURRENCIES, LEXICON},
    spelling::is_courtesy,
    tokens::{Kind, Token, fold, word_at},
    vocabulary::{is_laugh, is_neutral, ordinary},
};
use domain::locale::Locale;
use unicode_normalization::UnicodeNormalization;

/// Words in lower case inside a name: «María de la Luz», "Vincent van der Berg".
const PARTICLES: [&str; 19] = [
    "de", "del", "la", "los", "las", "da", "do", "dos", "das", "van", "der", "den", "von", "di", "du", "san",
    "al", "el", "le",
];

/// Longest name, in words.
const WORDS_MAX: usize = 5;

struct Finder<'a> {
    tokens: &'a [Token],
    all_large: bool,
}

/// A name that may be the destination. A higher rank is more likely.
struct Candidate {
    rank: i32,
    behind_command: bool,
    at: usize,
    name: String,
}

/// The name of the destination. `command` is the index of the verb that asks for the transfer.
pub(crate) fn find(tokens: &[Token], language: Locale, command: Option<usize>) -> Option<String> {
    let finder = Finder { tokens, all_large: is_all_large(tokens) };
    let candidates = finder.behind_prepositions(language, command);
    let has_strong = candidates.iter().any(|c| c.rank == 3);
    if let Some(command) = command.filter(|_| !has_strong)
        && let Some(name) = finder.direct_object(command, language)
    {
        return Some(name);
    }
    let best = |ranked: &dyn Fn(&&Candidate) -> bool| {
        candidates
            .iter()
            .filter(ranked)
            .max_by_key(|c| {
                // «a Guatemala, a mi mamá»
                let is_place = LEXICON.lands.contains(fold(&c.name).as_str());
                (c.rank, !is_place, c.behind_command, std::cmp::Reverse(c.at))
            })
            .map(|c| c.name.clone())
    };
    if candidates.iter().any(|c| c.rank > 1 && finder.names_another(c.at)) {
        return None;
    }
    if let Some(name) = best(&|c| c.rank > 0) {
        return Some(name);
    }
    let looks_like_one = |c: &Candidate| {
        let next = c.at.saturating_add(1);
        finder.is_capitalised(next) || LEXICON.determiners.contains(word_at(tokens, next))
    };
    let any = candidates.iter().filter(|c| c.rank == 0).any(looks_like_one);
    if let Some(receiver) = finder.receiver() {
        return Some(receiver);
    }
    if let Some(subject) = command.and_then(|command| finder.subject(command)) {
        return Some(subject);
    }
    if command.is_some()
        && let Some(owed) = finder.owed()
    {
        return Some(owed);
    }
    // «1,500 pesos for my cousin Beto»
    let is_amount_first = tokens.iter().find(|token| !token.is_punct()).is_some_and(Token::is_money);
    if (command.is_some() || is_amount_first) && any {
        candidates.iter().find(|c| c.rank == 0).map(|c| c.name.clone())
    } else {
        None
    }
}

/// The name that starts at a token, and the index behind it.
pub(crate) fn at(tokens: &[Token], start: usize) -> Option<(String, usize)> {
    Finder { tokens, all_large: is_all_large(tokens) }.collect(start)
}

/// The name behind a preposition, also as the owner of an account: «a mi mamá», «a la cuenta de Ana».
pub(crate) fn behind_preposition(tokens: &[Token], preposition: usize) -> Option<(String, usize)> {
    let finder = Finder { tokens, all_large: is_all_large(tokens) };
    let next = preposition.saturating_add(1);
    finder.collect(finder.behind_account(next).unwrap_or(next))
}

fn is_all_large(tokens: &[Token]) -> bool {
    let mut words = tokens.iter().filter(|t| t.is_word() && t.surface.chars().count() > 1).peekable();
    words.peek().is_some() && words.all(|t| t.surface.chars().all(|c| c.is_uppercase() || !c.is_alphabetic()))
}

impl Finder<'_> {
    fn token(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }

    fn is_capitalised(&self, at: usize) -> bool {
        !self.all_large && self.token(at).is_some_and(Token::is_capitalised)
    }
}
