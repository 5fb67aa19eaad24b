//! E-mail as a channel of the outbox: e-mail gets the outbox's durability, its retries and its order.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{email::EmailAddress, email_content::EmailContent};
use ports::messaging::{
    mailer::{Mail, Mailer},
    message_channel::{LookupFailed, MessageChannel, OutboundMessage, Retry, SendLookup, SendOutcome},
};
use std::sync::Arc;

/// The channel account that e-mail from this address goes out from.
#[must_use]
pub fn mail_account(from: &EmailAddress) -> String {
    format!("smtp:email:{}", from.as_str())
}

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
        let Some(content) = EmailContent::parse(&message.text) else {
            return rejected("the text is no e-mail content");
        };
        let Ok(to) = EmailAddress::parse(&message.recipient) else {
            return rejected("the recipient is no e-mail address");
        };
        let mail = Mail {
            id: message.id,
            to,
            html: html(&content),
            subject: content.subject,
            text: content.text,
            locale: content.locale,
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

/// The same text in HTML: a paragraph for each block, a link for each address that is alone on its line.
fn html(content: &EmailContent) -> String {
    let paragraph =
        |text: &str| format!("<p>{}</p>", text.lines().map(line).collect::<Vec<_>>().join("<br>\n"));
    let paragraphs = content.text.split("\n\n").map(paragraph).collect::<Vec<_>>().join("\n");
    format!(
        "<!doctype html>\n<html lang=\"{}\"><meta charset=\"utf-8\"><title>{}</title>\n<body>\n{paragraphs}\n</body></html>\n",
        content.locale.tag(),
        escape(&content.subject)
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
    use domain::{ids::MessageId, locale::Locale, message::Channel};
    use ports::messaging::mailer::MockMailer;
    use uuid::Uuid;

    fn message(text: String) -> OutboundMessage {
        OutboundMessage::plain(MessageId(Uuid::nil()), Channel::Email, "ana@example.com".into(), text)
    }

    #[tokio::test]
    async fn an_email_goes_out_as_plain_text_and_as_html() {
        let content = EmailContent {
            subject: "Tu <enlace>".into(),
            text: "Hola & adiós\n\nhttps://caja.example/reset?token=1&x=2".into(),
            locale: Locale::Es,
        };
        let mut mailer = MockMailer::new();
        let expected = content.clone();
        mailer
            .expect_send()
            .withf(move |mail| {
                mail.text == expected.text
                    && mail.subject == expected.subject
                    && mail.html.contains("<p>Hola &amp; adiós</p>")
                    && mail.html.contains("<a href=\"https://caja.example/reset?token=1&amp;x=2\">")
                    && !mail.html.contains("<enlace>")
            })
            .times(1)
            .returning(|_| SendOutcome::Sent { provider_id: "1".into() });
        let channel = MailChannel { mailer: Arc::new(mailer) };
        let sent = channel.send(&message(content.to_message())).await;
        assert_eq!(sent, SendOutcome::Sent { provider_id: "1".into() });
    }

    #[tokio::test]
    async fn a_text_that_is_no_email_is_not_sent() {
        let channel = MailChannel { mailer: Arc::new(MockMailer::new()) };
        assert!(matches!(channel.send(&message("hola".into())).await, SendOutcome::Rejected { .. }));
    }
}
