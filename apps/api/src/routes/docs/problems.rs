//! What a problem code means: `/problems/{code}`, to which the `type` of each problem leads.

use crate::http::{
    problem::{ApiError, CODES, FIELD_CODES, Problem, title},
    problem_meanings::{self, Meaning},
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{ACCEPT, CONTENT_SECURITY_POLICY, HeaderValue, VARY},
    },
    web,
};
use serde::Serialize;
use utoipa::ToSchema;

const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What a problem code means.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProblemMeaning {
    /// Its address, as in the `type` of a problem.
    #[serde(rename = "type")]
    #[schema(example = "/problems/not_found")]
    kind: String,
    /// The stable code of the problem.
    #[schema(example = "not_found")]
    code: &'static str,
    /// The code in words.
    #[schema(example = "Not found")]
    title: String,
    /// The HTTP status.
    #[schema(example = 404)]
    status: u16,
    /// What happened, in a sentence for the caller.
    #[schema(example = "There is no such route or object, or it belongs to somebody else.")]
    meaning: &'static str,
    /// What the caller does about it.
    #[schema(example = "Check the address and the id.")]
    remedy: &'static str,
}

impl ProblemMeaning {
    fn of(meaning: &Meaning) -> Self {
        let Meaning { code, means, remedy } = *meaning;
        let status = CODES.iter().find(|(known, _)| *known == code).map(|(_, status)| *status);
        let of_fields = FIELD_CODES.contains(&code).then_some(StatusCode::UNPROCESSABLE_ENTITY);
        Self {
            kind: format!("/problems/{code}"),
            code,
            title: title(code),
            status: status.or(of_fields).unwrap_or(StatusCode::CONFLICT).as_u16(),
            meaning: means,
            remedy,
        }
    }

    /// The page for people. It has only texts of our own, so nothing is escaped.
    fn page(&self) -> String {
        let Self { code, title, status, meaning, remedy, .. } = self;
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title} · Ventanilla</title>\n\
             <link rel=\"stylesheet\" href=\"/assets/home.css\">\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n\
             <p class=\"lead\">{meaning}</p>\n<p>{remedy}</p>\n<p>Status {status}, code <code>{code}</code></p>\n\
             <nav><a class=\"link\" href=\"/docs/\"><strong>API documentation</strong> Which routes answer with this code.</a>\
             </nav>\n</main>\n</body>\n</html>\n"
        )
    }
}

/// The routes of this feature, as the API documentation shows them.
#[derive(utoipa::OpenApi)]
#[openapi(paths(show))]
pub(super) struct Api;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/problems/{code}").route(web::get().to(show)));
}

/// Says what a problem code means.
///
/// The `type` of each problem leads here. A browser gets a page, another caller JSON. Error: `not_found` (404).
#[utoipa::path(get, path = "/problems/{code}", operation_id = "get_problem", tag = "health",
    params(("code" = String, Path, description = "A problem code, such as `not_found`")),
    responses((status = 200, content((ProblemMeaning = "application/json"), (String = "text/html"))),
        (status = "4XX", body = Problem)))]
pub(crate) async fn show(request: HttpRequest, code: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let meaning =
        problem_meanings::find(&code).ok_or_else(|| ApiError::not_found("No problem has this code."))?;
    let meaning = ProblemMeaning::of(meaning);
    let accepts = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let mut response = HttpResponse::Ok();
    response.insert_header((VARY, HeaderValue::from_static("Accept")));
    if !accepts.contains("text/html") {
        return Ok(response.json(meaning));
    }
    Ok(response
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .body(meaning.page()))
}
