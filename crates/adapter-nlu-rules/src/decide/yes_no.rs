//! Recognises a no. Looks at every word, so that a doubt or a change doesn't count as an answer.

use super::*;

impl MessageFeatures<'_> {
    /// «no la tengo», "I don't know": it says what the person lacks, and is no answer.
    pub(super) fn lacks(&self) -> bool {
        self.any(&[
            "se",
            "sei",
            "know",
            "entiendo",
            "understand",
            "tengo",
            "tenho",
            "have",
            "recuerdo",
            "remember",
        ]) && self.has_negation()
            && !self.holds("cancel_word")
    }

    pub(super) fn denies(&self) -> bool {
        let covered = self.all_words(|word| {
            LEXICON.negations.contains(word)
                || is_deny_word(word)
                || LEXICON.yes_fillers.contains(word)
                || matches!(word, "<no>" | "quiero" | "gracias")
        });
        let says_no = self.has_negation() || self.words.iter().any(|word| is_deny_word(word));
        if covered && says_no {
            return true;
        }
        let knows = self.any(&[
            "se",
            "sei",
            "know",
            "entiendo",
            "understand",
            "hay",
            "tengo",
            "tenho",
            "soy",
            "sou",
            "estoy",
        ]);
        LEXICON.negations.contains(self.head())
            && self.words.len() <= 5
            && !self.has_amount()
            && !self.is_harmless_no()
            && self.corrected_wanted.is_empty()
            && !self.has_past_verb()
            && !knows
    }
}
