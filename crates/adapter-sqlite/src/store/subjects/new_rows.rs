//! New rows of contacts and of subjects' keys.

use crate::{
    backend::values::{DbId, DbTime},
    store::schema::{contacts, subject_keys},
};
use diesel::prelude::*;

#[derive(Insertable)]
#[diesel(table_name = contacts)]
pub(crate) struct NewContactRow {
    pub(crate) id: DbId,
    pub(crate) lookup: Option<String>,
    pub(crate) user_id: Option<DbId>,
    pub(crate) created_at: DbTime,
}

#[derive(Insertable)]
#[diesel(table_name = subject_keys)]
pub(crate) struct NewKeyRow {
    pub(crate) subject_id: DbId,
    pub(crate) purpose: &'static str,
    pub(crate) sealed: Option<Vec<u8>>,
    pub(crate) state: &'static str,
    pub(crate) changed_at: DbTime,
}
