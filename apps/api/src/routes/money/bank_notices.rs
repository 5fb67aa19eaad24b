//! Notices of the outside bank: 200 once they are written down. Where no bank or no secret is set up, all are refused.

use crate::{
    composition::Money,
    http::{
        in_flight::Share,
        problem::{ApiError, Problem},
        raw_webhook,
        route_rules::{RouteRule, RouteRules},
    },
    wakeups::WorkerWakeups,
};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use application::money::{bank_entries::EntryTaken, outbound::take_bank_word::WordTaken};
use ports::money::core_bank::BankNotice;
use serde::Serialize;
use utoipa::ToSchema;

const PATH: &str = "/webhooks/bank";
/// Largest body of a notice, in bytes.
const BODY_MAX: usize = 64 * 1024;

/// The notice was taken.
#[derive(Serialize, ToSchema)]
pub(crate) struct NoticeTakenJson {
    /// The status `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource(PATH).route(web::post().to(receive)));
}

/// How large its bodies may be.
pub(super) fn rules(rules: RouteRules) -> RouteRules {
    rules.set(PATH, RouteRule { body_max: BODY_MAX, ..RouteRule::default() })
}

/// Receives a notice of the outside bank: the status of a payment has changed, or a line was booked.
///
/// The request is signed by Standard Webhooks. What is signed and means nothing to us is answered as if it did. Error:
/// `signature_invalid` (403).
#[utoipa::path(post, path = "/webhooks/bank", operation_id = "receive_bank_notice", tag = "webhooks",
    request_body(content = serde_json::Value, description = "The notice: `type`, `timestamp` and `data`."),
    params(("webhook-id" = String, Header, description = "The notice's id."),
        ("webhook-timestamp" = String, Header, description = "Seconds since 1970."),
        ("webhook-signature" = String, Header, description = "`v1,` and the base64 of HMAC-SHA256 over id, time and body.")),
    responses((status = 200, description = "Taken.", body = NoticeTakenJson), (status = "4XX", body = Problem)))]
pub(crate) async fn receive(
    app: web::Data<Money>,
    wakeups: web::Data<WorkerWakeups>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let refused = || ApiError::signature_invalid("The bank's signature is missing, wrong or too old.");
    let bank = app.bank.as_ref().ok_or_else(refused)?;
    let notices = bank.notices.as_ref().ok_or_else(refused)?;
    let raw = raw_webhook::read(&app.settings.public_base_url, &request, body, BODY_MAX).await?;
    // Its signature is checked before anything is waited for: a body that is refused is freed at once.
    drop(request.extensions_mut().remove::<Share>());
    notices.authenticate(&raw).map_err(|_invalid| refused())?;
    let taken = match notices.decode(&raw) {
        BankNotice::PaymentStatus(report) => match bank.words.report(&report, raw.body).await? {
            WordTaken::Taken(_state) => EntryTaken::Payment,
            WordTaken::Meaningless => EntryTaken::Nothing,
        },
        BankNotice::EntryBooked(entry) => bank.entries.run(&entry, raw.body, "webhook").await?,
        BankNotice::Meaningless => EntryTaken::Nothing,
    };
    match taken {
        EntryTaken::Payment | EntryTaken::Deposit(_) => wakeups.alerts.notify_one(),
        EntryTaken::ForPeople => tracing::warn!("the bank booked money that people must look at"),
        EntryTaken::Nothing => tracing::warn!("a notice of the bank is about nothing that is known here"),
    }
    Ok(HttpResponse::Ok().json(NoticeTakenJson { status: "ok" }))
}
