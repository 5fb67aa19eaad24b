//! The states of a payment to an outside bank.

use crate::money::transfer::TransferStatus;

/// How far a payment to an outside bank is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutboundState {
    /// The money is held, and nothing is at the bank.
    Reserved,
    /// A call that orders it is under way, or ended without a trace. It is never made again from here.
    Submitting,
    /// The bank has it. That is not money.
    Accepted,
    /// The money has left.
    Settled,
    /// The money has not left, and the hold is released.
    Voided,
    /// It is not known whether the bank has it. It is asked for, and never sent again.
    Unknown,
    /// The bank doesn't know it, and its horizon has passed: people decide.
    Manual,
    /// The bank contradicts itself, or what was ordered: people decide.
    Exception,
}

impl OutboundState {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Reserved,
        Self::Submitting,
        Self::Accepted,
        Self::Settled,
        Self::Voided,
        Self::Unknown,
        Self::Manual,
        Self::Exception,
    ];

    /// The name in the database and in the audit log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Submitting => "submitting",
            Self::Accepted => "accepted",
            Self::Settled => "settled",
            Self::Voided => "voided",
            Self::Unknown => "unknown",
            Self::Manual => "manual",
            Self::Exception => "exception",
        }
    }

    /// Reads the name that [`OutboundState::name`] gives.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// The status of its transfer.
    #[must_use]
    pub const fn transfer_status(self) -> TransferStatus {
        match self {
            Self::Reserved | Self::Submitting | Self::Accepted => TransferStatus::Processing,
            Self::Settled => TransferStatus::Completed,
            Self::Voided => TransferStatus::Failed,
            Self::Unknown | Self::Manual | Self::Exception => TransferStatus::Unknown,
        }
    }

    /// Whether it is not known what becomes of the money.
    #[must_use]
    pub const fn is_in_doubt(self) -> bool {
        matches!(self, Self::Unknown | Self::Manual | Self::Exception)
    }
}
