//! The calls of the protocol, and what comes of their answers.

use crate::{
    config::{BankConfig, InvalidBankConfig},
    order_body::order_body,
    reading,
    session::Sessions,
    statement,
    token_cache::{TokenError, TokenSource},
};
use async_trait::async_trait;
use domain::money::bank::{
    BankOrder, BankReference, NotSentCause, OperatingDate, StatusOutcome, SubmitOutcome,
};
use ports::{
    clock::Clock,
    ids_and_random::Random,
    money::core_bank::{
        BankAnswer, BankBalance, BankCheck, BankUnavailable, CoreBank, RAW_ANSWER_BYTES_MAX, StatementPage,
        StatementQuery,
    },
};
use provider_http::{Answer, Call, ProviderClient, TransportError};
use secrecy::ExposeSecret;
use std::sync::Arc;
use url::Url;

/// Longest page of a statement.
const STATEMENT_BYTES_MAX: usize = 4 << 20;

/// A bank that speaks the protocol of `docs/bank-api.yaml`.
pub struct BankClient {
    config: Arc<BankConfig>,
    sessions: Sessions,
}

/// What came of a call, before its answer is read.
enum Exchange {
    /// A response of any status but 401.
    Answered(Answer),
    /// 401, also with a new token.
    Unauthorized(Answer),
    /// The request didn't go out, or the bank refused it for its token and there was no other one.
    NotSent(NotSentCause, String),
    /// The request went out, and there is no whole response.
    Lost(&'static str),
}

impl BankClient {
    /// Reads the certificates and builds the client. Makes no call.
    ///
    /// # Errors
    /// When a file of certificates can't be used, or the HTTP client can't be built.
    pub fn new(
        config: BankConfig,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, InvalidBankConfig> {
        let config = Arc::new(config);
        let sessions = Sessions::new(Arc::clone(&config), clock, random)?;
        Ok(Self { config, sessions })
    }

    /// An address below the base.
    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.config.base.clone();
        // A base without a path can't be: the settings refuse it.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    /// Makes a call with the token in use. After a 401 the token is dropped, and the same call made once more with
    /// another one.
    async fn exchange(&self, build: impl Fn(&ProviderClient) -> Call<'_> + Send + Sync) -> Exchange {
        let session = self.sessions.current();
        let mut refused = None;
        loop {
            let token = match session.tokens.get().await {
                Ok(token) => token,
                Err(error) => return not_sent(error),
            };
            let call = build(&session.api).with(|request| {
                request.bearer_auth(token.value.expose_secret()).header("Accept", "application/json")
            });
            match call.send().await {
                Ok(answer) if answer.status.as_u16() == 401 => {
                    if refused.is_some() {
                        return Exchange::Unauthorized(answer);
                    }
                    session.tokens.forget(&token);
                    refused = Some(answer);
                }
                Ok(answer) => return Exchange::Answered(answer),
                Err(TransportError::NotSent(reason)) => {
                    return Exchange::NotSent(NotSentCause::Unreachable, reason.to_owned());
                }
                Err(TransportError::ResponseLost(reason)) => return Exchange::Lost(reason),
            }
        }
    }

    async fn read(
        &self,
        build: impl Fn(&ProviderClient) -> Call<'_> + Send + Sync,
    ) -> Result<Answer, BankUnavailable> {
        match self.exchange(build).await {
            Exchange::Answered(answer) if answer.status.as_u16() == 200 => Ok(answer),
            Exchange::Answered(answer) => {
                Err(BankUnavailable::NoUsableAnswer(format!("HTTP {}", answer.status.as_u16())))
            }
            Exchange::Unauthorized(_) => {
                Err(BankUnavailable::Credentials("it refuses the token that it gave (HTTP 401)".to_owned()))
            }
            Exchange::NotSent(NotSentCause::Credentials, reason) => Err(BankUnavailable::Credentials(reason)),
            Exchange::NotSent(NotSentCause::Unreachable, reason) => Err(BankUnavailable::Unreachable(reason)),
            Exchange::Lost(reason) => Err(BankUnavailable::NoUsableAnswer(reason.to_owned())),
        }
    }

    async fn read_balance(&self, account: &str) -> Result<(BankBalance, BankCheck), BankUnavailable> {
        let url = self.url(&["accounts", account, "balance"]);
        let answer = self.read(|http| http.get("balance.read", url.as_str())).await?;
        let balance = statement::balance(&answer.body, account).ok_or_else(unreadable)?;
        Ok((balance, BankCheck { server_time: answer.date }))
    }
}

#[async_trait]
impl CoreBank for BankClient {
    async fn submit(&self, order: &BankOrder) -> BankAnswer<SubmitOutcome> {
        let Some(body) = order_body(order, &self.config.account) else {
            return BankAnswer::without_response(SubmitOutcome::NotSent(NotSentCause::Unreachable));
        };
        let url = self.url(&["transfers"]);
        let exchange = self
            .exchange(|http| {
                http.post("transfers.create", url.as_str()).with(|request| {
                    request
                        .header("Idempotency-Key", order.reference.as_str())
                        .header("Content-Type", "application/json")
                        .body(body.clone())
                })
            })
            .await;
        answer(exchange, |exchange| match exchange {
            Exchange::Answered(answer) => submitted(answer, order.reference),
            Exchange::Unauthorized(_) => SubmitOutcome::Unauthorized,
            Exchange::NotSent(cause, _) => SubmitOutcome::NotSent(*cause),
            Exchange::Lost(_) => SubmitOutcome::NoUsableAnswer,
        })
    }

    async fn status(
        &self,
        reference: BankReference,
        operating_date: OperatingDate,
    ) -> BankAnswer<StatusOutcome> {
        let mut url = self.url(&["transfers", reference.as_str()]);
        url.query_pairs_mut().append_pair("operating_date", &operating_date.to_string());
        let exchange = self.exchange(|http| http.get("transfers.read", url.as_str())).await;
        answer(exchange, |exchange| match exchange {
            Exchange::Answered(answer) => match answer.status.as_u16() {
                200 => reading::report(&answer.body, reference)
                    .map_or(StatusOutcome::NoUsableAnswer, StatusOutcome::Known),
                404 => StatusOutcome::NotFound,
                _ => StatusOutcome::NoUsableAnswer,
            },
            Exchange::Unauthorized(_) => StatusOutcome::Unauthorized,
            Exchange::NotSent(cause, _) => StatusOutcome::NotSent(*cause),
            Exchange::Lost(_) => StatusOutcome::NoUsableAnswer,
        })
    }

    async fn balance(&self, account: &str) -> Result<BankBalance, BankUnavailable> {
        self.read_balance(account).await.map(|(balance, _)| balance)
    }

    async fn statement(&self, query: &StatementQuery) -> Result<StatementPage, BankUnavailable> {
        let mut url = self.url(&["accounts", &query.account, "statement"]);
        url.query_pairs_mut()
            .append_pair("from", &query.from.to_string())
            .append_pair("to", &query.to.to_string())
            .extend_pairs(query.cursor.iter().map(|cursor| ("cursor", cursor)));
        let read =
            self.read(|http| http.get("statement.read", url.as_str()).body_bytes_max(STATEMENT_BYTES_MAX));
        statement::page(&read.await?.body).ok_or_else(unreadable)
    }

    async fn check(&self) -> Result<BankCheck, BankUnavailable> {
        // A new token, whatever is in use: it is the credentials that are checked.
        self.sessions.current().endpoint.fetch().await.map_err(|error| match error {
            TokenError::Refused(reason) => BankUnavailable::Credentials(reason),
            TokenError::Unavailable(reason) => BankUnavailable::Unreachable(reason),
        })?;
        self.read_balance(&self.config.account).await.map(|(_, check)| check)
    }
}

/// What follows from the answer to a payment. Only what is tabulated is definite.
fn submitted(answer: &Answer, reference: BankReference) -> SubmitOutcome {
    match answer.status.as_u16() {
        200..=202 => reading::report(&answer.body, reference)
            .map_or(SubmitOutcome::NoUsableAnswer, SubmitOutcome::Taken),
        400 | 422 => reading::refusal(&answer.body, reference)
            .map_or(SubmitOutcome::NoUsableAnswer, SubmitOutcome::Refused),
        409 => SubmitOutcome::TakenBefore,
        _ => SubmitOutcome::NoUsableAnswer,
    }
}

/// The outcome with what is written down about the call.
fn answer<T>(exchange: Exchange, outcome: impl FnOnce(&Exchange) -> T) -> BankAnswer<T> {
    let outcome = outcome(&exchange);
    match exchange {
        Exchange::Answered(answer) | Exchange::Unauthorized(answer) => {
            let http_status = Some(answer.status.as_u16());
            let mut raw = answer.body;
            raw.truncate(RAW_ANSWER_BYTES_MAX);
            BankAnswer { outcome, http_status, raw }
        }
        Exchange::NotSent(..) | Exchange::Lost(_) => BankAnswer::without_response(outcome),
    }
}

fn not_sent(error: TokenError) -> Exchange {
    match error {
        TokenError::Refused(reason) => Exchange::NotSent(NotSentCause::Credentials, reason),
        TokenError::Unavailable(reason) => Exchange::NotSent(NotSentCause::Unreachable, reason),
    }
}

fn unreadable() -> BankUnavailable {
    BankUnavailable::NoUsableAnswer("the answer can't be read".to_owned())
}
