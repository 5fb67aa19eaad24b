//! What follows from a parsed message.

use super::{Draft, Effect, MISUNDERSTOOD_MAX, Pending, Reply, RequestedAction, Session, step::Step};
use crate::messaging::intent::{DestinationKind, Intent, Understanding};

impl Step<'_> {
    pub(super) fn on_understood(&mut self, text: &str, understanding: &Understanding) {
        if let Some(locale) = understanding.locale {
            self.state.locale = Some(locale);
        }
        if self.is_handed_off() && !self.is_served_while_handed_off(understanding.intent) {
            return;
        }
        if self.is_answer_to_flow(understanding) && self.answer_flow_at_last(text) {
            return;
        }
        if self.answer_open_prompt(text, understanding) {
            return;
        }
        if understanding.intent != Intent::Unknown {
            self.state.misunderstood = 0;
        }
        match understanding.intent {
            Intent::CheckBalance => self.want(RequestedAction::Balance),
            Intent::ListTransactions => self.want(RequestedAction::Statement),
            Intent::Transfer => self.transfer(text, understanding),
            Intent::Confirm => self.confirm_nothing(),
            Intent::Deny => self.answer_prompt(None, false),
            Intent::Help => self.say(Reply::Help),
            Intent::Stop => self.opt_out(),
            Intent::Start => self.start(),
            Intent::Greeting => self.say(Reply::Greeting),
            Intent::TalkToHuman => self.hand_off(Reply::HandedOff),
            Intent::ReportProblem => self.hand_off(Reply::ProblemNoted),
            Intent::VerifyCode => self.code(text, understanding),
            Intent::ResendCode => self.resend(),
            Intent::FreezeAccount => self.hand_off(Reply::ProblemNoted),
            Intent::ReceiveDetails | Intent::AskLimits | Intent::Spending => self.say(Reply::Help),
            Intent::Thanks => self.say(Reply::Greeting),
            Intent::Unknown => self.unknown(text, understanding),
        }
    }

    pub(super) fn is_handed_off(&self) -> bool {
        self.state.handed_off_until.is_some_and(|until| self.facts.now < until)
    }

    /// An agent has the conversation; requests about money, and codes, are still answered.
    fn is_served_while_handed_off(&self, intent: Intent) -> bool {
        matches!(intent, Intent::CheckBalance | Intent::Transfer | Intent::Stop)
            || self.state.pending.is_some()
            || matches!(self.state.session, Session::AwaitingCode { .. })
                && matches!(intent, Intent::VerifyCode | Intent::ResendCode)
    }

    fn transfer(&mut self, text: &str, understanding: &Understanding) {
        // An unfinished draft is completed; an open prompt is replaced.
        let draft = match &self.state.pending {
            Some(Pending::Draft(draft)) => Draft { changes: None, ..draft.clone() },
            _ => Draft::default(),
        };
        self.fill_and_continue(draft, text, understanding);
    }

    pub(super) fn fill_and_continue(&mut self, draft: Draft, text: &str, understanding: &Understanding) {
        match self.fill(draft, text, &understanding.entities, understanding.intent != Intent::Transfer) {
            Ok(draft) => self.want(RequestedAction::Transfer(draft)),
            Err(asked) => {
                let (draft, reply) = *asked;
                if self.state.user(self.facts).is_some() {
                    self.drop_pending();
                    self.state.pending = Some(Pending::Draft(draft));
                    self.say(reply);
                } else {
                    self.want(RequestedAction::Transfer(draft));
                }
            }
        }
    }

    /// Handles a yes that no open prompt waits for. It confirms nothing, whatever the parser says.
    fn confirm_nothing(&mut self) {
        match self.state.pending.clone() {
            Some(Pending::StepUp(step)) => self.say(Reply::StepUpWaits(step)),
            Some(Pending::ConfirmationPrompt(_)) => {
                self.state.pending = None;
                self.say(Reply::PromptExpired);
            }
            Some(Pending::Draft(_)) | None => self.say(Reply::NothingPending),
        }
    }

    fn code(&mut self, text: &str, understanding: &Understanding) {
        let Some(code) = understanding.entities.code.clone() else { return self.say(Reply::NoCodePending) };
        if let Some(Pending::Draft(draft)) = self.state.pending.clone() {
            return self.fill_and_continue(draft, text, understanding);
        }
        if !self.give_code(code) {
            self.say(Reply::NoCodePending);
        }
    }

    fn resend(&mut self) {
        match (&self.state.session, &self.state.pending) {
            (_, Some(Pending::StepUp(step))) => self.say(Reply::StepUpWaits(step.clone())),
            (Session::AwaitingCode { verification, .. }, _) => {
                self.effects.push(Effect::ResendCode(*verification));
            }
            _ => self.say(Reply::NoCodePending),
        }
    }

    /// INICIAR: sends the code again if one is expected; otherwise starts the proof of the number, or greets.
    fn start(&mut self) {
        match &self.state.session {
            Session::AwaitingCode { .. } => self.resend(),
            _ => self.want(RequestedAction::Nothing),
        }
    }

    /// Handles a text that asks for nothing of its own; it may still answer the pending question.
    fn unknown(&mut self, text: &str, understanding: &Understanding) {
        match self.state.pending.clone() {
            Some(Pending::Draft(draft)) => {
                let before = draft.clone();
                let mut entities = understanding.entities.clone();
                // A name among other words fills no slot.
                entities.destination.take_if(|named| named.kind == DestinationKind::Name);
                match self.fill(draft, text, &entities, true) {
                    Ok(draft) if draft == before => self.misunderstood(),
                    Ok(draft) => {
                        self.state.misunderstood = 0;
                        self.want(RequestedAction::Transfer(draft));
                    }
                    Err(asked) => {
                        let (draft, reply) = *asked;
                        self.state.misunderstood = 0;
                        self.state.pending = Some(Pending::Draft(draft));
                        self.say(reply);
                    }
                }
            }
            _ => self.misunderstood(),
        }
    }

    fn misunderstood(&mut self) {
        self.state.misunderstood = self.state.misunderstood.saturating_add(1);
        if self.state.misunderstood >= MISUNDERSTOOD_MAX {
            self.hand_off(Reply::HandedOff);
        } else {
            self.say(Reply::NotUnderstood);
        }
    }
}
