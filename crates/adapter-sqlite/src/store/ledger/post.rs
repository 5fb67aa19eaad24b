//! Posting a batch of requests in one transaction.

use super::super::{
    rows::{AuditRow, NewOutboxRow, corrupt, periods, to_json},
    schema::{
        accounts, audit, entries, idempotency_keys, outbox, payees, spending, transfer_history, transfers,
    },
    verifications,
};
use super::read;
use crate::backend::{Conn, Db, DbId, DbTime, Fault};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    audit::{Actor, AuditRecord},
    ids::{UserId, WalletId},
    ledger::{Account, AccountKind, Books, Decision, Outcome},
    limits::Spent,
    money::{Currency, Money},
    otp::Purpose,
    text::fold,
    transfer::{Destination, Transfer, TransferStatus},
};
use ports::{
    crypto::Sealer,
    stores::{NewChallenge, PostOutcome, PostRequest, Requester},
};
use std::collections::BTreeSet;

#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts, check_for_backend(Db))]
struct AccountRow {
    id: DbId,
    kind: String,
    currency: String,
    posted: i64,
    held: i64,
    version: i64,
}

pub(super) async fn post(
    conn: &mut Conn,
    sealer: &dyn Sealer,
    requests: &[PostRequest],
    now: DateTime<Utc>,
) -> Result<Vec<PostOutcome>, Fault> {
    let mut books = Books::default();
    let touched = requests.iter().flat_map(|r| [r.command.transfer.from, r.command.transfer.to]);
    lock_accounts(conn, &mut books, touched.collect()).await?;
    for request in requests {
        look(conn, &mut books, request).await?;
    }
    let decisions: Vec<_> = requests.iter().map(|request| books.decide(&request.command)).collect();
    write_books(conn, &mut books, now).await?;
    let mut outcomes = Vec::with_capacity(requests.len());
    for (request, decision) in requests.iter().zip(decisions) {
        if let Decision::Decided(outcome) = &decision {
            write_company(conn, sealer, request, outcome, now).await?;
        }
        let balance_after = balance_of(&books, &request.command.transfer, &decision);
        outcomes.push(PostOutcome { decision, balance_after });
    }
    Ok(outcomes)
}

/// Locks the accounts in the order of their ids and reads them. SQLite's one writer is the lock.
pub(super) async fn lock_accounts(
    conn: &mut Conn,
    books: &mut Books,
    ids: BTreeSet<WalletId>,
) -> Result<(), Fault> {
    for id in ids {
        let row =
            accounts::table.find(DbId(id.0)).select(AccountRow::as_select()).first(conn).await.optional()?;
        if let Some(row) = row {
            let account = Account {
                id: WalletId(row.id.0),
                kind: if row.kind == "clearing" { AccountKind::Clearing } else { AccountKind::Person },
                currency: Currency::parse(&row.currency).map_err(corrupt)?,
                posted: row.posted,
                held: row.held,
                version: row.version,
            };
            books.accounts.insert(account.id, account);
        }
    }
    Ok(())
}

/// Reads, after the lock, what stands under the key and what the owner has sent.
async fn look(conn: &mut Conn, books: &mut Books, request: &PostRequest) -> Result<(), Fault> {
    if let Some(key) = &request.command.key
        && let Some(known) = read::find_outcome(conn, key).await?
    {
        books.outcomes.insert(key.clone(), known);
    }
    let transfer = &request.command.transfer;
    look_spent(conn, books, transfer.owner, transfer.amount.currency, request.command.day).await
}

pub(super) async fn look_spent(
    conn: &mut Conn,
    books: &mut Books,
    owner: UserId,
    currency: Currency,
    day: NaiveDate,
) -> Result<(), Fault> {
    let [day_name, month_name] = periods(day);
    let rows = spending::table
        .filter(spending::user_id.eq(DbId(owner.0)))
        .filter(spending::currency.eq(currency.code()))
        .filter(spending::period.eq_any([&day_name, &month_name]))
        .select((spending::period, spending::minor))
        .load::<(String, i64)>(conn)
        .await?;
    let sum = |name: &str| rows.iter().find(|(period, _)| period == name).map_or(0, |(_, minor)| *minor);
    books.spent.insert((owner, currency, day), Spent { day: sum(&day_name), month: sum(&month_name) });
    Ok(())
}

/// Writes everything the fold collected.
pub(super) async fn write_books(conn: &mut Conn, books: &mut Books, now: DateTime<Utc>) -> Result<(), Fault> {
    for transfer in std::mem::take(&mut books.new_transfers) {
        insert_transfer(conn, &transfer, now).await?;
    }
    let mut changed = BTreeSet::new();
    for entry in std::mem::take(&mut books.new_entries) {
        diesel::insert_into(entries::table)
            .values((
                entries::transfer_id.eq(DbId(entry.transfer.0)),
                entries::account_id.eq(DbId(entry.account.0)),
                entries::minor.eq(entry.minor),
                entries::balance_after.eq(entry.balance_after),
                entries::version.eq(entry.version),
                entries::at.eq(DbTime(now)),
            ))
            .execute(conn)
            .await?;
        changed.insert(entry.account);
    }
    for account in changed.iter().filter_map(|id| books.accounts.get(id)) {
        diesel::update(accounts::table.find(DbId(account.id.0)))
            .set((
                accounts::posted.eq(account.posted),
                accounts::held.eq(account.held),
                accounts::version.eq(account.version),
            ))
            .execute(conn)
            .await?;
    }
    for (key, fingerprint, outcome) in std::mem::take(&mut books.new_outcomes) {
        diesel::insert_into(idempotency_keys::table)
            .values((
                idempotency_keys::caller.eq(key.caller),
                idempotency_keys::operation.eq(key.operation),
                idempotency_keys::key.eq(key.key),
                idempotency_keys::fingerprint.eq(fingerprint.0.to_vec()),
                idempotency_keys::outcome.eq(to_json(&outcome)?),
                idempotency_keys::at.eq(DbTime(now)),
            ))
            .execute(conn)
            .await?;
    }
    for (owner, amount, day) in std::mem::take(&mut books.new_spending) {
        for period in periods(day) {
            diesel::insert_into(spending::table)
                .values((
                    spending::user_id.eq(DbId(owner.0)),
                    spending::currency.eq(amount.currency.code()),
                    spending::period.eq(period),
                    spending::minor.eq(amount.minor),
                ))
                .on_conflict((spending::user_id, spending::currency, spending::period))
                .do_update()
                .set(spending::minor.eq(spending::minor + amount.minor))
                .execute(conn)
                .await?;
        }
    }
    Ok(())
}

async fn insert_transfer(conn: &mut Conn, transfer: &Transfer, now: DateTime<Utc>) -> Result<(), Fault> {
    diesel::insert_into(transfers::table)
        .values((
            transfers::id.eq(DbId(transfer.id.0)),
            transfers::caller.eq(&transfer.caller),
            transfers::client_tx_id.eq(&transfer.client_tx_id),
            transfers::owner.eq(DbId(transfer.owner.0)),
            transfers::from_account.eq(DbId(transfer.from.0)),
            transfers::to_account.eq(DbId(transfer.to.0)),
            transfers::destination.eq(to_json(&transfer.destination)?),
            transfers::minor.eq(transfer.amount.minor),
            transfers::currency.eq(transfer.amount.currency.code()),
            transfers::concept.eq(&transfer.concept),
            transfers::status.eq(transfer.status.name()),
            transfers::verification_id.eq(transfer.verification.map(|id| DbId(id.0))),
            transfers::expires_at.eq(transfer.expires_at.map(DbTime)),
            transfers::created_at.eq(DbTime(transfer.created_at)),
            transfers::updated_at.eq(DbTime(now)),
        ))
        .execute(conn)
        .await?;
    add_history(conn, transfer, now).await
}

pub(super) async fn add_history(
    conn: &mut Conn,
    transfer: &Transfer,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
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

/// What commits along with a decision: the code of a filed transfer, the payee of a paid one, the audit.
async fn write_company(
    conn: &mut Conn,
    sealer: &dyn Sealer,
    request: &PostRequest,
    outcome: &Outcome,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let asked = &request.command.transfer;
    let (action, detail) = match outcome {
        Outcome::Accepted(transfer) => (transfer.status.name(), describe(transfer)),
        Outcome::Refused(refusal) => ("refused", format!("{} because {refusal:?}", describe(asked))),
    };
    write_audit(conn, &request.actor, action, asked, detail, now).await?;
    let Outcome::Accepted(transfer) = outcome else { return Ok(()) };
    if transfer.status == TransferStatus::Completed {
        remember_payee(conn, transfer, request.payee.as_deref(), now).await?;
    }
    if let Some(step) = &request.second_step {
        let new = NewChallenge {
            id: step.verification,
            requester: Requester::Client(format!("transfer:{}", transfer.id)),
            phone: step.phone.clone(),
            channel: step.message.message.channel,
            purpose: Purpose::Transfer,
            client_ip: None,
        };
        verifications::insert(conn, &new, None, Some(&step.code), step.expires_at, step.attempts_max, now)
            .await?;
        verifications::add_send(conn, DbId(new.id.0), &new.phone, Purpose::Transfer, None, new.channel, now)
            .await?;
        let row = NewOutboxRow::new(sealer, &step.message, None, now)?;
        diesel::insert_into(outbox::table).values(row).execute(conn).await?;
    }
    Ok(())
}

fn describe(transfer: &Transfer) -> String {
    format!("{} to {}", transfer.amount, transfer.destination.masked())
}

pub(super) async fn write_audit(
    conn: &mut Conn,
    actor: &Actor,
    action: &str,
    transfer: &Transfer,
    detail: String,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let record = AuditRecord {
        actor: actor.clone(),
        action: format!("transfer.{action}"),
        subject: transfer.id.to_string(),
        on_behalf_of: Some(format!("user:{}", transfer.owner)),
        detail,
    };
    diesel::insert_into(audit::table).values(AuditRow::new(&record, now)).execute(conn).await?;
    Ok(())
}

/// Keeps whom somebody has paid; a name given later is added, one that is known stays until replaced.
pub(super) async fn remember_payee(
    conn: &mut Conn,
    transfer: &Transfer,
    name: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let (Destination::Account(account) | Destination::Wallet { found_by: Some(account), .. }) =
        &transfer.destination
    else {
        return Ok(());
    };
    let name = name.map(fold).filter(|name| !name.is_empty());
    diesel::insert_into(payees::table)
        .values((
            payees::user_id.eq(DbId(transfer.owner.0)),
            payees::account.eq(account.canonical()),
            payees::account_json.eq(to_json(account)?),
            payees::name.eq(&name),
            payees::first_paid_at.eq(DbTime(now)),
        ))
        .on_conflict((payees::user_id, payees::account))
        .do_nothing()
        .execute(conn)
        .await?;
    if let Some(name) = name {
        diesel::update(payees::table.find((DbId(transfer.owner.0), account.canonical())))
            .set(payees::name.eq(Some(name)))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// What the payer has left, where money moved now.
fn balance_of(books: &Books, transfer: &Transfer, decision: &Decision) -> Option<Money> {
    match decision {
        Decision::Decided(Outcome::Accepted(done)) if done.status == TransferStatus::Completed => books
            .accounts
            .get(&transfer.from)
            .map(|account| Money::new(account.available(), account.currency)),
        _ => None,
    }
}
