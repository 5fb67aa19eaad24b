//! The order of handling: compliance words, limits, silence, the pending question, understanding.

use super::{
    CodeChecked, CodeSent, Conversation, DeskOrder, Effect, Event, Facts, Paid, Pending, Prepared, Said, Say,
    Session, WISH_TTL, Wanted, Wish, rate::Rate,
};
use crate::{
    ids::UserId,
    messaging::consent::{ComplianceWord, ConsentStatus, compliance_word},
    phone::PhoneNumber,
    text::fold,
};

/// One step in the making: the state as it becomes, and what is to be done.
pub(super) struct Step<'a> {
    pub(super) state: Conversation,
    pub(super) facts: &'a Facts,
    pub(super) effects: Vec<Effect>,
}

impl Conversation {
    /// The next state, and what is to be done to get there.
    #[must_use]
    pub fn step(mut self, event: Event, facts: &Facts) -> (Self, Vec<Effect>) {
        self.note_open_prompt(facts.now);
        let mut step = Step { state: self, facts, effects: Vec::new() };
        match event {
            Event::Said(said) => step.on_said(said),
            Event::Understood { text, understanding } => step.on_understood(&text, &understanding),
            Event::CodeSent(outcome) => step.on_code_sent(&outcome),
            Event::CodeChecked(outcome) => step.on_code_checked(&outcome),
            Event::Balance { posted, available } => step.say(Say::Balance { posted, available }),
            Event::Movements(movements) => step.say(Say::Movements(movements)),
            Event::Prepared(outcome) => step.on_prepared(outcome),
            Event::Paid(outcome) => step.on_paid(outcome),
            Event::ChatBound(Some(whose)) => step.say(Say::ChatBound(whose)),
            Event::ChatBound(None) => step.say(Say::LinkCodeGone),
        }
        (step.state, step.effects)
    }
}

impl Step<'_> {
    pub(super) fn say(&mut self, say: Say) {
        self.effects.push(Effect::Say(say));
    }

    fn on_said(&mut self, said: Said) {
        match said {
            Said::Desk(order) => return self.on_desk(order),
            Said::IdentityChanged => return self.on_identity_changed(),
            _ => {}
        }
        let text = match &said {
            Said::Text(text) => text.as_str(),
            _ => "",
        };
        let opted_out = self.facts.consent == ConsentStatus::OptedOut;
        match compliance_word(text) {
            Some(ComplianceWord::Stop) if !opted_out => return self.opt_out(),
            Some(ComplianceWord::Start) if opted_out => return self.opt_in(),
            // Who follows a link into the chat has begun it anew.
            None if opted_out && matches!(said, Said::LinkCode(_)) => {
                self.record_consent(ConsentStatus::OptedIn);
            }
            Some(ComplianceWord::Help) if !opted_out => return self.help(),
            _ => {}
        }
        let is_silent = opted_out && !matches!(said, Said::LinkCode(_));
        if is_silent || said == Said::Reaction {
            return;
        }
        match self.state.rate.count(self.facts.now, self.facts.messages_per_minute) {
            Rate::Within => {}
            Rate::Notice => return self.say(Say::TooManyMessages),
            Rate::Silence => return,
        }
        match said {
            Said::Text(text) if text.trim().is_empty() => self.say(Say::UnsupportedKind),
            Said::Text(text) => self.on_text(text),
            Said::Button { id, title } => self.on_button(&id, title),
            Said::Reaction => {}
            Said::OwnNumber(number) => self.on_number(number),
            Said::LinkCode(code) => self.effects.push(Effect::BindChat(code)),
            Said::Desk(_) | Said::IdentityChanged => {}
            Said::Other(_) if self.is_handed_off() => {}
            Said::Other(_) => self.say(Say::UnsupportedKind),
        }
    }

    /// People at the desk took the talk, or gave it back: nothing is said of it.
    fn on_desk(&mut self, order: DeskOrder) {
        self.state.misunderstood = 0;
        self.state.handed_off_until = match order {
            DeskOrder::TakeOver => self.facts.now.checked_add_signed(self.facts.handoff_for),
            DeskOrder::GiveBack => None,
        };
    }

    /// Whoever writes from here now has proved nothing yet: the session ends, and what waits for an answer is void.
    /// Nothing is said: nobody wrote.
    fn on_identity_changed(&mut self) {
        self.drop_pending();
        self.state.session = Session::Anonymous;
        self.state.number = None;
    }

    /// The number is his, his channel says; that he holds it is proved by a code.
    fn on_number(&mut self, number: PhoneNumber) {
        self.state.number = Some(number);
        let wish = match std::mem::take(&mut self.state.session) {
            Session::AwaitingNumber { wish: Some(wish) }
                if self.facts.now.signed_duration_since(wish.at) < WISH_TTL =>
            {
                wish.what
            }
            session => {
                self.state.session = session;
                Wanted::Nothing
            }
        };
        self.want(wish);
    }

    /// Words that work in any state come first, then the pending question, then understanding.
    fn on_text(&mut self, text: String) {
        match fold(&text).as_str() {
            "menu" => {
                self.state.misunderstood = 0;
                self.say(Say::Help);
            }
            // What Telegram's button says for a person who opens the chat: he greets us.
            "start" if text.trim_start().starts_with('/') => self.say(Say::Greeting),
            "asesor" | "asesora" | "coordinator" | "coordinador" | "coordinadora" => {
                self.hand_off(Say::HandedOff);
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
                    // Only misunderstandings in a row call a person: this was none.
                    self.state.misunderstood = 0;
                } else {
                    self.effects.push(Effect::Understand(text));
                }
            }
        }
    }

    /// Opts out, unless the wish is older than the START that followed it.
    pub(super) fn opt_out(&mut self) {
        if self.is_older_than_consent() {
            return;
        }
        self.drop_pending();
        self.record_consent(ConsentStatus::OptedOut);
        self.say(Say::OptedOut);
    }

    fn opt_in(&mut self) {
        if self.is_older_than_consent() {
            return;
        }
        self.record_consent(ConsentStatus::OptedIn);
        self.say(Say::OptedIn);
    }

    /// A redelivered or late STOP or START: another came after it, by the provider's own time.
    fn is_older_than_consent(&self) -> bool {
        self.state.consent_word_at.is_some_and(|obeyed| self.facts.message.is_before(obeyed))
    }

    fn record_consent(&mut self, consent: ConsentStatus) {
        self.state.consent_word_at = Some(self.facts.message.written_at());
        self.effects.push(Effect::RecordConsent(consent));
    }

    /// Withdraws what waits for an answer; a payment that waits for its code is canceled.
    fn drop_pending(&mut self) {
        if let Some(Pending::StepUp(step)) = self.state.pending.take() {
            self.effects.push(Effect::CancelPayment(step.transfer));
        }
    }

    /// Help is heard above the sender's limit, but has one of its own: two machines that ask each
    /// other for help must come to an end.
    fn help(&mut self) {
        self.state.misunderstood = 0;
        match self.state.help_rate.count(self.facts.now, self.facts.messages_per_minute) {
            Rate::Within => self.say(Say::Help),
            Rate::Notice => self.say(Say::TooManyMessages),
            Rate::Silence => {}
        }
    }

    pub(super) fn hand_off(&mut self, say: Say) {
        self.state.misunderstood = 0;
        self.state.handed_off_until = self.facts.now.checked_add_signed(self.facts.handoff_for);
        self.effects.push(Effect::HandOff);
        self.say(say);
    }

    /// Does what is wanted, or keeps it and asks for proof of the number first.
    pub(super) fn want(&mut self, what: Wanted) {
        if let Some(user) = self.state.user(self.facts) {
            return self.run(user, what);
        }
        let wish = Some(Wish { what, at: self.facts.now });
        self.state.pending = None;
        if !self.facts.has_number && self.state.number.is_none() {
            self.state.session = Session::AwaitingNumber { wish };
            return self.say(Say::NumberNeeded);
        }
        // The challenge is named when its send is known; until then the wish waits under a nil one.
        let verification = match self.state.session {
            Session::AwaitingCode { verification, .. } => verification,
            _ => crate::ids::VerificationId(uuid::Uuid::nil()),
        };
        self.state.session = Session::AwaitingCode { verification, wish };
        self.effects.push(Effect::StartVerification);
    }

    fn run(&mut self, user: UserId, what: Wanted) {
        match what {
            Wanted::Balance => self.effects.push(Effect::ReadBalance(user)),
            Wanted::Movements => self.effects.push(Effect::ListMovements(user)),
            Wanted::Transfer(draft) => self.continue_draft(user, draft),
            Wanted::Nothing => self.say(Say::Greeting),
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
            CodeSent::Sent(_) => Say::CodeSent,
            CodeSent::StillGood(_) => Say::CodeStillGood,
            CodeSent::TooSoon { seconds, .. } => Say::ResendTooSoon(*seconds),
            CodeSent::Locked { minutes } => Say::Locked(*minutes),
            CodeSent::TooMany { minutes } => Say::TooManyCodes(*minutes),
            CodeSent::NotReachable => Say::NotReachable,
            CodeSent::Failed => Say::CodeUnavailable,
        });
    }

    fn on_code_checked(&mut self, outcome: &CodeChecked) {
        match outcome {
            CodeChecked::Approved(user) => {
                let session = Session::Open { user: *user, since: self.facts.now };
                let before = std::mem::replace(&mut self.state.session, session);
                match fresh_wish(before, self.facts) {
                    Some(Wanted::Nothing) | None => self.say(Say::Verified),
                    Some(wanted) => {
                        self.say(Say::CodeRight);
                        self.run(*user, wanted);
                    }
                }
            }
            CodeChecked::Wrong { attempts_remaining } => self.say(Say::CodeWrong(*attempts_remaining)),
            CodeChecked::Gone => self.say(Say::CodeGone),
            CodeChecked::Locked { minutes } => self.say(Say::Locked(*minutes)),
            CodeChecked::Failed => self.say(Say::CodeUnavailable),
        }
    }

    fn on_prepared(&mut self, outcome: Prepared) {
        let Some(Pending::Draft(mut draft)) = self.state.pending.take() else { return };
        match outcome {
            Prepared::Ready { account } => self.show_card(draft, account),
            // Nobody we know: the change is not certain, and the prompt that was open stays.
            Prepared::UnknownPayee { .. } | Prepared::BadDestination if draft.changes.is_some() => {
                if let Some(prompt) = draft.changes {
                    self.state.pending = Some(Pending::Card(*prompt.clone()));
                    self.say(Say::PromptWaits(*prompt));
                }
            }
            Prepared::UnknownPayee { name } => {
                draft.destination = None;
                draft.payee = Some(name.clone());
                self.state.pending = Some(Pending::Draft(draft));
                self.say(Say::AskAccountOf(name));
            }
            Prepared::BadDestination => {
                draft.destination = None;
                self.state.pending = Some(Pending::Draft(draft));
                self.say(Say::BadDestination);
            }
            Prepared::InsufficientFunds { available } => self.say(Say::InsufficientFunds(available)),
            Prepared::LimitExceeded(limit) => self.say(Say::LimitExceeded(limit)),
            Prepared::NoWallet { currency } => self.say(Say::NoWallet(currency.code().to_owned())),
        }
    }

    fn on_paid(&mut self, outcome: Paid) {
        let waiting = self.state.pending.take();
        match outcome {
            Paid::Completed { transfer, amount, destination, balance } => {
                self.say(Say::Receipt { amount, destination, folio: transfer.to_string(), balance });
            }
            Paid::CodeNeeded(step) => {
                self.state.pending = Some(Pending::StepUp(step.clone()));
                self.say(Say::StepUp(step));
            }
            Paid::Processing { amount, destination } => self.say(Say::Processing { amount, destination }),
            Paid::InsufficientFunds { available } => self.say(Say::InsufficientFunds(available)),
            Paid::LimitExceeded(limit) => self.say(Say::LimitExceeded(limit)),
            Paid::NewPayee { minutes } => self.say(Say::NewPayee(minutes)),
            Paid::ChatTooNew { minutes } => self.say(Say::ChatTooNew(minutes)),
            Paid::WrongCode { attempts_remaining } if attempts_remaining > 0 => {
                self.state.pending = waiting;
                self.say(Say::CodeWrong(attempts_remaining));
            }
            Paid::Locked { minutes } => {
                self.state.pending = waiting;
                self.say(Say::Locked(minutes));
            }
            Paid::WrongCode { .. } | Paid::Gone => self.say(Say::StepUpGone),
            Paid::Refused => self.say(Say::TransferRefused),
        }
    }
}

fn fresh_wish(session: Session, facts: &Facts) -> Option<Wanted> {
    match session {
        Session::AwaitingCode { wish: Some(wish), .. }
            if facts.now.signed_duration_since(wish.at) < WISH_TTL =>
        {
            Some(wish.what)
        }
        _ => None,
    }
}
