//! Why a transfer failed, or is in doubt.

use domain::money::{
    bank::{BankReason, ReasonKind},
    outbound::{OutboundPayment, OutboundState},
    transfer::{Transfer, TransferStatus},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Why a transfer failed, or is in doubt.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReasonJson {
    /// The bank's code (ISO 20022), or a code of ours.
    #[schema(example = "AC04", max_length = 35)]
    code: String,
    /// The reason in words.
    #[schema(example = "The account is closed.")]
    text: &'static str,
}

impl ReasonJson {
    /// The reason of a transfer; `None` when nothing went wrong.
    pub(crate) fn of(transfer: &Transfer, payment: Option<&OutboundPayment>) -> Option<Self> {
        match transfer.status {
            TransferStatus::Failed | TransferStatus::Unknown => {}
            _ => return None,
        }
        let reason = |code: &str, text| Some(Self { code: code.to_owned(), text });
        if let Some(refusal) = transfer.refusal {
            return reason(refusal.name(), "The ledger refused it when it was to be paid.");
        }
        let payment = payment?;
        match (payment.state, &payment.reason) {
            (OutboundState::Voided, Some(bank)) => reason(bank.code(), words(bank)),
            (OutboundState::Voided, None) => reason("not_paid", "It was found that the bank did not pay it."),
            (OutboundState::Manual, _) => {
                reason("not_found", "The bank doesn't know the payment. People decide.")
            }
            (OutboundState::Exception, _) => {
                reason("contradiction", "The bank contradicts itself or the order. People decide.")
            }
            (OutboundState::Unknown, _) => {
                reason("no_clear_answer", "The bank gave no clear answer. It is being asked.")
            }
            _ => None,
        }
    }
}

fn words(reason: &BankReason) -> &'static str {
    match reason.kind() {
        ReasonKind::NoSuchAccount => "There is no such account.",
        ReasonKind::AccountClosed => "The account is closed.",
        ReasonKind::AccountBlocked => "The account is blocked.",
        ReasonKind::WrongAccountType => "The account can't receive this kind of payment.",
        ReasonKind::WrongBank => "The bank of the account is wrong.",
        ReasonKind::UnknownPayee => "The bank doesn't know the payee.",
        ReasonKind::PayeeDeceased => "The payee has died.",
        ReasonKind::NotAllowed => "The other bank doesn't allow this payment.",
        ReasonKind::WrongAmount => "The bank doesn't accept the amount.",
        ReasonKind::TimedOut => "The time for the payment was up.",
        ReasonKind::Other => "The bank refused the payment.",
    }
}
