//! The page on which a person downloads their data, from the link in the chat. Opening it changes nothing, because link
//! previews open it too; the button uses the one download up.

use super::{guard::is_foreign, page, view::Plain, words::Words};
use crate::{
    composition::{Accounts, Privacy},
    http::problem::ApiError,
    routes::privacy::export::file,
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use askama::Template;
use domain::{operations::audit::Actor, principal::Principal, privacy::ExportState};
use ports::privacy::ExportView;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "export.html")]
struct ExportPage {
    w: Words,
    token: String,
}

#[derive(Debug, Default, Deserialize)]
struct ExportQuery {
    lang: Option<String>,
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/export/{token}").route(web::get().to(show)).route(web::post().to(download)));
}

fn words(app: &Accounts, request: &HttpRequest) -> Words {
    let query = web::Query::<ExportQuery>::from_query(request.query_string());
    let lang = query.ok().and_then(|query| query.into_inner().lang);
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Words::choose(lang.as_deref(), None, accepted, app.settings.default_locale)
}

/// Secrets of links are base64url. Anything else is refused before it reaches the database.
fn is_token(text: &str) -> bool {
    (20..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

fn plain(status: StatusCode, w: Words, title: &'static str, lead: &'static str) -> HttpResponse {
    page(status, &Plain { w, title, lead, back: None })
}

fn gone(w: Words) -> HttpResponse {
    plain(StatusCode::GONE, w, "page-export-gone-title", "page-export-gone-lead")
}

async fn find(privacy: &Privacy, token: &str) -> Result<Option<ExportView>, ApiError> {
    if is_token(token) { Ok(privacy.export.find_link(token).await?) } else { Ok(None) }
}

/// Shows the page on which a person downloads their data.
///
/// Nothing changes. The link that the chat gave leads here.
#[utoipa::path(get, path = "/export/{token}", operation_id = "show_export_page", tag = "pages",
    params(("token" = String, Path, description = "The secret of the link."),
        ("lang" = Option<String>, Query, description = "`es`, `en` or `pt`; without it the browser's language.")),
    responses((status = 200, description = "The page.", content((String = "text/html"))),
        (status = 410, description = "The link was used, or its time is over.", content((String = "text/html")))))]
pub(crate) async fn show(
    app: web::Data<Accounts>,
    privacy: web::Data<Privacy>,
    request: HttpRequest,
    token: web::Path<String>,
) -> HttpResponse {
    let (w, token) = (words(&app, &request), token.into_inner());
    match find(&privacy, &token).await {
        Ok(Some(ExportView { state: ExportState::Making | ExportState::Ready(_), .. })) => {
            page(StatusCode::OK, &ExportPage { w, token })
        }
        Ok(_) => gone(w),
        Err(_logged) => fault(w),
    }
}

fn fault(w: Words) -> HttpResponse {
    plain(StatusCode::SERVICE_UNAVAILABLE, w, "page-fault-title", "page-fault-lead")
}

/// Downloads a person's data, once.
#[utoipa::path(post, path = "/export/{token}", operation_id = "send_export_page", tag = "pages",
    params(("token" = String, Path, description = "The secret of the link.")),
    responses((status = 200, content_type = "application/zip", body = String, description = "The ZIP file.",
            example = "UEsDBA=="),
        (status = 202, description = "The file is still being made.", content((String = "text/html"))),
        (status = "4XX", description = "The link was used, or its time is over.", content((String = "text/html"))),
        (status = "5XX", description = "The file can't be sent now.", content((String = "text/html")))))]
pub(crate) async fn download(
    app: web::Data<Accounts>,
    privacy: web::Data<Privacy>,
    request: HttpRequest,
    token: web::Path<String>,
) -> HttpResponse {
    let (w, token) = (words(&app, &request), token.into_inner());
    if is_foreign(&request, &app.settings.public_base_url) {
        return plain(StatusCode::FORBIDDEN, w, "page-foreign-title", "page-foreign-lead");
    }
    let export = match find(&privacy, &token).await {
        Ok(Some(export)) => export,
        Ok(None) => return gone(w),
        Err(_logged) => return fault(w),
    };
    match export.state {
        ExportState::Making => {
            plain(StatusCode::ACCEPTED, w, "page-export-making-title", "page-export-making-lead")
        }
        ExportState::Gone => gone(w),
        ExportState::Ready(_) => {
            let who = Principal::User(export.user);
            let actor = Actor { who, channel: "page".into(), request_id: format!("export:{}", export.id) };
            match file(&privacy, export.id, actor).await {
                Ok(Some(response)) => response,
                Ok(None) => gone(w),
                Err(_logged) => fault(w),
            }
        }
    }
}
