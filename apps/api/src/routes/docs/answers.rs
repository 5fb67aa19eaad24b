//! The answers of each operation: what they say, and the problems that the operation may answer with.

use crate::http::problem::{CODES, title};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The media type of problems.
pub(super) const PROBLEM: &str = "application/problem+json";

/// Completes the answers of an operation.
pub(super) fn complete(path: &str, operation: &mut Map<String, Value>, components: &Value) {
    let codes = codes_of(path, operation);
    let Some(answers) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    // A route that answers with problems says only that it does.
    let has_problems = answers.values().any(is_problem);
    answers.retain(|_status, answer| !is_problem(answer));
    if has_problems {
        for (status, codes) in codes {
            answers.entry(status.to_string()).or_insert_with(|| problem(status, &codes));
        }
    }
    for (status, answer) in answers {
        add_problem(status, answer);
        let is_bare = answer["description"].as_str().is_none_or(str::is_empty);
        if is_bare {
            answer["description"] = description(status, answer, components).into();
        }
        answer["headers"] = headers_of(status);
    }
}

/// Adds the problem to a refusal in another form: what is refused before the route is reached, such as a wrong
/// signature or a form that can't be read, is a problem there too.
fn add_problem(status: &str, answer: &mut Value) {
    let content = answer.get_mut("content").and_then(Value::as_object_mut);
    if let Some(content) = content.filter(|_| status.starts_with(['4', '5']) && status.ends_with("XX")) {
        content.entry(PROBLEM).or_insert_with(|| {
            json!({"schema": {"$ref": "#/components/schemas/Problem"}, "example": example(403, "signature_invalid")})
        });
    }
}

/// True for an answer that shows the schema of problems.
fn is_problem(answer: &Value) -> bool {
    let media = answer["content"].as_object();
    media.is_some_and(|media| {
        media.values().any(|one| one["schema"]["$ref"] == "#/components/schemas/Problem")
    })
}

/// The codes that an operation may answer with, by status: those that its description names after «Error:», and those
/// of what it has, such as a body.
fn codes_of(path: &str, operation: &Map<String, Value>) -> BTreeMap<u16, BTreeSet<&'static str>> {
    let mut codes: BTreeSet<&str> =
        named(operation.get("description").and_then(Value::as_str).unwrap_or_default());
    codes.extend(["rate_limit_exceeded", "internal_error", "unavailable"]);
    if operation.contains_key("requestBody") {
        let of_bodies = [
            "malformed_json",
            "request_timeout",
            "payload_too_large",
            "unsupported_media_type",
            "validation_failed",
        ];
        codes.extend(of_bodies);
    }
    let closed = operation.get("security").and_then(Value::as_array).is_some_and(|ways| !ways.is_empty());
    if closed {
        codes.extend(["unauthorized", "forbidden", "signature_invalid"]);
    }
    if path.contains('{') {
        codes.insert("not_found");
    }
    let parameters = || operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    if parameters().any(|parameter| parameter["in"] == "query") {
        codes.insert("validation_failed");
    }
    if parameters().any(|parameter| parameter["name"] == "Idempotency-Key") {
        codes.extend(["request_in_flight", "idempotency_key_reused", "validation_failed"]);
    }
    let mut by_status: BTreeMap<u16, BTreeSet<&'static str>> = BTreeMap::new();
    for (code, status) in CODES.iter().filter(|(code, _)| codes.contains(code)) {
        by_status.entry(status.as_u16()).or_default().insert(code);
    }
    by_status
}

/// The codes in backticks behind «Error:» or «Errors:».
pub(super) fn named(description: &str) -> BTreeSet<&str> {
    let errors = description.find("Error:").or_else(|| description.find("Errors:"));
    let errors = errors.and_then(|at| description.get(at..)).unwrap_or_default();
    errors.split('`').skip(1).step_by(2).filter(|word| CODES.iter().any(|(code, _)| code == word)).collect()
}

/// The answer with a problem that has one of these codes.
fn problem(status: u16, codes: &BTreeSet<&'static str>) -> Value {
    let list: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
    let examples: Map<String, Value> =
        codes.iter().map(|code| ((*code).to_owned(), json!({"value": example(status, code)}))).collect();
    json!({
        "description": format!("Refused: {}.", list.join(", ")),
        "content": {PROBLEM: {
            "schema": {
                "allOf": [
                    {"$ref": "#/components/schemas/Problem"},
                    {"type": "object", "properties": {"code": {"type": "string", "enum": codes}}}
                ]
            },
            "examples": examples,
        }},
    })
}

/// A problem with a code.
fn example(status: u16, code: &str) -> Value {
    let detail = crate::http::problem_meanings::find(code).map_or("", |meaning| meaning.means);
    let mut problem = json!({
        "type": format!("/problems/{code}"),
        "title": title(code),
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": "01a22c9e-a228-7761-a5d3-258e5814605f",
    });
    if code == "validation_failed" {
        problem["errors"] = json!([{"pointer": "/phone", "code": "missing", "detail": "must be given"}]);
    }
    if matches!(status, 423 | 429 | 503) {
        problem["retry_after"] = 60.into();
    }
    problem
}

/// The description of an answer whose route gives none: that of its schema.
fn description(status: &str, answer: &Value, components: &Value) -> String {
    let media = answer["content"].as_object();
    let mut schemas = media.into_iter().flat_map(|media| media.values()).map(|one| &one["schema"]);
    let reference = |schema: &Value| {
        let choice = schema["oneOf"].get(0).unwrap_or(schema);
        choice["$ref"].as_str().and_then(|path| path.rsplit('/').next()).map(str::to_owned)
    };
    let named = schemas.find_map(reference);
    let meaning = named.and_then(|name| components["schemas"][name]["description"].as_str());
    let meaning = meaning.and_then(|text| text.lines().next());
    meaning.unwrap_or(if status == "204" { "Done; the answer has no body." } else { "Done." }).to_owned()
}

/// The headers that answers have in common.
pub(super) fn headers() -> Value {
    let header = |description: &str, schema: Value| json!({"description": description, "schema": schema});
    json!({
        "X-Request-Id": header("The caller's own id of the request, or a new one.", json!({"type": "string"})),
        "Retry-After": header("Seconds to wait before the next request.", json!({"type": "integer", "minimum": 1})),
        "Idempotent-Replayed": header(
            "`true` if this is the answer to an earlier request with the same key.",
            json!({"type": "string", "enum": ["true"]}),
        ),
    })
}

/// References to the headers of an answer with this status.
fn headers_of(status: &str) -> Value {
    let mut names = vec!["X-Request-Id"];
    if matches!(status, "423" | "429" | "503") {
        names.push("Retry-After");
    }
    let refer = |name: &str| (name.to_owned(), json!({"$ref": format!("#/components/headers/{name}")}));
    Value::Object(names.into_iter().map(refer).collect())
}
