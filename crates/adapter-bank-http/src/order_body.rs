//! A payment as the bank's protocol writes it.

use domain::money::bank::{AccountType, BankOrder};
use serde::Serialize;

#[derive(Serialize)]
struct OrderJson<'a> {
    reference: &'a str,
    operating_date: String,
    amount: String,
    currency: &'static str,
    debtor: DebtorJson<'a>,
    creditor: CreditorJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    concept: Option<&'a str>,
}

#[derive(Serialize)]
struct DebtorJson<'a> {
    account: &'a str,
}

#[derive(Serialize)]
struct CreditorJson<'a> {
    account: &'a str,
    account_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

/// The body of `POST /transfers`. The same order has the same bytes. Amounts are decimal texts to the currency's
/// exponent.
pub(crate) fn order_body(order: &BankOrder, debtor: &str) -> Option<Vec<u8>> {
    let json = OrderJson {
        reference: order.reference.as_str(),
        operating_date: order.operating_date.to_string(),
        amount: order.amount.decimal(),
        currency: order.amount.currency.code(),
        debtor: DebtorJson { account: debtor },
        creditor: CreditorJson {
            account: order.creditor.canonical(),
            account_type: AccountType::of(&order.creditor).name(),
            name: order.creditor_name.as_deref(),
        },
        concept: order.concept.as_deref(),
    };
    serde_json::to_vec(&json).ok()
}
