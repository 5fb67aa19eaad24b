//! Cells of `statement.csv`.

use domain::text::harmless_cell;

/// A line of cells, each in quotes where it needs them.
pub(super) fn row(cells: &[&str]) -> String {
    let quoted: Vec<String> = cells.iter().map(|cell| quote(cell)).collect();
    format!("{}\r\n", quoted.join(","))
}

/// A text that somebody wrote: no spreadsheet reads it as a formula.
pub(super) fn text(text: &str) -> String {
    harmless_cell(text.to_owned())
}

/// By RFC 4180: quotes around a cell with a comma, a quote or a line break; a quote is doubled.
fn quote(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

/// A text in a page of HTML.
pub(super) fn html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_keep_to_their_columns() {
        assert_eq!(row(&["a", "b,c", "d\"e"]), "a,\"b,c\",\"d\"\"e\"\r\n");
        assert_eq!(text("=1+1"), "'=1+1");
        assert_eq!(html("<b>\"'&"), "&lt;b&gt;&quot;&#39;&amp;");
    }
}
