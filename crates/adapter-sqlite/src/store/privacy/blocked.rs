//! What the law keeps of an erased person: blocked until its time is over.

use crate::{
    backend::{Conn, DbId, DbTime},
    store::{
        accounts::audit_rows::about,
        error::SqlError,
        operations::audit_record::record,
        rows::corrupt,
        schema::{erasures, subject_keys},
        subjects::{Place, Vault},
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{ids::UserId, operations::audit::Actor};
use ports::subject_keys::{KeyPurpose, SubjectKeyId};

/// People whose time ends in one call.
const BATCH: i64 = 500;

/// Opens the kept identity, past the block. The reason goes into the audit log.
pub(super) async fn open(
    conn: &mut Conn,
    vault: &Vault,
    user: UserId,
    reason: &str,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<Option<String>, SqlError> {
    let identity = erasures::table.find(DbId(user.0)).select(erasures::identity);
    let Some(identity) = identity.first::<Option<Vec<u8>>>(conn).await.optional()?.flatten() else {
        return Ok(None);
    };
    let id = SubjectKeyId::money(user.0);
    let row = subject_keys::table.find((DbId(user.0), KeyPurpose::Money.name())).select(subject_keys::sealed);
    let Some(sealed) = row.first::<Option<Vec<u8>>>(conn).await.optional()?.flatten() else {
        return Ok(None);
    };
    let key = vault.sealer().subject_key(id, &sealed).map_err(corrupt)?;
    let place = Place::of("erasures.identity", &user.0).bound_to();
    let plain = key.open(&place, &identity).map_err(corrupt)?;
    let text = String::from_utf8(plain).map_err(corrupt)?;
    record(conn, &[about(user, "person.identity_opened", actor, None, Some(reason.to_owned()))], now).await?;
    Ok(Some(text))
}

/// Destroys what was kept long enough. Returns whose it was.
pub(super) async fn end_kept(conn: &mut Conn, now: DateTime<Utc>) -> Result<Vec<UserId>, SqlError> {
    let over = erasures::table
        .filter(erasures::kept_until.le(DbTime(now)))
        .order(erasures::kept_until)
        .limit(BATCH)
        .select(erasures::user_id)
        .load::<DbId>(conn)
        .await?;
    let keys = subject_keys::table
        .filter(subject_keys::subject_id.eq_any(&over))
        .filter(subject_keys::purpose.eq(KeyPurpose::Money.name()));
    diesel::update(keys)
        .set((
            subject_keys::sealed.eq(None::<Vec<u8>>),
            subject_keys::state.eq("destroyed"),
            subject_keys::changed_at.eq(DbTime(now)),
        ))
        .execute(conn)
        .await?;
    diesel::update(erasures::table.filter(erasures::user_id.eq_any(&over)))
        .set((erasures::identity.eq(None::<Vec<u8>>), erasures::kept_until.eq(None::<DbTime>)))
        .execute(conn)
        .await?;
    Ok(over.into_iter().map(|id| UserId(id.0)).collect())
}
