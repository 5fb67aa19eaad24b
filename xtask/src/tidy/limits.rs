//! The table of waits and bounds: `docs/limits.md` names a constant beside each value, and they must agree.

use std::{fs, path::Path};

/// Where the table is.
const TABLE: &str = "docs/limits.md";
/// With fewer rows a part of the table was not read.
const ROWS_MIN: usize = 40;

/// What is wrong with the table.
pub(super) fn complaints(root: &Path) -> Vec<String> {
    let Ok(text) = fs::read_to_string(root.join(TABLE)) else {
        return vec![format!("{TABLE} can't be read")];
    };
    let rows: Vec<Row> = text.lines().filter_map(row).collect();
    let mut complaints: Vec<String> = rows.iter().filter_map(|row| complaint(root, row)).collect();
    if rows.len() < ROWS_MIN {
        complaints.push(format!("{TABLE}: only {} rows name a constant", rows.len()));
    }
    complaints
}

struct Row<'t> {
    value: &'t str,
    file: &'t str,
    constant: &'t str,
}

/// ``| what | value | `file` `CONSTANT` | at it |``. None for any other line.
fn row(line: &str) -> Option<Row<'_>> {
    let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
    let (_what, value, place) = (cells.next()?, cells.next()?, cells.next()?);
    let (file, constant) = place.strip_prefix('`')?.strip_suffix('`')?.split_once("` `")?;
    Some(Row { value, file, constant })
}

fn complaint(root: &Path, row: &Row) -> Option<String> {
    let Row { value, file, constant } = row;
    let source = match fs::read_to_string(root.join(file)) {
        Ok(source) => source,
        Err(error) => return Some(format!("{TABLE}: {file}: {error}")),
    };
    let Some(set) = expression(&source, constant) else {
        return Some(format!("{TABLE}: {file} has no constant {constant}"));
    };
    // A number of seconds is a time too.
    let unit = if constant.ends_with("_SECONDS") { 1_000 } else { 1 };
    let agrees =
        amount(set).and_then(|set| set.checked_mul(unit)).is_some_and(|set| Some(set) == shown(value));
    (!agrees).then(|| format!("{TABLE}: {constant} is {set} in {file}, and {value} in the table"))
}

/// What a constant is set to.
fn expression<'s>(source: &'s str, constant: &str) -> Option<&'s str> {
    source.lines().find_map(|line| {
        let (_, after) = line.split_once(&format!("const {constant}: "))?;
        Some(after.split_once(" = ")?.1.trim_end().trim_end_matches(';'))
    })
}

/// A number, or milliseconds for a time.
fn amount(expression: &str) -> Option<u64> {
    let number = |text: &str| -> Option<u64> {
        let mut product: u64 = 1;
        for factor in text.split('*') {
            product = product.checked_mul(factor.trim().replace('_', "").parse().ok()?)?;
        }
        Some(product)
    };
    let call = expression.rsplit("Duration::").next().unwrap_or(expression);
    match call.split_once('(') {
        None => number(expression),
        Some(("from_secs" | "seconds", argument)) => {
            number(argument.trim_end_matches(')'))?.checked_mul(1_000)
        }
        Some(("from_mins" | "minutes", argument)) => {
            number(argument.trim_end_matches(')'))?.checked_mul(60_000)
        }
        Some(("from_millis" | "milliseconds", argument)) => number(argument.trim_end_matches(')')),
        Some(_) => None,
    }
}

/// The same, of a value as people write it: `5 s`, `700 ms`, `64 KiB`, `80 %`, `12`.
fn shown(value: &str) -> Option<u64> {
    let (number, unit) = value.split_once(' ').unwrap_or((value, ""));
    let number: u64 = number.parse().ok()?;
    match unit {
        "s" => number.checked_mul(1_000),
        "KiB" => number.checked_mul(1_024),
        "MiB" => number.checked_mul(1_024 * 1_024),
        "" | "ms" | "%" | "B/s" => Some(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_constants_are_compared_as_numbers() {
        assert_eq!((amount("Duration::from_secs(5)"), shown("5 s")), (Some(5_000), Some(5_000)));
        assert_eq!(amount("std::time::Duration::from_millis(150)"), shown("150 ms"));
        assert_eq!(amount("64 * 1024 * 1024"), shown("64 MiB"));
        assert_eq!(amount("10_000"), shown("10000"));
        assert_ne!(amount("Duration::from_secs(5)"), shown("5 ms"));
        assert_eq!(amount("Duration::from_mins(5)"), shown("300 s"));
        assert_eq!(amount("Duration::from_years(5)"), None, "what can't be read is a complaint");
    }

    #[test]
    fn a_row_names_its_constant() {
        let line = "| a wait | 5 s | `apps/x.rs` `WAIT` | 503 |";
        let Row { value, file, constant } = row(line).unwrap();
        assert_eq!((value, file, constant), ("5 s", "apps/x.rs", "WAIT"));
        assert_eq!(
            expression("    pub const WAIT: Duration = Duration::from_secs(5);\n", "WAIT"),
            Some("Duration::from_secs(5)")
        );
        assert!(row("| what | value | constant | at it |").is_none());
    }
}
