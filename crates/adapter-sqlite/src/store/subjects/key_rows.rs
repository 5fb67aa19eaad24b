//! The rows of subjects' keys.

use crate::{
    backend::{Conn, Db, DbId},
    store::{error::SqlError, rows::corrupt, schema::subject_keys},
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use ports::{
    crypto::Sealer,
    subject_keys::{KeyPurpose, SubjectKeyId},
};
use std::collections::BTreeSet;

/// Keys that are read or sealed anew in one transaction.
const BATCH: i64 = 500;
/// Subjects that are named in one query.
const ASKED_AT_ONCE: usize = 500;

/// The sealed keys of these ids. A key that is not live comes without its bytes; a key without a row is missing.
pub(super) async fn find(
    conn: &mut Conn,
    ids: &BTreeSet<SubjectKeyId>,
) -> Result<Vec<(SubjectKeyId, Option<Vec<u8>>)>, SqlError> {
    let mut subjects: Vec<DbId> = ids.iter().map(|id| DbId(id.subject)).collect();
    subjects.dedup();
    let mut found = Vec::with_capacity(ids.len());
    for subjects in subjects.chunks(ASKED_AT_ONCE) {
        let rows = subject_keys::table
            .filter(subject_keys::subject_id.eq_any(subjects))
            .select((
                subject_keys::subject_id,
                subject_keys::purpose,
                subject_keys::sealed,
                subject_keys::state,
            ))
            .load::<(DbId, String, Option<Vec<u8>>, String)>(conn)
            .await?;
        for (subject, purpose, sealed, state) in rows {
            let id = key_id(subject, &purpose)?;
            if ids.contains(&id) {
                found.push((id, sealed.filter(|_| state == "live")));
            }
        }
    }
    Ok(found)
}

pub(crate) fn key_id(subject: DbId, purpose: &str) -> Result<SubjectKeyId, SqlError> {
    let purpose = KeyPurpose::parse(purpose).ok_or_else(|| corrupt(format!("the key of {purpose}")))?;
    Ok(SubjectKeyId { subject: subject.0, purpose })
}

/// The next keys, by subject and purpose, after `after`.
pub(crate) fn page(after: Option<SubjectKeyId>) -> subject_keys::BoxedQuery<'static, Db> {
    let rows = subject_keys::table
        .order((subject_keys::subject_id, subject_keys::purpose))
        .limit(BATCH)
        .into_boxed();
    let Some(after) = after else { return rows };
    let (subject, purpose) = (DbId(after.subject), after.purpose.name());
    rows.filter(
        subject_keys::subject_id
            .gt(subject)
            .or(subject_keys::subject_id.eq(subject).and(subject_keys::purpose.gt(purpose))),
    )
}

/// The next keys that have their bytes, by subject and purpose, after `after`.
pub(crate) async fn batch(
    conn: &mut Conn,
    after: Option<SubjectKeyId>,
) -> Result<Vec<(SubjectKeyId, Vec<u8>)>, SqlError> {
    let rows = page(after).filter(subject_keys::sealed.is_not_null()).select((
        subject_keys::subject_id,
        subject_keys::purpose,
        subject_keys::sealed.assume_not_null(),
    ));
    let rows = rows.load::<(DbId, String, Vec<u8>)>(conn).await?;
    rows.into_iter().map(|(subject, purpose, sealed)| Ok((key_id(subject, &purpose)?, sealed))).collect()
}

/// Seals a batch of keys anew that are not sealed under the newest key. Returns how many were, and the last one looked
/// at.
pub(crate) async fn reseal_batch(
    conn: &mut Conn,
    sealer: &dyn Sealer,
    after: Option<SubjectKeyId>,
) -> Result<(u64, Option<SubjectKeyId>), SqlError> {
    let newest = sealer.newest_key();
    let keys = batch(conn, after).await?;
    let last = keys.last().map(|(id, _)| *id);
    let mut resealed = 0_u64;
    for (id, sealed) in keys {
        if sealer.key_of(&sealed).as_ref() == Some(&newest) {
            continue;
        }
        let anew = sealer.reseal_subject_key(id, &sealed).map_err(|fault| {
            let by = sealer.key_of(&sealed).unwrap_or_else(|| "?".into());
            corrupt(format!("{fault} (a subject's key, under {by})"))
        })?;
        let row = subject_keys::table.find((DbId(id.subject), id.purpose.name()));
        diesel::update(row.filter(subject_keys::sealed.is_not_null()))
            .set(subject_keys::sealed.eq(Some(anew)))
            .execute(conn)
            .await?;
        resealed = resealed.saturating_add(1);
    }
    Ok((resealed, last))
}
