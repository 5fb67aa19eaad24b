//! Reads the body of every request before anything else looks at it: within a deadline and at a least rate,
//! never more of it than its route takes, and into memory that is allocated as the bytes come.
//!
//! A caller with a valid token has proved who they are. The bodies of all others are counted together (see
//! [`InFlight`]).

mod gathered;

use self::gathered::Gathered;
use super::{
    caller,
    edge::request_id,
    in_flight::{InFlight, NoRoom, Share},
    kept_body::KeptBody,
    problem::ApiError,
    route_rules::RouteRules,
    signed::again,
};
use actix_web::{
    Error, HttpMessage,
    body::{BoxBody, EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::PayloadError,
    http::{
        Method, StatusCode,
        header::{self, HeaderMap},
    },
    middleware::Next,
    web::{self, Bytes},
};
use futures_util::{Stream, StreamExt};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Time for a whole body.
pub(crate) const BODY_DEADLINE: Duration = Duration::from_secs(10);
/// When the rate of a body is looked at.
pub(crate) const RATE_LOOK: Duration = Duration::from_secs(5);
/// Bytes a second of a body that could not end within its deadline at less.
pub(crate) const RATE_LEAST: usize = 1024;

/// How slow a body may be.
#[derive(Clone, Copy)]
struct Pace {
    look: Duration,
    least: usize,
    deadline: Duration,
}

impl Pace {
    /// A body of up to ten kilobytes has all the time until its deadline; a longer one must keep up.
    fn of(declared: Option<usize>) -> Self {
        let seconds = |time: Duration| usize::try_from(time.as_secs()).unwrap_or(usize::MAX);
        let is_long =
            declared.is_some_and(|length| length > RATE_LEAST.saturating_mul(seconds(BODY_DEADLINE)));
        let least = if is_long { RATE_LEAST.saturating_mul(seconds(RATE_LOOK)) } else { 0 };
        Self { look: RATE_LOOK, least, deadline: BODY_DEADLINE }
    }
}

/// Why a body was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    TooLarge,
    TooSlow,
    NoRoom,
    /// The sender hung up, or its framing is wrong.
    Broken,
}

impl From<NoRoom> for Refused {
    fn from(_: NoRoom) -> Self {
        Self::NoRoom
    }
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::TooLarge => Self::of_status(StatusCode::PAYLOAD_TOO_LARGE),
            Refused::TooSlow => Self::of_status(StatusCode::REQUEST_TIMEOUT),
            Refused::NoRoom => {
                Self::unavailable("Too many requests are being received. Try again later.").retry_after(2)
            }
            Refused::Broken => Self::of_status(StatusCode::BAD_REQUEST),
        }
    }
}

/// Reads the body, and gives the request on with it.
pub(crate) async fn bodies<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    if !has_body(request.method(), request.headers()) {
        return next.call(request).await.map(ServiceResponse::map_into_left_body);
    }
    let rule = RouteRules::of(&request);
    let declared = declared(request.headers());
    let all = request.app_data::<web::Data<InFlight>>().map(|all| all.clone().into_inner());
    let share = all.filter(|_| !caller::has_token(request.request())).map(Share::new);
    let mut payload = request.take_payload();
    let gathered = Gathered::new(rule.body_max, declared, share);
    match gather(&mut payload, gathered, declared, Pace::of(declared)).await {
        Ok(gathered) => {
            let (body, share) = gathered.finish();
            request.set_payload(again(body));
            if let Some(share) = share {
                request.extensions_mut().insert(share);
            }
            next.call(request).await.map(ServiceResponse::map_into_left_body)
        }
        Err(refused) => {
            tracing::debug!(?refused, "a body was not taken");
            let id = request_id(request.request());
            let response = rule.refusal(&refused.into(), &id);
            // The rest of the request is kept with the answer: the server closes the connection after it, and does
            // not wait for a body that may never end.
            let response = response.map_body(|_, body| BoxBody::new(KeptBody::new(body, payload)));
            Ok(request.into_response(response).map_into_right_body())
        }
    }
}

/// Whether bytes may follow the head. After an upgrade to another protocol, which no route makes, and after CONNECT
/// the server takes everything that comes for a body.
fn has_body(method: &Method, headers: &HeaderMap) -> bool {
    headers.contains_key(header::TRANSFER_ENCODING)
        || declared(headers).is_some_and(|length| length > 0)
        || headers.contains_key(header::UPGRADE)
        || *method == Method::CONNECT
}

/// The length that the head names. None if it names none.
fn declared(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}

async fn gather<S>(
    payload: &mut S,
    mut gathered: Gathered,
    declared: Option<usize>,
    pace: Pace,
) -> Result<Gathered, Refused>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    if declared.is_some_and(|length| length > gathered.body_max()) {
        return Err(Refused::TooLarge);
    }
    let begun = Instant::now();
    let mut looks = [(pace.look, pace.least), (pace.deadline, usize::MAX)].into_iter();
    let mut look = looks.next();
    while let Some((after, least)) = look {
        let until = begun.checked_add(after).unwrap_or(begun);
        let is_due = Instant::now() >= until;
        match if is_due { None } else { timeout_at(until, payload.next()).await.ok() } {
            Some(Some(Ok(chunk))) => gathered.push(&chunk)?,
            Some(Some(Err(_broken))) => return Err(Refused::Broken),
            Some(None) => return Ok(gathered),
            None if gathered.len() >= least => look = looks.next(),
            None => return Err(Refused::TooSlow),
        }
    }
    Err(Refused::TooSlow)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use std::sync::Arc;

    const QUICK: Pace = Pace { look: Duration::ZERO, least: 0, deadline: Duration::from_mins(1) };

    fn chunks(parts: &[&'static [u8]]) -> impl Stream<Item = Result<Bytes, PayloadError>> + Unpin + use<> {
        stream::iter(parts.iter().map(|part| Ok(Bytes::from_static(part))).collect::<Vec<_>>())
    }

    async fn read(
        mut payload: impl Stream<Item = Result<Bytes, PayloadError>> + Unpin,
        declared: Option<usize>,
        pace: Pace,
    ) -> Result<Bytes, Refused> {
        let gathered = Gathered::new(10, declared, None);
        gather(&mut payload, gathered, declared, pace).await.map(|gathered| gathered.finish().0)
    }

    #[tokio::test]
    async fn a_body_is_read_whole_up_to_its_routes_limit() {
        assert_eq!(read(chunks(&[b"12345", b"67890"]), None, QUICK).await, Ok(Bytes::from("1234567890")));
        assert_eq!(read(chunks(&[b"12345", b"67890", b"1"]), None, QUICK).await, Err(Refused::TooLarge));
        assert_eq!(
            read(stream::pending(), Some(11), QUICK).await,
            Err(Refused::TooLarge),
            "none of it is read"
        );
    }

    #[tokio::test]
    async fn a_body_that_is_slow_is_ended() {
        let over = Pace { deadline: Duration::ZERO, ..QUICK };
        assert_eq!(read(stream::pending(), Some(5), over).await, Err(Refused::TooSlow));
        let lazy = Pace { look: Duration::ZERO, least: 6, ..QUICK };
        let begun = chunks(&[b"12345"]).chain(stream::pending());
        assert_eq!(read(begun, Some(9), lazy).await, Err(Refused::TooSlow));
    }

    #[test]
    fn only_a_body_that_could_not_end_in_time_must_keep_a_rate() {
        assert_eq!(Pace::of(Some(10 * RATE_LEAST)).least, 0);
        assert_eq!(Pace::of(Some(10 * RATE_LEAST + 1)).least, 5 * RATE_LEAST);
        assert_eq!(Pace::of(None).least, 0);
    }

    #[tokio::test]
    async fn a_body_for_which_there_is_no_room_is_put_off() {
        let all = Arc::new(InFlight::new(4));
        let gathered = Gathered::new(10, Some(5), Some(Share::new(all)));
        let outcome = gather(&mut chunks(&[b"12345"]), gathered, Some(5), QUICK).await;
        assert_eq!(outcome.map(|_| ()), Err(Refused::NoRoom));
    }
}
