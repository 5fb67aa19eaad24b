//! Idempotency: kept answers, by the caller's key.

use crate::backend::{Conn, DbTime, lock_names};
use crate::store::error::SqlError;
use crate::store::{handle::Store, rows, schema::idempotent_responses, subjects::Vault};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    operations::idempotency::{Fingerprint, IdempotencyKey, Seen, compare},
    principal::Principal,
};
use futures_util::FutureExt;
use ports::{
    crypto::Sealer,
    operations::{Claim, IdempotencyStore},
    store_error::StoreResult,
    subject_keys::LookupKind,
};

#[async_trait]
impl IdempotencyStore for Store {
    async fn claim(
        &self,
        key: &IdempotencyKey,
        fingerprint: Fingerprint,
        expired: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> StoreResult<Claim> {
        let (key, vault) = (key.clone(), self.vault.clone());
        self.database
            .write(move |conn| {
                async move { claim(conn, &vault, &key, fingerprint, expired, now).await }.boxed()
            })
            .await
    }

    async fn keep(&self, key: &IdempotencyKey, answer: &str) -> StoreResult<()> {
        let (key, answer) = (key.clone(), seal_answer(self.vault.sealer(), key, answer));
        let caller = caller_of(&self.vault, &key.caller);
        self.database
            .write(move |conn| {
                async move {
                    let row = idempotent_responses::table.find((caller, &key.operation, &key.key));
                    diesel::update(row)
                        .set(idempotent_responses::sealed.eq(Some(answer)))
                        .execute(conn)
                        .await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    async fn release(&self, key: &IdempotencyKey) -> StoreResult<()> {
        let (key, caller) = (key.clone(), caller_of(&self.vault, &key.caller));
        self.database
            .write(move |conn| {
                async move {
                    diesel::delete(idempotent_responses::table)
                        .filter(idempotent_responses::caller.eq(caller))
                        .filter(idempotent_responses::operation.eq(&key.operation))
                        .filter(idempotent_responses::key.eq(&key.key))
                        .filter(idempotent_responses::sealed.is_null())
                        .execute(conn)
                        .await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    async fn forget_responses(&self, before: DateTime<Utc>) -> StoreResult<usize> {
        self.database
            .write(move |conn| {
                async move {
                    let old = idempotent_responses::table
                        .filter(idempotent_responses::claimed_at.lt(DbTime(before)));
                    Ok(diesel::delete(old).execute(conn).await?)
                }
                .boxed()
            })
            .await
    }
}

/// What an answer is bound to: the key of its row.
fn bound_to(key: &IdempotencyKey) -> Vec<u8> {
    let row = format!("{}\0{}\0{}", key.caller.key(), key.operation, key.key);
    [b"idempotent_responses.sealed\0".as_slice(), row.as_bytes()].concat()
}

/// Seals an answer. It belongs to its caller and to no subject, and ends after a day.
pub(crate) fn seal_answer(sealer: &dyn Sealer, key: &IdempotencyKey, answer: &str) -> Vec<u8> {
    sealer.seal(&bound_to(key), answer.as_bytes())
}

fn open_answer(sealer: &dyn Sealer, key: &IdempotencyKey, sealed: &[u8]) -> Result<String, SqlError> {
    let plain = sealer.open(&bound_to(key), sealed).map_err(rows::corrupt)?;
    String::from_utf8(plain).map_err(|_not_text| rows::corrupt("an answer that is no text"))
}

/// A caller as it is stored: an anonymous one by the hash of the network address.
pub(crate) fn caller_of(vault: &Vault, caller: &Principal) -> String {
    match caller.address() {
        Some(address) => Principal::Anonymous(Some(vault.lookup(LookupKind::Network, address))).key(),
        None => caller.key(),
    }
}

async fn claim(
    conn: &mut Conn,
    vault: &Vault,
    key: &IdempotencyKey,
    fingerprint: Fingerprint,
    expired: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Claim, SqlError> {
    let caller = caller_of(vault, &key.caller);
    let name = format!("answer:{caller}:{}:{}", key.operation, key.key);
    lock_names(conn, &[name]).await?;
    let made = diesel::insert_into(idempotent_responses::table)
        .values((
            idempotent_responses::caller.eq(&caller),
            idempotent_responses::operation.eq(&key.operation),
            idempotent_responses::key.eq(&key.key),
            idempotent_responses::fingerprint.eq(fingerprint.0.to_vec()),
            idempotent_responses::claimed_at.eq(DbTime(now)),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    if made == 1 {
        return Ok(Claim::Fresh);
    }
    let row = idempotent_responses::table.find((&caller, &key.operation, &key.key));
    let (stored, sealed, claimed_at) = row
        .select((
            idempotent_responses::fingerprint,
            idempotent_responses::sealed,
            idempotent_responses::claimed_at,
        ))
        .first::<(Vec<u8>, Option<Vec<u8>>, DbTime)>(conn)
        .await?;
    let answer = sealed.map(|sealed| open_answer(vault.sealer(), key, &sealed)).transpose()?;
    match compare(rows::fingerprint(&stored)?, answer, fingerprint) {
        Seen::Reused => Ok(Claim::Reused),
        Seen::Replay(Some(answer)) => Ok(Claim::Answered(answer)),
        Seen::Replay(None) if claimed_at.0 >= expired => Ok(Claim::UnderWay),
        Seen::Replay(None) => {
            diesel::update(row).set(idempotent_responses::claimed_at.eq(DbTime(now))).execute(conn).await?;
            Ok(Claim::Fresh)
        }
    }
}
