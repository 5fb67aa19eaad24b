//! Who calls: a team with its token, and what it may do.

use super::{edge::RequestId, problem::ApiError};
use crate::wiring::App;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header, web};
use adapter_crypto::TokenKind;
use domain::{
    audit::Actor,
    idempotency::{IdempotencyKey, is_key},
};
use std::future::{Ready, ready};

/// What a team may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Verify,
    Messages,
    Conversations,
    Operate,
    WalletsRead,
    Transfers,
    People,
    Nlu,
    Flows,
    Audit,
}

impl Scope {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Messages => "messages",
            Self::Conversations => "conversations",
            Self::Operate => "operate",
            Self::WalletsRead => "wallets:read",
            Self::Transfers => "transfers",
            Self::People => "people",
            Self::Nlu => "nlu",
            Self::Flows => "flows",
            Self::Audit => "audit",
        }
    }
}

/// All scopes there are, for tokens of development.
pub(crate) const ALL_SCOPES: [&str; 10] = [
    "verify",
    "messages",
    "wallets:read",
    "transfers",
    "people",
    "nlu",
    "flows",
    "conversations",
    "audit",
    "operate",
];

/// A team that proved who it is.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// Its id.
    pub(crate) client: String,
    scopes: Vec<String>,
    request_id: String,
}

impl Caller {
    /// Refused unless the team has the scope.
    pub(crate) fn require(&self, scope: Scope) -> Result<(), ApiError> {
        if self.scopes.iter().any(|own| own == scope.name()) {
            Ok(())
        } else {
            Err(ApiError::forbidden(format!("This takes the scope {}.", scope.name())))
        }
    }

    /// The name under which its keys, transfers and challenges are kept.
    pub(crate) fn key(&self) -> String {
        format!("client:{}", self.client)
    }

    /// For the audit.
    pub(crate) fn actor(&self) -> Actor {
        Actor { who: self.key(), channel: "rest".into(), request_id: self.request_id.clone() }
    }
}

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request))
    }
}

fn read(request: &HttpRequest) -> Result<Caller, ApiError> {
    let refused = || ApiError::unauthorized("A valid token is needed.");
    let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, token) = header.and_then(|value| value.split_once(' ')).ok_or_else(refused)?;
    let app = request.app_data::<web::Data<App>>().ok_or_else(refused)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(refused());
    }
    let claims = app.tokens.read(token.trim()).map_err(|_invalid| refused())?;
    if claims.kind != TokenKind::Service {
        return Err(refused());
    }
    let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    Ok(Caller { client: claims.sub, scopes: claims.scopes, request_id })
}

/// The `Idempotency-Key` header, where it is given.
pub(crate) struct IdempotencyHeader(pub(crate) Option<String>);

impl IdempotencyHeader {
    /// The header, else the caller's name for it in the body.
    pub(crate) fn or(self, named: Option<&String>) -> Self {
        Self(self.0.or_else(|| named.cloned()))
    }

    /// The key in its scope.
    pub(crate) fn key(self, caller: &Caller, operation: &str) -> Option<IdempotencyKey> {
        self.0.map(|key| IdempotencyKey { caller: caller.key(), operation: operation.into(), key })
    }
}

impl FromRequest for IdempotencyHeader {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(value) = request.headers().get("Idempotency-Key") else { return ready(Ok(Self(None))) };
        ready(match value.to_str() {
            Ok(key) if is_key(key.trim()) => Ok(Self(Some(key.trim().to_owned()))),
            _ => Err(ApiError::field(
                "",
                "the Idempotency-Key header must be 1 to 255 visible ASCII characters",
            )),
        })
    }
}
