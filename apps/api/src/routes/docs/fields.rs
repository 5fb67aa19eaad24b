//! What a field's name says about its values, the same in every schema: times, ids, amounts, and words of closed lists.

use serde_json::{Map, Value, json};

/// Completes the properties of a schema, and of the schemas inside it.
pub(super) fn complete(name: &str, schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        for (field, property) in properties {
            complete_property(name, field, property);
            complete(name, property);
        }
    }
    if let Some(parts) = schema.get_mut("allOf").and_then(Value::as_array_mut) {
        for part in parts {
            complete(name, part);
        }
    }
}

/// Completes a text that its own route says no more about than its meaning.
fn complete_property(schema: &str, field: &str, property: &mut Value) {
    let Some(property) = property.as_object_mut() else { return };
    let says_more = ["format", "pattern", "example", "examples", "enum", "minLength", "maxLength", "$ref"]
        .iter()
        .any(|key| property.contains_key(*key));
    if says_more || !is_text(property.get("type")) {
        return;
    }
    if let Some(list) = list_of(field) {
        refer(property, list);
    } else if is_time(field) {
        property.insert("format".into(), "date-time".into());
    } else if is_id(field) {
        property.insert("format".into(), "uuid".into());
    } else if is_amount(field) {
        property.insert("format".into(), "decimal".into());
        property.insert("pattern".into(), r"^-?[0-9]+(\.[0-9]+)?$".into());
    } else if field == "email" && !schema.ends_with("Json") {
        property.insert("format".into(), "email".into());
        property.insert("maxLength".into(), 254.into());
    }
}

/// True for a text, also one that may be null.
fn is_text(kind: Option<&Value>) -> bool {
    match kind {
        Some(Value::String(kind)) => kind == "string",
        Some(Value::Array(kinds)) => kinds.iter().all(|kind| kind == "string" || kind == "null"),
        _ => false,
    }
}

/// The schema that lists the words of a field.
fn list_of(field: &str) -> Option<&'static str> {
    Some(match field {
        "channel" => "Channel",
        "purpose" => "Purpose",
        "locale" => "Locale",
        "currency" => "Currency",
        _ => return None,
    })
}

/// Replaces the type of a property by a reference, which leaves its description.
fn refer(property: &mut Map<String, Value>, list: &str) {
    let reference = json!({"$ref": format!("#/components/schemas/{list}")});
    let may_be_null = property.get("type").is_some_and(Value::is_array);
    property.remove("type");
    if may_be_null {
        property.insert("oneOf".into(), json!([{"type": "null"}, reference]));
    } else if let Some(target) = reference.get("$ref") {
        property.insert("$ref".into(), target.clone());
    }
}

fn is_time(field: &str) -> bool {
    field == "at" || field == "as_of" || field.ends_with("_at") || field.ends_with("_until")
}

fn is_id(field: &str) -> bool {
    let ids_of_others = ["client_tx_id", "provider_message_id", "request_id", "client_id"];
    (field == "id" || field.ends_with("_id")) && !ids_of_others.contains(&field)
}

fn is_amount(field: &str) -> bool {
    ["amount", "balance", "available", "balance_after"].contains(&field)
        || field.ends_with("_amount")
        || field.ends_with("_balance")
}
