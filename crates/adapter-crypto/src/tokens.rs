//! Access tokens: JWT (RFC 7519) with HS256. The key is found by `kid` in a fixed set, and every claim is
//! checked (RFC 8725).

use crate::{jwt_provider, keyring::Keyring};
use chrono::Duration;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use ports::{clock::Clock, ids_and_random::IdGenerator};
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, sync::Arc};
use thiserror::Error;

const LABEL: &str = "jwt/v1";
const ISSUER: &str = "ventanilla";
const AUDIENCE: &str = "ventanilla-api";
/// Tolerance for clocks that differ a little.
const LEEWAY_SECONDS: i64 = 5;
/// Longest accepted token, in bytes; real tokens are much shorter.
const LENGTH_MAX: usize = 4096;

/// Kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// Service token of a team.
    Service,
    /// Access token of a person.
    Access,
    /// Token of an operator.
    Operator,
}

/// Claims that a token contains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    iss: String,
    aud: String,
    /// Id of the client or the person.
    pub sub: String,
    exp: i64,
    nbf: i64,
    iat: i64,
    jti: String,
    /// Kind of the token; `typ` in the JSON.
    #[serde(rename = "typ")]
    pub kind: TokenKind,
    /// Scopes that the token grants.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Session of a person's token, which is not valid after the session ends; series of an operator's. None for a
    /// service token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
}

/// The token is not ours, not valid yet, expired, or can't be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the token is not valid")]
pub struct TokenError;

/// Issues tokens and reads them.
pub struct Tokens {
    signing: Option<(String, EncodingKey)>,
    verifying: HashMap<String, DecodingKey>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
}

impl Tokens {
    /// Derives the keys for tokens from `keyring`.
    #[must_use]
    pub fn new(keyring: &Keyring, clock: Arc<dyn Clock>, ids: Arc<dyn IdGenerator>) -> Self {
        jwt_provider::install();
        let keys = keyring.derive(LABEL);
        let signing = keys.first().map(|(kid, key)| (kid.clone(), EncodingKey::from_secret(key)));
        let verifying = keys.iter().map(|(kid, key)| (kid.clone(), DecodingKey::from_secret(key))).collect();
        Self { signing, verifying, clock, ids }
    }

    /// Issues a token for `sub`, valid for `ttl`.
    pub fn issue(
        &self,
        kind: TokenKind,
        sub: &str,
        scopes: &[String],
        ttl: Duration,
    ) -> Result<String, TokenError> {
        self.sign(kind, sub, scopes, None, ttl)
    }

    /// Issues a token for `sub`, valid for `ttl` while the session lasts.
    pub fn issue_for_session(
        &self,
        kind: TokenKind,
        sub: &str,
        session: &str,
        ttl: Duration,
    ) -> Result<String, TokenError> {
        self.sign(kind, sub, &[], Some(session.to_owned()), ttl)
    }

    fn sign(
        &self,
        kind: TokenKind,
        sub: &str,
        scopes: &[String],
        sid: Option<String>,
        ttl: Duration,
    ) -> Result<String, TokenError> {
        let (kid, key) = self.signing.as_ref().ok_or(TokenError)?;
        let now = self.clock.now().timestamp();
        let claims = Claims {
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            sub: sub.to_owned(),
            exp: now.saturating_add(ttl.num_seconds()),
            nbf: now,
            iat: now,
            jti: self.ids.new_id().to_string(),
            kind,
            scopes: scopes.to_vec(),
            sid,
        };
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(kid.clone());
        jsonwebtoken::encode(&header, &claims, key).map_err(|_fault| TokenError)
    }

    /// Returns the claims of a token that is ours and valid now. Does not check whether its session has
    /// ended.
    pub fn read(&self, token: &str) -> Result<Claims, TokenError> {
        if token.len() > LENGTH_MAX {
            return Err(TokenError);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_fault| TokenError)?;
        let kid = header.kid.ok_or(TokenError)?;
        let key = self.verifying.get(&kid).ok_or(TokenError)?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[ISSUER]);
        // Times are checked below against the clock port; these claims must be present.
        validation.set_required_spec_claims(&["aud", "iss", "sub"]);
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let claims =
            jsonwebtoken::decode::<Claims>(token, key, &validation).map_err(|_fault| TokenError)?.claims;
        let now = self.clock.now().timestamp();
        let is_over = now >= claims.exp.saturating_add(LEEWAY_SECONDS);
        let is_early = now.saturating_add(LEEWAY_SECONDS) < claims.nbf;
        if is_over || is_early { Err(TokenError) } else { Ok(claims) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::UuidV7;
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    use ring::hmac;
    use serde_json::{Value, json};
    use testkit::MovableClock;

    fn keyring() -> Keyring {
        Keyring::parse(&format!("k1:{}", "j".repeat(48))).unwrap()
    }

    fn tokens() -> (Tokens, Arc<MovableClock>) {
        let clock = Arc::<MovableClock>::default();
        (Tokens::new(&keyring(), clock.clone(), Arc::new(UuidV7)), clock)
    }

    fn claims() -> Value {
        json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "team", "exp": 1_800_000_900, "nbf": 1_800_000_000,
               "iat": 1_800_000_000, "jti": "j", "typ": "service", "scopes": ["verify"]})
    }

    fn signed(header: &Value, claims: &Value, key: &[u8]) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let body = format!("{}.{}", part(header), part(claims));
        let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), body.as_bytes());
        format!("{body}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    #[test]
    fn a_token_is_valid_for_its_ttl_only() {
        let (tokens, clock) = tokens();
        let token =
            tokens.issue(TokenKind::Service, "team", &["verify".into()], Duration::minutes(15)).unwrap();
        assert_eq!(tokens.read(&token).unwrap().scopes, ["verify"]);
        clock.advance(Duration::seconds(900 + LEEWAY_SECONDS));
        assert_eq!(tokens.read(&token), Err(TokenError));
    }

    #[test]
    fn every_forged_or_strange_service_token_is_refused() {
        every_forgery_is_refused(claims);
    }

    #[test]
    fn every_forged_or_strange_access_token_is_refused() {
        every_forgery_is_refused(|| {
            let mut claims = claims();
            claims["typ"] = json!("access");
            claims["sid"] = json!("00000000-0000-7000-8000-000000000001");
            claims
        });
    }

    fn every_forgery_is_refused(claims: fn() -> Value) {
        let (tokens, _) = tokens();
        let key = keyring().derive(LABEL)[0].1;
        let header = json!({"alg": "HS256", "typ": "JWT", "kid": "k1"});
        assert!(tokens.read(&signed(&header, &claims(), &key)).is_ok(), "the unchanged token is valid");
        let with = |name: &str, value: Value| {
            let mut changed = claims();
            changed[name] = value;
            changed
        };
        let without = |name: &str| {
            let mut changed = claims();
            changed.as_object_mut().unwrap().remove(name);
            changed
        };
        for (what, bad) in [
            ("another issuer", with("iss", json!("other"))),
            ("another audience", with("aud", json!("other"))),
            ("an unknown kind", with("typ", json!("refresh"))),
            ("expired", with("exp", json!(1_799_999_000))),
            ("not yet valid", with("nbf", json!(1_800_000_100))),
            ("no expiry", without("exp")),
            ("no subject", without("sub")),
            ("no beginning", without("nbf")),
            ("no id", without("jti")),
        ] {
            assert_eq!(tokens.read(&signed(&header, &bad, &key)), Err(TokenError), "{what}");
        }
        for (what, header) in [
            ("alg none", json!({"alg": "none", "kid": "k1"})),
            ("another algorithm", json!({"alg": "HS512", "kid": "k1"})),
            ("an asymmetric one", json!({"alg": "RS256", "kid": "k1"})),
            ("a path for a key id", json!({"alg": "HS256", "kid": "../../dev/null"})),
            ("no key id", json!({"alg": "HS256"})),
        ] {
            assert_eq!(tokens.read(&signed(&header, &claims(), &key)), Err(TokenError), "{what}");
        }
        assert_eq!(tokens.read(&signed(&header, &claims(), &[0; 32])), Err(TokenError), "another key");
        for rubbish in ["", ".", "..", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
            assert_eq!(tokens.read(rubbish), Err(TokenError), "{rubbish}");
        }
    }
}
