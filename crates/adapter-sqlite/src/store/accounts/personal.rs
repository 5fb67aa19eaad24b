//! The personal data of a user: one sealed value in the user's row, and the hashes that the row is found by.

use crate::{
    backend::{Conn, DbId},
    store::{
        error::SqlError,
        rows::{corrupt, phone as read_phone},
        schema::users,
        subjects::{Keys, Place, Vault},
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{email::EmailAddress, ids::UserId, phone::PhoneNumber};
use ports::subject_keys::SubjectKeyId;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// What a user's row keeps sealed. An erased user has nothing of it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Personal {
    pub(super) v: u8,
    /// The proved number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) phone: Option<String>,
    /// The number that they named and did not prove.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) claimed_phone: Option<String>,
    /// The address to sign in with, in canonical form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_name: Option<String>,
    /// The first word of the name that their messenger profile shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) profile_name: Option<String>,
}

impl Personal {
    pub(crate) fn phone(&self) -> Result<Option<PhoneNumber>, SqlError> {
        self.phone.clone().map(read_phone).transpose()
    }

    pub(crate) fn claimed_phone(&self) -> Result<Option<PhoneNumber>, SqlError> {
        self.claimed_phone.clone().map(read_phone).transpose()
    }

    pub(crate) fn email(&self) -> Result<Option<EmailAddress>, SqlError> {
        self.email.as_deref().map(|text| EmailAddress::parse(text).map_err(corrupt)).transpose()
    }
}

/// Opens the personal data of users. One whose row holds none, or whose key is gone, has none.
pub(crate) async fn open_all(
    conn: &mut Conn,
    vault: &Vault,
    rows: &[(DbId, Option<Vec<u8>>)],
) -> Result<HashMap<UserId, Personal>, SqlError> {
    let keys = vault.keys_in(conn, rows.iter().filter_map(|(_, sealed)| sealed.as_deref())).await?;
    rows.iter()
        .map(|(user, sealed)| {
            let opened = match sealed {
                Some(sealed) => keys.open(Place::of("users.personal", &user.0), sealed)?,
                None => None,
            };
            Ok((UserId(user.0), opened.unwrap_or_default()))
        })
        .collect()
}

/// Opens the personal data of one user.
pub(crate) async fn open(
    conn: &mut Conn,
    vault: &Vault,
    user: UserId,
    sealed: Option<&[u8]>,
) -> Result<Personal, SqlError> {
    let Some(sealed) = sealed else { return Ok(Personal::default()) };
    Ok(vault.open(conn, Place::of("users.personal", &user.0), sealed).await?.unwrap_or_default())
}

/// Reads the personal data of users. One who doesn't exist is left out.
pub(crate) async fn of_people(
    conn: &mut Conn,
    vault: &Vault,
    people: &[UserId],
) -> Result<HashMap<UserId, Personal>, SqlError> {
    let ids: Vec<DbId> = people.iter().map(|id| DbId(id.0)).collect();
    let rows = users::table.filter(users::id.eq_any(ids)).select((users::id, users::personal));
    let rows = rows.load::<(DbId, Option<Vec<u8>>)>(conn).await?;
    open_all(conn, vault, &rows).await
}

/// Writes a user's personal data, with the hashes of the number and the address. Returns the user's key, for the audit
/// row. The user's row must exist, and be locked if others may change it.
pub(crate) async fn keep(
    conn: &mut Conn,
    vault: &Vault,
    user: UserId,
    personal: &Personal,
    now: DateTime<Utc>,
) -> Result<Keys, SqlError> {
    let id = SubjectKeyId::chat(user.0);
    let keys = vault.key_for(conn, id, now).await?;
    let sealed = seal(&keys, user, personal)?;
    let hash = |value: &Option<String>| value.as_deref().map(|value| vault.address(value));
    diesel::update(users::table.find(DbId(user.0)))
        .set((
            users::phone_hash.eq(hash(&personal.phone)),
            users::email_hash.eq(hash(&personal.email)),
            users::personal.eq(Some(sealed)),
        ))
        .execute(conn)
        .await?;
    Ok(keys)
}

/// Seals a user's personal data for their row.
pub(crate) fn seal(keys: &Keys, user: UserId, personal: &Personal) -> Result<Vec<u8>, SqlError> {
    let versioned = Personal { v: 1, ..personal.clone() };
    keys.seal(SubjectKeyId::chat(user.0), Place::of("users.personal", &user.0), &versioned)
}
