//! Sends e-mail over SMTP (RFC 5321), with lettre and rustls.

use async_trait::async_trait;
use domain::email::EmailAddress;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    address::{Address, AddressError},
    message::{
        Mailbox, MultiPart,
        header::{Header, HeaderName, HeaderValue},
    },
    transport::smtp::Error,
};
use ports::messaging::{
    mailer::{Mail, Mailer},
    message_channel::{Retry, SendOutcome},
};
use secrecy::{ExposeSecret, SecretString};
use std::{net::IpAddr, time::Duration};
use thiserror::Error as ThisError;
use url::Url;

/// Longest silence of the server. Two such waits end within the lease of the outbox.
const SILENCE_MAX: Duration = Duration::from_secs(8);
/// Display name before the sender's address.
const SENDER_NAME: &str = "Ventanilla";

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// The URL of the server can't be read, or the sender's address is not ASCII. The error does not contain the
/// URL, which may contain a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
#[error("the URL must be smtp:// or smtps:// and a server, and the sender's address must be ASCII")]
pub struct NotAServer;

/// Whether `url` is the URL of a server: `smtp://host:port`, `smtps://user:password@host`, with
/// `?tls=required` when STARTTLS must encrypt the connection.
#[must_use]
pub fn is_address(url: &str) -> bool {
    Transport::from_url(url).is_ok()
}

/// Whether nobody on the network can read the password and the codes: `smtps://`, or `?tls=required`.
/// `?tls=opportunistic` is not safe, because an attacker on the network can prevent the encryption. A server
/// on this machine (loopback) is safe without encryption.
#[must_use]
pub fn is_safe(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let is_here = match url.host_str() {
        Some("localhost") => true,
        Some(host) => {
            host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        None => false,
    };
    // The first `tls` parameter counts.
    let tls = url.query_pairs().find(|(name, _)| name == "tls");
    is_here || url.scheme() == "smtps" || tls.is_some_and(|(_, how)| how == "required")
}

/// Sends e-mail through one server.
pub struct SmtpMailer {
    transport: Transport,
    from: Mailbox,
    domain: String,
}

impl SmtpMailer {
    /// Makes no connection; a send connects.
    ///
    /// # Errors
    /// When `url` is not the URL of a server, or `from` is not ASCII.
    pub fn new(url: &SecretString, from: &EmailAddress) -> Result<Self, NotAServer> {
        let builder =
            Transport::from_url(url.expose_secret()).map_err(|_it_may_bear_a_password| NotAServer)?;
        let address = address(from).map_err(|_not_ascii| NotAServer)?;
        Ok(Self {
            transport: builder.timeout(Some(SILENCE_MAX)).build(),
            domain: address.domain().to_owned(),
            from: Mailbox::new(Some(SENDER_NAME.to_owned()), address),
        })
    }

    /// Connects and logs in, and sends nothing.
    ///
    /// # Errors
    /// Why not, for people who run the server. The server's own text is left out.
    pub async fn confirm(&self) -> Result<(), String> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("the mail server does not answer".to_owned()),
            Err(fault) => Err(told_with_cause(&fault)),
        }
    }

    /// Writes the plain text first, because a mail program shows the last part that it can show.
    fn message(&self, mail: &Mail) -> Result<Message, Box<dyn std::error::Error + Send + Sync>> {
        let parts = MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone());
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, address(&mail.to)?))
            .subject(mail.subject.clone())
            .message_id(Some(format!("<{}>", self.message_id(mail))))
            .header(ContentLanguage(mail.locale.tag().to_owned()))
            .header(AutoSubmitted)
            .multipart(parts)?;
        Ok(message)
    }

    fn message_id(&self, mail: &Mail) -> String {
        format!("{}@{}", mail.id, self.domain)
    }
}

/// The header `Content-Language` ([RFC 3282](https://www.rfc-editor.org/rfc/rfc3282)).
#[derive(Clone)]
struct ContentLanguage(String);

impl Header for ContentLanguage {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Content-Language")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

/// The header `Auto-Submitted`: no person wrote the mail, and no program should answer it
/// ([RFC 3834](https://www.rfc-editor.org/rfc/rfc3834)).
#[derive(Clone, Copy)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

fn address(email: &EmailAddress) -> Result<Address, AddressError> {
    email.as_str().parse()
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &Mail) -> SendOutcome {
        let Ok(message) = self.message(mail) else {
            let reason = "the mail can't be written".to_owned();
            return SendOutcome::Rejected { code: None, reason, retry: Retry::Never };
        };
        // A server that can't be reached has certainly not received the mail; after a connection that is lost
        // later, this is unknown. So the server is tested first, on a separate connection.
        match self.transport.test_connection().await {
            Ok(true) => {}
            Ok(false) => return again("the server does not answer".into()),
            Err(fault) => return again(told(&fault)),
        }
        match self.transport.send(message).await {
            Ok(_taken) => SendOutcome::Sent { provider_id: self.message_id(mail) },
            Err(fault) if fault.is_transient() => again(told(&fault)),
            Err(fault) if fault.is_permanent() || fault.is_client() => SendOutcome::Rejected {
                code: fault.status().map(|code| code.to_string()),
                reason: told(&fault),
                retry: Retry::Never,
            },
            Err(fault) => SendOutcome::Unknown { reason: told(&fault) },
        }
    }
}

fn again(reason: String) -> SendOutcome {
    SendOutcome::Rejected { code: None, reason, retry: Retry::After(None) }
}

/// Like `told`, with what the operating system says about a connection that failed.
fn told_with_cause(fault: &Error) -> String {
    let mut cause = std::error::Error::source(fault);
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            return format!("{}: {io}", told(fault));
        }
        cause = inner.source();
    }
    told(fault)
}

/// Describes the error for logs. The server's text may repeat the address, so only its code is included.
fn told(fault: &Error) -> String {
    match fault.status() {
        Some(code) => format!("the mail server answered {code}"),
        None if fault.is_timeout() => "the mail server was silent".into(),
        None if fault.is_tls() => "no safe connection to the mail server".into(),
        None if fault.is_response() => "the mail server's answer can't be read".into(),
        None => "the connection to the mail server failed".into(),
    }
}

/// The example of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
