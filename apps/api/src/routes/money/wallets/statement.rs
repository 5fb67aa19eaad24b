//! A wallet's statement, as JSON or CSV.

use super::{EntryJson, nobody, wallet_of};
use crate::{
    composition::Money,
    http::{
        caller::Caller,
        days::day,
        problem::{ApiError, Problem},
        sheets::{Cell, sheet},
        words::words,
    },
};
use actix_web::{HttpResponse, web};
use application::money::statement::{Statement, StatementError};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

words! {
    FormatWord "Format" "The format of a statement." ["json", "csv"];
}

/// The period of a statement, and its format.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatementQuery {
    /// The first day, such as 2026-11-01; the default is the first of the month.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<String>,
    /// The last day; the default is today.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<String>,
    /// `json` (default) or `csv`.
    #[param(inline, value_type = Option<FormatWord>)]
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
#[utoipa::path(get, path = "/api/v1/wallets/{id}/statement", operation_id = "get_statement",
    tag = "money",
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
    let columns = ["id", "amount", "balance_after", "transfer_id", "counterpart", "concept", "created_at"];
    let rows = items(statement).map(|item| {
        let EntryJson { id, amount, balance_after, transfer_id, counterpart, concept, created_at } = item;
        let concept = Cell::Text(concept.unwrap_or_default());
        let [id, amount, balance_after, transfer_id, created_at] =
            [id, amount, balance_after, transfer_id, created_at].map(Cell::Exact);
        [id, amount, balance_after, transfer_id, Cell::Text(counterpart), concept, created_at]
    });
    sheet(&format!("{}_{}", statement.from, statement.to), columns, rows)
}
