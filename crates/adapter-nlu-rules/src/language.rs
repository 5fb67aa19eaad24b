//! Finds the language of a text: by words that only one language has. It decides how to read separators and words
//! that exist in several languages.

use crate::{
    lexicon::{CURRENCIES, LEXICON},
    numbers::multiplier,
    tokens::{Kind, Token},
    verbs::form,
    vocabulary,
};
use domain::{locale::Locale, money::Currency};

/// The language of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Language {
    /// The language to read the text in: the one with the most votes.
    pub(crate) reading: Locale,
    /// The language that the text shows. `None` without evidence, or with evidence for two.
    pub(crate) shown: Option<Locale>,
}

const LOCALES: [Locale; 3] = [Locale::Es, Locale::En, Locale::Pt];

/// Finds the language. `so_far` is the language of the conversation: it counts where the text shows none.
pub(crate) fn find(text: &str, tokens: &[Token], so_far: Option<Locale>) -> Language {
    let votes = votes(tokens);
    let evidence = evidence(text, tokens);
    let most = |counts: [usize; 3]| {
        let best = counts.iter().copied().max().filter(|best| *best > 0)?;
        let mut leaders = LOCALES.into_iter().zip(counts).filter(|(_, count)| *count == best);
        match (leaders.next(), leaders.next()) {
            (Some((locale, _)), None) => Some(locale),
            _ => None,
        }
    };
    let shown = most(evidence);
    let reading = shown.or_else(|| most(votes)).or(so_far).unwrap_or(Locale::Es);
    Language { reading, shown }
}

/// Votes of the frequent words. A word that only one language has counts twice.
fn votes(tokens: &[Token]) -> [usize; 3] {
    let lexicon = &*LEXICON;
    let lists = [
        (&lexicon.spanish, &lexicon.spanish_strong),
        (&lexicon.english, &lexicon.english_strong),
        (&lexicon.portuguese, &lexicon.portuguese_strong),
    ];
    lists.map(|(weak, strong)| {
        let words = tokens.iter().filter(|token| token.is_word()).map(|token| token.folded.as_str());
        words
            .map(|word| usize::from(weak.contains(word)).saturating_add(usize::from(strong.contains(word))))
            .sum()
    })
}

/// Words and letters that only one language has. What people write in names is no evidence.
fn evidence(text: &str, tokens: &[Token]) -> [usize; 3] {
    let mut counts = [0_usize; 3];
    let mut count = |locale: Locale| {
        for (known, count) in LOCALES.into_iter().zip(&mut counts) {
            *count = count.saturating_add(usize::from(known == locale));
        }
    };
    for token in tokens {
        if token.kind == Kind::Symbol && token.folded == "r$" {
            count(Locale::Pt);
            count(Locale::Pt);
        }
        if !token.is_word() {
            continue;
        }
        if let Some(only) = only_language(&token.folded) {
            count(only);
        }
    }
    if text.contains(['¿', '¡']) {
        count(Locale::Es);
    }
    counts
}

fn only_language(word: &str) -> Option<Locale> {
    if word.len() == 3 && Currency::parse(&word.to_ascii_uppercase()).is_ok() {
        return None;
    }
    let lexicon = &*LEXICON;
    let lists = [&lexicon.spanish, &lexicon.english, &lexicon.portuguese];
    let listed: Vec<Locale> = LOCALES
        .into_iter()
        .zip(lists)
        .filter(|(_, list)| list.contains(word))
        .map(|(locale, _)| locale)
        .collect();
    match (listed.as_slice(), vocabulary::only_language(word), vocabulary::is_of_a_language(word)) {
        ([], only, _) => only,
        ([listed], Some(only), _) if *listed == only => Some(only),
        ([listed], None, false) => Some(*listed),
        _ => None,
    }
}

/// True if the text mentions a country or currency that groups thousands with a point.
pub(crate) fn has_dot_cue(tokens: &[Token]) -> bool {
    // «mandá», «pasá»: commands as in Buenos Aires. Aliases of words with points are Argentine too.
    let is_voseo = |token: &Token| {
        token.is_word()
            && token.surface.ends_with('á')
            && form(&token.folded).is_some_and(|form| form.is("imp"))
    };
    let is_alias = |token: &Token| {
        token.is_destination()
            && token.surface.matches('.').count() >= 2
            && !token.surface.contains('@')
            && token.surface.starts_with(char::is_alphabetic)
    };
    if tokens.iter().any(|token| is_voseo(token) || is_alias(token)) {
        return true;
    }
    tokens.iter().any(|token| token.is_word() && LEXICON.dot_thousands_cues.contains(token.folded.as_str()))
}

/// Renames Portuguese «no» («em o»), so that it is not read as a negation. The first word is this «no» only before a
/// number: «no +55 21 … coloca 55».
pub(crate) fn rename_portuguese_no(tokens: &mut [Token]) {
    if let [first, second, ..] = tokens
        && first.folded == "no"
        && second.folded.starts_with('+')
    {
        first.folded = "em_o".into();
    }
    let mut before: Option<String> = None;
    for token in tokens.iter_mut().filter(|token| !token.is_punct()) {
        let own = token.folded.clone();
        if own == "no" && before.as_deref().is_some_and(|word| word != "nao") {
            token.folded = "em_o".into();
        }
        before = Some(own);
    }
}

/// Reads "75 too my dad" as "75 to my dad".
pub(crate) fn rename_too(tokens: &mut [Token]) {
    for at in 1..tokens.len() {
        let leads =
            |next: &Token| next.is_capitalised() || LEXICON.determiners.contains(next.folded.as_str());
        let next = tokens.get(at.saturating_add(1)).filter(|next| next.is_word());
        let behind_number = tokens.get(at.saturating_sub(1)).is_some_and(|before| {
            before.kind == Kind::Number
                || multiplier(&before.folded).is_some()
                || CURRENCIES.is_word(&before.folded)
        });
        let leads = next.is_some_and(|next| leads(next) || behind_number);
        if let Some(token) = tokens.get_mut(at).filter(|token| token.folded == "too" && leads) {
            "to".clone_into(&mut token.folded);
        }
    }
}

/// Reads "75 2 bob" as "75 to bob", and "5 4 lunch" as "5 for lunch".
pub(crate) fn rename_english_figures(tokens: &mut [Token]) {
    for at in 1..tokens.len() {
        let is_number = |at: usize| tokens.get(at).is_some_and(|token| token.kind == Kind::Number);
        let before = at.checked_sub(1).is_some_and(is_number);
        let next = tokens.get(at.saturating_add(1));
        let is_name = next.is_some_and(|next| {
            next.is_word()
                && !LEXICON.time_units.contains(next.folded.as_str())
                && !CURRENCIES.is_word(&next.folded)
                && multiplier(&next.folded).is_none()
        });
        if let Some(token) = tokens.get_mut(at).filter(|token| token.kind == Kind::Number)
            && before
            && is_name
        {
            let meant = match token.folded.as_str() {
                "2" => "to",
                "4" => "for",
                _ => continue,
            };
            meant.clone_into(&mut token.folded);
            token.kind = Kind::Word;
        }
    }
}
