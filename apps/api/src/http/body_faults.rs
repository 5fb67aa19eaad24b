//! What is wrong with a body that is valid JSON, but not of the shape that its route reads: each field by its JSON
//! Pointer (RFC 6901), with a code and a reason.
//!
//! A deserializer stops at the first fault. So the fault is repaired in a copy, and the copy is read again, until it
//! can be read. Nothing of the copy is used.

use super::problem::ApiError;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use serde_path_to_error::{Path, Segment};

/// The most faults that are named.
const FAULTS_MAX: usize = 16;

/// The largest body whose faults are all looked for. Each look reads the whole body again; of a larger one only the
/// first fault is named, so that a bad body costs little more than a good one.
const THOROUGH_BYTES_MAX: usize = 16 * 1024;

/// A problem that names the fields which keep the body from being read as `T`. `bytes` is the size of the body.
pub(super) fn body_faults<T: DeserializeOwned>(body: Value, bytes: usize) -> ApiError {
    let faults_max = if bytes <= THOROUGH_BYTES_MAX { FAULTS_MAX } else { 1 };
    let mut problem = ApiError::validation_failed("One or more fields are invalid; see errors.");
    let mut repaired = body;
    let mut last = String::new();
    let mut stand_ins = stand_ins();
    for _ in 0..faults_max.saturating_mul(stand_ins.len()) {
        let Some(fault) = fault_of::<T>(&repaired) else { break };
        if fault.pointer != last {
            if problem.field_count() >= faults_max {
                break;
            }
            problem = problem.and_field(&fault.pointer, fault.code, &fault.reason);
            last.clone_from(&fault.pointer);
            stand_ins = self::stand_ins();
        }
        let Some(stand_in) = stand_ins.pop() else { break };
        if !fault.repair(&mut repaired, stand_in) {
            break;
        }
    }
    if problem.field_count() == 0 {
        return problem.and_field("", "invalid", "is not of the shape that this route reads");
    }
    problem
}

/// Values of every type, the likeliest last. One of them can be read where another value can't.
fn stand_ins() -> Vec<Value> {
    vec![json!({}), json!([]), json!(false), json!(1), json!("")]
}

/// A fault of a body.
struct Fault {
    pointer: String,
    code: &'static str,
    reason: String,
    /// The keys and indexes that lead to the value.
    path: Vec<String>,
}

/// The first fault that keeps the body from being read; None if it can be read.
fn fault_of<T: DeserializeOwned>(body: &Value) -> Option<Fault> {
    let text = body.to_string();
    let mut deserializer = serde_json::Deserializer::from_str(&text);
    let fault = serde_path_to_error::deserialize::<_, T>(&mut deserializer).err()?;
    let words = fault.inner().to_string();
    let words = words.split(" at line ").next().unwrap_or_default();
    let mut path = steps(fault.path());
    let (code, reason) = if let Some(name) = quoted(words, "missing field ") {
        path.push(name.to_owned());
        ("missing", "must be given".to_owned())
    } else if let Some(name) = quoted(words, "unknown field ") {
        if path.last().is_none_or(|last| last != name) {
            path.push(name.to_owned());
        }
        ("unknown", unknown(words))
    } else {
        ("invalid", reason(words))
    };
    let pointer = path
        .iter()
        .fold(String::new(), |pointer, step| pointer + "/" + &step.replace('~', "~0").replace('/', "~1"));
    Some(Fault { pointer, code, reason, path })
}

/// The keys and indexes of a path.
fn steps(path: &Path) -> Vec<String> {
    let name = |segment: &Segment| match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.clone()),
        Segment::Enum { variant } => Some(variant.clone()),
        Segment::Unknown => None,
    };
    path.iter().filter_map(name).collect()
}

/// The name in backticks behind a beginning.
fn quoted<'a>(words: &'a str, beginning: &str) -> Option<&'a str> {
    words.strip_prefix(beginning)?.strip_prefix('`')?.split('`').next()
}

/// Why an unknown field is refused: the fields that there are.
fn unknown(words: &str) -> String {
    let known = words.split_once("expected ").map(|(_, known)| known.replace('`', ""));
    match known {
        Some(known) => format!("is no field of this request; expected {known}"),
        None => "is no field of this request, which has none here".to_owned(),
    }
}

/// The reason without the value that was sent.
fn reason(words: &str) -> String {
    match words.split_once(", expected ") {
        Some((_, expected)) if words.starts_with("invalid") => format!("must be {expected}"),
        _ => words.to_owned(),
    }
}

impl Fault {
    /// Removes an unknown field; sets any other one to a value. False if there is no such place.
    fn repair(&self, body: &mut Value, stand_in: Value) -> bool {
        let Some((last, parents)) = self.path.split_last() else { return false };
        let parent = parents.iter().try_fold(body, |value, step| match value {
            Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
            Value::Object(fields) => fields.get_mut(step),
            _ => None,
        });
        match parent {
            Some(Value::Object(fields)) if self.code == "unknown" => fields.remove(last).is_some(),
            Some(Value::Object(fields)) => {
                fields.insert(last.clone(), stand_in);
                true
            }
            Some(Value::Array(items)) => {
                let place = last.parse::<usize>().ok().and_then(|index| items.get_mut(index));
                place.map(|place| *place = stand_in).is_some()
            }
            _ => false,
        }
    }
}
