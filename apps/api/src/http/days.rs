//! Days in queries.

use super::problem::ApiError;
use chrono::NaiveDate;

/// Reads a day with a year of four digits, exactly as `2026-11-01`. The pointer names the parameter.
pub(crate) fn day(text: Option<&str>, pointer: &str) -> Result<Option<NaiveDate>, ApiError> {
    let refused = || ApiError::field(pointer, "must be a day such as 2026-11-01");
    text.map(|text| parse(text).ok_or_else(refused)).transpose()
}

fn parse(text: &str) -> Option<NaiveDate> {
    let is_plain = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() });
    // There is no year 0 in the calendar that people use, nor in PostgreSQL's.
    if !is_plain || text.starts_with("0000") {
        return None;
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_days_of_four_digit_years_are_read() {
        for text in ["2026-11-01", "2024-02-29", "0001-01-01", "9999-12-31"] {
            assert_eq!(parse(text).unwrap().format("%Y-%m-%d").to_string(), text);
        }
        for text in [
            "",
            "2026-1-1",
            "2026-01-1",
            "+2026-01-01",
            "-5000-01-01",
            "10000-01-01",
            "0000-01-01",
            "2026-02-30",
            "20260101",
            "2026-01-01T00:00:00Z",
            "01/02/2026",
            "hoy",
            "2026-01-01\0",
            "２026-01-01",
            " 2026-01-01",
            "2026-13-01",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
