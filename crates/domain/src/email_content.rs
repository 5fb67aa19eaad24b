//! An e-mail in the form of one text. The outbox keeps one text for a message; subject and language of an
//! e-mail go before it: headers, an empty line, the text.

use crate::locale::Locale;

/// Subject, text and language of an e-mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailContent {
    /// The subject, one line.
    pub subject: String,
    /// The body as plain text.
    pub text: String,
    /// The language of both.
    pub locale: Locale,
}

impl EmailContent {
    /// The form as one text. Control characters in the subject become spaces, so that it can't add headers.
    #[must_use]
    pub fn to_message(&self) -> String {
        let subject: String = self.subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        format!("Subject: {subject}\nLanguage: {}\n\n{}", self.locale.tag(), self.text)
    }

    /// Reads what [`EmailContent::to_message`] wrote; `None` when the text has another form.
    #[must_use]
    pub fn parse(message: &str) -> Option<Self> {
        let (headers, text) = message.split_once("\n\n")?;
        let (subject, language) = headers.split_once('\n')?;
        Some(Self {
            subject: subject.strip_prefix("Subject: ")?.to_owned(),
            text: text.to_owned(),
            locale: Locale::parse(language.strip_prefix("Language: ")?)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_back() {
        let content = EmailContent {
            subject: "Tu enlace".into(),
            text: "Hola\n\nAquí está.".into(),
            locale: Locale::Es,
        };
        assert_eq!(EmailContent::parse(&content.to_message()), Some(content));
    }

    #[test]
    fn a_subject_grows_no_headers() {
        let content =
            EmailContent { subject: "a\nLanguage: en\n\nb".into(), text: "c".into(), locale: Locale::Pt };
        let read = EmailContent::parse(&content.to_message()).unwrap();
        assert_eq!((read.text.as_str(), read.locale), ("c", Locale::Pt));
    }
}
