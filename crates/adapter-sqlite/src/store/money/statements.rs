//! A person's own figures: entries over all wallets, sums, and what was sent to a payee.

use super::{
    read::{self, EntryRow},
    sealed::payee_hash,
    transfer_rows::{self, TransferRow},
};
use crate::{
    backend::{Conn, DbId, DbTime},
    store::{
        error::SqlError,
        handle::Store,
        rows::money,
        schema::{entries, transfers, wallets},
        subjects::Vault,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{dsl::sql, prelude::*, sql_types::BigInt};
use diesel_async::RunQueryDsl;
use domain::{
    ids::{UserId, WalletId},
    money::{Money, account_number::AccountNumber, transfer::TransferStatus},
};
use futures_util::FutureExt;
use ports::{
    money::{Direction, OwnEntry, OwnEntryFilter, SentFilter, SentTransfer, Statements},
    store_error::StoreResult,
};

/// The statuses of a transfer that was sent, or is on its way.
const SENT: [TransferStatus; 4] = [
    TransferStatus::Completed,
    TransferStatus::Reversed,
    TransferStatus::Processing,
    TransferStatus::Unknown,
];

/// The statuses of a transfer whose money is gone, or may still go.
const ASKED_FOR: [TransferStatus; 5] = [
    TransferStatus::Completed,
    TransferStatus::Processing,
    TransferStatus::Unknown,
    TransferStatus::PendingVerification,
    TransferStatus::PendingApproval,
];

#[async_trait]
impl Statements for Store {
    async fn own_entries(&self, user: UserId, filter: &OwnEntryFilter) -> StoreResult<Vec<OwnEntry>> {
        let (filter, vault) = (filter.clone(), self.vault.clone());
        self.database
            .read(move |conn| async move { own_entries(conn, &vault, user, &filter).await }.boxed())
            .await
    }

    async fn spent_sum(&self, user: UserId, filter: &SentFilter) -> StoreResult<Vec<Money>> {
        let (filter, vault) = (filter.clone(), self.vault.clone());
        self.database
            .read(move |conn| async move { spent_sum(conn, &vault, user, &filter).await }.boxed())
            .await
    }

    async fn last_sent(
        &self,
        user: UserId,
        filter: &SentFilter,
        count: i64,
    ) -> StoreResult<Vec<SentTransfer>> {
        let (filter, vault) = (filter.clone(), self.vault.clone());
        self.database
            .read(move |conn| async move { last_sent(conn, &vault, user, &filter, count).await }.boxed())
            .await
    }

    async fn last_alike(
        &self,
        user: UserId,
        amount: Money,
        account: &AccountNumber,
        since: DateTime<Utc>,
    ) -> StoreResult<Option<DateTime<Utc>>> {
        let hash = payee_hash(&self.vault, user, account.canonical());
        self.database
            .query(move |conn| async move { last_alike(conn, user, amount, hash, since).await }.boxed())
            .await
    }
}

/// The hashes of accounts that a person pays.
fn hashes(vault: &Vault, user: UserId, accounts: &[AccountNumber]) -> Vec<Option<String>> {
    accounts.iter().map(|account| Some(payee_hash(vault, user, account.canonical()))).collect()
}

fn names(statuses: &[TransferStatus]) -> Vec<&'static str> {
    statuses.iter().map(|status| status.name()).collect()
}

async fn own_wallets(conn: &mut Conn, user: UserId) -> Result<Vec<DbId>, SqlError> {
    let own = wallets::table.filter(wallets::user_id.eq(DbId(user.0))).order(wallets::seq.asc());
    Ok(own.select(wallets::id).load(conn).await?)
}

/// Reads each wallet by its index, because only there the entries are in order.
async fn own_entries(
    conn: &mut Conn,
    vault: &Vault,
    user: UserId,
    filter: &OwnEntryFilter,
) -> Result<Vec<OwnEntry>, SqlError> {
    let own = own_wallets(conn, user).await?;
    let mut all = Vec::new();
    for wallet in &own {
        let rows = wallet_entries(conn, vault, (user, *wallet), filter).await?;
        let mut views = read::entry_views(conn, vault, rows).await?;
        super::counterparts::name(conn, vault, WalletId(wallet.0), &mut views).await?;
        for entry in views {
            let is_own = |id: WalletId| own.contains(&DbId(id.0));
            let is_own_move = is_own(entry.transfer.from) && is_own(entry.transfer.to);
            all.push(OwnEntry { wallet: WalletId(wallet.0), entry, is_own_move });
        }
    }
    all.sort_by_key(|own| std::cmp::Reverse(own.entry.at));
    all.truncate(usize::try_from(filter.limit).unwrap_or(0));
    Ok(all)
}

async fn wallet_entries(
    conn: &mut Conn,
    vault: &Vault,
    (user, wallet): (UserId, DbId),
    filter: &OwnEntryFilter,
) -> Result<Vec<EntryRow>, SqlError> {
    let mut query = read::entry_rows!()
        .filter(entries::account_id.eq(wallet))
        .filter(entries::version.is_not_null())
        .order(entries::version.desc())
        .limit(filter.limit)
        .into_boxed();
    if let Some(from) = filter.sent.from {
        query = query.filter(entries::at.ge(DbTime(from)));
    }
    if let Some(until) = filter.sent.until {
        query = query.filter(entries::at.lt(DbTime(until)));
    }
    if let Some(accounts) = &filter.sent.accounts {
        query = query
            .filter(entries::minor.lt(0))
            .filter(transfers::payee_hash.eq_any(hashes(vault, user, accounts)));
    }
    if let Some(amount) = &filter.sent.amount {
        let either_way = [amount.minor, amount.minor.saturating_neg()];
        query = query
            .filter(entries::minor.eq_any(either_way))
            .filter(transfers::currency.eq(amount.currency.code()));
    }
    query = match filter.direction {
        Some(Direction::In) => query.filter(entries::minor.gt(0)),
        Some(Direction::Out) => query.filter(entries::minor.lt(0)),
        None => query,
    };
    Ok(query.load::<EntryRow>(conn).await?)
}

async fn spent_sum(
    conn: &mut Conn,
    vault: &Vault,
    user: UserId,
    filter: &SentFilter,
) -> Result<Vec<Money>, SqlError> {
    let own = own_wallets(conn, user).await?;
    let mut query = entries::table
        .inner_join(transfers::table.on(transfers::id.eq(entries::transfer_id)))
        .filter(entries::account_id.eq_any(own.clone()))
        .filter(entries::minor.lt(0))
        .filter(transfers::reverses.is_null())
        .filter(transfers::to_account.ne_all(own))
        .group_by(transfers::currency)
        .order(transfers::currency.asc())
        .select((
            transfers::currency,
            sql::<BigInt>("cast(sum(transfers.minor - transfers.reversed_minor) as bigint)"),
        ))
        .into_boxed();
    if let Some(from) = filter.from {
        query = query.filter(entries::at.ge(DbTime(from)));
    }
    if let Some(until) = filter.until {
        query = query.filter(entries::at.lt(DbTime(until)));
    }
    if let Some(accounts) = &filter.accounts {
        query = query.filter(transfers::payee_hash.eq_any(hashes(vault, user, accounts)));
    }
    if let Some(amount) = &filter.amount {
        query = query
            .filter(transfers::minor.eq(amount.minor))
            .filter(transfers::currency.eq(amount.currency.code()));
    }
    let sums = query.load::<(String, i64)>(conn).await?;
    sums.into_iter().filter(|(_, minor)| *minor != 0).map(|(code, minor)| money(minor, &code)).collect()
}

async fn last_sent(
    conn: &mut Conn,
    vault: &Vault,
    user: UserId,
    filter: &SentFilter,
    count: i64,
) -> Result<Vec<SentTransfer>, SqlError> {
    let own = own_wallets(conn, user).await?;
    let debit = entries::transfer_id.eq(transfers::id).and(entries::account_id.eq(transfers::from_account));
    let mut query = transfers::table
        .left_join(entries::table.on(debit))
        .filter(transfers::owner.eq(DbId(user.0)))
        .filter(transfers::status.eq_any(names(&SENT)))
        .filter(transfers::reverses.is_null())
        .filter(transfers::from_account.eq_any(own.clone()))
        .filter(transfers::to_account.ne_all(own))
        .order(transfers::id.desc())
        .limit(count)
        .select((TransferRow::as_select(), entries::at.nullable()))
        .into_boxed();
    if let Some(from) = filter.from {
        query = query.filter(transfers::created_at.ge(DbTime(from)));
    }
    if let Some(until) = filter.until {
        query = query.filter(transfers::created_at.lt(DbTime(until)));
    }
    if let Some(accounts) = &filter.accounts {
        query = query.filter(transfers::payee_hash.eq_any(hashes(vault, user, accounts)));
    }
    if let Some(amount) = &filter.amount {
        query = query
            .filter(transfers::minor.eq(amount.minor))
            .filter(transfers::currency.eq(amount.currency.code()));
    }
    let rows = query.load::<(TransferRow, Option<DbTime>)>(conn).await?;
    let (rows, times): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    let opened = transfer_rows::open(conn, vault, rows).await?;
    let sent =
        |(transfer, at): (_, Option<DbTime>)| SentTransfer { transfer, completed_at: at.map(|at| at.0) };
    Ok(opened.into_iter().zip(times).map(sent).collect())
}

async fn last_alike(
    conn: &mut Conn,
    user: UserId,
    amount: Money,
    payee_hash: String,
    since: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, SqlError> {
    let found = transfers::table
        .filter(transfers::owner.eq(DbId(user.0)))
        .filter(transfers::created_at.ge(DbTime(since)))
        .filter(transfers::minor.eq(amount.minor))
        .filter(transfers::currency.eq(amount.currency.code()))
        .filter(transfers::status.eq_any(names(&ASKED_FOR)))
        .filter(transfers::reverses.is_null())
        .filter(transfers::payee_hash.eq(Some(payee_hash)))
        .order(transfers::id.desc())
        .select(transfers::created_at)
        .first::<DbTime>(conn)
        .await
        .optional()?;
    Ok(found.map(|at| at.0))
}
