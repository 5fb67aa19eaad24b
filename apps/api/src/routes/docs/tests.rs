//! The rules that the document keeps, whatever the routes.

use super::{DOCUMENT, answers, complete};
use crate::http::problem::CODES;
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

type Operation = (String, String, Map<String, Value>);

/// Every operation: method, path, and what is said of it.
fn operations() -> Vec<Operation> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| -> Vec<Operation> {
        let item = item.as_object().unwrap().clone();
        item.into_iter()
            .map(|(method, one)| (method, path.clone(), one.as_object().unwrap().clone()))
            .collect()
    };
    paths.iter().flat_map(of_path).collect()
}

/// Every node below a value.
fn nodes<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    found.push(value);
    match value {
        Value::Array(items) => items.iter().for_each(|item| nodes(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| nodes(field, found)),
        _ => {}
    }
}

fn target(reference: &str) -> Option<&'static Value> {
    DOCUMENT.pointer(reference.strip_prefix('#')?)
}

#[test]
fn it_is_openapi_3_1_with_a_server_and_the_ways_to_prove_who_calls() {
    assert!(DOCUMENT["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(DOCUMENT["servers"][0]["url"], "/");
    let schemes = &DOCUMENT["components"]["securitySchemes"];
    assert_eq!(schemes["bearer"]["scheme"], "bearer");
    assert_eq!(
        (&schemes["signature"]["type"], &schemes["signature"]["in"], &schemes["signature"]["name"]),
        (&json!("apiKey"), &json!("header"), &json!("X-Signature"))
    );
}

#[test]
fn every_operation_has_an_id_of_its_own_and_says_what_it_does() {
    let mut seen = BTreeSet::new();
    for (method, path, operation) in operations() {
        let id = operation["operationId"].as_str().unwrap().to_owned();
        assert!(
            id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                && !id.starts_with(|c: char| c.is_ascii_digit())
        );
        assert!(seen.insert(id.clone()), "{id} is used twice, by {method} {path} too");
        assert!(
            operation["summary"].as_str().is_some_and(|summary| summary.ends_with('.')),
            "{method} {path}"
        );
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let mut found = Vec::new();
    nodes(&DOCUMENT, &mut found);
    let references = found.iter().filter_map(|node| node.get("$ref")?.as_str());
    let lost: BTreeSet<&str> = references.filter(|reference| target(reference).is_none()).collect();
    assert!(lost.is_empty(), "{lost:?}");
    // A reference with a type of null beside it is no valid schema: list a parameter's words inline.
    let untyped: Vec<_> = found.iter().filter(|node| node.get("type").is_some_and(Value::is_null)).collect();
    assert!(untyped.is_empty(), "{untyped:?}");
}

#[test]
fn every_answer_has_a_description_and_a_media_type_with_an_example() {
    for (method, path, operation) in operations() {
        let answers = operation["responses"].as_object().unwrap();
        assert!(answers.keys().any(|status| status.starts_with(['2', '3'])), "{method} {path}: no success");
        for (status, answer) in answers {
            let place = format!("{method} {path} {status}");
            assert!(
                answer["description"].as_str().is_some_and(|text| !text.is_empty()),
                "{place}: no description"
            );
            let is_bare = matches!(status.as_str(), "204" | "302");
            assert_eq!(answer.get("content").is_none(), is_bare, "{place}: a body");
            for (kind, media) in answer["content"].as_object().into_iter().flatten() {
                assert!(
                    media.get("example").is_some() || media.get("examples").is_some(),
                    "{place} {kind}: no example"
                );
            }
        }
    }
}

#[test]
fn what_we_refuse_is_a_problem_whose_codes_are_named() {
    for (method, path, operation) in
        operations().into_iter().filter(|(_, path, _)| path.starts_with("/api/v1/"))
    {
        let refused: BTreeMap<&String, &Value> = operation["responses"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(status, _)| status.starts_with(['4', '5']))
            .collect();
        assert!(!refused.is_empty(), "{method} {path}");
        for (status, answer) in refused {
            let kinds: Vec<&String> = answer["content"].as_object().unwrap().keys().collect();
            assert_eq!(kinds, [answers::PROBLEM], "{method} {path} {status}");
            let codes =
                &answer["content"][answers::PROBLEM]["schema"]["allOf"][1]["properties"]["code"]["enum"];
            for code in codes.as_array().unwrap() {
                let known = CODES.iter().find(|(known, _)| code == known).unwrap();
                assert_eq!(&known.1.as_u16().to_string(), status, "{method} {path}");
            }
        }
    }
}

/// A description that says «`word` (409)» means a code with that status.
#[test]
fn codes_in_descriptions_have_their_status() {
    for (method, path, operation) in operations() {
        let description = operation.get("description").and_then(Value::as_str).unwrap_or_default();
        let Some(at) = description.find("Error:").or_else(|| description.find("Errors:")) else { continue };
        let parts: Vec<&str> = description.get(at..).unwrap().split('`').collect();
        for pair in parts.windows(2).skip(1).step_by(2) {
            let Some(status) = pair[1].strip_prefix(" (").and_then(|rest| rest.get(..3)) else { continue };
            let Ok(status) = status.parse::<u16>() else { continue };
            let known = CODES.iter().find(|(code, _)| *code == pair[0]);
            assert_eq!(known.map(|known| known.1.as_u16()), Some(status), "{method} {path}: `{}`", pair[0]);
        }
    }
}

#[test]
fn parameters_are_declared_once_and_within_bounds() {
    for (method, path, operation) in operations() {
        let parameters = operation.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut seen = BTreeSet::new();
        for parameter in &parameters {
            let name = parameter["name"].as_str().unwrap();
            assert!(
                seen.insert((parameter["in"].to_string(), name.to_owned())),
                "{method} {path}: {name} twice"
            );
            let schema = &parameter["schema"];
            assert!(
                schema["type"].is_string() || schema.get("$ref").is_some(),
                "{method} {path} {name}: {schema}"
            );
            if name == "limit" {
                let bounds = (&schema["type"], &schema["minimum"], &schema["maximum"], &schema["default"]);
                assert_eq!(
                    bounds,
                    (&json!("integer"), &json!(1), &json!(200), &json!(50)),
                    "{method} {path}"
                );
            }
        }
        for name in path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
            let is_declared =
                |one: &Value| one["in"] == "path" && one["name"] == name && one["required"] == true;
            assert!(parameters.iter().any(is_declared), "{method} {path}: {name}");
        }
    }
}

/// The routes without a token, as the contract lists them.
const PUBLIC: [&str; 27] = [
    "/",
    "/openapi.json",
    "/health",
    "/health/live",
    "/health/ready",
    "/problems/{code}",
    "/verify/{token}",
    "/export/{token}",
    "/reset",
    "/webhooks/twilio",
    "/webhook/whatsapp",
    "/webhooks/twilio/status",
    "/webhooks/meta",
    "/api/whatsapp/webhook",
    "/webhooks/bank",
    "/webhooks/telegram",
    "/webhook/telegram",
    "/api/v1/auth/register",
    "/api/v1/auth/login",
    "/api/v1/auth/mfa",
    "/api/v1/auth/refresh",
    "/api/v1/auth/password/forgot",
    "/api/v1/auth/password/reset",
    "/send-otp",
    "/verify-otp",
    "/register-with-otp",
    "/forgot-password-otp",
];

#[test]
fn what_is_public_says_so_and_all_else_takes_a_token_or_a_signature() {
    for (method, path, operation) in operations() {
        let ways = operation["security"].as_array().unwrap();
        let by_other_proof = path == "/verificar-telefono" || path.starts_with("/api/whatsapp/debug/");
        let is_public = PUBLIC.contains(&path.as_str()) || by_other_proof;
        assert_eq!(ways.is_empty(), is_public, "{method} {path}");
        if !is_public {
            assert!(ways.iter().any(|way| way.get("bearer").is_some()), "{method} {path}");
            assert!(ways.iter().any(|way| way.get("signature").is_some()), "{method} {path}");
        }
    }
}

#[test]
fn fields_have_the_types_of_their_meaning() {
    let schemas = DOCUMENT["components"]["schemas"].as_object().unwrap();
    let field = |schema: &str, name: &str| &schemas[schema]["properties"][name];
    assert_eq!(field("SendAnswer", "id")["format"], "uuid");
    assert_eq!(field("SendAnswer", "expires_at")["format"], "date-time");
    assert_eq!(field("BalanceView", "available")["format"], "decimal");
    assert_eq!(field("TransferBody", "amount")["type"], json!(["string", "number"]));
    assert_eq!(field("MessageRequest", "text")["maxLength"], 4096);
    let list = |name: &str| schemas[name]["enum"].as_array().unwrap().len();
    assert_eq!((list("Channel"), list("Purpose"), list("TransferStatus"), list("Locale")), (5, 4, 10, 3));
    assert!(field("TransferBody", "currency").to_string().contains("schemas/Currency"));
}

/// Every example is one of its schema: types, words, patterns of uuids, required fields.
#[test]
fn examples_are_of_their_schemas() {
    for (method, path, operation) in operations() {
        let answers = operation["responses"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(status, answer)| (status.clone(), answer));
        let body = operation.get("requestBody").map(|body| ("body".to_owned(), body));
        for (what, holder) in answers.chain(body) {
            for (kind, media) in
                holder["content"].as_object().into_iter().flatten().filter(|(kind, _)| kind.contains("json"))
            {
                let several = media.get("examples").and_then(Value::as_object).into_iter().flatten();
                let examples = several.map(|(_, one)| &one["value"]).chain(media.get("example"));
                for example in examples {
                    let fault = differs(example, &media["schema"]);
                    assert!(fault.is_none(), "{method} {path} {what} {kind}: {fault:?} in {example}");
                }
            }
        }
    }
}

/// Where a value isn't of a schema.
fn differs(value: &Value, schema: &Value) -> Option<String> {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return differs(value, target(reference).unwrap());
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        return parts.iter().find_map(|part| differs(value, part));
    }
    if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
        let fits = choices.iter().any(|choice| differs(value, choice).is_none());
        return (!fits).then(|| format!("{value} is none of the choices"));
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        return (!words.contains(value)).then(|| format!("{value} is none of {words:?}"));
    }
    let kinds = match &schema["type"] {
        Value::String(kind) => vec![kind.as_str()],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    let is_of = |kind: &&str| match *kind {
        "string" => value.is_string(),
        "integer" => value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => other == "null" && value.is_null(),
    };
    if !kinds.iter().any(is_of) {
        return Some(format!("{value} is not {kinds:?}"));
    }
    if schema["format"] == "uuid" && value.as_str().is_some_and(|id| uuid::Uuid::parse_str(id).is_err()) {
        return Some(format!("{value} is no uuid"));
    }
    if let Value::Array(items) = value {
        return items.iter().find_map(|item| differs(item, &schema["items"]));
    }
    let fields = value.as_object()?;
    let required = schema.get("required").and_then(Value::as_array);
    let missing =
        required.into_iter().flatten().find(|name| !fields.contains_key(name.as_str().unwrap_or_default()));
    if let Some(name) = missing {
        return Some(format!("{name} is missing"));
    }
    fields.iter().find_map(|(name, value)| differs(value, schema["properties"].get(name)?))
}

/// Parts of pages, which are no routes for others.
fn is_internal(path: &str) -> bool {
    path.starts_with("/assets/") || path.starts_with("/verify/{token}/") || path.starts_with("/docs")
}

/// A text of Rust in which the names of its constant paths are replaced by the paths.
fn with_paths(text: &str) -> String {
    let constant = |part: &str| {
        let (name, rest) = part.split_once(':')?;
        let (value, _) = rest.split_once('=')?.1.split_once(';')?;
        value.contains("\"/").then(|| (name.to_owned(), value.trim().to_owned()))
    };
    let mut constants: Vec<_> = text.split("const ").skip(1).filter_map(constant).collect();
    // A name may begin like another one.
    constants.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    constants.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
}

/// The routes in the sources: each path in a function `routes`, with the methods that follow it.
fn served(folder: &Path, found: &mut BTreeSet<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            served(&path, found);
            continue;
        }
        if path.ends_with("docs/tests.rs") || path.extension().is_none_or(|ending| ending != "rs") {
            continue;
        }
        let text = with_paths(&fs::read_to_string(&path).unwrap());
        for function in text.split("\npub").filter(|part| part.contains("fn routes(")) {
            let body = function.split("\n}").next().unwrap();
            let (mut paths, mut had_method) = (Vec::new(), false);
            for part in body.split_inclusive(['"', ')']) {
                if let Some(path) = part.strip_suffix('"').filter(|path| path.starts_with('/')) {
                    if std::mem::take(&mut had_method) {
                        paths.clear();
                    }
                    paths.push(path.to_owned());
                } else if let Some((_, method)) = part
                    .strip_suffix("()")
                    .or(part.strip_suffix('('))
                    .or(part.strip_suffix(')'))
                    .and_then(|part| part.rsplit_once("web::"))
                {
                    let method = method.trim_end_matches('(');
                    if ["get", "post", "patch", "delete", "put"].contains(&method) {
                        had_method = true;
                        found.extend(paths.iter().map(|path| (method.to_owned(), path.clone())));
                    }
                }
            }
        }
    }
}

#[test]
fn every_served_route_is_described_and_every_described_one_is_served() {
    let mut in_sources = BTreeSet::new();
    served(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/routes"), &mut in_sources);
    in_sources.retain(|(_, path)| !is_internal(path));
    let described: BTreeSet<(String, String)> =
        operations().into_iter().map(|(method, path, _)| (method, path)).collect();
    let differ: Vec<_> = in_sources.symmetric_difference(&described).collect();
    assert!(in_sources.len() > 70 && differ.is_empty(), "{differ:?}");
}

#[test]
fn the_pass_describes_other_addresses() {
    let mut document = json!({"components": {}, "paths": {"/a": {"get": {"operationId": "see", "description": "Sees.",
        "responses": {}, "x-also-at": ["/b"]}}}});
    complete::complete(&mut document);
    assert_eq!(document["paths"]["/b"]["get"]["operationId"], "see_at_b");
    assert!(document["paths"]["/a"]["get"].get("x-also-at").is_none());
}
