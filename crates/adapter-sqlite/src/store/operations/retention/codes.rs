//! Codes: challenges with what belongs to them, hosted pages, counts of wrong codes, number look-ups.

use super::{
    held::Held,
    part::{Condition, delete_rows, part},
};
use crate::{
    backend::{Conn, DbId, DbTime},
    store::{
        error::SqlError,
        schema::{
            code_failures, number_lookups, verification_attempts, verification_fallbacks, verification_pages,
            verification_sends, verifications,
        },
    },
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;

part!(
    /// Challenges, with their sends, attempts and fallback channels.
    Challenges: verifications by id as DbId, since created_at, challenges, delete_challenges
);

fn challenges(held: &Held, before: DbTime) -> Condition<verifications::table> {
    let is_held = verifications::contact_id.assume_not_null().eq_any(held.contacts.clone());
    Box::new(
        verifications::created_at
            .lt(before)
            .and(verifications::requester.ne_all(held.callers()))
            .and(verifications::contact_id.is_null().or(diesel::dsl::not(is_held))),
    )
}

async fn delete_challenges(conn: &mut Conn, ids: Vec<DbId>) -> Result<usize, SqlError> {
    let sends = verification_sends::table.filter(verification_sends::verification_id.eq_any(&ids));
    diesel::delete(sends).execute(conn).await?;
    let fallbacks = verification_fallbacks::verification_id.eq_any(&ids);
    diesel::delete(verification_fallbacks::table.filter(fallbacks)).execute(conn).await?;
    let attempts = verification_attempts::table.filter(verification_attempts::verification_id.eq_any(&ids));
    diesel::delete(attempts).execute(conn).await?;
    let of_pages = verification_pages::verification_id.assume_not_null().eq_any(&ids);
    diesel::update(verification_pages::table.filter(of_pages))
        .set(verification_pages::verification_id.eq(None::<DbId>))
        .execute(conn)
        .await?;
    Ok(diesel::delete(verifications::table.filter(verifications::id.eq_any(&ids))).execute(conn).await?)
}

part!(
    /// Hosted pages, by when they were closed.
    Pages: verification_pages by id as DbId, since expires_at, pages, delete_pages
);
delete_rows!(delete_pages: verification_pages by id as DbId);

fn pages(held: &Held, before: DbTime) -> Condition<verification_pages::table> {
    let of_contact = verification_pages::contact_id.assume_not_null().eq_any(held.contacts.clone());
    let of_person = verification_pages::user_id.assume_not_null().eq_any(held.users.clone());
    Box::new(
        verification_pages::expires_at
            .lt(before)
            .and(verification_pages::contact_id.is_null().or(diesel::dsl::not(of_contact)))
            .and(verification_pages::user_id.is_null().or(diesel::dsl::not(of_person))),
    )
}

part!(
    /// Counts of wrong codes that changed no more, and locks that ended.
    Failures: code_failures by phone_hash as String, since at, failures, delete_failures
);
delete_rows!(delete_failures: code_failures by phone_hash as String);

fn failures(held: &Held, before: DbTime) -> Condition<code_failures::table> {
    let lock_ended = code_failures::locked_until.assume_not_null().lt(before);
    let mut old: Condition<code_failures::table> = Box::new(
        code_failures::at
            .is_not_null()
            .and(code_failures::at.assume_not_null().lt(before))
            .and(code_failures::locked_until.is_null().or(lock_ended)),
    );
    for lookup in &held.lookups {
        // Also the counts of callers who are not known for the number.
        old = Box::new(old.and(code_failures::phone_hash.not_like(format!("{lookup}%"))));
    }
    old
}

part!(
    /// What providers told about numbers.
    LookUps: number_lookups by seq as i64, since at, look_ups, delete_look_ups
);
delete_rows!(delete_look_ups: number_lookups by seq as i64);

fn look_ups(held: &Held, before: DbTime) -> Condition<number_lookups::table> {
    Box::new(number_lookups::at.lt(before).and(number_lookups::phone_hash.ne_all(held.lookups.clone())))
}
