//! Fingerprints of requests as they are stored: keyed hashes. A fingerprint is a digest of all that was sent, so without a
//! key somebody who knows the rest could find a number or a name by trying.

use crate::{
    backend::Conn,
    store::{
        error::SqlError,
        rows::corrupt,
        schema::{idempotency_keys, idempotent_responses},
        subjects::Vault,
    },
};
use diesel::{dsl::sql, prelude::*, sql_types::Bool};
use diesel_async::RunQueryDsl;
use domain::operations::idempotency::Fingerprint;
use ports::subject_keys::LookupKind;
use std::fmt::Write;

/// The length of a keyed hash: the version of its key, a colon and 24 characters.
const LENGTH: usize = 26;
/// What earlier versions stored: the digest itself.
const PLAIN: &str = "length(fingerprint) = 32";
/// Rows that are changed in one transaction.
const BATCH: i64 = 500;

/// The keyed hash of a fingerprint, filled with zeros: what requests are compared by.
pub(crate) fn keyed(vault: &Vault, plain: Fingerprint) -> Fingerprint {
    let mut digits = String::with_capacity(64);
    for byte in plain.0 {
        // Writing into a string can't fail.
        let _written = write!(digits, "{byte:02x}");
    }
    padded(vault.lookup(LookupKind::Fingerprint, &digits).as_bytes())
}

fn padded(hash: &[u8]) -> Fingerprint {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(hash).for_each(|(at, byte)| *at = *byte);
    Fingerprint(bytes)
}

/// A keyed hash as its column has it.
pub(crate) fn stored(keyed: Fingerprint) -> Vec<u8> {
    keyed.0.iter().take(LENGTH).copied().collect()
}

/// Reads a column: a keyed hash, or the plain digest of an earlier version.
pub(crate) fn read(vault: &Vault, bytes: &[u8]) -> Result<Fingerprint, SqlError> {
    match <[u8; 32]>::try_from(bytes) {
        Ok(plain) => Ok(keyed(vault, Fingerprint(plain))),
        Err(_length) if bytes.len() == LENGTH => Ok(padded(bytes)),
        Err(_length) => Err(corrupt("a fingerprint of another length")),
    }
}

/// Puts keyed hashes in the place of a batch of plain ones. Returns how many were.
pub(crate) async fn seal_batch(conn: &mut Conn, vault: &Vault) -> Result<usize, SqlError> {
    let rows = idempotency_keys::table
        .filter(sql::<Bool>(PLAIN))
        .order(idempotency_keys::key)
        .limit(BATCH)
        .select((idempotency_keys::key, idempotency_keys::fingerprint))
        .load::<(Vec<u8>, Vec<u8>)>(conn)
        .await?;
    for (key, plain) in &rows {
        diesel::update(idempotency_keys::table.find(key))
            .set(idempotency_keys::fingerprint.eq(stored(read(vault, plain)?)))
            .execute(conn)
            .await?;
    }
    if !rows.is_empty() {
        return Ok(rows.len());
    }
    seal_answers(conn, vault).await
}

async fn seal_answers(conn: &mut Conn, vault: &Vault) -> Result<usize, SqlError> {
    use idempotent_responses::{caller, fingerprint, key, operation};
    let rows = idempotent_responses::table
        .filter(sql::<Bool>(PLAIN))
        .limit(BATCH)
        .select(((caller, operation, key), fingerprint))
        .load::<((String, String, String), Vec<u8>)>(conn)
        .await?;
    for ((of, what, by), plain) in &rows {
        diesel::update(idempotent_responses::table.find((of, what, by)))
            .set(fingerprint.eq(stored(read(vault, plain)?)))
            .execute(conn)
            .await?;
    }
    Ok(rows.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        backend::testing::fresh_store,
        store::{handle::Store, schema::sealed_areas},
    };
    use domain::{
        ids::{UserId, WalletId},
        money::{
            Currency,
            ledger::{Decision, clearing_account},
        },
        operations::idempotency::IdempotencyKey,
        principal::Principal,
    };
    use futures_util::FutureExt;
    use ports::{
        accounts::Identities,
        money::Ledger,
        operations::{Claim, IdempotencyStore},
    };
    use testkit::{at, new_person, phone, posting};

    fn plain() -> Fingerprint {
        Fingerprint::of(&[("to", Some("+525512340001"))])
    }

    fn other() -> Fingerprint {
        Fingerprint::of(&[("to", Some("+525512340002"))])
    }

    async fn person(store: &Store) -> (UserId, WalletId) {
        let user = store.get_or_create(&new_person(phone(1)), at(0)).await.unwrap().id;
        (user, store.first_wallet(user, Currency::MXN).await.unwrap().unwrap().id)
    }

    async fn post(store: &Store, (user, wallet): (UserId, WalletId), asked: Fingerprint) -> Decision {
        let mut request = posting(user, clearing_account(Currency::MXN), wallet, 10, "one key");
        request.command.fingerprint = asked;
        store.post(&[request], at(1)).await.unwrap().remove(0).decision
    }

    fn answer() -> IdempotencyKey {
        IdempotencyKey {
            caller: Principal::Client("a".into()),
            operation: "messages".into(),
            key: "k".into(),
        }
    }

    async fn claim(store: &Store, asked: Fingerprint) -> Claim {
        store.claim(&answer(), asked, at(0), at(1)).await.unwrap()
    }

    /// All fingerprints that the tables hold.
    async fn held(store: &Store) -> Vec<Vec<u8>> {
        let held = store.database.query(|conn| {
            async move {
                let keys = idempotency_keys::table.select(idempotency_keys::fingerprint);
                let mut all = keys.load::<Vec<u8>>(conn).await?;
                let answers = idempotent_responses::table.select(idempotent_responses::fingerprint);
                all.extend(answers.load::<Vec<u8>>(conn).await?);
                Ok(all)
            }
            .boxed()
        });
        held.await.unwrap()
    }

    /// Puts the digest itself into the rows, as an earlier version did.
    async fn as_before(store: &Store) {
        let write = store.database.write(|conn| {
            async move {
                let plain = plain().0.to_vec();
                diesel::update(idempotency_keys::table)
                    .set(idempotency_keys::fingerprint.eq(plain.clone()))
                    .execute(conn)
                    .await?;
                diesel::update(idempotent_responses::table)
                    .set(idempotent_responses::fingerprint.eq(plain))
                    .execute(conn)
                    .await?;
                diesel::delete(sealed_areas::table).execute(conn).await?;
                Ok(())
            }
            .boxed()
        });
        write.await.unwrap();
    }

    async fn are_compared(store: &Store, person: (UserId, WalletId)) {
        assert!(matches!(post(store, person, plain()).await, Decision::Replayed(_)));
        assert_eq!(post(store, person, other()).await, Decision::KeyReused);
        assert!(matches!(claim(store, plain()).await, Claim::UnderWay));
        assert!(matches!(claim(store, other()).await, Claim::Reused));
    }

    /// Nobody who has the database finds what was sent by trying. Rows of an earlier version are compared like the others,
    /// and keyed when the tables are migrated.
    #[tokio::test(flavor = "multi_thread")]
    async fn fingerprints_are_keyed() {
        let store = fresh_store().await;
        let person = person(&store).await;
        assert!(matches!(post(&store, person, plain()).await, Decision::Decided(_)));
        assert!(matches!(claim(&store, plain()).await, Claim::Fresh));
        are_compared(&store, person).await;
        let is_keyed = |bytes: &Vec<u8>| bytes.starts_with(b"1:") && bytes.len() == LENGTH;
        let before = held(&store).await;
        assert!(before.len() == 2 && before.iter().all(is_keyed));
        as_before(&store).await;
        assert!(!held(&store).await.iter().any(is_keyed));
        are_compared(&store, person).await;
        store.migrate().await.unwrap();
        assert_eq!(held(&store).await, before);
        are_compared(&store, person).await;
    }
}
