//! The pages' stylesheet and modules, built in. Pages load them by version, so that a page never gets the
//! files of another version. Modules import one another by relative paths.

use actix_web::{HttpResponse, http::header, web};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::LazyLock,
};

const ASSETS: [(&str, &str); 8] = [
    ("icon.svg", include_str!("../../../assets/pages/icon.svg")),
    ("pages.css", include_str!("../../../assets/pages/pages.css")),
    ("verify.js", include_str!("../../../assets/pages/verify.js")),
    ("otp-input.js", include_str!("../../../assets/pages/otp-input.js")),
    ("resend-button.js", include_str!("../../../assets/pages/resend-button.js")),
    ("countdown-ring.js", include_str!("../../../assets/pages/countdown-ring.js")),
    ("reset.js", include_str!("../../../assets/pages/reset.js")),
    ("show-password.js", include_str!("../../../assets/pages/show-password.js")),
];

/// A hash of all files: the same on every server that runs the same build.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = DefaultHasher::new();
    ASSETS.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
});

/// The address of a file, for pages.
pub(super) fn address(name: &str) -> String {
    format!("/assets/pages/{}/{name}", *VERSION)
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/assets/pages/{version}/{name}").route(web::get().to(asset)));
}

async fn asset(path: web::Path<(String, String)>) -> HttpResponse {
    let (version, name) = path.into_inner();
    let Some((_, source)) = ASSETS.iter().find(|(known, _)| *known == name) else {
        return HttpResponse::NotFound().finish();
    };
    let kind = match name.rsplit_once('.') {
        Some((_, "css")) => "text/css",
        Some((_, "svg")) => "image/svg+xml",
        _ => "text/javascript",
    };
    // A page of another version gets our file, and no cache keeps it.
    let kept = if version == *VERSION { "public, max-age=31536000, immutable" } else { "no-store" };
    HttpResponse::Ok()
        .content_type(format!("{kind}; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, kept))
        .body(*source)
}
