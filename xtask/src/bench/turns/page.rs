//! Writes the figures of turns for the terminal, and into the page of the documentation.

use super::{
    super::{Bench, figures::Figures, report::thousands},
    goals,
};
use std::{fmt::Write, fs, path::Path};

/// What the section of the page is between, so that the rest of the page and the section are written apart.
const BEGIN: &str = "<!-- Turns: written by `cargo xtask bench turns --docs`. -->";
const END: &str = "<!-- End of turns. -->";

/// What is counted for each turn, with its heading.
const COSTS: [(&str, &str); 6] = [
    ("written", "writing tx"),
    ("commits", "all tx"),
    ("wal_bytes", "WAL bytes"),
    ("server_us", "server µs"),
    ("postgres_us", "PostgreSQL µs"),
    ("rest_us", "load µs"),
];

const METHOD: &str = "\
### What is measured of turns

A turn is a signed webhook of Twilio with a message, until the provider has the whole call with the answer. The server
is the release binary with its defaults, on PostgreSQL with durable commits. The provider is played by the load program,
not by the sandbox: it answers at once and keeps nothing, so that what is measured is the server; the sandbox keeps each
message and call, and its work would be measured too. The load program has one thread and shares the cores with what it
measures. `balance` is «saldo»; `transfer` is a payment to another bank: its prompt, and the receipt after «sí», two
turns. With `delivered` the provider reports each message as sent and as delivered, in two more webhooks.

- **`…_c64`**: the most: 64 conversations, each with one message under way at a time.
- **`…_at_10`, `_50`, `_90`**: an open loop at that part of the most. Start times are scheduled at random (a Poisson
  process), and a latency counts from its scheduled time, also when the server is behind. A person writes «sí» when the
  prompt is there; that turn counts from then.
- **Costs**: a writing transaction takes a transaction id, and these are counted; all transactions are PostgreSQL's own
  counters, without what an idle server does meanwhile. CPU is the time of the processes over the whole load, warm-up
  included. `alone` is one conversation.
- **`snapshot_held`**: beside a session that holds one snapshot (`repeatable read`), so that PostgreSQL can't remove dead
  rows; `snapshot_none` is measured before and after it.
- **HOT**: the share of a table's updates that touched no index.
- **`…_rows_1e4`, `_1e7`**: with that many entries in the ledger, and again as many rows of messages, ten days old.
";

/// The report for the terminal.
pub(super) fn text(figures: &Figures, against: Option<&str>) -> String {
    let mut text = String::new();
    // Writing into a String can't fail.
    for [name, rate, p50, p99] in rates(figures) {
        let _written = writeln!(text, "{name:<48} {rate:>10} {p50:>9} {p99:>9}");
    }
    let _written = write!(text, "\n{:<44}", "for each turn");
    for (_, heading) in COSTS {
        let _written = write!(text, " {heading:>14}");
    }
    for (name, cells) in costs(figures) {
        let _written = write!(text, "\n{name:<44}");
        for cell in cells {
            let _written = write!(text, " {cell:>14}");
        }
    }
    text.push_str("\n\n");
    for (name, value) in others(figures) {
        let _written = writeln!(text, "{name:<48} {value:>10}");
    }
    if let Some(commit) = against {
        let _written = writeln!(text, "\n{:<48} {:>10} {:>10} {:>8}", "figure", "now", commit, "ratio");
        for (name, now, then) in compared(figures) {
            let _written = writeln!(text, "{name:<48} {now:>10.2} {then:>10.2} {:>8.2}", now / then);
        }
    }
    text.push('\n');
    for judged in goals::judge(figures) {
        let (verdict, shown, bound) = (judged.verdict, &judged.shown, &judged.bound);
        let _written = writeln!(text, "{verdict:<8} {shown:>12}  {bound:<10} {}", judged.what);
    }
    text
}

/// The section of the documentation, with its two marks.
pub(super) fn section(bench: &Bench, machine: &str, is_quick: bool) -> String {
    let (figures, pace) = (&bench.figures, bench.pace);
    let quick = if is_quick { " --quick" } else { "" };
    let mut page = format!(
        "{BEGIN}\n\n## Turns\n\n```sh\ncargo xtask bench turns{quick} --docs\n```\n\nMeasured on {machine}; {} s for each \
         figure, {} round{}.\n\n![Turns in comparison](performance-turns.svg)\n\n| goal | measured | asked for | |\n\
         |---|---:|---|---|\n",
        pace.time.as_secs(),
        pace.rounds,
        if pace.rounds == 1 { "" } else { "s" },
    );
    for judged in goals::judge(figures) {
        let (shown, bound) = (&judged.shown, &judged.bound);
        let _written = writeln!(page, "| {} | {shown} | {bound} | {} |", judged.what, judged.verdict);
    }
    page.push_str("\n| what | a second | p50 ms | p99 ms |\n|---|---:|---:|---:|\n");
    for [name, cells @ ..] in rates(figures) {
        let _written = writeln!(page, "| `{name}` | {} |", cells.join(" | "));
    }
    page.push_str("\n| for each turn |");
    for (_, heading) in COSTS {
        let _written = write!(page, " {heading} |");
    }
    page.push_str("\n|---|---:|---:|---:|---:|---:|---:|\n");
    for (name, cells) in costs(figures) {
        let _written = writeln!(page, "| `{name}` | {} |", cells.join(" | "));
    }
    page.push_str("\n| other figures | |\n|---|---:|\n");
    for (name, value) in others(figures) {
        let _written = writeln!(page, "| `{name}` | {value} |");
    }
    let _written = write!(page, "\n{METHOD}\n{END}\n");
    page
}

/// The section of a page, with its marks. `None` where it has none.
pub(super) fn found(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once(BEGIN)?;
    let (inner, _) = rest.split_once(END)?;
    let begin = page.find(BEGIN)?;
    page.get(begin..begin + BEGIN.len() + inner.len() + END.len())
}

/// Puts the section into a page: in place of the one before, or at its end.
pub(super) fn put(path: &Path, section: &str) -> Result<(), String> {
    let failed = |fault| format!("{}: {fault}", path.display());
    let page = fs::read_to_string(path).map_err(failed)?;
    fs::write(path, with(&page, section)).map_err(failed)
}

fn with(page: &str, section: &str) -> String {
    match found(page) {
        Some(old) => page.replacen(old, section.trim_end(), 1),
        None => format!("{}\n\n{section}", page.trim_end()),
    }
}

/// The rates that the picture shows.
pub(super) fn drawn(figures: &Figures) -> Figures {
    let mut drawn = Figures::default();
    for name in names(figures).filter(|name| !name.contains("_at_") && !name.starts_with("cost")) {
        drawn.add(name, figures.get(name).unwrap_or_default());
    }
    drawn
}

/// The names of the rates: what has latencies.
fn names(figures: &Figures) -> impl Iterator<Item = &str> {
    figures.rates().filter(|name| figures.get(&format!("{name}_p50_ms")).is_some())
}

fn rates(figures: &Figures) -> Vec<[String; 4]> {
    let latency = |name: &str, which: &str| {
        figures.get(&format!("{name}_{which}_ms")).map_or_else(String::new, |value| format!("{value:.2}"))
    };
    names(figures)
        .map(|name| {
            let rate = thousands(figures.get(name).unwrap_or_default());
            [name.to_owned(), rate, latency(name, "p50"), latency(name, "p99")]
        })
        .collect()
}

/// The name of each costed load, and its cells in the order of the headings.
fn costs(figures: &Figures) -> Vec<(String, [String; 6])> {
    let costed = names(figures).filter(|name| name.starts_with("cost_"));
    costed
        .map(|name| {
            let cell = |(what, _): (&str, &str)| {
                let value = figures.get(&format!("{name}_{what}")).unwrap_or_default();
                if value < 100.0 { format!("{value:.2}") } else { thousands(value) }
            };
            (name.to_owned(), COSTS.map(cell))
        })
        .collect()
}

/// What is neither a rate nor a cost of a turn: idle processes, and HOT updates.
fn others(figures: &Figures) -> Vec<(String, String)> {
    let other = figures.rates().filter(|name| name.starts_with("idle_") || name.starts_with("hot_"));
    other.map(|name| (name.to_owned(), format!("{:.2}", figures.get(name).unwrap_or_default()))).collect()
}

/// Each figure that was measured of both servers: its name, its value now, and that of the other commit.
fn compared(figures: &Figures) -> Vec<(String, f64, f64)> {
    const LATENCIES: [&str; 3] = ["", "_p50_ms", "_p99_ms"];
    let costs = COSTS.map(|(what, _)| format!("_{what}"));
    let of = |name: &str| -> Vec<(String, f64, f64)> {
        let latencies = LATENCIES.iter().map(|end| (*end).to_owned());
        let ends = latencies.chain(costs.iter().cloned());
        ends.filter_map(|end| {
            let now = figures.get(&format!("{name}{end}"))?;
            let then = figures.get(&format!("{name}_against{end}"))?;
            Some((format!("{name}{end}"), now, then))
        })
        .collect()
    };
    let all = figures
        .rates()
        .filter(|name| !name.contains("_against") && COSTS.iter().all(|(what, _)| !name.ends_with(what)));
    all.flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_is_put_into_the_page_once() {
        let (first, second) = (format!("{BEGIN}\none\n{END}\n"), format!("{BEGIN}\ntwo\n{END}\n"));
        let page = with("# Performance\n\nText.\n", &first);
        assert_eq!(page, format!("# Performance\n\nText.\n\n{first}"));
        assert_eq!(found(&page), Some(first.trim_end()));
        assert_eq!(with(&page, &second), format!("# Performance\n\nText.\n\n{second}"));
        assert_eq!(found("# Performance\n"), None);
    }

    #[test]
    fn both_servers_are_compared_by_figure() {
        let mut figures = Figures::default();
        figures.add_measure("turns_balance_c64", 300.0, 5.0, 9.0);
        figures.add_measure("turns_balance_c64_against", 100.0, 15.0, 18.0);
        figures.add("cost_balance_c64", 1.0);
        figures.add("cost_balance_c64_against", 1.0);
        figures.add("cost_balance_c64_written", 0.4);
        figures.add("cost_balance_c64_against_written", 4.0);
        let compared = compared(&figures);
        let found: Vec<_> = compared.iter().map(|(name, now, then)| (name.as_str(), now / then)).collect();
        assert!(found.contains(&("turns_balance_c64", 3.0)), "{found:?}");
        assert!(found.contains(&("turns_balance_c64_p99_ms", 0.5)), "{found:?}");
        assert!(found.contains(&("cost_balance_c64_written", 0.1)), "{found:?}");
        assert_eq!(found.len(), 5);
    }
}
