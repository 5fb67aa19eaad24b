//! A wallet's statement: all its entries in a period, and the balances at both ends of it.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use domain::{ids::WalletId, money::Money};
use ports::{
    clock::Clock,
    money::{EntryFilter, EntryView, Ledger, WalletView},
    pagination::PageRequest,
    store_error::StoreError,
};
use std::sync::Arc;
use thiserror::Error;

/// Entries read at a time.
const PAGE: i64 = 500;
/// Entries in a statement at most.
const ENTRIES_MAX: usize = 20_000;

/// Makes statements.
pub struct Statements {
    /// The books.
    pub ledger: Arc<dyn Ledger>,
    /// Now.
    pub clock: Arc<dyn Clock>,
    /// The time zone in which days begin.
    pub zone: Tz,
}

/// A statement.
pub struct Statement {
    /// The wallet.
    pub wallet: WalletView,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// The balance before the first entry.
    pub opening: Money,
    /// The balance after the last.
    pub closing: Money,
    /// Newest first.
    pub entries: Vec<EntryView>,
}

/// Why there is none.
#[derive(Debug, Error)]
pub enum StatementError {
    /// There is no such wallet.
    #[error("there is no such wallet")]
    NoSuchWallet,
    /// The last day lies before the first.
    #[error("the period ends before it begins")]
    Backwards,
    /// More entries than fit.
    #[error("the period has more than {ENTRIES_MAX} entries")]
    TooLong,
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Statements {
    /// From the first to the last day, both included; this month up to today where none is given.
    pub async fn run(
        &self,
        wallet: WalletId,
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
    ) -> Result<Statement, StatementError> {
        let today = self.clock.now().with_timezone(&self.zone).date_naive();
        let to = to.unwrap_or_else(|| from.map_or(today, |from| from.max(today)));
        let from = from.unwrap_or_else(|| to.with_day(1).unwrap_or(to));
        if to < from {
            return Err(StatementError::Backwards);
        }
        let wallet = self.ledger.find_wallet(wallet).await?.ok_or(StatementError::NoSuchWallet)?;
        let behind = to.checked_add_days(Days::new(1)).unwrap_or(to);
        let filter = EntryFilter { from: Some(self.begin_of(from)), until: Some(self.begin_of(behind)) };
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

    /// The balance before and after: by the entries, or by the last one before a period without any.
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

    /// The first instant of a day. Where a clock is put forward at midnight, the day begins later.
    fn begin_of(&self, day: NaiveDate) -> DateTime<Utc> {
        let midnight = day.and_time(NaiveTime::MIN);
        let begin = (0..=3).find_map(|hours| {
            let hour = midnight.checked_add_signed(TimeDelta::hours(hours))?;
            hour.and_local_timezone(self.zone).earliest()
        });
        begin.map_or_else(|| midnight.and_utc(), |begin| begin.with_timezone(&Utc))
    }
}
