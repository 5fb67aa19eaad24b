//! What must be kept.

mod accounts;
mod answers;
mod audit;
mod chat_links;
mod consents;
mod conversations;
mod dead_letters;
mod flows;
mod identities;
mod inbox;
mod ledger;
mod outbox;
mod sessions;
mod signed_requests;
mod talks;
mod verification_pages;
mod verifications;

#[cfg(feature = "mock")]
pub use self::{
    accounts::MockAccounts, answers::MockAnswers, audit::MockAuditLog, chat_links::MockChatLinks,
    consents::MockConsents, conversations::MockConversations, dead_letters::MockDeadLetters,
    flows::MockFlows, identities::MockIdentities, inbox::MockInbox, ledger::MockLedger, outbox::MockOutbox,
    sessions::MockSessions, signed_requests::MockSignedRequests, talks::MockTalks,
    verification_pages::MockVerificationPages, verifications::MockVerifications,
};
pub use self::{
    accounts::{
        AccountPhone, Accounts, AskReset, CountedTry, Credentials, FirstWallet, NameChange, NewAccount,
        NewLoginChallenge, PhoneChange, Profile, ProfileChange, ProfileChanged, Registered, ResetPassword,
        ResetProof, SecondFactor,
    },
    answers::{Answers, Claim},
    audit::{AuditLog, AuditReport},
    chat_links::{BindChat, Bound, ChatLink, ChatLinks, Confirmer, LinkMaker, NewLinkCode, TelegramChat},
    consents::{ConsentChange, ConsentView, Consents},
    conversations::{Committed, Conversations, Turn},
    dead_letters::{DeadLetter, DeadLetterKind, DeadLetters, Revived, UnreadableWebhook},
    flows::{FlowEdition, FlowResponse, Flows, KeptEditions, NewFlowResponse},
    identities::{Identities, NewPerson, Payee, User},
    inbox::{Accepted, Inbox, LeasedTurn, TurnFailure},
    ledger::{
        ConfirmOutcome, ConfirmTransfer, EntryFilter, EntryView, HoldOutcome, HoldVerdict, Ledger,
        LedgerFault, OpenOutcome, OpenWallet, PageRequest, PostOutcome, PostRequest, ReverseRequest,
        SecondStep, TransferFilter, WalletView,
    },
    outbox::{Enqueued, Lane, LeasedMessage, MessageState, NewOutbound, Outbox, Settlement},
    sessions::{NewSession, OpenSession, Refreshed, SessionView, Sessions},
    signed_requests::SignedRequests,
    talks::{Saying, TalkLine, TalkView, Talks},
    verification_pages::{NewVerificationPage, VerificationPage, VerificationPages},
    verifications::{
        Begin, BeginResend, BeginVerification, Checked, GuessTicket, GuessVerdict, JudgeGuess, NewChallenge,
        OwnCode, OwnSend, Requester, ReserveGuess, SendAttempt, SendResult, TakeGuess, Verification,
        Verifications,
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
