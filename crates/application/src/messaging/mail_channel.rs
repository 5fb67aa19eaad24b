//! E-mail as a channel of the outbox: e-mail gets the outbox's durability, its retries and its order.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{email::EmailAddress, locale::Locale};
use ports::messaging::{
    mailer::{Mail, Mailer},
    message_channel::{
        LookupFailed, MessageChannel, MessageForm, OutboundMessage, Retry, SendLookup, SendOutcome,
    },
};
use std::sync::Arc;

/// Sends the outbox's e-mail through a mailer.
pub struct MailChannel {
    mailer: Arc<dyn Mailer>,
}

impl MailChannel {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(mailer: Arc<dyn Mailer>) -> Self {
        Self { mailer }
    }
}

#[async_trait]
impl MessageChannel for MailChannel {
    async fn send(&self, message: &OutboundMessage) -> SendOutcome {
        let rejected = |reason: &str| SendOutcome::Rejected {
            code: None,
            reason: reason.to_owned(),
            retry: Retry::Never,
        };
        let MessageForm::Email { subject, locale } = &message.form else {
            return rejected("the message is no e-mail");
        };
        let Ok(to) = EmailAddress::parse(&message.recipient) else {
            return rejected("the recipient is no e-mail address");
        };
        let subject = one_line(subject);
        let mail = Mail {
            id: message.id,
            to,
            html: html(&subject, &message.text, *locale),
            subject,
            text: message.text.clone(),
            locale: *locale,
        };
        self.mailer.send(&mail).await
    }

    /// Mail servers can't be asked what they accepted.
    async fn find_sent(
        &self,
        _message: &OutboundMessage,
        _since: DateTime<Utc>,
        _known: &[String],
    ) -> Result<SendLookup, LookupFailed> {
        Ok(SendLookup::NeverKept)
    }
}

/// The subject with spaces for control characters, so that it can't add headers.
fn one_line(subject: &str) -> String {
    subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The same text in HTML: a paragraph for each block, a link for each address that is alone on its line.
fn html(subject: &str, text: &str, locale: Locale) -> String {
    let paragraph =
        |text: &str| format!("<p>{}</p>", text.lines().map(line).collect::<Vec<_>>().join("<br>\n"));
    let paragraphs = text.split("\n\n").map(paragraph).collect::<Vec<_>>().join("\n");
    format!(
        "<!doctype html>\n<html lang=\"{}\"><meta charset=\"utf-8\"><title>{}</title>\n<body>\n{paragraphs}\n</body></html>\n",
        locale.tag(),
        escape(subject)
    )
}

fn line(line: &str) -> String {
    let text = escape(line.trim());
    let is_address = text.starts_with("https://") || text.starts_with("http://");
    if is_address && !text.contains(char::is_whitespace) {
        format!("<a href=\"{text}\">{text}</a>")
    } else {
        text
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::MessageId;
    use ports::messaging::mailer::MockMailer;
    use uuid::Uuid;

    fn email(subject: &str, text: &str) -> OutboundMessage {
        let content = (subject.to_owned(), text.to_owned());
        OutboundMessage::email(MessageId(Uuid::nil()), "ana@example.com".into(), content, Locale::Es)
    }

    #[tokio::test]
    async fn an_email_goes_out_as_plain_text_and_as_html() {
        let text = "Hola & adiós\n\nhttps://caja.example/reset?token=1&x=2";
        let mut mailer = MockMailer::new();
        mailer
            .expect_send()
            .withf(move |mail| {
                mail.text == text
                    && mail.subject == "Tu <enlace>"
                    && mail.html.contains("<p>Hola &amp; adiós</p>")
                    && mail.html.contains("<a href=\"https://caja.example/reset?token=1&amp;x=2\">")
                    && !mail.html.contains("<enlace>")
            })
            .times(1)
            .returning(|_| SendOutcome::Sent { provider_id: "1".into() });
        let channel = MailChannel { mailer: Arc::new(mailer) };
        let sent = channel.send(&email("Tu <enlace>", text)).await;
        assert_eq!(sent, SendOutcome::Sent { provider_id: "1".into() });
    }

    #[tokio::test]
    async fn a_text_that_is_no_email_is_not_sent() {
        let channel = MailChannel { mailer: Arc::new(MockMailer::new()) };
        let plain = OutboundMessage { form: MessageForm::Plain, ..email("", "hola") };
        assert!(matches!(channel.send(&plain).await, SendOutcome::Rejected { .. }));
    }

    #[tokio::test]
    async fn a_subject_grows_no_headers() {
        let mut mailer = MockMailer::new();
        mailer
            .expect_send()
            .withf(|mail| mail.subject == "a  Bcc: x@example.com")
            .times(1)
            .returning(|_| SendOutcome::Sent { provider_id: "1".into() });
        let channel = MailChannel { mailer: Arc::new(mailer) };
        channel.send(&email("a\r\nBcc: x@example.com", "b")).await;
    }
}
