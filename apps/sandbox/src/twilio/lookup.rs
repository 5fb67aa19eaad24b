//! Twilio Lookup v2: every possible number is valid and mobile, unless a fault applies.

use super::calls::{Call, Form};
use crate::{answer::Answer, clock::now, world::World};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::SecondsFormat;
use domain::phone::{PhoneNumber, Region};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat};
use serde_json::{Value, json};

/// The packages that the sandbox tells. Each is absent unless `Fields` names it.
const PACKAGES: [&str; 5] =
    ["caller_name", "sim_swap", "line_status", "line_type_intelligence", "sms_pumping_risk"];
const DIGITS_MIN: usize = 7;
const DIGITS_MAX: usize = 15;

pub(super) async fn look_up(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let number = request.match_info().get("number").unwrap_or_default().to_owned();
    Call { world, request, body, operation: "lookup".into() }
        .answer(move |_, form| Answer::ok(found(&number, form)))
        .await
}

/// What is known of a number. A national one is read in the country that `CountryCode` names.
fn found(given: &str, form: &Form) -> Value {
    let home = form.get("CountryCode").and_then(|code| Region::parse(code));
    let phone = match home {
        Some(home) if !given.starts_with('+') => PhoneNumber::parse(given, home),
        _ => PhoneNumber::parse_international(given),
    };
    let mut found = match phone {
        Ok(phone) => valid(&phone),
        Err(_invalid) => json!({
            "calling_country_code": null, "country_code": null, "phone_number": given, "national_format": null,
            "valid": false, "validation_errors": [what_is_wrong(given)],
        }),
    };
    let country = found.get("country_code").and_then(Value::as_str).map(str::to_owned);
    let is_valid = found.get("valid") == Some(&Value::Bool(true));
    let asked: Vec<&str> =
        form.get("Fields").map(|fields| fields.split(',').map(str::trim).collect()).unwrap_or_default();
    if let Some(fields) = found.as_object_mut() {
        for package in PACKAGES {
            // Twilio's OpenAPI file lets no package be null, so one that has nothing to tell is absent.
            if let Some(value) =
                told(package, country.as_deref()).filter(|_| is_valid && asked.contains(&package))
            {
                fields.insert(package.into(), value);
            }
        }
        let number = fields.get("phone_number").and_then(Value::as_str).unwrap_or_default().to_owned();
        fields.insert("url".into(), json!(format!("https://lookups.twilio.com/v2/PhoneNumbers/{number}")));
    }
    found
}

fn valid(phone: &PhoneNumber) -> Value {
    let read = PHONE_NUMBER_UTIL.parse(phone.e164(), None).ok();
    let national = read.as_ref().map(|read| read.format_as(PhoneNumberFormat::National).into_owned());
    let calling_code = read.map(|read| read.country_code.to_string());
    json!({
        "calling_country_code": calling_code, "country_code": phone.country(), "phone_number": phone.e164(),
        "national_format": national, "valid": true, "validation_errors": [],
    })
}

fn what_is_wrong(given: &str) -> &'static str {
    let digits = given.chars().filter(char::is_ascii_digit).count();
    if given.chars().any(char::is_alphabetic) || digits == 0 {
        "NOT_A_NUMBER"
    } else if digits < DIGITS_MIN {
        "TOO_SHORT"
    } else if digits > DIGITS_MAX {
        "TOO_LONG"
    } else {
        "INVALID_LENGTH"
    }
}

fn told(package: &str, country: Option<&str>) -> Option<Value> {
    Some(match package {
        // The line has an error_code only if a fault sets one.
        "line_type_intelligence" => {
            let (country_code, network_code) = match country {
                Some("MX") => ("334", "020"),
                Some("BR") => ("724", "05"),
                _ => ("310", "410"),
            };
            json!({
                "type": "mobile", "carrier_name": "Sandbox Móvil", "mobile_country_code": country_code,
                "mobile_network_code": network_code,
            })
        }
        "sim_swap" => json!({
            "last_sim_swap": {"last_sim_swap_date": null, "swapped_period": "PT24H", "swapped_in_period": false},
            "carrier_name": "Sandbox Móvil",
        }),
        "sms_pumping_risk" => json!({
            "carrier_risk_category": "low", "number_blocked": false,
            "number_blocked_last_3_months": false, "sms_pumping_risk_score": 0,
            "carrier_risk_score": 0,
        }),
        "line_status" => json!({
            "status": "active", "last_checked": now().to_rfc3339_opts(SecondsFormat::Secs, true),
        }),
        "caller_name" => json!({"caller_name": "PERSONA", "caller_type": "CONSUMER"}),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(number: &str, form: &[(&str, &str)]) -> Value {
        let form = form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        found(number, &form)
    }

    #[test]
    fn a_number_is_told_as_its_country_writes_it() {
        for (number, country, code, national) in [
            ("+525512340779", "MX", "52", "55 1234 0779"),
            ("+12025550143", "US", "1", "(202) 555-0143"),
            ("+14165550123", "CA", "1", "(416) 555-0123"),
            ("+5511987654321", "BR", "55", "(11) 98765-4321"),
        ] {
            let found = look(number, &[]);
            assert_eq!(
                (&found["country_code"], &found["calling_country_code"], &found["national_format"]),
                (&json!(country), &json!(code), &json!(national))
            );
            assert!(found["valid"] == true && found["line_type_intelligence"].is_null());
        }
    }

    #[test]
    fn a_national_number_is_read_in_its_country() {
        assert_eq!(look("5512340779", &[("CountryCode", "MX")])["phone_number"], "+525512340779");
        assert_eq!(look("5512340779", &[])["valid"], false);
    }

    #[test]
    fn what_is_no_number_says_why() {
        for (number, why) in [
            ("+1555", "TOO_SHORT"),
            ("hola", "NOT_A_NUMBER"),
            ("+1202555014", "INVALID_LENGTH"),
            ("+1202555014399999999", "TOO_LONG"),
        ] {
            let found = look(number, &[("Fields", "line_type_intelligence")]);
            assert_eq!((&found["valid"], &found["validation_errors"]), (&json!(false), &json!([why])));
            assert!(found["line_type_intelligence"].is_null() && found["national_format"].is_null());
        }
    }

    #[test]
    fn packages_come_when_they_are_asked_for() {
        let found = look("+525512340779", &[("Fields", "line_type_intelligence,sim_swap")]);
        assert_eq!(found["line_type_intelligence"]["type"], "mobile");
        assert_eq!(found["sim_swap"]["last_sim_swap"]["swapped_in_period"], false);
        assert!(found["sms_pumping_risk"].is_null());
    }
}
