//! Reads a payment as it is ordered, and names what is wrong with it.

use crate::{bank_config::BankConfig, memory::BankCreditor};
use actix_web::{HttpRequest, web};
use chrono::NaiveDate;
use domain::money::{Money, bank::BankReference};
use serde::Deserialize;

const ACCOUNT_TYPES: [&str; 5] = ["clabe", "iban", "card", "phone", "other"];

#[derive(Deserialize)]
struct OrderJson {
    reference: String,
    operating_date: String,
    amount: String,
    currency: String,
    debtor: Debtor,
    creditor: BankCreditor,
    concept: Option<String>,
}

#[derive(Deserialize)]
struct Debtor {
    account: String,
}

/// A payment that follows the protocol.
pub(super) struct Order {
    pub(super) reference: BankReference,
    pub(super) operating_date: NaiveDate,
    pub(super) amount: Money,
    pub(super) creditor: BankCreditor,
    pub(super) concept: Option<String>,
}

/// Reads a payment.
///
/// # Errors
/// What is against the protocol.
pub(super) fn read(request: &HttpRequest, body: &web::Bytes, config: &BankConfig) -> Result<Order, String> {
    let json: OrderJson = serde_json::from_slice(body).map_err(|fault| fault.to_string())?;
    let wrong = |field: &str| format!("{field}: against the protocol");
    let reference: BankReference = json.reference.parse().map_err(|_invalid| wrong("reference"))?;
    let key = request.headers().get("Idempotency-Key").and_then(|key| key.to_str().ok());
    if key != Some(reference.as_str()) {
        return Err(wrong("Idempotency-Key"));
    }
    if json.currency != config.currency.code() {
        return Err(wrong("currency"));
    }
    if json.debtor.account != config.account {
        return Err(wrong("debtor.account"));
    }
    if json.creditor.account.is_empty() || !ACCOUNT_TYPES.contains(&json.creditor.account_type.as_str()) {
        return Err(wrong("creditor"));
    }
    Ok(Order {
        reference,
        operating_date: date(&json.operating_date).ok_or_else(|| wrong("operating_date"))?,
        amount: Money::parse_positive(&json.amount, config.currency).map_err(|_invalid| wrong("amount"))?,
        creditor: json.creditor,
        concept: json.concept,
    })
}

/// A date as the protocol writes it: 2026-03-10.
pub(super) fn date(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10)
}
