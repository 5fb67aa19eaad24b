//! The performance requirements, as ratios of figures of the same run.

use super::figures::Figures;

enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

/// One requirement: a figure, its divisor, and the bound of the ratio.
struct Demand(&'static str, &'static str, Bound);

use Bound::{AtLeast, AtMost};

const DEMANDS: [Demand; 9] = [
    Demand("ledger_pg_random_c256", "pgbench_tpcb_c32", AtLeast(2.0)),
    Demand("ledger_pg_random_c1024", "pgbench_tpcb_c32", AtLeast(3.0)),
    Demand("ledger_pg_hot_c256", "ledger_pg_random_c256", AtLeast(0.8)),
    Demand("ledger_pg_hot_c1024", "ledger_pg_random_c1024", AtLeast(0.8)),
    Demand("ledger_pg_random_c1_p50_ms", "pgbench_tpcb_c1_p50_ms", AtMost(1.5)),
    Demand("ledger_sqlite_random_c256", "sqlite_single_commit", AtLeast(3.0)),
    Demand("http_transfers_pg_c64", "pgbench_tpcb_c32", AtLeast(1.0)),
    Demand("webhook_ack_pg_c64", "http_transfers_pg_c64", AtLeast(2.0)),
    Demand("ledger_pg_random_c256_rows_1e7", "ledger_pg_random_c256_rows_1e4", AtLeast(0.8)),
];

/// A rate that is enough for SQLite, even if the disk commits single rows faster.
const SQLITE_ENOUGH: f64 = 10_000.0;

/// The result of a requirement.
pub(super) struct Ratio {
    /// `a / b`.
    pub(super) what: String,
    /// The quotient. `None` if one of the figures was not measured.
    pub(super) value: Option<f64>,
    /// `≥ 2.0`.
    pub(super) bound: String,
    /// True if the quotient keeps to the bound.
    pub(super) passes: bool,
}

/// Checks all requirements against the figures.
pub(super) fn of(figures: &Figures) -> Vec<Ratio> {
    DEMANDS.iter().map(|demand| judge(figures, demand)).collect()
}

fn judge(figures: &Figures, Demand(over, under, bound): &Demand) -> Ratio {
    let value = figures.get(over).zip(figures.get(under)).map(|(over, under)| over / under);
    let is_enough = *under == "sqlite_single_commit"
        && figures.get(over).is_some_and(|per_second| per_second >= SQLITE_ENOUGH);
    let (mut bound, keeps) = match bound {
        AtLeast(least) => (format!("≥ {least:.1}"), value.is_some_and(|value| value >= *least)),
        AtMost(most) => (format!("≤ {most:.1}"), value.is_some_and(|value| value <= *most)),
    };
    if *under == "sqlite_single_commit" {
        bound.push_str(", or 10,000 a second");
    }
    Ratio { what: format!("{over} / {under}"), value, bound, passes: keeps || is_enough }
}

impl Ratio {
    /// The quotient as text.
    pub(super) fn shown(&self) -> String {
        self.value.map_or_else(|| "not measured".to_owned(), |value| format!("{value:.2}"))
    }

    /// The result in one word.
    pub(super) fn verdict(&self) -> &'static str {
        match (self.value, self.passes) {
            (_, true) => "pass",
            (None, _) => "–",
            (Some(_), false) => "FAIL",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_kept_or_not() {
        let mut figures = Figures::default();
        figures.read("{\"pgbench_tpcb_c32\": 1000, \"ledger_pg_random_c256\": 1990, \"ledger_pg_random_c1024\": 3000}").unwrap();
        figures.read("{\"ledger_sqlite_random_c256\": 11000, \"sqlite_single_commit\": 9000}").unwrap();
        let ratios = of(&figures);
        let verdicts: Vec<_> = ratios.iter().map(Ratio::verdict).collect();
        assert_eq!(verdicts, ["FAIL", "pass", "–", "–", "–", "pass", "–", "–", "–"]);
        assert_eq!(ratios[0].shown(), "1.99");
    }
}
