//! Examples, made from the schemas, so that each is one of its schema.

use super::answers::PROBLEM;
use serde_json::{Map, Value, json};

/// How deep schemas that refer to schemas are followed.
const DEPTH_MAX: usize = 12;

/// Gives each body and each answer an example.
pub(super) fn complete(_path: &str, operation: &mut Map<String, Value>, components: &Value) {
    let body = operation.get_mut("requestBody").and_then(|body| body.get_mut("content"));
    for media in body.and_then(Value::as_object_mut).into_iter().flat_map(|content| content.values_mut()) {
        show(media, "", &Examples { components, is_request: true });
    }
    let answers = operation.get_mut("responses").and_then(Value::as_object_mut);
    for answer in answers.into_iter().flat_map(|answers| answers.values_mut()) {
        let content = answer.get_mut("content").and_then(Value::as_object_mut);
        for (kind, media) in content.into_iter().flatten() {
            if kind != PROBLEM {
                show(media, kind, &Examples { components, is_request: false });
            }
        }
    }
}

fn show(media: &mut Value, kind: &str, examples: &Examples<'_>) {
    if media.get("example").is_some() || media.get("examples").is_some() {
        return;
    }
    media["example"] = match kind {
        "text/csv" => "id,amount,balance_after,transfer_id,counterpart,concept,created_at\n".into(),
        "text/html" => "<!doctype html><html lang=\"es\"><title>Ventanilla</title></html>".into(),
        "text/xml" => "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>".into(),
        "text/plain" => "1158201444".into(),
        _ => examples.of("", &media["schema"], DEPTH_MAX),
    };
}

/// Makes examples of schemas.
struct Examples<'a> {
    components: &'a Value,
    /// A request shows the fields that it needs, and those with an example; an answer shows all.
    is_request: bool,
}

impl Examples<'_> {
    /// An example of a schema; `field` is the name of the property that it is for.
    fn of(&self, field: &str, schema: &Value, depth: usize) -> Value {
        if let Some(example) = schema.get("example").or_else(|| schema.get("examples")?.get(0)) {
            return example.clone();
        }
        let Some(depth) = depth.checked_sub(1) else { return Value::Null };
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            return self.of(field, &self.components["schemas"][name], depth);
        }
        if let Some(first) = schema["enum"].get(0) {
            return first.clone();
        }
        if let Some(parts) = schema["allOf"].as_array() {
            let objects = parts.iter().map(|part| self.of(field, part, depth));
            let fields = objects.filter_map(|part| part.as_object().cloned()).flatten();
            return Value::Object(fields.collect());
        }
        for choices in ["oneOf", "anyOf"] {
            if let Some(choices) = schema[choices].as_array() {
                let choice = choices.iter().find(|choice| choice["type"] != "null");
                return choice.map_or(Value::Null, |choice| self.of(field, choice, depth));
            }
        }
        match kind_of(schema) {
            "object" => self.object(schema, depth),
            "array" => json!([self.of(field, &schema["items"], depth)]),
            "integer" => {
                schema.get("minimum").filter(|least| least.as_i64() != Some(0)).cloned().unwrap_or(json!(2))
            }
            "number" => json!(0.9),
            "boolean" => json!(true),
            "string" => json!(text(field, schema)),
            _ => json!({}),
        }
    }

    fn object(&self, schema: &Value, depth: usize) -> Value {
        let needed =
            |field: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == field));
        let mut object = Map::new();
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            if self.is_request
                && !needed(field)
                && property.get("example").or(property.get("examples")).is_none()
            {
                continue;
            }
            let is_last_page = field == "next_cursor";
            object.insert(
                field.clone(),
                if is_last_page { Value::Null } else { self.of(field, property, depth) },
            );
        }
        if let Some(values) = schema.get("additionalProperties").filter(|values| values.is_object()) {
            let key = if values["type"] == "string" { "es" } else { "key" };
            object.insert(key.into(), self.of("", values, depth));
        }
        Value::Object(object)
    }
}

/// The type of a schema; of several the first that is not null.
fn kind_of(schema: &Value) -> &str {
    match &schema["type"] {
        Value::String(kind) => kind,
        Value::Array(kinds) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or_default()
        }
        _ => "",
    }
}

/// A text for a field.
fn text(field: &str, schema: &Value) -> &'static str {
    match schema["format"].as_str() {
        Some("uuid") => return "01a22c9e-971a-73e7-8f55-99ed33b329f1",
        Some("date-time") => return "2026-11-30T18:05:09Z",
        Some("date") => return "2026-11-30",
        Some("decimal") => return "150.50",
        Some("email") => return "maria@example.com",
        Some("uri") => return "https://app.example.com/menu",
        _ => {}
    }
    match field {
        "phone" | "to" => "+525512345678",
        "email" => "maria@example.com",
        "password" | "new_password" => "correct horse battery staple",
        "first_name" => "María",
        "last_name" => "López",
        "person" | "recipient" | "respondent" | "destination" | "counterpart" => "****5678",
        "destination_account" | "value" => "646180000112345675",
        "code" | "otp_code" | "old_phone_code" => "246135",
        "name" => "Ahorro",
        "type" => "savings",
        "concept" | "reason" => "renta de noviembre",
        "text" => "¿Cuál es mi saldo?",
        "access_token" | "jwt_token" => "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwMWEyIn0.c2lnbmF0dXJl",
        "refresh_token" | "token" | "challenge_id" => "9_gc2S5Tc2xxAjPe8nWfhg2aVt3BrkwgZPzFE4IuceE",
        "return_to" | "url" | "link" | "verification_url" => "https://app.example.com/menu",
        "language" | "languages" => "es",
        "environment" => "production",
        "version" => env!("CARGO_PKG_VERSION"),
        _ => "example",
    }
}
