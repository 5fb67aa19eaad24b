//! Audit rows about a person's account. They hold ids and commitments, and no number, address or name.

use crate::store::subjects::Keys;
use domain::{
    ids::UserId,
    operations::audit::{Actor, AuditRecord},
};
use ports::subject_keys::SubjectKeyId;

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

/// A value of a person's account, as an audit row tells it.
pub(super) fn committed(keys: &Keys, user: UserId, label: &str, value: &str) -> String {
    keys.committed(SubjectKeyId::chat(user.0), label, value)
}
