//! Whom an account number means: a wallet of the platform, an account outside it, or nobody.

use super::clabes;
use crate::{
    backend::{Conn, DbId},
    store::{
        error::SqlError,
        rows::corrupt,
        schema::{clabes as clabe_rows, users, wallets},
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
use ports::{crypto::Sealer, money::Resolved, subject_keys::LookupKind};
use std::collections::HashMap;

/// Wallets with their owners, by canonical number and currency.
type Found = HashMap<(String, Currency), (WalletId, UserId)>;

pub(crate) async fn resolve(
    conn: &mut Conn,
    sealer: &dyn Sealer,
    account: &AccountNumber,
    currency: Currency,
) -> Result<Resolved, SqlError> {
    let ours = Ours::among(conn, std::iter::once(account)).await?;
    if !ours.covers(account) {
        return Ok(Resolved::Outside);
    }
    let found = look(conn, sealer, &[account]).await?;
    let wallet = found.get(&(account.canonical().to_owned(), currency));
    Ok(wallet.map_or(Resolved::Nobody, |(id, owner)| Resolved::Wallet { id: *id, owner: *owner }))
}

/// Tells the fold what the numbers among the destinations mean now.
pub(crate) async fn look_recipients(
    conn: &mut Conn,
    sealer: &dyn Sealer,
    batch: &mut PostingBatch,
    transfers: impl Iterator<Item = &Transfer> + Clone,
) -> Result<(), SqlError> {
    let named = transfers.filter_map(|transfer| {
        transfer.destination.number().map(|number| (number, transfer.amount.currency))
    });
    let ours = Ours::among(conn, named.clone().map(|(number, _)| number)).await?;
    let numbers: Vec<&AccountNumber> =
        named.clone().map(|(number, _)| number).filter(|number| ours.covers(number)).collect();
    let found = look(conn, sealer, &numbers).await?;
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

async fn look(conn: &mut Conn, sealer: &dyn Sealer, numbers: &[&AccountNumber]) -> Result<Found, SqlError> {
    let texts = |is_wanted: fn(&AccountNumber) -> bool| -> Vec<String> {
        let wanted = numbers.iter().filter(|number| is_wanted(number));
        wanted.map(|number| number.canonical().to_owned()).collect()
    };
    let phones = texts(|number| matches!(number, AccountNumber::Phone(_)));
    let clabes = texts(|number| matches!(number, AccountNumber::Clabe(_)));
    let mut rows = Vec::new();
    if !phones.is_empty() {
        rows.extend(wallets_of_phones(conn, sealer, phones).await?);
    }
    if !clabes.is_empty() {
        rows.extend(wallets_of_clabes(conn, clabes).await?);
    }
    let mut found = Found::new();
    for (number, currency, wallet, owner) in rows {
        let key = (number, Currency::parse(&currency).map_err(corrupt)?);
        found.entry(key).or_insert((WalletId(wallet.0), UserId(owner.0)));
    }
    Ok(found)
}

/// Number, currency, wallet and owner.
type FoundRow = (String, String, DbId, DbId);

/// The oldest wallet in each currency comes first.
async fn wallets_of_phones(
    conn: &mut Conn,
    sealer: &dyn Sealer,
    phones: Vec<String>,
) -> Result<Vec<FoundRow>, SqlError> {
    let hash = |phone: &String| sealer.lookup(LookupKind::Address, phone);
    let numbers: HashMap<String, String> = phones.into_iter().map(|phone| (hash(&phone), phone)).collect();
    let rows = wallets::table
        .inner_join(users::table.on(users::id.eq(wallets::user_id)))
        .filter(users::phone_hash.eq_any(numbers.keys()))
        .order(wallets::seq.asc())
        .select((users::phone_hash.assume_not_null(), wallets::currency, wallets::id, wallets::user_id));
    let rows = rows.load::<FoundRow>(conn).await?;
    let named = |(hash, currency, wallet, owner): FoundRow| {
        Some((numbers.get(&hash)?.clone(), currency, wallet, owner))
    };
    Ok(rows.into_iter().filter_map(named).collect())
}

async fn wallets_of_clabes(conn: &mut Conn, numbers: Vec<String>) -> Result<Vec<FoundRow>, SqlError> {
    let rows = clabe_rows::table
        .inner_join(wallets::table.on(wallets::id.eq(clabe_rows::wallet_id)))
        .filter(clabe_rows::clabe.eq_any(numbers))
        .select((clabe_rows::clabe, wallets::currency, wallets::id, wallets::user_id));
    Ok(rows.load(conn).await?)
}
