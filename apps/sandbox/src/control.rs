//! The control routes: messages on phones, messages from people, faults, recorded calls and webhooks.

use crate::{
    bank,
    deposits::deposit,
    faults::Fault,
    inbound_action::InboundAction,
    memory::{Request, Window},
    meta, nlu, telegram, twilio,
    wire::Line,
    world::Shared,
};
use actix_web::{HttpResponse, web};
use chrono::SecondsFormat;
use serde::Deserialize;
use serde_json::json;

/// How the paths of the control routes begin.
pub(crate) const PREFIX: &str = "/sandbox";
/// The providers of chats.
const PROVIDERS: [&str; 3] = ["twilio", "meta", "telegram"];
const PROVIDERS_ONLY: &str = "provider: must be twilio, meta or telegram";
/// How many calls and how many webhooks the page gets at once.
const LINES_MAX: usize = 200;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/sandbox/phones/{phone}/messages")
                .route(web::get().to(received))
                .route(web::post().to(act)),
        )
        .service(web::resource("/sandbox/phones/{phone}/conversation").route(web::get().to(conversation)))
        .service(web::resource("/sandbox/phones/{phone}/window").route(web::post().to(window)))
        .service(web::resource("/sandbox/phones/{phone}/deposit").route(web::post().to(deposit)))
        .service(web::resource("/sandbox/wire").route(web::get().to(wire)))
        .service(web::resource("/sandbox/phones/{phone}/signs").route(web::get().to(signs)))
        .service(
            web::resource("/sandbox/faults")
                .route(web::get().to(faults))
                .route(web::post().to(add_fault))
                .route(web::delete().to(clear_faults)),
        )
        .service(web::resource("/sandbox/bank/transfers").route(web::get().to(bank::control::list_transfers)))
        .service(
            web::resource("/sandbox/bank/transfers/{reference}/status")
                .route(web::post().to(bank::control::set_status)),
        )
        .service(web::resource("/sandbox/bank/entries").route(web::post().to(bank::control::add_entry)))
        .service(
            web::resource("/sandbox/bank/entries/{entry_id}")
                .route(web::delete().to(bank::control::remove_entry)),
        )
        .service(web::resource("/sandbox/nlu").route(web::post().to(nlu::tell)))
        .service(web::resource("/sandbox/requests").route(web::get().to(requests)))
        .service(web::resource("/sandbox/webhooks").route(web::get().to(webhooks)))
        .service(web::resource("/sandbox/statuses").route(web::post().to(status)))
        .service(web::resource("/sandbox").route(web::delete().to(forget)));
}

#[derive(Deserialize)]
struct Since {
    #[serde(default)]
    since: u64,
    provider: Option<String>,
}

async fn received(world: Shared, phone: web::Path<String>, query: web::Query<Since>) -> HttpResponse {
    HttpResponse::Ok().json(world.memory().on_phone(&phone, query.since))
}

/// Both sides of a conversation and its signs, for the phones page. `life` tells it when to begin again.
async fn conversation(world: Shared, phone: web::Path<String>, query: web::Query<Since>) -> HttpResponse {
    let memory = world.memory();
    HttpResponse::Ok().json(json!({
        "life": world.life(&memory), "seq": memory.seq(),
        "items": memory.conversation(&phone, query.since), "signs": memory.signs_on(&phone, query.since),
    }))
}

async fn signs(world: Shared, phone: web::Path<String>, query: web::Query<Since>) -> HttpResponse {
    HttpResponse::Ok().json(world.memory().signs_on(&phone, query.since))
}

async fn act(world: Shared, phone: web::Path<String>, body: web::Bytes) -> HttpResponse {
    let action: InboundAction = match serde_json::from_slice(&body) {
        Ok(action) => InboundAction { phone: phone.into_inner(), ..action },
        Err(fault) => return unprocessable(&fault.to_string()),
    };
    if !PROVIDERS.contains(&action.provider.as_str()) {
        return unprocessable(PROVIDERS_ONLY);
    }
    // In a separate task, so that the message is posted even if the caller disconnects.
    let posted = tokio::spawn(async move {
        let seq = world.memory().write(&action);
        let posted = match action.provider.as_str() {
            "meta" => meta::post_inbound(&world, &action).await,
            "telegram" => telegram::post_inbound(&world, &action).await,
            _ => twilio::post_inbound(&world, &action).await,
        };
        let told = posted.as_ref().ok();
        let status = told.and_then(|told| told["webhook_status"].as_u64()).and_then(|n| n.try_into().ok());
        let id = told.and_then(|told| told["message_id"].as_str());
        world.memory().written_posted(&action.phone, seq, id, status.unwrap_or_default());
        posted
    })
    .await;
    match posted {
        Ok(Ok(posted)) => HttpResponse::Ok().json(posted),
        Ok(Err(fault)) => HttpResponse::BadGateway().json(json!({"error": fault})),
        Err(fault) => HttpResponse::InternalServerError().json(json!({"error": fault.to_string()})),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WindowChange {
    provider: String,
    open: bool,
}

/// Opens or closes the window in which a person can be written to, as if they had written, or long ago.
async fn window(world: Shared, phone: web::Path<String>, body: web::Bytes) -> HttpResponse {
    let change: WindowChange = match serde_json::from_slice(&body) {
        Ok(change) => change,
        Err(fault) => return unprocessable(&fault.to_string()),
    };
    let WindowChange { provider, open } = change;
    if !PROVIDERS.contains(&provider.as_str()) {
        return unprocessable(PROVIDERS_ONLY);
    }
    let mut memory = world.memory();
    let window =
        if open { memory.windows.open(&provider, &phone) } else { memory.windows.close(&provider, &phone) };
    let until = match window {
        Window::Until(end) => Some(end.to_rfc3339_opts(SecondsFormat::Secs, true)),
        Window::Closed | Window::Open => None,
    };
    HttpResponse::Ok().json(json!({"provider": provider, "open": open, "until": until}))
}

async fn faults(world: Shared) -> HttpResponse {
    HttpResponse::Ok().json(world.memory().faults.all())
}

async fn add_fault(world: Shared, body: web::Bytes) -> HttpResponse {
    match serde_json::from_slice::<Fault>(&body) {
        Err(fault) => unprocessable(&fault.to_string()),
        Ok(fault) => match fault.invalid_because() {
            Some(what) => unprocessable(what),
            None => {
                world.memory().faults.add(fault);
                HttpResponse::Created().json(json!({"ordered": true}))
            }
        },
    }
}

async fn clear_faults(world: Shared) -> HttpResponse {
    world.memory().faults.clear();
    HttpResponse::NoContent().finish()
}

async fn requests(world: Shared, query: web::Query<Since>) -> HttpResponse {
    let memory = world.memory();
    let wanted = |r: &&Request| {
        r.seq > query.since && query.provider.as_ref().is_none_or(|provider| *provider == r.provider)
    };
    HttpResponse::Ok().json(memory.requests.iter().filter(wanted).collect::<Vec<_>>())
}

/// The newest calls and webhooks in order, each with its person and its message.
async fn wire(world: Shared, query: web::Query<Since>) -> HttpResponse {
    let memory = world.memory();
    let newest = |list: &'_ std::collections::VecDeque<Request>| list.len().saturating_sub(LINES_MAX);
    let calls = memory.requests.iter().skip(newest(&memory.requests)).map(Line::call);
    let webhooks = memory.webhooks.iter().skip(newest(&memory.webhooks)).map(Line::webhook);
    let mut lines: Vec<Line<'_>> = calls.chain(webhooks).filter(|line| line.seq() > query.since).collect();
    lines.sort_by_key(Line::seq);
    HttpResponse::Ok().json(json!({"life": world.life(&memory), "seq": memory.seq(), "lines": lines}))
}

async fn webhooks(world: Shared, query: web::Query<Since>) -> HttpResponse {
    let memory = world.memory();
    HttpResponse::Ok().json(memory.webhooks.iter().filter(|r| r.seq > query.since).collect::<Vec<_>>())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Status {
    message_id: String,
    status: String,
}

async fn status(world: Shared, body: web::Bytes) -> HttpResponse {
    let status: Status = match serde_json::from_slice(&body) {
        Ok(status) => status,
        Err(fault) => return unprocessable(&fault.to_string()),
    };
    let reported = match twilio::post_status(&world, &status.message_id, &status.status).await {
        None => meta::post_status(&world, &status.message_id, &status.status).await,
        reported => reported,
    };
    match reported {
        Some(webhook_status) => HttpResponse::Ok().json(json!({"webhook_status": webhook_status})),
        None => HttpResponse::NotFound()
            .json(json!({"error": "message_id: unknown, or it has no status callback"})),
    }
}

async fn forget(world: Shared) -> HttpResponse {
    world.memory().forget();
    HttpResponse::NoContent().finish()
}

fn unprocessable(what: &str) -> HttpResponse {
    HttpResponse::UnprocessableEntity().json(json!({"error": what}))
}
