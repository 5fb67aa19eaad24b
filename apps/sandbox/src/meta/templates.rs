//! The templates of the business account. Whatever its name, a template is approved in every language of ours.

use super::{
    answer::no_such_object,
    calls::{MetaCall, pick, query},
};
use crate::{answer::Answer, memory::Memory, world::Shared};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The languages that people are written to in.
const LANGUAGES: [&str; 3] = ["es", "en", "pt_BR"];
/// The templates that a new account has.
const SHIPPED: [&str; 2] = ["codigo_de_verificacion", "hello_world"];
/// How many templates a page has at most.
const PAGE_MAX: usize = 250;
const PAGE: usize = 25;

pub(super) async fn list(world: Shared, request: HttpRequest) -> HttpResponse {
    let id = request.match_info().get("id").unwrap_or_default().to_owned();
    let asked = query(&request);
    MetaCall { world, request, operation: "templates", body: None }
        .answer(move |world, config| {
            if id != config.business_account_id {
                return no_such_object("GET", &id);
            }
            let mut memory = world.memory();
            if let Some(name) = asked.get("name").filter(|name| !name.is_empty()) {
                memory.meta.templates.insert(name.clone());
            }
            Answer::ok(page(all(&memory), &asked))
        })
        .await
}

/// The template with this id.
pub(super) fn find(memory: &Memory, id: &str) -> Option<Value> {
    all(memory).into_iter().find(|template| template["id"] == id)
}

fn all(memory: &Memory) -> Vec<Value> {
    let shipped = SHIPPED.iter().map(|name| (*name).to_owned());
    let mut names: Vec<String> = shipped.chain(memory.meta.templates.iter().cloned()).collect();
    names.sort();
    names.dedup();
    names.iter().flat_map(|name| LANGUAGES.map(|language| template(name, language))).collect()
}

/// A page of the templates that pass the filters. The cursor is the id of the last one.
fn page(all: Vec<Value>, asked: &BTreeMap<String, String>) -> Value {
    let is = |template: &Value, name: &str| {
        asked.get(name).is_none_or(|wanted| {
            template[name].as_str().is_some_and(|value| value.eq_ignore_ascii_case(wanted))
        })
    };
    let total = all.len();
    let mut found: Vec<Value> = all
        .into_iter()
        .filter(|template| ["name", "language", "status", "category"].iter().all(|name| is(template, name)))
        .collect();
    if let Some(after) = asked.get("after") {
        let at = found.iter().position(|template| template["id"] == after.as_str());
        found = found.into_iter().skip(at.map_or(0, |at| at.saturating_add(1))).collect();
    }
    let limit = asked.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(PAGE).clamp(1, PAGE_MAX);
    let has_more = found.len() > limit;
    found.truncate(limit);
    let cursor = |template: Option<&Value>| template.map(|template| template["id"].clone());
    let mut paging = json!({"cursors": {"before": cursor(found.first()), "after": cursor(found.last())}});
    if let (true, Some(fields)) = (has_more, paging.as_object_mut()) {
        fields.insert("next".into(), json!(next_page(asked, found.last())));
    }
    let fields = asked.get("fields").map(String::as_str);
    let id = |template: &Value| template["id"].as_str().unwrap_or_default().to_owned();
    let data: Vec<Value> = found.iter().map(|template| pick(template, &id(template), fields)).collect();
    let mut page = json!({"data": data, "paging": paging});
    if let (true, Some(fields)) = (asked.contains_key("summary"), page.as_object_mut()) {
        let summary = json!({
            "total_count": total, "message_template_count": total, "message_template_limit": PAGE_MAX,
            "are_translations_complete": true,
        });
        fields.insert("summary".into(), summary);
    }
    page
}

/// The address of the next page, at the host that Meta's own have.
fn next_page(asked: &BTreeMap<String, String>, last: Option<&Value>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in asked.iter().filter(|(name, _)| !["after", "access_token"].contains(&name.as_str()))
    {
        query.append_pair(name, value);
    }
    query.append_pair("after", last.and_then(|last| last["id"].as_str()).unwrap_or_default());
    format!("https://graph.facebook.com/message_templates?{}", query.finish())
}

fn template(name: &str, language: &str) -> Value {
    let is_code = name.contains("codigo") || name.contains("code") || name.contains("otp");
    let (category, components) =
        if is_code { ("AUTHENTICATION", code(language)) } else { ("UTILITY", text()) };
    let digest = ring::digest::digest(&ring::digest::SHA256, format!("{name}/{language}").as_bytes());
    let id = digest.as_ref().iter().take(6).fold(0_u64, |id, byte| (id << 8) | u64::from(*byte));
    json!({
        "id": format!("{id:015}"), "name": name, "language": language, "status": "APPROVED", "category": category,
        "parameter_format": "POSITIONAL", "components": components,
    })
}

fn text() -> Value {
    json!([{"type": "BODY", "text": "Ventanilla: {{1}}", "example": {"body_text": [["texto"]]}}])
}

/// The components that Meta prescribes for a code.
fn code(language: &str) -> Value {
    let (text, title) = match language {
        "en" => ("*{{1}}* is your verification code.", "Copy code"),
        "pt_BR" => ("*{{1}}* é o seu código de verificação.", "Copiar código"),
        _ => ("*{{1}}* es tu código de verificación.", "Copiar código"),
    };
    json!([
        {"type": "BODY", "text": text, "add_security_recommendation": true, "example": {"body_text": [["123456"]]}},
        {"type": "BUTTONS", "buttons": [{
            "type": "URL", "text": title, "url": "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}",
            "example": ["https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp123456"],
        }]},
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> BTreeMap<String, String> {
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    #[test]
    fn pages_lead_to_all_templates() {
        let memory = Memory::default();
        let mut seen = Vec::new();
        let mut query = "limit=4".to_owned();
        loop {
            let page = page(all(&memory), &asked(&query));
            seen.extend(page["data"].as_array().unwrap().iter().map(|one| one["id"].to_string()));
            if page["paging"].get("next").is_none() {
                break;
            }
            query = format!("limit=4&after={}", page["paging"]["cursors"]["after"].as_str().unwrap());
        }
        let count = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!((count, seen.len()), (SHIPPED.len() * LANGUAGES.len(), count));
    }

    #[test]
    fn filters_fields_and_the_summary_are_heard() {
        let memory = Memory::default();
        let page =
            page(all(&memory), &asked("name=codigo_de_verificacion&language=es&fields=name,status&summary="));
        let data = page["data"].as_array().unwrap();
        assert_eq!((data.len(), &data[0]["status"], data[0].get("category")), (1, &json!("APPROVED"), None));
        assert_eq!(page["summary"]["total_count"], 6);
        let code = find(&memory, data[0]["id"].as_str().unwrap()).unwrap();
        assert_eq!((&code["category"], &code["language"]), (&json!("AUTHENTICATION"), &json!("es")));
    }
}
