//! The pages' stylesheet and modules, built in.

use actix_web::{HttpResponse, http::header, web};

const ASSETS: [(&str, &str); 7] = [
    ("icon.svg", include_str!("../../../assets/pages/icon.svg")),
    ("pages.css", include_str!("../../../assets/pages/pages.css")),
    ("verify.js", include_str!("../../../assets/pages/verify.js")),
    ("otp-input.js", include_str!("../../../assets/pages/otp-input.js")),
    ("resend-button.js", include_str!("../../../assets/pages/resend-button.js")),
    ("countdown-ring.js", include_str!("../../../assets/pages/countdown-ring.js")),
    ("show-password.js", include_str!("../../../assets/pages/show-password.js")),
];

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/assets/pages/{name}").route(web::get().to(asset)));
}

async fn asset(name: web::Path<String>) -> HttpResponse {
    let Some((_, source)) = ASSETS.iter().find(|(known, _)| *known == name.as_str()) else {
        return HttpResponse::NotFound().finish();
    };
    let kind = match name.rsplit_once('.') {
        Some((_, "css")) => "text/css",
        Some((_, "svg")) => "image/svg+xml",
        _ => "text/javascript",
    };
    HttpResponse::Ok()
        .content_type(format!("{kind}; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .body(*source)
}
