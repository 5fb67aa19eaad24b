//! What a message means while a prompt is open. Only a clear yes confirms it and only a no cancels it; a change whose
//! amount or payee is certain makes the prompt anew; any other words leave it, and what waits is said.

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
    /// A clear yes to the open prompt, before anything is understood: whether it is one is decided here alone.
    pub(super) fn confirm_prompt(&mut self, text: &str) -> bool {
        let is_confirmed =
            matches!(self.state.pending, Some(Pending::ConfirmationPrompt(_))) && is_clear_yes(text);
        if is_confirmed {
            self.state.misunderstood = 0;
            self.answer_prompt(None, true);
        }
        is_confirmed
    }

    /// Answers a message in the light of the open prompt; false where it means something of its own.
    pub(super) fn answer_open_prompt(&mut self, text: &str, understanding: &Understanding) -> bool {
        let Some(Pending::ConfirmationPrompt(prompt)) = self.state.pending.clone() else { return false };
        if self.facts.now >= prompt.expires_at {
            return false;
        }
        let entities = &understanding.entities;
        let changes = changes(&prompt, entities) && !is_relative(text);
        match understanding.intent {
            // A whole payment takes the prompt's place; a part of one changes it («mándale 60», «mejor a mi mamá»).
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
            // Whoever is named now, it is not the one that was named before.
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

/// «agrégale 5 más», «la mitad»: an amount that must be reckoned from another is not certain; neither is one that may
/// be a time («a la 1»).
fn is_relative(text: &str) -> bool {
    const WORDS: [&str; 22] = [
        "menos", "more", "less", "mais", "plus", "minus", "extra", "doble", "double", "dobro", "triple",
        "mitad", "half", "metade", "veces", "vezes", "times", "tercera", "third", "cada", "each", "percent",
    ];
    const STEMS: [&str; 8] = ["agreg", "sum", "quit", "rest", "anad", "aument", "acrescent", "add"];
    let folded = fold(text);
    let words: Vec<&str> = folded.split(' ').collect();
    let is_number = |word: &str| word.bytes().any(|b| b.is_ascii_digit());
    // Spanish «más» and Portuguese "mas" (but) fold alike: only behind an amount it adds to it.
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
