//! Finds the language of a text by a vote of its words. The language decides how to read separators and words
//! that exist in several languages.

use crate::{
    lexicon::LEXICON,
    tokens::{Kind, Token},
};
use domain::locale::Locale;

/// The language with the most votes, and whether any word voted. A word that only one language has counts
/// twice. Without a vote the language is Spanish.
pub(crate) fn vote(tokens: &[Token]) -> (Locale, bool) {
    if tokens.iter().any(|token| token.kind == Kind::Symbol && token.folded == "r$") {
        return (Locale::Pt, true);
    }
    let lexicon = &*LEXICON;
    let lists = [
        (Locale::Es, &lexicon.spanish, &lexicon.spanish_strong),
        (Locale::En, &lexicon.english, &lexicon.english_strong),
        (Locale::Pt, &lexicon.portuguese, &lexicon.portuguese_strong),
    ];
    let mut best = (Locale::Es, 0_usize);
    for (locale, weak, strong) in lists {
        let words = tokens.iter().filter(|token| token.is_word()).map(|token| token.folded.as_str());
        let votes: usize = words
            .map(|word| usize::from(weak.contains(word)).saturating_add(usize::from(strong.contains(word))))
            .sum();
        if votes > best.1 {
            best = (locale, votes);
        }
    }
    (best.0, best.1 > 0)
}

/// True if the text mentions a country or currency that groups thousands with a point.
pub(crate) fn has_dot_cue(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| token.is_word() && LEXICON.dot_thousands_cues.contains(token.folded.as_str()))
}

/// Renames Portuguese «no» («em o»), so that it is not read as a negation. The first word is never this «no».
pub(crate) fn rename_portuguese_no(tokens: &mut [Token]) {
    let mut before: Option<String> = None;
    for token in tokens.iter_mut().filter(|token| !token.is_punct()) {
        let own = token.folded.clone();
        if own == "no" && before.as_deref().is_some_and(|word| word != "nao") {
            token.folded = "em_o".into();
        }
        before = Some(own);
    }
}
