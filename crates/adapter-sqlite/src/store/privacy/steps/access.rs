//! The first step: nobody signs in, and no chat is bound. Contacts of the person that are not noted as theirs are.

use super::Part;
use crate::{
    backend::{Conn, DbId, DbTime},
    store::{
        error::SqlError,
        schema::{
            alerts, backup_codes, contacts, data_export_parts, data_exports, link_codes, login_challenges,
            reset_tokens, sessions, telegram_chats, users, verification_pages,
        },
    },
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::ids::UserId;

pub(super) async fn end(conn: &mut Conn, user: UserId) -> Result<Part, SqlError> {
    let id = DbId(user.0);
    note_contacts(conn, user).await?;
    let exports = data_exports::table.filter(data_exports::user_id.eq(id)).select(data_exports::id);
    let exports = exports.load::<DbId>(conn).await?;
    let gone = [
        diesel::delete(sessions::table.filter(sessions::user_id.eq(id))).execute(conn).await?,
        diesel::delete(login_challenges::table.filter(login_challenges::user_id.eq(id)))
            .execute(conn)
            .await?,
        diesel::delete(backup_codes::table.filter(backup_codes::user_id.eq(id))).execute(conn).await?,
        diesel::delete(reset_tokens::table.filter(reset_tokens::user_id.eq(id))).execute(conn).await?,
        diesel::delete(link_codes::table.filter(link_codes::user_id.eq(Some(id)))).execute(conn).await?,
        diesel::delete(telegram_chats::table.filter(telegram_chats::user_id.eq(id))).execute(conn).await?,
        diesel::delete(alerts::table.filter(alerts::user_id.eq(id))).execute(conn).await?,
        diesel::delete(verification_pages::table.filter(verification_pages::user_id.eq(Some(id))))
            .execute(conn)
            .await?,
        diesel::delete(data_export_parts::table.filter(data_export_parts::export_id.eq_any(&exports)))
            .execute(conn)
            .await?,
        diesel::delete(data_exports::table.filter(data_exports::id.eq_any(&exports))).execute(conn).await?,
    ];
    diesel::update(users::table.find(id))
        .set((users::password_hash.eq(None::<String>), users::mfa_enabled.eq(0)))
        .execute(conn)
        .await?;
    Ok(Part::whole(gone.into_iter().fold(0, usize::saturating_add)))
}

/// Notes the contacts of the person's number, address and chats as theirs, as long as these are known.
async fn note_contacts(conn: &mut Conn, user: UserId) -> Result<(), SqlError> {
    let id = DbId(user.0);
    let row = users::table.find(id).select((users::phone_hash, users::email_hash, users::email_verified_at));
    let (phone, email, verified_at) =
        row.first::<(Option<String>, Option<String>, Option<DbTime>)>(conn).await?;
    // An address that they never proved may be somebody else's.
    let email = email.filter(|_| verified_at.is_some());
    let chats =
        telegram_chats::table.filter(telegram_chats::user_id.eq(id)).select(telegram_chats::chat_hash);
    let mut lookups = chats.load::<String>(conn).await?;
    lookups.extend(phone);
    lookups.extend(email);
    let unowned =
        contacts::table.filter(contacts::lookup.eq_any(lookups)).filter(contacts::user_id.is_null());
    diesel::update(unowned).set(contacts::user_id.eq(Some(id))).execute(conn).await?;
    Ok(())
}
