//! The payees of people. A payment adds them (`post`); here they are read, renamed and forgotten.

use super::sealed::{self, Seals};
use crate::{
    backend::{Conn, Db, DbId, DbTime, for_update},
    store::{
        error::SqlError,
        handle::Store,
        operations::audit_record,
        rows::corrupt,
        schema::payees,
        subjects::{Keys, Vault},
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
    account_hash: String,
    sealed: Option<Vec<u8>>,
    last_paid_at: Option<DbTime>,
}

impl NamedRow {
    /// `None`: the key is gone.
    fn open(self, keys: &Keys) -> Result<Option<Payee>, SqlError> {
        let missing = || corrupt("a payee without a name or a time");
        let sealed = self.sealed.ok_or_else(missing)?;
        let Some(words) = sealed::open_payee(keys, &self.account_hash, &sealed)? else { return Ok(None) };
        Ok(Some(Payee {
            id: PayeeId(self.id.ok_or_else(missing)?.0),
            owner: UserId(self.user_id.0),
            name: words.name,
            account: words.account,
            last_paid_at: self.last_paid_at.ok_or_else(missing)?.0,
        }))
    }
}

/// Opens payees; those whose key is gone are left out.
async fn open(conn: &mut Conn, vault: &Vault, rows: Vec<NamedRow>) -> Result<Vec<Payee>, SqlError> {
    let sealed: Vec<_> = rows.iter().filter_map(|row| row.sealed.as_deref()).collect();
    let keys = vault.keys_in(conn, sealed).await?;
    rows.into_iter().filter_map(|row| row.open(&keys).transpose()).collect()
}

macro_rules! named {
    () => {
        payees::table
            .filter(payees::id.is_not_null())
            .filter(payees::sealed.is_not_null())
            .select(NamedRow::as_select())
    };
}

#[async_trait]
impl Payees for Store {
    async fn payees_of(&self, user: UserId) -> StoreResult<Vec<Payee>> {
        let vault = self.vault.clone();
        self.database.query(move |conn| async move { payees_of(conn, &vault, user).await }.boxed()).await
    }

    async fn payees(&self, user: Option<UserId>, page: &PageRequest) -> StoreResult<Vec<Payee>> {
        let (page, vault) = (page.clone(), self.vault.clone());
        self.database.read(move |conn| async move { list(conn, &vault, user, page).await }.boxed()).await
    }

    async fn find_payee(&self, id: PayeeId) -> StoreResult<Option<Payee>> {
        let vault = self.vault.clone();
        self.database.query(move |conn| async move { find(conn, &vault, id).await }.boxed()).await
    }

    async fn rename_payee(
        &self,
        id: PayeeId,
        name: &str,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<Payee>> {
        let (name, actor, vault) = (name.to_owned(), actor.clone(), self.vault.clone());
        self.database
            .write(move |conn| async move { rename(conn, &vault, id, name, &actor, now).await }.boxed())
            .await
    }

    async fn forget_payee(&self, id: PayeeId, actor: &Actor, now: DateTime<Utc>) -> StoreResult<bool> {
        let (actor, vault) = (actor.clone(), self.vault.clone());
        self.database
            .write(move |conn| async move { forget(conn, &vault, id, &actor, now).await }.boxed())
            .await
    }
}

async fn payees_of(conn: &mut Conn, vault: &Vault, user: UserId) -> Result<Vec<Payee>, SqlError> {
    let query = named!()
        .filter(payees::user_id.eq(DbId(user.0)))
        .order((payees::last_paid_at.desc(), payees::id.desc()))
        .limit(PAYEES_MAX);
    let rows = query.load::<NamedRow>(conn).await?;
    open(conn, vault, rows).await
}

/// Payees of people who were erased are passed over, so several reads may fill one page.
async fn list(
    conn: &mut Conn,
    vault: &Vault,
    user: Option<UserId>,
    page: PageRequest,
) -> Result<Vec<Payee>, SqlError> {
    let wanted = usize::try_from(page.limit).unwrap_or(0);
    let after = page.after.map(|after| after.parse::<PayeeId>().map_err(corrupt)).transpose()?;
    let mut after = after.map(|after| DbId(after.0));
    let mut found = Vec::new();
    loop {
        let mut query = named!().order(payees::id.desc()).limit(page.limit).into_boxed();
        if let Some(user) = user {
            query = query.filter(payees::user_id.eq(DbId(user.0)));
        }
        if let Some(after) = after {
            query = query.filter(payees::id.lt(Some(after)));
        }
        let rows = query.load::<NamedRow>(conn).await?;
        let is_last = rows.len() < wanted;
        after = rows.last().and_then(|row| row.id);
        found.extend(open(conn, vault, rows).await?);
        if is_last || after.is_none() || found.len() >= wanted {
            found.truncate(wanted);
            return Ok(found);
        }
    }
}

async fn find(conn: &mut Conn, vault: &Vault, id: PayeeId) -> Result<Option<Payee>, SqlError> {
    let row = named!().filter(payees::id.eq(Some(DbId(id.0)))).first::<NamedRow>(conn).await.optional()?;
    Ok(open(conn, vault, row.into_iter().collect()).await?.pop())
}

/// The hash of a payee's account, and the payee, locked until the transaction ends.
async fn lock(conn: &mut Conn, vault: &Vault, id: PayeeId) -> Result<Option<(String, Payee)>, SqlError> {
    let query = named!().filter(payees::id.eq(Some(DbId(id.0))));
    let Some(row) = for_update!(query).first::<NamedRow>(conn).await.optional()? else { return Ok(None) };
    let hash = row.account_hash.clone();
    Ok(open(conn, vault, vec![row]).await?.pop().map(|payee| (hash, payee)))
}

async fn rename(
    conn: &mut Conn,
    vault: &Vault,
    id: PayeeId,
    name: String,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<Option<Payee>, SqlError> {
    let Some((hash, payee)) = lock(conn, vault, id).await? else { return Ok(None) };
    let seals = Seals::of(conn, vault, vec![payee.owner], now).await?;
    let sealed = seals.payee(payee.owner, &hash, (&name, &payee.account))?;
    let row = payees::table.filter(payees::id.eq(Some(DbId(id.0))));
    diesel::update(row).set(payees::sealed.eq(Some(sealed))).execute(conn).await?;
    audit_record::record(conn, &[about(&seals, &payee, "payee.renamed", actor)], now).await?;
    Ok(Some(Payee { name, ..payee }))
}

async fn forget(
    conn: &mut Conn,
    vault: &Vault,
    id: PayeeId,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<bool, SqlError> {
    let Some((_, payee)) = lock(conn, vault, id).await? else { return Ok(false) };
    let row = payees::table.filter(payees::id.eq(Some(DbId(id.0))));
    diesel::update(row)
        .set((
            payees::id.eq(None::<DbId>),
            payees::sealed.eq(None::<Vec<u8>>),
            payees::last_paid_at.eq(None::<DbTime>),
        ))
        .execute(conn)
        .await?;
    let seals = Seals::of(conn, vault, vec![payee.owner], now).await?;
    audit_record::record(conn, &[about(&seals, &payee, "payee.forgotten", actor)], now).await?;
    Ok(true)
}

/// Changes a payee at the end of a turn. Nothing happens when it is forgotten already.
pub(crate) async fn change_payee(
    conn: &mut Conn,
    vault: &Vault,
    change: &PayeeChange,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    match &change.name {
        Some(name) => rename(conn, vault, change.payee, name.clone(), &change.actor, now).await.map(drop),
        None => forget(conn, vault, change.payee, &change.actor, now).await.map(drop),
    }
}

/// The audit row of a change. It holds a commitment to the account, and no name.
fn about(seals: &Seals<'_>, payee: &Payee, action: &str, actor: &Actor) -> AuditRecord {
    AuditRecord {
        actor: actor.clone(),
        action: action.to_owned(),
        subject: payee.id.to_string(),
        on_behalf_of: Some(format!("user:{}", payee.owner)),
        before: None,
        after: seals.commitment(payee.owner, &payee.account),
    }
}
