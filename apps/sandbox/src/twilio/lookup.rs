//! Twilio Lookup v2: every possible number is valid and mobile, unless a fault applies.

use super::calls::Call;
use crate::{answer::Answer, world::World};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::phone::PhoneNumber;
use serde_json::json;

pub(crate) async fn look_up(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let number = request.match_info().get("number").unwrap_or_default().to_owned();
    Call { world, request, body, operation: "lookup".into() }
        .answer(move |_, form| {
            let asked = form.get("Fields").is_some_and(|fields| fields.contains("line_type_intelligence"));
            let phone = PhoneNumber::parse_international(&number).ok();
            let country = phone.as_ref().and_then(PhoneNumber::country);
            let mut found = json!({
                "calling_country_code": null, "country_code": country, "phone_number": number,
                "national_format": number.trim_start_matches('+'), "valid": phone.is_some(),
                "validation_errors": if phone.is_some() { json!([]) } else { json!(["INVALID_LENGTH"]) },
                "url": format!("https://lookups.twilio.com/v2/PhoneNumbers/{number}"),
            });
            if let (true, Some(fields)) = (asked, found.as_object_mut()) {
                // The line has an error_code only if a fault sets one.
                let line = json!({"type": "mobile", "carrier_name": "Sandbox Móvil", "mobile_country_code": "334",
                                  "mobile_network_code": "020"});
                fields.insert("line_type_intelligence".into(), line);
            }
            Answer::ok(found)
        })
        .await
}
