//! The names under which people see each other.

use super::{
    chats::{self, SealedChat},
    personal,
};
use crate::{
    backend::{Conn, DbId, for_update},
    store::{
        error::SqlError,
        schema::{telegram_chats, users},
        subjects::Vault,
    },
};
use chrono::{DateTime, Utc};
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
    vault: &Vault,
    people: &[UserId],
) -> Result<HashMap<UserId, String>, SqlError> {
    if people.is_empty() {
        return Ok(HashMap::new());
    }
    let chats = chat_names(conn, vault, people).await?;
    let known = personal::of_people(conn, vault, people).await?;
    known
        .into_iter()
        .map(|(id, person)| {
            let phone = person.phone()?;
            let chat = chats.get(&id).or(person.profile_name.as_ref()).map(String::as_str);
            Ok((id, shown_name(person.first_name.as_deref(), chat, phone.as_ref())))
        })
        .collect()
}

/// The names that people's bound chats show.
async fn chat_names(
    conn: &mut Conn,
    vault: &Vault,
    people: &[UserId],
) -> Result<HashMap<UserId, String>, SqlError> {
    // The newest chat comes last, and its name stays.
    let rows = telegram_chats::table
        .filter(telegram_chats::user_id.eq_any(people.iter().map(|id| DbId(id.0)).collect::<Vec<_>>()))
        .filter(telegram_chats::sealed.is_not_null())
        .order((telegram_chats::bound_at.asc(), telegram_chats::chat_hash.asc()))
        .select((
            telegram_chats::user_id,
            telegram_chats::chat_hash,
            telegram_chats::sealed.assume_not_null(),
        ))
        .load::<(DbId, String, Vec<u8>)>(conn)
        .await?;
    let keys = vault.keys_in(conn, rows.iter().map(|(.., sealed)| sealed.as_slice())).await?;
    let mut names = HashMap::new();
    for (user, hash, sealed) in rows {
        let chat: Option<SealedChat> = keys.open(chats::bound_place(&hash), &sealed)?;
        if let Some(name) = chat.and_then(|chat| chat.first_name) {
            names.insert(UserId(user.0), name);
        }
    }
    Ok(names)
}

/// Keeps the name that a person's profile shows, if none was kept before. A name that they gave is another one, and
/// is shown first.
pub(crate) async fn keep_profile_name(
    conn: &mut Conn,
    vault: &Vault,
    user: UserId,
    name: &PersonName,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let row = || users::table.find(DbId(user.0)).filter(users::erased_at.is_null()).select(users::personal);
    let seen = row().first::<Option<Vec<u8>>>(conn).await.optional()?;
    let Some(seen) = seen else { return Ok(()) };
    if personal::open(conn, vault, user, seen.as_deref()).await?.profile_name.is_some() {
        return Ok(());
    }
    // Once more under the lock: somebody may change the profile at this moment.
    let Some(sealed) = for_update!(row()).first::<Option<Vec<u8>>>(conn).await.optional()? else {
        return Ok(());
    };
    let mut person = personal::open(conn, vault, user, sealed.as_deref()).await?;
    if person.profile_name.is_none() {
        person.profile_name = Some(name.as_str().to_owned());
        personal::keep(conn, vault, user, &person, now).await?;
    }
    Ok(())
}
