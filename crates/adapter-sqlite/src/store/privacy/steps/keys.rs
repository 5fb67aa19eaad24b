//! The last step: without its keys, what was copied elsewhere opens no more.

use super::{Part, contacts_of};
use crate::{
    backend::{Conn, DbId, DbTime},
    store::{error::SqlError, privacy::standing, schema::subject_keys},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::ids::UserId;
use ports::subject_keys::SubjectKeyId;

pub(super) async fn destroy(conn: &mut Conn, user: UserId, now: DateTime<Utc>) -> Result<Part, SqlError> {
    let contacts = contacts_of(conn, user).await?;
    let mut gone: Vec<SubjectKeyId> = contacts.iter().map(|id| SubjectKeyId::chat(id.0)).collect();
    gone.push(SubjectKeyId::chat(user.0));
    let money = SubjectKeyId::money(user.0);
    let moved_money = standing::last_entry(conn, user).await?.is_some();
    for id in &gone {
        end_key(conn, *id, now).await?;
    }
    if moved_money {
        let live = subject_keys::table
            .find((DbId(user.0), money.purpose.name()))
            .filter(subject_keys::state.eq("live"));
        diesel::update(live)
            .set((subject_keys::state.eq("blocked"), subject_keys::changed_at.eq(DbTime(now))))
            .execute(conn)
            .await?;
    } else {
        end_key(conn, money, now).await?;
    }
    gone.push(money);
    Ok(Part { rows: gone.len(), is_last: true, gone })
}

/// Destroys a key. One that was never made is noted as destroyed, so that it never is.
async fn end_key(conn: &mut Conn, id: SubjectKeyId, now: DateTime<Utc>) -> Result<(), SqlError> {
    let ended = (
        subject_keys::sealed.eq(None::<Vec<u8>>),
        subject_keys::state.eq("destroyed"),
        subject_keys::changed_at.eq(DbTime(now)),
    );
    diesel::insert_into(subject_keys::table)
        .values((
            subject_keys::subject_id.eq(DbId(id.subject)),
            subject_keys::purpose.eq(id.purpose.name()),
            ended.clone(),
        ))
        .on_conflict((subject_keys::subject_id, subject_keys::purpose))
        .do_update()
        .set(ended)
        .execute(conn)
        .await?;
    Ok(())
}
