//! Money: the port of the ledger.

mod ledger;
mod receiving;

#[cfg(feature = "mock")]
pub use self::{ledger::MockLedger, receiving::MockReceiving};
pub use self::{
    ledger::{
        ConfirmOutcome, ConfirmTransfer, EntryFilter, EntryView, HoldOutcome, HoldVerdict, Ledger,
        LedgerViolation, OpenOutcome, OpenWallet, PostOutcome, PostRequest, Resolved, ReverseRequest,
        StepUpChallenge, TransferFilter, WalletView,
    },
    receiving::{ClabesAssigned, Receiving, ReceivingView},
};
