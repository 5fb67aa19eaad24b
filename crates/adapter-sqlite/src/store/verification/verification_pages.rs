//! Hosted pages on which people verify their numbers.

use crate::backend::{Conn, Db, DbId, DbTime};
use crate::store::error::SqlError;
use crate::store::{
    handle::Store,
    rows::{column, corrupt, phone as read_phone},
    schema::verification_pages,
    subjects::{Keys, Place, Vault, contacts::chat_key_of},
    verification::verifications::personal::requester_key,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::{PageId, UserId, VerificationId},
    locale::Locale,
    phone::PhoneNumber,
    verification::otp::Purpose,
};
use futures_util::FutureExt;
use ports::{
    store_error::StoreResult,
    verification::{NewVerificationPage, VerificationPage, VerificationPages},
};
use serde::{Deserialize, Serialize};

#[derive(Queryable, Selectable)]
#[diesel(table_name = verification_pages, check_for_backend(Db))]
struct PageRow {
    id: DbId,
    owner: String,
    user_id: Option<DbId>,
    is_phone_fixed: i32,
    purpose: String,
    return_to: Option<String>,
    state: Option<String>,
    locale: Option<String>,
    verification_id: Option<DbId>,
    expires_at: DbTime,
    finished_at: Option<DbTime>,
    sealed: Option<Vec<u8>>,
}

/// The sealed part of a page.
#[derive(Serialize, Deserialize)]
pub(super) struct PagePersonal {
    v: u8,
    phone: String,
}

impl PagePersonal {
    pub(super) const fn new(phone: String) -> Self {
        Self { v: 1, phone }
    }
}

/// The column of [`PagePersonal`].
pub(super) const SEALED: &str = "verification_pages.sealed";

impl PageRow {
    /// The page, with the number that was named on it. `None` in place of a page with a fixed number whose key is
    /// destroyed.
    fn open(self, keys: &Keys) -> Result<Option<VerificationPage>, SqlError> {
        let row = self;
        let personal = match &row.sealed {
            Some(sealed) => keys.open::<PagePersonal>(Place::of(SEALED, &row.id.0), sealed)?,
            None => None,
        };
        if row.is_phone_fixed != 0 && personal.is_none() {
            return Ok(None);
        }
        Ok(Some(VerificationPage {
            id: PageId(row.id.0),
            owner: row.owner.parse().map_err(corrupt)?,
            user: row.user_id.map(|id| UserId(id.0)),
            phone: personal.map(|personal| read_phone(personal.phone)).transpose()?,
            is_phone_fixed: row.is_phone_fixed != 0,
            purpose: Purpose::parse(&row.purpose).ok_or_else(|| corrupt(&row.purpose))?,
            return_to: row.return_to,
            state: row.state,
            locale: row.locale.as_deref().and_then(Locale::parse),
            verification: row.verification_id.map(|id| VerificationId(id.0)),
            expires_at: row.expires_at.0,
            finished_at: row.finished_at.map(|at| at.0),
        }))
    }
}

/// A number as a page keeps it: its contact, its hash, and its sealed form.
type NamedPhone = (DbId, String, Vec<u8>);

async fn named(
    conn: &mut Conn,
    vault: &Vault,
    page: PageId,
    phone: &PhoneNumber,
    now: DateTime<Utc>,
) -> Result<NamedPhone, SqlError> {
    let (contact, keys) = chat_key_of(conn, vault, phone.e164(), now).await?;
    let personal = PagePersonal::new(phone.e164().to_owned());
    let sealed = keys.seal(contact, Place::of(SEALED, &page.0), &personal)?;
    Ok((DbId(contact.subject), vault.address(phone.e164()), sealed))
}

#[async_trait]
impl VerificationPages for Store {
    async fn open(&self, page: &NewVerificationPage, now: DateTime<Utc>) -> StoreResult<()> {
        let (page, vault) = (page.clone(), self.vault.clone());
        self.database
            .write(move |conn| {
                async move {
                    let phone = match &page.phone {
                        Some(phone) => Some(named(conn, &vault, page.id, phone, now).await?),
                        None => None,
                    };
                    let is_fixed = i32::from(phone.is_some());
                    let (contact, hash, sealed) = phone
                        .map_or((None, None, None), |(contact, hash, sealed)| {
                            (Some(contact), Some(hash), Some(sealed))
                        });
                    diesel::insert_into(verification_pages::table)
                        .values((
                            verification_pages::id.eq(DbId(page.id.0)),
                            verification_pages::token_hash.eq(page.token_hash.to_vec()),
                            verification_pages::owner.eq(requester_key(&vault, &page.owner)),
                            verification_pages::user_id.eq(page.user.map(|id| DbId(id.0))),
                            verification_pages::phone_hash.eq(hash),
                            verification_pages::contact_id.eq(contact),
                            verification_pages::sealed.eq(sealed),
                            verification_pages::is_phone_fixed.eq(is_fixed),
                            verification_pages::numbers_named.eq(0),
                            verification_pages::purpose.eq(page.purpose.name()),
                            verification_pages::return_to.eq(&page.return_to),
                            verification_pages::state.eq(&page.state),
                            verification_pages::locale.eq(page.locale.map(Locale::tag)),
                            verification_pages::created_at.eq(DbTime(now)),
                            verification_pages::expires_at.eq(DbTime(page.expires_at)),
                        ))
                        .execute(conn)
                        .await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    async fn find(&self, token_hash: &[u8; 32]) -> StoreResult<Option<VerificationPage>> {
        let (hash, vault) = (token_hash.to_vec(), self.vault.clone());
        self.database
            .read(move |conn| {
                async move {
                    let row = verification_pages::table
                        .filter(verification_pages::token_hash.eq(hash))
                        .select(PageRow::as_select())
                        .first(conn)
                        .await
                        .optional()?;
                    let Some(row) = row else { return Ok(None) };
                    let keys = vault.keys_in(conn, row.sealed.as_deref()).await?;
                    row.open(&keys)
                }
                .boxed()
            })
            .await
    }

    async fn name_phone(&self, id: PageId, phone: &PhoneNumber, numbers_max: u32) -> StoreResult<bool> {
        let (phone, vault) = (phone.clone(), self.vault.clone());
        self.database
            .write(move |conn| {
                async move {
                    let hash = vault.address(phone.e164());
                    let open = verification_pages::table
                        .find(DbId(id.0))
                        .filter(verification_pages::is_phone_fixed.eq(0))
                        .filter(verification_pages::finished_at.is_null());
                    let known = open.filter(verification_pages::phone_hash.eq(&hash));
                    if known.count().get_result::<i64>(conn).await? == 1 {
                        return Ok(true);
                    }
                    let another = open.filter(verification_pages::numbers_named.lt(column(numbers_max)));
                    let opened_at =
                        another.select(verification_pages::created_at).first::<DbTime>(conn).await;
                    let Some(opened_at) = opened_at.optional()? else { return Ok(false) };
                    let (contact, hash, sealed) = named(conn, &vault, id, &phone, opened_at.0).await?;
                    let named = diesel::update(another)
                        .set((
                            verification_pages::phone_hash.eq(Some(hash)),
                            verification_pages::contact_id.eq(Some(contact)),
                            verification_pages::sealed.eq(Some(sealed)),
                            verification_pages::numbers_named.eq(verification_pages::numbers_named + 1),
                            verification_pages::verification_id.eq(None::<DbId>),
                        ))
                        .execute(conn)
                        .await?;
                    Ok(named == 1)
                }
                .boxed()
            })
            .await
    }

    async fn begin(&self, id: PageId, phone: &PhoneNumber, challenge: VerificationId) -> StoreResult<bool> {
        let (id, phone) = (DbId(id.0), self.vault.address(phone.e164()));
        self.database
            .write(move |conn| {
                async move {
                    let open = verification_pages::table
                        .find(id)
                        .filter(verification_pages::phone_hash.eq(phone))
                        .filter(verification_pages::finished_at.is_null());
                    let begun = diesel::update(open)
                        .set(verification_pages::verification_id.eq(Some(DbId(challenge.0))))
                        .execute(conn)
                        .await?;
                    Ok(begun == 1)
                }
                .boxed()
            })
            .await
    }

    async fn finish(&self, id: PageId, challenge: VerificationId, now: DateTime<Utc>) -> StoreResult<bool> {
        self.database
            .write(move |conn| {
                async move {
                    let open = verification_pages::table
                        .find(DbId(id.0))
                        .filter(verification_pages::verification_id.eq(DbId(challenge.0)))
                        .filter(verification_pages::finished_at.is_null());
                    let finished = diesel::update(open)
                        .set(verification_pages::finished_at.eq(Some(DbTime(now))))
                        .execute(conn)
                        .await?;
                    Ok(finished == 1)
                }
                .boxed()
            })
            .await
    }
}
