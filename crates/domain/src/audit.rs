//! Who decided what, on whose behalf. Audit rows are data in each write: a decision and its row
//! commit together. They bear ids and masked values only, so that a person can be erased.

use serde::{Deserialize, Serialize};

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// `user:<id>`, `client:<id>`, `chat:<conversation>` or `system`.
    pub who: String,
    /// The channel it came over: `rest`, `whatsapp`, `telegram`, `worker`.
    pub channel: String,
    /// The request or inbound event it belongs to.
    pub request_id: String,
}

/// One row of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// Who did it.
    pub actor: Actor,
    /// What was done: `transfer.completed`, `consent.opted_out`.
    pub action: String,
    /// The id of what it was done to.
    pub subject: String,
    /// Whose money, number or consent it is, where it is somebody's.
    pub on_behalf_of: Option<String>,
    /// Masked facts: amounts, states before and after.
    pub detail: String,
}
