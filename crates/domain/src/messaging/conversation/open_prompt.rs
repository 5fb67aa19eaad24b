//! What a message means while a prompt is open. Only a clear yes confirms it. A no cancels it, a change whose amount
//! or payee is certain makes a new prompt, and a text that is none of these leaves the prompt: the reply repeats it.
//! A prompt is dropped when somebody else asks from then on: an agent, a questionnaire, the owner of a bound chat.

use super::{ConfirmationPrompt, Draft, InboundContent, Pending, Reply, pending::redraft, step::Step};
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
        let is_no = understanding.intent == Intent::Deny || begins_with_no(text);
        let changes = changes(&prompt, entities) && !is_relative(text) && (!is_no || corrects(text));
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
                self.repeat_prompt(prompt);
                true
            }
            _ => false,
        }
    }

    /// Says in one line what waits. A yes that was written before this reply is none to it.
    pub(super) fn repeat_prompt(&mut self, prompt: ConfirmationPrompt) {
        self.state.prompt_repeated_at = Some(self.facts.now);
        self.say(Reply::PromptWaits(prompt));
    }

    /// Whether a prompt waits for its answer.
    pub(super) fn has_open_prompt(&self) -> bool {
        matches!(&self.state.pending, Some(Pending::ConfirmationPrompt(prompt)) if self.facts.now < prompt.expires_at)
    }

    /// Drops a prompt or an unfinished transfer: somebody else asks from now on. A payment that waits for its code
    /// goes on waiting, because no yes lets it through.
    pub(super) fn drop_prompt(&mut self) {
        if matches!(self.state.pending, Some(Pending::ConfirmationPrompt(_) | Pending::Draft(_))) {
            self.state.pending = None;
        }
    }

    /// Cancels the open prompt on a plain no, also above the sender's limit: a no must not be lost.
    pub(super) fn cancel_open_prompt(&mut self, content: &InboundContent) -> bool {
        const NO: [&str; 6] = ["no", "nao", "cancelar", "cancel", "cancela", "cancelalo"];
        let is_no = match content {
            InboundContent::Text(text) => NO.contains(&fold(text).as_str()),
            InboundContent::Button { id, .. } => match &self.state.pending {
                Some(Pending::ConfirmationPrompt(prompt)) => *id == format!("no:{}", prompt.id),
                _ => false,
            },
            _ => false,
        };
        let cancels = is_no && self.has_open_prompt();
        if cancels {
            self.state.misunderstood = 0;
            self.answer_prompt(None, false);
        }
        cancels
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

/// «no, no tengo 100»: the amount is not what is wanted instead.
fn begins_with_no(text: &str) -> bool {
    matches!(
        fold(text).split(' ').next(),
        Some("no" | "nao" | "not" | "dont" | "don" | "nel" | "nop" | "nope")
    )
}

/// «no, mejor 60», «me equivoqué, eran 75», "make it 60": a no that says what is wanted instead.
fn corrects(text: &str) -> bool {
    const WORDS: [&str; 16] = [
        "mejor",
        "melhor",
        "instead",
        "rather",
        "actually",
        "make",
        "sean",
        "sejam",
        "eran",
        "eram",
        "sino",
        "cambialo",
        "cambiala",
        "equivoque",
        "errei",
        "meant",
    ];
    fold(text).split(' ').any(|word| WORDS.contains(&word))
}
