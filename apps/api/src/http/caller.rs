//! Who calls: a team with its token or its signature, or a person who is signed in; and what each may do.

use super::{edge::request_id, problem::ApiError, signed::SignedBy};
use crate::http::client_ip::ClientAddress;
use crate::{composition::App, scopes::Scope};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header, web};
use adapter_crypto::TokenKind;
use application::accounts::session_issuer::Visitor;
use domain::{
    ids::{SessionId, UserId},
    operations::{
        audit::Actor,
        idempotency::{IdempotencyKey, is_key},
    },
    text::truncate,
};
use futures_util::future::LocalBoxFuture;
use std::future::{Ready, ready};

/// The longest name of a device that is kept, in characters.
const DEVICE_LENGTH_MAX: usize = 200;

/// Somebody who proved who he is.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    who: Who,
    request_id: String,
}

#[derive(Clone, Debug)]
enum Who {
    Team { client: String, scopes: Vec<String> },
    Person { user: UserId, session: SessionId },
}

/// A person who is signed in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Person {
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
}

/// Whose money a caller may see and move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccessScope {
    /// A team with the scope: everybody's.
    Everyone,
    /// A person: his own. What is another's does not exist for him.
    Only(UserId),
}

impl AccessScope {
    /// Whether what belongs to that person is within it.
    pub(crate) fn covers(self, owner: UserId) -> bool {
        match self {
            Self::Everyone => true,
            Self::Only(user) => user == owner,
        }
    }

    /// The one person it is limited to.
    pub(crate) const fn person(self) -> Option<UserId> {
        match self {
            Self::Everyone => None,
            Self::Only(user) => Some(user),
        }
    }
}

impl Caller {
    /// The team's id; refused unless the caller is one that has the scope.
    pub(crate) fn require(&self, scope: Scope) -> Result<&str, ApiError> {
        match &self.who {
            Who::Team { client, scopes } if scopes.iter().any(|own| own == scope.name()) => Ok(client),
            _ => Err(ApiError::forbidden(format!("This takes the scope {}.", scope.name()))),
        }
    }

    /// Whose money he may see or move: a team's needs the scope.
    pub(crate) fn reach(&self, scope: Scope) -> Result<AccessScope, ApiError> {
        match &self.who {
            Who::Team { .. } => self.require(scope).map(|_client| AccessScope::Everyone),
            Who::Person { user, .. } => Ok(AccessScope::Only(*user)),
        }
    }

    /// The person who is signed in; refused to a team.
    pub(crate) fn person(&self) -> Result<Person, ApiError> {
        self.as_person().ok_or_else(|| ApiError::forbidden("This takes a person's own token."))
    }

    /// The person who is signed in, if it is one.
    pub(crate) fn as_person(&self) -> Option<Person> {
        match self.who {
            Who::Person { user, session } => Some(Person { user, session }),
            Who::Team { .. } => None,
        }
    }

    /// The name under which its keys, transfers and challenges are kept.
    pub(crate) fn key(&self) -> String {
        match &self.who {
            Who::Team { client, .. } => format!("client:{client}"),
            Who::Person { user, .. } => format!("user:{user}"),
        }
    }

    /// For the audit.
    pub(crate) fn actor(&self) -> Actor {
        Actor { who: self.key(), channel: "rest".into(), request_id: self.request_id.clone() }
    }
}

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = read(request);
        let app = request.app_data::<web::Data<App>>().cloned();
        Box::pin(async move {
            let caller = read?;
            // A token outlives its session by minutes; whoever was logged out is out at once.
            if let (Some(app), Some(person)) = (app, caller.as_person())
                && !app.people.sessions.is_live(person.session, person.user).await?
            {
                return Err(refused());
            }
            Ok(caller)
        })
    }
}

fn refused() -> ApiError {
    ApiError::unauthorized("A valid token is needed.")
}

fn read(request: &HttpRequest) -> Result<Caller, ApiError> {
    let Some(header) = request.headers().get(header::AUTHORIZATION) else { return signer(request) };
    let (scheme, token) = header.to_str().ok().and_then(|value| value.split_once(' ')).ok_or_else(refused)?;
    let app = request.app_data::<web::Data<App>>().ok_or_else(refused)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(refused());
    }
    let claims = app.tokens.read(token.trim()).map_err(|_invalid| refused())?;
    let who = match claims.kind {
        TokenKind::Service => Who::Team { client: claims.sub, scopes: claims.scopes },
        TokenKind::Access => Who::Person {
            user: claims.sub.parse().map_err(|_malformed| refused())?,
            session: claims.sid.and_then(|id| id.parse().ok()).ok_or_else(refused)?,
        },
    };
    Ok(Caller { who, request_id: request_id(request) })
}

/// Who signed it. Where a token comes along it is the token that says who calls, also when it is a bad one.
fn signer(request: &HttpRequest) -> Result<Caller, ApiError> {
    let SignedBy { client, scopes } = request.extensions().get::<SignedBy>().cloned().ok_or_else(refused)?;
    Ok(Caller { who: Who::Team { client, scopes }, request_id: request_id(request) })
}

/// Where a call comes from, whoever makes it: what the public routes of accounts go by.
pub(crate) struct VisitorOf(pub(crate) Visitor);

impl FromRequest for VisitorOf {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let address = ClientAddress::from_request(request, payload).into_inner();
        let device = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        let device = device.map(|device| truncate(device, DEVICE_LENGTH_MAX));
        let request_id = request_id(request);
        ready(address.map(|ClientAddress(address)| Self(Visitor { address, device, request_id })))
    }
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
