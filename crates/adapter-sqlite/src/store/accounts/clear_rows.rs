//! Seals rows that an earlier version wrote in the clear.

use super::{
    chats::{self, SealedChat},
    personal::{self, Personal},
    sessions,
    users::counter,
};
use crate::{
    backend::{Conn, Db, DbId, DbTime},
    store::{
        error::SqlError,
        rows::corrupt,
        schema::{link_codes, new_accounts, password_tries, sessions as session_rows, telegram_chats, users},
        subjects::{Vault, contacts},
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::ids::UserId;
use ports::{accounts::TelegramChat, subject_keys::SubjectKeyId};

/// Rows that are sealed in one transaction.
const BATCH: i64 = 500;
/// What every keyed hash looks like. No number, address, chat id or hash of an earlier version does.
const HASHES: &str = "1:%";

/// Seals a batch of rows that are in the clear. Returns how many were; none: there are no more.
pub(crate) async fn seal_batch(
    conn: &mut Conn,
    vault: &Vault,
    now: DateTime<Utc>,
) -> Result<usize, SqlError> {
    match seal_people(conn, vault, now).await? {
        0 => {}
        sealed => return Ok(sealed),
    }
    match seal_chats(conn, vault, now).await? {
        0 => {}
        sealed => return Ok(sealed),
    }
    match seal_link_codes(conn, vault, now).await? {
        0 => {}
        sealed => return Ok(sealed),
    }
    match seal_devices(conn, vault, now).await? {
        0 => hash_counters(conn, vault).await,
        sealed => Ok(sealed),
    }
}

/// A user of an earlier version: the columns of the hashes hold the number and the address.
#[derive(Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(Db))]
struct ClearUser {
    id: DbId,
    #[diesel(column_name = phone_hash)]
    phone: Option<String>,
    #[diesel(column_name = email_hash)]
    email: Option<String>,
    email_verified_at: Option<DbTime>,
    first_name: Option<String>,
    last_name: Option<String>,
    claimed_phone: Option<String>,
    profile_name: Option<String>,
}

async fn seal_people(conn: &mut Conn, vault: &Vault, now: DateTime<Utc>) -> Result<usize, SqlError> {
    let holds_any = users::phone_hash
        .is_not_null()
        .or(users::email_hash.is_not_null())
        .or(users::first_name.is_not_null())
        .or(users::last_name.is_not_null())
        .or(users::claimed_phone.is_not_null())
        .or(users::profile_name.is_not_null());
    let rows: Vec<ClearUser> = users::table
        .filter(users::personal.is_null().and(users::erased_at.is_null()).and(holds_any))
        .order(users::id)
        .limit(BATCH)
        .select(ClearUser::as_select())
        .load(conn)
        .await?;
    let keys = vault.keys_for(conn, rows.iter().map(|row| SubjectKeyId::chat(row.id.0)), now).await?;
    let sealed = rows.len();
    for row in rows {
        let (id, user) = (row.id, UserId(row.id.0));
        let hash = |value: &Option<String>| value.as_deref().map(|value| vault.address(value));
        let (phone, email) = (hash(&row.phone), hash(&row.email));
        let proved = [phone.clone(), email.clone().filter(|_| row.email_verified_at.is_some())];
        let personal = Personal {
            phone: row.phone,
            claimed_phone: row.claimed_phone,
            email: row.email,
            first_name: row.first_name,
            last_name: row.last_name,
            profile_name: row.profile_name,
            ..Personal::default()
        };
        // Another replica may have sealed it meanwhile.
        diesel::update(users::table.find(id).filter(users::personal.is_null()))
            .set((
                users::phone_hash.eq(phone),
                users::email_hash.eq(email),
                users::personal.eq(Some(personal::seal(&keys, user, &personal)?)),
                users::first_name.eq(None::<String>),
                users::last_name.eq(None::<String>),
                users::claimed_phone.eq(None::<String>),
                users::profile_name.eq(None::<String>),
            ))
            .execute(conn)
            .await?;
        for address in proved.iter().flatten() {
            contacts::prove(conn, address, user, now).await?;
        }
    }
    Ok(sealed)
}

async fn seal_chats(conn: &mut Conn, vault: &Vault, now: DateTime<Utc>) -> Result<usize, SqlError> {
    let rows = telegram_chats::table
        .filter(telegram_chats::chat_hash.not_like(HASHES))
        .order(telegram_chats::chat_hash)
        .limit(BATCH)
        .select((
            telegram_chats::chat_hash,
            telegram_chats::user_id,
            telegram_chats::username,
            telegram_chats::first_name,
        ))
        .load::<(String, DbId, Option<String>, Option<String>)>(conn)
        .await?;
    let keys = vault.keys_for(conn, rows.iter().map(|row| SubjectKeyId::chat(row.1.0)), now).await?;
    let sealed = rows.len();
    for (id, user, username, first_name) in rows {
        let chat = TelegramChat { id: id.parse().map_err(corrupt)?, username, first_name };
        let hash = chats::hash(vault, chat.id);
        let key = SubjectKeyId::chat(user.0);
        diesel::update(telegram_chats::table.find(&id))
            .set((
                telegram_chats::chat_hash.eq(&hash),
                telegram_chats::sealed.eq(Some(keys.seal(
                    key,
                    chats::bound_place(&hash),
                    &SealedChat::from(&chat),
                )?)),
                telegram_chats::username.eq(None::<String>),
                telegram_chats::first_name.eq(None::<String>),
            ))
            .execute(conn)
            .await?;
        contacts::prove(conn, &hash, UserId(user.0), now).await?;
    }
    Ok(sealed)
}

async fn seal_link_codes(conn: &mut Conn, vault: &Vault, now: DateTime<Utc>) -> Result<usize, SqlError> {
    let rows = link_codes::table
        .filter(link_codes::chat_hash.not_like(HASHES))
        .order(link_codes::hash)
        .limit(BATCH)
        .select((
            link_codes::hash,
            link_codes::chat_hash.assume_not_null(),
            link_codes::username,
            link_codes::first_name,
        ))
        .load::<(Vec<u8>, String, Option<String>, Option<String>)>(conn)
        .await?;
    let sealed = rows.len();
    for (code, id, username, first_name) in rows {
        let chat = TelegramChat { id: id.parse().map_err(corrupt)?, username, first_name };
        let (key, keys) = contacts::chat_key_of(conn, vault, &chats::address(chat.id), now).await?;
        diesel::update(link_codes::table.find(&code))
            .set((
                link_codes::chat_hash.eq(Some(chats::hash(vault, chat.id))),
                link_codes::sealed.eq(Some(keys.seal(
                    key,
                    chats::code_place(&code),
                    &SealedChat::from(&chat),
                )?)),
                link_codes::username.eq(None::<String>),
                link_codes::first_name.eq(None::<String>),
            ))
            .execute(conn)
            .await?;
    }
    Ok(sealed)
}

async fn seal_devices(conn: &mut Conn, vault: &Vault, now: DateTime<Utc>) -> Result<usize, SqlError> {
    let rows = session_rows::table
        .filter(session_rows::device.is_not_null())
        .order(session_rows::id)
        .limit(BATCH)
        .select((session_rows::id, session_rows::user_id, session_rows::device.assume_not_null()))
        .load::<(DbId, DbId, String)>(conn)
        .await?;
    let keys = vault.keys_for(conn, rows.iter().map(|row| SubjectKeyId::chat(row.1.0)), now).await?;
    let sealed = rows.len();
    for (id, user, device) in rows {
        let device = keys.seal(SubjectKeyId::chat(user.0), sessions::place(&id.0), &device)?;
        diesel::update(session_rows::table.find(id))
            .set((session_rows::sealed.eq(Some(device)), session_rows::device.eq(None::<String>)))
            .execute(conn)
            .await?;
    }
    Ok(sealed)
}

/// Counters by network address bore a hash that anybody can make.
async fn hash_counters(conn: &mut Conn, vault: &Vault) -> Result<usize, SqlError> {
    let tries = password_tries::table
        .filter(password_tries::name.not_like(HASHES))
        .order(password_tries::name)
        .limit(BATCH)
        .select(password_tries::name)
        .load::<String>(conn)
        .await?;
    for name in &tries {
        diesel::update(password_tries::table.find(name))
            .set(password_tries::name.eq(counter(vault, name)))
            .execute(conn)
            .await?;
    }
    let accounts = new_accounts::table
        .filter(new_accounts::origin.not_like(HASHES))
        .order(new_accounts::seq)
        .limit(BATCH)
        .select((new_accounts::seq, new_accounts::origin))
        .load::<(i64, String)>(conn)
        .await?;
    for (seq, origin) in &accounts {
        diesel::update(new_accounts::table.find(seq))
            .set(new_accounts::origin.eq(counter(vault, origin)))
            .execute(conn)
            .await?;
    }
    Ok(tries.len().saturating_add(accounts.len()))
}
