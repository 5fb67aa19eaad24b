//! What the person asks about their own money.

use super::{HandleMessage, TurnError, payees::option};
use crate::money::figures::{Answer, FigureQuery};
use domain::{
    ids::UserId,
    messaging::{
        conversation::{
            Event, FiguresQuery, PastReceipt, Receiving, RequestedAction, Spending, Statement, StatementLine,
        },
        intent::{DestinationKind, NamedDestination},
    },
    money::{Money, transfer::TransferStatus},
};
use ports::money::OwnEntry;

/// How many statement lines one reply shows.
const STATEMENT_LINES: i64 = 5;
/// How many lines a reply shows when days or a payee restrict them.
const RESTRICTED_LINES: i64 = 15;

impl HandleMessage {
    pub(super) async fn read_balance(&self, user: UserId) -> Result<Event, TurnError> {
        let wallet = self.parts.ledger.first_wallet(user, self.rules.default_currency).await?;
        let zero = Money::new(0, self.rules.default_currency);
        let (posted, available) = wallet.map_or((zero, zero), |wallet| (wallet.posted, wallet.available));
        Ok(Event::Balance { posted, available })
    }

    pub(super) async fn read_statement(&self, user: UserId, query: FiguresQuery) -> Result<Event, TurnError> {
        let is_restricted = query != FiguresQuery::default();
        let limit = if is_restricted { RESTRICTED_LINES } else { STATEMENT_LINES };
        let answer = self.parts.figures.statement(user, &figure_query(&query), None, limit).await?;
        let (query, entries) = match found(answer, query, RequestedAction::StatementOf) {
            Ok(found) => found,
            Err(event) => return Ok(*event),
        };
        let lines = entries.into_iter().map(|own| self.line(own)).collect();
        Ok(Event::Statement(Statement { query, lines }))
    }

    fn line(&self, own: OwnEntry) -> StatementLine {
        StatementLine {
            at: own.entry.at.with_timezone(&self.rules.zone).format("%d/%m %H:%M").to_string(),
            amount: own.entry.amount,
            counterpart: own.entry.counterpart.to_string(),
            concept: own.entry.transfer.concept,
        }
    }

    pub(super) async fn read_spending(&self, user: UserId, query: FiguresQuery) -> Result<Event, TurnError> {
        let answer = self.parts.figures.spending(user, &figure_query(&query)).await?;
        let (query, sums) = match found(answer, query, RequestedAction::Spending) {
            Ok(found) => found,
            Err(event) => return Ok(*event),
        };
        let currency = self.rules.default_currency;
        let own = sums.iter().find(|sum| sum.currency == currency).or_else(|| sums.first());
        let total = own.copied().unwrap_or(Money::new(0, currency));
        Ok(Event::Spending(Spending { query, total }))
    }

    pub(super) async fn read_receipt(&self, user: UserId, query: FiguresQuery) -> Result<Event, TurnError> {
        let answer = self.parts.figures.receipt(user, &figure_query(&query)).await?;
        let (query, sent) = match found(answer, query, RequestedAction::Receipt) {
            Ok(found) => found,
            Err(event) => return Ok(*event),
        };
        let receipt = sent.map(|sent| {
            let at = sent.completed_at.unwrap_or(sent.transfer.created_at);
            PastReceipt {
                amount: sent.transfer.amount,
                destination: query.payee.unwrap_or_else(|| sent.transfer.destination.masked()),
                at: at.with_timezone(&self.rules.zone).format("%d/%m %H:%M").to_string(),
                folio: sent.transfer.folio.to_string(),
                is_completed: sent.transfer.status == TransferStatus::Completed,
            }
        });
        Ok(Event::Receipt(receipt))
    }

    pub(super) async fn read_limits(&self, user: UserId) -> Result<Event, TurnError> {
        Ok(Event::Limits(self.parts.figures.limits(user).await?))
    }

    pub(super) async fn read_receiving(&self, user: UserId) -> Result<Event, TurnError> {
        let Some(paid) = self.parts.receiving.of_user(user).await? else {
            return Ok(Event::Receiving(Receiving::default()));
        };
        Ok(Event::Receiving(Receiving {
            name: Some(paid.name),
            clabe: paid.clabe.map(|clabe| clabe.canonical().to_owned()),
            phone: paid.phone.map(|phone| phone.e164().to_owned()),
        }))
    }
}

fn figure_query(query: &FiguresQuery) -> FigureQuery {
    let named = |name: &String| NamedDestination { kind: DestinationKind::Name, value: name.clone() };
    let payee = match &query.account {
        Some(account) => Some(NamedDestination::from(account)),
        None => query.payee.as_ref().map(named),
    };
    FigureQuery { period: query.period, payee, amount: query.amount }
}

/// The figures and what they are about, with the payee's name as the person knows it. `Err` is the event when the
/// question can't be answered; `request` is how it is asked again.
fn found<T>(
    answer: Answer<T>,
    asked: FiguresQuery,
    request: impl FnOnce(FiguresQuery) -> RequestedAction,
) -> Result<(FiguresQuery, T), Box<Event>> {
    match answer {
        Answer::Of { payee, found, .. } => {
            Ok((FiguresQuery { payee: payee.or(asked.payee.clone()), ..asked }, found))
        }
        Answer::WhichPayee { options } => {
            let options = options.into_iter().map(option).collect();
            Err(Box::new(Event::WhichPayee { request: request(asked), options }))
        }
        // Nothing was ever sent to somebody who is not known.
        Answer::UnknownPayee { .. } | Answer::BadDestination | Answer::NoSuchDay => {
            Err(Box::new(Event::Statement(Statement { query: asked, lines: Vec::new() })))
        }
    }
}
