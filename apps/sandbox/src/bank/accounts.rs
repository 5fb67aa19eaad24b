//! The balance and the statement of the customer's account.

use super::{error, order};
use crate::{answer::Answer, bank_config::BankConfig, clock::timestamp, world::Shared};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::money::Money;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The most lines of a page.
const PAGE_LINES: usize = 200;

pub(super) async fn balance(world: Shared, request: HttpRequest, account: web::Path<String>) -> HttpResponse {
    super::answer(world, request, ("balance", Value::Null), |world, config| {
        if *account != config.account {
            return error(404, "not found");
        }
        let (booked, available) = world.memory().bank.balance();
        let shown = |minor| Money::new(minor, config.currency).decimal();
        Answer::ok(json!({
            "account": config.account, "booked": shown(booked), "available": shown(available),
            "currency": config.currency.code(), "as_of": timestamp(),
        }))
    })
    .await
}

pub(super) async fn statement(
    world: Shared,
    request: HttpRequest,
    account: web::Path<String>,
) -> HttpResponse {
    let query: BTreeMap<String, String> =
        url::form_urlencoded::parse(request.query_string().as_bytes()).into_owned().collect();
    super::answer(world, request, ("statement", Value::Null), |world, config| {
        if *account != config.account {
            return error(404, "not found");
        }
        page(world, config, &query)
    })
    .await
}

fn page(world: &Shared, config: &BankConfig, query: &BTreeMap<String, String>) -> Answer {
    let day = |name: &str| query.get(name).and_then(|text| order::date(text));
    let (Some(from), Some(to)) = (day("from"), day("to")) else {
        return error(400, "from, to: must be dates");
    };
    let after = match query.get("cursor").map(|cursor| cursor.parse::<u64>()) {
        None => 0,
        Some(Ok(after)) => after,
        Some(Err(_)) => return error(400, "cursor: is none of ours"),
    };
    let memory = world.memory();
    let mut wanted =
        memory.bank.entries().filter(|entry| entry.seq > after && (from..=to).contains(&entry.value_date));
    let lines: Vec<_> = wanted.by_ref().take(PAGE_LINES).collect();
    let has_more = wanted.next().is_some();
    let next = lines.last().filter(|_| has_more).map(|last| last.seq.to_string());
    let items: Vec<Value> = lines.iter().map(|entry| entry.shown(config.currency)).collect();
    Answer::ok(json!({"items": items, "next_cursor": next}))
}
