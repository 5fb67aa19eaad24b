//! Buttons of a message, as `reply_markup`.

use ports::messaging::message_channel::MessageForm;
use serde_json::{Value, json};

/// Longest data of a button, in bytes.
const DATA_LENGTH_MAX: usize = 64;
/// Most buttons of one message.
const BUTTONS_MAX: usize = 100;
/// Longest title, in characters, of which two fit in one row on a phone.
const SHORT_TITLE_LENGTH_MAX: usize = 16;

/// Keyboard of a form. None when Telegram would refuse it, because a refused keyboard also loses the text,
/// and the text alone says what can be answered.
pub(crate) fn reply_markup(form: &MessageForm) -> Option<Value> {
    match form {
        MessageForm::Plain | MessageForm::Template(_) | MessageForm::Email { .. } => None,
        MessageForm::Buttons(buttons) => inline(buttons),
        MessageForm::Link { title, url } => {
            let is_whole = !title.is_empty() && !url.is_empty();
            is_whole.then(|| json!({"inline_keyboard": [[{"text": title, "url": url}]]}))
        }
        MessageForm::AskNumber { title } => (!title.is_empty()).then(|| {
            json!({
                "keyboard": [[{"text": title, "request_contact": true}]],
                "one_time_keyboard": true,
                "resize_keyboard": true,
            })
        }),
    }
}

fn inline(buttons: &[(String, String)]) -> Option<Value> {
    let fits = |(id, title): &(String, String)| {
        (1..=DATA_LENGTH_MAX).contains(&id.len()) && !title.trim().is_empty()
    };
    if buttons.is_empty() || buttons.len() > BUTTONS_MAX || !buttons.iter().all(fits) {
        return None;
    }
    let mut rows: Vec<Vec<Value>> = Vec::new();
    let mut has_room = false;
    for (id, title) in buttons {
        let button = json!({"text": title, "callback_data": id});
        let is_short = title.chars().count() <= SHORT_TITLE_LENGTH_MAX;
        match rows.last_mut() {
            Some(row) if has_room && is_short => {
                row.push(button);
                has_room = false;
            }
            _ => {
                rows.push(vec![button]);
                has_room = is_short;
            }
        }
    }
    Some(json!({ "inline_keyboard": rows }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(buttons: &[(&str, &str)]) -> Option<Vec<usize>> {
        let buttons = buttons.iter().map(|(id, title)| ((*id).to_owned(), (*title).to_owned())).collect();
        let markup = reply_markup(&MessageForm::Buttons(buttons))?;
        let rows = markup["inline_keyboard"].as_array().unwrap();
        Some(rows.iter().map(|row| row.as_array().unwrap().len()).collect())
    }

    #[test]
    fn short_titles_are_two_in_a_row_and_long_ones_alone() {
        let long = "Enviar a otra persona";
        assert_eq!(rows(&[("a", "Sí"), ("b", "No")]), Some(vec![2]));
        assert_eq!(rows(&[("a", "Sí"), ("b", "No"), ("c", "Corregir")]), Some(vec![2, 1]));
        assert_eq!(rows(&[("a", "Sí"), ("b", long), ("c", "No"), ("d", "Otra")]), Some(vec![1, 1, 2]));
    }

    #[test]
    fn a_button_that_does_not_fit_removes_the_keyboard() {
        let most = "ñ".repeat(32);
        let over = format!("{most}x");
        assert_eq!(rows(&[(&most, "Sí")]), Some(vec![1]), "64 bytes");
        assert_eq!(rows(&[("a", "Sí"), (&over, "No")]), None, "65 bytes");
        assert_eq!(rows(&[("", "Sí")]), None);
        assert_eq!(rows(&[("a", " ")]), None);
        assert_eq!(rows(&[]), None);
        assert_eq!(rows(&[("a", "Sí"); 101]), None);
    }
}
