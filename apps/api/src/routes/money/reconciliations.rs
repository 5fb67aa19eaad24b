//! Reconciliations with the outside bank: run one, and read what it found.

use crate::{
    composition::Money,
    http::{
        caller::Caller,
        days::day,
        idempotency::detached,
        json::{JsonBody, time},
        pagination::{PageQuery, cut},
        problem::{ApiError, Problem},
        sheets::{Cell, sheet},
        signed::money,
        words::words,
    },
    scopes::Scope,
    wakeups::WorkerWakeups,
};
use actix_web::{HttpResponse, web};
use application::money::reconcile::ReconcileError;
use domain::{
    money::{Money as Amount, bank::OperatingDate, reconciliation::ReconciliationClass},
    operations::operators::OperatorRole,
};
use ports::{
    money::{FoundItem, ReconciliationRun},
    pagination::PageRequest,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Items that are read at once for a file.
const SHEET_PAGE: i64 = 1_000;

words! {
    ClassWord "ReconciliationClass" "What a reconciliation found." ReconciliationClass::ALL.map(ReconciliationClass::name);
    ItemsFormatWord "ItemsFormat" "The format of the items." ["json", "csv"];
}

/// What to reconcile.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReconcileBody {
    /// The operating date; the default is the one of now.
    #[schema(format = Date, example = "2026-11-30")]
    date: Option<String>,
}

/// A run.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReconciliationJson {
    id: String,
    /// The operating date.
    #[schema(format = Date)]
    date: String,
    /// The word `finished`.
    #[schema(example = "finished")]
    status: &'static str,
    started_at: String,
    finished_at: String,
    /// Lines of the bank's statement that could not be read. Nothing is called missing at the bank while there are any.
    unreadable_lines: u32,
}

/// A page of runs, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReconciliationPage {
    items: Vec<ReconciliationJson>,
    next_cursor: Option<String>,
}

/// A finding.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReconciliationItemJson {
    #[schema(value_type = ClassWord)]
    class: &'static str,
    /// The payment's reference, or what the bank's line has.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    /// The bank's name of the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer_id: Option<String>,
    /// Our amount, below zero for money that left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "-150.00")]
    ours: Option<String>,
    /// The bank's amount, below zero for money that left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "-149.99")]
    theirs: Option<String>,
    /// When it was first found.
    opened_at: String,
    /// When a later run no longer found it.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<String>,
}

/// A page of findings.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReconciliationItemPage {
    items: Vec<ReconciliationItemJson>,
    next_cursor: Option<String>,
}

/// The format of the items.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ItemsQuery {
    /// `json` (default), page by page, or `csv`, all of them.
    #[param(inline, value_type = Option<ItemsFormatWord>)]
    format: Option<String>,
}

impl From<&ReconciliationRun> for ReconciliationJson {
    fn from(run: &ReconciliationRun) -> Self {
        Self {
            id: run.id.to_string(),
            date: run.date.to_string(),
            status: "finished",
            started_at: time(run.started_at),
            finished_at: time(run.finished_at),
            unreadable_lines: run.unreadable,
        }
    }
}

impl From<&FoundItem> for ReconciliationItemJson {
    fn from(found: &FoundItem) -> Self {
        let item = &found.item;
        Self {
            class: item.class.name(),
            reference: item.reference.clone(),
            entry_id: item.entry_id.clone(),
            transfer_id: item.transfer.map(|id| id.to_string()),
            ours: item.ours.map(Amount::decimal),
            theirs: item.theirs.map(Amount::decimal),
            opened_at: time(found.opened_at),
            closed_at: found.closed_at.map(time),
        }
    }
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(money("/api/v1/reconciliations").route(web::get().to(list)).route(web::post().to(run)))
        .service(money("/api/v1/reconciliations/{id}").route(web::get().to(show)))
        .service(money("/api/v1/reconciliations/{id}/items").route(web::get().to(items)));
}

fn unknown() -> ApiError {
    ApiError::not_found("Reconciliation not found.")
}

/// Compares an operating date with the bank's statement, line by line and both ways.
///
/// Lines that were not seen before act first: they settle payments and become deposits. Needs the scope `operate`, or an
/// operator who investigates. Errors: `forbidden` (403), `conflict` (409) where no outside bank is set up,
/// `validation_failed` (422), `unavailable` (503) if the bank doesn't tell its statement now.
#[utoipa::path(post, path = "/api/v1/reconciliations", operation_id = "run_reconciliation", tag = "money",
    request_body = ReconcileBody,
    responses((status = 201, body = ReconciliationJson), (status = 503, body = Problem),
        (status = "4XX", body = Problem)),
    security(("bearer" = [])))]
pub(crate) async fn run(
    app: web::Data<Money>,
    wakeups: web::Data<WorkerWakeups>,
    caller: Caller,
    body: JsonBody<ReconcileBody>,
) -> Result<HttpResponse, ApiError> {
    caller.require_operator(OperatorRole::Investigate, Scope::Operate)?;
    let date = day(body.0.date.as_deref(), "/date")?;
    let bank = app.bank.clone().ok_or_else(|| ApiError::conflict("No outside bank is set up."))?;
    let date = date.map_or_else(|| bank.policy.date_at(app.kernel.now()), OperatingDate::new);
    let actor = caller.actor();
    let run = detached(async move { bank.reconcile.run(date, actor).await }).await?;
    wakeups.alerts.notify_one();
    let run = run.map_err(refused)?;
    Ok(HttpResponse::Created().json(ReconciliationJson::from(&run)))
}

fn refused(fault: ReconcileError) -> ApiError {
    match fault {
        ReconcileError::Store(fault) => fault.into(),
        ReconcileError::Busy => ApiError::conflict("Other reconciliations of this date are being written."),
        other => {
            tracing::error!(error = %application::error_chain::describe(&other), "nothing was reconciled");
            ApiError::unavailable("The bank doesn't tell its statement now. Try again later.")
        }
    }
}

/// Lists the runs, newest first.
///
/// Needs the scope `operate`, or an operator.
#[utoipa::path(get, path = "/api/v1/reconciliations", operation_id = "list_reconciliations", tag = "money",
    params(PageQuery),
    responses((status = 200, body = ReconciliationPage), (status = "4XX", body = Problem)),
    security(("bearer" = [])))]
pub(crate) async fn list(
    app: web::Data<Money>,
    caller: Caller,
    page: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require_operator(OperatorRole::Look, Scope::Operate)?;
    let (request, limit) = page.behind_id()?;
    let (runs, next_cursor) =
        cut(app.reconciliations.reconciliations(&request).await?, limit, |run| run.id.to_string());
    let items = runs.iter().map(ReconciliationJson::from).collect();
    Ok(HttpResponse::Ok().json(ReconciliationPage { items, next_cursor }))
}

/// Shows a run.
///
/// Needs the scope `operate`, or an operator. Error: `not_found` (404).
#[utoipa::path(get, path = "/api/v1/reconciliations/{id}", operation_id = "show_reconciliation", tag = "money",
    params(("id" = String, Path)),
    responses((status = 200, body = ReconciliationJson), (status = "4XX", body = Problem)),
    security(("bearer" = [])))]
pub(crate) async fn show(
    app: web::Data<Money>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    caller.require_operator(OperatorRole::Look, Scope::Operate)?;
    let run = find(&app, &id).await?;
    Ok(HttpResponse::Ok().json(ReconciliationJson::from(&run)))
}

/// Lists what a run found.
///
/// A finding that a later run found again keeps its `opened_at`. Needs the scope `operate`, or an operator. Error:
/// `not_found` (404).
#[utoipa::path(get, path = "/api/v1/reconciliations/{id}/items", operation_id = "list_reconciliation_items",
    tag = "money", params(("id" = String, Path), ItemsQuery, PageQuery),
    responses((status = 200, content((ReconciliationItemPage = "application/json"), (String = "text/csv"))),
        (status = "4XX", body = Problem)),
    security(("bearer" = [])))]
pub(crate) async fn items(
    app: web::Data<Money>,
    caller: Caller,
    id: web::Path<String>,
    format: web::Query<ItemsQuery>,
    page: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require_operator(OperatorRole::Look, Scope::Operate)?;
    let run = find(&app, &id).await?;
    match format.format.as_deref() {
        None | Some("json") => {}
        Some("csv") => return as_sheet(&app, &run).await,
        Some(_) => return Err(ApiError::field("/format", "must be json or csv")),
    }
    let (request, limit) = page.behind_id()?;
    let found = app.reconciliations.reconciliation_items(run.id, &request).await?;
    let (items, next_cursor) = cut(found, limit, |item| item.id.to_string());
    let items = items.iter().map(ReconciliationItemJson::from).collect();
    Ok(HttpResponse::Ok().json(ReconciliationItemPage { items, next_cursor }))
}

async fn find(app: &Money, id: &str) -> Result<ReconciliationRun, ApiError> {
    let id = Uuid::try_parse(id).map_err(|_malformed| unknown())?;
    app.reconciliations.find_reconciliation(id).await?.ok_or_else(unknown)
}

async fn as_sheet(app: &Money, run: &ReconciliationRun) -> Result<HttpResponse, ApiError> {
    let mut all: Vec<FoundItem> = Vec::new();
    loop {
        let after = all.last().map(|found| found.id.to_string());
        let page = PageRequest { limit: SHEET_PAGE, after };
        let found = app.reconciliations.reconciliation_items(run.id, &page).await?;
        if found.is_empty() {
            break;
        }
        all.extend(found);
    }
    let columns =
        ["class", "reference", "entry_id", "transfer_id", "ours", "theirs", "opened_at", "closed_at"];
    let rows = all.iter().map(|found| {
        let item = ReconciliationItemJson::from(found);
        [
            Cell::Exact(item.class.to_owned()),
            Cell::Text(item.reference.unwrap_or_default()),
            Cell::Text(item.entry_id.unwrap_or_default()),
            Cell::Exact(item.transfer_id.unwrap_or_default()),
            Cell::Exact(item.ours.unwrap_or_default()),
            Cell::Exact(item.theirs.unwrap_or_default()),
            Cell::Exact(item.opened_at),
            Cell::Exact(item.closed_at.unwrap_or_default()),
        ]
    });
    sheet(&format!("reconciliation-{}", run.date), columns, rows)
}
