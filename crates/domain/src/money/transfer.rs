//! A transfer: what is to move, and the states it passes through. Forward only; corrections are new
//! transfers.

use crate::{
    ids::{TransferId, UserId, VerificationId, WalletId},
    money::{Money, account_number::AccountNumber, refusal::Refusal},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The longest concept (what it is for) kept with a transfer, in characters.
pub const CONCEPT_LENGTH_MAX: usize = 140;

/// A concept that can't be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadConcept {
    /// Longer than [`CONCEPT_LENGTH_MAX`].
    #[error("must be at most {CONCEPT_LENGTH_MAX} characters")]
    TooLong,
    /// Something that can't be shown in one line.
    #[error("must not have control characters")]
    NotPlain,
}

/// A concept as it is kept: short, in one line; an empty one is none.
pub fn read_concept(text: Option<String>) -> Result<Option<String>, BadConcept> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    if text.chars().count() > CONCEPT_LENGTH_MAX {
        return Err(BadConcept::TooLong);
    }
    if text.chars().any(char::is_control) {
        return Err(BadConcept::NotPlain);
    }
    Ok(Some(text))
}

/// Where the money goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", content = "at", rename_all = "snake_case")]
pub enum Destination {
    /// Out of the house, to an account elsewhere.
    Account(AccountNumber),
    /// To a wallet of ours, with the number it was found by, where it was.
    Wallet {
        /// The wallet.
        id: WalletId,
        /// What the payer wrote, if that was a number rather than the wallet's id.
        found_by: Option<AccountNumber>,
    },
}

impl Destination {
    /// `****4567`: fit for receipts, answers and logs.
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Self::Account(account) | Self::Wallet { found_by: Some(account), .. } => account.masked(),
            Self::Wallet { id, found_by: None } => crate::text::mask(&id.to_string()),
        }
    }

    /// The whole, for a fingerprint or a code's digest. Never log it.
    #[must_use]
    pub fn canonical(&self) -> String {
        match self {
            Self::Account(account) | Self::Wallet { found_by: Some(account), .. } => {
                account.canonical().to_owned()
            }
            Self::Wallet { id, found_by: None } => id.to_string(),
        }
    }
}

/// Where a transfer stands, as the wire names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferStatus {
    /// Waits for the payer's second step; nothing is held yet.
    PendingVerification,
    /// Waits for another member's yes.
    PendingApproval,
    /// Held, on its way.
    Processing,
    /// The money has moved. Final but for a reversal.
    Completed,
    /// Withdrawn by its payer. Final.
    Canceled,
    /// Another member said no. Final.
    Rejected,
    /// Nobody confirmed in time. Final.
    Expired,
    /// Refused for the reason given. Final.
    Failed,
    /// Nobody knows: the hold stays until somebody does.
    Unknown,
    /// Completed, and given back whole. Final.
    Reversed,
}

impl TransferStatus {
    const ALL: [Self; 10] = [
        Self::PendingVerification,
        Self::PendingApproval,
        Self::Processing,
        Self::Completed,
        Self::Canceled,
        Self::Rejected,
        Self::Expired,
        Self::Failed,
        Self::Unknown,
        Self::Reversed,
    ];

    /// The word of the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PendingVerification => "pending_verification",
            Self::PendingApproval => "pending_approval",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Canceled => "canceled",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Reversed => "reversed",
        }
    }

    /// Reads the word of the wire.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Whether this state may be followed by `next`.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        use TransferStatus as S;
        match self {
            S::PendingVerification => {
                matches!(
                    next,
                    S::PendingApproval | S::Processing | S::Completed | S::Canceled | S::Expired | S::Failed
                )
            }
            S::PendingApproval => {
                matches!(
                    next,
                    S::Processing | S::Completed | S::Canceled | S::Rejected | S::Expired | S::Failed
                )
            }
            // It expires only as long as it was not handed over to anybody.
            S::Processing => matches!(next, S::Completed | S::Failed | S::Expired | S::Unknown),
            S::Unknown => matches!(next, S::Completed | S::Failed),
            S::Completed => matches!(next, S::Reversed),
            S::Canceled | S::Rejected | S::Expired | S::Failed | S::Reversed => false,
        }
    }
}

/// One transfer. Its amount and ends never change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Its id; the receipt's folio.
    pub id: TransferId,
    /// Who asked: `client:<id>`, `user:<id>`, `chat:<conversation>`.
    pub caller: String,
    /// The caller's own name for it.
    pub client_tx_id: Option<String>,
    /// Whose money it is.
    pub owner: UserId,
    /// The wallet it leaves.
    pub from: WalletId,
    /// The ledger account it enters: a wallet, or the clearing account for the outside.
    pub to: WalletId,
    /// What the payer named.
    pub destination: Destination,
    /// How much.
    pub amount: Money,
    /// What for, in the payer's words.
    pub concept: Option<String>,
    /// Where it stands.
    pub status: TransferStatus,
    /// The challenge it waits for or has passed, where one was needed.
    pub verification: Option<VerificationId>,
    /// The transfer that this one gives back, in whole or in part.
    pub reverses: Option<TransferId>,
    /// How much of it others have given back, in minor units.
    pub reversed_minor: i64,
    /// Why it failed, where it did.
    pub refusal: Option<Refusal>,
    /// When a pending one lapses.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
}

/// A state that can't be reached from where the transfer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a transfer that is {from:?} can't become {to:?}")]
pub struct WrongState {
    /// Where it stands.
    pub from: TransferStatus,
    /// Where it was to go.
    pub to: TransferStatus,
}

impl Transfer {
    /// Moves on, if that is allowed.
    pub fn become_status(&mut self, next: TransferStatus) -> Result<(), WrongState> {
        if self.status.may_become(next) {
            self.status = next;
            Ok(())
        } else {
            Err(WrongState { from: self.status, to: next })
        }
    }

    /// The other side, as the holder of one of its wallets is shown it: masked.
    #[must_use]
    pub fn counterpart(&self, own: WalletId) -> String {
        if self.from == own { self.destination.masked() } else { crate::text::mask(&self.from.to_string()) }
    }

    /// Whether a caller (`client:<id>`, `user:<id>`, `chat:<conversation>`) may see and settle it: whoever
    /// made it, and the person whose money it is.
    #[must_use]
    pub fn is_seen_by(&self, caller: &str) -> bool {
        self.caller == caller || caller.strip_prefix("user:").is_some_and(|id| id == self.owner.to_string())
    }

    /// It as it was when it was first answered for: in its first state, nothing given back yet.
    #[must_use]
    pub fn as_first_answered(mut self, first: TransferStatus) -> Self {
        self.status = first;
        self.reversed_minor = 0;
        self.refusal = None;
        self
    }

    /// What can still be given back of it, in minor units.
    #[must_use]
    pub const fn left_to_reverse(&self) -> i64 {
        self.amount.minor.saturating_sub(self.reversed_minor)
    }

    /// Whether it needed, or needs, the second step.
    #[must_use]
    pub const fn requires_2fa(&self) -> bool {
        self.verification.is_some()
    }
}

#[cfg(test)]
mod tests;
