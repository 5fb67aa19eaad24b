//! Draws the rates as a bar chart (SVG) that is readable on a light and on a dark background.

use super::{figures::Figures, report::thousands};
use std::fmt::Write;

const WIDTH: f64 = 860.0;
/// Where the bars start. Their names are on the left.
const LEFT: f64 = 270.0;
const BAR: f64 = 14.0;
const STEP: f64 = 19.0;
const GAP: f64 = 14.0;
/// Space for the number after the longest bar.
const MARGIN: f64 = 70.0;

/// Name prefixes and the colour of their bars. Mid-tones are visible on white and on black.
const GROUPS: [(&str, &str); 9] = [
    ("pgbench", "#8b949e"),
    ("ledger_pg_random_c256_rows", "#a371f7"),
    ("ledger_pg", "#3b82f6"),
    ("ledger_sqlite", "#14a38b"),
    ("sqlite_single", "#14a38b"),
    ("http", "#e0823d"),
    ("webhook", "#d6557f"),
    ("turns", "#14a38b"),
    ("snapshot", "#a371f7"),
];

/// Draws all rates by group on one scale.
pub(super) fn draw(figures: &Figures) -> String {
    let rates: Vec<(&str, f64)> =
        figures.rates().filter_map(|name| Some((name, figures.get(name)?))).collect();
    let most = rates.iter().map(|(_, rate)| *rate).fold(1.0, f64::max);
    let scale = (WIDTH - LEFT - MARGIN) / most;
    let (mut bars, mut y) = (String::new(), 34.0);
    for (nth, (_, colour)) in GROUPS.iter().enumerate() {
        let own = rates.iter().filter(|(name, _)| group(name) == Some(nth)).collect::<Vec<_>>();
        for (name, rate) in &own {
            draw_bar(&mut bars, y, name, *rate, rate * scale, colour);
            y += STEP;
        }
        y += if own.is_empty() { 0.0 } else { GAP };
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {y:.0}\" width=\"{WIDTH}\" height=\"{y:.0}\" \
         role=\"img\" aria-label=\"Rates of the benchmark\">\n\
         <style>text {{ font: 12px ui-monospace, monospace; fill: #57606a }} .title {{ font-weight: bold }}\n\
         @media (prefers-color-scheme: dark) {{ text {{ fill: #adb5bd }} }}</style>\n\
         <text class=\"title\" x=\"{LEFT}\" y=\"18\">done a second, each committed (longer is better)</text>\n{bars}</svg>\n"
    )
}

/// The index of the first group whose prefix the name has.
fn group(name: &str) -> Option<usize> {
    GROUPS.iter().position(|(begin, _)| name.starts_with(begin))
}

fn draw_bar(bars: &mut String, y: f64, name: &str, rate: f64, length: f64, colour: &str) {
    let (text_y, name_x, rate_x) = (y + BAR - 3.0, LEFT - 8.0, LEFT + length + 6.0);
    // Writing into a String can't fail.
    let _written = writeln!(
        bars,
        "<text x=\"{name_x:.0}\" y=\"{text_y:.0}\" text-anchor=\"end\">{name}</text>\
         <rect x=\"{LEFT:.0}\" y=\"{y:.0}\" width=\"{length:.1}\" height=\"{BAR:.0}\" rx=\"2\" fill=\"{colour}\"/>\
         <text x=\"{rate_x:.1}\" y=\"{text_y:.0}\">{}</text>",
        thousands(rate)
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_bar_reaches_the_margin() {
        let mut figures = Figures::default();
        figures.add_measure("pgbench_tpcb_c8", 500.0, 1.0, 2.0);
        figures.add_measure("ledger_pg_hot_c1", 1000.0, 1.0, 2.0);
        let drawn = draw(&figures);
        assert_eq!(drawn.matches("<rect").count(), 2);
        assert!(drawn.contains("width=\"520.0\"") && drawn.contains("width=\"260.0\""), "{drawn}");
    }
}
