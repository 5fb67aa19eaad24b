//! Alerts, written with their decisions, and leased until their messages are in the outbox.

use super::{
    alert_rows::payment_status,
    consent_rows::{consent_of, lock_consent},
    outbox::new_row::{NewOutboxRow, recipient_hash},
};
use crate::{
    backend::{Conn, Db, DbId, DbTime, skip_locked},
    store::{
        error::SqlError,
        handle::Store,
        rows::corrupt,
        schema::{alerts, outbox},
        subjects::{Vault, contacts::contacts_of},
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::{TransferId, UserId},
    message::Channel,
    messaging::consent::ConsentStatus,
};
use futures_util::FutureExt;
use ports::{
    messaging::{AlertKind, AlertMessage, Alerts, LeasedAlert},
    store_error::StoreResult,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = alerts, check_for_backend(Db))]
struct AlertRow {
    seq: i64,
    kind: String,
    user_id: DbId,
    transfer_id: Option<DbId>,
    ordered_on: Option<String>,
    fence: i64,
    created_at: DbTime,
}

impl AlertRow {
    fn leased(self, fence: i64) -> Result<LeasedAlert, SqlError> {
        let kind = match (self.kind.as_str(), self.transfer_id) {
            ("received", Some(transfer)) => AlertKind::Received { transfer: TransferId(transfer.0) },
            (name, Some(transfer)) if payment_status(name).is_some() => AlertKind::PaymentChanged {
                transfer: TransferId(transfer.0),
                status: payment_status(name).ok_or_else(|| corrupt(name))?,
            },
            ("frozen", None) => AlertKind::Frozen {
                ordered_on: match self.ordered_on {
                    Some(name) => Some(Channel::parse(&name).ok_or_else(|| corrupt(name))?),
                    None => None,
                },
            },
            ("mfa_on", None) => AlertKind::MfaTurnedOn,
            ("mfa_off", None) => AlertKind::MfaTurnedOff,
            ("backup_codes", None) => AlertKind::BackupCodesMade,
            _ => return Err(corrupt(self.kind)),
        };
        Ok(LeasedAlert { seq: self.seq, user: UserId(self.user_id.0), kind, at: self.created_at.0, fence })
    }
}

#[async_trait]
impl Alerts for Store {
    async fn lease_alerts(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        count: usize,
    ) -> StoreResult<Vec<LeasedAlert>> {
        let limit = i64::try_from(count).unwrap_or(i64::MAX);
        // Nearly always there is none: then nothing is written.
        let due = self.database.query(move |conn| async move { any_due(conn, now).await }.boxed()).await?;
        if !due {
            return Ok(Vec::new());
        }
        self.database.write(move |conn| async move { lease(conn, now, until, limit).await }.boxed()).await
    }

    async fn finish_alert(
        &self,
        alert: &LeasedAlert,
        messages: &[AlertMessage],
        now: DateTime<Utc>,
    ) -> StoreResult<bool> {
        let (alert, messages, vault) = (alert.clone(), messages.to_vec(), self.vault.clone());
        self.database
            .write(move |conn| async move { finish(conn, &vault, &alert, &messages, now).await }.boxed())
            .await
    }
}

async fn any_due(conn: &mut Conn, now: DateTime<Utc>) -> Result<bool, SqlError> {
    let due = alerts::table.filter(alerts::leased_until.le(DbTime(now))).select(alerts::seq);
    Ok(due.first::<i64>(conn).await.optional()?.is_some())
}

async fn lease(
    conn: &mut Conn,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<LeasedAlert>, SqlError> {
    let due = alerts::table
        .filter(alerts::leased_until.le(DbTime(now)))
        .order(alerts::seq.asc())
        .limit(limit)
        .select(AlertRow::as_select());
    let rows = skip_locked!(due).load::<AlertRow>(conn).await?;
    let mut leased = Vec::with_capacity(rows.len());
    for row in rows {
        let fence = row.fence.saturating_add(1);
        diesel::update(alerts::table.find(row.seq))
            .set((alerts::fence.eq(fence), alerts::leased_until.eq(DbTime(until))))
            .execute(conn)
            .await?;
        leased.push(row.leased(fence)?);
    }
    Ok(leased)
}

async fn finish(
    conn: &mut Conn,
    vault: &Vault,
    alert: &LeasedAlert,
    messages: &[AlertMessage],
    now: DateTime<Utc>,
) -> Result<bool, SqlError> {
    let own = alerts::table.find(alert.seq).filter(alerts::fence.eq(alert.fence));
    if diesel::delete(own).execute(conn).await? == 0 {
        return Ok(false);
    }
    let hash = |message: &AlertMessage| {
        let to = &message.message.message;
        recipient_hash(vault, to.channel, &to.recipient)
    };
    contacts_of(conn, messages.iter().map(hash).collect(), now).await?;
    for AlertMessage { message, conversation } in messages {
        let channel = message.message.channel;
        let hash = recipient_hash(vault, channel, &message.message.recipient);
        lock_consent(conn, channel.name(), &hash).await?;
        if consent_of(conn, channel.name(), &hash).await? == ConsentStatus::OptedOut {
            continue;
        }
        let conversation = conversation.map(|id| DbId(id.0));
        let row = NewOutboxRow::new(conn, vault, message, conversation, now).await?;
        diesel::insert_into(outbox::table).values(row).execute(conn).await?;
    }
    Ok(true)
}
