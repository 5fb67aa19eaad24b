//! Audit rows about a person's account.

use domain::{
    ids::UserId,
    operations::audit::{Actor, AuditRecord},
};

/// The audit row of a change to a person's account.
pub(crate) fn about(
    user: UserId,
    action: &str,
    actor: &Actor,
    before: Option<String>,
    after: Option<String>,
) -> AuditRecord {
    AuditRecord {
        actor: actor.clone(),
        action: action.to_owned(),
        subject: user.to_string(),
        on_behalf_of: Some(format!("user:{user}")),
        before,
        after,
    }
}
