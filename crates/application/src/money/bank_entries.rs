//! Take the lines of the bank's statement, as notices tell them and as the statement shows them. Each acts once.

use super::{
    incoming::{IncomingTaken, TakeIncoming},
    outbound::take_bank_word::{TakeBankWord, WordTaken},
};
use domain::{ids::TransferId, money::bank::BankEntry};
use ports::store_error::StoreResult;
use std::sync::Arc;

/// Takes lines of the statement.
pub struct TakeEntries {
    words: Arc<TakeBankWord>,
    incoming: TakeIncoming,
}

/// What came of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryTaken {
    /// It is about a payment of ours.
    Payment,
    /// It is this deposit, now or since it was told before.
    Deposit(TransferId),
    /// It says nothing: it is not booked, or about nothing of ours.
    Nothing,
    /// People must look at it: the reconciliation has it.
    ForPeople,
}

impl TakeEntries {
    /// Builds the use case from those that it needs.
    #[must_use]
    pub fn new(words: Arc<TakeBankWord>, incoming: TakeIncoming) -> Self {
        Self { words, incoming }
    }

    /// Takes a line. `raw` is what the bank sent; it is kept sealed with a payment of ours. `channel` is how it came.
    ///
    /// # Errors
    /// When the store fails, or could not be reached.
    pub async fn run(&self, entry: &BankEntry, raw: Vec<u8>, channel: &str) -> StoreResult<EntryTaken> {
        if entry.amount.minor < 0 {
            return Ok(match self.words.entry(entry, raw).await? {
                WordTaken::Taken(_) => EntryTaken::Payment,
                WordTaken::Meaningless => EntryTaken::Nothing,
            });
        }
        Ok(match self.incoming.run(entry, channel).await? {
            IncomingTaken::Deposited(transfer) | IncomingTaken::Known(transfer) => {
                EntryTaken::Deposit(transfer)
            }
            IncomingTaken::NotIncoming => EntryTaken::Nothing,
            IncomingTaken::NobodysAccount | IncomingTaken::Unclear => EntryTaken::ForPeople,
        })
    }
}
