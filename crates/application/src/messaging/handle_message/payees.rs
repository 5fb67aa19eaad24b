//! Payees in the chat: list, rename and forget them.

use super::{HandleMessage, TurnError};
use crate::money::payees::{FoundPayee, RenamePayeeError};
use domain::{
    ids::UserId,
    messaging::conversation::{
        Event, PayeeLine, PayeeList, PayeeOption, PayeeOutcome, RequestedAction, SoughtPayee,
    },
    money::payees::Payee,
};
use ports::messaging::LeasedTurn;

/// How many payees one reply shows.
const PAYEES_SHOWN: usize = 20;

impl HandleMessage {
    pub(super) async fn read_payees(&self, user: UserId) -> Result<Event, TurnError> {
        let known = self.parts.payees.known_to(user).await?;
        let more = known.len().saturating_sub(PAYEES_SHOWN);
        let line = |payee: Payee| PayeeLine {
            name: payee.name,
            bank: payee.account.bank().map(str::to_owned),
            account: payee.account.masked(),
        };
        let lines = known.into_iter().take(PAYEES_SHOWN).map(line).collect();
        Ok(Event::Payees(PayeeList { lines, more: i64::try_from(more).unwrap_or(i64::MAX) }))
    }

    pub(super) async fn rename_payee(
        &self,
        turn: &LeasedTurn,
        user: UserId,
        sought: SoughtPayee,
        to: String,
    ) -> Result<Event, TurnError> {
        let request = RequestedAction::RenamePayee { payee: sought.clone(), to: to.clone() };
        let found = match self.find_payee(user, sought, request).await? {
            Ok(found) => found,
            Err(event) => return Ok(*event),
        };
        let before = found.name;
        Ok(match self.parts.payees.rename(found.id, &to, &Self::actor(turn)).await {
            Ok(renamed) => Event::PayeeChanged(PayeeOutcome::Renamed { before, payee: option(renamed) }),
            Err(RenamePayeeError::BadName(_)) => Event::PayeeChanged(PayeeOutcome::BadName),
            Err(RenamePayeeError::NotFound) => unknown(before),
            Err(RenamePayeeError::Store(error)) => return Err(error.into()),
        })
    }

    pub(super) async fn find_payee_to_forget(
        &self,
        user: UserId,
        sought: SoughtPayee,
    ) -> Result<Event, TurnError> {
        let request = RequestedAction::ForgetPayee(sought.clone());
        Ok(match self.find_payee(user, sought, request).await? {
            Ok(found) => Event::PayeeChanged(PayeeOutcome::ToForget(option(found))),
            Err(event) => *event,
        })
    }

    /// Forgets the payee that was shown. One that is forgotten already is told the same.
    pub(super) async fn forget_payee(
        &self,
        turn: &LeasedTurn,
        user: UserId,
        shown: PayeeOption,
    ) -> Result<Event, TurnError> {
        let sought = SoughtPayee { name: shown.name.clone(), account: Some(shown.account.clone()) };
        if let FoundPayee::One(payee) = self.parts.payees.find_named(user, &sought).await? {
            self.parts.payees.forget(payee.id, &Self::actor(turn)).await?;
        }
        Ok(Event::PayeeChanged(PayeeOutcome::Forgotten(shown.name)))
    }

    /// The payee that is meant. `Err` is the event when it isn't one; `request` is how it is asked again.
    async fn find_payee(
        &self,
        user: UserId,
        sought: SoughtPayee,
        request: RequestedAction,
    ) -> Result<Result<Payee, Box<Event>>, TurnError> {
        let options = |payees: Vec<Payee>| payees.into_iter().map(option).collect();
        Ok(Err(Box::new(match self.parts.payees.find_named(user, &sought).await? {
            FoundPayee::One(payee) => return Ok(Ok(payee)),
            FoundPayee::Several(several) => Event::WhichPayee { request, options: options(several) },
            FoundPayee::Unknown { nearest } => {
                let (name, nearest) = (sought.name, options(nearest));
                Event::PayeeChanged(PayeeOutcome::Unknown { request, name, nearest })
            }
        })))
    }
}

fn unknown(name: String) -> Event {
    let request = RequestedAction::Nothing;
    Event::PayeeChanged(PayeeOutcome::Unknown { request, name, nearest: Vec::new() })
}

/// A payee as a choice.
pub(super) fn option(payee: Payee) -> PayeeOption {
    PayeeOption { name: payee.name, account: payee.account }
}
