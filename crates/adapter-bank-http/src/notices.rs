//! What the bank tells by itself.

use crate::{notice_signature::NoticeSecrets, reading::ReportJson, statement::EntryJson};
use ports::{
    clock::Clock,
    money::core_bank::{BankNotice, BankNotices},
    raw_webhook::{RawWebhook, SignatureInvalid},
};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::Arc;

/// Checks and reads the notices of `docs/bank-api.yaml`.
pub struct SignedNotices {
    secrets: NoticeSecrets,
    clock: Arc<dyn Clock>,
}

impl SignedNotices {
    /// Takes the secrets that the bank signs with.
    #[must_use]
    pub fn new(secrets: NoticeSecrets, clock: Arc<dyn Clock>) -> Self {
        Self { secrets, clock }
    }
}

impl BankNotices for SignedNotices {
    fn authenticate(&self, webhook: &RawWebhook) -> Result<(), SignatureInvalid> {
        self.secrets.verify(webhook, self.clock.now())
    }

    fn decode(&self, webhook: &RawWebhook) -> BankNotice {
        notice(&webhook.body).unwrap_or(BankNotice::Meaningless)
    }
}

#[derive(Deserialize)]
struct NoticeJson<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow)]
    data: &'a RawValue,
}

fn notice(body: &[u8]) -> Option<BankNotice> {
    let notice: NoticeJson<'_> = serde_json::from_slice(body).ok()?;
    let data = notice.data.get();
    match notice.kind.as_str() {
        "transfer.status" => {
            serde_json::from_str::<ReportJson>(data).ok()?.report().map(BankNotice::PaymentStatus)
        }
        "entry.booked" => serde_json::from_str::<EntryJson>(data).ok()?.entry().map(BankNotice::EntryBooked),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::money::bank::BankStatus;
    use serde_json::{Value, json};

    fn read(body: &str) -> BankNotice {
        notice(body.as_bytes()).unwrap_or(BankNotice::Meaningless)
    }

    fn status() -> Value {
        json!({
            "type": "transfer.status", "timestamp": "2026-03-10T12:00:00Z",
            "data": {"reference": "TEST0123456789ABCXYZ", "bank_id": "B1", "status": "ACSC", "amount": "4.01", "currency": "MXN"},
        })
    }

    #[test]
    fn a_status_and_a_booked_line_are_read() {
        let BankNotice::PaymentStatus(report) = read(&status().to_string()) else { panic!() };
        assert_eq!(report.status, BankStatus::SettledByDebtor);
        let booked = json!({
            "type": "entry.booked", "timestamp": "2026-03-10T12:00:00Z",
            "data": {
                "entry_id": "E1", "bank_id": "B1", "amount": "75.25", "currency": "MXN", "status": "BOOK",
                "booked_at": "2026-03-10T12:00:00Z", "value_date": "2026-03-10",
                "creditor_account": "646180000200000007", "counterparty": {},
            },
        });
        let BankNotice::EntryBooked(entry) = read(&booked.to_string()) else { panic!() };
        assert_eq!((entry.amount.minor, entry.own_reference()), (7525, None));
    }

    #[test]
    fn everything_else_means_nothing() {
        let mut unknown = status();
        unknown["data"]["status"] = json!("WHAT");
        let mut closed = status();
        closed["type"] = json!("account.closed");
        for body in [
            "{\"type\":",
            "[]",
            "null",
            "",
            &unknown.to_string(),
            &closed.to_string(),
            r#"{"type":"entry.booked"}"#,
        ] {
            assert!(matches!(read(body), BankNotice::Meaningless), "{body}");
        }
    }
}
