//! Template messages. Only Meta knows the texts of templates, so a phone shows their parameters. An
//! authentication template shows the text that Meta prescribes.

use super::{
    answer::{Checked, invalid, missing},
    content::Content,
    fields::Object,
};
use serde_json::{Value, json};

/// Longest one-time code of an authentication template, in characters.
const CODE_LENGTH_MAX: usize = 15;
const COMPONENTS_MAX: usize = 20;
const PARAMETERS_MAX: usize = 100;

pub(super) fn read(message: &Object<'_>) -> Checked<Content> {
    let template = message.object("template")?;
    let name = template.text("name", 512)?;
    let language = template.object("language")?.text("code", 16)?;
    let (mut header, mut body, mut buttons) = (Vec::new(), Vec::new(), Vec::new());
    if template.get("components").is_some_and(|components| components != &json!([])) {
        for component in template.items("components", COMPONENTS_MAX)? {
            match component.one_of("type", &["header", "body", "button"])? {
                "header" => header = texts(&component)?,
                "body" => body = texts(&component)?,
                _ => buttons.push(Button::read(&component)?),
            }
        }
    }
    let shown = json!({"name": name, "language": language, "components": template.get("components")});
    if let (Some(code), Some(button)) = (body.first(), buttons.first())
        && body.len() == 1
        && button.is_url
        && button.text == *code
    {
        return authentication(code, language, shown);
    }
    let text = if body.is_empty() { name.to_owned() } else { body.join(" · ") };
    Ok(Content {
        body: text,
        header: header.into_iter().next(),
        buttons: buttons.into_iter().map(Button::shown).collect(),
        template: Some(shown),
        category: "utility",
        ..Content::default()
    })
}

/// An authentication message. It contains the code twice: in the text and in the button that copies it.
fn authentication(code: &str, language: &str, shown: Value) -> Checked<Content> {
    if code.chars().count() > CODE_LENGTH_MAX {
        return Err(invalid("One-time passcode length invalid. Min length: 1, Max length: 15"));
    }
    let (body, title) = match language.get(..2) {
        Some("es") => (
            format!("{code} es tu código de verificación. Por tu seguridad, no lo compartas."),
            "Copiar código",
        ),
        Some("pt") => (
            format!("{code} é o seu código de verificação. Para sua segurança, não o compartilhe."),
            "Copiar código",
        ),
        _ => (
            format!("{code} is your verification code. For your security, do not share this code."),
            "Copy code",
        ),
    };
    Ok(Content {
        body,
        buttons: vec![json!({"kind": "copy_code", "title": title, "code": code})],
        template: Some(shown),
        category: "authentication",
        ..Content::default()
    })
}

/// The texts of a component's parameters. Other parameters appear as their type.
fn texts(component: &Object<'_>) -> Checked<Vec<String>> {
    let mut texts = Vec::new();
    for parameter in component.items("parameters", PARAMETERS_MAX)? {
        let kind = parameter.text("type", 32)?;
        let name = match kind {
            "text" | "payload" => kind,
            "coupon_code" | "image" | "video" | "document" | "currency" | "date_time" | "location"
            | "action" => {
                texts.push(format!("[{kind}]"));
                continue;
            }
            other => return Err(invalid(&format!("Parameter type {other} is not supported"))),
        };
        texts.push(parameter.text(name, 1024)?.to_owned());
    }
    Ok(texts)
}

struct Button {
    is_url: bool,
    text: String,
}

impl Button {
    fn read(component: &Object<'_>) -> Checked<Self> {
        let kind = component.one_of("sub_type", &["url", "quick_reply", "copy_code", "flow"])?;
        if component.get("index").is_none() {
            return Err(missing("The parameter index is required for a button component."));
        }
        let text = texts(component)?.into_iter().next().unwrap_or_default();
        Ok(Self { is_url: kind == "url", text })
    }

    fn shown(self) -> Value {
        if self.is_url {
            json!({"kind": "url", "title": self.text})
        } else {
            json!({"kind": "quick_reply", "id": self.text, "title": self.text})
        }
    }
}
