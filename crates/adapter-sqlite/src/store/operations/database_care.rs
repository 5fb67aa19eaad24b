//! Looks after the database: its version, whether it can be written to, the keys of its rows.

use super::{
    keys::{self, SealedTable},
    schema_care, sealed_answers,
};
use crate::backend::DbTime;
use crate::store::{handle::Store, schema::write_probes, subjects::key_rows};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use ports::{
    operations::{DatabaseCare, KeptKey, KeyUse, SchemaState},
    store_error::StoreResult,
    subject_keys::SubjectKeyId,
};
use std::{collections::BTreeMap, sync::Arc};

#[async_trait]
impl DatabaseCare for Store {
    async fn schema(&self) -> StoreResult<SchemaState> {
        self.database.query(|conn| schema_care::schema(conn).boxed()).await
    }

    async fn probe_write(&self, now: DateTime<Utc>) -> StoreResult<()> {
        self.database
            .write(move |conn| {
                async move {
                    let probe = diesel::update(write_probes::table).set(write_probes::at.eq(DbTime(now)));
                    probe.execute(conn).await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    async fn keys_in_use(&self) -> StoreResult<Vec<String>> {
        self.database.query(|conn| keys::in_use(conn).boxed()).await
    }

    async fn use_key(&self, key_id: &str, now: DateTime<Utc>) -> StoreResult<()> {
        let key_id = key_id.to_owned();
        self.database.write(move |conn| async move { keys::note_use(conn, &key_id, now).await }.boxed()).await
    }

    async fn key_uses(&self) -> StoreResult<Vec<KeyUse>> {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        let mut count = |sealed: &[u8]| {
            if SubjectKeyId::of(sealed).is_some() {
                return;
            }
            let key_id = self.sealer.key_of(sealed).unwrap_or_else(|| "unreadable".into());
            let rows = counts.entry(key_id).or_default();
            *rows = rows.saturating_add(1);
        };
        for &table in SealedTable::ALL {
            let mut after = keys::beginning();
            loop {
                let heads = self
                    .database
                    .query(move |conn| async move { table.heads(conn, after).await }.boxed())
                    .await?;
                let Some((last, _)) = heads.last() else { break };
                after = *last;
                for head in
                    heads.iter().filter_map(|(_, head)| head.as_deref().filter(|head| !head.is_empty()))
                {
                    count(head);
                }
            }
        }
        let mut after = None;
        loop {
            let subjects = self.database.query(move |conn| key_rows::batch(conn, after).boxed()).await?;
            let Some((last, _)) = subjects.last() else { break };
            after = Some(*last);
            for (_, sealed) in &subjects {
                count(sealed);
            }
        }
        let mut after = None;
        loop {
            let answers = self.database.query(move |conn| sealed_answers::batch(conn, after).boxed()).await?;
            let Some((last, _)) = answers.last() else { break };
            after = Some(last.clone());
            for (_, sealed) in &answers {
                count(sealed);
            }
        }
        let kept = self.database.query(|conn| keys::kept_rows(conn).boxed()).await?;
        for (_, _, sealed) in &kept {
            count(sealed);
        }
        Ok(counts.into_iter().map(|(key_id, rows)| KeyUse { key_id, rows }).collect())
    }

    async fn reseal(&self) -> StoreResult<u64> {
        let sealer = Arc::clone(&self.sealer);
        let kept = self
            .database
            .write(move |conn| async move { keys::reseal_kept(conn, sealer.as_ref()).await }.boxed());
        let mut resealed = kept.await?;
        let mut after = None;
        loop {
            let sealer = Arc::clone(&self.sealer);
            let batch = self.database.write(move |conn| {
                async move { key_rows::reseal_batch(conn, sealer.as_ref(), after).await }.boxed()
            });
            let (done, last) = batch.await?;
            resealed = resealed.saturating_add(done);
            let Some(last) = last else { break };
            after = Some(last);
        }
        let mut after = None;
        loop {
            let sealer = Arc::clone(&self.sealer);
            let batch = self.database.write(move |conn| {
                async move { sealed_answers::reseal_batch(conn, sealer.as_ref(), after).await }.boxed()
            });
            let (done, last) = batch.await?;
            resealed = resealed.saturating_add(done);
            let Some(last) = last else { break };
            after = Some(last);
        }
        for &table in SealedTable::ALL {
            let mut after = Some(keys::beginning());
            while let Some(from) = after {
                let sealer = Arc::clone(&self.sealer);
                let batch = self.database.write(move |conn| {
                    async move { keys::reseal_batch(conn, sealer.as_ref(), table, from).await }.boxed()
                });
                let (done, next) = batch.await?;
                resealed = resealed.saturating_add(done);
                after = next;
            }
        }
        Ok(resealed)
    }

    async fn forget_unused_keys(&self, newest: &str) -> StoreResult<Vec<String>> {
        let used = self.key_uses().await?;
        let mut forgotten = self.keys_in_use().await?;
        forgotten.retain(|key_id| key_id != newest && !used.iter().any(|used| used.key_id == *key_id));
        for key_id in forgotten.clone() {
            self.database.write(move |conn| async move { keys::forget(conn, &key_id).await }.boxed()).await?;
        }
        Ok(forgotten)
    }

    async fn kept_keys(&self) -> StoreResult<Vec<KeptKey>> {
        let sealer = Arc::clone(&self.sealer);
        self.database.query(move |conn| async move { keys::kept(conn, sealer.as_ref()).await }.boxed()).await
    }

    async fn keep_key(&self, key: &KeptKey) -> StoreResult<()> {
        let (key, sealer) = (key.clone(), Arc::clone(&self.sealer));
        self.database
            .write(move |conn| async move { keys::keep(conn, sealer.as_ref(), &key).await }.boxed())
            .await
    }
}
