//! The person is found by nothing any more. What the law keeps of who they were is sealed under the key that will be
//! blocked.

use super::Part;
use crate::{
    backend::{Conn, DbId, DbTime},
    store::{
        error::SqlError,
        privacy::standing,
        schema::{code_failures, consent_history, consents, contacts, erasures, number_lookups, users},
        subjects::{Place, Vault},
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::ids::UserId;
use ports::subject_keys::SubjectKeyId;

pub(super) async fn forget(
    conn: &mut Conn,
    vault: &Vault,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Part, SqlError> {
    let id = DbId(user.0);
    keep_identity(conn, vault, user, now).await?;
    let own = contacts::table.filter(contacts::user_id.eq(Some(id))).filter(contacts::lookup.is_not_null());
    let lookups = own.select(contacts::lookup.assume_not_null()).load::<String>(conn).await?;
    let looked_up = diesel::delete(number_lookups::table.filter(number_lookups::phone_hash.eq_any(&lookups)))
        .execute(conn)
        .await?;
    diesel::delete(code_failures::table.filter(code_failures::phone_hash.eq_any(&lookups)))
        .execute(conn)
        .await?;
    let consents_left = keep_opt_outs(conn, user, &lookups).await?.saturating_add(looked_up);
    let retired = diesel::update(contacts::table.filter(contacts::user_id.eq(Some(id))))
        .set(contacts::lookup.eq(None::<String>))
        .execute(conn)
        .await?;
    let forgotten = diesel::update(users::table.find(id))
        .set((
            users::phone_hash.eq(None::<String>),
            users::email_hash.eq(None::<String>),
            users::personal.eq(None::<Vec<u8>>),
            users::phone_verified_at.eq(None::<DbTime>),
            users::email_verified_at.eq(None::<DbTime>),
            users::phone_replaced_at.eq(None::<DbTime>),
            users::locale.eq(None::<String>),
            users::freeze_key.eq(None::<String>),
        ))
        .execute(conn)
        .await?;
    Ok(Part::whole(retired.saturating_add(forgotten).saturating_add(consents_left)))
}

/// Of people who moved money the law keeps who they were.
async fn keep_identity(
    conn: &mut Conn,
    vault: &Vault,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    if standing::last_entry(conn, user).await?.is_none() {
        return Ok(());
    }
    let personal = users::table.find(DbId(user.0)).select(users::personal);
    let Some(personal) = personal.first::<Option<Vec<u8>>>(conn).await? else { return Ok(()) };
    let place = Place::of("users.personal", &user.0);
    let Some(identity) = vault.open::<serde_json::Value>(conn, place, &personal).await? else {
        return Ok(());
    };
    let key = SubjectKeyId::money(user.0);
    let keys = vault.key_for(conn, key, now).await?;
    let sealed = keys.seal(key, Place::of("erasures.identity", &user.0), &identity)?;
    diesel::update(erasures::table.find(DbId(user.0)))
        .set(erasures::identity.eq(Some(sealed)))
        .execute(conn)
        .await?;
    Ok(())
}

/// That the person wants no messages stays, as a keyed hash alone. All else about consent goes.
async fn keep_opt_outs(conn: &mut Conn, user: UserId, lookups: &[String]) -> Result<usize, SqlError> {
    let own = || consents::table.filter(consents::recipient_hash.eq_any(lookups));
    let opted_out = own().filter(consents::status.eq("opted_out"));
    let kept = diesel::update(opted_out).set(consents::sealed.eq(None::<Vec<u8>>)).execute(conn).await?;
    let others = diesel::delete(own().filter(consents::status.ne("opted_out"))).execute(conn).await?;
    let told = consent_history::table.filter(consent_history::recipient_hash.eq_any(lookups));
    let told = diesel::delete(told).execute(conn).await?;
    if kept > 0 {
        diesel::update(erasures::table.find(DbId(user.0)))
            .set(erasures::opted_out.eq(1))
            .execute(conn)
            .await?;
    }
    Ok(others.saturating_add(told))
}
