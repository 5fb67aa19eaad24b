//! Who calls: a team with its token or signature, or a signed-in person; and what each may do.

use super::{edge::request_id, problem::ApiError, signed::SignedBy};
use crate::http::client_ip::ClientAddress;
use crate::{
    composition::{Accounts, Operations},
    config::AppEnv,
    scopes::Scope,
};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header, web};
use adapter_crypto::TokenKind;
use application::accounts::session_issuer::Visitor;
use domain::{
    ids::{OperatorId, SessionId, UserId},
    operations::{
        audit::Actor,
        idempotency::{IdempotencyKey, is_key},
        operators::OperatorRole,
    },
    principal::Principal,
    text::truncate,
};
use futures_util::future::LocalBoxFuture;
use std::future::{Ready, ready};
use uuid::Uuid;

/// Longest name of a device that is stored, in characters.
const DEVICE_LENGTH_MAX: usize = 200;

/// An authenticated caller: a team, a signed-in person or an operator.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    credential: Credential,
    request_id: String,
}

/// What the caller presented: a service token or signature, a person's access token, or an operator's token.
#[derive(Clone, Debug)]
enum Credential {
    Team { client: String, scopes: Vec<String> },
    Person { user: UserId, session: SessionId },
    Operator { id: OperatorId, role: OperatorRole },
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
    /// A team with the scope: everybody's money.
    Everyone,
    /// A person: only their own money. Anything else is answered like an unknown id.
    Only(UserId),
}

impl AccessScope {
    /// True if the scope includes what belongs to `owner`.
    pub(crate) fn covers(self, owner: UserId) -> bool {
        match self {
            Self::Everyone => true,
            Self::Only(user) => user == owner,
        }
    }

    /// The person that it is limited to; None for everybody.
    pub(crate) const fn person(self) -> Option<UserId> {
        match self {
            Self::Everyone => None,
            Self::Only(user) => Some(user),
        }
    }
}

impl Caller {
    /// The client id of a team that has the scope; any other caller gets a 403.
    pub(crate) fn require(&self, scope: Scope) -> Result<&str, ApiError> {
        match &self.credential {
            Credential::Team { client, scopes } if scopes.iter().any(|own| own == scope.name()) => Ok(client),
            _ => Err(ApiError::forbidden(format!("Missing scope: {}.", scope.name()))),
        }
    }

    /// Whose money the caller may see or move. A team needs the scope, a person does not.
    pub(crate) fn reach(&self, scope: Scope) -> Result<AccessScope, ApiError> {
        match &self.credential {
            Credential::Team { .. } => self.require(scope).map(|_client| AccessScope::Everyone),
            Credential::Person { user, .. } => Ok(AccessScope::Only(*user)),
            Credential::Operator { .. } => Err(not_for_operators()),
        }
    }

    /// An operator with at least this role, or a team with the scope.
    pub(crate) fn require_operator(&self, least: OperatorRole, scope: Scope) -> Result<Principal, ApiError> {
        match &self.credential {
            Credential::Operator { id, role } if role.includes(least) => Ok(Principal::Operator(*id)),
            Credential::Operator { .. } => Err(role_missing(least)),
            _ => self.require(scope).map(|_client| self.principal()),
        }
    }

    /// An operator who may decide what is in doubt. In development a team with the scope `operate` counts as one.
    pub(crate) fn require_decider(&self, env: AppEnv) -> Result<Principal, ApiError> {
        match (&self.credential, env) {
            (Credential::Operator { .. }, _) | (_, AppEnv::Development) => {
                self.require_operator(OperatorRole::Decide, Scope::Operate)
            }
            (_, AppEnv::Production) => Err(role_missing(OperatorRole::Decide)),
        }
    }

    /// The person in a path, if the caller may act for them: they themselves, or the scope `people`.
    pub(crate) fn person_in_path(&self, id: &str) -> Result<UserId, ApiError> {
        let reach = self.reach(Scope::People)?;
        let user: UserId = id.parse().map_err(|_malformed| person_not_found())?;
        if reach.covers(user) { Ok(user) } else { Err(person_not_found()) }
    }

    /// The signed-in person; a team gets a 403.
    pub(crate) fn person(&self) -> Result<Person, ApiError> {
        self.as_person().ok_or_else(|| ApiError::forbidden("This route needs a person's access token."))
    }

    /// The signed-in person; None for a team.
    pub(crate) fn as_person(&self) -> Option<Person> {
        match self.credential {
            Credential::Person { user, session } => Some(Person { user, session }),
            Credential::Team { .. } | Credential::Operator { .. } => None,
        }
    }

    /// The principal, to which idempotency keys, transfers and challenges belong.
    pub(crate) fn principal(&self) -> Principal {
        match &self.credential {
            Credential::Team { client, .. } => Principal::Client(client.clone()),
            Credential::Person { user, .. } => Principal::User(*user),
            Credential::Operator { id, .. } => Principal::Operator(*id),
        }
    }

    /// The principal's text form, under which rate limits count.
    pub(crate) fn key(&self) -> String {
        self.principal().key()
    }

    /// The caller as the audit log names them.
    pub(crate) fn actor(&self) -> Actor {
        Actor { who: self.principal(), channel: "rest".into(), request_id: self.request_id.clone() }
    }
}

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let presented = read(request);
        let accounts = request.app_data::<web::Data<Accounts>>().cloned();
        let operations = request.app_data::<web::Data<Operations>>().cloned();
        let request_id = request_id(request);
        Box::pin(async move {
            let credential = match presented? {
                Presented::Team { client, scopes } => Credential::Team { client, scopes },
                // A token outlives its session by minutes, so the session is checked too.
                Presented::Person { user, session } => {
                    if let Some(accounts) = accounts
                        && !accounts.sessions.is_live(session, user).await?
                    {
                        return Err(refused());
                    }
                    Credential::Person { user, session }
                }
                Presented::Operator { id, token_series } => {
                    let store = operations.ok_or_else(refused)?.store.clone();
                    let role = store.operator_role(id, token_series).await?.ok_or_else(refused)?;
                    Credential::Operator { id, role }
                }
            };
            Ok(Self { credential, request_id })
        })
    }
}

fn refused() -> ApiError {
    ApiError::unauthorized("Token missing, invalid or expired.")
}

/// A credential as it was presented: signed and not expired, and not yet looked up.
enum Presented {
    Team { client: String, scopes: Vec<String> },
    Person { user: UserId, session: SessionId },
    Operator { id: OperatorId, token_series: Uuid },
}

fn read(request: &HttpRequest) -> Result<Presented, ApiError> {
    let Some(header) = request.headers().get(header::AUTHORIZATION) else { return signer(request) };
    let (scheme, token) = header.to_str().ok().and_then(|value| value.split_once(' ')).ok_or_else(refused)?;
    let operations = request.app_data::<web::Data<Operations>>().ok_or_else(refused)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(refused());
    }
    let claims = operations.tokens.read(token.trim()).map_err(|_invalid| refused())?;
    let sid = || claims.sid.as_deref().ok_or_else(refused);
    Ok(match claims.kind {
        TokenKind::Service => Presented::Team { client: claims.sub, scopes: claims.scopes },
        TokenKind::Access => Presented::Person {
            session: sid()?.parse().map_err(|_malformed| refused())?,
            user: claims.sub.parse().map_err(|_malformed| refused())?,
        },
        TokenKind::Operator => Presented::Operator {
            token_series: sid()?.parse().map_err(|_malformed| refused())?,
            id: claims.sub.parse().map_err(|_malformed| refused())?,
        },
    })
}

/// True if the request carries a token that is valid. Its session is not looked at.
pub(super) fn has_token(request: &HttpRequest) -> bool {
    request.headers().contains_key(header::AUTHORIZATION) && read(request).is_ok()
}

/// The client that signed the request. Only for requests without a token: a token, also an invalid one,
/// says who calls.
fn signer(request: &HttpRequest) -> Result<Presented, ApiError> {
    let SignedBy { client, scopes } = request.extensions().get::<SignedBy>().cloned().ok_or_else(refused)?;
    Ok(Presented::Team { client, scopes })
}

fn not_for_operators() -> ApiError {
    ApiError::forbidden("This route is not for operators.")
}

fn role_missing(least: OperatorRole) -> ApiError {
    ApiError::forbidden(format!("This needs an operator with the role {} or above.", least.name()))
}

/// Where a call comes from: address, device and request id. The public routes of accounts use it.
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

/// The `Idempotency-Key` header; None if there is none.
pub(crate) struct IdempotencyHeader(pub(crate) Option<String>);

impl IdempotencyHeader {
    /// The key, bound to the caller and the operation.
    pub(crate) fn key(self, caller: &Caller, operation: &str) -> Option<IdempotencyKey> {
        self.0.map(|key| IdempotencyKey { caller: caller.principal(), operation: operation.into(), key })
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

/// There is no such person, or the caller may not act for them.
pub(crate) fn person_not_found() -> ApiError {
    ApiError::not_found("Person not found.")
}
