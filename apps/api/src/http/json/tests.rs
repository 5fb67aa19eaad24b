//! What bodies are read as, and which faults of theirs are named.

use super::*;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    amount: Option<ExactNumber>,
    #[allow(dead_code, reason = "only its type matters here")]
    n: Option<u8>,
}

fn amount(json: &str) -> String {
    read::<Body>(json.as_bytes()).unwrap().amount.unwrap().0
}

#[test]
fn numbers_are_kept_as_written() {
    assert_eq!(amount(r#"{"amount":1.10000000000000000001}"#), "1.10000000000000000001");
    assert_eq!(amount(r#"{"amount":"150.50"}"#), "150.50");
    assert_eq!(amount(r#"{"amount":1e2}"#), "1e2");
}

#[test]
fn invalid_json_and_another_shape_have_different_codes() {
    for broken in ["", "{", r#"{"amount":NaN}"#, r#"{"amount":1}x"#, "\u{0}"] {
        assert_eq!(read::<Body>(broken.as_bytes()).unwrap_err().to_string(), "malformed_json", "{broken}");
    }
    assert_eq!(read::<Body>(b"{\"amount\":\"\xff\"}").unwrap_err().to_string(), "malformed_json");
    for wrong in [r#"{"amount":true}"#, r#"{"amount":[1]}"#, r#"{"monto":1}"#, r#"{"n":300}"#, "[]", "7"] {
        assert_eq!(read::<Body>(wrong.as_bytes()).unwrap_err().to_string(), "validation_failed", "{wrong}");
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "only their types matter here")]
struct Order {
    to: String,
    amount: ExactNumber,
    count: u8,
    #[serde(default)]
    ways: Vec<String>,
    #[serde(default)]
    parts: Vec<Part>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "only their types matter here")]
struct Part {
    #[serde(rename = "a/b")]
    name: bool,
}

fn faults(json: &str) -> Vec<String> {
    let fault = read::<Order>(json.as_bytes()).unwrap_err();
    assert_eq!(fault.code(), "validation_failed", "{json}");
    fault.pointers()
}

#[test]
fn every_fault_is_named_by_its_pointer_and_a_code() {
    assert_eq!(faults("{}"), ["/to missing", "/amount missing", "/count missing"]);
    assert_eq!(faults(r#"{"to":"a","amount":1,"count":1,"chanel":"sms"}"#), ["/chanel unknown"]);
    assert_eq!(
        faults(r#"{"to":5,"amount":[],"count":300}"#),
        ["/amount invalid", "/count invalid", "/to invalid"]
    );
    assert_eq!(faults(r#"{"to":null,"amount":1,"count":1}"#), ["/to invalid"]);
    assert_eq!(faults(r#"{"to":"a","amount":1,"count":1,"ways":["a",5]}"#), ["/ways/1 invalid"]);
    assert_eq!(
        faults(r#"{"to":"a","amount":1,"count":1,"parts":[{"a/b":true},{}, {"a/b":7,"x~":1}]}"#),
        ["/parts/1/a~1b missing", "/parts/2/a~1b invalid", "/parts/2/x~0 unknown"]
    );
}

#[test]
fn a_large_body_has_its_first_fault_named() {
    let long = "a".repeat(20_000);
    assert_eq!(faults(&format!(r#"{{"to":"{long}"}}"#)), ["/amount missing"]);
}

#[test]
fn reasons_have_no_part_of_the_body() {
    let fault = read::<Order>(br#"{"to":5512345678,"amount":1,"count":1}"#).unwrap_err();
    assert_eq!(fault.fields(), ["to must be a string"]);
    let fault = read::<Order>(br#"{"to":"5512345678","amount":1}"#).unwrap_err();
    assert_eq!(fault.fields(), ["count must be given"]);
    let fault = read::<Order>(br#"{"to":"5512345678","amount":1,"#).unwrap_err();
    assert_eq!(fault.detail(), "The body isn't valid JSON: EOF while parsing a value at line 1 column 30.");
}
