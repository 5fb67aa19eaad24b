//! Whether a POST comes from a page of ours. The secret in the address protects the page; this is a second
//! protection, for addresses that have become known.

use actix_web::{HttpRequest, http::header};
use url::Url;

/// True if the browser says that another site sent the request. `Origin` is `null` for our own pages too,
/// which send no referrer; browsers that send `null` send `Sec-Fetch-Site` as well.
pub(super) fn is_foreign(request: &HttpRequest, public_base_url: &str) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = header("Sec-Fetch-Site") {
        return !["same-origin", "none"].contains(&site);
    }
    match header(header::ORIGIN.as_str()) {
        None | Some("null") => false,
        Some(origin) => {
            Url::parse(public_base_url).map(|url| url.origin().ascii_serialization()).as_deref() != Ok(origin)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn foreign(headers: &[(&'static str, &'static str)]) -> bool {
        let request = headers.iter().fold(TestRequest::post(), |request, pair| request.insert_header(*pair));
        is_foreign(&request.to_http_request(), "https://caja.example/ventanilla")
    }

    #[test]
    fn our_own_pages_and_programs_without_a_browser_may_post() {
        assert!(!foreign(&[]));
        assert!(!foreign(&[("Origin", "https://caja.example")]));
        assert!(!foreign(&[("Origin", "null"), ("Sec-Fetch-Site", "same-origin")]));
        assert!(!foreign(&[("Origin", "null")]));
    }

    #[test]
    fn other_sites_may_not() {
        for site in ["cross-site", "same-site", ""] {
            assert!(foreign(&[("Sec-Fetch-Site", site)]), "{site}");
            assert!(foreign(&[("Origin", "null"), ("Sec-Fetch-Site", site)]), "{site}");
        }
        for origin in
            ["https://evil.example", "http://caja.example", "https://caja.example.evil.example", "rubbish"]
        {
            assert!(foreign(&[("Origin", origin)]), "{origin}");
        }
    }
}
