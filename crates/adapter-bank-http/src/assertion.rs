//! The signed assertion that proves who we are (RFC 7523, RFC 10070).

use crate::signing_key::SigningKey;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde_json::json;

/// What the form says that the assertion is.
pub(crate) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How long an assertion is good, in seconds.
const LIFE_SECONDS: i64 = 60;

/// An assertion for one request. The audience is the issuer as one string, never the token endpoint; `id` must be a new
/// one each time. `None` when the key can't sign.
pub(crate) fn assertion(
    key: &SigningKey,
    (client, issuer): (&str, &str),
    id: &str,
    now: DateTime<Utc>,
) -> Option<String> {
    let header = json!({"alg": key.algorithm(), "typ": "client-authentication+jwt"});
    let now = now.timestamp();
    let claims = json!({
        "iss": client, "sub": client, "aud": issuer, "jti": id, "iat": now, "exp": now.saturating_add(LIFE_SECONDS),
    });
    let part = |json: serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let text = format!("{}.{}", part(header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(text.as_bytes())?);
    Some(format!("{text}.{signature}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{KeyPair, PublicKeyData};
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
    use serde_json::Value;

    #[test]
    fn says_who_we_are_to_one_audience_for_a_minute() {
        let pair = KeyPair::generate().unwrap();
        let key = SigningKey::from_pem(&pair.serialize_pem()).unwrap();
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let jwt = assertion(&key, ("ventanilla", "https://bank.example/realms/one"), "id-1", now).unwrap();
        let (text, signature) = jwt.rsplit_once('.').unwrap();
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.der_bytes());
        assert!(public.verify(text.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).is_ok());
        let parts: Vec<Value> = text
            .split('.')
            .map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap())
            .collect();
        assert_eq!(parts[0], json!({"alg": "ES256", "typ": "client-authentication+jwt"}));
        assert_eq!(
            parts[1],
            json!({
                "iss": "ventanilla", "sub": "ventanilla", "aud": "https://bank.example/realms/one",
                "jti": "id-1", "iat": 1_790_000_000, "exp": 1_790_000_060,
            })
        );
    }
}
