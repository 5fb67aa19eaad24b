//! What the checks of a transfer and its payment lead to.

use super::{
    DraftChoice, Paid, Pending, Prepared, Reply, drafts::question_of, step::Step, understood::draft_of,
};

impl Step<'_> {
    /// A draft was checked: it becomes a prompt, or the person is told what stands in the way.
    pub(super) fn on_prepared(&mut self, outcome: Prepared) {
        let Some(Pending::Draft(mut draft)) = self.state.pending.take() else { return };
        match outcome {
            Prepared::Ready(checked) => self.show_prompt(draft, *checked),
            // No known payee: the change is not certain, and the open prompt stays.
            Prepared::UnknownPayee { .. } | Prepared::BadDestination | Prepared::DigitsMissing { .. }
                if draft.changes.is_some() =>
            {
                if let Some(prompt) = draft.changes {
                    self.state.pending = Some(Pending::ConfirmationPrompt(*prompt.clone()));
                    self.repeat_prompt(*prompt);
                }
            }
            Prepared::WhichPayee { options } => {
                draft.choices = options.into_iter().map(DraftChoice::Payee).collect();
                draft.changes = None;
                self.keep_asking(draft, None);
            }
            Prepared::UnknownPayee { name } => {
                draft.destination = None;
                draft.payee = Some(name);
                self.keep_asking(draft, None);
            }
            Prepared::BadDestination => {
                draft.destination = None;
                self.keep_asking(draft, Some(Reply::BadDestination));
            }
            Prepared::DigitsMissing { digits } => {
                draft.destination = None;
                self.keep_asking(draft, Some(Reply::DigitsMissing(digits)));
            }
            Prepared::OwnAccount => {
                draft.destination = None;
                draft.payee = None;
                self.keep_asking(draft, Some(Reply::OwnAccount));
            }
            Prepared::RecipientNotFound => {
                draft.destination = None;
                self.keep_asking(draft, Some(Reply::RecipientNotFound));
            }
            Prepared::Frozen => self.say(Reply::MoneyIsFrozen),
            Prepared::InsufficientFunds { available } => {
                self.refuse(draft, Reply::InsufficientFunds(available));
            }
            Prepared::LimitExceeded(limit) => self.refuse(draft, Reply::LimitExceeded(limit)),
            Prepared::NoWallet { currency } => {
                self.refuse(draft, Reply::NoWallet(currency.code().to_owned()));
            }
        }
    }

    /// Keeps a draft whose missing part is asked for: with this reply, or with the usual question.
    fn keep_asking(&mut self, mut draft: super::Draft, reply: Option<Reply>) {
        draft.asked_at = Some(self.facts.now);
        let question = reply.unwrap_or_else(|| question_of(&draft));
        self.state.pending = Some(Pending::Draft(draft));
        self.say(question);
    }

    /// A payment was decided: the receipt, the step-up code, or the refusal.
    pub(super) fn on_paid(&mut self, outcome: Paid) {
        let waiting = self.state.pending.take();
        match outcome {
            Paid::Completed { folio, amount, destination, balance } => {
                self.say(Reply::Receipt { amount, destination, folio, balance });
            }
            Paid::CodeNeeded(step) => {
                self.state.pending = Some(Pending::StepUp(step.clone()));
                self.say(Reply::StepUp(step));
            }
            Paid::Processing { amount, destination } => self.say(Reply::Processing { amount, destination }),
            Paid::InsufficientFunds { available } => {
                self.refuse(draft_of(waiting.as_ref()), Reply::InsufficientFunds(available));
            }
            Paid::LimitExceeded(limit) => {
                self.refuse(draft_of(waiting.as_ref()), Reply::LimitExceeded(limit));
            }
            Paid::NewPayee { minutes } => self.say(Reply::NewPayee(minutes)),
            Paid::ChatTooNew { minutes } => self.say(Reply::ChatTooNew(minutes)),
            Paid::WrongCode { attempts_remaining } if attempts_remaining > 0 => {
                self.state.pending = waiting;
                self.say(Reply::CodeWrong(attempts_remaining));
            }
            Paid::Locked { minutes } => {
                self.state.pending = waiting;
                self.say(Reply::Locked(minutes));
            }
            Paid::WrongCode { .. } | Paid::Gone => self.say(Reply::StepUpGone),
            Paid::Frozen => self.say(Reply::MoneyIsFrozen),
            Paid::RecipientNotFound => self.say(Reply::RecipientNotFound),
            Paid::Refused => self.say(Reply::TransferRefused),
        }
    }
}
