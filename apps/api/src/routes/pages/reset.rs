//! The page on which a person chooses a new password, from the link in their mail. Opening it changes
//! nothing, because link previews open it too.

use super::{guard::is_foreign, page, view::Plain, words::Words};
use crate::{
    composition::Accounts,
    http::{caller::VisitorOf, idempotency::detached, problem::ApiError},
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use application::accounts::{reset_password::ResetError, session_issuer::AuthServiceError};
use askama::Template;
use domain::accounts::{PASSWORD_LENGTH_MIN, WeakPassword};
use ports::crypto::HashRefused;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "reset.html")]
struct ResetPage {
    w: Words,
    token: String,
    refusal: Option<String>,
    /// Least length of a password, in characters.
    least: i64,
}

#[derive(Debug, Default, Deserialize)]
struct ResetQuery {
    token: Option<String>,
    lang: Option<String>,
}

/// The fields of the form. There is no `Debug`, because it would show the password.
#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct ResetForm {
    token: String,
    new_password: String,
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/reset").route(web::get().to(show)).route(web::post().to(set)));
}

fn words(app: &Accounts, request: &HttpRequest, query: &ResetQuery) -> Words {
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Words::choose(query.lang.as_deref(), None, accepted, app.settings.default_locale)
}

fn query(request: &HttpRequest) -> ResetQuery {
    web::Query::<ResetQuery>::from_query(request.query_string())
        .map(web::Query::into_inner)
        .unwrap_or_default()
}

/// Tokens are base64url. Anything else is refused before it reaches the database.
fn is_token(text: &str) -> bool {
    (20..=512).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

/// Shows the page on which a person chooses a new password.
///
/// Nothing changes. The link in the person's mail leads here.
#[utoipa::path(get, path = "/reset", operation_id = "show_reset_page", tag = "pages",
    params(("token" = String, Query, description = "The token of the link."),
        ("lang" = Option<String>, Query, description = "`es`, `en` or `pt`; without it the browser's language.")),
    responses((status = 200, description = "The page.", content((String = "text/html"))),
        (status = 400, description = "This is no token.", content((String = "text/html")))))]
pub(crate) async fn show(app: web::Data<Accounts>, request: HttpRequest) -> HttpResponse {
    let query = query(&request);
    let w = words(&app, &request, &query);
    match query.token.filter(|token| is_token(token)) {
        Some(token) => form(StatusCode::OK, w, token, None),
        None => plain(StatusCode::BAD_REQUEST, w, "page-unknown-title", "page-unknown-lead"),
    }
}

fn form(status: StatusCode, w: Words, token: String, refusal: Option<String>) -> HttpResponse {
    let w = w.keeping(format!("token={token}&"));
    page(status, &ResetPage { w, token, refusal, least: least() })
}

fn least() -> i64 {
    i64::try_from(PASSWORD_LENGTH_MIN).unwrap_or(i64::MAX)
}

fn plain(status: StatusCode, w: Words, title: &'static str, lead: &'static str) -> HttpResponse {
    page(status, &Plain { w, title, lead, back: None })
}

/// Sets the new password that the page sends.
#[utoipa::path(post, path = "/reset", operation_id = "send_reset_page", tag = "pages",
    request_body(content = ResetForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "The password is set.", content((String = "text/html"))),
        (status = "4XX", description = "The page again, with what is wrong.", content((String = "text/html"))),
        (status = "5XX", description = "The password can't be set now.", content((String = "text/html")))))]
pub(crate) async fn set(
    app: web::Data<Accounts>,
    request: HttpRequest,
    visitor: VisitorOf,
    fields: web::Form<ResetForm>,
) -> HttpResponse {
    let w = words(&app, &request, &query(&request));
    if is_foreign(&request, &app.settings.public_base_url) {
        return plain(StatusCode::FORBIDDEN, w, "page-foreign-title", "page-foreign-lead");
    }
    let ResetForm { token, new_password } = fields.into_inner();
    if !is_token(&token) {
        return answer(Err(ResetError::NoProof), w, token);
    }
    let (use_case, secret) = (app.reset.clone(), token.clone());
    // The work goes on if the person leaves the page.
    let done = detached(async move { use_case.by_token(&secret, &new_password, &visitor.0).await }).await;
    match done {
        Ok(outcome) => answer(outcome, w, token),
        Err(_cut_short) => fault(w),
    }
}

fn fault(w: Words) -> HttpResponse {
    plain(StatusCode::SERVICE_UNAVAILABLE, w, "page-fault-title", "page-fault-lead")
}

fn answer(outcome: Result<(), ResetError>, w: Words, token: String) -> HttpResponse {
    match outcome {
        Ok(()) => plain(StatusCode::OK, w, "page-reset-done-title", "page-reset-done-lead"),
        Err(ResetError::Weak(why)) => {
            let text = match why {
                WeakPassword::TooShort => w.count("page-reset-short", least()),
                WeakPassword::TooLong => w.say("page-reset-long"),
                WeakPassword::Common | WeakPassword::IsTheEmail => w.say("page-reset-weak"),
            };
            form(StatusCode::UNPROCESSABLE_ENTITY, w, token, Some(text))
        }
        Err(ResetError::NoProof) => {
            plain(StatusCode::GONE, w, "page-reset-gone-title", "page-reset-gone-lead")
        }
        Err(
            ResetError::CheckFailed | ResetError::AuthServiceError(AuthServiceError::Hash(HashRefused::Busy)),
        ) => fault(w),
        Err(ResetError::AuthServiceError(error)) => {
            // The conversion logs the error.
            let _problem = ApiError::from(error);
            fault(w)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::to_bytes;
    use domain::locale::Locale;

    async fn answered(outcome: Result<(), ResetError>) -> (u16, String) {
        let w = Words::choose(Some("es"), None, None, Locale::Es);
        let response = answer(outcome, w, "a-token-of-some-length".into());
        let status = response.status().as_u16();
        (status, String::from_utf8(to_bytes(response.into_body()).await.unwrap().to_vec()).unwrap())
    }

    #[actix_web::test]
    async fn a_weak_password_is_asked_for_again_and_the_token_kept() {
        for refusal in [WeakPassword::TooShort, WeakPassword::TooLong, WeakPassword::Common] {
            let (status, html) = answered(Err(refusal.into())).await;
            assert_eq!(status, 422);
            assert!(
                html.contains("value=\"a-token-of-some-length\"") && html.contains("role=\"alert\""),
                "{html}"
            );
        }
    }

    #[actix_web::test]
    async fn the_page_says_how_it_ended() {
        let (status, html) = answered(Ok(())).await;
        assert!(status == 200 && html.contains("Contraseña cambiada") && !html.contains("a-token"));
        let (status, html) = answered(Err(ResetError::NoProof)).await;
        assert!(status == 410 && html.contains("Este enlace ya no sirve"));
        assert_eq!(answered(Err(ResetError::CheckFailed)).await.0, 503);
    }
}
