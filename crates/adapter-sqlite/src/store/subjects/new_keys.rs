//! The keys that a transaction has made. Until it commits they must not be kept for others: if it is rolled back, what
//! they sealed could never be opened.

use ports::subject_keys::SubjectKeyId;
use std::{cell::RefCell, collections::HashSet};

tokio::task_local! {
    static NEW: RefCell<HashSet<SubjectKeyId>>;
}

/// Runs a transaction that may make keys.
pub(crate) async fn noting<F: Future>(transaction: F) -> F::Output {
    NEW.scope(RefCell::default(), transaction).await
}

/// Notes that this transaction made a key.
pub(super) fn note(id: SubjectKeyId) {
    let _outside = NEW.try_with(|new| new.borrow_mut().insert(id));
}

/// True if this transaction made the key.
pub(super) fn is_new(id: SubjectKeyId) -> bool {
    NEW.try_with(|new| new.borrow().contains(&id)).unwrap_or(false)
}
