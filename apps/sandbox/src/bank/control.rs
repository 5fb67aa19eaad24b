//! The control routes of the bank: what it carried out, what becomes of a payment, and money that comes in.

use super::{entry_id, notices, operating_date};
use crate::{
    clock::timestamp,
    memory::{BankEntry, BankTransfer},
    world::Shared,
};
use actix_web::{HttpResponse, web};
use domain::money::{
    Money,
    bank::{BankReference, BankStatus},
};
use serde::Deserialize;
use serde_json::{Value, json};

/// What the bank carries out or has carried out, once each, without what it refused.
pub(crate) async fn list_transfers(world: Shared) -> HttpResponse {
    let memory = world.memory();
    HttpResponse::Ok().json(memory.bank.carried_out().map(BankTransfer::listed).collect::<Vec<_>>())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatusChange {
    status: String,
    reason: Option<Reason>,
    booked: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    code: String,
    #[serde(default)]
    text: String,
}

/// Gives a payment another status, books it when it settles (or when told to), and sends the notice.
pub(crate) async fn set_status(
    world: Shared,
    reference: web::Path<String>,
    body: web::Bytes,
) -> HttpResponse {
    let change: StatusChange = match serde_json::from_slice(&body) {
        Ok(change) => change,
        Err(fault) => return unprocessable(&fault.to_string()),
    };
    let Some(status) = BankStatus::parse(&change.status) else {
        return unprocessable("status: must be a code of ISO 20022, such as ACSC");
    };
    let Ok(reference) = reference.parse::<BankReference>() else {
        return not_found("reference: unknown");
    };
    let entry = entry_id(&world);
    let reason = change.reason.map(|reason| (reason.code, reason.text));
    let shown = {
        let mut memory = world.memory();
        if memory.bank.change(reference, status, reason, &entry).is_none() {
            return not_found("reference: unknown");
        }
        if change.booked == Some(true) {
            memory.bank.book(reference, &entry);
        }
        memory.bank.find(reference).map(BankTransfer::listed).unwrap_or_default()
    };
    let told = tell(async move { notices::tell_status(&world, reference).await }).await;
    HttpResponse::Ok().json(with_webhook(shown, told))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewEntry {
    amount: String,
    creditor_account: String,
    #[serde(default)]
    counterparty: Counterparty,
    concept: Option<String>,
    reference: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counterparty {
    account: Option<String>,
    name: Option<String>,
}

/// Books money that comes in, and sends the notice.
pub(crate) async fn add_entry(world: Shared, body: web::Bytes) -> HttpResponse {
    let entry: NewEntry = match serde_json::from_slice(&body) {
        Ok(entry) => entry,
        Err(fault) => return unprocessable(&fault.to_string()),
    };
    let Some(config) = world.config.bank.clone() else { return not_found("the bank has no customer") };
    let Ok(amount) = Money::parse_positive(&entry.amount, config.currency) else {
        return unprocessable("amount: must be a decimal text above zero");
    };
    let entry = BankEntry {
        seq: 0,
        entry_id: entry_id(&world),
        reference: entry.reference,
        bank_id: format!("B{}", hex::encode(world.random_bytes::<6>())),
        minor: amount.minor,
        booked_at: timestamp(),
        value_date: operating_date(&config).date(),
        creditor_account: entry.creditor_account,
        counterparty_account: entry.counterparty.account,
        counterparty_name: entry.counterparty.name,
        concept: entry.concept,
    };
    let shown = entry.shown(config.currency);
    world.memory().bank.add(entry);
    let data = shown.clone();
    let told = tell(async move { notices::tell(&world, "entry.booked", data).await }).await;
    HttpResponse::Created().json(with_webhook(shown, told))
}

/// Takes a line from the statement, as if it had not been booked.
pub(crate) async fn remove_entry(world: Shared, entry_id: web::Path<String>) -> HttpResponse {
    if world.memory().bank.remove(&entry_id) {
        HttpResponse::NoContent().finish()
    } else {
        not_found("entry_id: unknown")
    }
}

/// In a separate task, so that the notice is sent even if the caller disconnects.
async fn tell(notice: impl Future<Output = Option<u16>> + Send + 'static) -> Option<u16> {
    tokio::spawn(notice).await.ok().flatten()
}

fn with_webhook(mut shown: Value, webhook_status: Option<u16>) -> Value {
    if let Some(fields) = shown.as_object_mut() {
        fields.insert("webhook_status".into(), json!(webhook_status));
    }
    shown
}

fn not_found(what: &str) -> HttpResponse {
    HttpResponse::NotFound().json(json!({"error": what}))
}

fn unprocessable(what: &str) -> HttpResponse {
    HttpResponse::UnprocessableEntity().json(json!({"error": what}))
}
