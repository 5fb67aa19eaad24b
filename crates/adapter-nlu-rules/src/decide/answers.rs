//! Recognises a no. Looks at every word, so that a doubt or a change doesn't count as an answer.

use super::*;

impl MessageFeatures<'_> {
    pub(super) fn yes_or_no(&self) -> Option<Intent> {
        let cancels = self.holds("cancel");
        let harmless = self.is_harmless_no();
        let changes = self.says_yes_first()
            && (self.has_amount() || self.holds("change") && self.words.len() > 2)
            && !cancels;
        let plainly_cancels =
            cancels && LEXICON.negations.contains(self.head()) && !self.any(&["sure", "se", "sei", "seguro"]);
        if self.holds("unsure") && !plainly_cancels && self.corrected_wanted.is_empty() {
            return Some(Intent::Unknown);
        }
        if self.has_negated && !harmless && self.corrected_wanted.is_empty() && !self.holds("reminder") {
            return Some(Intent::Deny);
        }
        if self.says_yes_first() && self.words.len() <= 3 && self.any(&["stop", "para", "pare", "alto"]) {
            return Some(Intent::Deny);
        }
        if cancels && !harmless && !self.commands_frame() {
            return Some(Intent::Deny);
        }
        if changes && !self.commands_frame() {
            return Some(Intent::Unknown);
        }
        self.denies().then_some(Intent::Deny)
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
