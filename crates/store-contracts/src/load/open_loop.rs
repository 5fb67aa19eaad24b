//! An open loop: start times are scheduled ahead, and a latency counts from its scheduled time. A program that waits
//! for an answer before it asks again asks less while the answers are slow, and so measures the slow times least.

use super::{Dice, Window};
use std::time::{Duration, Instant};

/// Start times at random, as those of people who don't know of each other: a Poisson process.
pub struct Schedule {
    per_second: f64,
    dice: Dice,
    after: Duration,
}

impl Schedule {
    /// A schedule with that many starts a second on average. The same seed gives the same schedule.
    #[must_use]
    pub const fn new(per_second: f64, seed: u64) -> Self {
        Self { per_second, dice: Dice(seed), after: Duration::ZERO }
    }
}

impl Iterator for Schedule {
    type Item = Duration;

    /// How long after the beginning the next start is. `None` where there are none, at no starts a second.
    fn next(&mut self) -> Option<Duration> {
        if self.per_second <= 0.0 {
            return None;
        }
        // Above zero and at most 1, so that its logarithm is finite.
        let share = f64::from(u32::try_from(self.dice.below(1 << 32)).ok()?) + 1.0;
        let gap = -(share / f64::from(u32::MAX)).min(1.0).ln() / self.per_second;
        self.after += Duration::from_secs_f64(gap);
        Some(self.after)
    }
}

impl Window {
    /// When counting begins.
    #[must_use]
    pub const fn begin(&self) -> Instant {
        self.begin
    }

    /// When counting ends.
    #[must_use]
    pub const fn end(&self) -> Instant {
        self.end
    }

    /// Records what was scheduled within the window, however late it was done.
    pub fn count_scheduled(&self, scheduled: Instant, done: Instant, micros: &mut Vec<u32>) {
        if scheduled >= self.begin && scheduled < self.end {
            let took = done.saturating_duration_since(scheduled).as_micros();
            micros.push(u32::try_from(took).unwrap_or(u32::MAX));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Measured, *};

    #[test]
    fn starts_are_in_order_and_as_many_as_asked_for() {
        let starts: Vec<Duration> = Schedule::new(1000.0, 7).take(20_000).collect();
        assert!(starts.is_sorted());
        let seconds = starts.last().unwrap().as_secs_f64();
        assert!((19.5..20.5).contains(&seconds), "20,000 starts in {seconds} s");
        assert_eq!(
            starts,
            Schedule::new(1000.0, 7).take(20_000).collect::<Vec<_>>(),
            "a seed repeats its schedule"
        );
    }

    #[test]
    fn gaps_are_those_of_people_who_do_not_know_of_each_other() {
        let starts: Vec<Duration> = Schedule::new(100.0, 3).take(20_000).collect();
        let gaps: Vec<f64> =
            starts.iter().zip(&starts[1..]).map(|(one, next)| (*next - *one).as_secs_f64()).collect();
        // Of a Poisson process, 1 − 1/e of the gaps are shorter than the mean.
        let short = gaps.iter().filter(|gap| **gap < 0.01).count() * 1000 / gaps.len();
        assert!((622..642).contains(&short), "{short} of 1,000");
    }

    #[test]
    fn at_no_rate_nothing_starts() {
        assert_eq!(Schedule::new(0.0, 1).next(), None);
    }

    #[test]
    fn a_latency_counts_from_the_scheduled_time_however_late_it_ends() {
        let begin = Instant::now();
        let window = Window { begin, end: begin + Duration::from_secs(1) };
        let mut micros = Vec::new();
        let at = |millis| begin + Duration::from_millis(millis);
        window.count_scheduled(at(0), at(5), &mut micros);
        window.count_scheduled(at(999), at(4_999), &mut micros);
        window.count_scheduled(at(1_000), at(1_001), &mut micros);
        assert_eq!(micros, [5_000, 4_000_000], "a start at the end of the window is outside");
    }

    #[test]
    fn percentiles_are_the_waits_that_so_many_stay_below() {
        let measured = Measured::of((1..=1000).rev().collect(), Duration::from_secs(2));
        let found = (measured.per_second, measured.p50_ms, measured.p99_ms);
        assert_eq!(found, (500.0, 0.501, 0.991));
    }
}
