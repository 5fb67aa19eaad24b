//! Money: the port of the ledger.

mod ledger;

#[cfg(feature = "mock")]
pub use self::ledger::MockLedger;
pub use self::ledger::{
    ConfirmOutcome, ConfirmTransfer, EntryFilter, EntryView, HoldOutcome, HoldVerdict, Ledger,
    LedgerViolation, OpenOutcome, OpenWallet, PostOutcome, PostRequest, Resolved, ReverseRequest,
    StepUpChallenge, TransferFilter, WalletView,
};
