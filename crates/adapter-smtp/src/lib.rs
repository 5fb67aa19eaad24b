//! Mail over SMTP (RFC 5321), by lettre, over rustls.

use async_trait::async_trait;
use domain::accounts::EmailAddress;
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

/// How long a server may be silent: two such waits end within the outbox's lease.
const SILENCE_MAX: Duration = Duration::from_secs(8);
/// The name before the address that mail is from.
const SENDER_NAME: &str = "Ventanilla";

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// The address of the server can't be read. It may bear a password: it is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
#[error("must be smtp:// or smtps:// and a server")]
pub struct NotAServer;

/// Whether that is the address of a server: `smtp://host:port`, `smtps://user:password@host`, with
/// `?tls=required` where a connection must be made safe after it began.
#[must_use]
pub fn is_address(url: &str) -> bool {
    Transport::from_url(url).is_ok()
}

/// Whether nobody on the way reads what goes to that server, the password and the codes: `smtps://`, or
/// `?tls=required`; `?tls=opportunistic` is whatever somebody in between makes of it. A server on this very machine has
/// no way to it.
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
    // The first of them counts.
    let tls = url.query_pairs().find(|(name, _)| name == "tls");
    is_here || url.scheme() == "smtps" || tls.is_some_and(|(_, how)| how == "required")
}

/// Sends mail by one server.
pub struct SmtpMailer {
    transport: Transport,
    from: Mailbox,
    domain: String,
}

impl SmtpMailer {
    /// Connects when there is something to send.
    ///
    /// # Errors
    /// When `url` is no server's address.
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

    /// Plain words first: whoever shows HTML takes the last part that he can show.
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

/// In which language it is ([RFC 3282](https://www.rfc-editor.org/rfc/rfc3282)).
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

/// No person wrote it, and no machine shall answer it ([RFC 3834](https://www.rfc-editor.org/rfc/rfc3834)).
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
        // Of a server that can't be reached it is certain that nothing of the mail has left; of a connection
        // that is lost later it is not. So the server is asked first, on a connection of its own.
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

/// What a server says may repeat the address: only its code is told.
fn told(fault: &Error) -> String {
    match fault.status() {
        Some(code) => format!("the mail server answered {code}"),
        None if fault.is_timeout() => "the mail server was silent".into(),
        None if fault.is_tls() => "no safe connection to the mail server".into(),
        None if fault.is_response() => "the mail server's answer can't be read".into(),
        None => "the connection to the mail server failed".into(),
    }
}
