//! Twilio's Messages resource: send, list, fetch, redact and delete messages.

use super::{
    answer::error,
    calls::{Call, Form},
    pages::PageRequest,
    resource, webhooks,
};
use crate::{
    answer::Answer,
    clock::now,
    memory::{Delivered, Memory, TwilioMessage},
    user_id::is_user_id,
    world::World,
};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Longest message body, in characters.
const BODY_LENGTH_MAX: usize = 1600;
/// The most media of one message.
const MEDIA_MAX: usize = 10;
/// What becomes of a free text after the window has ended.
const OUTSIDE_WINDOW: (u32, &str) =
    (63016, "Failed to send freeform message because you are outside the allowed window.");

pub(super) async fn send(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let fields = || url::form_urlencoded::parse(&body);
    let is_whatsapp = fields().any(|(name, value)| name == "To" && value.starts_with("whatsapp:"));
    // A form may name several media, each under the same name.
    let media = fields().filter(|(name, value)| name == "MediaUrl" && !value.is_empty());
    let media: Vec<String> = media.map(|(_, value)| value.into_owned()).collect();
    let operation = if is_whatsapp { "messages.whatsapp" } else { "messages.sms" }.to_owned();
    let shared = world.clone();
    Call { world, request, body: body.clone(), operation }
        .answer(move |world, form| match accepted(world, form, media) {
            Ok((message, template)) => {
                let answer = Answer::created(resource::message(world, &message));
                let sid = message.sid.clone();
                let is_outside = deliver(world, message, template);
                webhooks::report_progress(shared, sid, is_outside.then_some(OUTSIDE_WINDOW));
                answer
            }
            Err(refusal) => refusal,
        })
        .await
}

/// The message that a form describes, and its template.
fn accepted(
    world: &World,
    form: &Form,
    media: Vec<String>,
) -> Result<(TwilioMessage, Option<Value>), Answer> {
    let given = |name: &str| form.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let to = given("To").ok_or_else(|| error(400, 21604, "A 'To' phone number is required."))?;
    let is_whatsapp = to.starts_with("whatsapp:");
    let (from, messaging_service) = sender(world, is_whatsapp, given("From"), given("MessagingServiceSid"))?;
    let template = given("ContentSid").map(|sid| json!({"sid": sid, "variables": given("ContentVariables")}));
    let text = given("Body").unwrap_or_default();
    if text.is_empty() && template.is_none() && media.is_empty() {
        return Err(error(400, 21602, "Message body is required."));
    }
    if text.chars().count() > BODY_LENGTH_MAX {
        return Err(error(400, 21617, "The concatenated message body exceeds the 1600 character limit."));
    }
    if media.len() > MEDIA_MAX {
        return Err(error(400, 21623, "Number of media files exceeds allowed limit."));
    }
    if let Some(sid) = given("ContentSid").filter(|sid| !is_sid(sid, "HX")) {
        return Err(error(400, 21656, &format!("The ContentSid {sid} is invalid.")));
    }
    if given("ContentVariables")
        .is_some_and(|text| !matches!(serde_json::from_str(text), Ok(Value::Object(_))))
    {
        return Err(error(400, 21656, "The ContentVariables parameter is invalid."));
    }
    let address = to.trim_start_matches("whatsapp:");
    if !(is_whatsapp && is_user_id(address))
        && domain::phone::PhoneNumber::parse_international(address).is_err()
    {
        return Err(error(400, 21211, "Invalid 'To' Phone Number"));
    }
    let (created_at, prefix) = (now(), if media.is_empty() { "SM" } else { "MM" });
    let status = if messaging_service.is_some() { "accepted" } else { "queued" };
    let message = TwilioMessage {
        sid: world.new_sid(prefix),
        order: world.memory().next_seq(),
        to: to.to_owned(),
        from,
        messaging_service,
        body: text.to_owned(),
        media,
        status: status.into(),
        error: None,
        status_callback: given("StatusCallback").map(str::to_owned),
        created_at,
        sent_at: None,
        updated_at: created_at,
    };
    Ok((message, template))
}

/// The sender and the messaging service that chose it.
fn sender(
    world: &World,
    is_whatsapp: bool,
    from: Option<&str>,
    service: Option<&str>,
) -> Result<(String, Option<String>), Answer> {
    let own = if is_whatsapp { &world.config.whatsapp_from } else { &world.config.sms_from };
    let service = service.or_else(|| from.filter(|from| from.starts_with("MG")));
    if let Some(service) = service.filter(|service| !is_sid(service, "MG")) {
        return Err(error(400, 21701, &format!("The Messaging Service {service} does not exist.")));
    }
    match from.filter(|from| !from.starts_with("MG")) {
        None if service.is_none() => Err(error(400, 21603, "A 'From' phone number is required.")),
        None => Ok((own.clone(), service.map(str::to_owned))),
        Some(from) if from == own => Ok((own.clone(), service.map(str::to_owned))),
        Some(_) if is_whatsapp => {
            Err(error(400, 63007, "Twilio could not find a Channel with the specified From address"))
        }
        Some(from) => {
            let message =
                format!("'From' {from} is not a Twilio phone number or Short Code country mismatch");
            Err(error(400, 21659, &message))
        }
    }
}

fn is_sid(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|id| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Keeps the message and delivers it. True if it is a free text to somebody whose window isn't open, which
/// Twilio takes and reports as failed.
fn deliver(world: &World, message: TwilioMessage, template: Option<Value>) -> bool {
    let is_whatsapp = message.is_whatsapp();
    let mut memory = world.memory();
    let is_outside = is_whatsapp
        && template.is_none()
        && !memory.windows.is_open("twilio", &message.to, world.config.strangers);
    if !is_outside {
        memory.deliver(Delivered {
            channel: if is_whatsapp { "whatsapp" } else { "sms" }.into(),
            provider: "twilio".into(),
            from: message.from.clone(),
            to: message.to.clone(),
            body: shown(&message, template.as_ref()),
            template,
            id: message.sid.clone(),
            ..Delivered::default()
        });
    }
    memory.twilio.messages.insert(message.sid.clone(), message);
    is_outside
}

/// What a phone shows: the text, else the variables of the template, whose text only Twilio knows, else the
/// addresses of the media.
fn shown(message: &TwilioMessage, template: Option<&Value>) -> String {
    let variables = template.and_then(|template| template["variables"].as_str()).unwrap_or_default();
    let variables: BTreeMap<String, Value> = serde_json::from_str(variables).unwrap_or_default();
    let values: Vec<&str> = variables.values().filter_map(Value::as_str).collect();
    match (message.body.is_empty(), values.is_empty()) {
        (false, _) => message.body.clone(),
        (true, false) => values.join(" · "),
        (true, true) => message.media.join(" "),
    }
}

pub(super) async fn list(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    Call { world, request, body, operation: "messages.list".into() }
        .answer(|world, form| {
            let Some(page) = PageRequest::read(form) else {
                return error(400, 20006, "Invalid page token");
            };
            let memory = world.memory();
            let mut found: Vec<&TwilioMessage> =
                memory.twilio.messages.values().filter(|message| is_wanted(message, form)).collect();
            found.sort_by_key(|message| std::cmp::Reverse(message.order));
            let page = page.of(found, |message| message.order, form);
            let messages: Vec<_> =
                page.items.iter().map(|message| resource::message(world, message)).collect();
            let path = format!("/2010-04-01/Accounts/{}/Messages.json", world.config.account_sid);
            Answer::ok(page.with_uris("messages", &path, &messages))
        })
        .await
}

/// True if the message passes the filters: its addresses, and the day or moment at which it was sent.
fn is_wanted(message: &TwilioMessage, form: &Form) -> bool {
    let is = |name: &str, value: &str| form.get(name).is_none_or(|wanted| wanted == value);
    // A comparison is part of the parameter's name, with or without its `=`.
    let given =
        |names: [&str; 2]| names.iter().find_map(|name| form.get(*name)).and_then(|text| Moment::read(text));
    let at = message.sent_at.unwrap_or(message.created_at);
    is("To", &message.to)
        && is("From", &message.from)
        && given(["DateSent>", "DateSent>="]).is_none_or(|since| at >= since.start())
        && given(["DateSent<", "DateSent<="]).is_none_or(|until| at <= until.end())
        && given(["DateSent", "DateSent="]).is_none_or(|when| (when.start()..=when.end()).contains(&at))
}

/// A day in UTC, or a moment.
enum Moment {
    Day(NaiveDate),
    Time(DateTime<Utc>),
}

impl Moment {
    fn read(text: &str) -> Option<Self> {
        text.parse().map(Self::Day).ok().or_else(|| text.parse().map(Self::Time).ok())
    }

    fn start(&self) -> DateTime<Utc> {
        match self {
            Self::Day(day) => day.and_time(NaiveTime::MIN).and_utc(),
            Self::Time(time) => *time,
        }
    }

    fn end(&self) -> DateTime<Utc> {
        match self {
            Self::Day(day) => day.succ_opt().unwrap_or(*day).and_time(NaiveTime::MIN).and_utc(),
            Self::Time(time) => *time,
        }
    }
}

fn gone() -> Answer {
    error(404, 20404, "The requested resource was not found")
}

/// Twilio's refusal to change a message whose delivery goes on.
fn unfinished() -> Answer {
    error(409, 20009, "Cannot delete message because delivery hasn't been completed.")
}

fn finished<'a>(memory: &'a mut Memory, sid: &str) -> Result<&'a mut TwilioMessage, Answer> {
    let message = memory.twilio.messages.get_mut(sid).ok_or_else(gone)?;
    if message.is_done() { Ok(message) } else { Err(unfinished()) }
}

pub(super) async fn fetch(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let sid = request.match_info().get("sid").unwrap_or_default().to_owned();
    Call { world, request, body, operation: "messages.fetch".into() }
        .answer(move |world, _| match world.memory().twilio.messages.get(&sid) {
            Some(message) => Answer::ok(resource::message(world, message)),
            None => gone(),
        })
        .await
}

/// Removes the text of a message, which an empty `Body` asks for. The text on the phone stays.
pub(super) async fn redact(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let sid = request.match_info().get("sid").unwrap_or_default().to_owned();
    Call { world, request, body, operation: "messages.redact".into() }
        .answer(move |world, form| {
            if form.get("Body").is_none_or(|body| !body.is_empty()) {
                return error(400, 20001, "Body must be empty: a message can only be redacted.");
            }
            match finished(&mut world.memory(), &sid) {
                Ok(message) => {
                    message.body.clear();
                    message.updated_at = now();
                    Answer::ok(resource::message(world, message))
                }
                Err(refusal) => refusal,
            }
        })
        .await
}

pub(super) async fn delete(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let sid = request.match_info().get("sid").unwrap_or_default().to_owned();
    Call { world, request, body, operation: "messages.delete".into() }
        .answer(move |world, _| {
            let mut memory = world.memory();
            match finished(&mut memory, &sid).map(|_message| ()) {
                Ok(()) => {
                    memory.twilio.messages.remove(&sid);
                    Answer { status: 204, body: Value::Null }
                }
                Err(refusal) => refusal,
            }
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::{super::resource::tests::sms, *};

    #[test]
    fn a_template_shows_its_variables() {
        let template = json!({"sid": "HX1", "variables": r#"{"1":"123456","2":"10"}"#});
        assert_eq!(shown(&sms(""), Some(&template)), "123456 · 10");
        assert_eq!(shown(&sms("hola"), Some(&template)), "hola");
        let media = TwilioMessage { media: vec!["https://example.com/a.png".into()], ..sms("") };
        assert_eq!(shown(&media, None), "https://example.com/a.png");
    }

    #[test]
    fn a_day_is_compared_whole_and_a_moment_exactly() {
        let sent_at: DateTime<Utc> = "2026-11-30T10:00:00Z".parse().unwrap();
        let message = TwilioMessage { sent_at: Some(sent_at), ..sms("hola") };
        let is =
            |name: &str, value: &str| is_wanted(&message, &Form::from([(name.to_owned(), value.to_owned())]));
        for (name, value) in [
            ("DateSent", "2026-11-30"),
            ("DateSent>", "2026-11-30"),
            ("DateSent>=", "2026-11-30T10:00:00Z"),
            ("DateSent<", "2026-11-30"),
            ("To", "+525511112222"),
        ] {
            assert!(is(name, value), "{name} {value}");
        }
        for (name, value) in [
            ("DateSent", "2026-11-29"),
            ("DateSent>", "2026-12-01"),
            ("DateSent>", "2026-11-30T10:00:01Z"),
            ("DateSent<", "2026-11-29"),
            ("From", "+525511112222"),
        ] {
            assert!(!is(name, value), "{name} {value}");
        }
    }
}
