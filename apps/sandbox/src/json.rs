//! A helper for JSON objects.

use serde_json::Value;

/// Copies the fields of `more` into `base`, over existing ones.
pub(crate) fn merge(base: &mut Value, more: Option<&Value>) {
    if let (Some(base), Some(more)) = (base.as_object_mut(), more.and_then(Value::as_object)) {
        base.extend(more.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
}
