//! Whether a reading explains every word of the text.

use super::*;

impl MessageFeatures<'_> {
    /// True if intent and slots explain every word.
    pub(super) fn explains(&self, intent: Intent, also: &[Intent], entities: &Entities) -> bool {
        let by_another = |word: &str| also.iter().any(|wish| vocabulary::explains(*wish, word));
        match intent {
            Intent::Unknown => false,
            Intent::Transfer => self.explains_transfer(entities, by_another),
            Intent::VerifyCode | Intent::Confirm => true,
            _ => {
                let named = name_words(entities);
                let is_explained = |word: &&str| {
                    vocabulary::is_neutral(word)
                        || vocabulary::explains(intent, word)
                        || by_another(word)
                        || named.iter().any(|name| name == word)
                };
                self.words.iter().all(is_explained) && !self.only_says_when(intent)
            }
        }
    }

    /// True for a time without a word that asks for figures: «en un mes» may as well answer a question.
    fn only_says_when(&self, intent: Intent) -> bool {
        matches!(intent, Intent::Spending | Intent::ListTransactions)
            && self.words.iter().all(|word| {
                periods::says_when(word)
                    || vocabulary::is_neutral(word)
                    || LEXICON.prepositions.contains(word)
                    || LEXICON.determiners.contains(word)
            })
    }

    fn explains_transfer(&self, entities: &Entities, by_another: impl Fn(&str) -> bool) -> bool {
        let named = name_words(entities);
        let concept: Vec<String> =
            entities.concept.iter().flat_map(|concept| words_of_text(concept)).collect();
        self.corrected.iter().all(|token| {
            let word = token.folded.as_str();
            token.is_punct()
                || token.is_amount()
                || token.is_destination()
                || vocabulary::is_neutral(word)
                || vocabulary::explains(Intent::Transfer, word)
                || by_another(word)
                || form_of(token).is_some()
                || CURRENCIES.is_word(word)
                || self.is_listed(word)
                || named.iter().chain(&concept).any(|name| name == word)
        })
    }

    fn is_listed(&self, word: &str) -> bool {
        [
            &LEXICON.request_words,
            &LEXICON.request_gaps,
            &LEXICON.transfer_nouns,
            &LEXICON.money_nouns,
            &LEXICON.account_cues,
            &LEXICON.phone_cues,
            &LEXICON.banks,
            &LEXICON.determiners,
            &LEXICON.prepositions,
            &LEXICON.correction_markers,
            &LEXICON.concepts,
            &LEXICON.fillers,
        ]
        .iter()
        .any(|list| list.contains(word))
            || self.language == Locale::Pt && word == "em_o"
            || matches!(
                word,
                "clabe"
                    | "alias"
                    | "chave"
                    | "iban"
                    | "todo"
                    | "mitad"
                    | "half"
                    | "metade"
                    | "all"
                    | "tudo"
                    | "concepto"
                    | "concept"
                    | "conceito"
                    | "motivo"
                    | "referencia"
                    | "nombre"
                    | "nome"
                    | "name"
                    | "otra"
                    | "vez"
                    | "again"
            )
    }
}

fn name_words(entities: &Entities) -> Vec<String> {
    let destination = entities.destination.as_ref().map(|named| named.value.as_str());
    destination.into_iter().chain(entities.payee.as_deref()).flat_map(words_of_text).collect()
}

fn words_of_text(text: &str) -> Vec<String> {
    fold(&text.to_lowercase())
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}
