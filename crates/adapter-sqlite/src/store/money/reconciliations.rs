//! Reconciliations: runs, and what they found. A finding that is found again is the same row, so a run that finds nothing
//! new writes one row.

mod rows;

use self::rows::{ItemRow, RunRow, SentRow, insert_item};
use crate::{
    backend::{Conn, DbId, DbTime},
    store::{
        error::SqlError,
        handle::Store,
        operations::audit_record,
        rows::corrupt,
        schema::{outbound_payments, reconciliation_items, reconciliations, transfers},
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Datelike, Utc};
use diesel::{
    dsl::{count_star, max},
    prelude::*,
};
use diesel_async::RunQueryDsl;
use domain::{
    money::{
        bank::{BankReference, OperatingDate},
        reconciliation::{ReconciliationClass, ReconciliationItem, SentPayment},
    },
    operations::audit::AuditRecord,
};
use futures_util::FutureExt;
use ports::{
    money::{
        FoundItem, NewReconciliation, ReconciliationRun, ReconciliationSaved, Reconciliations,
        SENT_PAYMENTS_MAX,
    },
    pagination::PageRequest,
    store_error::StoreResult,
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Rows that are closed, or looked up by a list, in one statement.
const CHUNK: usize = 500;

#[async_trait]
impl Reconciliations for Store {
    async fn sent_payments(
        &self,
        date: OperatingDate,
        after: Option<BankReference>,
    ) -> StoreResult<Vec<SentPayment>> {
        let day = date_column(date);
        let after = after.map(|reference| reference.to_string()).unwrap_or_default();
        self.database
            .query(move |conn| {
                async move {
                    let rows = outbound_payments::table
                        .inner_join(transfers::table.on(transfers::id.eq(outbound_payments::transfer_id)))
                        .filter(outbound_payments::operating_date.eq(day))
                        .filter(outbound_payments::reference.gt(after))
                        .order(outbound_payments::reference.asc())
                        .limit(SENT_PAYMENTS_MAX)
                        .select(SentRow::as_select())
                        .load::<SentRow>(conn)
                        .await?;
                    rows.into_iter().map(SentPayment::try_from).collect()
                }
                .boxed()
            })
            .await
    }

    async fn payments_named(&self, references: &[BankReference]) -> StoreResult<Vec<SentPayment>> {
        let names: Vec<String> = references.iter().map(BankReference::to_string).collect();
        self.database.query(move |conn| async move { named(conn, &names).await }.boxed()).await
    }

    async fn save_reconciliation(
        &self,
        run: &NewReconciliation,
        now: DateTime<Utc>,
    ) -> StoreResult<ReconciliationSaved> {
        let run = run.clone();
        self.database.write(move |conn| async move { save(conn, &run, now).await }.boxed()).await
    }

    async fn reconciliations(&self, page: &PageRequest) -> StoreResult<Vec<ReconciliationRun>> {
        let page = page.clone();
        self.database
            .query(move |conn| {
                async move {
                    let mut query = reconciliations::table.into_boxed();
                    if let Some(after) = page.after.as_deref().and_then(|after| after.parse().ok()) {
                        query = query.filter(reconciliations::id.lt(DbId(after)));
                    }
                    let query = query.order(reconciliations::id.desc()).limit(page.limit);
                    let rows = query.select(RunRow::as_select()).load::<RunRow>(conn).await?;
                    rows.into_iter().map(ReconciliationRun::try_from).collect()
                }
                .boxed()
            })
            .await
    }

    async fn find_reconciliation(&self, id: Uuid) -> StoreResult<Option<ReconciliationRun>> {
        self.database
            .query(move |conn| {
                async move { find(conn, id).await?.map(ReconciliationRun::try_from).transpose() }.boxed()
            })
            .await
    }

    async fn reconciliation_items(&self, run: Uuid, page: &PageRequest) -> StoreResult<Vec<FoundItem>> {
        let page = page.clone();
        self.database.query(move |conn| async move { items(conn, run, &page).await }.boxed()).await
    }

    async fn open_findings(&self) -> StoreResult<BTreeMap<ReconciliationClass, u64>> {
        self.database.query(move |conn| async move { open_findings(conn).await }.boxed()).await
    }
}

pub(super) fn date_column(date: OperatingDate) -> i32 {
    date.date().num_days_from_ce()
}

async fn named(conn: &mut Conn, names: &[String]) -> Result<Vec<SentPayment>, SqlError> {
    let mut found = Vec::new();
    for names in names.chunks(CHUNK) {
        let rows = outbound_payments::table
            .inner_join(transfers::table.on(transfers::id.eq(outbound_payments::transfer_id)))
            .filter(outbound_payments::reference.eq_any(names))
            .filter(outbound_payments::operating_date.is_not_null())
            .select(SentRow::as_select())
            .load::<SentRow>(conn)
            .await?;
        for row in rows {
            found.push(row.try_into()?);
        }
    }
    Ok(found)
}

async fn save(
    conn: &mut Conn,
    run: &NewReconciliation,
    now: DateTime<Utc>,
) -> Result<ReconciliationSaved, SqlError> {
    let day = date_column(run.date);
    let before = reconciliations::table
        .filter(reconciliations::operating_date.eq(day))
        .select(max(reconciliations::number))
        .first::<Option<i64>>(conn)
        .await?;
    let number = before.unwrap_or(0).saturating_add(1);
    let row = RunRow::of(run, number, now);
    // The unique number decides: of two runs at once the second waits for the first, and then finds its row.
    let made = diesel::insert_into(reconciliations::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    if made == 0 {
        return Ok(ReconciliationSaved::Busy);
    }
    let mut open: HashMap<ReconciliationItem, DbId> = HashMap::new();
    let rows = reconciliation_items::table
        .filter(reconciliation_items::operating_date.eq(day))
        .filter(reconciliation_items::last_run.is_null())
        .select(ItemRow::as_select())
        .load::<ItemRow>(conn)
        .await?;
    for row in rows {
        let found = FoundItem::try_from(row)?;
        open.insert(found.item, DbId(found.id));
    }
    let mut alarms: BTreeMap<ReconciliationClass, u64> = BTreeMap::new();
    for (id, item) in &run.items {
        if open.remove(item).is_some() {
            continue;
        }
        if item.class.is_open() {
            let count = alarms.entry(item.class).or_default();
            *count = count.saturating_add(1);
        }
        insert_item(conn, ItemRow::new(*id, day, item, number, now)).await?;
    }
    if !alarms.is_empty() {
        audit_record::record(conn, &[alarm(run, &alarms)], now).await?;
    }
    close(conn, open.into_values().collect(), number.saturating_sub(1), now).await?;
    row.try_into().map(ReconciliationSaved::Saved)
}

fn alarm(run: &NewReconciliation, alarms: &BTreeMap<ReconciliationClass, u64>) -> AuditRecord {
    let counts: Vec<String> =
        alarms.iter().map(|(class, count)| format!("{} {count}", class.name())).collect();
    AuditRecord {
        actor: run.actor.clone(),
        action: "reconciliation.found".to_owned(),
        subject: run.id.to_string(),
        on_behalf_of: None,
        before: None,
        after: Some(format!("{}: {}", run.date, counts.join(", "))),
    }
}

/// Closes findings that a run no longer found.
async fn close(conn: &mut Conn, gone: Vec<DbId>, last_run: i64, now: DateTime<Utc>) -> Result<(), SqlError> {
    for ids in gone.chunks(CHUNK) {
        diesel::update(reconciliation_items::table.filter(reconciliation_items::id.eq_any(ids)))
            .set((
                reconciliation_items::last_run.eq(Some(last_run)),
                reconciliation_items::closed_at.eq(Some(DbTime(now))),
            ))
            .execute(conn)
            .await?;
    }
    Ok(())
}

async fn find(conn: &mut Conn, id: Uuid) -> Result<Option<RunRow>, SqlError> {
    Ok(reconciliations::table.find(DbId(id)).select(RunRow::as_select()).first(conn).await.optional()?)
}

async fn items(conn: &mut Conn, run: Uuid, page: &PageRequest) -> Result<Vec<FoundItem>, SqlError> {
    let Some(run) = find(conn, run).await? else { return Ok(Vec::new()) };
    let still = reconciliation_items::last_run.is_null();
    let then = reconciliation_items::last_run.ge(run.number);
    let mut query = reconciliation_items::table
        .filter(reconciliation_items::operating_date.eq(run.operating_date))
        .filter(reconciliation_items::first_run.le(run.number))
        .filter(still.or(then.assume_not_null()))
        .into_boxed();
    if let Some(after) = page.after.as_deref().and_then(|after| after.parse().ok()) {
        query = query.filter(reconciliation_items::id.gt(DbId(after)));
    }
    let query = query.order(reconciliation_items::id.asc()).limit(page.limit);
    let rows = query.select(ItemRow::as_select()).load::<ItemRow>(conn).await?;
    rows.into_iter().map(FoundItem::try_from).collect()
}

async fn open_findings(conn: &mut Conn) -> Result<BTreeMap<ReconciliationClass, u64>, SqlError> {
    let counts = reconciliation_items::table
        .filter(reconciliation_items::last_run.is_null())
        .filter(reconciliation_items::class.ne(ReconciliationClass::Matched.name()))
        .group_by(reconciliation_items::class)
        .select((reconciliation_items::class, count_star()))
        .load::<(String, i64)>(conn)
        .await?;
    let class = |(name, count): (String, i64)| {
        let class = ReconciliationClass::parse(&name).ok_or_else(|| corrupt(name))?;
        Ok((class, u64::try_from(count).map_err(corrupt)?))
    };
    counts.into_iter().map(class).collect()
}
