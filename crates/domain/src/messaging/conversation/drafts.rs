//! Unfinished transfers: what a message puts into them, what is still missing, and which reading is meant.

use super::{
    BalancePart, ConfirmationPrompt, DRAFT_TTL, Draft, DraftChoice, Effect, PayeeOption, Pending,
    RefusedDraft, Reply, RequestedAction, step::Step,
};
use crate::{
    ids::UserId,
    messaging::intent::{
        AmountReading, Choice, DestinationKind, Entities, NamedDestination, RelativeAmount, Understanding,
    },
    money::{AmountError, Currency, Money, transfer::CONCEPT_LENGTH_MAX},
    text::{fold, truncate},
};

/// The amount that a message names can't be sent: it is zero, too large, or less than nothing.
pub(super) struct UnsendableAmount;

/// The longest name of a payee, in characters.
const NAME_LENGTH_MAX: usize = 60;

impl Step<'_> {
    /// Puts what a message names into a draft, and goes on with it.
    pub(super) fn fill_and_continue(&mut self, draft: Draft, understanding: &Understanding) {
        match self.fill(draft, &understanding.entities) {
            Ok(draft) => self.want(RequestedAction::Transfer(draft)),
            Err(UnsendableAmount) => self.say(Reply::BadAmount),
        }
    }

    /// Puts what a message names into a draft. `Err`: the amount can't be sent.
    pub(super) fn fill(&self, mut draft: Draft, entities: &Entities) -> Result<Draft, UnsendableAmount> {
        if let Some(concept) = &entities.concept {
            draft.concept = Some(truncate(concept, CONCEPT_LENGTH_MAX));
        }
        fill_destination(&mut draft, entities);
        self.fill_amount(&mut draft, entities)?;
        Ok(draft)
    }

    fn fill_amount(&self, draft: &mut Draft, entities: &Entities) -> Result<(), UnsendableAmount> {
        let before = draft.amount.map(|amount| amount.currency);
        let currency = entities.currency.or(before).unwrap_or(self.facts.default_currency);
        let read = |amount: &str| Money::parse_positive(amount, currency);
        let is_asked = draft.amount.is_none() && draft.part.is_none();
        match (&entities.amount, &entities.relative) {
            (Some(AmountReading::Exact(amount)), _) => set_amount(draft, read(amount))?,
            (Some(AmountReading::Ambiguous { thousands, decimal }), _) => {
                match (read(thousands), read(decimal)) {
                    (Ok(thousands), Ok(decimal)) => {
                        draft.amount = None;
                        draft.choices = vec![DraftChoice::Amount(thousands), DraftChoice::Amount(decimal)];
                    }
                    (Ok(one), Err(_)) | (Err(_), Ok(one)) => set_amount(draft, Ok(one))?,
                    (Err(_), Err(_)) => return Err(UnsendableAmount),
                }
            }
            (None, Some(relative)) => fill_relative(draft, relative, currency)?,
            // «1500» alone reads as a code; as an answer to «¿cuánto?» it is an amount.
            (None, None) if is_asked && draft.asked_at.is_some() => {
                if let Some(Ok(money)) = entities.code.as_deref().map(read) {
                    set_amount(draft, Ok(money))?;
                }
            }
            (None, None) => {
                if let (Some(amount), Some(currency)) = (draft.amount, entities.currency) {
                    set_amount(draft, Money::parse_positive(&amount.decimal(), currency))?;
                }
            }
        }
        Ok(())
    }

    /// Asks for the next missing part, or has the complete draft checked.
    pub(super) fn continue_draft(&mut self, user: UserId, mut draft: Draft) {
        if let Some(Pending::StepUp(step)) = &self.state.pending {
            // A new request replaces the old one: the payment that waited for its code is canceled.
            self.effects.push(Effect::CancelPayment(step.transfer));
        }
        self.state.refused = None;
        let is_complete = draft.choices.is_empty()
            && (draft.amount.is_some() || draft.part.is_some())
            && draft.destination.is_some();
        if !is_complete {
            draft.asked_at = Some(self.facts.now);
        }
        self.state.pending = Some(Pending::Draft(draft.clone()));
        if is_complete {
            self.effects.push(Effect::Prepare { user, draft });
        } else {
            self.ask_again(&draft);
        }
    }

    /// Drops an unfinished transfer, a choice or a suggestion that waited too long, and a refusal that is long ago.
    pub(super) fn drop_old_drafts(&mut self) {
        let is_old =
            |at: chrono::DateTime<chrono::Utc>| self.facts.now.signed_duration_since(at) >= DRAFT_TTL;
        let asked_at = match &self.state.pending {
            Some(Pending::Draft(draft)) => draft.asked_at,
            Some(Pending::WhichPayee(choice)) => Some(choice.asked_at),
            Some(Pending::Suggestion(suggestion)) => Some(suggestion.asked_at),
            _ => None,
        };
        if asked_at.is_some_and(is_old) {
            self.state.pending = None;
        }
        if self.state.refused.as_ref().is_some_and(|refused| is_old(refused.at)) {
            self.state.refused = None;
        }
    }

    /// Remembers a refused transfer, so that it can be put right: «entonces 50».
    pub(super) fn refuse(&mut self, draft: Draft, reply: Reply) {
        let draft = Draft { changes: None, choices: Vec::new(), asked_at: None, ..draft };
        self.state.refused = Some(RefusedDraft { draft, at: self.facts.now });
        self.say(reply);
    }

    /// Takes the choice of a button: an amount, or a payee's name and the end of the account.
    pub(super) fn on_choice_pressed(&mut self, pressed: &str) {
        if self.press_payee(pressed) {
            return;
        }
        let Some(Pending::Draft(draft)) = self.state.pending.clone() else {
            return self.say(Reply::NothingPending);
        };
        match draft.choices.iter().find(|choice| choice.key() == pressed) {
            Some(choice) => {
                let draft = with_choice(draft.clone(), choice);
                self.want(RequestedAction::Transfer(draft));
            }
            None => self.say(Reply::NothingPending),
        }
    }
}

impl DraftChoice {
    /// What the id of its button says: the amount, or the payee's name and the end of the account.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Amount(amount) => amount.to_string(),
            Self::Payee(option) => format!("{} {}", fold(&option.name), option.account.masked()),
        }
    }
}

fn fill_destination(draft: &mut Draft, entities: &Entities) {
    let Some(named) = &entities.destination else { return };
    if named.kind == DestinationKind::Name {
        draft.payee = Some(truncate(&named.value, NAME_LENGTH_MAX));
    } else if let Some(name) = &entities.payee {
        draft.payee = Some(truncate(name, NAME_LENGTH_MAX));
    } else if draft.destination.is_some() || draft.changes.is_some() {
        // A new account doesn't belong to the payee named before. One that was asked for does.
        draft.payee = None;
    }
    draft.choices.retain(|choice| matches!(choice, DraftChoice::Amount(_)));
    draft.destination = Some(named.clone());
}

/// An amount that is told by another one: by the draft's own, or by the balance.
fn fill_relative(
    draft: &mut Draft,
    relative: &RelativeAmount,
    currency: Currency,
) -> Result<(), UnsendableAmount> {
    let by = |amount: &String| Money::parse_positive(amount, currency).map(|money| money.minor).ok();
    let changed = match (relative, draft.amount) {
        (RelativeAmount::All, _) => {
            set_part(draft, BalancePart::All);
            return Ok(());
        }
        (RelativeAmount::HalfOfBalance, _) | (RelativeAmount::Half, None) => {
            set_part(draft, BalancePart::Half);
            return Ok(());
        }
        (_, None) => return Ok(()),
        (RelativeAmount::Half, Some(amount)) => amount.minor.checked_div(2),
        (RelativeAmount::Double, Some(amount)) => amount.minor.checked_mul(2),
        (RelativeAmount::Plus(more), Some(amount)) => {
            by(more).and_then(|more| amount.minor.checked_add(more))
        }
        (RelativeAmount::Minus(less), Some(amount)) => {
            by(less).and_then(|less| amount.minor.checked_sub(less))
        }
    };
    match changed.filter(|minor| *minor > 0) {
        Some(minor) => set_amount(draft, Ok(Money::new(minor, currency))),
        None => Err(UnsendableAmount),
    }
}

/// The question for the next missing part of a draft.
pub(super) fn question_of(draft: &Draft) -> Reply {
    match draft.choices.as_slice() {
        [DraftChoice::Amount(thousands), DraftChoice::Amount(decimal), ..] => {
            return Reply::WhichAmount { thousands: *thousands, decimal: *decimal };
        }
        [DraftChoice::Payee(_), ..] => return Reply::WhichPayee(options(draft)),
        _ => {}
    }
    match (&draft.amount, &draft.part, &draft.payee) {
        (None, None, _) => Reply::AskAmount,
        (_, _, Some(name)) if draft.destination.is_none() => Reply::AskAccountOf(name.clone()),
        _ => Reply::AskDestination,
    }
}

/// Takes a choice («el segundo», «la Ruiz») among the readings of a draft. `None`: the text picks none.
pub(super) fn chosen(draft: &Draft, text: &str, entities: &Entities) -> Option<Draft> {
    picked(&draft.choices, text, entities).map(|choice| with_choice(draft.clone(), choice))
}

/// The one that a text picks: by its place, its number or amount, or a word of its name. `None`: it picks none.
pub(super) fn picked<'a>(
    choices: &'a [DraftChoice],
    text: &str,
    entities: &Entities,
) -> Option<&'a DraftChoice> {
    match entities.choice {
        Some(Choice::At(at)) => choices.get(usize::from(at)),
        Some(Choice::Last) => choices.last(),
        None => choices.iter().find(|choice| picks(choice, entities)).or_else(|| {
            let words = fold(text);
            only(choices.iter().filter(|choice| names(choice, &words)))
        }),
    }
}

fn set_amount(draft: &mut Draft, amount: Result<Money, AmountError>) -> Result<(), UnsendableAmount> {
    let Ok(amount) = amount else { return Err(UnsendableAmount) };
    draft.amount = Some(amount);
    draft.part = None;
    draft.choices.retain(|choice| matches!(choice, DraftChoice::Payee(_)));
    Ok(())
}

fn set_part(draft: &mut Draft, part: BalancePart) {
    draft.amount = None;
    draft.part = Some(part);
    draft.choices.retain(|choice| matches!(choice, DraftChoice::Payee(_)));
}

fn options(draft: &Draft) -> Vec<PayeeOption> {
    let payee = |choice: &DraftChoice| match choice {
        DraftChoice::Payee(option) => Some(option.clone()),
        DraftChoice::Amount(_) => None,
    };
    draft.choices.iter().filter_map(payee).collect()
}

fn with_choice(mut draft: Draft, choice: &DraftChoice) -> Draft {
    match choice {
        DraftChoice::Amount(amount) => draft.amount = Some(*amount),
        DraftChoice::Payee(option) => {
            draft.payee = Some(option.name.clone());
            draft.destination = Some(NamedDestination::from(&option.account));
        }
    }
    draft.choices.clear();
    draft
}

/// Whether the slots of a message are this choice: the amount written plainly, the number of the account.
fn picks(choice: &DraftChoice, entities: &Entities) -> bool {
    match choice {
        DraftChoice::Amount(amount) => {
            let exact = entities.amount.as_ref().and_then(AmountReading::exact);
            exact.is_some_and(|text| Money::parse_positive(text, amount.currency) == Ok(*amount))
        }
        DraftChoice::Payee(option) => {
            entities.destination.as_ref().is_some_and(|named| named.value == option.account.canonical())
        }
    }
}

/// Whether words name this payee: one word of the name that is also in the text, such as «la Ruiz».
fn names(choice: &DraftChoice, words: &str) -> bool {
    match choice {
        DraftChoice::Amount(_) => false,
        DraftChoice::Payee(option) => {
            let name = fold(&option.name);
            words.split(' ').any(|word| word.len() > 2 && name.split(' ').any(|part| part == word))
        }
    }
}

fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next()?;
    all.next().is_none().then_some(first)
}

/// The draft of a prompt, so that it can be changed or made anew.
pub(super) fn redraft(prompt: &ConfirmationPrompt) -> Draft {
    Draft {
        amount: Some(prompt.amount),
        destination: Some(NamedDestination::from(&prompt.account)),
        payee: prompt.payee.clone(),
        concept: prompt.concept.clone(),
        ..Draft::default()
    }
}
