//! `POST /transfers` and `GET /transfers/{reference}`.

use super::{entry_id, error, notices, order};
use crate::{answer::Answer, bank_config::BankConfig, clock::timestamp, memory::BankTransfer, world::Shared};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::money::bank::{BankReference, BankStatus};
use serde_json::{Value, json};
use std::time::Duration;

/// An account that ends so is closed: AC04.
const CLOSED: char = '9';
/// A payment to an account that ends so stays pending until told otherwise.
const PENDING: char = '8';

pub(super) async fn take(world: Shared, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let shown = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let order = world.config.bank.as_ref().map(|config| order::read(&request, &body, config));
    super::answer(world, request, ("transfer", shown), |world, config| match order {
        Some(Ok(order)) => taken(world, config, order),
        Some(Err(fault)) => error(400, &fault),
        None => error(400, "there is no customer"),
    })
    .await
}

/// Takes a payment once; a reference that is known is refused.
fn taken(world: &Shared, config: &BankConfig, order: order::Order) -> Answer {
    let mut transfer = BankTransfer {
        reference: order.reference,
        operating_date: order.operating_date,
        bank_id: format!("B{}", hex::encode(world.random_bytes::<6>())),
        status: BankStatus::Settling,
        reason: None,
        amount: order.amount,
        creditor: order.creditor,
        concept: order.concept,
        booked_at: None,
        at: timestamp(),
    };
    let last = transfer.creditor.account.chars().next_back().unwrap_or(' ');
    if last == CLOSED {
        transfer.status = BankStatus::Rejected;
        transfer.reason = Some(("AC04".into(), "ClosedAccountNumber".into()));
    } else if last == PENDING {
        transfer.status = BankStatus::Pending;
    } else if config.settles_after.is_zero() {
        transfer.status = BankStatus::SettledByDebtor;
    }
    let (reference, status) = (transfer.reference, transfer.status);
    let refusal = transfer.shown();
    if !world.memory().bank.take(transfer, &entry_id(world)) {
        return error(409, "duplicate reference");
    }
    if status == BankStatus::Settling {
        settle_later(world, reference, config.settles_after);
    }
    let shown = world.memory().bank.find(reference).map(BankTransfer::shown).unwrap_or_default();
    match status {
        BankStatus::Rejected => {
            Answer { status: 422, body: json!({"status": "RJCT", "reason": refusal.get("reason")}) }
        }
        BankStatus::SettledByDebtor => Answer::created(shown),
        _ => Answer { status: 202, body: shown },
    }
}

/// Settles a payment after a while, and says so.
fn settle_later(world: &Shared, reference: BankReference, settles_after: Duration) {
    let world = world.clone();
    tokio::spawn(async move {
        tokio::time::sleep(settles_after).await;
        let entry = entry_id(&world);
        let status = BankStatus::SettledByDebtor;
        let is_still_settling = {
            let mut memory = world.memory();
            let is = memory.bank.find(reference).is_some_and(|one| one.status == BankStatus::Settling);
            is && memory.bank.change(reference, status, None, &entry).is_some()
        };
        if is_still_settling {
            let _answered = notices::tell_status(&world, reference).await;
        }
    });
}

pub(super) async fn status(
    world: Shared,
    request: HttpRequest,
    reference: web::Path<String>,
) -> HttpResponse {
    let dates: Vec<String> = url::form_urlencoded::parse(request.query_string().as_bytes())
        .filter(|(name, _)| name == "operating_date")
        .map(|(_, value)| value.into_owned())
        .collect();
    super::answer(world, request, ("status", Value::Null), |world, _| {
        let [asked] = dates.as_slice() else { return error(400, "operating_date: is missing") };
        let Some(asked) = order::date(asked) else { return error(400, "operating_date: is no date") };
        let memory = world.memory();
        let found = reference.parse().ok().and_then(|reference| memory.bank.find(reference));
        // A reference is unique within its date, as in SPEI.
        match found.filter(|transfer| transfer.operating_date == asked) {
            Some(transfer) => Answer::ok(transfer.shown()),
            None => error(404, "not found"),
        }
    })
    .await
}
