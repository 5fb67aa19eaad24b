//! The names under which people see each other.

use crate::{
    backend::{Conn, DbId},
    store::{
        error::SqlError,
        rows::phone as read_phone,
        schema::{telegram_chats, users},
    },
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    accounts::{PersonName, shown_name},
    ids::UserId,
};
use std::collections::HashMap;

/// The shown names of users. A user who does not exist has none.
pub(crate) async fn shown_names(
    conn: &mut Conn,
    people: &[UserId],
) -> Result<HashMap<UserId, String>, SqlError> {
    if people.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<DbId> = people.iter().map(|id| DbId(id.0)).collect();
    // The newest chat comes last, and its name stays.
    let chats = telegram_chats::table
        .filter(telegram_chats::user_id.eq_any(&ids))
        .filter(telegram_chats::first_name.is_not_null())
        .order(telegram_chats::bound_at.asc())
        .select((telegram_chats::user_id, telegram_chats::first_name.assume_not_null()))
        .load::<(DbId, String)>(conn)
        .await?;
    let chats: HashMap<UserId, String> =
        chats.into_iter().map(|(user, name)| (UserId(user.0), name)).collect();
    let rows = users::table
        .filter(users::id.eq_any(&ids))
        .select((users::id, users::first_name, users::profile_name, users::phone))
        .load::<(DbId, Option<String>, Option<String>, Option<String>)>(conn)
        .await?;
    rows.into_iter()
        .map(|(id, first_name, profile_name, phone)| {
            let id = UserId(id.0);
            let phone = phone.map(read_phone).transpose()?;
            let chat = chats.get(&id).or(profile_name.as_ref()).map(String::as_str);
            Ok((id, shown_name(first_name.as_deref(), chat, phone.as_ref())))
        })
        .collect()
}

/// Keeps the name that a person's profile shows, if none was kept before. A name that they gave is another one, and
/// is shown first.
pub(crate) async fn keep_profile_name(
    conn: &mut Conn,
    user: UserId,
    name: &PersonName,
) -> Result<(), SqlError> {
    let nameless = users::table.find(DbId(user.0)).filter(users::profile_name.is_null());
    diesel::update(nameless).set(users::profile_name.eq(Some(name.as_str()))).execute(conn).await?;
    Ok(())
}
