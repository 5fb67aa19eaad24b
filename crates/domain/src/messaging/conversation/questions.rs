//! Questions: about the service, about what waits, and about the person's own figures.

use super::{
    Answer, ConfirmationPrompt, Draft, FiguresQuery, Pending, Reply, RequestedAction, SoughtPayee,
    drafts::question_of, step::Step,
};
use crate::{
    messaging::intent::{AmountReading, DestinationKind, Entities, Intent, PayeeChange, Topic},
    money::Money,
};

impl Step<'_> {
    /// What a question asks to see, as a request that needs a proved number. `None`: the intent is none.
    pub(super) fn request_of(&self, intent: Intent, entities: &Entities) -> Option<RequestedAction> {
        let query = || self.query_of(entities);
        Some(match intent {
            Intent::CheckBalance => RequestedAction::Balance,
            Intent::ListTransactions if entities.topic == Some(Topic::Receipt) => {
                RequestedAction::Receipt(query())
            }
            Intent::ListTransactions => match query() {
                all if all == FiguresQuery::default() => RequestedAction::Statement,
                some => RequestedAction::StatementOf(some),
            },
            Intent::Spending => RequestedAction::Spending(query()),
            Intent::ReceiveDetails => RequestedAction::Receiving,
            Intent::AskLimits => RequestedAction::Limits,
            Intent::Help if entities.topic == Some(Topic::Payees) => payees_request(entities)?,
            _ => return None,
        })
    }

    fn query_of(&self, entities: &Entities) -> FiguresQuery {
        let named = entities.destination.as_ref().filter(|named| named.kind == DestinationKind::Name);
        let currency = entities.currency.unwrap_or(self.facts.default_currency);
        let amount = entities.amount.as_ref().and_then(AmountReading::exact);
        FiguresQuery {
            period: entities.period,
            payee: named.map(|named| named.value.clone()),
            account: None,
            amount: amount.and_then(|amount| Money::parse_positive(amount, currency).ok()),
        }
    }

    /// Answers a message for help that asks to see nothing.
    pub(super) fn help_with(&mut self, entities: &Entities) {
        match &entities.payee_change {
            Some(PayeeChange::Rename { name, .. }) => self.say(Reply::AskNewName(name.clone())),
            _ => self.help_about(entities.topic),
        }
    }

    /// Answers a question for help: about one thing when it names one, otherwise with everything.
    pub(super) fn help_about(&mut self, topic: Option<Topic>) {
        let reply = match topic {
            Some(Topic::Fees) => Reply::Answer(Answer::Fees),
            Some(Topic::Arrival) => Reply::Answer(Answer::Arrival),
            Some(Topic::Sending) => Reply::Answer(Answer::Sending),
            Some(Topic::OptOut) => Reply::Answer(Answer::OptOut),
            Some(Topic::Freezing) => Reply::Answer(Answer::Freezing),
            Some(Topic::Codes | Topic::Reason) if self.awaits_code() => Reply::CodeReason,
            Some(Topic::Codes) => Reply::Answer(Answer::Codes),
            Some(Topic::Clabe) => Reply::Answer(Answer::Clabe),
            Some(Topic::Currencies) => Reply::Answer(Answer::Currencies),
            Some(Topic::Bot) => Reply::Answer(Answer::Bot),
            Some(Topic::Payee | Topic::Amount | Topic::Bank | Topic::Reason) if self.awaits_code() => {
                Reply::CodeReason
            }
            _ => Reply::Help,
        };
        self.say(reply);
    }

    /// A courtesy: a short answer, and what waits.
    pub(super) fn courtesy(&mut self, topic: Option<Topic>) {
        let answer = match topic {
            Some(Topic::Bot) => Answer::Bot,
            Some(Topic::Goodbye) => Answer::Goodbye,
            _ => Answer::Welcome,
        };
        match self.state.pending.clone() {
            _ if answer == Answer::Bot => self.say(Reply::Answer(answer)),
            Some(Pending::ConfirmationPrompt(prompt)) if self.has_open_prompt() => self.repeat_prompt(prompt),
            Some(Pending::Draft(draft)) => self.ask_again(&draft),
            Some(Pending::StepUp(step)) => self.say(Reply::StepUpWaits(step)),
            _ if self.awaits_code() => self.say(Reply::CodeWaits),
            _ if self.begin_with_default_flow() => {}
            _ => self.say(Reply::Answer(answer)),
        }
    }

    /// Answers a question about the open prompt from the prompt itself.
    pub(super) fn answer_about_prompt(&mut self, prompt: ConfirmationPrompt, topic: Topic) {
        self.state.misunderstood = 0;
        match topic {
            Topic::Payee | Topic::Amount | Topic::Bank | Topic::Reason => {
                self.state.prompt_repeated_at = Some(self.facts.now);
                self.say(Reply::AboutPrompt { prompt, topic });
            }
            Topic::Codes => self.repeat_prompt(prompt),
            other => self.help_about(Some(other)),
        }
    }

    /// Asks for the missing part of a draft again, after a message that was none.
    pub(super) fn ask_again(&mut self, draft: &Draft) {
        let asks = question_of(draft);
        self.say(asks);
    }
}

/// What a message about payees asks for. `None`: to rename one, without the new name.
fn payees_request(entities: &Entities) -> Option<RequestedAction> {
    let sought = |name: &String| SoughtPayee { name: name.clone(), account: None };
    Some(match &entities.payee_change {
        None => RequestedAction::Payees,
        Some(PayeeChange::Rename { name, to }) => {
            RequestedAction::RenamePayee { payee: sought(name), to: to.clone()? }
        }
        Some(PayeeChange::Forget { name }) => RequestedAction::ForgetPayee(sought(name)),
    })
}
