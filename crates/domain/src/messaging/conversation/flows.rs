//! Flows within the conversation. Money comes first: a code or a prompt that waits is answered before a
//! flow's question, and a flow moves no money.

use super::{Conversation, Effect, Pending, Reply, Session, step::Step};
use crate::{
    locale::Locale,
    messaging::{
        flow::{Flow, FlowContext, FlowInput, FlowRegistry, FlowRun, Progress},
        intent::{Intent, Understanding},
    },
};
use std::sync::Arc;

/// The number of digits of a code.
const CODE_LENGTH: usize = 6;

impl Step<'_> {
    /// Handles a trigger: begins the flow, continues it where the person left it, or shows its menu to a
    /// person who has completed it.
    pub(super) fn start_flow(&mut self, text: &str) -> bool {
        if self.is_handed_off() {
            return false;
        }
        let registry = Arc::clone(&self.facts.flows);
        let Some((flow, locale)) = registry.started_by(text, self.state.locale) else { return false };
        self.enter_flow(&registry, flow, locale);
        true
    }

    /// Answers a greeting: with the default flow of this number, where there is one.
    pub(super) fn greet(&mut self) {
        if !self.start_default_flow() {
            self.say(Reply::Greeting);
        }
    }

    /// Answers a person's first message with the default flow, if it asks for nothing of its own.
    pub(super) fn begin_with_default_flow(&mut self) -> bool {
        self.state.awaits_first_answer && self.start_default_flow()
    }

    /// Begins or continues the default flow. False where there is none, where an agent answers, and where the
    /// person is in the middle of something: a payment, a question, a code.
    fn start_default_flow(&mut self) -> bool {
        let is_asked = match &self.state.pending {
            Some(Pending::ConfirmationPrompt(prompt)) => self.facts.now < prompt.expires_at,
            pending => pending.is_some(),
        };
        if self.is_handed_off() || is_asked || self.awaits_code() || self.awaits_number() {
            return false;
        }
        let registry = Arc::clone(&self.facts.flows);
        let Some(flow) = self.facts.default_flow.as_ref().and_then(|id| registry.newest(id)) else {
            return false;
        };
        let is_in_another =
            self.state.flow.as_ref().is_some_and(|run| run.is_asking() && run.flow() != flow.id());
        if is_in_another {
            return false;
        }
        let spoken = self.state.locale.filter(|spoken| flow.languages().contains(spoken));
        let Some(locale) = spoken.or_else(|| flow.languages().first().copied()) else { return false };
        self.enter_flow(&registry, flow, locale);
        true
    }

    fn enter_flow(&mut self, registry: &FlowRegistry, flow: &Flow, locale: Locale) {
        let before = self.state.take_run(flow);
        let (run, prompt) = match before {
            Some(run) if run.is_asking() => match registry.find(run.flow(), run.version()) {
                Some(own) => {
                    let prompt = own.prompt(&run);
                    (run, prompt)
                }
                None => flow.begin(locale),
            },
            Some(_) => flow.welcome_back(locale),
            None => flow.begin(locale),
        };
        // A draft or an open prompt is not continued after the flow.
        self.drop_prompt();
        self.state.misunderstood = 0;
        self.state.locale = Some(run.locale());
        self.state.flow = Some(run);
        self.say(Reply::Flow(prompt));
    }

    /// Leaves the flow on «cancelar», if nothing else waits for that word.
    pub(super) fn leave_flow(&mut self) -> bool {
        let awaits_code = matches!(self.state.session, Session::AwaitingCode { request: Some(_), .. });
        if self.state.pending.is_some() || awaits_code || !self.is_asked_by_flow() {
            return false;
        }
        let Some(run) = self.state.flow.take() else { return false };
        let word = self.facts.flows.newest(run.flow()).map(|flow| flow.start_word(run.locale()));
        // A flow that was removed in the meantime can't be started again.
        self.say(word.map_or(Reply::NothingPending, |word| Reply::FlowLeft(word.to_owned())));
        self.state.flow = run.left();
        true
    }

    /// Whether a flow's question waits for an answer, and no agent has the conversation.
    pub(super) fn is_asked_by_flow(&self) -> bool {
        !self.is_handed_off() && self.state.flow.as_ref().is_some_and(FlowRun::is_asking)
    }

    /// Takes a text as the answer to the flow's question if it can be nothing else: an option, a date, digits,
    /// the word of the consent. False: it may mean something of its own.
    pub(super) fn answer_flow(&mut self, text: &str) -> bool {
        self.drop_expired_prompt();
        let has_letters = text.chars().any(char::is_alphabetic);
        if self.state.pending.is_some() || has_letters && !self.flow_takes_at_once(text) {
            return false;
        }
        self.go_on(FlowInput::Text(text), has_letters)
    }

    fn flow_takes_at_once(&self, text: &str) -> bool {
        let Some(run) = &self.state.flow else { return false };
        let facts = FlowContext { today: self.facts.today, region: self.facts.region };
        // A run whose version is gone says so, whatever is written.
        self.facts
            .flows
            .find(run.flow(), run.version())
            .is_none_or(|flow| flow.takes_at_once(run, text, facts))
    }

    /// The same, once it is clear that the text means nothing else.
    pub(super) fn answer_flow_at_last(&mut self, text: &str) -> bool {
        self.go_on(FlowInput::Text(text), false)
    }

    /// True when the parsed text asks for nothing of its own, so it answers the flow's question. A wish or a
    /// question that is explained to its last word is no answer.
    pub(super) fn is_answer_to_flow(&self, text: &str, understanding: &Understanding) -> bool {
        if !self.is_asked_by_flow() || self.has_open_prompt() {
            return false;
        }
        let is_asking = text.contains(['?', '¿']);
        match understanding.intent {
            Intent::Greeting | Intent::Thanks => true,
            Intent::Confirm | Intent::Deny | Intent::VerifyCode => self.state.pending.is_none(),
            Intent::Unknown | Intent::Help | Intent::Start if is_asking => false,
            Intent::Unknown => !matches!(self.state.pending, Some(Pending::Draft(_))),
            // Who asks to freeze or to hear no more is heard, also in words that are not all known: both only ask.
            Intent::FreezeAccount | Intent::Stop => false,
            _ => !understanding.explained && !is_asking,
        }
    }

    /// Asks the flow's question again after a question that was no answer to it.
    pub(super) fn repeat_flow_question(&mut self, text: &str, understanding: &Understanding) {
        let is_aside = matches!(understanding.intent, Intent::Help | Intent::Unknown);
        if !text.contains(['?', '¿']) || !is_aside || !self.is_asked_by_flow() || self.state.pending.is_some()
        {
            return;
        }
        let Some(run) = &self.state.flow else { return };
        let prompt = self.facts.flows.find(run.flow(), run.version()).map(|flow| flow.prompt(run));
        if let Some(prompt) = prompt {
            // A question that nothing answers is no misunderstanding here: the questionnaire goes on.
            self.state.misunderstood = 0;
            self.effects.retain(|effect| {
                !matches!(effect, Effect::Reply(Reply::NotUnderstood | Reply::QuestionNotUnderstood))
            });
            self.say(Reply::Flow(prompt));
        }
    }

    /// Decides between a code and a flow's answer. Digits go to the code that waits; but if that code was
    /// asked for long ago, they go to the flow, unless they look just like a code.
    pub(super) fn is_rather_for_the_flow(&self, text: &str, code: &str) -> bool {
        let waits_for_code = matches!(self.state.pending, Some(Pending::StepUp(_))) || self.awaits_code();
        let says_code = text.chars().any(char::is_alphabetic);
        let is_pending_draft = matches!(self.state.pending, Some(Pending::Draft(_)));
        self.is_asked_by_flow()
            && !is_pending_draft
            && !waits_for_code
            && !says_code
            && (code.len() != CODE_LENGTH || !matches!(self.state.session, Session::AwaitingCode { .. }))
    }

    pub(super) fn press_in_flow(&mut self, id: &str) {
        if self.is_handed_off() {
            return;
        }
        let pressed = FlowInput::from_button(id);
        let is_current = |flow: &str| self.state.flow.as_ref().is_some_and(|run| run.flow().as_str() == flow);
        match pressed {
            Some((flow, input)) if is_current(flow) && self.go_on(input, false) => {}
            _ => self.say(Reply::NothingPending),
        }
    }

    /// Drops an expired prompt when a flow asks a question.
    fn drop_expired_prompt(&mut self) {
        let is_expired = matches!(
            &self.state.pending,
            Some(Pending::ConfirmationPrompt(prompt)) if self.facts.now >= prompt.expires_at
        );
        if is_expired && self.is_asked_by_flow() {
            self.state.pending = None;
        }
    }

    /// Gives an answer to the flow. False when the flow does not use it. With `may_mean_else`, an answer that
    /// the flow doesn't accept also returns false, so that it is parsed first.
    fn go_on(&mut self, input: FlowInput<'_>, may_mean_else: bool) -> bool {
        if self.is_handed_off() {
            return false;
        }
        let Some(mut run) = self.state.flow.clone() else { return false };
        let registry = Arc::clone(&self.facts.flows);
        let Some(flow) = registry.find(run.flow(), run.version()) else {
            // Another process may have this version: the run is kept.
            let newest = registry.newest(run.flow()).map(|flow| flow.start_word(run.locale()).to_owned());
            let is_asking = run.is_asking();
            if is_asking {
                self.say(Reply::FlowGone(newest));
            }
            return is_asking;
        };
        let facts = FlowContext { today: self.facts.today, region: self.facts.region };
        let progress = flow.answer(&mut run, input, facts);
        let is_declined = match progress {
            Progress::NotMine => true,
            Progress::NotAnAnswer(_) => may_mean_else,
            _ => false,
        };
        if !is_declined {
            // The flow asks now: a yes answers it and not an older prompt.
            self.drop_prompt();
        }
        match progress {
            Progress::NotMine => return false,
            Progress::Asked(prompt) => self.say(Reply::Flow(prompt)),
            Progress::NotAnAnswer(_) if may_mean_else => return false,
            Progress::NotAnAnswer(prompt) => self.say(Reply::Flow(prompt)),
            Progress::Completed(prompt, completed) => {
                self.effects.push(Effect::SaveAnswers(completed));
                self.say(Reply::Flow(prompt));
            }
            Progress::HandOff => self.hand_off(Reply::HandedOff),
            Progress::Left => {
                let word = registry.newest(run.flow()).map(|flow| flow.start_word(run.locale()));
                self.say(word.map_or(Reply::NothingPending, |word| Reply::FlowLeft(word.to_owned())));
                self.state.locale = Some(run.locale());
                self.state.flow = run.left();
                return true;
            }
            Progress::StartOver => {
                let (anew, prompt) = registry.newest(run.flow()).unwrap_or(flow).begin_again(&run);
                run = anew;
                self.say(Reply::Flow(prompt));
            }
        }
        self.state.misunderstood = 0;
        self.state.locale = Some(run.locale());
        self.state.flow = Some(run);
        true
    }
}

impl Conversation {
    /// The person's run of this flow, taken out of the state. The run that was active is put aside.
    fn take_run(&mut self, flow: &Flow) -> Option<FlowRun> {
        if let Some(last) = self.flow.take() {
            self.flows_aside.push(last);
        }
        let at = self.flows_aside.iter().position(|run| run.flow() == flow.id())?;
        Some(self.flows_aside.remove(at))
    }
}
