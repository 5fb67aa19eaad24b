//! Flows, and the answers to them.

use crate::{
    composition::Messaging,
    http::{
        caller::Caller,
        pagination::{PageQuery, cut},
        problem::{ApiError, Problem},
    },
    scopes::Scope,
};
use actix_web::{HttpResponse, web};
use chrono::SecondsFormat;
use domain::{
    messaging::flow::{Flow, Slug},
    text::mask,
};
use ports::messaging::FlowResponse;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A flow, in its newest version.
#[derive(Serialize, ToSchema)]
pub(crate) struct FlowJson {
    /// The flow's name, such as `oncology-intake`.
    #[schema(example = "oncology-intake")]
    id: String,
    version: u32,
    /// The languages of the flow, the main one first.
    languages: Vec<&'static str>,
    /// The flow's title, by language.
    title: BTreeMap<&'static str, String>,
    /// A trigger that starts the flow, by language.
    start: BTreeMap<&'static str, String>,
    /// The number of questions.
    steps: usize,
}

/// A page of flows, by name.
#[derive(Serialize, ToSchema)]
pub(crate) struct FlowPage {
    items: Vec<FlowJson>,
    next_cursor: Option<String>,
}

/// The answers of one person to a whole flow.
#[derive(Serialize, ToSchema)]
pub(crate) struct FlowResponseJson {
    id: String,
    /// The version that was answered.
    flow_version: u32,
    /// Who answered, masked: `****1234`.
    respondent: String,
    /// The answers by step: texts and places as written, options by name, numbers as decimals, days as
    /// `1990-05-03`, phone numbers in E.164.
    answers: BTreeMap<String, String>,
    completed_at: String,
    /// True if the answers can't be opened, because their key is gone. Left out otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unreadable: bool,
}

/// A page of responses, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct FlowResponsePage {
    items: Vec<FlowResponseJson>,
    next_cursor: Option<String>,
}

impl From<&Flow> for FlowJson {
    fn from(flow: &Flow) -> Self {
        let languages = || flow.languages().iter();
        Self {
            id: flow.id().to_string(),
            version: flow.version(),
            languages: languages().map(|locale| locale.tag()).collect(),
            title: languages().map(|locale| (locale.tag(), flow.title(*locale).to_owned())).collect(),
            start: languages().map(|locale| (locale.tag(), flow.start_word(*locale).to_owned())).collect(),
            steps: flow.steps(),
        }
    }
}

impl From<&FlowResponse> for FlowResponseJson {
    fn from(response: &FlowResponse) -> Self {
        let answers = response.answers.iter();
        Self {
            id: response.id.to_string(),
            flow_version: response.version,
            respondent: mask(&response.respondent),
            answers: answers.map(|(step, answer)| (step.to_string(), answer.as_text())).collect(),
            completed_at: response.completed_at.to_rfc3339_opts(SecondsFormat::Micros, true),
            unreadable: response.is_unreadable,
        }
    }
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/api/v1/flows").route(web::get().to(list)))
        .service(web::resource("/api/v1/flows/{id}/responses").route(web::get().to(responses)));
}

/// Lists the flows, by name.
///
/// Needs the scope `flows`.
#[utoipa::path(get, path = "/api/v1/flows", operation_id = "list_flows",
    tag = "flows", params(PageQuery),
    responses((status = 200, body = FlowPage), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn list(
    app: web::Data<Messaging>,
    caller: Caller,
    page: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Scope::Flows)?;
    let (request, limit) = page.behind_slug()?;
    let (flows, next_cursor) = cut(app.flows.flows(&request), limit, |flow| flow.id().to_string());
    Ok(HttpResponse::Ok()
        .json(FlowPage { items: flows.into_iter().map(FlowJson::from).collect(), next_cursor }))
}

/// Lists the answers to a flow, newest first.
///
/// People who left before the end are not included. Needs the scope `flows`. Error: `not_found` (404).
#[utoipa::path(get, path = "/api/v1/flows/{id}/responses", operation_id = "list_flow_responses",
    tag = "flows",
    params(("id" = String, Path, description = "The flow's name, such as `oncology-intake`", pattern = "^[a-z0-9-]+$"), PageQuery),
    responses((status = 200, body = FlowResponsePage), (status = "4XX", body = Problem)), security(("bearer" = [])))]
pub(crate) async fn responses(
    app: web::Data<Messaging>,
    caller: Caller,
    id: web::Path<String>,
    page: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Scope::Flows)?;
    let (request, limit) = page.behind_id()?;
    let unknown = || ApiError::not_found("Flow not found.");
    let flow = Slug::parse(&id).map_err(|_no_name| unknown())?;
    let found = app.flows.responses(&flow, &request).await?.ok_or_else(unknown)?;
    let (rows, next_cursor) = cut(found, limit, |response| response.id.to_string());
    let items = rows.iter().map(FlowResponseJson::from).collect();
    Ok(HttpResponse::Ok().json(FlowResponsePage { items, next_cursor }))
}
