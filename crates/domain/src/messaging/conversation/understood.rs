//! What follows from a parsed message.

use super::{
    Draft, MISUNDERSTOOD_MAX, Pending, Question, Reply, RequestedAction, Session,
    drafts::{UnsendableAmount, chosen, redraft},
    effect::Effect,
    step::Step,
};
use crate::messaging::intent::{AskedFor, DestinationKind, Intent, Understanding};

impl Step<'_> {
    pub(super) fn on_understood(&mut self, text: &str, understanding: &Understanding) {
        self.note_language(understanding.locale);
        if !self.hold_or_join(text, understanding) {
            self.answer(text, understanding);
        }
    }

    /// Answers a message in the light of what waits.
    pub(super) fn answer(&mut self, text: &str, understanding: &Understanding) {
        if self.is_handed_off() && !self.is_served_while_handed_off(understanding.intent) {
            return;
        }
        if self.answer_beside_yes_or_no(text, understanding)
            || self.answer_suggestion(understanding)
            || self.choose_payee(text, understanding)
            || self.is_answer_to_flow(text, understanding) && self.answer_flow_at_last(text)
            || self.answer_open_prompt(understanding)
            || self.choose_reading(text, understanding)
        {
            return;
        }
        if understanding.intent != Intent::Unknown {
            self.state.misunderstood = 0;
        }
        self.act_on(text, understanding);
        self.repeat_flow_question(text, understanding);
    }

    fn act_on(&mut self, text: &str, understanding: &Understanding) {
        let entities = &understanding.entities;
        if let Some(request) = self.requests_of(understanding) {
            return self.want(request);
        }
        match understanding.intent {
            Intent::Transfer => self.transfer(understanding),
            Intent::Confirm => self.confirm_nothing(),
            Intent::Deny => self.answer_prompt(None, false),
            Intent::Stop if self.is_older_than_consent() => {}
            Intent::Stop => self.ask_yes_or_no(Question::OptOut),
            Intent::Start => self.start(),
            Intent::Greeting => self.greet(),
            // While the missing part of a payment is asked for, an agent is called only when that is certain.
            Intent::ReportProblem | Intent::TalkToHuman
                if !understanding.explained && matches!(self.state.pending, Some(Pending::Draft(_))) =>
            {
                self.unknown(text, understanding);
            }
            Intent::TalkToHuman => self.hand_off(Reply::HandedOff),
            Intent::ReportProblem => self.hand_off(Reply::ProblemNoted),
            Intent::FreezeAccount => self.ask_yes_or_no(Question::Freeze),
            Intent::VerifyCode => self.code(understanding),
            Intent::ResendCode => self.resend(),
            Intent::Thanks => self.courtesy(entities.topic),
            Intent::Help => self.help_with(entities),
            _ => self.unknown(text, understanding),
        }
    }

    /// What the message asks to see or to send, in order; a transfer comes last. `None`: it is no such request,
    /// or a transfer alone, which an open question may be about.
    fn requests_of(&self, understanding: &Understanding) -> Option<RequestedAction> {
        let entities = &understanding.entities;
        let main = self.request_of(understanding.intent, entities);
        let plain = crate::messaging::intent::Entities::default();
        let mut all: Vec<_> =
            understanding.also.iter().filter_map(|also| self.request_of(*also, &plain)).collect();
        match understanding.intent {
            Intent::Transfer if !all.is_empty() => {
                let draft = self.fill(Draft::default(), entities).ok()?;
                all.push(RequestedAction::Transfer(draft));
            }
            _ => all.splice(0..0, [main?]).for_each(drop),
        }
        if all.len() > 1 { Some(RequestedAction::Several(all)) } else { all.pop() }
    }

    pub(super) fn is_handed_off(&self) -> bool {
        self.state.handed_off_until.is_some_and(|until| self.facts.now < until)
    }

    /// An agent has the conversation; requests about money, and codes, are still answered.
    fn is_served_while_handed_off(&self, intent: Intent) -> bool {
        matches!(intent, Intent::CheckBalance | Intent::Transfer | Intent::Stop | Intent::FreezeAccount)
            || self.state.pending.is_some()
            || matches!(self.state.session, Session::AwaitingCode { .. })
                && matches!(intent, Intent::VerifyCode | Intent::ResendCode)
    }

    fn transfer(&mut self, understanding: &Understanding) {
        let entities = &understanding.entities;
        let is_whole = entities.amount.is_some() && entities.destination.is_some();
        // An unfinished draft is completed, a refused one is put right, and a whole request begins anew.
        let draft = match (&self.state.pending, &self.state.refused) {
            _ if is_whole => Draft::default(),
            (Some(Pending::Draft(draft)), _) => Draft { changes: None, ..draft.clone() },
            (None, Some(refused)) if understanding.explained => refused.draft.clone(),
            _ => Draft::default(),
        };
        self.fill_and_continue(draft, understanding);
    }

    /// Takes the message as a choice among the readings of a draft.
    fn choose_reading(&mut self, text: &str, understanding: &Understanding) -> bool {
        let Some(Pending::Draft(draft)) = &self.state.pending else { return false };
        // «borra a la Ruiz» names a payee, and picks none.
        if understanding.entities.payee_change.is_some() {
            return false;
        }
        let Some(draft) = chosen(draft, text, &understanding.entities) else { return false };
        self.state.misunderstood = 0;
        self.want(RequestedAction::Transfer(draft));
        true
    }

    /// Handles a yes that no open prompt waits for. It confirms nothing, whatever the parser says.
    fn confirm_nothing(&mut self) {
        match self.state.pending.clone() {
            Some(Pending::StepUp(step)) => self.say(Reply::StepUpWaits(step)),
            Some(Pending::ConfirmationPrompt(_)) => {
                self.state.pending = None;
                self.say(Reply::PromptExpired);
            }
            Some(Pending::Draft(draft)) => self.ask_again(&draft),
            _ if self.awaits_code() => self.say(Reply::CodeWaits),
            _ => self.say(Reply::NothingPending),
        }
    }

    fn code(&mut self, understanding: &Understanding) {
        let Some(code) = understanding.entities.code.clone() else { return self.say(Reply::NoCodePending) };
        if let Some(Pending::Draft(draft)) = self.state.pending.clone() {
            return self.fill_and_continue(draft, understanding);
        }
        if !self.give_code(code) {
            self.say(Reply::NoCodePending);
        }
    }

    fn resend(&mut self) {
        match (&self.state.session, &self.state.pending) {
            (_, Some(Pending::StepUp(step))) => {
                self.effects.push(Effect::ResendPaymentCode(step.transfer));
            }
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
        let entities = &understanding.entities;
        if let Some(topic) = entities.topic {
            self.state.misunderstood = 0;
            return self.help_about(Some(topic));
        }
        match self.state.pending.clone() {
            Some(Pending::Draft(draft)) => {
                let mut entities = entities.clone();
                // Among words that nothing explains, only a number is certain to be the destination: a name or an
                // amount may belong to something else.
                if !understanding.explained {
                    entities.destination.take_if(|named| named.kind == DestinationKind::Name);
                    (entities.amount, entities.relative, entities.code) = (None, None, None);
                }
                self.state.misunderstood = 0;
                match self.fill(draft.clone(), &entities) {
                    Ok(filled) if filled != draft => self.want(RequestedAction::Transfer(filled)),
                    Ok(_) => self.ask_again(&draft),
                    Err(UnsendableAmount) => self.say(Reply::BadAmount),
                }
            }
            Some(Pending::StepUp(step)) => self.say(Reply::StepUpWaits(step)),
            _ if self.awaits_code() => self.say(Reply::CodeWaits),
            // A part of a transfer: «50 pesos».
            _ if understanding.explained && (entities.amount.is_some() || entities.destination.is_some()) => {
                self.transfer(understanding);
            }
            _ => self.misunderstood(text, understanding),
        }
    }

    fn misunderstood(&mut self, text: &str, understanding: &Understanding) {
        if self.begin_with_default_flow() {
            return;
        }
        self.state.misunderstood = self.state.misunderstood.saturating_add(1);
        if self.state.misunderstood >= MISUNDERSTOOD_MAX {
            self.hand_off(Reply::HandedOff);
        } else if self.suggest(understanding) {
            // The reply is said.
        } else if text.contains('?') || text.contains('¿') {
            self.say(Reply::QuestionNotUnderstood);
        } else {
            self.say(Reply::NotUnderstood);
        }
    }
}

impl super::Conversation {
    /// The question that waits for an answer, for the parser.
    #[must_use]
    pub fn asked_for(&self, facts: &super::StepContext) -> Option<AskedFor> {
        let now = facts.now;
        match &self.pending {
            Some(Pending::Draft(draft)) if !draft.choices.is_empty() => Some(AskedFor::Choice),
            Some(Pending::Draft(draft)) if draft.amount.is_none() && draft.part.is_none() => {
                Some(AskedFor::Amount)
            }
            Some(Pending::Draft(_)) => Some(AskedFor::Destination),
            Some(Pending::ConfirmationPrompt(prompt)) if now < prompt.expires_at => {
                Some(AskedFor::Confirmation)
            }
            Some(Pending::WhichPayee(_)) => Some(AskedFor::Choice),
            Some(Pending::StepUp(_)) => Some(AskedFor::Code),
            Some(Pending::YesOrNo(_)) => Some(AskedFor::YesOrNo),
            _ if self.refused.is_some() => Some(AskedFor::AfterRefusal),
            _ if matches!(self.session, Session::AwaitingCode { .. }) => Some(AskedFor::Code),
            _ if self.flow.as_ref().is_some_and(crate::messaging::flow::FlowRun::is_asking) => {
                Some(AskedFor::FlowAnswer)
            }
            _ => None,
        }
    }
}

/// The draft of a prompt whose payment was refused.
pub(super) fn draft_of(pending: Option<&Pending>) -> Draft {
    match pending {
        Some(Pending::ConfirmationPrompt(prompt)) => redraft(prompt),
        Some(Pending::Draft(draft)) => draft.clone(),
        _ => Draft::default(),
    }
}
