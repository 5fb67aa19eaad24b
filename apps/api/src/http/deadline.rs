//! Every caller is answered in time, whatever the database or a provider does. The work goes on to its end all
//! the same: a caller who repeats the request under its key learns what became of it.

use super::{edge::request_id, problem::ApiError, route_rules::RouteRules};
use actix_web::{
    Error,
    body::{BoxBody, EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    middleware::Next,
    rt,
};
use std::time::Duration;
use tokio::time::timeout;

/// Time for an answer, from when the whole request has come.
pub(crate) const ANSWER_DEADLINE: Duration = Duration::from_secs(11);

/// Answers 503 when the route takes too long.
pub(crate) async fn answer_in_time<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let (rule, id) = (RouteRules::of(&request), request_id(request.request()));
    let mut work = next.call(request);
    if let Ok(answer) = timeout(ANSWER_DEADLINE, &mut work).await {
        return answer.map(ServiceResponse::map_into_left_body);
    }
    tracing::error!(request_id = %id, "a request took too long; its work goes on without its caller");
    rt::spawn(async move { drop(work.await) });
    let problem = ApiError::unavailable(
        "The answer took too long. Send the request again under its key: it is done once, or not at all.",
    );
    let response = rule.refusal(&problem.retry_after(2), &id);
    // The request itself is still with the work.
    Err(InternalError::from_response("the answer took too long", response).into())
}
