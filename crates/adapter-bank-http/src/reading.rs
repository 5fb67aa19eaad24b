//! Reads what the bank says about a payment. Anything that isn't written as the protocol says is not understood.

use chrono::{DateTime, Utc};
use domain::money::{
    Currency, Money,
    bank::{BankReason, BankReference, BankStatus, PaymentReport, StatusMeaning},
};
use serde::Deserialize;

/// The longest of the bank's own ids that is taken, in bytes.
const ID_MAX: usize = 128;

#[derive(Deserialize)]
pub(crate) struct ReportJson {
    reference: Option<String>,
    bank_id: Option<String>,
    status: String,
    reason: Option<ReasonJson>,
    amount: Option<String>,
    currency: Option<String>,
    creditor: Option<CreditorJson>,
    booked_at: Option<String>,
}

#[derive(Deserialize)]
struct ReasonJson {
    code: String,
    text: Option<String>,
}

#[derive(Deserialize)]
struct CreditorJson {
    account: Option<String>,
}

impl ReportJson {
    /// The report. `None` when its reference, its status or its amount can't be read.
    pub(crate) fn report(self) -> Option<PaymentReport> {
        let status = BankStatus::parse(&self.status)?;
        let amount = match (&self.amount, &self.currency) {
            (Some(amount), Some(currency)) => {
                Some(Money::parse_positive(amount, Currency::parse(currency).ok()?).ok()?)
            }
            (None, _) if status.meaning() == StatusMeaning::Refused => None,
            _ => return None,
        };
        if self.bank_id.as_ref().is_some_and(|id| !is_id(id)) {
            return None;
        }
        Some(PaymentReport {
            reference: self.reference.as_deref()?.parse().ok()?,
            bank_id: self.bank_id,
            status,
            reason: self.reason.and_then(ReasonJson::reason),
            amount,
            creditor_account: self.creditor.and_then(|creditor| creditor.account),
            booked_at: self.booked_at.as_deref().and_then(instant),
        })
    }
}

impl ReasonJson {
    fn reason(self) -> Option<BankReason> {
        BankReason::try_new(&self.code, self.text.as_deref().unwrap_or_default())
    }
}

/// The report of a payment in the body of an answer. `None` when it can't be read, or speaks of another payment.
pub(crate) fn report(body: &[u8], reference: BankReference) -> Option<PaymentReport> {
    let report = serde_json::from_slice::<ReportJson>(body).ok()?.report()?;
    (report.reference == reference).then_some(report)
}

/// The reason of a definite refusal: status RJCT, with a reason that has a code. `None` for every other body.
pub(crate) fn refusal(body: &[u8], reference: BankReference) -> Option<BankReason> {
    let refusal = serde_json::from_slice::<ReportJson>(body).ok()?;
    let is_ours = refusal.reference.as_ref().is_none_or(|theirs| theirs == reference.as_str());
    let is_refused = BankStatus::parse(&refusal.status) == Some(BankStatus::Rejected);
    if is_ours && is_refused { refusal.reason?.reason() } else { None }
}

/// Whether a text can be the name of something at the bank.
pub(crate) fn is_id(text: &str) -> bool {
    (1..=ID_MAX).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// An instant with its offset (RFC 3339).
pub(crate) fn instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const REFERENCE: &str = "TEST0123456789ABCXYZ";

    fn read(change: &[(&str, Value)]) -> Option<PaymentReport> {
        let mut body = json!({
            "reference": REFERENCE, "bank_id": "B1", "status": "ACSC", "amount": "10.50", "currency": "MXN",
            "booked_at": "2026-03-10T18:00:00-06:00", "more": {"of": "the bank's"},
        });
        for (name, value) in change {
            match value {
                Value::Null => drop(body.as_object_mut().unwrap().remove(*name)),
                value => body[*name] = value.clone(),
            }
        }
        report(body.to_string().as_bytes(), REFERENCE.parse().unwrap())
    }

    #[test]
    fn a_whole_answer_is_read() {
        let report = read(&[]).unwrap();
        assert_eq!(report.status, BankStatus::SettledByDebtor);
        assert_eq!(report.amount, Some(Money::new(1050, Currency::MXN)));
        assert_eq!(report.booked_at, instant("2026-03-11T00:00:00Z"));
        assert_eq!((report.bank_id.as_deref(), report.reason), (Some("B1"), None));
    }

    #[test]
    fn what_is_not_written_as_the_protocol_says_is_not_understood() {
        for (name, value) in [
            ("reference", Value::Null),
            ("reference", json!("TEST0123456789ABCXYA")),
            ("reference", json!("another")),
            ("status", Value::Null),
            ("status", json!("WHAT")),
            ("status", json!("acsc")),
            ("status", json!(["ACSC"])),
            ("amount", Value::Null),
            ("amount", json!(10.5)),
            ("amount", json!("10.505")),
            ("amount", json!("-10.50")),
            ("amount", json!("1e3")),
            ("currency", Value::Null),
            ("currency", json!("XXX")),
            ("bank_id", json!(7)),
            ("bank_id", json!("")),
        ] {
            assert_eq!(read(&[(name, value.clone())]), None, "{name}: {value}");
        }
        for body in ["", "{", "[]", "null", "\"ACSC\"", "<html>", "{\"reference\": \"\u{fffd}"] {
            assert_eq!(report(body.as_bytes(), REFERENCE.parse().unwrap()), None, "{body}");
        }
        let twice = format!(r#"{{"reference":"{REFERENCE}","status":"ACSC","status":"RJCT"}}"#);
        assert_eq!(report(twice.as_bytes(), REFERENCE.parse().unwrap()), None);
    }

    #[test]
    fn another_amount_is_read_as_it_stands() {
        let other = read(&[("amount", json!("9.99")), ("currency", json!("USD"))]).unwrap();
        assert_eq!(other.amount.unwrap().to_string(), "9.99 USD");
        let payee = read(&[("status", json!("ACWC")), ("creditor", json!({"account": "1"}))]).unwrap();
        assert_eq!(payee.creditor_account.as_deref(), Some("1"));
    }

    #[test]
    fn a_refusal_needs_no_amount_and_may_have_no_reason() {
        let refused = read(&[("status", json!("RJCT")), ("amount", Value::Null)]).unwrap();
        assert_eq!((refused.amount, refused.reason), (None, None));
        let reason = json!({"code": "AC06", "text": "BlockedAccount"});
        let refused = read(&[("status", json!("RJCT")), ("reason", reason)]).unwrap();
        assert_eq!(refused.reason.unwrap().code(), "AC06");
    }

    #[test]
    fn only_rjct_with_a_reason_is_a_definite_refusal() {
        let code = |body: Value| {
            let reason = refusal(body.to_string().as_bytes(), REFERENCE.parse().unwrap());
            reason.map(|reason| reason.code().to_owned())
        };
        let reason = json!({"code": "AC04", "text": "ClosedAccountNumber"});
        assert_eq!(code(json!({"status": "RJCT", "reason": reason})).as_deref(), Some("AC04"));
        let ours = json!({"status": "RJCT", "reason": {"code": "AC04"}, "reference": REFERENCE});
        assert_eq!(code(ours).as_deref(), Some("AC04"));
        for body in [
            json!({"error": "against the protocol"}),
            json!({"status": "RJCT"}),
            json!({"status": "RJCT", "reason": {}}),
            json!({"status": "RJCT", "reason": {"code": ""}}),
            json!({"status": "CANC", "reason": reason}),
            json!({"status": "PDNG", "reason": reason}),
            json!({"status": "RJCT", "reason": reason, "reference": "TEST0123456789ABCXYA"}),
        ] {
            assert_eq!(code(body.clone()), None, "{body}");
        }
    }

    proptest! {
        #[test]
        fn no_body_panics(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let reference = REFERENCE.parse().unwrap();
            prop_assert!(report(&body, reference).is_none() && refusal(&body, reference).is_none());
        }
    }
}
