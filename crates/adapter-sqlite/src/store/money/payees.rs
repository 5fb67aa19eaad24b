//! The payees of people. A payment adds them (`post`); here they are read, renamed and forgotten.

use crate::{
    backend::{Conn, Db, DbId, DbTime, for_update},
    store::{
        error::SqlError,
        handle::Store,
        operations::audit_record,
        rows::{corrupt, from_json},
        schema::payees,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::{PayeeId, UserId},
    money::payees::{PAYEES_MAX, Payee},
    operations::audit::{Actor, AuditRecord},
};
use futures_util::FutureExt;
use ports::{messaging::PayeeChange, money::Payees, pagination::PageRequest, store_error::StoreResult};

#[derive(Queryable, Selectable)]
#[diesel(table_name = payees, check_for_backend(Db))]
struct NamedRow {
    id: Option<DbId>,
    user_id: DbId,
    name: Option<String>,
    account_json: Option<String>,
    last_paid_at: Option<DbTime>,
}

impl TryFrom<NamedRow> for Payee {
    type Error = SqlError;
    fn try_from(row: NamedRow) -> Result<Self, SqlError> {
        let missing = || corrupt("a payee without a name, an account or a time");
        Ok(Self {
            id: PayeeId(row.id.ok_or_else(missing)?.0),
            owner: UserId(row.user_id.0),
            name: row.name.ok_or_else(missing)?,
            account: from_json(&row.account_json.ok_or_else(missing)?)?,
            last_paid_at: row.last_paid_at.ok_or_else(missing)?.0,
        })
    }
}

macro_rules! named {
    () => {
        payees::table
            .filter(payees::id.is_not_null())
            .filter(payees::account_json.is_not_null())
            .select(NamedRow::as_select())
    };
}

#[async_trait]
impl Payees for Store {
    async fn payees_of(&self, user: UserId) -> StoreResult<Vec<Payee>> {
        self.database.query(move |conn| payees_of(conn, user).boxed()).await
    }

    async fn payees(&self, user: Option<UserId>, page: &PageRequest) -> StoreResult<Vec<Payee>> {
        let page = page.clone();
        self.database.query(move |conn| async move { list(conn, user, &page).await }.boxed()).await
    }

    async fn find_payee(&self, id: PayeeId) -> StoreResult<Option<Payee>> {
        self.database.query(move |conn| find(conn, id).boxed()).await
    }

    async fn rename_payee(
        &self,
        id: PayeeId,
        name: &str,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<Payee>> {
        let (name, actor) = (name.to_owned(), actor.clone());
        self.database
            .write(move |conn| async move { rename(conn, id, name, &actor, now).await }.boxed())
            .await
    }

    async fn forget_payee(&self, id: PayeeId, actor: &Actor, now: DateTime<Utc>) -> StoreResult<bool> {
        let actor = actor.clone();
        self.database.write(move |conn| async move { forget(conn, id, &actor, now).await }.boxed()).await
    }
}

async fn payees_of(conn: &mut Conn, user: UserId) -> Result<Vec<Payee>, SqlError> {
    let query = named!()
        .filter(payees::user_id.eq(DbId(user.0)))
        .order((payees::last_paid_at.desc(), payees::id.desc()))
        .limit(PAYEES_MAX);
    query.load::<NamedRow>(conn).await?.into_iter().map(Payee::try_from).collect()
}

async fn list(conn: &mut Conn, user: Option<UserId>, page: &PageRequest) -> Result<Vec<Payee>, SqlError> {
    let mut query = named!().order(payees::id.desc()).limit(page.limit).into_boxed();
    if let Some(user) = user {
        query = query.filter(payees::user_id.eq(DbId(user.0)));
    }
    if let Some(after) = &page.after {
        let after = after.parse::<PayeeId>().map_err(corrupt)?;
        query = query.filter(payees::id.lt(Some(DbId(after.0))));
    }
    query.load::<NamedRow>(conn).await?.into_iter().map(Payee::try_from).collect()
}

async fn find(conn: &mut Conn, id: PayeeId) -> Result<Option<Payee>, SqlError> {
    let row = named!().filter(payees::id.eq(Some(DbId(id.0)))).first::<NamedRow>(conn).await.optional()?;
    row.map(Payee::try_from).transpose()
}

async fn lock(conn: &mut Conn, id: PayeeId) -> Result<Option<Payee>, SqlError> {
    let query = named!().filter(payees::id.eq(Some(DbId(id.0))));
    let row = for_update!(query).first::<NamedRow>(conn).await.optional()?;
    row.map(Payee::try_from).transpose()
}

async fn rename(
    conn: &mut Conn,
    id: PayeeId,
    name: String,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<Option<Payee>, SqlError> {
    let Some(payee) = lock(conn, id).await? else { return Ok(None) };
    let row = payees::table.filter(payees::id.eq(Some(DbId(id.0))));
    diesel::update(row).set(payees::name.eq(Some(&name))).execute(conn).await?;
    audit_record::record(conn, &[about(&payee, "payee.renamed", actor)], now).await?;
    Ok(Some(Payee { name, ..payee }))
}

async fn forget(conn: &mut Conn, id: PayeeId, actor: &Actor, now: DateTime<Utc>) -> Result<bool, SqlError> {
    let Some(payee) = lock(conn, id).await? else { return Ok(false) };
    let row = payees::table.filter(payees::id.eq(Some(DbId(id.0))));
    diesel::update(row)
        .set((
            payees::id.eq(None::<DbId>),
            payees::name.eq(None::<String>),
            payees::last_paid_at.eq(None::<DbTime>),
        ))
        .execute(conn)
        .await?;
    audit_record::record(conn, &[about(&payee, "payee.forgotten", actor)], now).await?;
    Ok(true)
}

/// Changes a payee at the end of a turn. Nothing happens when it is forgotten already.
pub(crate) async fn change_payee(
    conn: &mut Conn,
    change: &PayeeChange,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    match &change.name {
        Some(name) => rename(conn, change.payee, name.clone(), &change.actor, now).await.map(drop),
        None => forget(conn, change.payee, &change.actor, now).await.map(drop),
    }
}

/// The audit row of a change. It holds the masked account and no name.
fn about(payee: &Payee, action: &str, actor: &Actor) -> AuditRecord {
    AuditRecord {
        actor: actor.clone(),
        action: action.to_owned(),
        subject: payee.id.to_string(),
        on_behalf_of: Some(format!("user:{}", payee.owner)),
        before: None,
        after: Some(payee.account.masked()),
    }
}
