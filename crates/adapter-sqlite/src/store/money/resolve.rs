//! Whom an account number means: a wallet of the platform, an account outside it, or nobody.

use crate::{
    backend::{Conn, DbId},
    store::{
        error::SqlError,
        rows::corrupt,
        schema::{users, wallets},
    },
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::{UserId, WalletId},
    money::{Currency, account_number::AccountNumber, ledger::PostingBatch, transfer::Transfer},
};
use ports::money::Resolved;
use std::collections::HashMap;

/// Wallets with their owners, by canonical number and currency.
type Found = HashMap<(String, Currency), (WalletId, UserId)>;

pub(crate) async fn resolve(
    conn: &mut Conn,
    account: &AccountNumber,
    currency: Currency,
) -> Result<Resolved, SqlError> {
    if !means_a_wallet(account) {
        return Ok(Resolved::Outside);
    }
    let found = look(conn, &[account]).await?;
    let wallet = found.get(&(account.canonical().to_owned(), currency));
    Ok(wallet.map_or(Resolved::Nobody, |(id, owner)| Resolved::Wallet { id: *id, owner: *owner }))
}

/// Tells the fold what the numbers among the destinations mean now.
pub(crate) async fn look_recipients(
    conn: &mut Conn,
    batch: &mut PostingBatch,
    transfers: impl Iterator<Item = &Transfer> + Clone,
) -> Result<(), SqlError> {
    let named = transfers.filter_map(|transfer| {
        let number = transfer.destination.number().filter(|number| means_a_wallet(number))?;
        Some((number, transfer.amount.currency))
    });
    let numbers: Vec<&AccountNumber> = named.clone().map(|(number, _)| number).collect();
    let found = look(conn, &numbers).await?;
    for (number, currency) in named {
        let key = (number.canonical().to_owned(), currency);
        let wallet = found.get(&key).map(|(wallet, _)| *wallet);
        batch.recipients.insert(key, wallet);
    }
    Ok(())
}

/// Whether a number can only mean a wallet here.
const fn means_a_wallet(number: &AccountNumber) -> bool {
    matches!(number, AccountNumber::Phone(_))
}

async fn look(conn: &mut Conn, numbers: &[&AccountNumber]) -> Result<Found, SqlError> {
    let mut found = Found::new();
    let phones: Vec<String> = numbers.iter().map(|number| number.canonical().to_owned()).collect();
    if phones.is_empty() {
        return Ok(found);
    }
    // The oldest wallet in each currency comes first.
    let rows = wallets::table
        .inner_join(users::table.on(users::id.eq(wallets::user_id)))
        .filter(users::phone.eq_any(phones))
        .order(wallets::seq.asc())
        .select((users::phone.assume_not_null(), wallets::currency, wallets::id, wallets::user_id))
        .load::<(String, String, DbId, DbId)>(conn)
        .await?;
    for (phone, currency, wallet, owner) in rows {
        let key = (phone, Currency::parse(&currency).map_err(corrupt)?);
        found.entry(key).or_insert((WalletId(wallet.0), UserId(owner.0)));
    }
    Ok(found)
}
