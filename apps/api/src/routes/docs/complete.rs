//! Completes the document that the routes describe with what is the same for all of them, so that no route can forget
//! it: legacy addresses, parameters, security, problems, descriptions, examples.

use super::{answers, examples, fields};
use serde_json::{Map, Value, json};

/// The extension of an operation that lists the other addresses at which it is served.
const ALSO_AT: &str = "x-also-at";

/// Completes the document in place.
pub(super) fn complete(document: &mut Value) {
    describe_other_addresses(document);
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        schemas.iter_mut().for_each(|(name, schema)| fields::complete(name, schema));
    }
    if let Some(components) = document["components"].as_object_mut() {
        components.insert("headers".into(), answers::headers());
    }
    let components = document["components"].clone();
    for_each_operation(document, |path, operation| {
        complete_parameters(path, operation);
        complete_security(operation);
        answers::complete(path, operation, &components);
        examples::complete(path, operation, &components);
    });
}

/// Calls a function for each operation, with its path.
fn for_each_operation(document: &mut Value, mut work: impl FnMut(&str, &mut Map<String, Value>)) {
    let Some(paths) = document["paths"].as_object_mut() else { return };
    for (path, item) in paths {
        let operations = item.as_object_mut().into_iter().flatten();
        operations
            .filter_map(|(_method, operation)| operation.as_object_mut())
            .for_each(|one| work(path, one));
    }
}

/// Describes each operation at its other addresses too.
fn describe_other_addresses(document: &mut Value) {
    let mut copies = Vec::new();
    let Some(paths) = document["paths"].as_object_mut() else { return };
    for (path, item) in paths.iter_mut() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            let others = operation.as_object_mut().and_then(|operation| operation.remove(ALSO_AT));
            for other in others.as_ref().and_then(Value::as_array).into_iter().flatten() {
                let mut copy = operation.clone();
                let name = other.as_str().unwrap_or_default();
                copy["operationId"] = format!(
                    "{}_at{}",
                    operation["operationId"].as_str().unwrap_or_default(),
                    name.replace(['/', '-'], "_")
                )
                .into();
                copy["description"] = format!(
                    "Another address of `{} {path}`.\n\n{}",
                    method.to_uppercase(),
                    operation["description"].as_str().unwrap_or_default()
                )
                .into();
                copies.push((name.to_owned(), method.clone(), copy));
            }
        }
    }
    for (path, method, copy) in copies {
        let item = paths.entry(path).or_insert_with(|| json!({}));
        item[method] = copy;
    }
}

/// Makes ids UUIDs, and removes `null` from the types: a parameter that is left out has no value.
fn complete_parameters(path: &str, operation: &mut Map<String, Value>) {
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default().to_owned();
        let schema = &mut parameter["schema"];
        if let Some(kinds) = schema["type"].as_array_mut() {
            kinds.retain(|kind| kind != "null");
            if let [only] = kinds.as_slice() {
                schema["type"] = only.clone();
            }
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            let only = choices.iter().find(|choice| choice["type"] != "null").cloned();
            *schema = only.unwrap_or_default();
        }
        let is_plain =
            schema["type"] == "string" && schema.as_object().is_some_and(|schema| schema.len() == 1);
        let is_id = name == "id" || name.ends_with("_id");
        if is_plain && is_id && path.starts_with("/api/v1/") {
            schema["format"] = "uuid".into();
        }
        if name == "Idempotency-Key" {
            *schema = json!({"type": "string", "minLength": 1, "maxLength": 255});
        }
    }
}

/// A closed operation takes a token or a signature; all others are public, and say so.
fn complete_security(operation: &mut Map<String, Value>) {
    let signed = json!({"client_id": [], "timestamp": [], "nonce": [], "signature": []});
    let asked = operation.entry("security").or_insert_with(|| json!([]));
    if let Some(ways) = asked.as_array_mut()
        && ways.iter().any(|way| way.get("bearer").is_some())
    {
        ways.push(signed);
    }
}
