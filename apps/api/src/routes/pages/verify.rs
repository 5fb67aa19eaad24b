//! The page on which a number is proved, and its steps: as forms with a redirect, and as JSON for the page's
//! own script.

use super::{
    guard::is_foreign,
    notes::{Note, NoteQuery},
    page,
    view::{Delivery, Plain, VerifyPage, deadline, resend_seconds, seconds_until},
    words::Words,
};
use crate::{
    composition::Verification,
    http::{client_ip::ClientAddress, idempotency::detached, problem::ApiError, rate_limit::RateLimit},
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use application::verification::verification_page::{PageFault, PageSend, PageView, Phase, SendFromPage};
use domain::{
    locale::Locale,
    message::Channel,
    phone::PhoneNumber,
    verification::{otp::OtpCode, return_to::ReturnTo},
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Digits of the codes that pages ask for.
const CODE_LENGTH: usize = 6;
/// Longest id of a form, in bytes.
const FORM_NAME_MAX: usize = 32;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/verify/{token}").route(web::get().to(show)))
        .service(web::resource("/verify/{token}/state").route(web::get().to(state)))
        .service(web::resource("/verify/{token}/send").route(web::post().to(send)))
        .service(web::resource("/verify/{token}/resend").route(web::post().to(send)))
        .service(web::resource("/verify/{token}/check").route(web::post().to(check)));
}

/// The query of a page's address.
#[derive(Debug, Default, Deserialize)]
struct PageQuery {
    lang: Option<String>,
    change: Option<String>,
    #[serde(flatten)]
    note: NoteQuery,
}

/// Reads the query. A malformed one counts as empty, because links get damaged on their way.
fn query(request: &HttpRequest) -> PageQuery {
    web::Query::<PageQuery>::from_query(request.query_string())
        .map(web::Query::into_inner)
        .unwrap_or_default()
}

fn words(app: &Verification, request: &HttpRequest, query: &PageQuery, own: Option<Locale>) -> Words {
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Words::choose(query.lang.as_deref(), own, accepted, app.settings.default_locale)
}

/// The page for an error, with the next step.
fn fault_page(
    app: &Verification,
    request: &HttpRequest,
    query: &PageQuery,
    fault: PageFault,
) -> HttpResponse {
    let say = |own, status, title, lead, back| {
        page(status, &Plain { w: words(app, request, query, own), title, lead, back })
    };
    match fault {
        PageFault::Unknown => {
            say(None, StatusCode::NOT_FOUND, "page-unknown-title", "page-unknown-lead", None)
        }
        PageFault::Closed(closed) => {
            let to = closed.return_to.as_deref().and_then(ReturnTo::restore);
            let back = to.map(|to| (to.host().to_owned(), to.as_str().to_owned()));
            say(closed.locale, StatusCode::GONE, "page-closed-title", "page-closed-lead", back)
        }
        PageFault::Store(fault) => {
            // The conversion logs the error.
            let status = actix_web::ResponseError::status_code(&ApiError::from(fault));
            say(None, status, "page-fault-title", "page-fault-lead", None)
        }
    }
}

/// Shows the page on which a person proves a number.
///
/// Nothing changes, and nothing is sent. `POST /api/v1/verify/sessions` makes its address.
#[utoipa::path(get, path = "/verify/{token}", operation_id = "show_verification_page", tag = "pages",
    params(("token" = String, Path, description = "The secret of the page."),
        ("lang" = Option<String>, Query, description = "`es`, `en` or `pt`; without it the browser's language.")),
    responses((status = 200, description = "The page.", content((String = "text/html"))),
        (status = 404, description = "There is no such page.", content((String = "text/html"))),
        (status = 410, description = "The page has closed.", content((String = "text/html"))),
        (status = "5XX", description = "The page can't be shown now.", content((String = "text/html")))))]
pub(crate) async fn show(
    app: web::Data<Verification>,
    request: HttpRequest,
    token: web::Path<String>,
) -> HttpResponse {
    let query = query(&request);
    let mut view = match app.pages.look(&token).await {
        Ok(view) => view,
        Err(fault) => return fault_page(&app, &request, &query, fault),
    };
    let is_changing = query.change.is_some()
        && !view.page.is_phone_fixed
        && !matches!(view.phase, Phase::Approved(_) | Phase::Taken);
    let stay = match &view.phase {
        Phase::Waiting(_) => Some("page-stay-code"),
        Phase::Ready(_) | Phase::Spent(_) | Phase::CodeExpired(_) => Some("page-stay-number"),
        Phase::AskNumber | Phase::Approved(_) | Phase::Taken => None,
    };
    if is_changing {
        view.phase = Phase::AskNumber;
    }
    let note = Note::read(&query.note);
    let kept = [is_changing.then(|| "change=1&".to_owned()), note.map(|note| note.query() + "&")];
    let w = words(&app, &request, &query, view.page.locale).keeping(kept.into_iter().flatten().collect());
    let mut shown = VerifyPage::of(&view, w, &token, app.pages.channels(), &app.settings, app.kernel.now());
    shown.stay = stay.filter(|_| is_changing);
    if let Some(note) = note {
        shown.tell(note, &app.settings);
    }
    page(StatusCode::OK, &shown)
}

/// The state of the page, for its own script.
#[derive(Serialize)]
struct StateAnswer {
    phase: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<Delivery>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts_remaining: Option<u32>,
    /// Seconds until the code expires.
    code_seconds: i64,
    /// Seconds until a code may be requested.
    resend_seconds: i64,
    /// Seconds until the page closes.
    page_seconds: i64,
}

async fn state(app: web::Data<Verification>, request: HttpRequest, token: web::Path<String>) -> HttpResponse {
    let query = query(&request);
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    match app.pages.look(&token).await {
        Ok(view) => {
            let now = app.kernel.now();
            let challenge = view.phase.challenge();
            let w = words(&app, &request, &query, view.page.locale);
            answer.json(StateAnswer {
                phase: view.phase.name(),
                delivery: challenge.map(|one| Delivery::of(one, &w)),
                attempts_remaining: challenge.map(|one| one.challenge.attempts_remaining()),
                code_seconds: challenge.map_or(0, |one| seconds_until(deadline(&view.page, one), now)),
                resend_seconds: resend_seconds(&view, &app.settings, now),
                page_seconds: seconds_until(view.page.expires_at, now),
            })
        }
        Err(PageFault::Closed(_)) => answer.json(StateAnswer {
            phase: "closed",
            delivery: None,
            attempts_remaining: None,
            code_seconds: 0,
            resend_seconds: 0,
            page_seconds: 0,
        }),
        Err(fault) => fault_page(&app, &request, &query, fault),
    }
}

type Fields = web::Form<HashMap<String, String>>;

/// The state of the page, if the step comes from a page of ours; else the page that says why not.
async fn begin_step(
    app: &Verification,
    request: &HttpRequest,
    query: &PageQuery,
    token: &str,
) -> Result<PageView, HttpResponse> {
    if is_foreign(request, &app.settings.public_base_url) {
        let w = words(app, request, query, None);
        let plain = Plain { w, title: "page-foreign-title", lead: "page-foreign-lead", back: None };
        return Err(page(StatusCode::FORBIDDEN, &plain));
    }
    app.pages.look(token).await.map_err(|fault| fault_page(app, request, query, fault))
}

/// Sends a code, for the first time or again.
async fn send(
    app: web::Data<Verification>,
    request: HttpRequest,
    token: web::Path<String>,
    limit: web::Data<RateLimit>,
    address: ClientAddress,
    fields: Fields,
) -> HttpResponse {
    let query = query(&request);
    let view = match begin_step(&app, &request, &query, &token).await {
        Ok(view) => view,
        Err(refused) => return refused,
    };
    let w = words(&app, &request, &query, view.page.locale);
    let given = |name: &str| fields.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
    let phone = match given("phone").map(|text| PhoneNumber::parse(text, app.settings.default_region)) {
        None => None,
        Some(Ok(phone)) => Some(phone),
        Some(Err(_impossible)) => {
            return answer(&app, &request, &token, &w, Some(Note::plain("number")), true).await;
        }
    };
    let is_named = phone.is_some();
    let channel = given("channel").and_then(Channel::parse);
    if given("channel").is_some() && channel.is_none_or(|channel| !app.pages.channels().contains(&channel)) {
        return answer(&app, &request, &token, &w, Some(Note::plain("failed")), is_named).await;
    }
    if limit.count(&format!("send:{}", address.0), app.kernel.now()).is_err() {
        return answer(&app, &request, &token, &w, Some(Note::many(1)), is_named).await;
    }
    let send = SendFromPage { phone, channel, locale: w.locale, client_ip: address.0 };
    let (shared, secret) = (app.clone().into_inner(), token.to_string());
    // The work goes on if the person leaves the page.
    let sent = match detached(async move { shared.pages.send(&secret, send).await }).await {
        Ok(Ok(sent)) => sent,
        Ok(Err(fault)) => return fault_page(&app, &request, &query, fault),
        Err(_cut_short) => {
            return answer(&app, &request, &token, &w, Some(Note::plain("unavailable")), is_named).await;
        }
    };
    let is_named = is_named || matches!(sent, PageSend::NumberNeeded);
    let note = Note::of_send(&sent, app.kernel.now());
    answer(&app, &request, &token, &w, note, is_named).await
}

/// Checks the code that was typed.
async fn check(
    app: web::Data<Verification>,
    limit: web::Data<RateLimit>,
    request: HttpRequest,
    token: web::Path<String>,
    fields: Fields,
) -> HttpResponse {
    let query = query(&request);
    let view = match begin_step(&app, &request, &query, &token).await {
        Ok(view) => view,
        Err(refused) => return refused,
    };
    let w = words(&app, &request, &query, view.page.locale);
    let say = |note| answer(&app, &request, &token, &w, note, false);
    // A text that can't be the code is not counted as a check attempt.
    let typed = OtpCode::parse(&typed(&fields)).ok();
    let Some(code) = typed.filter(|code| code.reveal().len() == CODE_LENGTH) else {
        return say(Some(Note::plain("malformed"))).await;
    };
    if limit.count(&format!("page:{}", view.page.id), app.kernel.now()).is_err() {
        return say(Some(Note::tries(1))).await;
    }
    let form = fields.get("attempt").filter(|form| form.len() <= FORM_NAME_MAX).cloned();
    let (shared, secret) = (app.clone().into_inner(), token.to_string());
    let checked =
        match detached(async move { shared.pages.check(&secret, &code, form.as_deref()).await }).await {
            Ok(Ok(checked)) => checked,
            Ok(Err(fault)) => return fault_page(&app, &request, &query, fault),
            Err(_cut_short) => return say(Some(Note::plain("unavailable"))).await,
        };
    let note = match view.phase {
        // A double click sent it twice, and the first one was right.
        Phase::Approved(_) | Phase::Taken => None,
        _ => Note::of_check(&checked, app.kernel.now()),
    };
    say(note).await
}

/// The code: from one field, or from a field for each digit.
fn typed(fields: &HashMap<String, String>) -> String {
    match fields.get("code").filter(|code| !code.trim().is_empty()) {
        Some(code) => code.clone(),
        None => (1..=10).filter_map(|n| fields.get(&format!("code{n}"))).map(|digit| digit.trim()).collect(),
    }
}

/// The outcome of a step, for the page's own script.
#[derive(Serialize)]
struct StepAnswer {
    phase: &'static str,
    /// The word of the note; `text` is the note in the page's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts_remaining: Option<u32>,
    /// The address at which the page shows the note.
    page: String,
}

/// Leads back to the page with a note, by a redirect or as JSON. If a typed number was refused (`is_named`),
/// the page asks for the number again.
async fn answer(
    app: &Verification,
    request: &HttpRequest,
    token: &str,
    w: &Words,
    note: Option<Note>,
    is_named: bool,
) -> HttpResponse {
    let said = note.map(Note::query);
    let lang = w.kept_lang();
    let asks = if is_named && note.is_some_and(Note::keeps_asking) { "change=1&" } else { "" };
    let tail = format!("{lang}{asks}{}", said.unwrap_or_default());
    let tail = tail.trim_end_matches('&');
    let address =
        if tail.is_empty() { format!("/verify/{token}") } else { format!("/verify/{token}?{tail}") };
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if !accepts.is_some_and(|accepts| accepts.contains("application/json")) {
        return HttpResponse::SeeOther()
            .insert_header((header::LOCATION, address))
            .insert_header((header::REFERRER_POLICY, "no-referrer"))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .finish();
    }
    let view = match app.pages.look(token).await {
        Ok(view) => view,
        Err(fault) => return fault_page(app, request, &PageQuery::default(), fault),
    };
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(StepAnswer {
        phase: view.phase.name(),
        note: note.map(|note| note.word),
        text: note.map(|note| note.said(w).text),
        attempts_remaining: view.phase.challenge().map(|one| one.challenge.attempts_remaining()),
        page: address,
    })
}
