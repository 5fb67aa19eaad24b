//! Shared by all routes: problems, callers, bodies, limits, middleware.

pub(crate) mod bodies;
mod body_faults;
pub(crate) mod caller;
pub(crate) mod client_ip;
pub(crate) mod connection;
pub(crate) mod cors;
pub(crate) mod days;
pub(crate) mod deadline;
pub(crate) mod edge;
pub(crate) mod idempotency;
pub(crate) mod in_flight;
pub(crate) mod json;
mod kept_body;
pub(crate) mod pagination;
pub(crate) mod price;
pub(crate) mod problem;
pub(crate) mod problem_meanings;
pub(crate) mod rate_limit;
pub(crate) mod raw_webhook;
pub(crate) mod route_rules;
pub(crate) mod sheets;
pub(crate) mod signed;
pub(crate) mod words;
