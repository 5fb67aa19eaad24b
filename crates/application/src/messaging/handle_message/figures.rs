//! What the person asks about their own money.

use super::{HandleMessage, TurnError};
use domain::{
    ids::UserId,
    messaging::conversation::{Event, StatementLine},
    money::Money,
};
use ports::{money::EntryFilter, pagination::PageRequest};

/// How many statement lines one reply shows.
const STATEMENT_LINES: i64 = 5;

impl HandleMessage {
    pub(super) async fn read_balance(&self, user: UserId) -> Result<Option<Event>, TurnError> {
        let wallet = self.parts.ledger.first_wallet(user, self.rules.default_currency).await?;
        let zero = Money::new(0, self.rules.default_currency);
        let (posted, available) = wallet.map_or((zero, zero), |wallet| (wallet.posted, wallet.available));
        Ok(Some(Event::Balance { posted, available }))
    }

    pub(super) async fn read_statement(&self, user: UserId) -> Result<Event, TurnError> {
        let Some(wallet) = self.parts.ledger.first_wallet(user, self.rules.default_currency).await? else {
            return Ok(Event::Statement(Vec::new()));
        };
        let page = PageRequest { limit: STATEMENT_LINES, after: None };
        let entries = self.parts.ledger.entries(wallet.id, EntryFilter::default(), &page).await?;
        let movement = |entry: ports::money::EntryView| StatementLine {
            at: entry.at.with_timezone(&self.rules.zone).format("%d/%m %H:%M").to_string(),
            amount: entry.amount,
            counterpart: entry.transfer.counterpart(wallet.id),
            concept: entry.transfer.concept,
        };
        Ok(Event::Statement(entries.into_iter().map(movement).collect()))
    }
}
