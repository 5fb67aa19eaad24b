//! Signed requests of internal clients. A signature is checked before anything else, on every route: a wrong
//! one is refused, whatever token comes with it.

use super::{edge::request_id, in_flight::Share, problem::ApiError};
use crate::{composition::Operations, http::json::BODY_MAX};
use actix_web::{
    Error, HttpMessage, HttpRequest, Resource, ResponseError,
    body::{EitherBody, MessageBody},
    dev::{Payload, ServiceFactory, ServiceRequest, ServiceResponse},
    error::PayloadError,
    http::{StatusCode, header},
    middleware::{Next, from_fn},
    web::{self, Bytes},
};
use application::{error_chain::describe, operations::check_signature::CheckSignatureError};
use domain::operations::signed_request::{SignatureHeaders, SignedRequest};
use futures_util::stream;
use std::future::ready;

const CLIENT: &str = "x-client-id";
const TIMESTAMP: &str = "x-timestamp";
const NONCE: &str = "x-nonce";
const SIGNATURE: &str = "x-signature";

/// The client that signed the current request.
#[derive(Clone, Debug)]
pub(crate) struct SignedBy {
    pub(crate) client: String,
    pub(crate) scopes: Vec<String>,
}

/// Checks signed requests, and lets unsigned ones pass.
pub(crate) async fn signed<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    if request.headers().contains_key(SIGNATURE) {
        match judge(&mut request).await {
            Ok(signer) => drop(request.extensions_mut().insert(signer)),
            Err(problem) => return Ok(refuse(request, &problem)),
        }
    }
    next.call(request).await.map(ServiceResponse::map_into_left_body)
}

/// A resource whose routes move or show money.
pub(crate) fn money(
    path: &str,
) -> Resource<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = Error,
        InitError = (),
    > + use<>,
> {
    web::resource(path).wrap(from_fn(demand))
}

/// Refuses unsigned requests if `REQUIRE_HMAC_VERIFICATION` is on.
async fn demand<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    // Without settings the signature is required.
    let is_demanded = request
        .app_data::<web::Data<Operations>>()
        .is_none_or(|operations| operations.settings.require_hmac_verification);
    let is_signed = request.extensions().get::<SignedBy>().is_some();
    if is_demanded && !is_signed {
        let problem = if request.headers().contains_key(header::AUTHORIZATION) {
            ApiError::signature_invalid("This route needs a signed request, in addition to the token.")
        } else {
            ApiError::unauthorized("This route needs a signed request.")
        };
        return Ok(refuse(request, &problem));
    }
    next.call(request).await.map(ServiceResponse::map_into_left_body)
}

fn refuse<B>(request: ServiceRequest, problem: &ApiError) -> ServiceResponse<EitherBody<B>> {
    request.into_response(problem.error_response()).map_into_right_body()
}

/// One answer for all errors: nobody learns which clients exist, or which check failed.
fn refused() -> ApiError {
    ApiError::signature_invalid("The request's signature is wrong, too old or used before.")
}

async fn judge(request: &mut ServiceRequest) -> Result<SignedBy, ApiError> {
    let operations = request.app_data::<web::Data<Operations>>().cloned().ok_or_else(refused)?;
    let request_id = request_id(request.request());
    let signed = parse(request.request()).map_err(|reason| {
        tracing::warn!(request_id, error = reason, "a signed request is malformed");
        refused()
    })?;
    let body = take_body(request).await?;
    let checked = operations.signatures.run(&signed, &body).await;
    let known = operations.settings.clients.iter().find(|client| client.id == signed.client());
    match (checked, known) {
        (Ok(()), Some(client)) => {
            request.set_payload(again(body));
            // The sender has proved who they are.
            drop(request.extensions_mut().remove::<Share>());
            Ok(SignedBy { client: client.id.clone(), scopes: client.scopes.clone() })
        }
        (Err(CheckSignatureError::Store(fault)), _) => Err(fault.into()),
        (outcome, known) => {
            let reason = outcome.err().map(|fault| describe(&fault));
            // Only a known client's id is logged; an unknown one may contain anything.
            let client = known.map(|client| &client.id);
            tracing::warn!(request_id, client, error = reason, "a signed request was refused");
            Err(refused())
        }
    }
}

/// A header's value; None if it is absent. It must occur once, in plain text.
fn single<'r>(request: &'r HttpRequest, name: &str) -> Result<Option<&'r str>, String> {
    let mut values = request.headers().get_all(name);
    match (values.next().map(header::HeaderValue::to_str), values.next()) {
        (None, _) => Ok(None),
        (Some(Ok(value)), None) => Ok(Some(value)),
        _ => Err(format!("{name} occurs twice, or is not plain text")),
    }
}

fn parse(request: &HttpRequest) -> Result<SignedRequest, String> {
    let needed = |name| single(request, name)?.ok_or_else(|| format!("{name} is missing"));
    let headers = SignatureHeaders {
        client: needed(CLIENT)?,
        timestamp: needed(TIMESTAMP)?,
        nonce: single(request, NONCE)?,
        signature: needed(SIGNATURE)?,
    };
    let target = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    SignedRequest::parse(request.method().as_str(), &target, &headers).map_err(|fault| fault.to_string())
}

async fn take_body(request: &mut ServiceRequest) -> Result<Bytes, ApiError> {
    let body = request.extract::<web::Payload>().await;
    let body = body.map_err(|_unreadable| ApiError::of_status(StatusCode::BAD_REQUEST))?;
    body.to_bytes_limited(BODY_MAX)
        .await
        .map_err(|_over| ApiError::of_status(StatusCode::PAYLOAD_TOO_LARGE))?
        .map_err(|_broken| ApiError::of_status(StatusCode::BAD_REQUEST))
}

/// A body that was read, for others to read again.
pub(super) fn again(body: Bytes) -> Payload {
    let read = stream::once(ready(Ok::<_, PayloadError>(body)));
    Payload::Stream { payload: Box::pin(read) }
}
