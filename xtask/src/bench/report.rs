//! Writes the figures for the terminal and as a page of the documentation.

use super::{Bench, figures::Figures, ratios};
use std::fmt::Write;

const INTRODUCTION: &str = "\
# Performance

<!-- Written by `cargo xtask bench --docs`. -->

`cargo xtask bench` starts a PostgreSQL of its own with durable commits (`fsync`, `synchronous_commit` and
`full_page_writes` on) on the disk of this repository, and runs one measurement after the other on it. SQLite
commits to the same disk with `synchronous=FULL`. `--quick` ends within five minutes; `--json FILE` writes the
figures as JSON.
";

const METHOD: &str = "\
## What is measured

- **`pgbench_tpcb`**: pgbench's default script, scale 32, two threads. It is the yardstick: seven statements
  for each transaction, BEGIN and END among them, each a round trip.
- **`ledger`**: the ledger port, as the use cases call it. Each caller posts one transfer at a time to an
  outside account, each under a key of its own. A posting writes the transfer, both entries, the balance, the
  key, the payee and the audit record, and is committed when the caller gets the answer. `random` takes one of
  10,000 accounts for each posting, `hot` always pays from the same one.
- **`http_transfers`**: `POST /api/v1/transfers` to the release binary, with a token, a new `client_tx_id` for
  each request, and keep-alive connections; 10,000 wallets pay.
- **`webhook_ack`**: `POST /webhooks/twilio`, signed, each a new message from one of 2,000 senders, counted
  when it is acknowledged, which is after the message was committed. The messages are for a number that is not
  ours: they are kept, not answered. `…_new_senders` is the first load on a new database, where most messages
  start a conversation and PostgreSQL has no statistics about its tables yet; the others run after it and an
  `analyze`. In `…_with_turns` the messages are for our number, and their turns share the cores (the sandbox
  plays the providers in the same process).
- **`…_rows_1e4`, `_1e6`, `_1e7`**: the ledger with that many entries of history, besides the two for each
  opening of the 10,000 accounts, and half as many transfers, keys and audit records. The databases are on one
  server and are measured in turn, each after some seconds under load: right after a checkpoint PostgreSQL
  writes each page whole into its log when the page first changes, and more rows mean more pages.
- **`sqlite_single_commit`**: rows of one number, each committed by itself.

The load generators share the cores with what they measure. A latency is how long a caller waits, at the 50th
and the 99th percentile. Where something was measured more than once, the median is shown.
";

/// The report for the terminal.
pub(super) fn text(figures: &Figures) -> String {
    let mut text = String::new();
    for row in rows(figures) {
        // Writing into a String can't fail.
        let [name, rate, range, p50, p99] = row;
        let _written = writeln!(text, "{name:<44} {rate:>10} {range:>19} {p50:>9} {p99:>9}");
    }
    text.push('\n');
    for ratio in ratios::of(figures) {
        let (what, shown, bound) = (&ratio.what, ratio.shown(), &ratio.bound);
        let _written = writeln!(text, "{:<4} {shown:>12}  {bound:<24} {what}", ratio.verdict());
    }
    text
}

/// The page for the documentation.
pub(super) fn page(bench: &Bench, machine: &str, is_quick: bool) -> String {
    let mut page = String::from(INTRODUCTION);
    let quick = if is_quick { " --quick" } else { "" };
    let pace = bench.pace;
    let _written = writeln!(
        page,
        "\n```sh\ncargo xtask bench{quick} --docs\n```\n\nMeasured on {machine}; {} s for each figure, {} round{}.\n\n\
         ![Rates in comparison](performance.svg)\n",
        pace.time.as_secs(),
        pace.rounds,
        if pace.rounds == 1 { "" } else { "s" },
    );
    page.push_str("## Ratios\n\n| ratio | measured | asked for | |\n|---|---:|---|---|\n");
    for ratio in ratios::of(&bench.figures) {
        let (what, shown, bound) = (ratio.what.replace(" / ", "` ÷ `"), ratio.shown(), &ratio.bound);
        let _written = writeln!(page, "| `{what}` | {shown} | {bound} | {} |", ratio.verdict());
    }
    for note in &bench.notes {
        let _written = write!(page, "\n{note}.\n");
    }
    page.push_str(
        "\n## Figures\n\n| what | a second | lowest–highest | p50 ms | p99 ms |\n|---|---:|---:|---:|---:|\n",
    );
    for [name, cells @ ..] in rows(&bench.figures) {
        let _written = writeln!(page, "| `{name}` | {} |", cells.join(" | "));
    }
    let _written = write!(page, "\n{METHOD}");
    page
}

/// Name, rate, lowest–highest, p50 and p99 of each rate.
fn rows(figures: &Figures) -> Vec<[String; 5]> {
    let cell = |name: &str, show: fn(f64) -> String| figures.get(name).map_or_else(String::new, show);
    let two = |value: f64| format!("{value:.2}");
    let rates = figures.rates();
    rates
        .map(|name| {
            let range = match figures.range(name) {
                Some((low, high)) if low < high => format!("{}–{}", thousands(low), thousands(high)),
                _ => String::new(),
            };
            let latency = |which: &str| cell(&format!("{name}_{which}_ms"), two);
            [name.to_owned(), cell(name, thousands), range, latency("p50"), latency("p99")]
        })
        .collect()
}

/// A whole number with grouped thousands: `12,345`.
pub(super) fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (place, digit) in digits.chars().rev().enumerate() {
        if place > 0 && place.is_multiple_of(3) {
            grouped.insert(0, ',');
        }
        grouped.insert(0, digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([0.4, 999.0, 1000.0, 1_234_567.0].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn a_table_has_a_row_for_each_rate() {
        let mut figures = Figures::default();
        figures.add_measure("a", 1500.0, 1.0, 2.5);
        figures.add("a", 2500.0);
        assert_eq!(rows(&figures), [["a", "2,000", "1,500–2,500", "1.00", "2.50"].map(str::to_owned)]);
    }
}
