//! Payees in the chat: which of several is meant, another name for one, and forgetting one. Only a clear yes to the
//! question that names the payee makes it forgotten.

use super::{
    DraftChoice, Effect, PayeeChoice, PayeeOption, PayeeOutcome, Pending, Question, Reply, RequestedAction,
    SoughtPayee, drafts::picked, step::Step,
};
use crate::messaging::intent::{Intent, Understanding};

/// What the key of a question about forgetting begins with.
const FORGET_KEY: &str = "forget ";

impl Step<'_> {
    /// Asks which payee a request is about. Where a payment waits for an answer, that question stays: the request is
    /// made again.
    pub(super) fn ask_which_payee(&mut self, request: RequestedAction, options: Vec<PayeeOption>) {
        self.wait_for_payee(request, options.clone());
        self.say(Reply::WhichPayee(options));
    }

    fn wait_for_payee(&mut self, request: RequestedAction, options: Vec<PayeeOption>) {
        if !self.has_payment_waiting() {
            let choice = PayeeChoice { request, options, asked_at: self.facts.now };
            self.state.pending = Some(Pending::WhichPayee(choice));
        }
    }

    /// Takes a message as the answer to that question: a number, a place in the list, a word of the name. False: it
    /// asks for something of its own.
    pub(super) fn choose_payee(&mut self, text: &str, understanding: &Understanding) -> bool {
        let Some(Pending::WhichPayee(asked)) = self.state.pending.clone() else { return false };
        let entities = &understanding.entities;
        let is_slot = matches!(understanding.intent, Intent::Transfer | Intent::Unknown)
            && entities.amount.is_none()
            && entities.relative.is_none();
        let choices: Vec<_> = asked.options.iter().cloned().map(DraftChoice::Payee).collect();
        if is_slot && let Some(DraftChoice::Payee(option)) = picked(&choices, text, entities) {
            self.take_payee(asked, option);
            return true;
        }
        let is_no_choice = is_slot && (entities.destination.is_some() || entities.choice.is_some());
        match understanding.intent {
            Intent::Deny => {
                self.state.pending = None;
                self.say(Reply::AsItWas);
            }
            Intent::Unknown | Intent::Confirm => self.ask_which_payee(asked.request, asked.options),
            Intent::Transfer if is_no_choice => self.ask_which_payee(asked.request, asked.options),
            Intent::Thanks | Intent::Greeting | Intent::Help => return false,
            _ => {
                self.state.pending = None;
                return false;
            }
        }
        self.state.misunderstood = 0;
        true
    }

    /// Takes the button of a payee. False: no such question waits.
    pub(super) fn press_payee(&mut self, pressed: &str) -> bool {
        let Some(Pending::WhichPayee(asked)) = self.state.pending.clone() else { return false };
        let is_pressed = |option: &&PayeeOption| DraftChoice::Payee((*option).clone()).key() == pressed;
        match asked.options.iter().find(is_pressed).cloned() {
            Some(option) => self.take_payee(asked, &option),
            None => self.say(Reply::NothingPending),
        }
        true
    }

    fn take_payee(&mut self, asked: PayeeChoice, option: &PayeeOption) {
        self.state.pending = None;
        self.state.misunderstood = 0;
        self.want(asked.request.about(option));
    }

    /// Tells what became of a request about a payee, or asks what is missing.
    pub(super) fn on_payee_changed(&mut self, outcome: PayeeOutcome) {
        match outcome {
            PayeeOutcome::Renamed { before, payee } => self.say(Reply::PayeeRenamed { before, payee }),
            PayeeOutcome::ToForget(payee) => self.ask_to_forget(payee),
            PayeeOutcome::Forgotten(name) => self.say(Reply::PayeeForgotten(name)),
            PayeeOutcome::BadName => self.say(Reply::BadPayeeName),
            PayeeOutcome::Unknown { request, name, nearest } => {
                if !nearest.is_empty() {
                    self.wait_for_payee(request, nearest.clone());
                }
                self.say(Reply::UnknownPayee { name, nearest });
            }
        }
    }

    /// Asks for one yes. A payment that waits for an answer comes first, because a yes would be taken for its own.
    fn ask_to_forget(&mut self, payee: PayeeOption) {
        match self.state.pending.clone() {
            Some(Pending::ConfirmationPrompt(prompt)) if self.has_open_prompt() => self.repeat_prompt(prompt),
            Some(Pending::StepUp(step)) => self.say(Reply::StepUpWaits(step)),
            _ => self.ask_yes_or_no(Question::ForgetPayee(payee)),
        }
    }

    /// Forgets a payee after a clear yes. Without a session the number is proved first, and the question comes again.
    pub(super) fn forget_payee(&mut self, payee: PayeeOption) {
        match self.state.user(self.facts) {
            Some(user) => self.effects.push(Effect::ForgetPayee { user, payee }),
            None => {
                let sought = SoughtPayee { name: payee.name, account: Some(payee.account) };
                self.want(RequestedAction::ForgetPayee(sought));
            }
        }
    }
}

impl RequestedAction {
    /// The same request about the payee that was chosen.
    fn about(self, chosen: &PayeeOption) -> Self {
        let sought = || SoughtPayee { name: chosen.name.clone(), account: Some(chosen.account.clone()) };
        let about = |mut query: super::FiguresQuery| {
            query.payee = Some(chosen.name.clone());
            query.account = Some(chosen.account.clone());
            query
        };
        match self {
            Self::StatementOf(query) => Self::StatementOf(about(query)),
            Self::Spending(query) => Self::Spending(about(query)),
            Self::Receipt(query) => Self::Receipt(about(query)),
            Self::RenamePayee { to, .. } => Self::RenamePayee { payee: sought(), to },
            Self::ForgetPayee(_) => Self::ForgetPayee(sought()),
            other => other,
        }
    }
}

impl Question {
    /// What the ids of its buttons say.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Freeze => "freeze".to_owned(),
            Self::OptOut => "opt-out".to_owned(),
            Self::EraseAccount => "erase".to_owned(),
            Self::ForgetPayee(payee) => {
                format!("{FORGET_KEY}{}", DraftChoice::Payee(payee.clone()).key())
            }
        }
    }

    /// Whether a button's id belongs to such a question.
    pub(super) fn has_key(key: &str) -> bool {
        [Self::Freeze, Self::OptOut, Self::EraseAccount].iter().any(|question| key == question.key())
            || key.starts_with(FORGET_KEY)
    }
}
