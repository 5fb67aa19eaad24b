//! The prices of messages: asked after the delivery, stored once.

use super::new_row::provider_id_of;
use crate::{
    backend::{Conn, DbId, DbTime, skip_locked},
    store::{
        error::SqlError,
        messaging::sealed::open,
        rows::{corrupt, count},
        schema::outbox,
        subjects::Vault,
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::ids::MessageId;
use ports::messaging::{PriceAnswer, UnpricedMessage};

/// Whether any price is to be asked now.
pub(crate) async fn any_due(conn: &mut Conn, now: DateTime<Utc>) -> Result<bool, SqlError> {
    let due = outbox::table.filter(outbox::price_due_at.le(Some(DbTime(now)))).select(outbox::seq);
    Ok(due.first::<i64>(conn).await.optional()?.is_some())
}

pub(crate) async fn lease(
    conn: &mut Conn,
    vault: &Vault,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<UnpricedMessage>, SqlError> {
    let due = outbox::table
        .filter(outbox::price_due_at.le(Some(DbTime(now))))
        .order(outbox::price_due_at.asc())
        .limit(limit)
        .select((
            outbox::seq,
            outbox::id,
            outbox::channel_account,
            outbox::provider_sealed,
            outbox::price_asks,
        ));
    let rows = skip_locked!(due).load::<(i64, DbId, String, Option<Vec<u8>>, i32)>(conn).await?;
    let sealed: Vec<_> = rows.iter().filter_map(|(_, _, _, sealed, _)| sealed.as_deref()).collect();
    let keys = vault.keys_in(conn, sealed).await?;
    let mut leased = Vec::with_capacity(rows.len());
    for (seq, id, account, sealed, asks) in rows {
        let provider_id: Option<String> = open(&keys, provider_id_of(&id.0), sealed.as_deref())?;
        // Without a provider's id nobody can be asked.
        let next = provider_id.is_some().then_some(DbTime(until));
        diesel::update(outbox::table.find(seq))
            .set((outbox::price_due_at.eq(next), outbox::price_asks.eq(asks.saturating_add(1))))
            .execute(conn)
            .await?;
        let Some(provider_id) = provider_id else { continue };
        leased.push(UnpricedMessage {
            id: MessageId(id.0),
            channel_account: account.parse().map_err(corrupt)?,
            provider_id,
            asks: count(asks.saturating_add(1))?,
        });
    }
    Ok(leased)
}

pub(crate) async fn settle_all(
    conn: &mut Conn,
    answers: &[(UnpricedMessage, PriceAnswer)],
) -> Result<(), SqlError> {
    for (message, answer) in answers {
        settle(conn, message, answer).await?;
    }
    Ok(())
}

async fn settle(conn: &mut Conn, message: &UnpricedMessage, answer: &PriceAnswer) -> Result<(), SqlError> {
    let asks = i32::try_from(message.asks).unwrap_or(i32::MAX);
    let own = outbox::table
        .filter(outbox::id.eq(DbId(message.id.0)))
        .filter(outbox::price_asks.eq(asks))
        .filter(outbox::price.is_null());
    match answer {
        PriceAnswer::Told(price) => {
            diesel::update(own)
                .set((
                    outbox::price.eq(Some(price.amount.to_string())),
                    outbox::price_currency.eq(Some(&price.currency)),
                    outbox::price_due_at.eq(None::<DbTime>),
                ))
                .execute(conn)
                .await?
        }
        PriceAnswer::AskAt(at) => {
            diesel::update(own).set(outbox::price_due_at.eq(Some(DbTime(*at)))).execute(conn).await?
        }
        PriceAnswer::GivenUp => {
            diesel::update(own).set(outbox::price_due_at.eq(None::<DbTime>)).execute(conn).await?
        }
    };
    Ok(())
}
