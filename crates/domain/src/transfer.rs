//! A transfer: what is to move, and the states it passes through. Forward only; corrections are new
//! transfers.

use crate::{
    account_number::AccountNumber,
    ids::{TransferId, UserId, VerificationId, WalletId},
    ledger::{Refusal, ReverseTransfer},
    money::Money,
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

    /// The transfer that gives `minor` of this one back: from its payee, whose money it is now, to its
    /// payer.
    #[must_use]
    pub fn reversal(&self, asked: &ReverseTransfer, minor: i64, payee: Option<UserId>) -> Self {
        Self {
            id: asked.id,
            caller: asked.caller.clone(),
            client_tx_id: None,
            owner: payee.unwrap_or(self.owner),
            from: self.to,
            to: self.from,
            destination: Destination::Wallet { id: self.from, found_by: None },
            amount: Money::new(minor, self.amount.currency),
            concept: Some(asked.reason.clone()).filter(|reason| !reason.is_empty()),
            status: TransferStatus::Completed,
            verification: None,
            reverses: Some(self.id),
            reversed_minor: 0,
            refusal: None,
            expires_at: None,
            created_at: asked.at,
        }
    }

    /// Whether it needed, or needs, the second step.
    #[must_use]
    pub const fn requires_2fa(&self) -> bool {
        self.verification.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        idempotency::{Fingerprint, IdempotencyKey},
        money::Currency,
    };
    use uuid::Uuid;

    fn wallet(n: u128) -> WalletId {
        WalletId(Uuid::from_u128(n))
    }

    fn account() -> AccountNumber {
        AccountNumber::Clabe("012345678901234567".into())
    }

    fn transfer() -> Transfer {
        Transfer {
            id: TransferId(Uuid::from_u128(7)),
            caller: "client:shop".into(),
            client_tx_id: Some("rent".into()),
            owner: UserId(Uuid::from_u128(1)),
            from: wallet(0xaaaa),
            to: wallet(0xbbbb),
            destination: Destination::Account(account()),
            amount: Money::new(300, Currency::MXN),
            concept: Some("rent".into()),
            status: TransferStatus::Completed,
            verification: None,
            reverses: None,
            reversed_minor: 0,
            refusal: None,
            expires_at: None,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn final_states_lead_nowhere() {
        for status in TransferStatus::ALL {
            assert!(!status.may_become(TransferStatus::PendingVerification), "{status:?}");
            assert_eq!(TransferStatus::parse(status.name()), Some(status));
        }
        for last in ["canceled", "rejected", "expired", "failed", "reversed"] {
            let last = TransferStatus::parse(last).unwrap();
            assert!(TransferStatus::ALL.into_iter().all(|next| !last.may_become(next)));
        }
    }

    #[test]
    fn a_concept_is_short_and_in_one_line() {
        let read = |text: &str| read_concept(Some(text.to_owned()));
        assert_eq!(read_concept(None), Ok(None));
        assert_eq!(read("  "), Ok(None));
        assert_eq!(read("renta"), Ok(Some("renta".into())));
        assert_eq!(read(&"ñ".repeat(CONCEPT_LENGTH_MAX)), Ok(Some("ñ".repeat(CONCEPT_LENGTH_MAX))));
        assert_eq!(read(&"ñ".repeat(CONCEPT_LENGTH_MAX + 1)), Err(BadConcept::TooLong));
        assert_eq!(read("a\nb"), Err(BadConcept::NotPlain));
    }

    #[test]
    fn an_unknown_payment_is_never_canceled() {
        assert!(!TransferStatus::Unknown.may_become(TransferStatus::Canceled));
        assert!(!TransferStatus::Processing.may_become(TransferStatus::Canceled));
    }

    #[test]
    fn the_wire_knows_these_states() {
        let names = TransferStatus::ALL.map(TransferStatus::name);
        let pending = ["pending_verification", "pending_approval", "processing"];
        let settled = ["completed", "canceled", "rejected", "expired", "failed", "unknown", "reversed"];
        assert_eq!(names.to_vec(), [pending.as_slice(), settled.as_slice()].concat());
        assert_eq!(TransferStatus::parse("Completed"), None);
    }

    #[test]
    fn a_transfer_only_moves_forward() {
        use TransferStatus as S;
        let ends = [S::Processing, S::Completed, S::Canceled, S::Expired, S::Failed];
        let allowed = [
            (S::PendingVerification, [ends.as_slice(), &[S::PendingApproval]].concat()),
            (S::PendingApproval, [ends.as_slice(), &[S::Rejected]].concat()),
            (S::Processing, vec![S::Completed, S::Failed, S::Expired, S::Unknown]),
            (S::Unknown, vec![S::Completed, S::Failed]),
            (S::Completed, vec![S::Reversed]),
        ];
        for from in S::ALL {
            let next = allowed.iter().find(|(state, _)| *state == from).map_or(&[][..], |(_, next)| next);
            for to in S::ALL {
                let mut moving = Transfer { status: from, ..transfer() };
                let (result, status) =
                    if next.contains(&to) { (Ok(()), to) } else { (Err(WrongState { from, to }), from) };
                assert_eq!((moving.become_status(to), moving.status), (result, status), "{from:?} to {to:?}");
            }
        }
    }

    #[test]
    fn a_destination_is_shown_masked_and_fingerprinted_whole() {
        let own = wallet(0xbbbb);
        let by_id = Destination::Wallet { id: own, found_by: None };
        let by_number = Destination::Wallet { id: own, found_by: Some(account()) };
        for (destination, masked, canonical) in [
            (Destination::Account(account()), "****4567", "012345678901234567"),
            (by_number, "****4567", "012345678901234567"),
            (by_id, "****bbbb", "00000000-0000-0000-0000-00000000bbbb"),
        ] {
            assert_eq!((destination.masked(), destination.canonical()), (masked.into(), canonical.into()));
        }
    }

    #[test]
    fn each_side_is_shown_the_other_masked() {
        let transfer = transfer();
        assert_eq!(transfer.counterpart(transfer.from), "****4567");
        assert_eq!(transfer.counterpart(transfer.to), "****aaaa");
    }

    #[test]
    fn a_repeated_request_is_shown_the_transfer_as_it_was_at_first() {
        let now = Transfer {
            status: TransferStatus::Failed,
            reversed_minor: 100,
            refusal: Some(Refusal::InsufficientFunds),
            ..transfer()
        };
        let first = Transfer { status: TransferStatus::PendingVerification, ..transfer() };
        assert_eq!(now.as_first_answered(TransferStatus::PendingVerification), first);
    }

    #[test]
    fn the_second_step_is_one_that_was_asked_for() {
        let verification = Some(VerificationId(Uuid::from_u128(9)));
        assert!(!transfer().requires_2fa());
        assert!(Transfer { verification, ..transfer() }.requires_2fa());
    }

    #[test]
    fn what_is_left_to_reverse_is_the_amount_less_what_came_back() {
        assert_eq!(transfer().left_to_reverse(), 300);
        assert_eq!(Transfer { reversed_minor: 299, ..transfer() }.left_to_reverse(), 1);
        assert_eq!(Transfer { reversed_minor: 300, ..transfer() }.left_to_reverse(), 0);
    }

    #[test]
    fn a_reversal_belongs_to_the_payee_whose_money_it_is_now() {
        let payee = UserId(Uuid::from_u128(2));
        let asked = ReverseTransfer {
            id: TransferId(Uuid::from_u128(8)),
            caller: "user:1".into(),
            minor: Some(100),
            reason: "twice".into(),
            key: IdempotencyKey { caller: "user:1".into(), operation: "reverse".into(), key: "k".into() },
            fingerprint: Fingerprint([0; 32]),
            at: DateTime::from_timestamp(60, 0).unwrap(),
        };
        let expected = Transfer {
            id: asked.id,
            caller: "user:1".into(),
            client_tx_id: None,
            owner: payee,
            from: wallet(0xbbbb),
            to: wallet(0xaaaa),
            destination: Destination::Wallet { id: wallet(0xaaaa), found_by: None },
            amount: Money::new(100, Currency::MXN),
            concept: Some("twice".into()),
            reverses: Some(transfer().id),
            created_at: asked.at,
            ..transfer()
        };
        assert_eq!(transfer().reversal(&asked, 100, Some(payee)), expected);
        assert_eq!(transfer().reversal(&asked, 100, None).owner, transfer().owner);
        let silent = ReverseTransfer { reason: String::new(), ..asked };
        assert_eq!(transfer().reversal(&silent, 100, Some(payee)).concept, None);
    }
}
