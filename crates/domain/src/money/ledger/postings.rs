//! Movements between accounts: entries, holds and their ends. The checks run before.

use super::{AccountKind, Entry, Hold, HoldEnd, LedgerAccount, PostingBatch, Refusal};
use crate::{
    ids::WalletId,
    money::{limits::Spending, transfer::Transfer},
};
use chrono::NaiveDate;

impl PostingBatch {
    /// Posts a transfer that has no hold: the entries on both sides, and the payer's spending.
    pub(super) fn post(&mut self, transfer: &Transfer, day: NaiveDate) -> Result<(), Refusal> {
        self.post_entries(transfer)?;
        self.spend(transfer.from, |spending| spending.plus(day, transfer.amount.minor))
    }

    /// Holds the money of a transfer. It counts as spent from now on.
    pub(super) fn hold(&mut self, transfer: &Transfer, day: NaiveDate) -> Result<(), Refusal> {
        let minor = transfer.amount.minor;
        let account = self.account(transfer.from)?;
        if account.kind == AccountKind::Person {
            let held = account.held.checked_add(minor).ok_or(Refusal::InsufficientFunds)?;
            self.put(LedgerAccount { held, ..account });
        }
        self.new_holds.push(Hold { transfer: transfer.id, account: transfer.from, minor, day });
        self.spend(transfer.from, |spending| spending.plus(day, minor))
    }

    /// Ends a hold by posting its transfer. Nothing is checked again, because the money was set aside.
    pub fn capture(&mut self, hold: &Hold, transfer: &Transfer) -> Result<(), Refusal> {
        self.release(hold, HoldEnd::Captured)?;
        self.post_entries(transfer)
    }

    /// Ends a hold and returns the money to the available balance. It no longer counts against the limits.
    pub fn void(&mut self, hold: &Hold) -> Result<(), Refusal> {
        self.release(hold, HoldEnd::Voided)?;
        self.spend(hold.account, |spending| spending.less(hold.day, hold.minor))
    }

    fn release(&mut self, hold: &Hold, end: HoldEnd) -> Result<(), Refusal> {
        let account = self.account(hold.account)?;
        if account.kind == AccountKind::Person {
            // To end more than is held would make money available that does not exist.
            let left = account.held.checked_sub(hold.minor).filter(|held| *held >= 0);
            let held = left.ok_or(Refusal::InsufficientFunds)?;
            self.put(LedgerAccount { held, ..account });
        }
        self.ended_holds.push((hold.transfer, end));
        Ok(())
    }

    /// The two entries of a transfer, made together.
    pub(super) fn post_entries(&mut self, transfer: &Transfer) -> Result<(), Refusal> {
        let minor = transfer.amount.minor;
        let debit = minor.checked_neg().ok_or(Refusal::InsufficientFunds)?;
        for (id, signed) in [(transfer.from, debit), (transfer.to, minor)] {
            let account = self.account(id)?;
            let mut entry = Entry {
                transfer: transfer.id,
                account: id,
                minor: signed,
                balance_after: None,
                version: None,
            };
            if account.kind == AccountKind::Person {
                let posted = account.posted.checked_add(signed).ok_or(Refusal::InsufficientFunds)?;
                let version = account.version.saturating_add(1);
                self.put(LedgerAccount { posted, version, ..account });
                entry.balance_after = Some(posted);
                entry.version = Some(version);
            }
            self.new_entries.push(entry);
        }
        Ok(())
    }

    /// Counts spending. Money that comes from outside is not counted.
    fn spend(&mut self, id: WalletId, count: impl FnOnce(Spending) -> Spending) -> Result<(), Refusal> {
        let account = self.account(id)?;
        if account.kind == AccountKind::Person {
            self.put(LedgerAccount { spending: count(account.spending), ..account });
        }
        Ok(())
    }

    fn put(&mut self, account: LedgerAccount) {
        self.changed.insert(account.id);
        self.accounts.insert(account.id, account);
    }
}
