//! An accepted email: parses it and delivers it to each recipient.

use super::session::Envelope;
use crate::{
    clock::timestamp,
    memory::{Delivered, Request},
    world::World,
};
use mail_parser::MessageParser;
use serde_json::json;

/// The parts of an email that a reader sees.
pub(super) struct Mail {
    pub(super) envelope: Envelope,
    from: String,
    subject: String,
    text: String,
    id: Option<String>,
}

impl Mail {
    /// Parses an email. Bytes that are not an email are shown as they are.
    pub(super) fn read(envelope: Envelope, bytes: &[u8]) -> Self {
        let parsed = MessageParser::default().parse(bytes);
        let parsed = parsed.as_ref();
        let text =
            parsed.and_then(|mail| mail.body_text(0)).unwrap_or_else(|| String::from_utf8_lossy(bytes));
        let sender = parsed.and_then(|mail| mail.from()?.first()?.address());
        Self {
            from: sender.unwrap_or(&envelope.from).to_owned(),
            subject: parsed.and_then(|mail| mail.subject()).unwrap_or_default().to_owned(),
            text: text.replace("\r\n", "\n").trim_end().to_owned(),
            id: parsed.and_then(|mail| mail.message_id()).map(str::to_owned),
            envelope,
        }
    }

    pub(super) fn deliver(&self, world: &World) {
        let id = self.id.clone().unwrap_or_else(|| world.new_sid("mail-"));
        let mut memory = world.memory();
        for to in &self.envelope.to {
            memory.deliver(Delivered {
                channel: "email".into(),
                provider: "smtp".into(),
                from: self.from.clone(),
                to: to.clone(),
                body: self.text.clone(),
                subject: Some(self.subject.clone()),
                id: id.clone(),
                ..Delivered::default()
            });
        }
    }

    pub(super) fn log(&self, world: &World, status: u16, fault: Option<&str>) {
        tracing::info!(provider = "smtp", operation = "send", status, fault, "call");
        let body = json!({
            "from": self.from, "to": self.envelope.to, "subject": self.subject, "text": self.text,
        });
        let subject = world.subject("smtp", "/", &body, &json!(null));
        world.log_request(Request {
            seq: 0,
            provider: "smtp".into(),
            operation: "send".into(),
            method: "DATA".into(),
            path: "/".into(),
            body,
            status,
            fault: fault.map(str::to_owned),
            at: timestamp(),
            subject,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mail: &str) -> Mail {
        let envelope = Envelope { from: "bounce@example.com".into(), to: vec!["ana@example.com".into()] };
        Mail::read(envelope, mail.replace('\n', "\r\n").as_bytes())
    }

    #[test]
    fn the_plain_part_is_its_text() {
        let mail = read(
            "From: Ventanilla <hola@example.com>\nTo: ana@example.com\n\
             Subject: =?utf-8?Q?Tu_c=C3=B3digo?=\nMIME-Version: 1.0\n\
             Content-Type: multipart/alternative; boundary=b\n\n\
             --b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n\
             VHUgY8OzZGlnbyBlcyAxMjM0NTY=\n\
             --b\nContent-Type: text/html; charset=utf-8\n\n<p>no</p>\n--b--\n",
        );
        assert_eq!(mail.subject, "Tu código");
        assert_eq!(mail.text, "Tu código es 123456");
        assert_eq!(mail.from, "hola@example.com");
    }

    #[test]
    fn long_lines_come_back_whole() {
        let mail = read(
            "Subject: x\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n\
             https://example.com/reset?token=3Dabc=\ndef\n",
        );
        assert_eq!(mail.text, "https://example.com/reset?token=abcdef");
        assert_eq!(mail.from, "bounce@example.com", "without a From it is the envelope's");
    }
}
