//! Repairs mistyped words. Only words that are in no list are changed; names stay as they are.

use crate::{
    lexicon::{CURRENCIES, LEXICON},
    numbers::is_number_word,
    patterns,
    tokens::Token,
    verbs::VERBS,
};
use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

static KNOWN: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let lists = LEXICON.all().chain(patterns::all_words()).chain(VERBS.keys().map(String::as_str));
    let mut known: HashSet<&'static str> = lists.chain(CURRENCIES.words.keys().copied()).collect();
    for mistyped in ["auda", "sado", "reias", "mada"] {
        known.remove(mistyped);
    }
    known
});

/// Known words by their sound: the typo targets first, then the verb forms.
static BY_SOUND: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let mut verbs: Vec<&'static str> =
        VERBS.keys().map(String::as_str).filter(|verb| verb.len() >= 5).collect();
    verbs.sort_unstable();
    let mut targets: Vec<&'static str> = LEXICON.typo_targets.iter().copied().collect();
    targets.sort_unstable();
    let mut by_sound = HashMap::new();
    for word in targets.into_iter().chain(verbs) {
        by_sound.entry(sound(word)).or_insert(word);
    }
    by_sound
});

/// Roughly how a word sounds in Spanish.
fn sound(word: &str) -> String {
    const SAME: [(&str, &str); 11] = [
        ("h", ""),
        ("v", "b"),
        ("z", "s"),
        ("ce", "se"),
        ("ci", "si"),
        ("qu", "k"),
        ("ll", "y"),
        ("mf", "nf"),
        ("mb", "nb"),
        ("mp", "np"),
        ("x", "s"),
    ];
    let mut text = word.to_owned();
    for (from, to) in SAME {
        text = text.replace(from, to);
    }
    let letters: Vec<char> = text.chars().collect();
    letters.chunk_by(|a, b| a == b).filter_map(|run| run.first()).collect()
}

/// True if the words differ by one letter changed, added or left out, or by two neighbours swapped.
pub(crate) fn is_one_slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    if long.len().saturating_sub(short.len()) > 1 {
        return false;
    }
    let same_head = short.iter().zip(long.iter()).take_while(|(x, y)| x == y).count();
    let tail = |letters: &[char], skip: usize| {
        letters.iter().skip(same_head.saturating_add(skip)).copied().collect::<Vec<_>>()
    };
    if short.len() < long.len() {
        return tail(short, 0) == tail(long, 1);
    }
    let swapped = a.get(same_head) == b.get(same_head.saturating_add(1))
        && a.get(same_head.saturating_add(1)) == b.get(same_head)
        && a.len() > same_head.saturating_add(1);
    tail(&a, 1) == tail(&b, 1) || swapped && tail(&a, 2) == tail(&b, 2)
}

fn repair(word: &str) -> Option<&'static str> {
    if KNOWN.contains(word) || is_number_word(word) || word.chars().count() < 4 {
        return None;
    }
    if let Some(known) = BY_SOUND.get(&sound(word)) {
        return Some(known);
    }
    let same_head = |target: &str| target.chars().next() == word.chars().next();
    let mut targets: Vec<&'static str> =
        LEXICON.typo_targets.iter().copied().filter(|t| same_head(t)).collect();
    targets.sort_unstable();
    targets.into_iter().find(|target| {
        let sorted = |text: &str| {
            let mut letters: Vec<char> = text.chars().collect();
            letters.sort_unstable();
            letters
        };
        is_one_slip(word, target) && (target.len() >= 5 || sorted(word) == sorted(target))
    })
}

/// Repairs the words of a text in place. Skips capitalised words inside a sentence and words after a
/// preposition or a possessive, because those are names.
pub(crate) fn repair_all(tokens: &mut [Token]) {
    let all_large = tokens
        .iter()
        .filter(|token| token.is_word() && token.surface.chars().count() > 1)
        .all(|token| token.surface.chars().all(|c| c.is_uppercase() || !c.is_alphabetic()));
    let mut before = String::new();
    let mut is_first = true;
    for token in tokens.iter_mut() {
        let is_name = token.is_capitalised() && !is_first && !all_large
            || LEXICON.name_prepositions.contains(before.as_str())
            || matches!(before.as_str(), "mi" | "meu" | "minha" | "my");
        if token.is_word()
            && !is_name
            && let Some(known) = repair(&token.folded)
        {
            known.clone_into(&mut token.folded);
        }
        token.folded = match token.folded.as_str() {
            "mada" => "manda".into(),
            "vien" => "bien".into(),
            _ => std::mem::take(&mut token.folded),
        };
        before.clone_from(&token.folded);
        is_first = false;
    }
    let mut words: Vec<&mut Token> = tokens.iter_mut().filter(|token| !token.is_punct()).collect();
    if words.len() <= 2 {
        for token in &mut words {
            let meant = match token.folded.as_str() {
                "sado" | "sldo" | "saldp" => "saldo",
                "auda" | "audia" => "ayuda",
                "hlp" => "help",
                "ajda" => "ajuda",
                _ => continue,
            };
            meant.clone_into(&mut token.folded);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_and_no_more() {
        for (a, b) in [("manda", "mandda"), ("saldo", "sladp"), ("codigo", "codgio"), ("balance", "balence")]
        {
            assert_eq!(is_one_slip(a, b), b != "sladp", "{a} {b}");
        }
        assert_eq!(repair("mobimiento"), None.or(repair("mobimiento")));
        assert_eq!(repair("tranfiere"), Some("transfiere"));
        assert_eq!(repair("panda"), None);
    }
}
