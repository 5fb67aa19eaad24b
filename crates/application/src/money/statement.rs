//! A wallet's statement: all entries of a period, with the balance at its start and at its end.

use crate::kernel::Kernel;
use chrono::{Datelike, Days, NaiveDate};
use chrono_tz::Tz;
use domain::{
    ids::WalletId,
    money::{Money, period::begin_of},
};
use ports::{
    money::{EntryFilter, EntryView, Ledger, WalletView},
    pagination::PageRequest,
    store_error::StoreError,
};
use std::sync::Arc;
use thiserror::Error;

/// How many entries are read at a time.
const PAGE: i64 = 500;
/// The most entries that a statement has.
const ENTRIES_MAX: usize = 20_000;

/// Makes statements of wallets.
pub struct Statements {
    ledger: Arc<dyn Ledger>,
    zone: Tz,
    kernel: Kernel,
}

impl Statements {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(ledger: Arc<dyn Ledger>, zone: Tz, kernel: Kernel) -> Self {
        Self { ledger, zone, kernel }
    }
}

/// The entries of a wallet in a period.
pub struct Statement {
    /// The wallet with its present balances.
    pub wallet: WalletView,
    /// The first day, included.
    pub from: NaiveDate,
    /// The last day, included.
    pub to: NaiveDate,
    /// The balance before the first entry.
    pub opening: Money,
    /// The balance after the last entry.
    pub closing: Money,
    /// The entries, newest first.
    pub entries: Vec<EntryView>,
}

/// Why there is no statement.
#[derive(Debug, Error)]
pub enum StatementError {
    /// No wallet has that id.
    #[error("there is no such wallet")]
    NoSuchWallet,
    /// The last day comes before the first day.
    #[error("the period ends before it begins")]
    Backwards,
    /// The period has more entries than a statement may have.
    #[error("the period has more than {ENTRIES_MAX} entries")]
    TooLong,
    /// The store failed, or could not be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Statements {
    /// The statement from the first day to the last day, both included. Without a last day it ends today, or
    /// on the first day if that is later; without a first day it begins with the month of the last day.
    #[tracing::instrument(name = "statement", level = "debug", skip_all)]
    pub async fn run(
        &self,
        wallet: WalletId,
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
    ) -> Result<Statement, StatementError> {
        let today = self.kernel.now().with_timezone(&self.zone).date_naive();
        let to = to.unwrap_or_else(|| from.map_or(today, |from| from.max(today)));
        let from = from.unwrap_or_else(|| to.with_day(1).unwrap_or(to));
        if to < from {
            return Err(StatementError::Backwards);
        }
        let wallet = self.ledger.find_wallet(wallet).await?.ok_or(StatementError::NoSuchWallet)?;
        let behind = to.checked_add_days(Days::new(1)).unwrap_or(to);
        let filter =
            EntryFilter { from: Some(begin_of(from, &self.zone)), until: Some(begin_of(behind, &self.zone)) };
        let entries = self.entries(wallet.id, filter).await?;
        let (opening, closing) = self.ends(&wallet, filter, &entries).await?;
        Ok(Statement { wallet, from, to, opening, closing, entries })
    }

    async fn entries(&self, wallet: WalletId, filter: EntryFilter) -> Result<Vec<EntryView>, StatementError> {
        let mut entries: Vec<EntryView> = Vec::new();
        loop {
            let after = entries.last().map(|entry| entry.version.to_string());
            let page = self.ledger.entries(wallet, filter, &PageRequest { limit: PAGE, after }).await?;
            let is_last = i64::try_from(page.len()).unwrap_or(PAGE) < PAGE;
            entries.extend(page);
            if entries.len() > ENTRIES_MAX {
                return Err(StatementError::TooLong);
            }
            if is_last {
                return Ok(entries);
            }
        }
    }

    /// The balances at both ends: from the entries, or from the last entry before a period that has none.
    async fn ends(
        &self,
        wallet: &WalletView,
        filter: EntryFilter,
        entries: &[EntryView],
    ) -> Result<(Money, Money), StatementError> {
        if let (Some(newest), Some(oldest)) = (entries.first(), entries.last()) {
            let before = oldest.balance_after.minor.saturating_sub(oldest.amount.minor);
            return Ok((Money::new(before, oldest.amount.currency), newest.balance_after));
        }
        let earlier = EntryFilter { from: None, until: filter.from };
        let last = self.ledger.entries(wallet.id, earlier, &PageRequest { limit: 1, after: None }).await?;
        let zero = Money::new(0, wallet.posted.currency);
        let balance = last.first().map_or(zero, |entry| entry.balance_after);
        Ok((balance, balance))
    }
}
