//! Formats an error with all its causes, for logs and terminals.

pub(crate) use application::error_chain::describe;
