//! The home page: what this is, with links.

use crate::composition::Operations;
use actix_web::{HttpResponse, http::header, web};

const PAGE: &str = include_str!("../../../assets/home.html");
const STYLE: &str = include_str!("../../../assets/home.css");
const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/").route(web::get().to(home)))
        .service(web::resource("/assets/home.css").route(web::get().to(style)));
}

/// Shows what this is, with links.
#[utoipa::path(get, path = "/", operation_id = "show_home", tag = "pages",
    responses((status = 200, description = "The home page.", content((String = "text/html")))))]
pub(crate) async fn home(app: web::Data<Operations>) -> HttpResponse {
    let phones = if app.settings.sandbox {
        let address = &app.settings.sandbox_bind_address;
        format!(
            "<a class=\"link\" href=\"http://{address}/\"><strong>Teléfonos</strong> Chatea como una o varias personas.</a>"
        )
    } else {
        String::new()
    };
    let page = PAGE.replace("{{phones}}", &phones).replace("{{version}}", env!("CARGO_PKG_VERSION"));
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .body(page)
}

async fn style() -> HttpResponse {
    HttpResponse::Ok().content_type("text/css; charset=utf-8").body(STYLE)
}
