//! A transfer and its statuses. The status only moves forward, but for what an outside bank takes back; corrections
//! are new transfers.

use crate::{
    ids::{TransferId, UserId, VerificationId, WalletId},
    money::{
        Money,
        account_number::AccountNumber,
        clearing::{DepositSource, is_clearing_account},
        folio::Folio,
        refusal::Refusal,
    },
    principal::Principal,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The longest concept (what a payment is for), in characters.
pub const CONCEPT_LENGTH_MAX: usize = 140;

/// Why a concept is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadConcept {
    /// It is longer than [`CONCEPT_LENGTH_MAX`].
    #[error("must be at most {CONCEPT_LENGTH_MAX} characters")]
    TooLong,
    /// It can't be shown in one line.
    #[error("must not have control characters")]
    NotPlain,
}

/// Checks a concept: short, in one line. An empty one becomes `None`.
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

/// The destination of a transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", content = "at", rename_all = "snake_case")]
pub enum Destination {
    /// An account outside the platform (off-us).
    Account(AccountNumber),
    /// A wallet of the platform (on-us).
    Wallet {
        /// The wallet's id.
        id: WalletId,
        /// The number that the payer wrote; `None` when they gave the wallet's id.
        found_by: Option<AccountNumber>,
    },
    /// Nobody can read it any more: its payer was erased. No new transfer has it.
    #[serde(skip)]
    Erased,
}

/// What is shown in place of a destination that was erased.
const NOTHING_SHOWN: &str = "****";

impl Destination {
    /// The number that the payer wrote; `None` when they gave a wallet's id, and when it was erased.
    #[must_use]
    pub const fn number(&self) -> Option<&AccountNumber> {
        match self {
            Self::Account(account) | Self::Wallet { found_by: Some(account), .. } => Some(account),
            Self::Wallet { found_by: None, .. } | Self::Erased => None,
        }
    }

    /// The form for receipts and answers: `****4567`, and `****` when it was erased.
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Self::Account(account) | Self::Wallet { found_by: Some(account), .. } => account.masked(),
            Self::Wallet { id, found_by: None } => crate::text::mask(&id.to_string()),
            Self::Erased => NOTHING_SHOWN.to_owned(),
        }
    }

    /// The complete number, for a fingerprint or a code's digest; empty when it was erased. Never log it.
    #[must_use]
    pub fn canonical(&self) -> String {
        match self {
            Self::Account(account) | Self::Wallet { found_by: Some(account), .. } => {
                account.canonical().to_owned()
            }
            Self::Wallet { id, found_by: None } => id.to_string(),
            Self::Erased => String::new(),
        }
    }
}

/// How a transfer to an account outside the platform is carried out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OffUsSettlement {
    /// It is completed in its posting transaction.
    #[default]
    AtOnce,
    /// Its money is held, and an outside bank carries it out.
    ByBank,
}

impl OffUsSettlement {
    /// The status that a transfer gets when nothing stands in its way.
    #[must_use]
    pub fn status_of(self, transfer: &Transfer) -> TransferStatus {
        match (self, transfer.direction()) {
            (Self::ByBank, TransferDirection::Out) => TransferStatus::Processing,
            _ => TransferStatus::Completed,
        }
    }
}

/// The status of a transfer, with the names of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferStatus {
    /// Waits for the payer's step-up; nothing is held yet.
    PendingVerification,
    /// Waits for another member's approval.
    PendingApproval,
    /// The money is held, and the bank carries the transfer out.
    Processing,
    /// The money has moved. Only a reversal can follow.
    Completed,
    /// Canceled by its payer. Final.
    Canceled,
    /// Rejected by another member. Final.
    Rejected,
    /// Not confirmed in time. Final.
    Expired,
    /// Refused for the reason given. Final, unless the bank says later that it paid.
    Failed,
    /// The outcome is unknown. The hold stays until it is known.
    Unknown,
    /// Completed, and reversed in whole. Final.
    Reversed,
}

impl TransferStatus {
    /// Every status, for the API documentation.
    pub const ALL: [Self; 10] = [
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

    /// The name in the API and the database.
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

    /// Reads the name that [`TransferStatus::name`] gives.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Whether `next` may follow this status.
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
            // It expires only while it was not handed over to the bank.
            S::Processing => matches!(next, S::Completed | S::Failed | S::Expired | S::Unknown),
            // The bank may say that it has the payment, and no more than that.
            S::Unknown => matches!(next, S::Completed | S::Failed | S::Processing),
            S::Completed => matches!(next, S::Reversed),
            // The bank says that it paid, after it said that it won't.
            S::Failed => matches!(next, S::Unknown),
            S::Canceled | S::Rejected | S::Expired | S::Reversed => false,
        }
    }
}

/// One transfer. Its amount and accounts never change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// The transfer's id.
    pub id: TransferId,
    /// Its name on the receipt. Before it is posted, a draw: the ledger takes the next one where it is taken.
    pub folio: Folio,
    /// The principal that asked.
    pub caller: Principal,
    /// The caller's own id for it.
    pub client_tx_id: Option<String>,
    /// The user whose money it is.
    pub owner: UserId,
    /// The wallet it leaves.
    pub from: WalletId,
    /// The ledger account it enters: a wallet, or the clearing account.
    pub to: WalletId,
    /// The destination as the payer named it.
    pub destination: Destination,
    /// The amount to move.
    pub amount: Money,
    /// What the payment is for, in the payer's words.
    pub concept: Option<String>,
    /// The present status.
    pub status: TransferStatus,
    /// The challenge of its step-up; `None` when it needs none.
    pub verification: Option<VerificationId>,
    /// The transfer that this one reverses, in whole or in part.
    pub reverses: Option<TransferId>,
    /// The sum of its reversals, in minor units.
    pub reversed_minor: i64,
    /// Why it failed; `None` when it did not fail.
    pub refusal: Option<Refusal>,
    /// When it expires if it is still pending.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was requested.
    pub created_at: DateTime<Utc>,
}

/// Where the money of a transfer goes, as the platform sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferDirection {
    /// It leaves the platform.
    Out,
    /// It comes in from outside.
    In,
    /// It stays: from one wallet to another.
    Internal,
}

impl TransferDirection {
    /// The name in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Out => "out",
            Self::In => "in",
            Self::Internal => "internal",
        }
    }
}

/// A status that can't follow the present one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a transfer that is {from:?} can't become {to:?}")]
pub struct WrongState {
    /// The present status.
    pub from: TransferStatus,
    /// The status that was asked for.
    pub to: TransferStatus,
}

impl Transfer {
    /// Sets the status, if `next` may follow.
    pub fn become_status(&mut self, next: TransferStatus) -> Result<(), WrongState> {
        if self.status.may_become(next) {
            self.status = next;
            Ok(())
        } else {
            Err(WrongState { from: self.status, to: next })
        }
    }

    /// Where its money goes. A deposit that is given back goes out.
    #[must_use]
    pub fn direction(&self) -> TransferDirection {
        let is_clearing = |account| is_clearing_account(account, self.amount.currency);
        if is_clearing(self.from) {
            TransferDirection::In
        } else if is_clearing(self.to) {
            TransferDirection::Out
        } else {
            TransferDirection::Internal
        }
    }

    /// Whether its money is held for an outside bank to carry it out.
    #[must_use]
    pub fn is_for_outside_bank(&self) -> bool {
        self.status == TransferStatus::Processing && self.direction() == TransferDirection::Out
    }

    /// The source of a deposit; `None` for every other transfer.
    #[must_use]
    pub fn deposit_source(&self) -> Option<DepositSource> {
        DepositSource::of_account(self.from, self.amount.currency)
    }

    /// Whether a principal may see and settle it: the one that requested it, and the user whose money it is.
    #[must_use]
    pub fn is_seen_by(&self, caller: &Principal) -> bool {
        self.caller == *caller || *caller == Principal::User(self.owner)
    }

    /// The transfer as it was first answered: in its first status, with nothing reversed.
    #[must_use]
    pub fn as_first_answered(mut self, first: TransferStatus) -> Self {
        self.status = first;
        self.reversed_minor = 0;
        self.refusal = None;
        self
    }

    /// What can still be reversed, in minor units.
    #[must_use]
    pub const fn left_to_reverse(&self) -> i64 {
        self.amount.minor.saturating_sub(self.reversed_minor)
    }

    /// Whether it needs or needed a step-up.
    #[must_use]
    pub const fn requires_step_up(&self) -> bool {
        self.verification.is_some()
    }
}

#[cfg(test)]
mod tests;
