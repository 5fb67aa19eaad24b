//! Yes and no: by every word they consist of, so that a doubt or a change is neither.

use super::*;

impl Facts<'_> {
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
        if self.confirms() {
            return Some(Intent::Confirm);
        }
        if self.denies() {
            return Some(Intent::Deny);
        }
        self.short_yes().then_some(Intent::Confirm)
    }

    pub(super) fn is_all_greeting(&self) -> bool {
        let has_core = self.words.iter().any(|word| LEXICON.greeting_core.contains(word));
        self.all_words(|word| LEXICON.greeting.contains(word))
            && LEXICON.greeting_heads.contains(self.head())
            && has_core
            && !(self.words.len() == 1 && LEXICON.yes.contains(self.head()))
    }

    /// Every word is a yes or goes with one, and one of them says it plainly.
    pub(super) fn confirms(&self) -> bool {
        let heads =
            ["hola", "hi", "hello", "hey", "oi", "ola", "buenas", "buenos", "bom", "boa", "good", "e", "eae"];
        let greets = self.is_all_greeting() && heads.contains(&self.head());
        let covered = self.words.iter().any(|word| LEXICON.yes.contains(word))
            && self.all_words(|word| LEXICON.yes.contains(word) || LEXICON.yes_fillers.contains(word));
        let agrees = !self.has_negation()
            || self.is_harmless_no()
            || self.any(&["como", "why"])
            || self.set.contains("por") && self.set.contains("que");
        let plainly = self.words.iter().any(|word| LEXICON.yes_core.contains(word));
        let is_how_are_you = self.all_words(|word| matches!(word, "hola" | "bien" | "que" | "tal"));
        !greets && covered && agrees && plainly && !is_how_are_you
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

    /// «sí, adelante con lo de ayer»: short, with a yes before it and nothing against it.
    pub(super) fn short_yes(&self) -> bool {
        let heads =
            ["si", "sim", "yes", "yeah", "ok", "okay", "sip", "simon", "yep", "yup", "claro", "dale", "va"];
        let against = self.any(&[
            "stop", "para", "pare", "parar", "alto", "espera", "wait", "hold", "basta", "already", "maybe",
            "quiza", "nunca", "never", "menos", "cuanto", "how", "what", "quien", "who", "donde",
        ]);
        heads.contains(&self.head())
            && self.words.len() <= 6
            && !self.has_amount()
            && !self.has_negation()
            && !self.is_question
            && !self.holds("change")
            && !(self.set.contains("si") && guards::is_conditional(self.tokens))
            && !self.holds("help_any")
            && !self.has_past_verb()
            && !against
    }
}
