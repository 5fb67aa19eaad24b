//! Reads a chat completion as any of the servers words it. Fields that aren't needed are ignored, wherever they are;
//! what a model thought (`reasoning`, `reasoning_content`) is never its answer.

use domain::messaging::{
    intent::Intent,
    opinion::{Opinion, ServiceFailure},
};
use serde::Deserialize;
use serde_json::Value;

/// How sure the model is taken to be: it doesn't say. Less than the rules are.
const CONFIDENCE: f32 = 0.7;

#[derive(Deserialize)]
struct Completion {
    #[serde(default)]
    choices: Vec<Choice>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    finish_reason: Option<String>,
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    content: Option<Content>,
    refusal: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
struct Part {
    text: Option<String>,
    refusal: Option<String>,
}

/// What the schema asks for. Fields beside these are ignored.
#[derive(Deserialize)]
struct Frame {
    intent: String,
    amount_text: Option<String>,
    payee_text: Option<String>,
    concept_text: Option<String>,
}

/// Reads the body of a successful response.
pub(crate) fn read(body: &[u8]) -> Result<Opinion, ServiceFailure> {
    let completion: Completion = decode(body)?;
    if completion.error.is_some_and(|error| !error.is_null()) {
        // Some servers answer 200 with an error in it.
        return Err(ServiceFailure::Http);
    }
    let Choice { finish_reason, message } =
        completion.choices.into_iter().next().ok_or(ServiceFailure::Invalid)?;
    match finish_reason.as_deref() {
        Some("stop") | None => {}
        Some("length") => return Err(ServiceFailure::Length),
        Some("content_filter") => return Err(ServiceFailure::Refused),
        Some(_) => return Err(ServiceFailure::Invalid),
    }
    if message.refusal.is_some_and(|refusal| !refusal.is_empty()) {
        return Err(ServiceFailure::Refused);
    }
    frame(&text_of(message.content)?)
}

fn text_of(content: Option<Content>) -> Result<String, ServiceFailure> {
    match content {
        Some(Content::Text(text)) => Ok(text),
        Some(Content::Parts(parts)) if parts.iter().any(|part| part.refusal.is_some()) => {
            Err(ServiceFailure::Refused)
        }
        Some(Content::Parts(parts)) => Ok(parts.into_iter().filter_map(|part| part.text).collect()),
        None => Err(ServiceFailure::Invalid),
    }
}

fn frame(content: &str) -> Result<Opinion, ServiceFailure> {
    let Frame { intent, amount_text, payee_text, concept_text } = decode(unfenced(content).as_bytes())?;
    let intent = Intent::ALL.iter().copied().find(|known| known.wire_name() == intent);
    Ok(Opinion {
        intent: intent.ok_or(ServiceFailure::Invalid)?,
        confidence: CONFIDENCE,
        amount: amount_text,
        payee: payee_text,
        concept: concept_text,
    })
}

/// The content without the fence of Markdown that a model without a schema puts around it.
fn unfenced(content: &str) -> &str {
    let content = content.trim();
    let inside = content.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    inside.map_or(content, |inside| inside.strip_prefix("json").unwrap_or(inside).trim())
}

/// The error would quote the text, so nobody gets it.
fn decode<'b, T: Deserialize<'b>>(json: &'b [u8]) -> Result<T, ServiceFailure> {
    serde_json::from_slice(json).map_err(|_malformed| ServiceFailure::Invalid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn completion(message: impl Into<Value>, finish: &str) -> Vec<u8> {
        let message: Value = message.into();
        let choice = json!({"index": 0, "finish_reason": finish, "message": message, "logprobs": null});
        json!({"id": "c", "object": "chat.completion", "choices": [choice], "usage": {}})
            .to_string()
            .into_bytes()
    }

    fn said(content: impl Into<Value>) -> Result<Opinion, ServiceFailure> {
        read(&completion(json!({"role": "assistant", "content": content.into()}), "stop"))
    }

    fn help() -> String {
        json!({"intent": "ayuda", "amount_text": null, "payee_text": null, "concept_text": null}).to_string()
    }

    #[test]
    fn the_answer_of_each_server_is_read() {
        for more in [
            json!({"refusal": null, "annotations": []}),
            json!({"reasoning": null, "tool_calls": [], "function_call": null}),
            json!({"reasoning": "{\"intent\":\"hablar_con_asesor\"}"}),
            json!({"reasoning_content": "{\"intent\":\"transferir\"}"}),
        ] {
            let mut message = json!({"role": "assistant", "content": help()});
            message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            assert_eq!(read(&completion(message, "stop")).unwrap().intent, Intent::Help);
        }
    }

    #[test]
    fn parts_and_fences_are_read() {
        let parts = json!([{"type": "text", "text": help()}]);
        assert_eq!(said(parts).unwrap().intent, Intent::Help);
        for fenced in
            [format!("```json\n{}\n```", help()), format!("```{}```", help()), format!(" {} ", help())]
        {
            assert_eq!(said(fenced).unwrap().intent, Intent::Help);
        }
    }

    #[test]
    fn quotes_are_texts_and_other_fields_are_nothing() {
        let frame = json!({
            "intent": "transferir", "amount_text": "35", "payee_text": "Tacho", "concept_text": null,
            "amount": 9000, "destination_account": "646180000000000009", "code": "123456",
        });
        let opinion = said(frame.to_string()).unwrap();
        assert_eq!((opinion.amount.as_deref(), opinion.payee.as_deref()), (Some("35"), Some("Tacho")));
        let number =
            json!({"intent": "transferir", "amount_text": 35, "payee_text": null, "concept_text": null});
        assert_eq!(said(number.to_string()), Err(ServiceFailure::Invalid));
    }

    #[test]
    fn what_is_no_answer() {
        use ServiceFailure::{Http, Invalid, Length, Refused};
        let message = |content: Value| json!({"role": "assistant", "content": content});
        for (body, expected) in [
            (completion(message(help().into()), "length"), Length),
            (completion(message(help().into()), "content_filter"), Refused),
            (completion(message(help().into()), "tool_calls"), Invalid),
            (completion(json!({"content": null, "refusal": "I can't."}), "stop"), Refused),
            (completion(json!({"content": [{"refusal": "I can't."}]}), "stop"), Refused),
            (completion(message(Value::Null), "stop"), Invalid),
            (completion(message("".into()), "stop"), Invalid),
            (completion(json!({"content": "", "reasoning": help()}), "stop"), Invalid),
            (completion(json!({"content": null, "reasoning_content": help()}), "stop"), Invalid),
            (completion(message("[1, 2]".into()), "stop"), Invalid),
            (completion(message("x".repeat(100_000).into()), "stop"), Invalid),
            (completion(message("{\"intent\":\"vender_acciones\"}".into()), "stop"), Invalid),
            (completion(message("{\"intent\":\"ayuda\",\"intent\":\"transferir\"}".into()), "stop"), Invalid),
            (json!({"choices": []}).to_string().into_bytes(), Invalid),
            (json!({"error": {"message": "overloaded", "code": null}}).to_string().into_bytes(), Http),
            (b"<html>login</html>".to_vec(), Invalid),
            (b"{\"choices\":[{\"message\":{\"content\":\"{\\\"inte".to_vec(), Invalid),
            (
                b"{\"choices\":[{\"finish_reason\":\"stop\",\"message\":{\"content\":\"\xff\xfe\"}}]}"
                    .to_vec(),
                Invalid,
            ),
        ] {
            let shown = String::from_utf8_lossy(&body).chars().take(200).collect::<String>();
            assert_eq!(read(&body), Err(expected), "{shown}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_body_is_an_error_of_ours(body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            proptest::prop_assert!(read(&body).is_err());
        }
    }
}
