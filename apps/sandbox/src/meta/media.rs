//! Media: files that the bank uploads, and those of people's messages, by their ids.

use super::{
    answer::{missing, no_such_object, parameter},
    calls::MetaCall,
};
use crate::{
    answer::Answer,
    memory::Media,
    multipart::{self, Part},
    world::{Shared, World},
};
use actix_web::{HttpRequest, HttpResponse, http::header, web};
use serde_json::{Value, json};

/// The media types that `WhatsApp` takes, or how they begin.
const TYPES: [&str; 12] = [
    "audio/aac",
    "audio/mp4",
    "audio/mpeg",
    "audio/amr",
    "audio/ogg",
    "image/jpeg",
    "image/png",
    "image/webp",
    "video/mp4",
    "video/3gpp",
    "text/plain",
    "application/",
];

/// Keeps an uploaded file: `{id}`.
pub(super) async fn upload(world: Shared, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let parts = multipart::read(kind.unwrap_or_default(), body).await.unwrap_or_default();
    let field = |name: &str| parts.iter().find(|part| part.name == name);
    let shown = json!({
        "messaging_product": field("messaging_product").and_then(Part::text),
        "type": field("type").and_then(Part::text),
        "file": field("file").and_then(|file| file.file_name.clone()),
    });
    let id = request.match_info().get("id").unwrap_or_default().to_owned();
    let new_id = new_id(&world);
    MetaCall { world, request, operation: "media", body: Some(shown) }
        .answer(move |world, config| {
            if id != config.phone_number_id {
                return no_such_object("POST", &id);
            }
            match checked(&parts) {
                Ok(media) => {
                    world.memory().meta.media.insert(new_id.clone(), media);
                    Answer::ok(json!({"id": new_id}))
                }
                Err(refusal) => refusal,
            }
        })
        .await
}

fn checked(parts: &[Part]) -> Result<Media, Answer> {
    let field = |name: &str| parts.iter().find(|part| part.name == name);
    if field("messaging_product").and_then(Part::text) != Some("whatsapp") {
        return Err(parameter("The parameter messaging_product is required."));
    }
    let Some(file) = field("file").filter(|file| !file.bytes.is_empty()) else {
        return Err(missing("The parameter file is required."));
    };
    let given = file.mime_type.clone().or_else(|| field("type").and_then(Part::text).map(str::to_owned));
    let mime_type = given.unwrap_or_else(|| "application/octet-stream".into());
    if mime_type == "application/octet-stream" || !TYPES.iter().any(|known| mime_type.starts_with(known)) {
        let message =
            format!("Param file must be a file with one of the following types: {}.", TYPES.join(", "));
        return Err(parameter(&message));
    }
    Ok(Media { mime_type, bytes: file.bytes.clone() })
}

/// A new id of digits, as Meta's are.
fn new_id(world: &World) -> String {
    let id = u64::from_be_bytes(world.random_bytes()) >> 14;
    format!("{id:015}")
}

/// The media as a node: its type, its checksum, and the address of its bytes.
pub(super) fn node(id: &str, media: &Media, base: &str) -> Value {
    let sha256 = hex::encode(ring::digest::digest(&ring::digest::SHA256, &media.bytes));
    json!({
        "messaging_product": "whatsapp", "url": format!("{base}/meta/attachments/{id}"),
        "mime_type": media.mime_type, "sha256": sha256, "file_size": media.bytes.len(), "id": id,
    })
}

/// The bytes, for the holder of the token.
pub(super) async fn download(world: Shared, request: HttpRequest) -> HttpResponse {
    let id = request.match_info().get("id").unwrap_or_default().to_owned();
    let media = world.memory().meta.media.get(&id).cloned();
    let found = media.is_some();
    let answer =
        MetaCall { world, request, operation: "attachment", body: None }
            .answer(move |_, _| {
                if found { Answer::ok(json!({"id": id})) } else { Answer { status: 404, body: Value::Null } }
            })
            .await;
    match media.filter(|_| answer.status() == 200) {
        Some(media) => HttpResponse::Ok().content_type(media.mime_type).body(media.bytes),
        None => answer,
    }
}

pub(super) async fn delete(world: Shared, request: HttpRequest) -> HttpResponse {
    let id = request.match_info().get("id").unwrap_or_default().to_owned();
    MetaCall { world, request, operation: "media", body: None }
        .answer(move |world, _| match world.memory().meta.media.remove(&id) {
            Some(_media) => Answer::ok(json!({"success": true})),
            None => no_such_object("DELETE", &id),
        })
        .await
}
