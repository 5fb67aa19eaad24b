//! People.

use super::names::shown_names;
use crate::backend::{Conn, Db, DbId, DbTime};
use crate::store::error::SqlError;
use crate::store::{
    handle::Store,
    money::wallets::{Face, open_wallet},
    rows::phone as read_phone,
    schema::users,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{accounts::freeze::Freeze, ids::UserId, locale::Locale, phone::PhoneNumber};
use futures_util::FutureExt;
use ports::{
    accounts::{Identities, NewPerson, User},
    store_error::StoreResult,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(Db))]
struct UserRow {
    id: DbId,
    phone: Option<String>,
    locale: Option<String>,
    phone_replaced_at: Option<DbTime>,
    frozen_at: Option<DbTime>,
    last_frozen_at: Option<DbTime>,
    payable_at: Option<DbTime>,
}

impl TryFrom<UserRow> for User {
    type Error = SqlError;
    fn try_from(row: UserRow) -> Result<Self, SqlError> {
        Ok(Self {
            id: UserId(row.id.0),
            phone: row.phone.map(read_phone).transpose()?,
            locale: row.locale.as_deref().and_then(Locale::parse),
            phone_replaced_at: row.phone_replaced_at.map(|at| at.0),
            freeze: Freeze {
                frozen_at: row.frozen_at.map(|at| at.0),
                last_frozen_at: row.last_frozen_at.map(|at| at.0),
                payable_at: row.payable_at.map(|at| at.0),
            },
        })
    }
}

#[async_trait]
impl Identities for Store {
    async fn get_or_create(&self, person: &NewPerson, now: DateTime<Utc>) -> StoreResult<User> {
        let (person, issuer, vault) = (person.clone(), self.clabes.clone(), self.vault.clone());
        self.database
            .write(move |conn| {
                async move {
                    let made = diesel::insert_into(users::table)
                        .values((
                            users::id.eq(DbId(person.id.0)),
                            users::phone.eq(Some(person.phone.e164())),
                            users::phone_verified_at.eq(Some(DbTime(now))),
                            users::created_at.eq(DbTime(now)),
                        ))
                        .on_conflict(users::phone)
                        .do_nothing()
                        .execute(conn)
                        .await?;
                    if made == 1 {
                        let face = Face {
                            id: person.wallet,
                            user: person.id,
                            name: &person.wallet_name,
                            kind: "cash",
                            currency: person.currency,
                            clabes: issuer.as_deref(),
                        };
                        open_wallet(conn, &vault, &face, now).await?;
                    }
                    by_phone(conn, &person.phone)
                        .await?
                        .ok_or_else(|| SqlError::Corrupt("a person was not kept".into()))
                }
                .boxed()
            })
            .await
    }

    async fn find_by_phone(&self, phone: &PhoneNumber) -> StoreResult<Option<User>> {
        let phone = phone.clone();
        self.database.query(move |conn| async move { by_phone(conn, &phone).await }.boxed()).await
    }

    async fn find(&self, id: UserId) -> StoreResult<Option<User>> {
        self.database
            .query(move |conn| {
                async move {
                    let row = users::table
                        .find(DbId(id.0))
                        .select(UserRow::as_select())
                        .first(conn)
                        .await
                        .optional()?;
                    row.map(User::try_from).transpose()
                }
                .boxed()
            })
            .await
    }

    async fn shown_name(&self, user: UserId) -> StoreResult<Option<String>> {
        self.database
            .query(move |conn| async move { Ok(shown_names(conn, &[user]).await?.remove(&user)) }.boxed())
            .await
    }
}

pub(crate) async fn by_phone(conn: &mut Conn, phone: &PhoneNumber) -> Result<Option<User>, SqlError> {
    let row = users::table
        .filter(users::phone.eq(phone.e164()))
        .select(UserRow::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(User::try_from).transpose()
}
