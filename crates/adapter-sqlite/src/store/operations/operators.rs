//! The accounts of operators. An address is found by its keyed hash, and sealed under the platform's key: operators are
//! staff, and no subjects whose data could be erased.

use crate::backend::{Conn, Db, DbId, DbTime};
use crate::store::{
    error::SqlError,
    handle::Store,
    operations::audit_record::record,
    rows::{corrupt, seal, unseal},
    schema::operators,
    subjects::Vault,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    email::EmailAddress,
    ids::OperatorId,
    operations::{
        audit::{Actor, AuditRecord},
        operators::OperatorRole,
    },
};
use futures_util::FutureExt;
use ports::{
    operations::{NewOperator, OperatorAdded, OperatorView, Operators},
    pagination::PageRequest,
    store_error::StoreResult,
};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = operators, check_for_backend(Db))]
struct OperatorRow {
    id: DbId,
    body: Vec<u8>,
    role: String,
    token_series: DbId,
    created_at: DbTime,
    disabled_at: Option<DbTime>,
}

impl OperatorRow {
    fn open(self, vault: &Vault) -> Result<OperatorView, SqlError> {
        let email: String = unseal(vault.sealer(), self.id.0, &self.body)?;
        Ok(OperatorView {
            id: OperatorId(self.id.0),
            email: EmailAddress::parse(&email).map_err(corrupt)?,
            role: OperatorRole::parse(&self.role).map_err(corrupt)?,
            token_series: self.token_series.0,
            created_at: self.created_at.0,
            disabled_at: self.disabled_at.map(|at| at.0),
        })
    }
}

#[async_trait]
impl Operators for Store {
    async fn add_operator(
        &self,
        new: &NewOperator,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<OperatorAdded> {
        let (new, actor, vault) = (new.clone(), actor.clone(), self.vault.clone());
        self.database
            .write(move |conn| async move { add(conn, &vault, &new, &actor, now).await }.boxed())
            .await
    }

    async fn reset_operator(
        &self,
        email: &EmailAddress,
        token_series: Uuid,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<OperatorView>> {
        let (hash, actor, vault) = (hash_of(&self.vault, email), actor.clone(), self.vault.clone());
        self.database
            .write(move |conn| {
                async move {
                    let change = (
                        operators::token_series.eq(DbId(token_series)),
                        operators::disabled_at.eq(None::<DbTime>),
                    );
                    diesel::update(operators::table.filter(operators::email_hash.eq(&hash)))
                        .set(change)
                        .execute(conn)
                        .await?;
                    changed(conn, &vault, &hash, ("operator.reset", &actor), now).await
                }
                .boxed()
            })
            .await
    }

    async fn disable_operator(
        &self,
        email: &EmailAddress,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<OperatorView>> {
        let (hash, actor, vault) = (hash_of(&self.vault, email), actor.clone(), self.vault.clone());
        self.database
            .write(move |conn| {
                async move {
                    let enabled = operators::email_hash.eq(&hash).and(operators::disabled_at.is_null());
                    diesel::update(operators::table.filter(enabled))
                        .set(operators::disabled_at.eq(Some(DbTime(now))))
                        .execute(conn)
                        .await?;
                    changed(conn, &vault, &hash, ("operator.disabled", &actor), now).await
                }
                .boxed()
            })
            .await
    }

    async fn find_operator(&self, email: &EmailAddress) -> StoreResult<Option<OperatorView>> {
        let (hash, vault) = (hash_of(&self.vault, email), self.vault.clone());
        self.database.query(move |conn| async move { find(conn, &vault, &hash).await }.boxed()).await
    }

    async fn operator_role(&self, id: OperatorId, token_series: Uuid) -> StoreResult<Option<OperatorRole>> {
        self.database
            .query(move |conn| {
                async move {
                    let role: Option<String> = operators::table
                        .find(DbId(id.0))
                        .filter(operators::token_series.eq(DbId(token_series)))
                        .filter(operators::disabled_at.is_null())
                        .select(operators::role)
                        .first(conn)
                        .await
                        .optional()?;
                    role.map(|name| OperatorRole::parse(&name).map_err(corrupt)).transpose()
                }
                .boxed()
            })
            .await
    }

    async fn operators(&self, page: &PageRequest) -> StoreResult<Vec<OperatorView>> {
        let (page, vault) = (page.clone(), self.vault.clone());
        self.database.query(move |conn| async move { list(conn, &vault, &page).await }.boxed()).await
    }
}

async fn list(conn: &mut Conn, vault: &Vault, page: &PageRequest) -> Result<Vec<OperatorView>, SqlError> {
    let mut rows = operators::table.into_boxed();
    if let Some(after) = page.after.as_deref().and_then(|after| after.parse().ok()) {
        rows = rows.filter(operators::id.gt(DbId(after)));
    }
    let rows =
        rows.order(operators::id.asc()).limit(page.limit).select(OperatorRow::as_select()).load(conn).await?;
    rows.into_iter().map(|row| row.open(vault)).collect()
}

fn hash_of(vault: &Vault, email: &EmailAddress) -> String {
    vault.address(email.as_str())
}

async fn add(
    conn: &mut Conn,
    vault: &Vault,
    new: &NewOperator,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<OperatorAdded, SqlError> {
    // The unique hash decides: of two at once, the second finds the first's row.
    let made = diesel::insert_into(operators::table)
        .values((
            operators::id.eq(DbId(new.id.0)),
            operators::email_hash.eq(hash_of(vault, &new.email)),
            operators::body.eq(seal(vault.sealer(), new.id.0, &new.email.as_str())?),
            operators::role.eq(new.role.name()),
            operators::token_series.eq(DbId(new.token_series)),
            operators::created_at.eq(DbTime(now)),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    if made == 0 {
        return Ok(OperatorAdded::AddressTaken);
    }
    record(conn, &[about(new.id, "operator.added", actor, new.role)], now).await?;
    Ok(OperatorAdded::Added)
}

async fn find(conn: &mut Conn, vault: &Vault, hash: &str) -> Result<Option<OperatorView>, SqlError> {
    let row = operators::table
        .filter(operators::email_hash.eq(hash))
        .select(OperatorRow::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(|row| row.open(vault)).transpose()
}

/// The account after a change, with the change's audit row.
async fn changed(
    conn: &mut Conn,
    vault: &Vault,
    hash: &str,
    (action, actor): (&str, &Actor),
    now: DateTime<Utc>,
) -> Result<Option<OperatorView>, SqlError> {
    let found = find(conn, vault, hash).await?;
    if let Some(operator) = &found {
        record(conn, &[about(operator.id, action, actor, operator.role)], now).await?;
    }
    Ok(found)
}

fn about(id: OperatorId, action: &str, actor: &Actor, role: OperatorRole) -> AuditRecord {
    AuditRecord {
        actor: actor.clone(),
        action: action.to_owned(),
        subject: id.to_string(),
        on_behalf_of: None,
        before: None,
        after: Some(role.name().to_owned()),
    }
}
