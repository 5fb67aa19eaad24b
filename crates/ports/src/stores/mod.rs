//! What must be kept.

mod answers;
mod audit;
mod consents;
mod conversations;
mod dead_letters;
mod identities;
mod inbox;
mod ledger;
mod outbox;
mod talks;
mod verification_pages;
mod verifications;

#[cfg(feature = "mock")]
pub use self::{
    answers::MockAnswers, audit::MockAuditLog, consents::MockConsents, conversations::MockConversations,
    dead_letters::MockDeadLetters, identities::MockIdentities, inbox::MockInbox, ledger::MockLedger,
    outbox::MockOutbox, talks::MockTalks, verification_pages::MockVerificationPages,
    verifications::MockVerifications,
};
pub use self::{
    answers::{Answers, Claim},
    audit::{AuditLog, AuditReport},
    consents::{ConsentChange, ConsentView, Consents},
    conversations::{Committed, Conversations, Turn},
    dead_letters::{DeadLetter, DeadLetterKind, DeadLetters, Revived, UnreadableWebhook},
    identities::{Identities, NewPerson, Payee, User},
    inbox::{Accepted, Inbox, LeasedTurn, TurnFailure},
    ledger::{
        ConfirmOutcome, ConfirmTransfer, EntryFilter, EntryView, HoldOutcome, HoldVerdict, Ledger,
        LedgerFault, OpenOutcome, OpenWallet, PageRequest, PostOutcome, PostRequest, ReverseRequest,
        SecondStep, TransferFilter, WalletView,
    },
    outbox::{Enqueued, Lane, LeasedMessage, MessageState, NewOutbound, Outbox, Settlement},
    talks::{Saying, TalkLine, TalkView, Talks},
    verification_pages::{NewVerificationPage, VerificationPage, VerificationPages},
    verifications::{
        Begin, BeginVerification, Checked, GuessTicket, NewChallenge, OwnCode, Requester, ReserveGuess,
        SendAttempt, SendResult, TakeGuess, Verification, Verifications,
    },
};

use thiserror::Error;

/// The store could not do it; nothing of it was done, unless the reply to a commit was lost.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Out of reach, busy or broken.
    #[error("the store is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// More is queued than can be done soon; nothing was begun.
    #[error("the store is overloaded")]
    Overloaded,
    /// A row can't be read as what it should be.
    #[error("a stored row can't be read: {0}")]
    Corrupt(String),
}

/// What stores return.
pub type StoreResult<T> = Result<T, StoreError>;
