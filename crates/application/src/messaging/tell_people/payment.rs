//! What people are told about a payment at the outside bank.

use domain::{
    messaging::conversation::{Arg, Text},
    money::{
        Money,
        bank::BankReason,
        outbound::OutboundPayment,
        transfer::{Transfer, TransferStatus},
    },
};

/// What is said when the transfer got that status. `available` is the balance of the wallet that pays.
pub(super) fn payment_text(
    transfer: &Transfer,
    status: TransferStatus,
    payment: Option<&OutboundPayment>,
    available: Option<Money>,
) -> Text {
    let mut args = vec![
        ("amount", Arg::Text(transfer.amount.to_string())),
        ("destination", Arg::Text(transfer.destination.masked())),
        ("folio", Arg::Text(transfer.folio.to_string())),
    ];
    let id = match status {
        TransferStatus::Completed => {
            let balance = available.map(|balance| balance.to_string()).unwrap_or_default();
            args.push(("balance", Arg::Text(balance)));
            "receipt"
        }
        TransferStatus::Failed => {
            let reason = payment.and_then(|payment| payment.reason.as_ref()).map(BankReason::kind);
            let name = reason.map_or("other", |kind| kind.name());
            args.push(("reason", Arg::Text(name.to_owned())));
            "payment-failed"
        }
        TransferStatus::Unknown if payment.is_some_and(|payment| payment.contradicted_at.is_some()) => {
            "payment-disputed"
        }
        TransferStatus::Unknown => "payment-in-doubt",
        _ => "processing",
    };
    Text { id, args }
}
