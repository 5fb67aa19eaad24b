//! Post a batch of requests in one transaction: lock, read, fold, write.

use super::{
    open_accounts::open_clearing,
    payment_codes::{self, PaymentCodes},
    read, resolve,
    rows::{KeyRow, LedgerRows},
    sealed::{Seals, payee_hash},
};
use crate::{
    backend::{Conn, Db, DbId, DbTime, for_update, write_ledger},
    store::{
        error::SqlError,
        messaging::alert_rows::NewAlertRow,
        rows::{NewAuditRow, corrupt, day},
        schema::{accounts, payees, transfer_history, transfers},
        subjects::Vault,
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::{UserId, WalletId},
    money::{
        Currency, Money,
        folio::Folio,
        ledger::{AccountKind, Decision, LedgerAccount, Outcome, Outgoing, PostingBatch},
        limits::Spending,
        payees::read_payee_name,
        transfer::{Transfer, TransferStatus},
    },
    operations::{
        audit::{Actor, AuditRecord},
        idempotency::IdempotencyKey,
    },
    principal::Principal,
    verification::AttemptResult,
};
use ports::{
    messaging::AlertKind,
    money::{PostOutcome, PostRequest},
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts, check_for_backend(Db))]
struct AccountRow {
    id: DbId,
    kind: String,
    owner: Option<DbId>,
    currency: String,
    posted: i64,
    held: i64,
    version: i64,
    spent_on: i32,
    spent_day: i64,
    spent_month: i64,
    frozen_at: Option<DbTime>,
    payable_at: Option<DbTime>,
}

impl TryFrom<AccountRow> for LedgerAccount {
    type Error = SqlError;
    fn try_from(row: AccountRow) -> Result<Self, SqlError> {
        Ok(Self {
            id: WalletId(row.id.0),
            kind: if row.kind == "clearing" { AccountKind::Clearing } else { AccountKind::Person },
            owner: row.owner.map(|id| UserId(id.0)),
            currency: Currency::parse(&row.currency).map_err(corrupt)?,
            posted: row.posted,
            held: row.held,
            version: row.version,
            spending: Spending { on: day(row.spent_on)?, in_day: row.spent_day, in_month: row.spent_month },
            outgoing: Outgoing {
                is_frozen: row.frozen_at.is_some(),
                payable_at: row.payable_at.map(|at| at.0),
            },
        })
    }
}

/// The accounts that a fold needs under its lock.
#[derive(Default)]
pub(crate) struct Touched {
    accounts: BTreeSet<WalletId>,
    clearing: Vec<LedgerAccount>,
    /// Those of them that deposits come from. Their rows are opened with the first deposit.
    sources: BTreeMap<WalletId, Currency>,
    /// People whose spending is limited: all their accounts count.
    limited: BTreeSet<UserId>,
}

impl Touched {
    /// A clearing account is never locked: it keeps no balance.
    pub(crate) fn add(&mut self, transfer: &Transfer, is_limited: bool) {
        let currency = transfer.amount.currency;
        for id in [transfer.from, transfer.to] {
            match LedgerAccount::find_clearing(id, currency) {
                Some(clearing) => self.clearing.push(clearing),
                None => drop(self.accounts.insert(id)),
            }
        }
        if transfer.deposit_source().is_some() {
            self.sources.insert(transfer.from, currency);
        }
        if is_limited {
            self.limited.insert(transfer.owner);
        }
    }
}

/// Posts a batch. It is safe to run again when nobody knows whether it was committed: each request then finds
/// its own outcome under its key.
pub(crate) async fn post(
    conn: &mut Conn,
    vault: &Vault,
    requests: &[(PostRequest, DateTime<Utc>)],
) -> Result<Vec<PostOutcome>, SqlError> {
    let now = requests.iter().map(|(_, now)| *now).max().unwrap_or_default();
    let mut batch = PostingBatch::default();
    let mut touched = Touched::default();
    for (request, _) in requests {
        touched.add(&request.command.transfer, request.command.limits.count_spending());
    }
    let mut codes = PaymentCodes::lock(conn, vault, requests, now).await?;
    for (source, currency) in &touched.sources {
        open_clearing(conn, *source, *currency, now).await?;
    }
    lock_accounts(conn, &mut batch, touched).await?;
    let owners = requests.iter().map(|(request, _)| request.command.transfer.owner).collect();
    let seals = Seals::of_fold(conn, vault, &mut batch, owners, now).await?;
    look_keys(conn, vault, &mut batch, requests.iter().flat_map(|(request, _)| request.command.keys()))
        .await?;
    look_payees(conn, vault, &mut batch, requests).await?;
    let asked = requests.iter().map(|(request, _)| &request.command.transfer);
    resolve::look_recipients(conn, vault, &mut batch, asked).await?;
    look_folios(conn, &mut batch, requests.iter().map(|(request, _)| request.command.transfer.folio)).await?;
    let mut audit = Vec::with_capacity(requests.len());
    let mut alerts = Vec::new();
    let mut outcomes = Vec::with_capacity(requests.len());
    let mut attempts = Vec::with_capacity(requests.len());
    for (request, at) in requests {
        let code = codes.allow(&batch, request, *at);
        let decision = match code {
            Err(refusal) if !is_frozen(&batch, &request.command.transfer) => Decision::CodeRefused(refusal),
            _ => batch.decide(&request.command),
        };
        attempts.push(code.unwrap_or_default());
        codes.count(request, &decision, *at);
        if let Decision::Decided(outcome) = &decision {
            audit.push(audit_row(request, outcome, *at));
            alerts.extend(received(&batch, outcome, *at));
        }
        let balance_after = balance_of(&batch, &request.command.transfer, &decision);
        outcomes.push(PostOutcome { decision, balance_after });
    }
    let mut rows = LedgerRows::of(batch, &seals, now)?;
    (rows.audit, rows.alerts) = (audit, alerts);
    write_ledger(conn, rows).await?;
    for (((request, at), outcome), attempts_max) in requests.iter().zip(&mut outcomes).zip(attempts) {
        write_company(conn, vault, request, (&outcome.decision, attempts_max), *at).await?;
        recognise(request, &mut outcome.decision);
    }
    Ok(outcomes)
}

/// Locks the accounts in the order of their ids, and reads them. That of an erased person is closed: as if there were
/// none, it neither pays nor is paid.
pub(crate) async fn lock_accounts(
    conn: &mut Conn,
    batch: &mut PostingBatch,
    touched: Touched,
) -> Result<(), SqlError> {
    let ids: Vec<DbId> = touched.accounts.iter().map(|id| DbId(id.0)).collect();
    let rows = if touched.limited.is_empty() {
        let query = accounts::table.filter(accounts::id.eq_any(ids)).filter(accounts::closed_at.is_null());
        for_update!(query.order(accounts::id).select(AccountRow::as_select())).load(conn).await?
    } else {
        let owners: Vec<_> = touched.limited.iter().map(|id| Some(DbId(id.0))).collect();
        let query = accounts::table
            .filter(accounts::id.eq_any(ids).or(accounts::owner.eq_any(owners).assume_not_null()))
            .filter(accounts::closed_at.is_null());
        for_update!(query.order(accounts::id).select(AccountRow::as_select())).load(conn).await?
    };
    for row in rows {
        let account = LedgerAccount::try_from(row)?;
        batch.accounts.insert(account.id, account);
    }
    batch.accounts.extend(touched.clearing.into_iter().map(|account| (account.id, account)));
    Ok(())
}

/// Reads the kept answers of the keys, in a statement after the lock. Before the lock, two writers could both
/// find a key free.
pub(crate) async fn look_keys(
    conn: &mut Conn,
    vault: &Vault,
    batch: &mut PostingBatch,
    keys: impl Iterator<Item = &IdempotencyKey>,
) -> Result<(), SqlError> {
    let by_digest: HashMap<Vec<u8>, &IdempotencyKey> = keys.map(|key| (key.digest().to_vec(), key)).collect();
    for (digest, known) in read::outcomes(conn, vault, by_digest.keys().cloned().collect()).await? {
        if let Some(key) = by_digest.get(&digest) {
            batch.outcomes.insert((*key).clone(), known);
        }
    }
    Ok(())
}

/// Finds which of the drawn folios are taken, and of the folios that come next.
pub(crate) async fn look_folios(
    conn: &mut Conn,
    batch: &mut PostingBatch,
    drawn: impl Iterator<Item = Folio>,
) -> Result<(), SqlError> {
    let mut wanted: Vec<Folio> = drawn.collect();
    while !wanted.is_empty() {
        let texts: Vec<String> = wanted.iter().map(Folio::to_string).collect();
        let taken = transfers::table
            .filter(transfers::folio.eq_any(texts))
            .select(transfers::folio)
            .load::<String>(conn)
            .await?;
        wanted.clear();
        for folio in taken {
            let folio: Folio = folio.parse().map_err(corrupt)?;
            if batch.folios.insert(folio) {
                wanted.push(folio.next());
            }
        }
    }
    Ok(())
}

/// Reads when payees were first named, for requests with a cool-off.
async fn look_payees(
    conn: &mut Conn,
    vault: &Vault,
    batch: &mut PostingBatch,
    requests: &[(PostRequest, DateTime<Utc>)],
) -> Result<(), SqlError> {
    for (request, _) in requests {
        if request.command.limits.new_payee_cooloff > chrono::Duration::zero() {
            look_payee(conn, vault, batch, &request.command.transfer).await?;
        }
    }
    Ok(())
}

pub(crate) async fn look_payee(
    conn: &mut Conn,
    vault: &Vault,
    batch: &mut PostingBatch,
    transfer: &Transfer,
) -> Result<(), SqlError> {
    let payee = transfer.destination.canonical();
    let first_seen = payees::table
        .find((DbId(transfer.owner.0), payee_hash(vault, transfer.owner, &payee)))
        .select(payees::first_seen_at)
        .first::<DbTime>(conn)
        .await
        .optional()?;
    if let Some(at) = first_seen {
        batch.payees.insert((transfer.owner, payee), at.0);
    }
    Ok(())
}

pub(crate) async fn add_history(
    conn: &mut Conn,
    transfer: &Transfer,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    diesel::insert_into(transfer_history::table)
        .values((
            transfer_history::transfer_id.eq(DbId(transfer.id.0)),
            transfer_history::status.eq(transfer.status.name()),
            transfer_history::at.eq(DbTime(now)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Writes what only some decisions need: the step-up code of a waiting transfer, and the name of a payee.
async fn write_company(
    conn: &mut Conn,
    vault: &Vault,
    request: &PostRequest,
    (decision, attempts_max): (&Decision, Option<u32>),
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let Decision::Decided(Outcome::Accepted(transfer)) = decision else { return Ok(()) };
    if matches!(transfer.status, TransferStatus::Completed | TransferStatus::Processing)
        && request.payee.is_some()
    {
        name_payee(conn, vault, transfer, request.payee.as_deref(), now).await?;
    }
    match (&request.step_up_challenge, attempts_max) {
        (Some(step), Some(attempts_max)) => {
            payment_codes::file(conn, vault, transfer, step, attempts_max, now).await
        }
        _ => Ok(()),
    }
}

/// A batch that runs again finds its own work done: that is a first answer, not a replayed one.
pub(crate) fn recognise(request: &PostRequest, decision: &mut Decision) {
    if let Decision::Replayed(Outcome::Accepted(transfer)) = decision
        && transfer.id == request.command.transfer.id
    {
        *decision = Decision::Decided(Outcome::Accepted(transfer.clone()));
    }
}

fn audit_row(request: &PostRequest, outcome: &Outcome, now: DateTime<Utc>) -> NewAuditRow {
    let asked = &request.command.transfer;
    match outcome {
        Outcome::Accepted(transfer) => transfer_row(&request.actor, transfer, None, now),
        Outcome::Refused(refusal) => {
            let after = format!("{}: {}", refusal.name(), asked.amount);
            row_of(&request.actor, "refused", asked, None, after, now)
        }
    }
}

/// The audit row of a transfer that changed its status from `before`. It says nothing of people: the transfer's id
/// leads to the rest.
pub(crate) fn transfer_row(
    actor: &Actor,
    transfer: &Transfer,
    before: Option<TransferStatus>,
    now: DateTime<Utc>,
) -> NewAuditRow {
    let status = transfer.status.name();
    row_of(actor, status, transfer, before, format!("{status}: {}", transfer.amount), now)
}

/// The audit row of a wrong check attempt on a transfer.
pub(crate) fn wrong_code_row(
    actor: &Actor,
    transfer: &Transfer,
    result: &AttemptResult,
    now: DateTime<Utc>,
) -> NewAuditRow {
    let after = format!("wrong code, {result}");
    row_of(actor, "code_refused", transfer, Some(transfer.status), after, now)
}

fn row_of(
    actor: &Actor,
    action: &str,
    transfer: &Transfer,
    before: Option<TransferStatus>,
    after: String,
    now: DateTime<Utc>,
) -> NewAuditRow {
    let record = AuditRecord {
        actor: actor.clone(),
        action: format!("transfer.{action}"),
        subject: transfer.id.to_string(),
        on_behalf_of: Some(format!("user:{}", transfer.owner)),
        before: before.map(|status| status.name().to_owned()),
        after: Some(after),
    };
    NewAuditRow::new(&record, now)
}

/// Remembers the payee that was paid, under the name that it was paid under; the name replaces an earlier one.
/// Without a name only the time of a known payee changes.
pub(crate) async fn name_payee(
    conn: &mut Conn,
    vault: &Vault,
    transfer: &Transfer,
    name: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let hash = payee_hash(vault, transfer.owner, &transfer.destination.canonical());
    let row = || payees::table.find((DbId(transfer.owner.0), &hash));
    let paid_at = payees::last_paid_at.eq(Some(DbTime(now)));
    let Some(name) = name.and_then(|name| read_payee_name(name).ok()) else {
        diesel::update(row().filter(payees::id.is_not_null())).set(paid_at).execute(conn).await?;
        return Ok(());
    };
    // A wallet that is named by its id can't be named by the person later.
    let Some(account) = transfer.destination.number() else { return Ok(()) };
    let seals = Seals::of(conn, vault, vec![transfer.owner], now).await?;
    let sealed = Some(seals.payee(transfer.owner, &hash, (&name, account))?);
    let id = payees::id.eq(Some(DbId(transfer.id.0)));
    let is_new = row().filter(payees::id.is_null());
    diesel::update(is_new).set(id).execute(conn).await?;
    diesel::update(row()).set((payees::sealed.eq(sealed), paid_at)).execute(conn).await?;
    Ok(())
}

/// The alert for the person whom a transfer paid.
fn received(batch: &PostingBatch, outcome: &Outcome, now: DateTime<Utc>) -> Option<NewAlertRow> {
    let Outcome::Accepted(transfer) = outcome else { return None };
    alert_of(batch, transfer, now)
}

/// The alert for the person whom a transfer or a deposit paid. `None`: it paid nobody here, or nobody ordered it: the
/// demo's own data is not told.
pub(crate) fn alert_of(batch: &PostingBatch, transfer: &Transfer, now: DateTime<Utc>) -> Option<NewAlertRow> {
    if transfer.caller == Principal::System && transfer.deposit_source().is_none() {
        return None;
    }
    let payee = batch.paid_person(transfer)?;
    Some(NewAlertRow::new(payee, AlertKind::Received { transfer: transfer.id }, now))
}

/// A frozen payer is told so, whatever is the matter with their code.
fn is_frozen(batch: &PostingBatch, transfer: &Transfer) -> bool {
    batch.accounts.get(&transfer.from).is_some_and(|account| account.outgoing.is_frozen)
}

/// The payer's balance, if money moved now.
fn balance_of(batch: &PostingBatch, transfer: &Transfer, decision: &Decision) -> Option<Money> {
    match decision {
        Decision::Decided(Outcome::Accepted(done)) if done.status == TransferStatus::Completed => {
            available(batch, transfer)
        }
        _ => None,
    }
}

pub(crate) fn available(batch: &PostingBatch, transfer: &Transfer) -> Option<Money> {
    let account = batch.accounts.get(&transfer.from)?;
    Some(Money::new(account.available(), account.currency))
}

/// Keeps the answer of a key, outside a fold.
pub(crate) async fn keep_key(conn: &mut Conn, row: KeyRow) -> Result<(), SqlError> {
    write_ledger(conn, LedgerRows { keys: vec![row], ..LedgerRows::default() }).await
}
