//! What a message means while a prompt is open. Only a clear yes confirms it and only a no cancels it. A
//! change whose amount or payee is certain makes a new prompt. Any other text leaves the prompt as it is, and
//! the reply repeats it.

use super::{ConfirmationPrompt, Draft, Pending, Reply, pending::redraft, step::Step};
use crate::{
    messaging::{
        clear_yes::is_clear_yes,
        intent::{AmountReading, DestinationKind, Entities, Intent, Understanding},
    },
    money::Money,
    text::fold,
};

impl Step<'_> {
    /// Pays the open prompt on a clear yes, before the text is parsed. No other code decides what a clear yes
    /// is.
    pub(super) fn confirm_prompt(&mut self, text: &str) -> bool {
        let is_confirmed =
            matches!(self.state.pending, Some(Pending::ConfirmationPrompt(_))) && is_clear_yes(text);
        if is_confirmed {
            self.state.misunderstood = 0;
            self.answer_prompt(None, true);
        }
        is_confirmed
    }

    /// Answers a message while a prompt is open. False when the message means something of its own.
    pub(super) fn answer_open_prompt(&mut self, text: &str, understanding: &Understanding) -> bool {
        let Some(Pending::ConfirmationPrompt(prompt)) = self.state.pending.clone() else { return false };
        if self.facts.now >= prompt.expires_at {
            return false;
        }
        let entities = &understanding.entities;
        let changes = changes(&prompt, entities) && !is_relative(text);
        match understanding.intent {
            // A complete payment replaces the prompt; a part of one changes it («mándale 60», «mejor a mi
            // mamá»).
            Intent::Transfer if entities.amount.is_some() && entities.destination.is_some() => false,
            Intent::Transfer | Intent::Deny | Intent::Unknown | Intent::Confirm if changes => {
                self.change_prompt(&prompt, text, understanding);
                true
            }
            Intent::Unknown | Intent::Confirm | Intent::VerifyCode => {
                self.state.misunderstood = 0;
                self.say(Reply::PromptWaits(prompt));
                true
            }
            _ => false,
        }
    }

    fn change_prompt(&mut self, prompt: &ConfirmationPrompt, text: &str, understanding: &Understanding) {
        let mut draft = Draft { changes: Some(Box::new(prompt.clone())), ..redraft(prompt) };
        if understanding.entities.destination.is_some() {
            // The account named now doesn't belong to the payee named before.
            draft.payee = None;
        }
        self.state.misunderstood = 0;
        self.fill_and_continue(draft, text, understanding);
    }
}

/// Whether the message names another amount or payee than the prompt.
fn changes(prompt: &ConfirmationPrompt, entities: &Entities) -> bool {
    let names_amount = match &entities.amount {
        Some(AmountReading::Exact(amount)) => {
            let currency = entities.currency.unwrap_or(prompt.amount.currency);
            Money::parse_positive(amount, currency) != Ok(prompt.amount)
        }
        Some(AmountReading::Ambiguous { .. }) => true,
        None => false,
    };
    let names_payee = entities.destination.as_ref().is_some_and(|named| {
        named.kind == DestinationKind::Name || named.value != prompt.account.canonical()
    });
    names_amount || names_payee
}

/// Whether an amount is relative or may be a time. «agrégale 5 más», «la mitad» must be computed from another
/// amount and are not certain; «a la 1» may be a time.
fn is_relative(text: &str) -> bool {
    const WORDS: [&str; 22] = [
        "menos", "more", "less", "mais", "plus", "minus", "extra", "doble", "double", "dobro", "triple",
        "mitad", "half", "metade", "veces", "vezes", "times", "tercera", "third", "cada", "each", "percent",
    ];
    const STEMS: [&str; 8] = ["agreg", "sum", "quit", "rest", "anad", "aument", "acrescent", "add"];
    let folded = fold(text);
    let words: Vec<&str> = folded.split(' ').collect();
    let is_number = |word: &str| word.bytes().any(|b| b.is_ascii_digit());
    // Spanish «más» and Portuguese "mas" (but) fold to the same word. It means an addition only after an
    // amount.
    let adds = words.iter().enumerate().any(|(at, word)| {
        let before = at.checked_sub(1).and_then(|before| words.get(before)).copied().unwrap_or_default();
        *word == "mas"
            && (is_number(before)
                || matches!(before, "pesos" | "dolares")
                || at.saturating_add(1) == words.len())
    });
    let tells_time = words
        .windows(3)
        .any(|three| matches!(three, ["a", "la" | "las", hour] if hour.len() <= 2 && is_number(hour)));
    let reckons = |word: &&str| WORDS.contains(word) || STEMS.iter().any(|stem| word.starts_with(stem));
    adds || tells_time || words.iter().any(reckons)
}
