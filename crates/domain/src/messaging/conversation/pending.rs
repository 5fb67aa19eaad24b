//! Answers to the question that waits: a code, a yes, a missing amount or destination.

use super::{
    ConfirmationPrompt, Draft, Effect, PROMPT_TTL, Pending, Reply, RequestedAction, Session, step::Step,
};
use crate::{
    ids::UserId,
    messaging::intent::{AmountReading, DestinationKind, Entities, NamedDestination},
    money::{Currency, Money, account_number::AccountNumber},
    text::{fold, truncate},
};

/// Words that may come with a code and don't change its meaning.
const CODE_WORDS: [&str; 22] = [
    "confirmar",
    "confirmo",
    "confirm",
    "confirma",
    "codigo",
    "code",
    "clave",
    "mi",
    "my",
    "meu",
    "el",
    "the",
    "o",
    "es",
    "is",
    "e",
    "token",
    "otp",
    "pin",
    "verificar",
    "verify",
    "aqui",
];

impl Step<'_> {
    /// Takes a text as a code when one is expected: «CONFIRMAR 123456» or the digits alone.
    pub(super) fn answer_with_code(&mut self, text: &str) -> bool {
        let Some(code) = bare_code(text) else { return false };
        if self.is_rather_for_the_flow(text, &code) {
            return false;
        }
        if self.give_code(code) {
            return true;
        }
        // «CONFIRMAR 123456» can be nothing else; digits alone may answer another question.
        let says_code =
            text.chars().any(char::is_alphabetic) && !matches!(self.state.pending, Some(Pending::Draft(_)));
        if says_code {
            self.say(Reply::NoCodePending);
        }
        says_code
    }

    /// Submits a code: to a payment that waits for one, otherwise to the session.
    pub(super) fn give_code(&mut self, code: String) -> bool {
        if let Some(Pending::StepUp(step)) = &self.state.pending {
            let (transfer, payee) = (step.transfer, step.payee.clone());
            self.effects.push(Effect::ConfirmPayment { transfer, code: code.into(), payee });
            return true;
        }
        if let Session::AwaitingCode { verification, .. } = &self.state.session {
            self.effects.push(Effect::CheckCode { verification: *verification, code: code.into() });
            return true;
        }
        false
    }

    pub(super) fn on_button(&mut self, id: &str, title: String) {
        match id.split_once(':') {
            Some(("yes", prompt)) => self.answer_prompt(Some(prompt), true),
            Some(("no", prompt)) => self.answer_prompt(Some(prompt), false),
            Some(("amount", money)) => self.on_amount_chosen(money),
            Some(("flow", _)) => self.press_in_flow(id),
            _ => self.effects.push(Effect::Understand(title)),
        }
    }

    /// Handles the choice between two amounts. The button's id holds amount and currency: `amount:1.50 USD`.
    fn on_amount_chosen(&mut self, money: &str) {
        let (amount, code) = money.split_once(' ').unwrap_or((money, ""));
        let currency = Currency::parse(code).unwrap_or(self.facts.default_currency);
        let Some(Pending::Draft(draft)) = self.state.pending.clone() else {
            return self.say(Reply::NothingPending);
        };
        match Money::parse_positive(amount, currency) {
            Ok(money) => self.want(RequestedAction::Transfer(Draft { amount: Some(money), ..draft })),
            Err(_) => self.say(Reply::BadAmount),
        }
    }

    /// Handles a yes or a no. From a button it counts only for that button's prompt. A no counts whenever it
    /// was written.
    pub(super) fn answer_prompt(&mut self, pressed: Option<&str>, yes: bool) {
        match self.state.pending.clone() {
            Some(Pending::ConfirmationPrompt(prompt))
                if pressed.is_none_or(|id| id == prompt.id.to_string()) =>
            {
                if self.facts.now >= prompt.expires_at {
                    self.state.pending = None;
                    return self.say(Reply::PromptExpired);
                }
                if !yes {
                    return self.cancel();
                }
                let repeated_at = self.state.prompt_repeated_at;
                if !self.facts.message.can_answer(&prompt) || self.facts.message.came_before(repeated_at) {
                    return self.say(Reply::ConfirmationPrompt(prompt));
                }
                match self.state.user(self.facts) {
                    // The prompt stays pending until the result of the payment is known. A turn that is run
                    // again after a crash must find it, and pays it under the same key.
                    Some(user) => self.effects.push(Effect::Pay { user, prompt }),
                    None => self.want(RequestedAction::Transfer(redraft(&prompt))),
                }
            }
            Some(Pending::StepUp(_) | Pending::Draft(_)) if pressed.is_none() && !yes => self.cancel(),
            // A button of an older prompt: it does nothing, and the newer prompt is not to be forgotten.
            Some(Pending::ConfirmationPrompt(prompt)) => self.repeat_prompt(prompt),
            _ => self.say(Reply::NothingPending),
        }
    }

    /// Cancels what is pending.
    pub(super) fn cancel(&mut self) {
        match self.state.pending.take() {
            Some(Pending::StepUp(step)) => {
                self.effects.push(Effect::CancelPayment(step.transfer));
                self.say(Reply::TransferCanceled);
            }
            Some(Pending::Draft(_) | Pending::ConfirmationPrompt(_)) => self.say(Reply::TransferCanceled),
            None => match &mut self.state.session {
                Session::AwaitingCode { request, .. } if request.is_some() => {
                    *request = None;
                    self.say(Reply::TransferCanceled);
                }
                _ => self.say(Reply::NothingPending),
            },
        }
    }

    /// Asks for the next missing part, or has the complete draft checked.
    pub(super) fn continue_draft(&mut self, user: UserId, draft: Draft) {
        if let Some(Pending::StepUp(step)) = &self.state.pending {
            // A new request replaces the old one: the payment that waited for its code is canceled.
            self.effects.push(Effect::CancelPayment(step.transfer));
        }
        self.state.pending = Some(Pending::Draft(draft.clone()));
        match (&draft.amount, &draft.destination) {
            (None, _) => self.say(Reply::AskAmount),
            (Some(_), None) => match draft.payee {
                Some(name) => self.say(Reply::AskAccountOf(name)),
                None => self.say(Reply::AskDestination),
            },
            (Some(_), Some(_)) => self.effects.push(Effect::Prepare { user, draft }),
        }
    }

    pub(super) fn show_prompt(&mut self, draft: Draft, account: AccountNumber) {
        let Some(amount) = draft.amount else { return self.say(Reply::AskAmount) };
        let prompt = ConfirmationPrompt {
            id: self.facts.new_prompt,
            amount,
            account,
            payee: draft.payee,
            concept: draft.concept,
            contested_from: self.state.contested_from(draft.changes.is_some(), self.facts.now),
            expires_at: self.facts.now.checked_add_signed(PROMPT_TTL).unwrap_or(self.facts.now),
        };
        self.state.pending = Some(Pending::ConfirmationPrompt(prompt.clone()));
        self.state.prompt_repeated_at = None;
        self.say(Reply::ConfirmationPrompt(prompt));
    }

    /// Puts what a message names into a draft. `Err` holds the reply when it can't. `is_answer`: the text
    /// answers a question of ours and is not a new request.
    pub(super) fn fill(
        &self,
        mut draft: Draft,
        text: &str,
        entities: &Entities,
        is_answer: bool,
    ) -> Result<Draft, Box<(Draft, Reply)>> {
        if let Some(concept) = &entities.concept {
            draft.concept = Some(truncate(concept, crate::money::transfer::CONCEPT_LENGTH_MAX));
        }
        if let Some(destination) = &entities.destination {
            if destination.kind == DestinationKind::Name {
                draft.payee = Some(truncate(&destination.value, 60));
            } else if !is_answer {
                // A new account doesn't belong to the payee named before.
                draft.payee = None;
            }
            draft.destination = Some(destination.clone());
        } else if draft.destination.is_none() && draft.amount.is_some() && entities.amount.is_none() {
            draft.destination = bare_answer(text, entities);
            if let Some(NamedDestination { kind: DestinationKind::Name, value }) = &draft.destination {
                draft.payee = Some(value.clone());
            }
        }
        let content_before = draft.amount.map(|amount| amount.currency);
        let currency = entities.currency.or(content_before).unwrap_or(self.facts.default_currency);
        let read = |amount: &str| Money::parse_positive(amount, currency);
        match &entities.amount {
            Some(AmountReading::Exact(amount)) => match read(amount) {
                Ok(money) => draft.amount = Some(money),
                Err(_) => return Err(Box::new((draft, Reply::BadAmount))),
            },
            Some(AmountReading::Ambiguous { thousands, decimal }) => match (read(thousands), read(decimal)) {
                (Ok(thousands), Ok(decimal)) => {
                    return Err(Box::new((draft, Reply::WhichAmount { thousands, decimal })));
                }
                (Ok(one), Err(_)) | (Err(_), Ok(one)) => draft.amount = Some(one),
                (Err(_), Err(_)) => return Err(Box::new((draft, Reply::BadAmount))),
            },
            None => {
                if draft.amount.is_none()
                    && let Some(digits) = &entities.code
                    && let Ok(money) = read(digits)
                {
                    // «1500» alone reads as a code; as an answer to «¿cuánto?» it is an amount.
                    draft.amount = Some(money);
                }
            }
        }
        Ok(draft)
    }
}

/// The digits of a message that is a code and nothing else.
fn bare_code(text: &str) -> Option<String> {
    let folded = fold(text);
    let mut digits = String::new();
    for word in folded.split(' ') {
        if word.bytes().all(|b| b.is_ascii_digit()) && !word.is_empty() {
            digits.push_str(word);
        } else if !CODE_WORDS.contains(&word) {
            return None;
        }
    }
    (4..=8).contains(&digits.len()).then_some(digits)
}

/// An answer to «¿a quién?» in which the parser found nothing: digits that it took for a code, or a name.
fn bare_answer(text: &str, entities: &Entities) -> Option<NamedDestination> {
    if let Some(digits) = &entities.code {
        return (digits.len() >= 6)
            .then(|| NamedDestination { kind: DestinationKind::Account, value: digits.clone() });
    }
    let folded = text.trim().to_lowercase();
    let words = folded.split_whitespace().count();
    let is_name = (1..=5).contains(&words)
        && folded.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '\''));
    is_name.then(|| NamedDestination {
        kind: DestinationKind::Name,
        value: strip_preposition(&folded).to_owned(),
    })
}

fn strip_preposition(name: &str) -> &str {
    [
        "a mi ",
        "a la ",
        "al ",
        "a ",
        "para mi ",
        "para ",
        "to my ",
        "to ",
        "for ",
        "pra minha ",
        "pra ",
        "pro ",
        "mi ",
        "my ",
    ]
    .iter()
    .find_map(|preposition| name.strip_prefix(preposition))
    .unwrap_or(name)
}

pub(super) fn redraft(prompt: &ConfirmationPrompt) -> Draft {
    let kind = match &prompt.account {
        AccountNumber::Clabe(_) => DestinationKind::Clabe,
        AccountNumber::Iban(_) => DestinationKind::Iban,
        AccountNumber::Phone(_) => DestinationKind::Phone,
        AccountNumber::Alias(_) => DestinationKind::Alias,
        AccountNumber::Plain(_) => DestinationKind::Account,
    };
    Draft {
        amount: Some(prompt.amount),
        part: None,
        destination: Some(NamedDestination { kind, value: prompt.account.canonical().to_owned() }),
        payee: prompt.payee.clone(),
        concept: prompt.concept.clone(),
        changes: None,
    }
}
