//! The order of handling: compliance words, limits, handoff, the pending question, parsing.

use super::{
    AgentCommand, CodeChecked, CodeSent, Conversation, DeferredRequest, Effect, Event, FiguresQuery,
    InboundContent, Pending, Reply, RequestedAction, Session, StepContext, rate::Rate,
};
use crate::{
    ids::UserId,
    messaging::consent::{ComplianceWord, ConsentStatus, compliance_word, language_of_word},
    phone::PhoneNumber,
    text::fold,
};

/// Whole messages that call an agent in any state.
const AGENT_WORDS: [&str; 10] = [
    "asesor",
    "asesora",
    "agente",
    "agent",
    "advisor",
    "coordinator",
    "coordinador",
    "coordinadora",
    "coordenador",
    "atendente",
];

/// A step in progress: the new state and the effects so far.
pub(super) struct Step<'a> {
    pub(super) state: Conversation,
    pub(super) facts: &'a StepContext,
    pub(super) effects: Vec<Effect>,
}

impl Conversation {
    /// The next state, and the effects to carry out.
    #[must_use]
    pub fn step(mut self, event: Event, facts: &StepContext) -> (Self, Vec<Effect>) {
        if facts.default_flow.is_some() && matches!(event, Event::Received(_)) && self == Self::default() {
            self.awaits_first_answer = true;
        }
        self.note_open_prompt(facts.now);
        let mut step = Step { state: self, facts, effects: Vec::new() };
        step.drop_old_drafts();
        match event {
            Event::Received(content) => step.on_content(content),
            Event::Understood { text, understanding } => step.on_understood(&text, &understanding),
            Event::UnderstoodTogether { text, alone, together } => {
                step.on_understood_together(&text, &alone, together);
            }
            Event::CodeSent(outcome) => step.on_code_sent(&outcome),
            Event::PaymentCodeSent(outcome) => step.on_payment_code_sent(&outcome),
            Event::CodeChecked(outcome) => step.on_code_checked(&outcome),
            Event::Balance { posted, available } => step.say(Reply::Balance { posted, available }),
            Event::Statement(statement) => step.say(Reply::Statement(statement)),
            Event::Spending(spending) => step.say(Reply::Spending(spending)),
            Event::Receipt(receipt) => step.say(Reply::PastReceipt(receipt)),
            Event::Receiving(receiving) => step.say(Reply::Receiving(receiving)),
            Event::Limits(limits) => step.say(Reply::Limits(limits)),
            Event::Payees(payees) => step.say(Reply::Payees(payees)),
            Event::WhichPayee { request, options } => step.ask_which_payee(request, options),
            Event::PayeeChanged(outcome) => step.on_payee_changed(outcome),
            Event::ErasureChecked(obstacles) => step.on_erasure_checked(obstacles),
            Event::ErasureNoted(outcome) => step.on_erasure_asked(outcome),
            Event::ErasureTakenBack(done) => {
                step.say(if done { Reply::ErasureTakenBack } else { Reply::NoErasure });
            }
            Event::ExportNoted(Some(link)) => step.say(Reply::ExportLink(link)),
            Event::ExportNoted(None) => step.say(Reply::RequestDropped),
            Event::Frozen(outcome) => step.on_frozen(outcome),
            Event::Prepared(outcome) => step.on_prepared(outcome),
            Event::Paid(outcome) => step.on_paid(outcome),
            Event::ChatBound(Some(whose)) => {
                // What was asked of the one who wrote here before is no question to this person.
                step.drop_pending();
                step.say(Reply::ChatBound(whose));
            }
            Event::ChatBound(None) => step.say(Reply::LinkCodeGone),
        }
        (step.state, step.effects)
    }
}

impl Step<'_> {
    pub(super) fn say(&mut self, reply: Reply) {
        self.state.awaits_first_answer = false;
        self.effects.push(Effect::Reply(reply));
    }

    fn on_content(&mut self, content: InboundContent) {
        match content {
            InboundContent::AgentCommand { command, .. } => return self.on_agent(command),
            InboundContent::IdentityChanged => return self.on_identity_changed(),
            InboundContent::HoldEnded => return self.on_hold_ended(),
            _ => {}
        }
        let text = match &content {
            InboundContent::Text(text) => text.as_str(),
            _ => "",
        };
        if self.state.locale.is_none() {
            self.state.locale = language_of_word(text);
        }
        let opted_out = self.facts.consent == ConsentStatus::OptedOut;
        match compliance_word(text) {
            Some(ComplianceWord::Freeze) => return self.freeze(),
            Some(ComplianceWord::Stop) if !opted_out => return self.opt_out(),
            Some(ComplianceWord::Start) if opted_out => return self.opt_in(),
            // A person who follows a link into the chat opts in again.
            None if opted_out && matches!(content, InboundContent::LinkCode(_)) => {
                self.record_consent(ConsentStatus::OptedIn);
            }
            Some(ComplianceWord::Help) if !opted_out => return self.help(),
            _ => {}
        }
        let is_silent = opted_out && !matches!(content, InboundContent::LinkCode(_));
        if is_silent || content == InboundContent::Reaction {
            return;
        }
        if self.cancel_open_prompt(&content) {
            return;
        }
        match self.state.rate.count(self.facts.now, self.facts.messages_per_minute) {
            Rate::Within => {}
            Rate::Notice => {
                self.answer_held();
                return self.say(Reply::TooManyMessages);
            }
            Rate::Silence => return,
        }
        if !matches!(content, InboundContent::Text(_)) {
            self.answer_held();
        }
        match content {
            InboundContent::Text(text) if text.trim().is_empty() => self.say(Reply::UnsupportedKind),
            InboundContent::Text(text) => self.on_text(text),
            InboundContent::Button { id, title } => self.on_button(&id, title),
            InboundContent::Reaction => {}
            InboundContent::OwnNumber(number) => self.on_number(number),
            InboundContent::LinkCode(code) => self.effects.push(Effect::BindChat(code)),
            InboundContent::AgentCommand { .. }
            | InboundContent::IdentityChanged
            | InboundContent::HoldEnded => {}
            InboundContent::Edited(_) | InboundContent::Other(_) if self.is_handed_off() => {}
            InboundContent::Edited(_) => self.say(Reply::EditUnread),
            InboundContent::Other(_) if self.begin_with_default_flow() => {}
            InboundContent::Other(_) => self.say(Reply::UnsupportedKind),
        }
    }

    /// An agent took over or released the conversation. The person is told that the engine answers again.
    fn on_agent(&mut self, command: AgentCommand) {
        self.state.misunderstood = 0;
        match command {
            AgentCommand::TakeOver => {
                self.drop_prompt();
                self.state.held = None;
                self.state.handed_off_until = self.facts.now.checked_add_signed(self.facts.handoff_for);
            }
            AgentCommand::Release => {
                let was_handed_off = self.is_handed_off();
                self.state.handed_off_until = None;
                if was_handed_off && self.facts.consent == ConsentStatus::OptedIn {
                    self.say(Reply::Released);
                }
            }
        }
    }

    /// A new person at this address has proved nothing yet: the session ends, and the pending question is
    /// dropped. No reply is sent, because nobody wrote.
    fn on_identity_changed(&mut self) {
        self.drop_pending();
        self.state.held = None;
        self.state.refused = None;
        self.state.session = Session::Anonymous;
        self.state.number = None;
    }

    /// The channel says that the number is the sender's own. A code proves that they hold it.
    fn on_number(&mut self, number: PhoneNumber) {
        self.state.number = Some(number);
        let request = match std::mem::take(&mut self.state.session) {
            Session::AwaitingNumber { request: Some(request) } if request.is_waiting(self.facts.now) => {
                request.what
            }
            session => {
                self.state.session = session;
                RequestedAction::Nothing
            }
        };
        self.want(request);
    }

    /// Words that work in any state come first, then the pending question, then parsing.
    fn on_text(&mut self, text: String) {
        match fold(&text).as_str() {
            "menu" => {
                self.answer_held();
                self.state.misunderstood = 0;
                let is_back = self.state.handed_off_until.take().is_some_and(|until| self.facts.now < until);
                self.say(if is_back { Reply::BotIsBack } else { Reply::Help });
            }
            // Telegram sends this when a person opens the chat: it is a greeting.
            "start" if text.trim_start().starts_with('/') => self.greet(),
            word if AGENT_WORDS.contains(&word) => {
                self.answer_held();
                self.hand_off(Reply::HandedOff);
            }
            "cancelar" | "cancel" | "cancela" => {
                self.answer_held();
                if !self.leave_flow() {
                    self.cancel();
                }
            }
            _ => {
                if self.confirm_prompt(&text)
                    || self.answer_yes_or_no(&text)
                    || self.pick_suggestion(&text)
                    || self.wish_about_data(&text)
                    || self.start_flow(&text)
                    || self.answer_with_code(&text)
                    || self.answer_flow(&text)
                {
                    // Only misunderstandings in a row count: this was none.
                    self.state.misunderstood = 0;
                } else {
                    self.effects.push(Effect::Understand(text));
                }
            }
        }
    }

    /// Opts out, unless a START was written after this message.
    pub(super) fn opt_out(&mut self) {
        if self.is_older_than_consent() {
            return;
        }
        self.drop_pending();
        self.state.held = None;
        self.record_consent(ConsentStatus::OptedOut);
        self.say(Reply::OptedOut);
    }

    fn opt_in(&mut self) {
        if self.is_older_than_consent() {
            return;
        }
        self.record_consent(ConsentStatus::OptedIn);
        self.say(Reply::OptedIn);
    }

    /// Whether this STOP or START is redelivered or late: by the provider's time, another one was written
    /// after it.
    pub(super) fn is_older_than_consent(&self) -> bool {
        self.state.consent_word_at.is_some_and(|obeyed| self.facts.message.is_before(obeyed))
    }

    fn record_consent(&mut self, consent: ConsentStatus) {
        self.state.consent_word_at = Some(self.facts.message.written_at());
        self.effects.push(Effect::RecordConsent(consent));
    }

    /// Drops the pending question. A payment that waits for its code is canceled.
    pub(super) fn drop_pending(&mut self) {
        if let Some(Pending::StepUp(step)) = self.state.pending.take() {
            self.effects.push(Effect::CancelPayment(step.transfer));
        }
    }

    /// Help is answered above the message limit, but has a limit of its own: two machines that ask each other
    /// for help must stop at some point.
    fn help(&mut self) {
        self.state.misunderstood = 0;
        match self.state.help_rate.count(self.facts.now, self.facts.messages_per_minute) {
            Rate::Within => self.say(Reply::Help),
            Rate::Notice => self.say(Reply::TooManyMessages),
            Rate::Silence => {}
        }
    }

    pub(super) fn hand_off(&mut self, reply: Reply) {
        self.state.misunderstood = 0;
        // From now on a yes may answer the agent: it must not pay what was asked before.
        self.drop_prompt();
        self.state.handed_off_until = self.facts.now.checked_add_signed(self.facts.handoff_for);
        self.effects.push(Effect::HandOff);
        self.say(reply);
    }

    /// Runs the request, or defers it and asks for proof of the number first.
    pub(super) fn want(&mut self, what: RequestedAction) {
        if let Some(user) = self.state.user(self.facts) {
            return self.run(user, what);
        }
        let request = Some(DeferredRequest { what, at: self.facts.now });
        self.drop_pending();
        if !self.facts.has_number && self.state.number.is_none() {
            self.state.session = Session::AwaitingNumber { request };
            return self.say(Reply::NumberNeeded);
        }
        // The challenge's id is known once it was sent. Until then the request waits under a nil id.
        let verification = match self.state.session {
            Session::AwaitingCode { verification, .. } => verification,
            _ => crate::ids::VerificationId(uuid::Uuid::nil()),
        };
        self.state.session = Session::AwaitingCode { verification, request };
        self.effects.push(Effect::StartVerification);
    }

    fn run(&mut self, user: UserId, what: RequestedAction) {
        match what {
            RequestedAction::Balance => self.effects.push(Effect::ReadBalance(user)),
            RequestedAction::Statement => {
                self.effects.push(Effect::ReadStatement(user, FiguresQuery::default()));
            }
            RequestedAction::StatementOf(query) => self.effects.push(Effect::ReadStatement(user, query)),
            RequestedAction::Spending(query) => self.effects.push(Effect::ReadSpending(user, query)),
            RequestedAction::Receipt(query) => self.effects.push(Effect::ReadReceipt(user, query)),
            RequestedAction::Receiving => self.effects.push(Effect::ReadReceiving(user)),
            RequestedAction::Limits => self.effects.push(Effect::ReadLimits(user)),
            RequestedAction::Payees => self.effects.push(Effect::ReadPayees(user)),
            RequestedAction::RenamePayee { payee, to } => {
                self.effects.push(Effect::RenamePayee { user, payee, to });
            }
            RequestedAction::ForgetPayee(payee) => {
                self.effects.push(Effect::FindPayeeToForget { user, payee });
            }
            RequestedAction::ExportData => self.prove_and_run(user, RequestedAction::ExportProved(user)),
            RequestedAction::EraseAccount => self.effects.push(Effect::CheckErasure(user)),
            RequestedAction::KeepAccount => self.effects.push(Effect::TakeErasureBack(user)),
            RequestedAction::ExportProved(_) | RequestedAction::EraseProved(_) => self.run_proved(user, what),
            RequestedAction::Transfer(draft) => self.continue_draft(user, draft),
            RequestedAction::Several(all) => all.into_iter().for_each(|one| self.run(user, one)),
            RequestedAction::Nothing => self.say(Reply::Greeting),
        }
    }

    fn on_code_sent(&mut self, outcome: &CodeSent) {
        if let CodeSent::Sent(sent, _)
        | CodeSent::StillGood(sent)
        | CodeSent::TooSoon { verification: sent, .. } = outcome
            && let Session::AwaitingCode { verification, .. } = &mut self.state.session
        {
            *verification = *sent;
        }
        self.say(match outcome {
            CodeSent::Sent(_, channel) => Reply::CodeSent(*channel),
            CodeSent::StillGood(_) => Reply::CodeStillGood,
            CodeSent::TooSoon { seconds, .. } => Reply::ResendTooSoon(*seconds),
            CodeSent::Locked { minutes } => Reply::Locked(*minutes),
            CodeSent::TooMany { minutes } => Reply::TooManyCodes(*minutes),
            CodeSent::NotReachable => Reply::NotReachable,
            CodeSent::Failed => Reply::CodeUnavailable,
        });
    }

    /// The code of a waiting payment was sent again, or not.
    fn on_payment_code_sent(&mut self, outcome: &CodeSent) {
        let Some(Pending::StepUp(step)) = &mut self.state.pending else {
            return self.say(Reply::NoCodePending);
        };
        if let CodeSent::Sent(_, channel) = outcome {
            step.channel = *channel;
        }
        let step = step.clone();
        self.say(match outcome {
            CodeSent::Sent(..) => Reply::StepUp(step),
            CodeSent::StillGood(_) => Reply::StepUpWaits(step),
            CodeSent::TooSoon { seconds, .. } => Reply::ResendTooSoon(*seconds),
            CodeSent::Locked { minutes } => Reply::Locked(*minutes),
            CodeSent::TooMany { minutes } => Reply::TooManyCodes(*minutes),
            CodeSent::NotReachable => Reply::NotReachable,
            CodeSent::Failed => Reply::CodeUnavailable,
        });
    }

    fn on_code_checked(&mut self, outcome: &CodeChecked) {
        match outcome {
            CodeChecked::Approved(user) => {
                let session = Session::Open { user: *user, since: self.facts.now };
                let before = std::mem::replace(&mut self.state.session, session);
                match fresh_request(before, self.facts) {
                    Some(RequestedAction::Nothing) | None => self.say(Reply::Verified),
                    Some(wanted) => {
                        self.say(Reply::CodeRight);
                        self.run(*user, wanted);
                    }
                }
            }
            CodeChecked::Wrong { attempts_remaining } => self.say(Reply::CodeWrong(*attempts_remaining)),
            CodeChecked::Gone => self.say(Reply::CodeGone),
            CodeChecked::Locked { minutes } => self.say(Reply::Locked(*minutes)),
            CodeChecked::Failed => self.say(Reply::CodeUnavailable),
        }
    }
}

fn fresh_request(session: Session, facts: &StepContext) -> Option<RequestedAction> {
    match session {
        Session::AwaitingCode { request: Some(request), .. } if request.is_waiting(facts.now) => {
            Some(request.what)
        }
        _ => None,
    }
}
