//! What every route shares: problems, callers, bodies, the edge.

pub(crate) mod caller;
pub(crate) mod client_address;
pub(crate) mod edge;
pub(crate) mod json;
pub(crate) mod once;
pub(crate) mod page;
pub(crate) mod problem;
pub(crate) mod rate_limit;
pub(crate) mod signed;
