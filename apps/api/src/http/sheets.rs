//! Files for spreadsheets (CSV): a cell is what it says, and never a formula.

use super::problem::ApiError;
use actix_web::{
    HttpResponse,
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
};
use domain::text::harmless_cell;

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
            Cell::Text(text) => harmless_cell(text),
        });
        writer.write_record(cells).map_err(|fault| fault.to_string())?;
    }
    writer.into_inner().map_err(|fault| fault.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_numbers_and_rows_have_their_columns() {
        let rows = [[Cell::Exact("-1.00".into()), Cell::Text("-1, \"x\"".into())]];
        let text = String::from_utf8(write(["amount", "concept"], rows.into_iter()).unwrap()).unwrap();
        assert_eq!(text, "amount,concept\n-1.00,\"'-1, \"\"x\"\"\"\n");
    }
}
