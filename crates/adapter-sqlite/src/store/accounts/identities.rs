//! People.

use super::{
    names::shown_names,
    personal::{self, Personal},
};
use crate::backend::{Conn, Db, DbId, DbTime};
use crate::store::error::SqlError;
use crate::store::{
    handle::Store,
    money::wallets::{Face, open_wallet},
    rows::corrupt,
    schema::users,
    subjects::{Vault, contacts},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    accounts::freeze::Freeze, ids::UserId, locale::Locale, money::clabe::ClabeIssuer, phone::PhoneNumber,
};
use futures_util::FutureExt;
use ports::{
    accounts::{Identities, NewPerson, User},
    store_error::StoreResult,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(Db))]
struct UserRow {
    id: DbId,
    personal: Option<Vec<u8>>,
    locale: Option<String>,
    phone_replaced_at: Option<DbTime>,
    frozen_at: Option<DbTime>,
    last_frozen_at: Option<DbTime>,
    payable_at: Option<DbTime>,
}

impl UserRow {
    async fn open(self, conn: &mut Conn, vault: &Vault) -> Result<User, SqlError> {
        let id = UserId(self.id.0);
        let personal = personal::open(conn, vault, id, self.personal.as_deref()).await?;
        Ok(User {
            id,
            phone: personal.phone()?,
            locale: self.locale.as_deref().and_then(Locale::parse),
            phone_replaced_at: self.phone_replaced_at.map(|at| at.0),
            freeze: Freeze {
                frozen_at: self.frozen_at.map(|at| at.0),
                last_frozen_at: self.last_frozen_at.map(|at| at.0),
                payable_at: self.payable_at.map(|at| at.0),
            },
        })
    }
}

#[async_trait]
impl Identities for Store {
    async fn get_or_create(&self, person: &NewPerson, now: DateTime<Utc>) -> StoreResult<User> {
        let (person, vault, issuer) = (person.clone(), self.vault.clone(), self.clabes.clone());
        self.database
            .write(move |conn| {
                async move { get_or_create(conn, &vault, issuer.as_deref(), &person, now).await }.boxed()
            })
            .await
    }

    async fn find_by_phone(&self, phone: &PhoneNumber) -> StoreResult<Option<User>> {
        let (phone, vault) = (phone.clone(), self.vault.clone());
        self.database.query(move |conn| async move { by_phone(conn, &vault, &phone).await }.boxed()).await
    }

    async fn find(&self, id: UserId) -> StoreResult<Option<User>> {
        let vault = self.vault.clone();
        self.database
            .query(move |conn| {
                async move {
                    let row = users::table.find(DbId(id.0)).select(UserRow::as_select());
                    match row.first(conn).await.optional()? {
                        Some(row) => row.open(conn, &vault).await.map(Some),
                        None => Ok(None),
                    }
                }
                .boxed()
            })
            .await
    }

    async fn shown_name(&self, user: UserId) -> StoreResult<Option<String>> {
        let vault = self.vault.clone();
        self.database
            .query(move |conn| {
                async move { Ok(shown_names(conn, &vault, &[user]).await?.remove(&user)) }.boxed()
            })
            .await
    }
}

async fn get_or_create(
    conn: &mut Conn,
    vault: &Vault,
    issuer: Option<&ClabeIssuer>,
    person: &NewPerson,
    now: DateTime<Utc>,
) -> Result<User, SqlError> {
    let hash = vault.address(person.phone.e164());
    let made = diesel::insert_into(users::table)
        .values((
            users::id.eq(DbId(person.id.0)),
            users::phone_hash.eq(Some(&hash)),
            users::phone_verified_at.eq(Some(DbTime(now))),
            users::created_at.eq(DbTime(now)),
        ))
        .on_conflict(users::phone_hash)
        .do_nothing()
        .execute(conn)
        .await?;
    if made == 1 {
        let known = Personal { phone: Some(person.phone.e164().to_owned()), ..Personal::default() };
        personal::keep(conn, vault, person.id, &known, now).await?;
        contacts::prove(conn, &hash, person.id, now).await?;
        let face = Face {
            id: person.wallet,
            user: person.id,
            name: &person.wallet_name,
            kind: "cash",
            currency: person.currency,
            clabes: issuer,
        };
        open_wallet(conn, vault, &face, now).await?;
    }
    by_phone(conn, vault, &person.phone).await?.ok_or_else(|| corrupt("a person was not kept"))
}

/// The user who proved a number. A user whose key is gone is found as long as the hash stands, without the number.
pub(crate) async fn by_phone(
    conn: &mut Conn,
    vault: &Vault,
    phone: &PhoneNumber,
) -> Result<Option<User>, SqlError> {
    let row = users::table
        .filter(users::phone_hash.eq(vault.address(phone.e164())))
        .select(UserRow::as_select())
        .first(conn)
        .await
        .optional()?;
    match row {
        Some(row) => row.open(conn, vault).await.map(Some),
        None => Ok(None),
    }
}
