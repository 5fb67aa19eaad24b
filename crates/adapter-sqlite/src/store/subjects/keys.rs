//! Opened keys, with which values are sealed and opened.

use crate::store::{error::SqlError, rows::corrupt};
use ports::{
    crypto::{Sealer, SubjectKey},
    subject_keys::SubjectKeyId,
};
use serde::{Serialize, de::DeserializeOwned};
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

/// Where a sealed value stands: its column, and the key of its row. It opens nowhere else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    column: &'static str,
    row: &'a [u8],
}

impl<'a> Place<'a> {
    /// `column` is TABLE.COLUMN.
    pub(crate) const fn new(column: &'static str, row: &'a [u8]) -> Self {
        Self { column, row }
    }

    /// In a row with a UUID.
    pub(crate) const fn of(column: &'static str, row: &'a Uuid) -> Self {
        Self { column, row: row.as_bytes() }
    }

    /// What a value in this place is bound to.
    pub(crate) fn bound_to(self) -> Vec<u8> {
        let mut place =
            Vec::with_capacity(self.column.len().saturating_add(self.row.len()).saturating_add(1));
        place.extend_from_slice(self.column.as_bytes());
        place.push(0);
        place.extend_from_slice(self.row);
        place
    }
}

/// The keys of some subjects.
pub(crate) struct Keys {
    pub(super) sealer: Arc<dyn Sealer>,
    pub(super) opened: HashMap<SubjectKeyId, Arc<dyn SubjectKey>>,
}

impl Keys {
    /// A key, if it is live.
    pub(crate) fn get(&self, id: SubjectKeyId) -> Option<&dyn SubjectKey> {
        self.opened.get(&id).map(Arc::as_ref)
    }

    /// Seals a value as JSON.
    ///
    /// # Errors
    /// If the key is blocked or destroyed: nothing new is stored about an erased person.
    pub(crate) fn seal<T: Serialize>(
        &self,
        id: SubjectKeyId,
        place: Place<'_>,
        value: &T,
    ) -> Result<Vec<u8>, SqlError> {
        let key = self.get(id).ok_or_else(|| corrupt(format!("no live key to seal {}", place.column)))?;
        let plain = serde_json::to_vec(value).map_err(corrupt)?;
        Ok(key.seal(&place.bound_to(), &plain))
    }

    /// What an audit row tells of a subject's value instead of the value: the label, and a commitment that can be checked
    /// while the subject's key lives. For one whose key is gone the label alone.
    pub(crate) fn committed(&self, id: SubjectKeyId, label: &str, value: &str) -> String {
        match self.get(id) {
            Some(key) => format!("{label}=c:{}", key.commitment(label, value)),
            None => label.to_owned(),
        }
    }

    /// Opens a sealed value. `None`: its key is blocked or destroyed. What an earlier version sealed, under no subject's
    /// key and bound to the row alone, opens too.
    pub(crate) fn open<T: DeserializeOwned>(
        &self,
        place: Place<'_>,
        sealed: &[u8],
    ) -> Result<Option<T>, SqlError> {
        let plain = match SubjectKeyId::of(sealed) {
            None => self.sealer.open(place.row, sealed).map_err(corrupt)?,
            Some(id) => match self.get(id) {
                None => return Ok(None),
                Some(key) => key.open(&place.bound_to(), sealed).map_err(corrupt)?,
            },
        };
        // The fault itself might quote what was sealed.
        let unreadable = |_fault| corrupt(format!("{} is not in the form that was expected", place.column));
        serde_json::from_slice(&plain).map(Some).map_err(unreadable)
    }
}
