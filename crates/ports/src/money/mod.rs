//! Money: the ports of the ledger, of people's own figures, of payees, of the outside bank, and of reconciliations.

pub mod core_bank;
mod ledger;
mod outbound;
mod payees;
mod receiving;
mod reconciliations;
mod statements;

#[cfg(feature = "mock")]
pub use self::{
    core_bank::MockCoreBank, ledger::MockLedger, outbound::MockOutboundPayments, payees::MockPayees,
    receiving::MockReceiving, reconciliations::MockReconciliations, statements::MockStatements,
};
pub use self::{
    ledger::{
        ConfirmOutcome, ConfirmTransfer, EntryFilter, EntryView, HoldOutcome, HoldVerdict, Ledger,
        LedgerViolation, OpenOutcome, OpenWallet, PostOutcome, PostRequest, Resolved, ReverseRequest,
        StepUpChallenge, TransferFilter, WalletView,
    },
    outbound::{
        BankCall, BankOperation, ChangeOutcome, LeasedPayment, OutboundChange, OutboundPayments,
        PaymentsInDoubt, ResolveOutcome, ResolvePayment, WithdrawOutcome,
    },
    payees::Payees,
    receiving::{ClabesAssigned, Receiving, ReceivingView},
    reconciliations::{
        FoundItem, NewReconciliation, ReconciliationRun, ReconciliationSaved, Reconciliations,
        SENT_PAYMENTS_MAX,
    },
    statements::{Direction, OwnEntry, OwnEntryFilter, SentFilter, SentTransfer, Statements},
};
