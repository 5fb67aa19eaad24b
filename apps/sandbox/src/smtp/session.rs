//! One SMTP session (RFC 5321), line by line. Pure logic: it reads and writes no bytes itself.

use base64::{Engine, engine::general_purpose::STANDARD};

/// The largest email that is accepted, in bytes, as announced after EHLO.
pub(super) const SIZE_MAX: usize = 10 << 20;
/// The most recipients of one email.
const RECIPIENTS_MAX: usize = 100;

/// The sender and the recipients of an email.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Envelope {
    pub(super) from: String,
    pub(super) to: Vec<String>,
}

/// What the server does after a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Reply and read the next line.
    Reply(String),
    /// Ask for the email and read it up to the line with a single dot.
    ReadMail(Envelope),
    /// Reply and close the connection.
    Quit,
}

#[derive(Default)]
pub(super) struct Session {
    is_greeted: bool,
    awaits_credentials: bool,
    is_authenticated: bool,
    from: Option<String>,
    to: Vec<String>,
}

fn reply(text: &str) -> Step {
    Step::Reply(text.to_owned())
}

impl Session {
    pub(super) fn line(&mut self, line: &str) -> Step {
        if self.awaits_credentials {
            self.awaits_credentials = false;
            return self.authenticate(line);
        }
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                self.greet();
                Step::Reply(format!(
                    "250-sandbox\r\n250-SIZE {SIZE_MAX}\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-PIPELINING\r\n250 AUTH PLAIN"
                ))
            }
            "HELO" => {
                self.greet();
                reply("250 sandbox")
            }
            "AUTH" => self.auth(rest),
            "MAIL" => self.mail(rest),
            "RCPT" => self.recipient(rest),
            "DATA" => self.data(),
            "RSET" => {
                self.forget();
                reply("250 2.0.0 Ok")
            }
            "NOOP" => reply("250 2.0.0 Ok"),
            "VRFY" => reply("252 2.0.0 Send it and see"),
            "QUIT" => Step::Quit,
            _ => reply("500 5.5.2 Command not recognized"),
        }
    }

    fn greet(&mut self) {
        self.is_greeted = true;
        self.forget();
    }

    fn forget(&mut self) {
        self.from = None;
        self.to.clear();
    }

    fn auth(&mut self, rest: &str) -> Step {
        let (mechanism, initial) = rest.split_once(' ').unwrap_or((rest, ""));
        if !self.is_greeted || self.is_authenticated || self.from.is_some() {
            reply("503 5.5.1 Bad sequence of commands")
        } else if !mechanism.eq_ignore_ascii_case("PLAIN") {
            reply("504 5.5.4 Unrecognized authentication type")
        } else if initial.is_empty() {
            self.awaits_credentials = true;
            reply("334 ")
        } else {
            self.authenticate(initial)
        }
    }

    /// Accepts any name and password in the format of RFC 4616.
    fn authenticate(&mut self, given: &str) -> Step {
        if given == "*" {
            return reply("501 5.7.0 Authentication canceled");
        }
        let is_plain = |bytes: Vec<u8>| bytes.split(|byte| *byte == 0).count() == 3;
        self.is_authenticated = STANDARD.decode(given.trim()).is_ok_and(is_plain);
        reply(if self.is_authenticated {
            "235 2.7.0 Authentication successful"
        } else {
            "501 5.5.2 Credentials are not in the form of PLAIN"
        })
    }

    fn mail(&mut self, rest: &str) -> Step {
        if !self.is_greeted || self.from.is_some() {
            return reply("503 5.5.1 Bad sequence of commands");
        }
        let Some((from, parameters)) = path(rest, "FROM:") else {
            return reply("501 5.1.7 Bad sender address syntax");
        };
        let size = parameters
            .split_whitespace()
            .find_map(|p| p.to_ascii_uppercase().strip_prefix("SIZE=")?.parse().ok());
        if size.is_some_and(|size: usize| size > SIZE_MAX) {
            return reply("552 5.3.4 Message size exceeds fixed limit");
        }
        self.from = Some(from.to_owned());
        reply("250 2.1.0 Ok")
    }

    fn recipient(&mut self, rest: &str) -> Step {
        if self.from.is_none() {
            return reply("503 5.5.1 Bad sequence of commands");
        }
        match path(rest, "TO:") {
            Some((to, _))
                if to.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty()) =>
            {
                if self.to.len() >= RECIPIENTS_MAX {
                    return reply("452 4.5.3 Too many recipients");
                }
                self.to.push(to.to_owned());
                reply("250 2.1.5 Ok")
            }
            _ => reply("501 5.1.3 Bad recipient address syntax"),
        }
    }

    fn data(&mut self) -> Step {
        match self.from.take() {
            Some(from) if !self.to.is_empty() => {
                Step::ReadMail(Envelope { from, to: std::mem::take(&mut self.to) })
            }
            from => {
                self.from = from;
                reply("503 5.5.1 Bad sequence of commands")
            }
        }
    }
}

/// The address between `<` and `>`, and the rest of the line.
fn path<'a>(text: &'a str, prefix: &str) -> Option<(&'a str, &'a str)> {
    let head = text.get(..prefix.len())?;
    let rest = head.eq_ignore_ascii_case(prefix).then(|| text.get(prefix.len()..))??;
    rest.trim_start().strip_prefix('<')?.split_once('>')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(step: &Step) -> &str {
        match step {
            Step::Reply(text) => text.get(..3).unwrap(),
            Step::ReadMail(_) => "354",
            Step::Quit => "221",
        }
    }

    fn conversation(lines: &[(&str, &str)]) {
        let mut session = Session::default();
        for (line, expected) in lines {
            assert_eq!(code(&session.line(line)), *expected, "{line}");
        }
    }

    #[test]
    fn a_mail_from_greeting_to_goodbye() {
        let mut session = Session::default();
        session.line("EHLO client");
        session.line("mail from:<a@example.com> SIZE=100 BODY=8BITMIME");
        session.line("RCPT TO:<b@example.com>");
        session.line("RCPT TO:<c@example.com>");
        let to = vec!["b@example.com".to_owned(), "c@example.com".to_owned()];
        assert_eq!(session.line("DATA"), Step::ReadMail(Envelope { from: "a@example.com".into(), to }));
        assert_eq!(code(&session.line("DATA")), "503", "the next mail begins anew");
        assert_eq!(session.line("QUIT"), Step::Quit);
    }

    #[test]
    fn commands_have_an_order() {
        conversation(&[
            ("MAIL FROM:<a@example.com>", "503"),
            ("EHLO x", "250"),
            ("RCPT TO:<b@example.com>", "503"),
            ("DATA", "503"),
            ("MAIL FROM:<>", "250"),
            ("MAIL FROM:<a@example.com>", "503"),
            ("DATA", "503"),
            ("RCPT TO:b@example.com", "501"),
            ("RCPT TO:<nobody>", "501"),
            ("RSET", "250"),
            ("RCPT TO:<b@example.com>", "503"),
            ("NOOP", "250"),
            ("FLY", "500"),
        ]);
    }

    #[test]
    fn any_credentials_do_if_they_are_credentials() {
        conversation(&[
            ("EHLO x", "250"),
            ("AUTH PLAIN AHVzZXIAcGFzcw==", "235"),
            ("AUTH PLAIN AHVzZXIAcGFzcw==", "503"),
        ]);
        conversation(&[("EHLO x", "250"), ("AUTH PLAIN", "334"), ("AHVzZXIAcGFzcw==", "235")]);
        conversation(&[
            ("EHLO x", "250"),
            ("AUTH PLAIN", "334"),
            ("*", "501"),
            ("AUTH PLAIN ???", "501"),
            ("AUTH LOGIN", "504"),
        ]);
    }

    #[test]
    fn what_is_announced_too_large_is_not_begun() {
        conversation(&[
            ("HELO x", "250"),
            ("MAIL FROM:<a@example.com> SIZE=99999999", "552"),
            ("MAIL FROM:<a@example.com>", "250"),
        ]);
    }
}
