//! What providers charged for sends of codes: asked some time after the send, stored once.

use crate::{
    backend::{Conn, DbTime, skip_locked},
    store::{error::SqlError, rows::count, schema::verification_sends},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::messaging::price::next_ask;
use ports::{messaging::PriceAnswer, verification::UnpricedSend};

/// Notes that the price of a send is to be asked by the provider's id of it.
pub(super) async fn ask_later(
    conn: &mut Conn,
    seq: i64,
    send_ref: &str,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let due = next_ask(0).and_then(|wait| now.checked_add_signed(wait)).unwrap_or(now);
    diesel::update(verification_sends::table.find(seq))
        .set((
            verification_sends::send_ref.eq(Some(send_ref)),
            verification_sends::price_due_at.eq(Some(DbTime(due))),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// True if any price is to be asked now.
pub(super) async fn any_due(conn: &mut Conn, now: DateTime<Utc>) -> Result<bool, SqlError> {
    let due = verification_sends::table
        .filter(verification_sends::price_due_at.le(Some(DbTime(now))))
        .select(verification_sends::seq);
    Ok(due.first::<i64>(conn).await.optional()?.is_some())
}

pub(super) async fn lease(
    conn: &mut Conn,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<UnpricedSend>, SqlError> {
    let due = verification_sends::table
        .filter(verification_sends::price_due_at.le(Some(DbTime(now))))
        .filter(verification_sends::send_ref.is_not_null())
        .order(verification_sends::price_due_at.asc())
        .limit(limit)
        .select((
            verification_sends::seq,
            verification_sends::send_ref.assume_not_null(),
            verification_sends::price_asks,
        ));
    let rows = skip_locked!(due).load::<(i64, String, i32)>(conn).await?;
    let mut leased = Vec::with_capacity(rows.len());
    for (seq, send_ref, asks) in rows {
        let asks = asks.saturating_add(1);
        diesel::update(verification_sends::table.find(seq))
            .set((
                verification_sends::price_due_at.eq(Some(DbTime(until))),
                verification_sends::price_asks.eq(asks),
            ))
            .execute(conn)
            .await?;
        leased.push(UnpricedSend { seq, send_ref, asks: count(asks)? });
    }
    Ok(leased)
}

pub(super) async fn settle(
    conn: &mut Conn,
    send: &UnpricedSend,
    answer: &PriceAnswer,
) -> Result<(), SqlError> {
    let asks = i32::try_from(send.asks).unwrap_or(i32::MAX);
    let own = verification_sends::table
        .filter(verification_sends::seq.eq(send.seq))
        .filter(verification_sends::price_asks.eq(asks))
        .filter(verification_sends::price.is_null());
    let due_at = match answer {
        PriceAnswer::AskAt(at) => Some(DbTime(*at)),
        PriceAnswer::Told(_) | PriceAnswer::GivenUp => None,
    };
    let (price, currency) = match answer {
        PriceAnswer::Told(price) => (Some(price.amount.to_string()), Some(price.currency.clone())),
        PriceAnswer::AskAt(_) | PriceAnswer::GivenUp => (None, None),
    };
    diesel::update(own)
        .set((
            verification_sends::price_due_at.eq(due_at),
            verification_sends::price.eq(price),
            verification_sends::price_currency.eq(currency),
        ))
        .execute(conn)
        .await?;
    Ok(())
}
