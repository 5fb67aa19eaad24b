//! The keys that were used last, opened. A process finds out after [`KEPT_FOR`] that another one destroyed a key.

use lru::LruCache;
use ports::{crypto::SubjectKey, subject_keys::SubjectKeyId};
use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// How many keys are kept open.
const KEYS_MAX: NonZeroUsize = NonZeroUsize::new(20_000).unwrap();
/// How long a key is kept open before it is read again.
const KEPT_FOR: Duration = Duration::from_mins(1);

type Opened = (Arc<dyn SubjectKey>, Instant);

/// A bounded number of opened keys. A key's memory is wiped when it is dropped from here and nobody uses it.
pub(super) struct KeyCache(Mutex<LruCache<SubjectKeyId, Opened>>);

impl KeyCache {
    pub(super) fn new() -> Self {
        Self(Mutex::new(LruCache::new(KEYS_MAX)))
    }

    pub(super) fn get(&self, id: SubjectKeyId) -> Option<Arc<dyn SubjectKey>> {
        let mut keys = self.lock();
        let (key, since) = keys.get(&id)?;
        if since.elapsed() < KEPT_FOR {
            return Some(key.clone());
        }
        keys.pop(&id);
        None
    }

    pub(super) fn put(&self, id: SubjectKeyId, key: Arc<dyn SubjectKey>) {
        self.lock().put(id, (key, Instant::now()));
    }

    pub(super) fn forget(&self, id: SubjectKeyId) {
        self.lock().pop(&id);
    }

    fn lock(&self) -> MutexGuard<'_, LruCache<SubjectKeyId, Opened>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
