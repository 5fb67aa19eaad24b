//! The client of one provider, and one call of it.

use crate::{
    Answer, Repeat, Retries, TransportError,
    breaker::{Breaker, BreakerRules},
    exchange::exchange,
    retries::Retrier,
};
use ports::{clock::Clock, ids_and_random::Random};
use reqwest::{Method, Request, RequestBuilder, redirect::Policy, retry};
use rustls::ClientConfig;
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;
use tracing::{Instrument, Span, field::Empty};

/// Time-outs of a client, and how much it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientSettings {
    /// Longest time until a connection is there, TLS included.
    pub connect_timeout: Duration,
    /// Longest time from the start of a request to the last byte of its response.
    pub timeout: Duration,
    /// Longest body of a response, in bytes.
    pub body_bytes_max: usize,
    /// When calls stop for a while.
    pub breaker: BreakerRules,
    /// The most calls at once; one more is refused, not queued. `None`: as many as there are.
    pub calls_max: Option<usize>,
}

impl Default for ClientSettings {
    /// Two seconds to connect, ten in all, 1 MiB, five failures in a row, and any number of calls.
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(2),
            timeout: Duration::from_secs(10),
            body_bytes_max: 1 << 20,
            breaker: BreakerRules::default(),
            calls_max: None,
        }
    }
}

/// The time within which five failures of interactive calls count, and for which calls stop then.
const INTERACTIVE_BREAK: chrono::Duration = chrono::Duration::seconds(30);

impl ClientSettings {
    /// For calls that a person waits for, and that can be done without: the connection is within the time too, five
    /// failures within half a minute stop the calls for as long, and no more than `calls_max` are made at once.
    #[must_use]
    pub fn interactive(timeout: Duration, calls_max: usize) -> Self {
        Self {
            connect_timeout: timeout,
            timeout,
            body_bytes_max: 256 << 10,
            breaker: BreakerRules {
                within: Some(INTERACTIVE_BREAK),
                open_for: INTERACTIVE_BREAK,
                ..BreakerRules::default()
            },
            calls_max: Some(calls_max),
        }
    }
}

/// HTTP client of one account at a provider, with one circuit breaker. It follows no redirects and uses no
/// proxy.
pub struct ProviderClient {
    provider: &'static str,
    http: reqwest::Client,
    body_bytes_max: usize,
    breaker: Breaker,
    places: Option<Semaphore>,
    retrier: Option<Retrier>,
    clock: Arc<dyn Clock>,
}

impl ProviderClient {
    /// Builds a client that repeats no call. Makes no call. `provider` is the provider's name in the log.
    ///
    /// # Errors
    /// When the HTTP client can't be built with TLS.
    pub fn new(
        provider: &'static str,
        settings: ClientSettings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, reqwest::Error> {
        Self::build(provider, settings, clock, None)
    }

    /// The same for a provider with certificates of its own: [`crate::TlsFiles`].
    ///
    /// # Errors
    /// When the HTTP client can't be built with TLS.
    pub fn with_tls(
        provider: &'static str,
        settings: ClientSettings,
        clock: Arc<dyn Clock>,
        tls: ClientConfig,
    ) -> Result<Self, reqwest::Error> {
        Self::build(provider, settings, clock, Some(tls))
    }

    fn build(
        provider: &'static str,
        settings: ClientSettings,
        clock: Arc<dyn Clock>,
        tls: Option<ClientConfig>,
    ) -> Result<Self, reqwest::Error> {
        // The call fails when a provider is installed already; it is the same one, so the error is ignored.
        drop(rustls::crypto::ring::default_provider().install_default());
        let builder = reqwest::Client::builder()
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.timeout)
            .redirect(Policy::none())
            .retry(retry::never())
            .no_proxy()
            .user_agent(concat!("ventanilla/", env!("CARGO_PKG_VERSION")));
        let http = match tls {
            Some(tls) => builder.tls_backend_preconfigured(tls).build()?,
            None => builder.build()?,
        };
        Ok(Self {
            provider,
            http,
            body_bytes_max: settings.body_bytes_max,
            breaker: Breaker::new(settings.breaker),
            places: settings.calls_max.map(Semaphore::new),
            retrier: None,
            clock,
        })
    }

    /// The same client, which repeats the calls that allow it. `random` spreads the pauses.
    #[must_use]
    pub fn with_retries(self, rules: Retries, random: Arc<dyn Random>) -> Self {
        Self { retrier: Some(Retrier { rules, random }), ..self }
    }

    /// Begins a GET call. `operation` names it in the log, without ids: `payments.read`.
    pub fn get(&self, operation: &'static str, url: &str) -> Call<'_> {
        self.call(operation, Method::GET, url)
    }

    /// Begins a POST call. `operation` names it in the log, without ids: `payments.create`.
    pub fn post(&self, operation: &'static str, url: &str) -> Call<'_> {
        self.call(operation, Method::POST, url)
    }

    /// Begins a call of any HTTP method. `operation` names it in the log, without ids.
    pub fn call(&self, operation: &'static str, method: Method, url: &str) -> Call<'_> {
        let request = self.http.request(method, url);
        let rules = Rules {
            repeat: Repeat::Never,
            body_bytes_max: self.body_bytes_max,
            is_courtesy: false,
            works: |answer| !answer.status.is_server_error(),
        };
        Call { client: self, operation, request, rules }
    }

    async fn send(&self, request: Request, rules: Rules) -> (Result<Answer, TransportError>, usize) {
        // Held until the answer is there, pauses included.
        let _place = match self.places.as_ref().map(Semaphore::try_acquire) {
            Some(Err(_full)) => return (Err(TransportError::TOO_MANY_CALLS), 0),
            Some(Ok(place)) => Some(place),
            None => None,
        };
        let mut request = request;
        let mut retries = 0;
        loop {
            // None for a body that is a stream, which can be sent only once.
            let copy = request.try_clone();
            let result = self.send_once(request, rules).await;
            let pause =
                self.retrier.as_ref().and_then(|retrier| retrier.pause(retries, &result, rules.repeat));
            let (Some(copy), Some(pause)) = (copy, pause) else { return (result, retries) };
            tokio::time::sleep(pause).await;
            request = copy;
            retries += 1;
        }
    }

    async fn send_once(&self, request: Request, rules: Rules) -> Result<Answer, TransportError> {
        if rules.is_courtesy {
            return if self.breaker.is_open() {
                Err(TransportError::CIRCUIT_OPEN)
            } else {
                exchange(&self.http, request, rules.body_bytes_max).await
            };
        }
        if !self.breaker.allows(self.clock.now()) {
            return Err(TransportError::CIRCUIT_OPEN);
        }
        let result = exchange(&self.http, request, rules.body_bytes_max).await;
        let works = result.as_ref().is_ok_and(rules.works);
        self.breaker.record(works, self.clock.now());
        result
    }
}

#[derive(Clone, Copy)]
struct Rules {
    repeat: Repeat,
    body_bytes_max: usize,
    is_courtesy: bool,
    /// Whether a response shows that the provider works. A refusal (4xx) does, unless the call says otherwise.
    works: fn(&Answer) -> bool,
}

/// A call that is not made yet. It is made once, unless [`Call::repeat`] says otherwise.
#[must_use = "a call is made when it is sent"]
pub struct Call<'c> {
    client: &'c ProviderClient,
    operation: &'static str,
    request: RequestBuilder,
    rules: Rules,
}

impl Call<'_> {
    /// Adds to the request: a body, a query, headers, credentials.
    pub fn with(self, build: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Self {
        Self { request: build(self.request), ..self }
    }

    /// Sets the time-out of each request of this call, instead of the client's.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.with(|request| request.timeout(timeout))
    }

    /// Sets the longest body of the response, in bytes, instead of the client's: for a download.
    pub fn body_bytes_max(mut self, bytes: usize) -> Self {
        self.rules.body_bytes_max = bytes;
        self
    }

    /// Repeats the call after a failure. It has no effect on a client without retries.
    pub fn repeat(mut self, repeat: Repeat) -> Self {
        self.rules.repeat = repeat;
        self
    }

    /// Counts every response that `works` refuses as a failure of the provider, instead of 5xx only: where a refusal
    /// means that no call would go well.
    pub fn counts_as_working(mut self, works: fn(&Answer) -> bool) -> Self {
        self.rules.works = works;
        self
    }

    /// Nothing depends on this call: it is not made while the breaker is open, and does not count for it.
    pub fn courtesy(mut self) -> Self {
        self.rules.is_courtesy = true;
        self
    }

    /// Makes the call, in a span `provider.call` that contains neither URL nor body.
    ///
    /// # Errors
    /// When there is no whole response. A response of any status is none.
    pub async fn send(self) -> Result<Answer, TransportError> {
        let Self { client, operation, request, rules } = self;
        let provider = client.provider;
        let span = tracing::debug_span!(
            "provider.call",
            provider,
            operation,
            outcome = Empty,
            status = Empty,
            retries = Empty,
            ms = Empty
        );
        let started = client.clock.now();
        let (result, retries) = match request.build() {
            Ok(request) => client.send(request, rules).instrument(span.clone()).await,
            Err(error) => (Err(error.into()), 0),
        };
        let ms = (client.clock.now() - started).num_milliseconds();
        log(&span, (provider, operation), &result, retries, ms);
        result
    }
}

/// Completes the span, and logs the call as one line with the same fields.
fn log(
    span: &Span,
    (provider, operation): (&str, &str),
    result: &Result<Answer, TransportError>,
    retries: usize,
    ms: i64,
) {
    let (outcome, status, error) = match result {
        Ok(answer) => ("answered", Some(answer.status.as_u16()), None),
        Err(error @ TransportError::NotSent(_)) => ("not_sent", None, Some(error.reason())),
        Err(error @ TransportError::ResponseLost(_)) => ("response_lost", None, Some(error.reason())),
    };
    span.record("outcome", outcome).record("status", status).record("retries", retries).record("ms", ms);
    tracing::debug!(provider, operation, outcome, status, retries, ms, error, "provider was called");
}
