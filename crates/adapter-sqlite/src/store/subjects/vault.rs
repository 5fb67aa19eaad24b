//! The vault: gets the keys of subjects, makes missing ones, and hashes what rows are found by.

use super::{
    cache::KeyCache,
    key_rows,
    keys::{Keys, Place},
    new_keys,
    new_rows::NewKeyRow,
};
use crate::{
    backend::{Conn, DbId, DbTime, insert_subject_keys},
    store::{error::SqlError, rows::corrupt},
};
use chrono::{DateTime, Utc};
use ports::{
    crypto::{Sealer, SubjectKey},
    subject_keys::{LookupKind, SubjectKeyId},
};
use serde::de::DeserializeOwned;
use std::{collections::BTreeSet, sync::Arc};

/// Gives out the keys of subjects.
#[derive(Clone)]
pub(crate) struct Vault {
    sealer: Arc<dyn Sealer>,
    cache: Arc<KeyCache>,
}

impl Vault {
    pub(crate) fn new(sealer: Arc<dyn Sealer>) -> Self {
        Self { sealer, cache: Arc::new(KeyCache::new()) }
    }

    /// Seals what belongs to no subject.
    pub(crate) fn sealer(&self) -> &dyn Sealer {
        self.sealer.as_ref()
    }

    /// The keyed hash that a row is found by.
    pub(crate) fn lookup(&self, kind: LookupKind, canonical: &str) -> String {
        self.sealer.lookup(kind, canonical)
    }

    /// The hash of a canonical number, e-mail address or chat.
    pub(crate) fn address(&self, canonical: &str) -> String {
        self.lookup(LookupKind::Address, canonical)
    }

    /// The keys of these subjects, to write about them; missing ones are made. Only within a writing transaction.
    pub(crate) async fn keys_for(
        &self,
        conn: &mut Conn,
        ids: impl IntoIterator<Item = SubjectKeyId>,
        now: DateTime<Utc>,
    ) -> Result<Keys, SqlError> {
        let (mut keys, wanted) = self.cached(ids);
        if wanted.is_empty() {
            return Ok(keys);
        }
        let known = self.load(conn, &wanted, &mut keys).await?;
        let missing: BTreeSet<_> = wanted.difference(&known).copied().collect();
        if missing.is_empty() {
            return Ok(keys);
        }
        // In the order of their ids, so that replicas that make the same keys don't deadlock.
        let rows = missing.iter().map(|id| NewKeyRow {
            subject_id: DbId(id.subject),
            purpose: id.purpose.name(),
            sealed: Some(self.sealer.new_subject_key(*id)),
            state: "live",
            changed_at: DbTime(now),
        });
        missing.iter().copied().for_each(new_keys::note);
        insert_subject_keys(conn, rows.collect()).await?;
        self.load(conn, &missing, &mut keys).await?;
        Ok(keys)
    }

    /// One key, to write; made if it is missing.
    pub(crate) async fn key_for(
        &self,
        conn: &mut Conn,
        id: SubjectKeyId,
        now: DateTime<Utc>,
    ) -> Result<Keys, SqlError> {
        self.keys_for(conn, [id], now).await
    }

    /// The keys that open these sealed values. Blocked and destroyed keys are left out, and keys whose own key is missing.
    pub(crate) async fn keys_in<'a>(
        &self,
        conn: &mut Conn,
        sealed: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Keys, SqlError> {
        let (mut keys, wanted) = self.cached(sealed.into_iter().filter_map(SubjectKeyId::of));
        if wanted.is_empty() {
            return Ok(keys);
        }
        for (id, sealed) in key_rows::find(conn, &wanted).await? {
            let Some(sealed) = sealed else { continue };
            match self.open_key(id, &sealed) {
                Ok(key) => self.take(id, key, &mut keys),
                // A list shows the rest: one row that can't be read must not hide the others.
                Err(error) => tracing::error!(%error, "what a key sealed can't be shown"),
            }
        }
        Ok(keys)
    }

    /// Opens one sealed value. `None`: its key is blocked or destroyed.
    pub(crate) async fn open<T: DeserializeOwned>(
        &self,
        conn: &mut Conn,
        place: Place<'_>,
        sealed: &[u8],
    ) -> Result<Option<T>, SqlError> {
        self.keys_in(conn, [sealed]).await?.open(place, sealed)
    }

    /// Opens a key no more in this process. To be called after the commit that destroyed or blocked it.
    pub(crate) fn forget(&self, id: SubjectKeyId) {
        self.cache.forget(id);
    }

    /// The keys that are at hand, and the ids of the others.
    fn cached(&self, ids: impl IntoIterator<Item = SubjectKeyId>) -> (Keys, BTreeSet<SubjectKeyId>) {
        let mut keys = Keys { sealer: self.sealer.clone(), opened: std::collections::HashMap::new() };
        let mut others = BTreeSet::new();
        for id in ids {
            if keys.opened.contains_key(&id) {
                continue;
            }
            match self.cache.get(id) {
                Some(key) => drop(keys.opened.insert(id, key)),
                None => drop(others.insert(id)),
            }
        }
        (keys, others)
    }

    /// Reads and opens keys. Returns those that have a row, whatever their state.
    async fn load(
        &self,
        conn: &mut Conn,
        ids: &BTreeSet<SubjectKeyId>,
        keys: &mut Keys,
    ) -> Result<BTreeSet<SubjectKeyId>, SqlError> {
        let mut known = BTreeSet::new();
        for (id, sealed) in key_rows::find(conn, ids).await? {
            known.insert(id);
            let Some(sealed) = sealed else { continue };
            let key = self.open_key(id, &sealed)?;
            self.take(id, key, keys);
        }
        Ok(known)
    }

    fn open_key(&self, id: SubjectKeyId, sealed: &[u8]) -> Result<Arc<dyn SubjectKey>, SqlError> {
        self.sealer.subject_key(id, sealed).map_err(|fault| {
            let by = self.sealer.key_of(sealed).unwrap_or_else(|| "?".into());
            corrupt(format!("{fault} (a subject's key, under {by})"))
        })
    }

    fn take(&self, id: SubjectKeyId, key: Arc<dyn SubjectKey>, keys: &mut Keys) {
        if !new_keys::is_new(id) {
            self.cache.put(id, key.clone());
        }
        keys.opened.insert(id, key);
    }
}
