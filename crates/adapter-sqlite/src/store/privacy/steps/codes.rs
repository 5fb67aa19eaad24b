//! Codes of the person: where they went is wiped; that a code was sent stays until its time is over.

use super::{LIMIT, Part, contacts_of};
use crate::{
    backend::{Conn, DbId, DbTime},
    store::{
        error::SqlError,
        schema::{verification_fallbacks, verification_pages, verification_sends, verifications},
    },
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::ids::UserId;

/// What stands in the place of a recipient who is not known any more.
const ERASED: &str = "erased";

pub(super) async fn wipe(conn: &mut Conn, user: UserId) -> Result<Part, SqlError> {
    let own = contacts_of(conn, user).await?.into_iter().map(Some).collect::<Vec<_>>();
    let rows = verifications::table
        .filter(verifications::contact_id.eq_any(own.clone()))
        .filter(verifications::recipient_hash.ne(ERASED))
        .order(verifications::id)
        .limit(LIMIT)
        .select(verifications::id)
        .load::<DbId>(conn)
        .await?;
    let of = |ids: Vec<DbId>| verifications::table.filter(verifications::id.eq_any(ids));
    diesel::update(of(rows.clone()).filter(verifications::status.eq("pending")))
        .set(verifications::status.eq("canceled"))
        .execute(conn)
        .await?;
    diesel::update(of(rows.clone()))
        .set((
            verifications::recipient_hash.eq(ERASED),
            verifications::sealed.eq(None::<Vec<u8>>),
            verifications::client_ip_hash.eq(None::<String>),
            verifications::origin_hash.eq(None::<String>),
            verifications::mac.eq(None::<Vec<u8>>),
            verifications::salt.eq(None::<Vec<u8>>),
        ))
        .execute(conn)
        .await?;
    let sends = verification_sends::table.filter(verification_sends::verification_id.eq_any(rows.clone()));
    diesel::update(sends)
        .set((
            verification_sends::phone_hash.eq(ERASED),
            verification_sends::prefix_hash.eq(ERASED),
            verification_sends::client_ip_hash.eq(None::<String>),
            verification_sends::send_ref.eq(None::<String>),
            verification_sends::price_due_at.eq(None::<DbTime>),
        ))
        .execute(conn)
        .await?;
    let fallbacks =
        verification_fallbacks::table.filter(verification_fallbacks::verification_id.eq_any(rows.clone()));
    diesel::delete(fallbacks).execute(conn).await?;
    diesel::delete(verification_pages::table.filter(verification_pages::contact_id.eq_any(own)))
        .execute(conn)
        .await?;
    Ok(Part::of(rows.len()))
}
