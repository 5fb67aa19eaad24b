//! Whom an account number means: a wallet of the platform, an account outside it, or nobody.

use super::{clabes, sealed::clabe_hash};
use crate::{
    backend::{Conn, DbId},
    store::{
        error::SqlError,
        rows::corrupt,
        schema::{clabes as clabe_rows, users, wallets},
        subjects::Vault,
    },
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::{UserId, WalletId},
    money::{
        Currency, account_number::AccountNumber, clabe::ClabePrefix, ledger::PostingBatch, transfer::Transfer,
    },
};
use ports::money::Resolved;
use std::collections::HashMap;

/// Wallets with their owners, by canonical number and currency.
type Found = HashMap<(String, Currency), (WalletId, UserId)>;

pub(crate) async fn resolve(
    conn: &mut Conn,
    vault: &Vault,
    account: &AccountNumber,
    currency: Currency,
) -> Result<Resolved, SqlError> {
    let ours = Ours::among(conn, std::iter::once(account)).await?;
    if !ours.covers(account) {
        return Ok(Resolved::Outside);
    }
    let found = look(conn, vault, &[account]).await?;
    let wallet = found.get(&(account.canonical().to_owned(), currency));
    Ok(wallet.map_or(Resolved::Nobody, |(id, owner)| Resolved::Wallet { id: *id, owner: *owner }))
}

/// Tells the fold what the numbers among the destinations mean now.
pub(crate) async fn look_recipients(
    conn: &mut Conn,
    vault: &Vault,
    batch: &mut PostingBatch,
    transfers: impl Iterator<Item = &Transfer> + Clone,
) -> Result<(), SqlError> {
    let named = transfers.filter_map(|transfer| {
        transfer.destination.number().map(|number| (number, transfer.amount.currency))
    });
    let ours = Ours::among(conn, named.clone().map(|(number, _)| number)).await?;
    let numbers: Vec<&AccountNumber> =
        named.clone().map(|(number, _)| number).filter(|number| ours.covers(number)).collect();
    let found = look(conn, vault, &numbers).await?;
    for (number, currency) in named.filter(|(number, _)| ours.covers(number)) {
        let key = (number.canonical().to_owned(), currency);
        let wallet = found.get(&key).map(|(wallet, _)| *wallet);
        batch.recipients.insert(key, wallet);
    }
    Ok(())
}

/// The numbers that can only mean a wallet here: phone numbers, and CLABEs under a prefix of ours.
struct Ours(Vec<ClabePrefix>);

impl Ours {
    /// Reads the prefixes, if there is a CLABE among the numbers.
    async fn among<'a>(
        conn: &mut Conn,
        mut numbers: impl Iterator<Item = &'a AccountNumber>,
    ) -> Result<Self, SqlError> {
        let has_clabe = numbers.any(|number| matches!(number, AccountNumber::Clabe(_)));
        Ok(Self(if has_clabe { clabes::prefixes(conn).await? } else { Vec::new() }))
    }

    fn covers(&self, number: &AccountNumber) -> bool {
        matches!(number, AccountNumber::Phone(_)) || self.0.iter().any(|prefix| prefix.covers(number))
    }
}

/// What a number is looked up by, and the number.
type Wanted = HashMap<String, String>;

async fn look(conn: &mut Conn, vault: &Vault, numbers: &[&AccountNumber]) -> Result<Found, SqlError> {
    let (mut phones, mut clabes) = (Wanted::new(), Wanted::new());
    for number in numbers {
        let canonical = number.canonical();
        match number {
            AccountNumber::Phone(_) => phones.insert(vault.address(canonical), canonical.to_owned()),
            AccountNumber::Clabe(_) => clabes.insert(clabe_hash(vault, canonical), canonical.to_owned()),
            AccountNumber::Iban(_) | AccountNumber::Alias(_) | AccountNumber::Plain(_) => None,
        };
    }
    let mut found = Found::new();
    if !phones.is_empty() {
        let rows = wallets_of_phones(conn, phones.keys().cloned().collect()).await?;
        add(&mut found, &phones, rows)?;
    }
    if !clabes.is_empty() {
        let rows = wallets_of_clabes(conn, clabes.keys().cloned().collect()).await?;
        add(&mut found, &clabes, rows)?;
    }
    Ok(found)
}

fn add(found: &mut Found, wanted: &Wanted, rows: Vec<FoundRow>) -> Result<(), SqlError> {
    for (looked_up, currency, wallet, owner) in rows {
        let Some(number) = wanted.get(&looked_up) else { continue };
        let key = (number.clone(), Currency::parse(&currency).map_err(corrupt)?);
        found.entry(key).or_insert((WalletId(wallet.0), UserId(owner.0)));
    }
    Ok(())
}

/// What it is looked up by, currency, wallet and owner.
type FoundRow = (String, String, DbId, DbId);

/// The oldest wallet in each currency comes first.
async fn wallets_of_phones(conn: &mut Conn, hashes: Vec<String>) -> Result<Vec<FoundRow>, SqlError> {
    let rows = wallets::table
        .inner_join(users::table.on(users::id.eq(wallets::user_id)))
        .filter(users::phone_hash.eq_any(hashes))
        .order(wallets::seq.asc())
        .select((users::phone_hash.assume_not_null(), wallets::currency, wallets::id, wallets::user_id));
    Ok(rows.load(conn).await?)
}

async fn wallets_of_clabes(conn: &mut Conn, hashes: Vec<String>) -> Result<Vec<FoundRow>, SqlError> {
    let rows = clabe_rows::table
        .inner_join(wallets::table.on(wallets::id.eq(clabe_rows::wallet_id)))
        .filter(clabe_rows::clabe_hash.eq_any(hashes))
        .select((clabe_rows::clabe_hash, wallets::currency, wallets::id, wallets::user_id));
    Ok(rows.load(conn).await?)
}
