//! The page on which a person chooses a new password, from the link in his mail. Opening it changes
//! nothing: previews of links open them too.

use super::{guard::is_foreign, page, view::Plain, words::Words};
use crate::{http::client_address::peer_address, wiring::App};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use askama::Template;
use async_trait::async_trait;
use serde::Deserialize;
use std::sync::Arc;

/// Why the password stays.
#[allow(dead_code, reason = "made by whoever sets passwords, which a build may leave out")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResetRefusal {
    /// Too short. The token stays good, as for all that is wrong with the new password.
    TooShort,
    /// Too long.
    TooLong,
    /// Easy to guess.
    Guessable,
    /// The token is wrong, used or expired.
    NoProof,
    /// It can't be done now.
    Unavailable,
}

/// Who sets passwords.
#[async_trait]
pub(crate) trait PasswordResets: Send + Sync {
    /// Sets a new password with a mail's token, asked for from that address.
    async fn reset(&self, token: &str, new_password: &str, address: &str) -> Result<(), ResetRefusal>;
}

/// Who sets passwords here; where nobody does, the page says that it can't be done.
pub(crate) type ResetDoor = Arc<dyn PasswordResets>;

#[derive(Template)]
#[template(path = "reset.html")]
struct ResetPage {
    w: Words,
    token: String,
    refusal: Option<&'static str>,
}

#[derive(Debug, Default, Deserialize)]
struct ResetQuery {
    token: Option<String>,
    lang: Option<String>,
}

/// What the form sends. `Debug` would show it, so there is none.
#[derive(Deserialize)]
struct ResetForm {
    token: String,
    new_password: String,
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::resource("/reset")
            .route(web::get().to(show))
            .route(web::head().to(show))
            .route(web::post().to(set)),
    );
}

fn words(app: &App, request: &HttpRequest, query: &ResetQuery) -> Words {
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Words::choose(query.lang.as_deref(), None, accepted, app.settings.default_locale)
}

fn query(request: &HttpRequest) -> ResetQuery {
    web::Query::<ResetQuery>::from_query(request.query_string())
        .map(web::Query::into_inner)
        .unwrap_or_default()
}

/// Tokens are base64url; what is none would only travel in vain.
fn is_token(text: &str) -> bool {
    (20..=512).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

async fn show(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let query = query(&request);
    let w = words(&app, &request, &query);
    match query.token.filter(|token| is_token(token)) {
        Some(token) => form(StatusCode::OK, w, token, None),
        None => plain(StatusCode::BAD_REQUEST, w, "page-unknown-title", "page-unknown-lead"),
    }
}

fn form(status: StatusCode, w: Words, token: String, refusal: Option<&'static str>) -> HttpResponse {
    let w = w.keeping(format!("token={token}&"));
    page(status, &ResetPage { w, token, refusal })
}

fn plain(status: StatusCode, w: Words, title: &'static str, lead: &'static str) -> HttpResponse {
    page(status, &Plain { w, title, lead, back: None })
}

async fn set(
    app: web::Data<App>,
    door: Option<web::Data<ResetDoor>>,
    request: HttpRequest,
    fields: web::Form<ResetForm>,
) -> HttpResponse {
    let w = words(&app, &request, &query(&request));
    if is_foreign(&request, &app.settings.public_base_url) {
        return plain(StatusCode::FORBIDDEN, w, "page-foreign-title", "page-foreign-lead");
    }
    let ResetForm { token, new_password } = fields.into_inner();
    let outcome = match door {
        Some(door) if is_token(&token) => door.reset(&token, &new_password, &peer_address(&request)).await,
        Some(_) => Err(ResetRefusal::NoProof),
        None => Err(ResetRefusal::Unavailable),
    };
    answer(outcome, w, token)
}

fn answer(outcome: Result<(), ResetRefusal>, w: Words, token: String) -> HttpResponse {
    let refused = |text| form(StatusCode::UNPROCESSABLE_ENTITY, w.clone(), token, Some(text));
    match outcome {
        Ok(()) => plain(StatusCode::OK, w, "page-reset-done-title", "page-reset-done-lead"),
        Err(ResetRefusal::TooShort) => refused("page-reset-short"),
        Err(ResetRefusal::TooLong) => refused("page-reset-long"),
        Err(ResetRefusal::Guessable) => refused("page-reset-weak"),
        Err(ResetRefusal::NoProof) => {
            plain(StatusCode::GONE, w, "page-reset-gone-title", "page-reset-gone-lead")
        }
        Err(ResetRefusal::Unavailable) => {
            plain(StatusCode::SERVICE_UNAVAILABLE, w, "page-fault-title", "page-fault-lead")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::to_bytes;
    use domain::locale::Locale;

    async fn answered(outcome: Result<(), ResetRefusal>) -> (u16, String) {
        let w = Words::choose(Some("es"), None, None, Locale::Es);
        let response = answer(outcome, w, "a-token-of-some-length".into());
        let status = response.status().as_u16();
        (status, String::from_utf8(to_bytes(response.into_body()).await.unwrap().to_vec()).unwrap())
    }

    #[actix_web::test]
    async fn a_weak_password_is_asked_for_again_and_the_token_kept() {
        for refusal in [ResetRefusal::TooShort, ResetRefusal::TooLong, ResetRefusal::Guessable] {
            let (status, html) = answered(Err(refusal)).await;
            assert_eq!(status, 422);
            assert!(
                html.contains("value=\"a-token-of-some-length\"") && html.contains("role=\"alert\""),
                "{html}"
            );
        }
    }

    #[actix_web::test]
    async fn the_end_of_the_way_is_said() {
        let (status, html) = answered(Ok(())).await;
        assert!(status == 200 && html.contains("Contraseña cambiada") && !html.contains("a-token"));
        let (status, html) = answered(Err(ResetRefusal::NoProof)).await;
        assert!(status == 410 && html.contains("Este enlace ya no sirve"));
        assert_eq!(answered(Err(ResetRefusal::Unavailable)).await.0, 503);
    }
}
