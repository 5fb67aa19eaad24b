//! Kept answers as they are stored: by callers without network addresses, and sealed under the common key. An answer
//! belongs to its caller and to no subject, and ends after a day.

use crate::{
    backend::Conn,
    store::{error::SqlError, rows::corrupt, schema::idempotent_responses, subjects::Vault},
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{operations::idempotency::IdempotencyKey, principal::Principal};
use ports::{crypto::Sealer, subject_keys::LookupKind};

/// Rows that are read or sealed anew in one transaction.
const BATCH: i64 = 200;

/// The key of a row: caller, operation and the caller's key.
pub(crate) type RowKey = (String, String, String);

/// A caller as it is stored: an anonymous one by the hash of the network address.
pub(crate) fn caller_of(vault: &Vault, caller: &Principal) -> String {
    match caller.address() {
        Some(address) => Principal::Anonymous(Some(vault.lookup(LookupKind::Network, address))).key(),
        None => caller.key(),
    }
}

/// The key of the row of a request.
pub(crate) fn row_of(vault: &Vault, key: &IdempotencyKey) -> RowKey {
    (caller_of(vault, &key.caller), key.operation.clone(), key.key.clone())
}

/// What an answer is bound to: its row.
fn bound_to((caller, operation, key): &RowKey) -> Vec<u8> {
    format!("idempotent_responses.sealed\0{caller}\0{operation}\0{key}").into_bytes()
}

pub(crate) fn seal_answer(sealer: &dyn Sealer, row: &RowKey, answer: &str) -> Vec<u8> {
    sealer.seal(&bound_to(row), answer.as_bytes())
}

pub(super) fn open_answer(sealer: &dyn Sealer, row: &RowKey, sealed: &[u8]) -> Result<String, SqlError> {
    let plain = sealer.open(&bound_to(row), sealed).map_err(corrupt)?;
    String::from_utf8(plain).map_err(|_not_text| corrupt("an answer that is no text"))
}

/// The next sealed answers after a row.
pub(super) async fn batch(
    conn: &mut Conn,
    after: Option<RowKey>,
) -> Result<Vec<(RowKey, Vec<u8>)>, SqlError> {
    use idempotent_responses::{caller, key, operation, sealed};
    let mut rows = idempotent_responses::table
        .filter(sealed.is_not_null())
        .order((caller, operation, key))
        .limit(BATCH)
        .select(((caller, operation, key), sealed.assume_not_null()))
        .into_boxed();
    if let Some((at, what, by)) = after {
        let same_operation = operation.eq(what.clone()).and(key.gt(by));
        let same_caller = caller.eq(at.clone()).and(operation.gt(what).or(same_operation));
        rows = rows.filter(caller.gt(at).or(same_caller));
    }
    Ok(rows.load(conn).await?)
}

/// Seals a batch of answers anew that are not sealed under the newest key. Returns how many were, and the last row that
/// was looked at.
pub(super) async fn reseal_batch(
    conn: &mut Conn,
    sealer: &dyn Sealer,
    after: Option<RowKey>,
) -> Result<(u64, Option<RowKey>), SqlError> {
    let newest = sealer.newest_key();
    let answers = batch(conn, after).await?;
    let last = answers.last().map(|(row, _)| row.clone());
    let mut resealed = 0_u64;
    for (row, sealed) in answers {
        if sealer.key_of(&sealed).as_ref() == Some(&newest) {
            continue;
        }
        let anew = seal_answer(sealer, &row, &open_answer(sealer, &row, &sealed)?);
        diesel::update(idempotent_responses::table.find((&row.0, &row.1, &row.2)))
            .set(idempotent_responses::sealed.eq(Some(anew)))
            .execute(conn)
            .await?;
        resealed = resealed.saturating_add(1);
    }
    Ok((resealed, last))
}
