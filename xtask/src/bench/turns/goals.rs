//! What whole turns must keep to, and whether they do.

use super::super::figures::Figures;

/// Which values are good.
#[derive(Clone, Copy)]
enum Bound {
    AtLeast(f64),
    AtMost(f64),
    Below(f64),
}

use Bound::{AtLeast, AtMost, Below};

/// A goal: its words, a figure, its divisor (none: the figure itself), and the bound.
struct Goal(&'static str, &'static str, Option<&'static str>, Bound);

const TPCB: Option<&str> = Some("pgbench_tpcb_c32");
/// Turns a second that are enough wherever the machine is fast.
const TURNS_ENOUGH: f64 = 1_000.0;
const TURNS: &str = "turns_balance_c64";

const GOALS: [Goal; 18] = [
    Goal("Balance turns, 64 conversations ÷ TPC-B c32 (or 1,000 a second)", TURNS, TPCB, AtLeast(0.35)),
    Goal("Writing transactions, a balance turn alone", "cost_balance_alone_written", None, AtMost(4.0)),
    Goal("… with its two delivery reports", "cost_balance_delivered_alone_written", None, AtMost(4.0)),
    Goal("Writing transactions for each message at 64", "cost_balance_c64_written", None, Below(0.5)),
    Goal("… with its two delivery reports", "cost_balance_delivered_c64_written", None, Below(0.5)),
    Goal("Transactions a second of an idle process", "idle_transactions", None, AtMost(0.5)),
    Goal("Webhook → sent at 10 %, balance, p50 ms", "turns_balance_at_10_p50_ms", None, AtMost(15.0)),
    Goal("Webhook → sent at 10 %, transfer, p50 ms", "turns_transfer_at_10_p50_ms", None, AtMost(15.0)),
    Goal("Webhook acks, known senders ÷ TPC-B c32", "webhook_ack_pg_c64", TPCB, AtLeast(3.5)),
    Goal(
        "Webhook acks, new senders ÷ known ones",
        "webhook_ack_pg_new_senders_c64",
        Some("webhook_ack_pg_c64"),
        AtLeast(0.8),
    ),
    Goal("Ledger, 256 callers ÷ TPC-B c32", "ledger_pg_random_c256", TPCB, AtLeast(4.0)),
    Goal("Ledger, 1,024 callers ÷ TPC-B c32", "ledger_pg_random_c1024", TPCB, AtLeast(6.0)),
    Goal("HTTP transfers, 64 connections ÷ TPC-B c32", "http_transfers_pg_c64", TPCB, AtLeast(2.0)),
    Goal("Turns beside an idle snapshot ÷ without it", "snapshot_held", Some("snapshot_none"), AtLeast(0.8)),
    Goal(
        "Balance turns with 10⁷ rows of history ÷ 10⁴",
        "turns_balance_rows_1e7",
        Some("turns_balance_rows_1e4"),
        AtLeast(0.8),
    ),
    Goal(
        "Transfer turns with 10⁷ rows of history ÷ 10⁴",
        "turns_transfer_rows_1e7",
        Some("turns_transfer_rows_1e4"),
        AtLeast(0.8),
    ),
    Goal("HOT updates of conversations", "hot_conversations", None, AtLeast(0.9)),
    Goal("HOT updates of outbox", "hot_outbox", None, AtLeast(0.9)),
];

/// A goal and what was measured.
pub(super) struct Judged {
    pub(super) what: &'static str,
    /// The measured value, or that there is none.
    pub(super) shown: String,
    /// `≥ 2.00`.
    pub(super) bound: String,
    /// `met`, `not met`, or `–` where nothing was measured.
    pub(super) verdict: &'static str,
}

/// Compares the figures with all goals.
pub(super) fn judge(figures: &Figures) -> Vec<Judged> {
    GOALS.iter().map(|goal| judge_one(figures, goal)).collect()
}

fn judge_one(figures: &Figures, Goal(what, over, under, bound): &Goal) -> Judged {
    let measured = figures.get(over);
    let value = match under {
        Some(under) => measured.zip(figures.get(under)).map(|(over, under)| over / under),
        None => measured,
    };
    let keeps = |value: f64| match bound {
        AtLeast(least) => value >= *least,
        AtMost(most) => value <= *most,
        Below(limit) => value < *limit,
    };
    let is_enough = *over == TURNS && measured.is_some_and(|rate| rate >= TURNS_ENOUGH);
    let verdict = match value {
        None => "–",
        Some(value) if keeps(value) || is_enough => "met",
        Some(_) => "not met",
    };
    let bound = match bound {
        AtLeast(least) => format!("≥ {least:.2}"),
        AtMost(most) => format!("≤ {most:.2}"),
        Below(limit) => format!("< {limit:.2}"),
    };
    let shown = value.map_or_else(|| "not measured".to_owned(), |value| format!("{value:.2}"));
    Judged { what, shown, bound, verdict }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(lines: &str, what: &str) -> &'static str {
        let mut figures = Figures::default();
        figures.read(lines).unwrap();
        judge(&figures).into_iter().find(|judged| judged.what.starts_with(what)).unwrap().verdict
    }

    #[test]
    fn goals_are_met_at_their_bounds() {
        assert_eq!(
            verdict("{\"turns_balance_c64\": 350, \"pgbench_tpcb_c32\": 1000}", "Balance turns, 64"),
            "met"
        );
        assert_eq!(
            verdict("{\"turns_balance_c64\": 349, \"pgbench_tpcb_c32\": 1000}", "Balance turns, 64"),
            "not met"
        );
        // Where the machine is fast, 1,000 turns a second are enough.
        assert_eq!(
            verdict("{\"turns_balance_c64\": 1000, \"pgbench_tpcb_c32\": 9000}", "Balance turns, 64"),
            "met"
        );
        assert_eq!(verdict("{\"idle_transactions\": 0.5}", "Transactions a second of an idle"), "met");
        assert_eq!(
            verdict("{\"cost_balance_c64_written\": 0.5}", "Writing transactions for each message"),
            "not met"
        );
        assert_eq!(verdict("{\"a\": 1}", "Ledger, 256"), "–");
    }
}
