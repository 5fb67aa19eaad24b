//! The order of handling: compliance words, limits, handoff, the pending question, parsing.

use super::{
    AgentCommand, CodeChecked, CodeSent, Conversation, DEFERRED_REQUEST_TTL, DeferredRequest, Effect, Event,
    InboundContent, Paid, Pending, Prepared, Reply, RequestedAction, Session, StepContext, rate::Rate,
};
use crate::{
    ids::UserId,
    messaging::consent::{ComplianceWord, ConsentStatus, compliance_word},
    phone::PhoneNumber,
    text::fold,
};

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
        self.note_open_prompt(facts.now);
        let mut step = Step { state: self, facts, effects: Vec::new() };
        match event {
            Event::Received(content) => step.on_content(content),
            Event::Understood { text, understanding } => step.on_understood(&text, &understanding),
            Event::CodeSent(outcome) => step.on_code_sent(&outcome),
            Event::CodeChecked(outcome) => step.on_code_checked(&outcome),
            Event::Balance { posted, available } => step.say(Reply::Balance { posted, available }),
            Event::Statement(lines) => step.say(Reply::Statement(lines)),
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
        self.effects.push(Effect::Reply(reply));
    }

    fn on_content(&mut self, content: InboundContent) {
        match content {
            InboundContent::AgentCommand { command, .. } => return self.on_agent(command),
            InboundContent::IdentityChanged => return self.on_identity_changed(),
            _ => {}
        }
        let text = match &content {
            InboundContent::Text(text) => text.as_str(),
            _ => "",
        };
        let opted_out = self.facts.consent == ConsentStatus::OptedOut;
        match compliance_word(text) {
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
            Rate::Notice => return self.say(Reply::TooManyMessages),
            Rate::Silence => return,
        }
        match content {
            InboundContent::Text(text) if text.trim().is_empty() => self.say(Reply::UnsupportedKind),
            InboundContent::Text(text) => self.on_text(text),
            InboundContent::Button { id, title } => self.on_button(&id, title),
            InboundContent::Reaction => {}
            InboundContent::OwnNumber(number) => self.on_number(number),
            InboundContent::LinkCode(code) => self.effects.push(Effect::BindChat(code)),
            InboundContent::AgentCommand { .. } | InboundContent::IdentityChanged => {}
            InboundContent::Edited(_) | InboundContent::Other(_) if self.is_handed_off() => {}
            InboundContent::Edited(_) => self.say(Reply::EditUnread),
            InboundContent::Other(_) => self.say(Reply::UnsupportedKind),
        }
    }

    /// An agent took over or released the conversation. The person gets no reply about it.
    fn on_agent(&mut self, command: AgentCommand) {
        self.state.misunderstood = 0;
        if command == AgentCommand::TakeOver {
            self.drop_prompt();
        }
        self.state.handed_off_until = match command {
            AgentCommand::TakeOver => self.facts.now.checked_add_signed(self.facts.handoff_for),
            AgentCommand::Release => None,
        };
    }

    /// A new person at this address has proved nothing yet: the session ends, and the pending question is
    /// dropped. No reply is sent, because nobody wrote.
    fn on_identity_changed(&mut self) {
        self.drop_pending();
        self.state.session = Session::Anonymous;
        self.state.number = None;
    }

    /// The channel says that the number is the sender's own. A code proves that they hold it.
    fn on_number(&mut self, number: PhoneNumber) {
        self.state.number = Some(number);
        let request = match std::mem::take(&mut self.state.session) {
            Session::AwaitingNumber { request: Some(request) }
                if self.facts.now.signed_duration_since(request.at) < DEFERRED_REQUEST_TTL =>
            {
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
                self.state.misunderstood = 0;
                self.say(Reply::Help);
            }
            // Telegram sends this when a person opens the chat: it is a greeting.
            "start" if text.trim_start().starts_with('/') => self.say(Reply::Greeting),
            "asesor" | "asesora" | "coordinator" | "coordinador" | "coordinadora" => {
                self.hand_off(Reply::HandedOff);
            }
            "cancelar" | "cancel" | "cancela" => {
                if !self.leave_flow() {
                    self.cancel();
                }
            }
            _ => {
                if self.confirm_prompt(&text)
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
    fn is_older_than_consent(&self) -> bool {
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
            RequestedAction::Statement => self.effects.push(Effect::ReadStatement(user)),
            RequestedAction::Transfer(draft) => self.continue_draft(user, draft),
            RequestedAction::Nothing => self.say(Reply::Greeting),
        }
    }

    fn on_code_sent(&mut self, outcome: &CodeSent) {
        if let CodeSent::Sent(sent) | CodeSent::StillGood(sent) | CodeSent::TooSoon { verification: sent, .. } =
            outcome
            && let Session::AwaitingCode { verification, .. } = &mut self.state.session
        {
            *verification = *sent;
        }
        self.say(match outcome {
            CodeSent::Sent(_) => Reply::CodeSent,
            CodeSent::StillGood(_) => Reply::CodeStillGood,
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

    fn on_prepared(&mut self, outcome: Prepared) {
        let Some(Pending::Draft(mut draft)) = self.state.pending.take() else { return };
        match outcome {
            Prepared::Ready(checked) => self.show_prompt(draft, checked.account),
            // No known payee: the change is not certain, and the open prompt stays.
            Prepared::UnknownPayee { .. } | Prepared::BadDestination if draft.changes.is_some() => {
                if let Some(prompt) = draft.changes {
                    self.state.pending = Some(Pending::ConfirmationPrompt(*prompt.clone()));
                    self.repeat_prompt(*prompt);
                }
            }
            Prepared::UnknownPayee { name } => {
                draft.destination = None;
                draft.payee = Some(name.clone());
                self.state.pending = Some(Pending::Draft(draft));
                self.say(Reply::AskAccountOf(name));
            }
            Prepared::BadDestination => {
                draft.destination = None;
                self.state.pending = Some(Pending::Draft(draft));
                self.say(Reply::BadDestination);
            }
            Prepared::WhichPayee { .. }
            | Prepared::OwnAccount
            | Prepared::RecipientNotFound
            | Prepared::Frozen => self.say(Reply::TransferRefused),
            Prepared::InsufficientFunds { available } => self.say(Reply::InsufficientFunds(available)),
            Prepared::LimitExceeded(limit) => self.say(Reply::LimitExceeded(limit)),
            Prepared::NoWallet { currency } => self.say(Reply::NoWallet(currency.code().to_owned())),
        }
    }

    fn on_paid(&mut self, outcome: Paid) {
        let waiting = self.state.pending.take();
        match outcome {
            Paid::Completed { transfer, amount, destination, balance } => {
                self.say(Reply::Receipt { amount, destination, folio: transfer.to_string(), balance });
            }
            Paid::CodeNeeded(step) => {
                self.state.pending = Some(Pending::StepUp(step.clone()));
                self.say(Reply::StepUp(step));
            }
            Paid::Processing { amount, destination } => self.say(Reply::Processing { amount, destination }),
            Paid::InsufficientFunds { available } => self.say(Reply::InsufficientFunds(available)),
            Paid::LimitExceeded(limit) => self.say(Reply::LimitExceeded(limit)),
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
            Paid::Refused => self.say(Reply::TransferRefused),
        }
    }
}

fn fresh_request(session: Session, facts: &StepContext) -> Option<RequestedAction> {
    match session {
        Session::AwaitingCode { request: Some(request), .. }
            if facts.now.signed_duration_since(request.at) < DEFERRED_REQUEST_TTL =>
        {
            Some(request.what)
        }
        _ => None,
    }
}
