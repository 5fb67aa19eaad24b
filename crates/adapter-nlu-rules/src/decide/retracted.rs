//! Tells a request that its own end takes back: «mándale 310 a Celso… no, mejor así déjalo».

use super::*;

/// The words that an end takes a request back with.
const STRONG: [&str; 16] = [
    "no",
    "nao",
    "not",
    "nah",
    "dejalo",
    "dejala",
    "olvida",
    "olvidate",
    "forget",
    "cancela",
    "cancelalo",
    "cancel",
    "deixa",
    "nel",
    "nope",
    "dejemoslo",
];

/// Words that take it back whatever stands beside them.
const DECISIVE: [&str; 15] = [
    "broma",
    "bromita",
    "bromeo",
    "jk",
    "kidding",
    "joking",
    "joke",
    "brincadeira",
    "brincando",
    "zoeira",
    "scrap",
    "olvidalo",
    "olvidala",
    "nevermind",
    "esquece",
];

/// Words that stand beside them and change nothing.
const BESIDE: [&str; 48] = [
    "mejor",
    "siempre",
    "asi",
    "deja",
    "ya",
    "nada",
    "hijole",
    "ay",
    "uy",
    "uff",
    "ah",
    "oh",
    "eh",
    "pra",
    "la",
    "isso",
    "melhor",
    "it",
    "that",
    "never",
    "mind",
    "do",
    "wait",
    "espera",
    "esperate",
    "hold",
    "on",
    "actually",
    "i",
    "changed",
    "my",
    "luego",
    "ni",
    "modo",
    "perdon",
    "sorry",
    "desculpa",
    "opa",
    "oops",
    "pera",
    "calma",
    "pensandolo",
    "bien",
    "todavia",
    "just",
    "me",
    "arrepenti",
    "quieto",
];

impl MessageFeatures<'_> {
    /// Whether a clause behind the last slot says nothing but that it shall not be done. «¿…, no?» only asks.
    pub(super) fn takes_back(&self) -> bool {
        let Some(last) = self.last_slot() else { return false };
        let ends = |token: &Token| token.is_punct() && !matches!(token.folded.as_str(), "'" | "\"");
        let mut from = None;
        let (mut is_strong, mut covered) = (false, true);
        for (at, token) in self.tokens.iter().enumerate().skip(last.saturating_add(1)) {
            let word = token.folded.as_str();
            if ends(token) {
                if from.is_some() && is_strong && covered && word != "?" {
                    return true;
                }
                (from, is_strong, covered) = (Some(at), false, true);
            } else if from.is_some() {
                if DECISIVE.contains(&word) {
                    return true;
                }
                is_strong |= STRONG.contains(&word);
                covered &= STRONG.contains(&word) || BESIDE.contains(&word) || vocabulary::is_neutral(word);
            }
        }
        from.is_some() && is_strong && covered
    }

    /// The place of the last amount, destination or preposition of a payee.
    fn last_slot(&self) -> Option<usize> {
        let leads = |at: usize| {
            let next = word_at(self.tokens, at.saturating_add(1));
            LEXICON.name_prepositions.contains(word_at(self.tokens, at))
                && !BESIDE.contains(&next)
                && !STRONG.contains(&next)
        };
        let is_slot = |at: usize| {
            self.tokens.get(at).is_some_and(|token| token.is_amount() || token.is_destination()) || leads(at)
        };
        (0..self.tokens.len()).rev().find(|at| is_slot(*at))
    }
}
