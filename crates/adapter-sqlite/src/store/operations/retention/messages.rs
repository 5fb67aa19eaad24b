//! Messages: what people wrote, our texts, webhooks, flow answers, deliveries, conversations.

use super::{
    held::Held,
    part::{Condition, LOOKED_AT, Look, Part, Removed, at_most, delete_rows, part},
};
use crate::{
    backend::{Conn, Database, DbId, DbTime},
    store::{
        error::SqlError,
        schema::{
            conversations, early_delivery_reports, flow_responses, inbox, notices, outbox, outbox_history,
            unreadable_webhooks,
        },
    },
};
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use ports::store_error::StoreResult;

part!(
    /// Messages that were handled.
    Handled: inbox by seq as i64, since received_at, handled, delete_inbox
);
part!(
    /// Messages whose turn failed each time.
    Parked: inbox by seq as i64, since received_at, parked, delete_inbox
);
part!(
    /// Messages to a number that is not ours.
    Foreign: inbox by seq as i64, since received_at, foreign, delete_inbox
);
delete_rows!(delete_inbox: inbox by seq as i64);

fn handled(held: &Held, before: DbTime) -> Condition<inbox::table> {
    received(held, "done", before)
}

fn parked(held: &Held, before: DbTime) -> Condition<inbox::table> {
    received(held, "parked", before)
}

fn foreign(held: &Held, before: DbTime) -> Condition<inbox::table> {
    received(held, "foreign", before)
}

fn received(held: &Held, state: &'static str, before: DbTime) -> Condition<inbox::table> {
    Box::new(inbox::state.eq(state).and(inbox::received_at.lt(before)).and(heard_from_nobody_held(held)))
}

fn heard_from_nobody_held(held: &Held) -> Condition<inbox::table> {
    let is_held = inbox::contact_id.assume_not_null().eq_any(held.contacts.clone());
    Box::new(inbox::contact_id.is_null().or(diesel::dsl::not(is_held)))
}

part!(
    /// Bodies of webhooks, as they came. The messages in them stay.
    RawBodies: inbox by seq as i64, since received_at, raw_bodies, wipe_raw_bodies
);

fn raw_bodies(held: &Held, before: DbTime) -> Condition<inbox::table> {
    Box::new(inbox::raw.is_not_null().and(inbox::received_at.lt(before)).and(heard_from_nobody_held(held)))
}

async fn wipe_raw_bodies(conn: &mut Conn, keys: Vec<i64>) -> Result<usize, SqlError> {
    let old = inbox::table.filter(inbox::seq.eq_any(keys));
    Ok(diesel::update(old).set(inbox::raw.eq(None::<Vec<u8>>)).execute(conn).await?)
}

part!(
    /// The texts of our messages. The rows stay for the history of their delivery.
    SentTexts: outbox by seq as i64, since created_at, sent_texts, wipe_texts
);

fn sent_texts(held: &Held, before: DbTime) -> Condition<outbox::table> {
    Box::new(outbox::body.is_not_null().and(sent(held, before)))
}

async fn wipe_texts(conn: &mut Conn, keys: Vec<i64>) -> Result<usize, SqlError> {
    let old = outbox::table.filter(outbox::seq.eq_any(keys));
    Ok(diesel::update(old).set(outbox::body.eq(None::<Vec<u8>>)).execute(conn).await?)
}

part!(
    /// Our messages.
    Sent: outbox by seq as i64, since created_at, sent, delete_sent
);

fn sent(held: &Held, before: DbTime) -> Condition<outbox::table> {
    let is_held = outbox::contact_id.assume_not_null().eq_any(held.contacts.clone());
    Box::new(
        outbox::created_at
            .lt(before)
            .and(outbox::phase.eq("settled"))
            .and(outbox::contact_id.is_null().or(diesel::dsl::not(is_held))),
    )
}

async fn delete_sent(conn: &mut Conn, keys: Vec<i64>) -> Result<usize, SqlError> {
    let ids = outbox::table.filter(outbox::seq.eq_any(&keys)).select(outbox::id).load::<DbId>(conn).await?;
    let history = outbox_history::table.filter(outbox_history::outbox_id.eq_any(ids));
    diesel::delete(history).execute(conn).await?;
    Ok(diesel::delete(outbox::table.filter(outbox::seq.eq_any(keys))).execute(conn).await?)
}

part!(
    /// Notices of providers.
    Notices: notices by seq as i64, since received_at, old_notices, delete_notices
);
delete_rows!(delete_notices: notices by seq as i64);

fn old_notices(_held: &Held, before: DbTime) -> Condition<notices::table> {
    Box::new(notices::received_at.lt(before))
}

part!(
    /// Delivery reports about messages that are not ours.
    EarlyReports: early_delivery_reports by seq as i64, since at, early_reports, delete_early_reports
);
delete_rows!(delete_early_reports: early_delivery_reports by seq as i64);

fn early_reports(_held: &Held, before: DbTime) -> Condition<early_delivery_reports::table> {
    Box::new(early_delivery_reports::at.lt(before))
}

part!(
    /// Webhooks that can't be read.
    Unreadable: unreadable_webhooks by id as DbId, since received_at, unreadable, delete_unreadable
);
delete_rows!(delete_unreadable: unreadable_webhooks by id as DbId);

fn unreadable(_held: &Held, before: DbTime) -> Condition<unreadable_webhooks::table> {
    Box::new(unreadable_webhooks::received_at.lt(before))
}

part!(
    /// Answers to flows.
    FlowAnswers: flow_responses by id as DbId, since completed_at, flow_answers, delete_flow_answers
);
delete_rows!(delete_flow_answers: flow_responses by id as DbId);

fn flow_answers(held: &Held, before: DbTime) -> Condition<flow_responses::table> {
    let is_held = flow_responses::contact_id.assume_not_null().eq_any(held.contacts.clone());
    Box::new(
        flow_responses::completed_at
            .lt(before)
            .and(flow_responses::contact_id.is_null().or(diesel::dsl::not(is_held))),
    )
}

/// Conversations that nobody continued, without any message left. They are looked for in the order of their ids, a part
/// at a time: an index by their last change would cost every turn.
pub(super) struct Idle;

fn idle(held: &Held, before: DbTime) -> Condition<conversations::table> {
    let is_held = conversations::contact_id.assume_not_null().eq_any(held.contacts.clone());
    let heard = inbox::table.filter(inbox::conversation_id.eq(conversations::id));
    let spoken = outbox::table.filter(outbox::conversation_id.assume_not_null().eq(conversations::id));
    Box::new(
        conversations::updated_at
            .lt(before)
            .and(conversations::leased_until.lt(before))
            .and(conversations::contact_id.is_null().or(diesel::dsl::not(is_held)))
            .and(diesel::dsl::not(diesel::dsl::exists(heard)))
            .and(diesel::dsl::not(diesel::dsl::exists(spoken))),
    )
}

/// Those of the next conversations after `after` that are idle, and where to go on.
async fn next_idle(conn: &mut Conn, after: DbId, before: DbTime) -> Result<Look, SqlError> {
    let held = Held::load(conn).await?;
    let next = conversations::table
        .filter(conversations::id.gt(after))
        .order(conversations::id.asc())
        .limit(LOOKED_AT)
        .select(conversations::id)
        .load::<DbId>(conn)
        .await?;
    let last = next.last().copied();
    let idle = conversations::table
        .filter(conversations::id.eq_any(next))
        .filter(idle(&held, before))
        .order(conversations::id.asc())
        .select(conversations::id);
    Ok((idle.load(conn).await?, last))
}

#[async_trait]
impl Part for Idle {
    async fn remove(
        &self,
        database: &Database,
        after: DbId,
        before: DbTime,
        limit: usize,
    ) -> StoreResult<Removed> {
        let look = database.read(move |conn| next_idle(conn, after, before).boxed()).await?;
        let (old, next) = at_most(limit, look);
        if old.is_empty() {
            return Ok(Removed { rows: 0, next });
        }
        let remove = database.write(move |conn| {
            async move {
                let held = Held::load(conn).await?;
                let still = conversations::table
                    .filter(conversations::id.eq_any(old))
                    .filter(idle(&held, before))
                    .select(conversations::id);
                let still = still.load::<DbId>(conn).await?;
                let gone = conversations::table.filter(conversations::id.eq_any(still));
                Ok(diesel::delete(gone).execute(conn).await?)
            }
            .boxed()
        });
        Ok(Removed { rows: remove.await?, next })
    }

    async fn count(&self, conn: &mut Conn, held: &Held, before: DbTime) -> Result<i64, SqlError> {
        Ok(conversations::table.filter(idle(held, before)).count().get_result(conn).await?)
    }

    /// Their age is that of their messages.
    async fn oldest(&self, _conn: &mut Conn) -> Result<Option<DbTime>, SqlError> {
        Ok(None)
    }
}
