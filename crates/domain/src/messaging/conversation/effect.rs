//! What is to be done after a step.

use super::{ConfirmationPrompt, Draft, Reply};
use crate::{
    ids::{TransferId, UserId, VerificationId},
    messaging::{consent::ConsentStatus, flow::CompletedFlow},
};

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Send a reply.
    Reply(Reply),
    /// Have a text understood.
    Understand(String),
    /// Send a code to the sender's number, unless one is still good.
    StartVerification,
    /// Send the code again, or a new one when the old is spent.
    ResendCode(VerificationId),
    /// Check a code.
    CheckCode {
        /// Against which challenge.
        verification: VerificationId,
        /// The digits. Never log them.
        code: String,
    },
    /// Read a person's balance.
    ReadBalance(UserId),
    /// Read a person's newest movements.
    ListMovements(UserId),
    /// Look a draft over.
    Prepare {
        /// Whose money.
        user: UserId,
        /// What is wanted.
        draft: Draft,
    },
    /// Pay what a card says.
    Pay {
        /// Whose money.
        user: UserId,
        /// The card.
        prompt: ConfirmationPrompt,
    },
    /// Let a waiting payment through.
    ConfirmPayment {
        /// Which.
        transfer: TransferId,
        /// The digits. Never log them.
        code: String,
        /// Whom to remember, when it is paid.
        payee: Option<String>,
    },
    /// Withdraw a waiting payment.
    CancelPayment(TransferId),
    /// Bind this chat to whoever made the link's code.
    BindChat(String),
    /// Write down that the sender opted out or in.
    RecordConsent(ConsentStatus),
    /// Call a person.
    HandOff,
    /// Keep the answers of a flow that was gone through, once.
    SaveAnswers(CompletedFlow),
}
