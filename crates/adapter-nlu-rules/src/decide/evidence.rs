//! What the rules say about a text that another has read: the amounts in it, and what speaks against a payment.

use super::*;
use domain::messaging::opinion::WrittenAmount;

impl MessageFeatures<'_> {
    /// Every amount of money in the text, in order.
    pub(super) fn written_amounts(&self) -> Vec<WrittenAmount> {
        let money = self.tokens.iter().filter(|token| token.is_money());
        let written = money.map(|token| WrittenAmount {
            value: token.value.map(|value| value.normalize().to_string()),
            currency: token.currency.and_then(|code| Currency::parse(code).ok()),
        });
        written.collect()
    }

    /// Whether anything speaks against a payment now. It holds for texts whose request the grammar doesn't know, so it
    /// asks for no command.
    pub(super) fn speaks_against_payment(&self) -> bool {
        self.is_blocked()
            || self.sends_no_money()
            || self.is_incoming()
            || self.has_negation()
            || self.has_negated
            || self.words.iter().any(|word| is_deny_word(word))
            || self.has_past_verb()
            || self.sounds_past()
            || self.states_debt()
            || self.measures()
            || self.names_own_account()
            || is_quoted(self.chars)
    }
}

/// Every amount of money in a text.
pub(crate) fn amounts(text: &str, dialogue: &Dialogue) -> Vec<WrittenAmount> {
    with_features(text, dialogue, |facts, _| facts.written_amounts())
}

/// Whether anything in a text speaks against a payment now.
pub(crate) fn speaks_against_payment(text: &str, dialogue: &Dialogue) -> bool {
    with_features(text, dialogue, |facts, _| facts.speaks_against_payment())
}
