//! The stores: Diesel source that both databases share; only `backend` differs.

mod accounts;
pub(crate) mod connect_options;
pub(crate) mod error;
pub(crate) mod handle;
pub(crate) mod messaging;
mod migrate;
pub(crate) mod money;
pub(crate) mod operations;
pub(crate) mod privacy;
pub(crate) mod queued;
pub(crate) mod rows;
pub(crate) mod schema;
pub(crate) mod subjects;
mod verification;

pub use self::{connect_options::ConnectOptions, error::ConnectError, handle::Store, privacy::TABLES};
