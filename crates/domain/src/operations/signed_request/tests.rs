//! The base, the window, and that no two requests share a base.

use super::*;
use proptest::prelude::*;

const NOW: i64 = 1_800_000_000;
const SIGNATURE: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn headers<'a>(timestamp: &'a str, nonce: Option<&'a str>) -> SignatureHeaders<'a> {
    SignatureHeaders { client: "treasury", timestamp, nonce, signature: SIGNATURE }
}

fn request(method: &str, target: &str, headers: &SignatureHeaders<'_>) -> SignedRequest {
    SignedRequest::parse(method, target, headers).map_err(|fault| fault.to_string()).unwrap()
}

fn fault(method: &str, target: &str, headers: &SignatureHeaders<'_>) -> Option<SignedRequestMalformed> {
    SignedRequest::parse(method, target, headers).err()
}

#[test]
fn the_base_is_the_one_other_programs_make() {
    // Computed with Python's hashlib.
    let body = br#"{"user_id":"0190a000-0000-7000-8000-000000000001","amount":"150.50","destination_account":"012180011223344550"}"#;
    let nonce = "5f0c6f2e-7c43-4f0e-9d0a-3a5b8f0d6c11";
    let posted = request("POST", "/api/v1/transfers", &headers("1800000000", Some(nonce)));
    assert_eq!(
        posted.base(body),
        "POST:/api/v1/transfers:1800000000:5f0c6f2e-7c43-4f0e-9d0a-3a5b8f0d6c11:\
         26944c7cd46490567c71bbdb2d97cd4c9148865c3847e7069478b5495f72a825"
    );
    let older = request("GET", "/api/v1/wallets?limit=2&user_id=7", &headers("1800000000", None));
    assert_eq!(
        older.base(b""),
        "GET:/api/v1/wallets?limit=2&user_id=7:1800000000:\
         e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
}

#[test]
fn it_is_valid_for_thirty_seconds_in_both_directions() {
    let now = DateTime::from_timestamp(NOW, 999_999_999).unwrap();
    for (seconds, is_timely) in [(-31, false), (-30, true), (0, true), (30, true), (31, false)] {
        let timestamp = (NOW + seconds).to_string();
        let signed = request("GET", "/x", &headers(&timestamp, None));
        assert_eq!(signed.is_timely(now), is_timely, "{seconds}");
    }
    let far = request("GET", "/x", &headers("99999999999", None));
    assert!(!far.is_timely(now) && !far.is_timely(DateTime::<Utc>::MIN_UTC));
}

#[test]
fn it_is_remembered_for_longer_than_it_is_valid() {
    // One replica takes it at the beginning of the window. It comes again at the end, to a replica whose
    // clock is slow.
    let skew = Duration::minutes(1);
    assert!(REMEMBERED_FOR > WINDOW * 2 + skew);
}

#[test]
fn each_field_holds_only_what_it_may() {
    use SignedRequestMalformed::*;
    let good = headers("1800000000", Some("n-1"));
    for method in ["", "get", "GET:/x", "GE T"] {
        assert_eq!(fault(method, "/x", &good), Some(Method), "{method}");
    }
    for target in ["", "x", "*", "/a:1", "/x?at=10:30", "/x y", "/x\n", "/ñ", "http://h/x"] {
        assert_eq!(fault("GET", target, &good), Some(Target), "{target}");
    }
    for client in ["", "a:b", "a b", "ñ", &"a".repeat(65)] {
        assert_eq!(fault("GET", "/x", &SignatureHeaders { client, ..good }), Some(Client), "{client}");
    }
    for timestamp in ["", "0", "01800000000", "+1800000000", "-1", "1.8e9", " 1", "180000000000", "١٨"] {
        let wrong = SignatureHeaders { timestamp, ..good };
        assert_eq!(fault("GET", "/x", &wrong), Some(Timestamp), "{timestamp}");
    }
    for nonce in ["", ":", "a:b", "a b", "ñ", "a,b", &"a".repeat(129)] {
        let wrong = SignatureHeaders { nonce: Some(nonce), ..good };
        assert_eq!(fault("GET", "/x", &wrong), Some(Nonce), "{nonce}");
    }
    let (upper, long) = (SIGNATURE.to_uppercase(), format!("{SIGNATURE}00"));
    for signature in ["", "00", &upper, &long, &"g".repeat(64), &"é".repeat(32)] {
        assert_eq!(
            fault("GET", "/x", &SignatureHeaders { signature, ..good }),
            Some(Signature),
            "{signature}"
        );
    }
    assert_eq!(fault("GET", "/x?at=10%3A30", &good), None, "written with escapes it is a path like others");
}

#[test]
fn a_nonce_never_passes_for_a_signature() {
    let with_nonce = request("GET", "/x", &headers("1800000000", Some(SIGNATURE)));
    let older = request("GET", "/x", &headers("1800000000", None));
    assert_ne!(with_nonce.once(), older.once());
}

/// Every reading of the parts of a base as method, target, timestamp and an optional nonce, without the hash.
fn readings(pieces: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let all = pieces.len();
    for one in 1..all {
        for two in one + 1..all {
            let (method, target) = (pieces[..one].join(":"), pieces[one..two].join(":"));
            found.extend(read(&method, &target, &pieces[two..].join(":"), None));
            for three in two + 1..all {
                let nonce = pieces[three..].join(":");
                let timestamp = pieces[two..three].join(":");
                found.extend(read(&method, &target, &timestamp, Some(&nonce)));
            }
        }
    }
    found
}

fn read(method: &str, target: &str, timestamp: &str, nonce: Option<&str>) -> Option<String> {
    let sound = SignedRequest::parse(method, target, &headers(timestamp, nonce)).ok()?;
    Some(format!("{:?}", (&sound.method, &sound.target, sound.timestamp, &sound.nonce)))
}

proptest! {
    #[test]
    fn a_base_is_one_requests(
        pieces in prop::collection::vec("(GET|POST|/a|/b\\?c=d|1[0-9]{9}|[A-Za-z0-9/]{0,4})", 3..8),
    ) {
        prop_assert!(readings(&pieces).len() <= 1, "{:?}", readings(&pieces));
    }

    #[test]
    fn rubbish_is_refused_and_never_panics(
        method in "\\PC{0,6}", target in "\\PC{0,12}", client in "\\PC{0,9}",
        timestamp in "\\PC{0,12}", nonce in "\\PC{0,9}", signature in "\\PC{0,70}",
    ) {
        let headers = SignatureHeaders {
            client: &client, timestamp: &timestamp, nonce: Some(&nonce), signature: &signature,
        };
        prop_assert!(SignedRequest::parse(&method, &target, &headers).is_err());
    }

    #[test]
    fn another_body_is_another_base(one in any::<Vec<u8>>(), other in any::<Vec<u8>>()) {
        prop_assume!(one != other);
        let signed = request("POST", "/x", &headers("1800000000", None));
        prop_assert_ne!(signed.base(&one), signed.base(&other));
    }
}
