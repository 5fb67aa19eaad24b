//! What a step of the conversation asks for.

use super::{ConfirmationPrompt, Draft, FiguresQuery, PayeeOption, Reply, SoughtPayee};
use crate::{
    ids::{TransferId, UserId, VerificationId},
    messaging::{consent::ConsentStatus, flow::CompletedFlow, intent::Understanding},
};

/// The digits of a code as a person typed them. `Debug` hides them.
#[derive(Clone, PartialEq, Eq)]
pub struct TypedCode(String);

impl TypedCode {
    /// The digits, to be checked. Never log them.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for TypedCode {
    fn from(digits: T) -> Self {
        Self(digits.into())
    }
}

impl std::fmt::Debug for TypedCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TypedCode(******)")
    }
}

/// One effect of a step. A use case carries it out.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Send a reply to the person.
    Reply(Reply),
    /// Parse a text.
    Understand(String),
    /// Parse held texts and a new one as one message.
    UnderstandTogether {
        /// The held texts, oldest first.
        held: Vec<String>,
        /// The newest text.
        text: String,
        /// The reading of the newest text alone.
        alone: Box<Understanding>,
    },
    /// Send a code to the sender's number, unless an earlier one is still valid.
    StartVerification,
    /// Send the code again, or a new one when its check attempts are used up.
    ResendCode(VerificationId),
    /// Check a one-time code.
    CheckCode {
        /// The challenge to check it against.
        verification: VerificationId,
        /// The digits of the code. Never log them.
        code: TypedCode,
    },
    /// Read a user's balance.
    ReadBalance(UserId),
    /// Read lines of a user's statement.
    ReadStatement(UserId, FiguresQuery),
    /// Sum up a user's payments.
    ReadSpending(UserId, FiguresQuery),
    /// Read the newest receipt that fits.
    ReadReceipt(UserId, FiguresQuery),
    /// Read how others pay a user.
    ReadReceiving(UserId),
    /// Read what is left of a user's limits.
    ReadLimits(UserId),
    /// Read a user's payees.
    ReadPayees(UserId),
    /// Give a user's payee another name.
    RenamePayee {
        /// The user who pays it.
        user: UserId,
        /// The payee.
        payee: SoughtPayee,
        /// The new name, as written.
        to: String,
    },
    /// Find the payee that a user wants forgotten. Nothing changes.
    FindPayeeToForget {
        /// The user who pays it.
        user: UserId,
        /// The payee.
        payee: SoughtPayee,
    },
    /// Forget a user's payee, after a clear yes.
    ForgetPayee {
        /// The user who pays it.
        user: UserId,
        /// The payee that was shown.
        payee: PayeeOption,
    },
    /// Find what stands in the way of a user's erasure. Nothing changes.
    CheckErasure(UserId),
    /// Note that a user wants to be erased, after a clear yes and a code.
    AskErasure(UserId),
    /// Take a user's erasure back.
    TakeErasureBack(UserId),
    /// Note that a user wants a copy of their data, after a code.
    AskExport(UserId),
    /// Freeze the money of the person behind this number or chat.
    Freeze,
    /// Check a draft: destination, funds, limits.
    Prepare {
        /// The user who pays.
        user: UserId,
        /// The transfer so far.
        draft: Draft,
    },
    /// Pay what a confirmation prompt shows.
    Pay {
        /// The user who pays.
        user: UserId,
        /// The prompt that was confirmed.
        prompt: ConfirmationPrompt,
    },
    /// Submit the step-up code of a waiting payment.
    ConfirmPayment {
        /// The payment to confirm.
        transfer: TransferId,
        /// The digits of the code. Never log them.
        code: TypedCode,
        /// The payee's name to remember once it is paid.
        payee: Option<String>,
    },
    /// Send the step-up code of a waiting payment again.
    ResendPaymentCode(TransferId),
    /// Cancel a payment that waits for its step-up code.
    CancelPayment(TransferId),
    /// Bind this chat to the person who made the link code.
    BindChat(String),
    /// Store that the sender opted out or in.
    RecordConsent(ConsentStatus),
    /// Hand the conversation to an agent.
    HandOff,
    /// Store the answers of a completed flow, once.
    SaveAnswers(CompletedFlow),
}

impl Effect {
    /// The name of its kind, for logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Reply(_) => "reply",
            Self::Understand(_) => "understand",
            Self::UnderstandTogether { .. } => "understand_together",
            Self::StartVerification => "start_verification",
            Self::ResendCode(_) => "resend_code",
            Self::CheckCode { .. } => "check_code",
            Self::ReadBalance(_) => "read_balance",
            Self::ReadStatement(..) => "read_statement",
            Self::ReadSpending(..) => "read_spending",
            Self::ReadReceipt(..) => "read_receipt",
            Self::ReadReceiving(_) => "read_receiving",
            Self::ReadLimits(_) => "read_limits",
            Self::ReadPayees(_) => "read_payees",
            Self::RenamePayee { .. } => "rename_payee",
            Self::FindPayeeToForget { .. } => "find_payee_to_forget",
            Self::ForgetPayee { .. } => "forget_payee",
            Self::CheckErasure(_) => "check_erasure",
            Self::AskErasure(_) => "ask_erasure",
            Self::TakeErasureBack(_) => "take_erasure_back",
            Self::AskExport(_) => "ask_export",
            Self::Freeze => "freeze",
            Self::Prepare { .. } => "prepare",
            Self::Pay { .. } => "pay",
            Self::ConfirmPayment { .. } => "confirm_payment",
            Self::ResendPaymentCode(_) => "resend_payment_code",
            Self::CancelPayment(_) => "cancel_payment",
            Self::BindChat(_) => "bind_chat",
            Self::RecordConsent(_) => "record_consent",
            Self::HandOff => "hand_off",
            Self::SaveAnswers(_) => "save_answers",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_effect_shows_no_code() {
        let effect =
            Effect::CheckCode { verification: VerificationId(uuid::Uuid::nil()), code: "123456".into() };
        assert!(!format!("{effect:?}").contains("123456"));
    }
}
