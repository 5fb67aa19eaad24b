//! The phones page and its assets, built into the binary.

use actix_web::{HttpRequest, HttpResponse, http::header, web};

const PAGE: &str = include_str!("../assets/phones.html");
const STYLE: &str = include_str!("../assets/phones.css");
const ASSETS: [(&str, &str); 10] = [
    ("phones.js", include_str!("../assets/phones.js")),
    ("phone.js", include_str!("../assets/phone.js")),
    ("ideas.js", include_str!("../assets/ideas.js")),
    ("inbox.js", include_str!("../assets/inbox.js")),
    ("channels.js", include_str!("../assets/channels.js")),
    ("parts.js", include_str!("../assets/parts.js")),
    ("wire.js", include_str!("../assets/wire.js")),
    ("bank.js", include_str!("../assets/bank.js")),
    ("faults.js", include_str!("../assets/faults.js")),
    ("words.js", include_str!("../assets/words.js")),
];
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/").route(web::get().to(page)))
        .service(web::resource("/assets/{name}").route(web::get().to(asset)));
}

async fn page() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .body(PAGE)
}

async fn asset(request: HttpRequest) -> HttpResponse {
    let name = request.match_info().get("name").unwrap_or_default();
    if name == "phones.css" {
        return of("text/css; charset=utf-8", STYLE);
    }
    match ASSETS.iter().find(|(known, _)| *known == name) {
        Some((_, source)) => of("text/javascript; charset=utf-8", source),
        None => HttpResponse::NotFound().finish(),
    }
}

/// An asset. It is never taken from a cache, where it could belong to another version of the page.
fn of(kind: &str, source: &'static str) -> HttpResponse {
    HttpResponse::Ok().content_type(kind).insert_header((header::CACHE_CONTROL, "no-store")).body(source)
}
