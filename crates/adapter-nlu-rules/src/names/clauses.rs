//! Names that a clause or a verb gives: «el jardinero ya terminó, págale 650», "pay Katy Parrow $40".

use super::*;

impl Finder<'_> {
    /// Who shall receive: «que Benito reciba 95», «que o Fabrício receba 130», "make sure Ann gets 20".
    pub(super) fn receiver(&self) -> Option<String> {
        const RECEIVES: [&str; 10] =
            ["reciba", "receba", "tenga", "tenha", "cobre", "gets", "receives", "has", "reciban", "recibe"];
        let verb = self.tokens.iter().position(|token| RECEIVES.contains(&token.folded.as_str()))?;
        let from = self
            .tokens
            .iter()
            .take(verb)
            .rposition(|token| matches!(token.folded.as_str(), "que" | "sure" | "that"))?;
        let (name, end) = self.collect(from.saturating_add(1))?;
        (end == verb).then_some(name)
    }

    /// The person that an earlier clause is about: «el jardinero ya terminó, págale 650».
    pub(super) fn subject(&self, command: usize) -> Option<String> {
        // «Doña Tere la de las gorditas: 115, mándaselos ya», "Hope Young: 180, send it over"
        if self.is_capitalised(0)
            && let Some((name, end)) = self.collect(0)
            && self.token(end).is_some_and(Token::is_punct)
            && self.token(end.saturating_add(1)).is_some_and(Token::is_money)
        {
            return Some(name);
        }
        let verb = word_at(self.tokens, command);
        let object = word_at(self.tokens, command.saturating_add(1));
        let points_back =
            ["le", "les", "selo", "sela", "selos", "selas"].iter().any(|end| verb.ends_with(end))
                || matches!(object, "it" | "him" | "her" | "them");
        let joins = |token: &Token| matches!(token.folded.as_str(), "," | "so" | "y" | "and" | "." | ":");
        let has_clause = self.tokens.iter().take(command).any(joins);
        if !points_back || !has_clause {
            return None;
        }
        let start = usize::from(LEXICON.determiners.contains(word_at(self.tokens, 0)));
        let token = self.token(start).filter(|token| token.is_word())?;
        let word = token.folded.as_str();
        let is_relation = start == 1 && LEXICON.relations.contains(word);
        // «jorje necesita 65, mándaselos»
        let needs = matches!(
            word_at(self.tokens, start.saturating_add(1)),
            "necesita" | "ocupa" | "needs" | "precisa" | "quiere" | "wants" | "pide"
        );
        let is_name = start == 0 && (token.is_capitalised() || needs) && !ordinary().contains(word);
        let is_relation = is_relation || needs && LEXICON.relations.contains(word);
        (is_relation || is_name).then(|| token.surface.to_lowercase())
    }

    /// The person that is owed: "I owe Kim 25, send it to her".
    pub(super) fn owed(&self) -> Option<String> {
        let owes = self.tokens.iter().position(|token| token.folded == "owe")?;
        self.collect(owes.saturating_add(1)).map(|(name, _)| name)
    }

    /// The name right after a verb: "pay Katy Parrow $40", «paga o Seu Raimundo».
    pub(super) fn direct_object(&self, command: usize, language: Locale) -> Option<String> {
        const NO_NAMES: [&str; 19] = [
            "invoice", "up", "some", "a", "an", "this", "about", "like", "money", "cash", "over", "just",
            "another", "only", "bill", "exactly", "around", "all", "it",
        ];
        let verb = self.token(command).and_then(form_of)?;
        let mut at = command.saturating_add(1);
        // "pay back Jean-Luc"
        at = at.saturating_add(usize::from(word_at(self.tokens, at) == "back"));
        let next = self.token(at).filter(|next| next.is_word())?;
        let word = next.folded.as_str();
        let behind = word_at(self.tokens, at.saturating_add(1));
        let is_thing = LEXICON.determiners.contains(word)
            && (LEXICON.transfer_nouns.contains(behind)
                || LEXICON.concepts.contains(behind)
                || LEXICON.money_nouns.contains(behind));
        let no_name = LEXICON.transfer_nouns.contains(word)
            || LEXICON.money_nouns.contains(word)
            || NO_NAMES.contains(&word);
        let no_name = no_name && !(word == "bill" && self.is_capitalised(at));
        // «paga o Seu Raimundo», «paga a diarista»: Portuguese pays somebody without a preposition.
        let pays_somebody = language == Locale::Pt
            && word_at(self.tokens, command).starts_with("pag")
            && matches!(word, "o" | "a")
            && (self.is_capitalised(at.saturating_add(1))
                || LEXICON.relations.contains(behind)
                || LEXICON.role_nouns.contains(behind)
                || matches!(behind, "seu" | "dona" | "dom")
                || LEXICON.titles.contains(behind));
        if !(verb.english || verb.is("let") || pays_somebody) || is_thing || no_name {
            return None;
        }
        let (name, end) = self.collect(at)?;
        let ends_well = self.token(end).is_none_or(|token| {
            !token.is_word()
                || LEXICON.name_stops.contains(token.folded.as_str())
                || matches!(
                    token.folded.as_str(),
                    "a" | "some"
                        | "back"
                        | "the"
                        | "his"
                        | "her"
                        | "half"
                        | "all"
                        | "my"
                        | "another"
                        | "out"
                        | "up"
                        | "with"
                        | "over"
                )
        });
        ends_well.then_some(name)
    }
}
