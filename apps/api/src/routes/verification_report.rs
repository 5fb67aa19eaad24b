//! The statistics of codes.

use crate::{
    composition,
    http::{
        caller::Caller,
        days::day,
        price::PriceJson,
        problem::{ApiError, Problem},
    },
    scopes::Scope,
};
use actix_web::{HttpResponse, web};
use application::verification::code_statistics::{CodeStatisticsError, DAYS_MAX, GroupBy, SENDS_MAX};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What codes are grouped by.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it only describes the parameter in the documentation")]
pub(crate) enum GroupByName {
    /// The channel on which a code was sent.
    Channel,
    /// The country of the number.
    Country,
    /// The calendar day in `DEFAULT_TIME_ZONE`.
    Day,
}

/// The period, and what its codes are grouped by.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReportQuery {
    /// The first day, such as 2026-11-01; the default is the first of the month.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<String>,
    /// The last day; the default is today.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<String>,
    /// The default is `channel`.
    #[param(inline, value_type = Option<GroupByName>)]
    group_by: Option<String>,
}

/// The codes of one group.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodeCountJson {
    /// The channel, the country's two letters (`none` for e-mail), or the day.
    #[schema(example = "sms")]
    key: String,
    /// Sends that a provider accepted, delivered ones included.
    sent: u64,
    /// Sends that were delivered, as far as the provider reports it.
    delivered: u64,
    /// Verifications that were approved, each in the group of its last send.
    approved: u64,
    /// Sends that failed.
    failed: u64,
    /// The sum of the prices that providers have told. Missing if there is none, or if they are in several currencies.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<PriceJson>,
}

/// The codes of a period, by group.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodeReportJson {
    items: Vec<CodeCountJson>,
}

/// The routes of this feature, as the API documentation shows them.
#[derive(utoipa::OpenApi)]
#[openapi(paths(report), components(schemas(GroupByName)))]
pub(super) struct Api;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/api/v1/reports/verifications").route(web::get().to(report)));
}

/// Counts the codes of a period by channel, country or day.
///
/// With the scope `verify` a team counts its own codes, with `operate` all of them, those of payments and pages
/// included. A period has 366 days and 100,000 sends at most. Errors: `forbidden` (403), `validation_failed` (422).
#[utoipa::path(get, path = "/api/v1/reports/verifications", operation_id = "report_verifications",
    tag = "verification", params(ReportQuery),
    responses((status = 200, body = CodeReportJson), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn report(
    app: web::Data<composition::Verification>,
    caller: Caller,
    query: web::Query<ReportQuery>,
) -> Result<HttpResponse, ApiError> {
    let requester = if caller.require(Scope::Operate).is_ok() {
        None
    } else {
        caller.require(Scope::Verify)?;
        Some(caller.principal())
    };
    let by = query.group_by.as_deref().unwrap_or("channel");
    let by =
        GroupBy::parse(by).ok_or_else(|| ApiError::field("/group_by", "must be channel, country or day"))?;
    let period = (day(query.from.as_deref(), "/from")?, day(query.to.as_deref(), "/to")?);
    let counts = app.statistics.run(period, by, requester).await.map_err(|fault| match fault {
        CodeStatisticsError::Backwards => ApiError::field("/to", "must not be before from"),
        CodeStatisticsError::TooLong => {
            ApiError::field("/from", format!("must be later: a period has {DAYS_MAX} days at most"))
        }
        CodeStatisticsError::TooMany => {
            ApiError::field("/from", format!("must be later: an answer counts {SENDS_MAX} sends at most"))
        }
        CodeStatisticsError::Store(fault) => fault.into(),
    })?;
    let items = counts.into_iter().map(|(key, count)| CodeCountJson {
        key,
        sent: count.sent,
        delivered: count.delivered,
        approved: count.approved,
        failed: count.failed,
        cost: PriceJson::told(count.cost.as_ref(), None),
    });
    Ok(HttpResponse::Ok().json(CodeReportJson { items: items.collect() }))
}
