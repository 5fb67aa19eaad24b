//! What a message means while a prompt is open. Only a clear yes confirms it. A no cancels it, a change whose amount
//! or payee is certain makes a new prompt, and a text that is none of these leaves the prompt: the reply repeats it.
//! A prompt is dropped when somebody else asks from then on: an agent, a questionnaire, the owner of a bound chat.

use super::{ConfirmationPrompt, Draft, InboundContent, Pending, Reply, drafts::redraft, step::Step};
use crate::{
    messaging::{
        clear_yes::is_clear_yes,
        intent::{AmountReading, DestinationKind, Entities, Intent, Topic, Understanding},
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
    pub(super) fn answer_open_prompt(&mut self, understanding: &Understanding) -> bool {
        let Some(Pending::ConfirmationPrompt(prompt)) = self.state.pending.clone() else { return false };
        if self.facts.now >= prompt.expires_at {
            return false;
        }
        let entities = &understanding.entities;
        let is_question = matches!(understanding.intent, Intent::Help | Intent::Unknown);
        // A question about payees is none about the prompt.
        let topic = entities.topic.filter(|topic| is_question && *topic != Topic::Payees);
        if let Some(topic) = topic {
            self.answer_about_prompt(prompt, topic);
            return true;
        }
        // Only a message that is explained to its last word changes the prompt.
        let changes = understanding.explained && changes(&prompt, entities);
        match understanding.intent {
            // A complete payment replaces the prompt; a part of one changes it («mándale 60», «mejor a mi
            // mamá»).
            Intent::Transfer if entities.amount.is_some() && entities.destination.is_some() => false,
            Intent::Transfer | Intent::Deny | Intent::Unknown | Intent::Confirm if changes => {
                self.change_prompt(&prompt, understanding);
                true
            }
            Intent::Unknown | Intent::Confirm | Intent::VerifyCode | Intent::Thanks => {
                self.state.misunderstood = 0;
                self.repeat_prompt(prompt);
                true
            }
            // A part of a payment that isn't certain to change this one.
            Intent::Transfer => {
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

    /// Whether a payment waits for an answer: its missing part, a yes, or its code.
    pub(super) fn has_payment_waiting(&self) -> bool {
        match &self.state.pending {
            Some(Pending::ConfirmationPrompt(_)) => self.has_open_prompt(),
            Some(Pending::Draft(_) | Pending::StepUp(_)) => true,
            Some(Pending::YesOrNo(_) | Pending::WhichPayee(_) | Pending::Suggestion(_)) | None => false,
        }
    }

    /// Drops the question that waits: somebody else asks from now on. A payment that waits for its code goes on
    /// waiting, because no yes lets it through.
    pub(super) fn drop_prompt(&mut self) {
        self.state.pending.take_if(|pending| !matches!(pending, Pending::StepUp(_)));
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

    fn change_prompt(&mut self, prompt: &ConfirmationPrompt, understanding: &Understanding) {
        let draft = Draft { changes: Some(Box::new(prompt.clone())), ..redraft(prompt) };
        self.state.misunderstood = 0;
        self.fill_and_continue(draft, understanding);
    }
}

/// Whether the message names another amount, payee, currency or concept than the prompt.
fn changes(prompt: &ConfirmationPrompt, entities: &Entities) -> bool {
    let currency = entities.currency.unwrap_or(prompt.amount.currency);
    let names_amount = match &entities.amount {
        Some(AmountReading::Exact(amount)) => Money::parse_positive(amount, currency) != Ok(prompt.amount),
        Some(AmountReading::Ambiguous { .. }) => true,
        None => currency != prompt.amount.currency,
    };
    let names_payee = entities.destination.as_ref().is_some_and(|named| {
        named.kind == DestinationKind::Name || named.value != prompt.account.canonical()
    });
    let names_concept = entities.concept.is_some() && entities.concept != prompt.concept;
    names_amount || names_payee || names_concept || entities.relative.is_some()
}
