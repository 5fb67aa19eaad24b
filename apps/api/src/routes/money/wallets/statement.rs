//! A wallet's statement, as JSON or CSV.

use super::{EntryJson, nobody, wallet_of};
use crate::{
    composition::Money,
    http::{
        caller::Caller,
        problem::{ApiError, Problem},
    },
};
use actix_web::{
    HttpResponse,
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    web,
};
use application::money::statement::{Statement, StatementError};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The period of a statement, and its format.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatementQuery {
    /// The first day, such as 2026-11-01; the default is the first of the month.
    from: Option<String>,
    /// The last day; the default is today.
    to: Option<String>,
    /// `json` (default) or `csv`.
    format: Option<String>,
}

/// The statement of a wallet for a period.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatementJson {
    wallet_id: String,
    currency: &'static str,
    from: NaiveDate,
    to: NaiveDate,
    /// The balance before the first entry.
    opening_balance: String,
    /// The balance after the last entry.
    closing_balance: String,
    /// All entries of the period, newest first.
    items: Vec<EntryJson>,
    next_cursor: Option<String>,
}

/// Returns a wallet's statement for a period.
///
/// It has all entries of the period, and the balances before and after. Needs the scope `wallets:read`, or
/// the owner's token. Errors: `not_found` (404), `validation_failed` (422) if the period is malformed or has
/// too many entries.
#[utoipa::path(get, path = "/api/v1/wallets/{id}/statement", tag = "money",
    params(("id" = String, Path), StatementQuery),
    responses((status = 200, content((StatementJson = "application/json"), (String = "text/csv"))),
        (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn statement(
    app: web::Data<Money>,
    caller: Caller,
    id: web::Path<String>,
    query: web::Query<StatementQuery>,
) -> Result<HttpResponse, ApiError> {
    let id = wallet_of(&app, &caller, &id).await?.id;
    let as_csv = match query.format.as_deref() {
        None | Some("json") => false,
        Some("csv") => true,
        Some(_) => return Err(ApiError::field("/format", "must be json or csv")),
    };
    let (from, to) = (day(query.from.as_deref(), "/from")?, day(query.to.as_deref(), "/to")?);
    let statement = app.statements.run(id, from, to).await.map_err(|fault| match fault {
        StatementError::NoSuchWallet => nobody(),
        StatementError::Backwards => ApiError::field("/to", "must not be before from"),
        StatementError::TooLong => ApiError::field("/from", "must be later: the period has too many entries"),
        StatementError::Store(fault) => fault.into(),
    })?;
    if as_csv { csv(&statement) } else { Ok(json(&statement)) }
}

fn day(text: Option<&str>, pointer: &str) -> Result<Option<NaiveDate>, ApiError> {
    let read = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d");
    text.map(read)
        .transpose()
        .map_err(|_malformed| ApiError::field(pointer, "must be a day such as 2026-11-01"))
}

fn items(statement: &Statement) -> impl Iterator<Item = EntryJson> {
    statement.entries.iter().map(|entry| EntryJson::new(statement.wallet.id, entry))
}

fn json(statement: &Statement) -> HttpResponse {
    HttpResponse::Ok().json(StatementJson {
        wallet_id: statement.wallet.id.to_string(),
        currency: statement.wallet.posted.currency.code(),
        from: statement.from,
        to: statement.to,
        opening_balance: statement.opening.decimal(),
        closing_balance: statement.closing.decimal(),
        items: items(statement).collect(),
        next_cursor: None,
    })
}

fn csv(statement: &Statement) -> Result<HttpResponse, ApiError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for mut item in items(statement) {
        item.concept = item.concept.map(harmless);
        item.counterpart = harmless(item.counterpart);
        writer.serialize(item).map_err(|fault| unwritable(&fault))?;
    }
    if statement.entries.is_empty() {
        let header = ["id", "amount", "balance_after", "transfer_id", "counterpart", "concept", "created_at"];
        writer.write_record(header).map_err(|fault| unwritable(&fault))?;
    }
    let text = writer.into_inner().map_err(|fault| unwritable(&fault))?;
    let name = format!("attachment; filename=\"{}_{}.csv\"", statement.from, statement.to);
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, name))
        .body(text))
}

fn unwritable(fault: &dyn std::fmt::Display) -> ApiError {
    tracing::error!(error = %fault, "a statement could not be written");
    ApiError::unavailable("The statement could not be written. Try again later.")
}

/// Prevents CSV injection (OWASP): a spreadsheet reads a cell that begins like this as a formula, and after
/// an apostrophe as a text.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t']) { format!("'{text}") } else { text }
}
