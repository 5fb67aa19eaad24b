//! Photos and documents of the bot: by an address, by the id of a file sent before, or by their bytes.

use super::{
    answer::{Checked, bad_request, not_found, result},
    calls::Parameters,
    send,
};
use crate::{
    answer::Answer,
    config::TelegramConfig,
    json::merge,
    memory::BotFile,
    multipart::Part,
    world::{Shared, World},
};
use actix_web::{HttpRequest, HttpResponse, web::Bytes};
use serde_json::{Value, json};

const CAPTION_LENGTH_MAX: usize = 1024;

pub(super) fn photo(world: &World, config: &TelegramConfig, parameters: &Parameters) -> Checked<Answer> {
    let sent = given(world, parameters, "photo")?;
    let size = json!({
        "file_id": sent.id, "file_unique_id": unique(&sent.id), "width": 90, "height": 90,
        "file_size": sent.file.bytes.len(),
    });
    deliver(world, config, parameters, sent, "[photo]", json!({"photo": [size]}))
}

pub(super) fn document(world: &World, config: &TelegramConfig, parameters: &Parameters) -> Checked<Answer> {
    let sent = given(world, parameters, "document")?;
    let document = json!({
        "file_id": sent.id, "file_unique_id": unique(&sent.id), "file_name": sent.name,
        "mime_type": sent.file.mime_type, "file_size": sent.file.bytes.len(),
    });
    deliver(world, config, parameters, sent, "[document]", json!({"document": document}))
}

/// A file to send.
struct Sent {
    id: String,
    name: String,
    file: BotFile,
}

/// The last part of a file's id, which is the same for all bots.
fn unique(id: &str) -> &str {
    id.strip_prefix("BQAC").unwrap_or(id)
}

/// The file that a parameter names.
fn given(world: &World, parameters: &Parameters, name: &str) -> Checked<Sent> {
    let id = format!("BQAC{}", hex::encode(world.random_bytes::<12>()));
    let keep = |name: String, mime_type: String, bytes: Bytes| {
        let path = format!("documents/{}", unique(&id));
        Sent { id: id.clone(), name, file: BotFile { path, mime_type, bytes } }
    };
    let of_part = |part: &Part| {
        let mime_type = part.mime_type.clone().unwrap_or_else(|| "application/octet-stream".into());
        keep(part.file_name.clone().unwrap_or_else(|| name.to_owned()), mime_type, part.bytes.clone())
    };
    if let Some(part) = parameters.file(name) {
        return if part.bytes.is_empty() {
            Err(bad_request("file must be non-empty"))
        } else {
            Ok(of_part(part))
        };
    }
    let text = parameters.text(name).filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| bad_request(&format!("there is no {name} in the request")))?;
    if let Some(attached) = text.strip_prefix("attach://") {
        return parameters.file(attached).map(of_part).ok_or_else(|| bad_request("attached file not found"));
    }
    if let Some(known) = world.memory().telegram.files.get(&text) {
        return Ok(Sent { id: text, name: name.to_owned(), file: known.clone() });
    }
    match url::Url::parse(&text) {
        Ok(address) if ["http", "https"].contains(&address.scheme()) => {
            let file_name = address.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or(name);
            // The sandbox fetches nothing: the file holds its address.
            Ok(keep(file_name.to_owned(), "application/octet-stream".into(), Bytes::from(text.clone())))
        }
        _ => Err(bad_request("wrong file identifier/HTTP URL specified")),
    }
}

fn deliver(
    world: &World,
    config: &TelegramConfig,
    parameters: &Parameters,
    sent: Sent,
    nameless: &str,
    mut fields: Value,
) -> Checked<Answer> {
    let caption = parameters.text("caption").filter(|caption| !caption.is_empty());
    if caption.as_ref().is_some_and(|caption| caption.chars().count() > CAPTION_LENGTH_MAX) {
        return Err(bad_request("message caption is too long"));
    }
    if let Some(caption) = &caption {
        merge(&mut fields, Some(&json!({"caption": caption})));
    }
    let answer =
        send::deliver(world, config, parameters, caption.unwrap_or_else(|| nameless.into()), &fields)?;
    world.memory().telegram.files.insert(sent.id, sent.file);
    Ok(answer)
}

/// Where a file can be fetched.
pub(super) fn info(world: &World, parameters: &Parameters) -> Checked<Answer> {
    let id = parameters.text("file_id").unwrap_or_default();
    let memory = world.memory();
    let file = memory.telegram.files.get(&id).ok_or_else(|| bad_request("invalid file_id"))?;
    Ok(result(&json!({
        "file_id": id, "file_unique_id": unique(&id), "file_size": file.bytes.len(), "file_path": file.path,
    })))
}

/// The bytes of a file, for a caller with the bot's token.
pub(super) async fn download(world: Shared, request: HttpRequest) -> HttpResponse {
    let named = |name: &str| request.match_info().get(name).unwrap_or_default();
    let is_ours = world.config.telegram.as_ref().is_some_and(|config| config.bot_token == named("token"));
    let found = world.memory().telegram.files.values().find(|file| file.path == named("path")).cloned();
    match found.filter(|_| is_ours) {
        Some(file) => HttpResponse::Ok().content_type(file.mime_type).body(file.bytes),
        None => not_found().await,
    }
}
