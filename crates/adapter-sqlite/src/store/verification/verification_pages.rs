//! Hosted pages on which people verify their numbers.

use crate::backend::{Db, DbId, DbTime};
use crate::store::error::SqlError;
use crate::store::{
    handle::Store,
    rows::{column, corrupt, phone as read_phone},
    schema::verification_pages,
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

#[derive(Queryable, Selectable)]
#[diesel(table_name = verification_pages, check_for_backend(Db))]
struct PageRow {
    id: DbId,
    owner: String,
    user_id: Option<DbId>,
    phone: Option<String>,
    is_phone_fixed: i32,
    purpose: String,
    return_to: Option<String>,
    state: Option<String>,
    locale: Option<String>,
    verification_id: Option<DbId>,
    expires_at: DbTime,
    finished_at: Option<DbTime>,
}

impl TryFrom<PageRow> for VerificationPage {
    type Error = SqlError;
    fn try_from(row: PageRow) -> Result<Self, SqlError> {
        Ok(Self {
            id: PageId(row.id.0),
            owner: row.owner.parse().map_err(corrupt)?,
            user: row.user_id.map(|id| UserId(id.0)),
            phone: row.phone.map(read_phone).transpose()?,
            is_phone_fixed: row.is_phone_fixed != 0,
            purpose: Purpose::parse(&row.purpose).ok_or_else(|| corrupt(&row.purpose))?,
            return_to: row.return_to,
            state: row.state,
            locale: row.locale.as_deref().and_then(Locale::parse),
            verification: row.verification_id.map(|id| VerificationId(id.0)),
            expires_at: row.expires_at.0,
            finished_at: row.finished_at.map(|at| at.0),
        })
    }
}

#[async_trait]
impl VerificationPages for Store {
    async fn open(&self, page: &NewVerificationPage, now: DateTime<Utc>) -> StoreResult<()> {
        let page = page.clone();
        self.database
            .write(move |conn| {
                async move {
                    diesel::insert_into(verification_pages::table)
                        .values((
                            verification_pages::id.eq(DbId(page.id.0)),
                            verification_pages::token_hash.eq(page.token_hash.to_vec()),
                            verification_pages::owner.eq(page.owner.key()),
                            verification_pages::user_id.eq(page.user.map(|id| DbId(id.0))),
                            verification_pages::phone.eq(page.phone.as_ref().map(PhoneNumber::e164)),
                            verification_pages::is_phone_fixed.eq(i32::from(page.phone.is_some())),
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
        let hash = token_hash.to_vec();
        self.database
            .query(move |conn| {
                async move {
                    let row = verification_pages::table
                        .filter(verification_pages::token_hash.eq(hash))
                        .select(PageRow::as_select())
                        .first(conn)
                        .await
                        .optional()?;
                    row.map(VerificationPage::try_from).transpose()
                }
                .boxed()
            })
            .await
    }

    async fn name_phone(&self, id: PageId, phone: &PhoneNumber, numbers_max: u32) -> StoreResult<bool> {
        let (id, phone) = (DbId(id.0), phone.e164().to_owned());
        self.database
            .write(move |conn| {
                async move {
                    let open = verification_pages::table
                        .find(id)
                        .filter(verification_pages::is_phone_fixed.eq(0))
                        .filter(verification_pages::finished_at.is_null());
                    let known = open.filter(verification_pages::phone.eq(&phone));
                    if known.count().get_result::<i64>(conn).await? == 1 {
                        return Ok(true);
                    }
                    let another = open.filter(verification_pages::numbers_named.lt(column(numbers_max)));
                    let named = diesel::update(another)
                        .set((
                            verification_pages::phone.eq(Some(&phone)),
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
        let (id, phone) = (DbId(id.0), phone.e164().to_owned());
        self.database
            .write(move |conn| {
                async move {
                    let open = verification_pages::table
                        .find(id)
                        .filter(verification_pages::phone.eq(phone))
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

    async fn purge_pages(&self, before: DateTime<Utc>) -> StoreResult<usize> {
        self.database
            .write(move |conn| {
                async move {
                    let old =
                        verification_pages::table.filter(verification_pages::expires_at.lt(DbTime(before)));
                    Ok(diesel::delete(old).execute(conn).await?)
                }
                .boxed()
            })
            .await
    }
}
