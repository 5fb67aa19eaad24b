//! Payees in the chat: list, rename and forget them.

use super::{HandleMessage, TurnError, TurnOutcome};
use crate::money::payees::FoundPayee;
use domain::{
    ids::UserId,
    messaging::conversation::{
        Event, PayeeLine, PayeeList, PayeeOption, PayeeOutcome, RequestedAction, SoughtPayee,
    },
    money::payees::{Payee, read_payee_name},
};
use ports::messaging::{LeasedTurn, PayeeChange};

/// How many payees one reply shows.
const PAYEES_SHOWN: usize = 20;

impl HandleMessage {
    pub(super) async fn read_payees(&self, user: UserId) -> Result<Event, TurnError> {
        Ok(Event::Payees(list(self.parts.payees.known_to(user).await?)))
    }

    /// Gives a payee another name, at the end of the turn: a turn that runs again finds it under the old one.
    pub(super) async fn rename_payee(
        &self,
        turn: &LeasedTurn,
        user: UserId,
        sought: SoughtPayee,
        to: String,
        gathered: &mut TurnOutcome,
    ) -> Result<Event, TurnError> {
        let Ok(to) = read_payee_name(&to) else { return Ok(Event::PayeeChanged(PayeeOutcome::BadName)) };
        let request = RequestedAction::RenamePayee { payee: sought.clone(), to: to.clone() };
        let found = match self.find_payee(user, sought, request).await? {
            Ok(found) => found,
            Err(event) => return Ok(*event),
        };
        let (before, payee) = (found.name, PayeeOption { name: to.clone(), account: found.account });
        let actor = Self::actor(turn);
        gathered.payee_changes.push(PayeeChange { payee: found.id, name: Some(to), actor });
        Ok(Event::PayeeChanged(PayeeOutcome::Renamed { before, payee }))
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

    /// Forgets the payee that was shown, at the end of the turn. One that is forgotten already is told the same.
    pub(super) async fn forget_payee(
        &self,
        turn: &LeasedTurn,
        user: UserId,
        shown: PayeeOption,
        gathered: &mut TurnOutcome,
    ) -> Result<Event, TurnError> {
        let sought = SoughtPayee { name: shown.name.clone(), account: Some(shown.account.clone()) };
        if let FoundPayee::One(payee) = self.parts.payees.find_named(user, &sought).await? {
            let actor = Self::actor(turn);
            gathered.payee_changes.push(PayeeChange { payee: payee.id, name: None, actor });
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

/// The payees that one reply shows, and how many more there are.
fn list(known: Vec<Payee>) -> PayeeList {
    let more = known.len().saturating_sub(PAYEES_SHOWN);
    let line = |payee: Payee| PayeeLine {
        name: payee.name,
        bank: payee.account.bank().map(str::to_owned),
        account: payee.account.masked(),
    };
    let lines = known.into_iter().take(PAYEES_SHOWN).map(line).collect();
    PayeeList { lines, more: i64::try_from(more).unwrap_or(i64::MAX) }
}

/// A payee as a choice.
pub(super) fn option(payee: Payee) -> PayeeOption {
    PayeeOption { name: payee.name, account: payee.account }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{ids::PayeeId, money::account_number::AccountNumber};

    #[test]
    fn a_long_list_says_how_many_more_there_are() {
        let payees = |count: usize| -> Vec<Payee> {
            let payee = |number: usize| Payee {
                id: PayeeId(uuid::Uuid::nil()),
                owner: UserId(uuid::Uuid::nil()),
                name: format!("Ana {number}"),
                account: AccountNumber::Plain("1234567890".into()),
                last_paid_at: chrono::DateTime::UNIX_EPOCH,
            };
            (0..count).map(payee).collect()
        };
        for (known, shown, more) in [(0, 0, 0), (20, 20, 0), (21, 20, 1), (34, 20, 14)] {
            let list = list(payees(known));
            assert_eq!((list.lines.len(), list.more), (shown, more));
        }
        assert_eq!(list(payees(34)).lines[0].name, "Ana 0", "the one paid last comes first");
    }
}
