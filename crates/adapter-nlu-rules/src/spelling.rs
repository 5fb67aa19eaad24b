//! Repairs mistyped words before anything reads them. Only a word that is in no list is changed, only towards a word
//! that is in one, and only where one word alone is near. What stands in a payee's place stays as written.

use crate::hashing::{WordMap, WordSet};
use crate::{
    lexicon::{CURRENCIES, LEXICON},
    numbers::{self, is_number_word},
    patterns,
    tokens::Token,
    verbs::VERBS,
    vocabulary,
};
use std::sync::LazyLock;

/// Shortest word that is repaired towards a word of the sentences or a verb.
const LENGTH_MIN: usize = 6;

/// The words of the grammar.
static GRAMMAR: LazyLock<WordSet<&'static str>> = LazyLock::new(|| {
    let lists = LEXICON.all().chain(patterns::all_words()).chain(VERBS.keys().map(String::as_str));
    lists.chain(CURRENCIES.words.keys().copied()).collect()
});

static KNOWN: LazyLock<WordSet<&'static str>> = LazyLock::new(|| {
    let mut known = GRAMMAR.clone();
    // A sentence may hold a word as people misspell it: that spelling is repaired as any other.
    let sounds: WordMap<String, &str> =
        LEXICON.typo_targets.iter().map(|word| (sound(word), *word)).collect();
    let is_misspelt =
        |word: &str| word.len() >= 4 && sounds.get(&sound(word)).is_some_and(|right| *right != word);
    known.extend(vocabulary::all().filter(|word| !is_misspelt(word)));
    for mistyped in ["auda", "sado", "reias", "mada", "balense", "balance_", "codogo", "kodigo"] {
        known.remove(mistyped);
    }
    known
});

/// Words to repair towards: by their sound, and by what is left of them without one letter.
struct Targets {
    by_sound: WordMap<String, &'static str>,
    by_rest: WordMap<String, Vec<&'static str>>,
}

static TARGETS: LazyLock<Targets> = LazyLock::new(|| {
    let mut first: Vec<&'static str> = LEXICON.typo_targets.iter().copied().collect();
    first.sort_unstable();
    let others = VERBS.keys().map(String::as_str).chain(vocabulary::all()).chain(numbers::long_words());
    let mut others: Vec<&'static str> =
        others.filter(|word| word.len() >= LENGTH_MIN && word.is_ascii() && !word.starts_with('<')).collect();
    others.sort_unstable();
    let mut targets = Targets { by_sound: WordMap::default(), by_rest: WordMap::default() };
    for word in first.into_iter().chain(others) {
        targets.by_sound.entry(sound(word)).or_insert(word);
        for rest in rests(word) {
            targets.by_rest.entry(rest).or_default().push(word);
        }
    }
    targets
});

/// A word and the word without each of its letters.
fn rests(word: &str) -> impl Iterator<Item = String> {
    let letters: Vec<char> = word.chars().collect();
    (0..=letters.len()).map(move |out| {
        letters.iter().enumerate().filter(|(at, _)| *at != out).map(|(_, letter)| *letter).collect()
    })
}

/// Roughly how a word sounds in Spanish.
fn sound(word: &str) -> String {
    const SAME: [(&str, &str); 18] = [
        ("ch", "+"),
        ("h", ""),
        ("v", "b"),
        ("z", "s"),
        ("ce", "se"),
        ("ci", "si"),
        ("qu", "k"),
        ("q", "k"),
        ("c", "k"),
        ("ge", "je"),
        ("gi", "ji"),
        ("gue", "ge"),
        ("gui", "gi"),
        ("ll", "y"),
        ("mf", "nf"),
        ("mb", "nb"),
        ("mp", "np"),
        ("x", "s"),
    ];
    let mut text = word.to_owned();
    for (from, to) in SAME {
        if text.contains(from) {
            text = text.replace(from, to);
        }
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

/// Whether a word sounds like a courtesy, however it is spelled: «porfabor», «grasias».
pub(crate) fn is_courtesy(word: &str) -> bool {
    const COURTESIES: [&str; 7] =
        ["porfavor", "porfa", "porfis", "gracias", "please", "obrigado", "obrigada"];
    static SOUNDS: LazyLock<WordSet<String>> =
        LazyLock::new(|| COURTESIES.iter().map(|courtesy| sound(courtesy)).collect());
    word.len() >= 5 && SOUNDS.contains(&sound(word))
}

/// Whether a word is in any list.
fn is_known(word: &str) -> bool {
    KNOWN.contains(word) || is_number_word(word) || vocabulary::is_laugh(word)
}

fn repair(word: &str) -> Option<&'static str> {
    if word.chars().count() < 4 || word.starts_with('<') || is_known(word) {
        return None;
    }
    let targets = &*TARGETS;
    if let Some(known) = targets.by_sound.get(&sound(word)) {
        return Some(known);
    }
    let mut near: Vec<&'static str> = Vec::new();
    for rest in rests(word) {
        for target in targets.by_rest.get(&rest).into_iter().flatten().copied() {
            let is_near = is_one_slip(word, target) && (target.len() >= 5 || is_anagram(word, target));
            if is_near && !near.contains(&target) {
                near.push(target);
            }
        }
    }
    let favourites: Vec<&'static str> =
        near.iter().copied().filter(|target| LEXICON.typo_targets.contains(target)).collect();
    match (favourites.as_slice(), near.as_slice()) {
        ([only], _) | ([], [only]) => Some(only),
        // Forms of one verb: which of them changes nothing.
        ([], [first, rest @ ..]) if VERBS.contains_key(*first) => {
            let stem = |word: &str| word.chars().take(5).collect::<String>();
            rest.iter().all(|other| stem(other) == stem(first)).then_some(*first)
        }
        // One number in two languages: «trienta» is «treinta» or «trinta».
        ([], [first, rest @ ..]) if numbers::value_of(first).is_some() => {
            let value = numbers::value_of(first);
            rest.iter().all(|other| numbers::value_of(other) == value).then_some(*first)
        }
        ([first, ..], _) => (stem_of(&favourites) >= 4).then_some(*first),
        _ => None,
    }
}

/// How many letters all words begin with.
fn stem_of(words: &[&str]) -> usize {
    let Some((first, rest)) = words.split_first() else { return 0 };
    let shared = |other: &&str| first.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    rest.iter().map(shared).min().unwrap_or(0)
}

fn is_anagram(a: &str, b: &str) -> bool {
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    sorted(a) == sorted(b)
}

/// Repairs the words of a text in place. Skips capitalised words inside a sentence and words after a
/// preposition or a possessive, because those are names.
pub(crate) fn repair_all(tokens: &mut [Token]) {
    let all_large = tokens
        .iter()
        .filter(|token| token.is_word() && token.surface.chars().count() > 1)
        .all(|token| token.surface.chars().all(|c| c.is_uppercase() || !c.is_alphabetic()));
    let is_short = tokens.iter().filter(|token| !token.is_punct()).count() <= 2;
    let mut before = String::new();
    let mut in_name = false;
    let mut is_first = true;
    for token in tokens.iter_mut() {
        let follows_name_place = LEXICON.name_prepositions.contains(before.as_str())
            || matches!(
                before.as_str(),
                "mi" | "meu" | "minha" | "my" | "don" | "dona" | "seu" | "de" | "del" | "da" | "do"
            );
        let follows_name_place = follows_name_place || LEXICON.relations.contains(before.as_str());
        let is_name = token.is_capitalised() && !is_first && !all_large || follows_name_place || in_name;
        if token.is_word() {
            let by_hand = matches!(token.folded.as_str(), "mada" | "vien") || is_short;
            if let Some(meant) = irregular(&token.folded).filter(|_| by_hand) {
                meant.clone_into(&mut token.folded);
            } else if is_name {
                in_name = !GRAMMAR.contains(token.folded.as_str());
                let is_large = token.is_capitalised() && !is_first && !all_large;
                // «um pix de dozentos»
                if let Some(number) =
                    repair(&token.folded).filter(|meant| !is_large && numbers::value_of(meant).is_some())
                {
                    number.clone_into(&mut token.folded);
                    in_name = false;
                }
                let owned = matches!(before.as_str(), "mi" | "meu" | "minha" | "my" | "mis" | "el" | "de");
                if let Some(cue) = account_cue(&token.folded)
                    .or_else(|| possession(&token.folded).filter(|_| owned && !is_large))
                {
                    cue.clone_into(&mut token.folded);
                    in_name = false;
                }
            } else if let Some(known) = repair(&token.folded) {
                known.clone_into(&mut token.folded);
            }
        } else {
            in_name = false;
        }
        before.clone_from(&token.folded);
        is_first = false;
    }
}

/// Mistyped words for an account stand in a payee's place, and are none.
fn account_cue(word: &str) -> Option<&'static str> {
    static SOUNDS: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
        let cues = ["cuenta", "conta", "tarjeta", "clabe", "account", "numero"];
        cues.into_iter().map(|cue| (cue, sound(cue))).collect()
    });
    if is_known(word) || word.chars().count() < 5 {
        return None;
    }
    let own = sound(word);
    SOUNDS.iter().find(|(_, sound)| own == *sound).map(|(cue, _)| *cue)
}

/// What people own at a bank: «my balence».
fn possession(word: &str) -> Option<&'static str> {
    const THINGS: [&str; 22] = [
        "saldo",
        "balance",
        "cuenta",
        "conta",
        "account",
        "clabe",
        "limite",
        "limit",
        "historial",
        "history",
        "gastos",
        "movimientos",
        "extrato",
        "codigo",
        "tarjeta",
        "transferencia",
        "dinero",
        "money",
        "dinheiro",
        "statement",
        "spending",
        "numero",
    ];
    static SOUNDS: LazyLock<Vec<(&str, String)>> =
        LazyLock::new(|| THINGS.into_iter().map(|thing| (thing, sound(thing))).collect());
    if is_known(word) || word.chars().count() < 4 {
        return None;
    }
    let own = sound(word);
    SOUNDS.iter().find(|(thing, sound)| is_one_slip(word, thing) || own == *sound).map(|(thing, _)| *thing)
}

fn irregular(word: &str) -> Option<&'static str> {
    Some(match word {
        "mada" => "manda",
        "vien" => "bien",
        "sado" | "sldo" | "saldp" | "slado" | "zaldo" => "saldo",
        "auda" | "audia" | "aiuda" | "ayda" => "ayuda",
        "hlp" | "hepl" => "help",
        "ajda" | "ajud" => "ajuda",
        "blance" | "balnce" | "balence" | "balanse" => "balance",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::tokenise;

    #[test]
    fn one_slip_and_no_more() {
        for (a, b, is_near) in [
            ("manda", "mandda", true),
            ("saldo", "sladp", false),
            ("codigo", "codgio", true),
            ("balance", "balence", true),
        ] {
            assert_eq!(is_one_slip(a, b), is_near, "{a} {b}");
        }
    }

    #[test]
    fn repairs_what_only_one_word_can_mean() {
        for (typed, meant) in [
            ("tranfiere", Some("transfiere")),
            ("kuenta", Some("cuenta")),
            ("alluda", Some("ayuda")),
            ("depocita", Some("deposita")),
            ("grasias", Some("gracias")),
            ("transferrir", Some("transferir")),
            ("balence", Some("balance")),
            ("panda", None),
            ("saldo", None),
        ] {
            assert_eq!(repair(typed), meant, "{typed}");
        }
    }

    #[test]
    fn a_name_is_never_repaired() {
        for (text, at) in [("manda 5 a saldino", 3), ("manda 5 a pedro depocita", 4), ("paga a mi Codgio", 3)]
        {
            let (_, mut tokens) = tokenise(text);
            let before = tokens[at].folded.clone();
            repair_all(&mut tokens);
            assert_eq!(tokens[at].folded, before, "{text}");
        }
    }
}
