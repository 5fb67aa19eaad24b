//! Files for spreadsheets (CSV): a cell is what it says, and never a formula.

use super::problem::ApiError;
use actix_web::{
    HttpResponse,
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
};
use domain::text::is_invisible;
use unicode_normalization::UnicodeNormalization;

/// A cell of a file.
pub(crate) enum Cell {
    /// A number, an id, a day or a time of ours.
    Exact(String),
    /// A text that somebody wrote. It is kept from being read as a formula.
    Text(String),
}

/// Answers with a file of that name. The first row names the columns.
pub(crate) fn sheet<const COLUMNS: usize>(
    name: &str,
    columns: [&str; COLUMNS],
    rows: impl Iterator<Item = [Cell; COLUMNS]>,
) -> Result<HttpResponse, ApiError> {
    let text = write(columns, rows).map_err(|fault| {
        tracing::error!(error = %fault, "a file could not be written");
        ApiError::unavailable("The file could not be written. Try again later.")
    })?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")))
        .body(text))
}

fn write<const COLUMNS: usize>(
    columns: [&str; COLUMNS],
    rows: impl Iterator<Item = [Cell; COLUMNS]>,
) -> Result<Vec<u8>, String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns).map_err(|fault| fault.to_string())?;
    for row in rows {
        let cells = row.map(|cell| match cell {
            Cell::Exact(text) => text,
            Cell::Text(text) => harmless(text),
        });
        writer.write_record(cells).map_err(|fault| fault.to_string())?;
    }
    writer.into_inner().map_err(|fault| fault.to_string())
}

/// Puts an apostrophe before a text that a spreadsheet would read as a formula (OWASP, CSV injection): then it is
/// shown as a text. Spreadsheets skip spaces and invisible marks in front, and read full-width signs as plain ones.
fn harmless(text: String) -> String {
    let is_skipped = |c: char| c.is_whitespace() || c.is_control() || is_invisible(c);
    let first = text.nfkc().find(|c| !is_skipped(*c));
    let begins_formula = matches!(first, Some('=' | '+' | '-' | '@' | '\u{2212}' | '|' | '%'));
    let begins_oddly = text.starts_with(is_skipped) && !text.starts_with(' ');
    // In some countries a semicolon ends a cell, and what follows would be a cell of its own.
    let text = if text.split(';').skip(1).any(is_formula) { text.replace(';', ",") } else { text };
    if begins_formula || begins_oddly { format!("'{text}") } else { text }
}

fn is_formula(text: &str) -> bool {
    let first = text.nfkc().find(|c| !(c.is_whitespace() || c.is_control() || is_invisible(*c) || *c == '"'));
    matches!(first, Some('=' | '+' | '-' | '@' | '\u{2212}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula() {
        for text in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "＝1+1",
            "＋1",
            "－1",
            "＠x",
            "﹢1",
            "﹣1",
            "\u{feff}=1",
            "\u{200b}=1",
            " =1",
            "\u{a0}=1",
            "\u{202a}=1",
            "\u{ad}=1",
            "\0=1",
            "−1",
            "\tx",
            "|calc",
        ] {
            assert_eq!(harmless(text.to_owned()), format!("'{text}"), "{text:?}");
        }
        for text in ["renta", "a=b", "3 + 4", "'=1", "\"=1", "«=»", "", " renta", "ana; luis"] {
            assert_eq!(harmless(text.to_owned()), text, "{text:?}");
        }
        assert_eq!(harmless("a;=1+1".to_owned()), "a,=1+1");
    }

    #[test]
    fn numbers_stay_numbers_and_rows_have_their_columns() {
        let rows = [[Cell::Exact("-1.00".into()), Cell::Text("-1, \"x\"".into())]];
        let text = String::from_utf8(write(["amount", "concept"], rows.into_iter()).unwrap()).unwrap();
        assert_eq!(text, "amount,concept\n-1.00,\"'-1, \"\"x\"\"\"\n");
    }
}
