//! Whether a text has a word against what it asks for. It forbids a service to read a payment in it.
//!
//! A list of words in Spanish, English and Portuguese together, without regard to what they stand beside: «no hay
//! problema» counts too. A text that is refused too often is only not understood.

use crate::text::fold;

/// Words that say no, whole. A repeated letter («nooo») counts once.
const WORDS: &str = "alto cannot cant dejalo dejala dejemoslo deixa desfaz dont espera esperate jamais jamas jk kidding \
                     nah nada nao nel nem nenhum never nevermind ni ninguno no nop nope not nunca nvm pare parar paren \
                     prank quit sem sin stop tampoco wait without wont";

/// How other words that say no begin: «cancélalo», «anula», «olvídalo», "revert".
const STEMS: [&str; 21] = [
    "abort", "aguard", "anul", "arrepent", "bloque", "broma", "brinca", "cancel", "deten", "deshac",
    "esquec", "evita", "forget", "olvid", "prohib", "rechaz", "recus", "reject", "revert", "suspend", "undo",
];

/// English auxiliaries that "n't" follows: «don't» folds into two words.
const BEFORE_T: [&str; 16] = [
    "ain", "aren", "can", "couldn", "didn", "doesn", "don", "hasn", "haven", "isn", "mustn", "shouldn",
    "wasn", "weren", "won", "wouldn",
];

const SIGNS: [char; 9] = ['❌', '🚫', '👎', '✋', '🛑', '⛔', '✖', '🙅', '🤚'];

/// Whether any word or sign of the text says no, takes something back or asks to wait.
#[must_use]
pub fn says_no(text: &str) -> bool {
    let folded = fold(text);
    let words: Vec<&str> = folded.split(' ').collect();
    let is_no = |word: &str| {
        let squeezed = squeeze(word);
        WORDS.split_whitespace().any(|no| no == word || squeeze(no) == squeezed)
            || STEMS.iter().any(|stem| word.starts_with(stem) || squeezed.starts_with(&squeeze(stem)))
    };
    text.contains(SIGNS)
        || words.iter().any(|word| is_no(word))
        || words.windows(2).any(|pair| matches!(pair, [verb, "t"] if BEFORE_T.contains(verb)))
}

/// The word with each run of a letter as one letter.
fn squeeze(word: &str) -> String {
    let mut squeezed = String::with_capacity(word.len());
    for c in word.chars() {
        if !squeezed.ends_with(c) {
            squeezed.push(c);
        }
    }
    squeezed
}

#[cfg(test)]
mod tests {
    use super::says_no;

    #[test]
    fn a_no_in_any_of_the_languages_counts() {
        for text in [
            "no flantina 35 zimbrondo Tacho",
            "ya no quiero flantina 35",
            "cancela la flantina de 35",
            "Cancélalo",
            "don't flantina 35",
            "don’t flantina 35",
            "dont flantina",
            "não flantina 35",
            "NOOO flantina 35",
            "nunca flantines 35",
            "flantina 35 a Tacho, mejor olvídalo",
            "❌ flantina 35 a Tacho",
            "flantina 35 a Tacho… espera",
            "never flantina 35",
        ] {
            assert!(says_no(text), "{text}");
        }
    }

    #[test]
    fn what_has_no_such_word_does_not() {
        for text in
            ["flantina 35 zimbrondo Tacho", "flantina 35 para Noé", "nota: 35 a Nora", "canta 35 a Tacho", ""]
        {
            assert!(!says_no(text), "{text}");
        }
    }
}
